"""Comments meant for other tools: what each covers here, and that it silences no more than the other tool would."""

from __future__ import annotations

from datetime import date

import pytest

from iaclint.engine.peer_comments import aqua_ids
from iaclint.engine.suppression import apply, suppressions
from tests.engine.test_suppression import TODAY, ansible, dockerfile, finding, terraform

IDS = (
    "CKV_AWS_20",
    "AVD-AWS-0092",
    "KICS:38c5ee0d-7f22-4260-ab72-5073048df100",
    "DL3008",
    "ansible-lint:no-log-password",
)


def silenced(document, *places, today: date = TODAY, aliases: tuple[str, ...] = IDS) -> list[str]:  # type: ignore[no-untyped-def]
    findings = [finding(document, place, aliases=aliases) for place in places]
    return [document.source.slice(one.span) for one, _ in apply(findings, [document], today)[1]]


RESOURCE = """resource "x" "y" {
  # checkov:skip=CKV_AWS_20, CKV_AWS_21:it is a website
  first = 1
  inner {
    second = 2
  }
}
resource "x" "z" {
  third = 3
}
"""


def test_checkov_comment_is_about_the_block_it_stands_in() -> None:
    document = terraform(RESOURCE)
    (comment,) = suppressions(document)

    assert silenced(document, 'resource "x" "y"', "first", "second", 'resource "x" "z"', "third") == [
        'resource "x" "y"', "first", "second",
    ]  # fmt: skip
    assert (comment.peer, comment.reason) == ("checkov", "it is a website")
    assert silenced(document, "first", aliases=("CKV_AWS_18",)) == []
    assert silenced(document, "first", aliases=()) == []


def test_checkov_comment_in_a_dockerfile_and_in_a_task() -> None:
    text = "FROM a\n# bridgecrew:skip=CKV_AWS_20\nRUN b\nRUN c\n"
    play = "- hosts: all\n  tasks:\n    - name: one\n      # checkov:skip=CKV_AWS_20:x\n      command: b\n"
    play += "    - shell: c\n"

    assert silenced(dockerfile(text), "RUN b", "RUN c") == ["RUN b", "RUN c"]
    assert silenced(ansible(play), "command: b", "shell: c") == ["command: b"]


@pytest.mark.parametrize(
    "word", ["AVD-AWS-0092", "aws-0092", "AWS-0092", "aws-s3-no-public-access-with-acl", "aws-s3-*", "*"]
)
@pytest.mark.parametrize("tool", ["trivy", "tfsec"])
def test_trivys_comment_names_checks_in_each_of_its_ways(tool: str, word: str) -> None:
    above = terraform(f'#{tool}:ignore:{word}\nresource "x" "y" {{\n  a = 1\n}}\nresource "x" "z" {{\n}}\n')
    behind = terraform(f'resource "x" "y" {{\n  a = 1 # {tool}:ignore:{word} why\n  b = 2\n}}\n')

    assert silenced(above, 'resource "x" "y"', "a = 1", 'resource "x" "z"') == ['resource "x" "y"', "a = 1"]
    assert silenced(behind, "a = 1", "b = 2") == ["a = 1"]
    assert silenced(behind, "a = 1", aliases=("CKV_AWS_20",)) == []


def test_trivys_comments_expire_and_those_of_one_workspace_do_not_count() -> None:
    text = 'resource "x" "y" {{\n  a = 1 # trivy:ignore:aws-0092:{}\n}}\n'

    assert silenced(terraform(text.format("exp:2026-06-16")), "a = 1") == ["a = 1"]
    assert silenced(terraform(text.format("exp:2026-06-15")), "a = 1") == []
    assert silenced(terraform(text.format("exp:never")), "a = 1") == []
    assert silenced(terraform(text.format("ws:production")), "a = 1") == []
    assert silenced(terraform('resource "x" "y" {\n  a = 1 # trivy:ignore:aws-0092[b=c]\n}\n'), "a = 1") == []


def test_several_of_trivys_comments_count_each() -> None:
    document = terraform('#trivy:ignore:aws-0001 trivy:ignore:aws-0092\n#tfsec:ignore:x\nresource "x" "y" {\n}\n')

    assert silenced(document, 'resource "x" "y"') == ['resource "x" "y"']


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# kics-scan ignore-line", ["first"]),
        ("# kics-scan ignore-block", ["first"]),
        ("# kics-scan ignore", []),
        ("# kics-scan disable=38c5ee0d-7f22-4260-ab72-5073048df100", []),
    ],
)
def test_kics_comment_within_a_file(comment: str, expected: list[str]) -> None:
    document = terraform(f'resource "x" "y" {{\n  {comment}\n  first = 1\n  second = 2\n}}\n')

    assert silenced(document, "first", "second") == expected


@pytest.mark.parametrize(
    ("comment", "holds"),
    [
        ("# kics-scan ignore", True),
        ("# kics-scan disable=38C5EE0D-7f22-4260-ab72-5073048df100,a", True),
        ("# kics-scan disable=00000000-7f22-4260-ab72-5073048df100", False),
        ("# kics-scan enable=38c5ee0d-7f22-4260-ab72-5073048df100", False),
    ],
)
def test_kics_comment_on_the_first_line_is_about_the_file(comment: str, holds: bool) -> None:
    document = terraform(f'{comment}\n\nresource "x" "y" {{\n  first = 1\n}}\n')

    assert silenced(document, "first") == (["first"] if holds else [])


PLAY = """- hosts: all
  tasks:
    - name: one  # noqa: no-log-password name[casing]
      command: b
    - name: two
      command: c  # noqa
    - name: three
      command: d  # noqa other
    - command: e
"""


def test_noqa_is_about_its_task_and_about_ansible_lint_only() -> None:
    document = ansible(PLAY)

    assert silenced(document, "command: b", "command: c", "command: d", "command: e") == ["command: b", "command: c"]
    assert silenced(document, "command: b", "command: c", aliases=("CKV_AWS_20",)) == []
    assert silenced(terraform('resource "x" "y" {\n  a = 1 # noqa\n}\n'), "a = 1") == []


def test_every_name_of_the_table_leads_to_an_alias_of_a_rule() -> None:
    from iaclint.engine.registry import load_all

    known = {alias for rule in load_all().values() for alias in rule.all_aliases()}

    assert len(aqua_ids()) > 300
    assert {id for ids in aqua_ids().values() for id in ids} <= known
