"""Suppression comments: what each covers, until when, and what is said of those that do not hold."""

from __future__ import annotations

import time
from datetime import date

import pytest

from iaclint.engine.suppression import Suppression, apply, suppressions
from iaclint.model.block import Document
from iaclint.model.finding import Finding
from iaclint.rules.rule import LOW, Rule
from iaclint.source import Source, Span

TODAY = date(2026, 6, 15)


def terraform(text: str) -> Document:
    from iaclint.parsers.hcl import parse

    return parse(Source("main.tf", text.encode()), "module")


def ansible(text: str, path: str = "playbook.yml") -> Document:
    from iaclint.parsers.ansible import parse

    document = parse(Source(path, text.encode()), None)
    assert document is not None
    return document


def dockerfile(text: str) -> Document:
    from iaclint.parsers.dockerfile import parse

    return parse(Source("Dockerfile", text.encode()))


def finding(document: Document, at: str, rule: str = "open-port", aliases: tuple[str, ...] = ()) -> Finding:
    start = document.source.data.index(at.encode())
    span = Span(start, start + len(at.encode()))
    one = Finding((document, span), "message", path=document.path, span=span, aliases=aliases)
    one.rule = Rule(rule, LOW, "title", "why", tags=("network",))
    return one


def silenced(document: Document, *places: str, rule: str = "open-port", today: date = TODAY) -> list[str]:
    findings = [finding(document, place, rule) for place in places]
    return [document.source.slice(one.span) for one, _ in apply(findings, [document], today)[1]]


# --- what a comment covers in each language --------------------------------------------------------

RESOURCE = """resource "x" "y" {
  first = 1 # iaclint: ignore[open-port]
  # iaclint: ignore[open-port]
  second = 2
  third  = 3

  // iaclint: ignore[open-port]

  # a word about it
  nested {
    inner = 4
  }
  list = [ # iaclint: ignore[open-port]
    "five",
  ]
  rest = [
    # iaclint: ignore[open-port]
    "six",
    "seven",
  ]
  /* iaclint: ignore[open-port] */ eight = 8
  # iaclint: ignore[open-port]
}

resource "x" "z" {
  nine = 9
}
"""


def test_terraform_comments_cover_their_line_or_what_follows() -> None:
    places = ["first", "second", "third", "nested", "inner", '"five"', '"six"', '"seven"', "eight", "nine"]

    assert silenced(terraform(RESOURCE), *places) == ["first", "second", "nested", "inner", '"five"', '"six"', "eight"]


def test_comment_above_a_block_covers_all_of_it_and_nothing_behind() -> None:
    text = '# iaclint: ignore[open-port]\nresource "x" "y" {\n  a = 1\n}\nresource "x" "z" {\n  b = 2\n}\n'
    document = terraform(text)

    assert silenced(document, 'resource "x" "y"', "a = 1", 'resource "x" "z"', "b = 2") == ['resource "x" "y"', "a = 1"]


def test_argument_that_ends_on_the_line_of_the_comment_is_covered() -> None:
    document = terraform('resource "x" "y" {\n  list = [\n    "one",\n  ] # iaclint: ignore[open-port]\n  b = 2\n}\n')

    assert silenced(document, "list", '"one"', "b = 2") == ["list", '"one"']


PLAY = """---
- hosts: all
  # iaclint: ignore[open-port]
  environment:
    one: 1
    nested:
      two: 2
  vars:
    zero: 0
    # iaclint: ignore[open-port]
    three:
      four: 4
    five: 5
  tasks:
    - name: first task
      ansible.builtin.shell: echo six
    # iaclint: ignore[open-port] it is meant so
    - name: second task
      ansible.builtin.shell: echo seven
      changed_when: false
    - name: third task
      ansible.builtin.copy:
        src: eight
        # iaclint: ignore[open-port]
        mode: nine
        dest: /ten
    - name: fourth task # iaclint: ignore[open-port]
      ansible.builtin.shell: echo eleven
    - name: fifth task
      ansible.builtin.shell: | # iaclint: ignore[open-port]
        echo twelve
"""


def test_ansible_comments_cover_tasks_arguments_and_keys() -> None:
    places = [
        "one: 1", "two: 2", "zero: 0", "four: 4", "five: 5", "echo six", "- name: second", "echo seven", "src", "mode",
        "dest", "- name: fourth", "echo eleven", "echo twelve",
    ]  # fmt: skip

    assert silenced(ansible(PLAY), *places) == [
        "one: 1", "two: 2", "four: 4", "- name: second", "echo seven", "mode", "- name: fourth", "echo twelve",
    ]  # fmt: skip


def test_comment_on_a_key_within_a_map_covers_what_is_indented_below() -> None:
    text = "- hosts: all\n  vars:\n    a: 1\n    # iaclint: ignore[open-port]\n    b:\n    - two\n    c: 3\n"
    document = ansible(text)

    assert silenced(document, "a: 1", "b:", "two", "c: 3") == ["b:", "two"]


DOCKER = """# iaclint: ignore[open-port]
FROM alpine AS one
RUN first

# iaclint: ignore[open-port] why

RUN second && \\
    # iaclint: ignore[open-port]
    third
RUN fourth && \\
    # iaclint: ignore[open-port]
    fifth
USER sixth
"""


def test_dockerfile_comments_cover_the_next_instruction_alone() -> None:
    places = ["alpine", "first", "second", "third", "fourth", "fifth", "sixth"]

    assert silenced(dockerfile(DOCKER), *places) == ["alpine", "second", "third"]


def test_hash_behind_a_dockerfile_instruction_is_no_comment() -> None:
    assert silenced(dockerfile("FROM alpine\nRUN first # iaclint: ignore[open-port]\n"), "first") == []


def test_ignore_file_covers_everything_when_it_stands_before_any_code() -> None:
    document = terraform('# header\n\n# iaclint: ignore-file[open-port]\nresource "x" "y" {\n  a = 1\n}\n')
    late = terraform('resource "x" "y" {\n  a = 1\n}\n# iaclint: ignore-file[open-port]\n')

    assert silenced(document, "a = 1") == ["a = 1"]
    assert silenced(document, "a = 1", rule="other") == []
    assert silenced(late, "a = 1") == []
    assert silenced(ansible("---\n# iaclint: ignore-file[all]\n- hosts: all\n"), "hosts: all") == ["hosts: all"]


# --- names, dates, reasons --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "holds"),
    [
        ("open-port", True),
        ("other, open-port", True),
        ("open-*", True),
        ("CKV_AWS_24", True),
        ("CKV_*", True),
        ("network", True),
        ("all", True),
        ("other", False),
        ("open", False),
        ("AVD-*", False),
    ],
)
def test_names_are_rules_globs_aliases_that_hold_or_tags(names: str, holds: bool) -> None:
    document = terraform(f"# iaclint: ignore[{names}]\nlocals {{}}\n")
    one = finding(document, "locals", aliases=("CKV_AWS_24",))

    assert bool(apply([one], [document], TODAY)[1]) is holds


def test_date_and_reason_are_read() -> None:
    (one,) = suppressions(terraform("/* iaclint: ignore[a,b] until=2027-01-31 wiped nightly */\nlocals {}\n"))

    assert (one.names, one.until, one.reason, one.line) == (("a", "b"), date(2027, 1, 31), "wiped nightly", 1)


@pytest.mark.parametrize(("today", "holds"), [(date(2027, 1, 30), True), (date(2027, 1, 31), False)])
def test_finding_comes_back_on_the_day_named_and_says_why(today: date, holds: bool) -> None:
    document = terraform("# iaclint: ignore[open-port] until=2027-01-31\nlocals {}\n")
    kept, by_comment = apply([finding(document, "locals")], [document], today)

    assert bool(by_comment) is holds
    assert [note.message for one in kept for note in one.related] == (
        [] if holds else ["the suppression here expired on 2027-01-31"]
    )


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("iaclint: ignore", "names no rule: write ignore[rule-name]"),
        ("iaclint: ignore[]", "names no rule: write ignore[rule-name]"),
        ("iaclint: ignore[open-port] until=2027-02-30", "has no date behind until=: '2027-02-30'"),
        ("iaclint: ignore[open-port] until=soon", "has no date behind until=: 'soon'"),
    ],
)
def test_comment_that_says_nothing_silences_nothing_and_is_told(comment: str, why: str) -> None:
    document = terraform(f"# {comment}\nlocals {{}}\n")
    kept, by_comment = apply([finding(document, "locals")], [document], TODAY)

    assert by_comment == []
    assert [note.message for note in kept[0].related] == [f"the suppression here {why}"]


def test_other_words_are_no_suppression() -> None:
    text = "# iaclint: ignored[a]\n# iaclint: ignore-all[a]\n# about iaclint:\nlocals {}\n"

    assert suppressions(terraform(text)) == []


def test_silenced_findings_come_with_the_comment_that_did_it() -> None:
    document = terraform("# iaclint: ignore[other]\n# iaclint: ignore[open-port] because\nlocals {}\n")
    ((_, by),) = apply([finding(document, "locals")], [document], TODAY)[1]

    assert isinstance(by, Suppression)
    assert (by.line, by.reason) == (2, "because")


def test_findings_of_other_files_are_left_alone() -> None:
    document = terraform("# iaclint: ignore-file[all]\nlocals {}\n")
    one = finding(document, "locals")
    one.path = "other.tf"

    assert apply([one], [document], TODAY) == ([one], [])


def test_many_comments_take_no_more_than_their_share_of_time() -> None:
    document = terraform("locals {\n" + "  # iaclint: ignore[a]\n  x = 1\n" * 20_000 + "}\n")
    findings = [finding(document, "x = 1") for _ in range(3)]
    start = time.process_time()
    apply(findings * 1000, [document], TODAY)

    assert time.process_time() - start < 20, "many times what it takes"


def test_byte_order_mark_and_crlf_change_nothing() -> None:
    document = terraform("\ufeff# iaclint: ignore-file[open-port]\r\nlocals {\r\n  a = 1 # iaclint: ignore[x]\r\n}\r\n")

    assert silenced(document, "a = 1") == ["a = 1"]
    assert silenced(document, "a = 1", rule="x") == ["a = 1"]
