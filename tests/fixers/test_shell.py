"""Changes to shell commands leave every other byte, and the style of the list, as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from iaclint.aspects.shell import commands
from iaclint.edits.edit import apply
from iaclint.edits.fix import Draft, Unsupplied, Withheld
from iaclint.fixers.hcl import prove
from iaclint.fixers.shell import carry_out
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block, Document
from iaclint.model.intent import AddCommand, AddWord, Impact, Needed, RemoveCommand, RemoveWord, ReplaceWord, Step
from iaclint.parsers.ansible import parse as parse_ansible
from iaclint.parsers.dockerfile import parse as parse_dockerfile
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.shell import parse
from iaclint.source import Source, Span
from tests.aspects.reading import terraform

Steps = Callable[[dict[str, ShellCommand]], list[Step]]

LEADING = """RUN set -x \\
    # one
    && apt-get update \\
    # two
    && apt-get install -y \\
        foo \\
        # three
        bar \\
    && curl -k http://x | tar x \\
    && rm -rf /x
"""
TRAILING = "RUN a && \\\n    b && \\\n    c\n"
SEMICOLONS = "RUN set -e; \\\n  a; \\\n  b; \\\n  c\n"


def draft_of(document: Document, steps: Steps) -> Draft:
    named: dict[str, ShellCommand] = {}
    for block in document.walk():
        for command in commands(block):
            named.setdefault(command.name, command)
    draft = Draft()
    for step in steps(named):
        carry_out(step, draft)
    return draft


def changed(text: str, steps: Steps) -> str:
    document = parse_dockerfile(Source("Dockerfile", ("FROM a\n" + text).encode()))
    return apply(document.source.data, draft_of(document, steps).edits).decode().removeprefix("FROM a\n")


def changed_tasks(text: str, steps: Steps) -> str:
    document = parse_ansible(Source("roles/a/tasks/main.yml", text.encode()))
    assert document is not None
    return apply(document.source.data, draft_of(document, steps).edits).decode()


def test_a_word_goes_behind_the_one_named() -> None:
    result = changed(LEADING, lambda c: [AddWord(c["apt-get"], "-q", c["apt-get"].words[0])])

    assert result == LEADING.replace("apt-get update", "apt-get update -q")


def test_a_word_goes_behind_the_last_one_and_before_redirections() -> None:
    assert changed("RUN a b > x && c\n", lambda c: [AddWord(c["a"], "-y")]) == "RUN a b -y > x && c\n"


def test_a_word_is_added_across_continued_lines_and_comments() -> None:
    text = "RUN apt-get install \\\n    # why\n    foo \\\n && x\n"

    result = changed(text, lambda c: [AddWord(c["apt-get"], "--no-install-recommends", c["apt-get"].words[0])])

    assert result == text.replace("install \\", "install --no-install-recommends \\")


def test_crlf_and_other_languages_bytes_survive() -> None:
    text = "RUN echo é \\\r\n && curl -k http://x\r\n"

    result = changed(text, lambda c: [RemoveWord(c["curl"].words[0]), AddCommand(c["curl"], "y")])

    assert result == "RUN echo é \\\r\n && curl http://x \\\r\n && y\r\n"


def test_a_word_is_replaced() -> None:
    assert changed("RUN chmod 777 /x\n", lambda c: [ReplaceWord(c["chmod"].words[0], "755")]) == "RUN chmod 755 /x\n"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("RUN curl -k x\n", "RUN curl x\n"),
        ("RUN curl \\\n    -k \\\n    x\n", "RUN curl \\\n    x\n"),
        ("RUN curl \\\n    -k x\n", "RUN curl \\\n    x\n"),
        ("RUN curl \\\n    # c\n    -k \\\n    # d\n    x\n", "RUN curl \\\n    # c\n    # d\n    x\n"),
    ],
)
def test_a_word_goes_with_its_blank_or_its_line(text: str, result: str) -> None:
    assert changed(text, lambda c: [RemoveWord(c["curl"].words[0])]) == result


def test_a_word_alone_on_the_last_line_stays() -> None:
    with pytest.raises(Withheld):
        changed("RUN curl \\\n    -k\n", lambda c: [RemoveWord(c["curl"].words[0])])


def test_a_redirection_is_taken_out_whole() -> None:
    def steps(c: dict[str, ShellCommand]) -> list[Step]:
        target = c["a"].redirects[0].target
        assert target is not None
        return [RemoveWord(target)]

    assert changed("RUN a b 2>/dev/null && c\n", steps) == "RUN a b && c\n"


@pytest.mark.parametrize(
    ("text", "anchor", "result"),
    [
        (LEADING, "rm", LEADING.replace("rm -rf /x", "rm -rf /x \\\n    && new")),
        (LEADING, "tar", LEADING.replace("tar x", "tar x \\\n    && new")),
        (LEADING, "curl", LEADING.replace("tar x", "tar x \\\n    && new")),
        (TRAILING, "a", TRAILING.replace("a &&", "a && \\\n    new &&")),
        (TRAILING, "c", TRAILING.replace("c\n", "c && \\\n    new\n")),
        (SEMICOLONS, "a", SEMICOLONS.replace("a;", "a; \\\n  new;")),
        ("RUN a && b\n", "a", "RUN a && new && b\n"),
        ("RUN a\n", "a", "RUN a && new\n"),
        ("RUN a; b\n", "a", "RUN a && new; b\n"),
        ("RUN set -e; a; b\n", "a", "RUN set -e; a; new; b\n"),
        ("RUN <<E\nset -e\na\nb\nE\n", "a", "RUN <<E\nset -e\na\nnew\nb\nE\n"),
        ("RUN a > x 2>&1\n", "a", "RUN a > x 2>&1 && new\n"),
    ],
)
def test_a_command_is_added_in_the_lists_own_style(text: str, anchor: str, result: str) -> None:
    assert changed(text, lambda c: [AddCommand(c[anchor], "new")]) == result


@pytest.mark.parametrize(
    ("text", "anchor", "result"),
    [
        (LEADING, "set", LEADING.replace("set -x", "new \\\n    && set -x")),
        (TRAILING, "b", TRAILING.replace("b", "new && \\\n    b")),
        ("RUN a | b\n", "b", "RUN new && a | b\n"),
    ],
)
def test_a_command_is_added_before_another(text: str, anchor: str, result: str) -> None:
    assert changed(text, lambda c: [AddCommand(c[anchor], "new", before=True)]) == result


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("RUN a || b\n", "a"),
        ("RUN a & b\n", "a"),
        ("RUN ! a\n", "a"),
        ("RUN cat <<E\nx\nE\n", "cat"),
        ('RUN ["a", "b"]\n', "a"),
    ],
)
def test_no_command_is_added_where_it_would_change_the_meaning(text: str, anchor: str) -> None:
    with pytest.raises(Withheld):
        changed(text, lambda c: [AddCommand(c[anchor], "new")])


@pytest.mark.parametrize(
    ("text", "anchor", "result"),
    [
        (LEADING, "rm", LEADING.replace(" \\\n    && rm -rf /x", "")),
        (LEADING, "apt-get", LEADING.replace("    && apt-get update \\\n", "")),
        (TRAILING, "a", "RUN b && \\\n    c\n"),
        (TRAILING, "b", "RUN a && \\\n    c\n"),
        (TRAILING, "c", "RUN a && \\\n    b\n"),
        (SEMICOLONS, "a", SEMICOLONS.replace("  a; \\\n", "")),
        (SEMICOLONS, "c", SEMICOLONS.replace("; \\\n  c", "")),
        ("RUN a; b && c\n", "b", "RUN a; c\n"),
        ("RUN a && b; c\n", "b", "RUN a; c\n"),
        ("RUN a; b;\n", "b", "RUN a;\n"),
        ("RUN if x; then a; b; fi\n", "a", "RUN if x; then b; fi\n"),
        ("RUN <<E\na\nb\nc\nE\n", "b", "RUN <<E\na\nc\nE\n"),
        ('RUN bash -c "a && b"\n', "b", 'RUN bash -c "a"\n'),
    ],
)
def test_a_command_goes_with_its_operator(text: str, anchor: str, result: str) -> None:
    assert changed(text, lambda c: [RemoveCommand(c[anchor])]) == result


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("RUN a\n", "a"),
        ("RUN a | b\n", "a"),
        ("RUN a && b || c\n", "b"),
        ("RUN a || b\n", "b"),
        ("RUN a & b\n", "a"),
        (LEADING, "set"),
        (LEADING, "curl"),
        ("RUN if a; then b; fi\n", "b"),
        ("RUN a \\\n  # why\n  && b\n", "b"),
        ("RUN a; ) b\n", "a"),
    ],
)
def test_a_command_others_depend_on_stays(text: str, anchor: str) -> None:
    with pytest.raises(Withheld):
        changed(text, lambda c: [RemoveCommand(c[anchor])])


def test_words_of_an_exec_form_are_json_strings() -> None:
    result = changed(
        'RUN ["curl", "-k", "x"]\n',
        lambda c: [RemoveWord(c["curl"].words[0]), AddWord(c["curl"], "-f -s"), ReplaceWord(c["curl"].words[1], "y")],
    )

    assert result == 'RUN ["curl", "y", "-f", "-s"]\n'


@pytest.mark.parametrize("text", ['"$X"', "a\nb", "<<E"])
def test_what_cannot_be_written_in_quotes_or_on_the_line_is_withheld(text: str) -> None:
    with pytest.raises(Withheld):
        changed('RUN bash -c "curl x"\n', lambda c: [AddWord(c["curl"], text)])


def test_steps_in_one_instruction_are_one_effect() -> None:
    document = parse_dockerfile(Source("Dockerfile", ("FROM a\n" + LEADING).encode()))

    draft = draft_of(document, lambda c: [AddWord(c["apt-get"], "-q"), AddWord(c["rm"], "-v")])

    assert len(draft.effects) == 1
    assert "update -q" in draft.effects[0][1].after
    assert "/x -v" in draft.effects[0][1].after
    assert {impact for impact, _ in draft.impacts} == {Impact.NONE}


def test_a_lacking_value_is_asked_for() -> None:
    with pytest.raises(Unsupplied):
        changed("RUN curl x\n", lambda c: [AddWord(c["curl"], Needed("name", "hint"))])


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("- shell: curl -k a | sh\n", "- shell: curl -k a -f | sh\n"),
        ("- shell: |\n    set -e\n    curl -k a\n    b\n", "- shell: |\n    set -e\n    curl -k a -f\n    b\n"),
        ("- command: curl -k {{ a }}  # c\n", "- command: curl -k {{ a }} -f  # c\n"),
        ('- shell: "curl \\"a\\" | x"\n', '- shell: "curl \\"a\\" -f | x"\n'),
    ],
)
def test_words_in_ansible_scalars(text: str, result: str) -> None:
    assert changed_tasks(text, lambda c: [AddWord(c["curl"], "-f")]) == result


def test_a_command_on_its_own_line_of_a_block_scalar() -> None:
    text = "- shell: |\n    set -e\n    a\n    b\n"

    assert changed_tasks(text, lambda c: [AddCommand(c["a"], "new")]) == text.replace("a\n", "a\n    new\n", 1)


def test_a_word_of_no_known_script_is_withheld() -> None:
    document = Document(Source("x", b"curl a"), "dockerfile", "dockerfile")
    block = Block(document, "instruction", "RUN", span=Span(0, 6), header_span=Span(0, 3))
    command = parse(EmbeddedText(document, b"curl a", [(0, 0)]), block)[0]
    command.words[0].script = None  # type: ignore[attr-defined]

    with pytest.raises(Withheld):
        carry_out(RemoveWord(command.words[0]), Draft())


def test_scripts_in_terraform_change_in_place_and_prove() -> None:
    text = (
        'resource "aws_instance" "a" {\n  user_data = <<-EOF\n    #!/bin/bash\n    curl -k http://x/${var.v}\n    b\n'
        '  EOF\n  provisioner "local-exec" {\n    command = "wget ${self.id} && x"\n  }\n}\n'
    )
    document = terraform(text)

    draft = draft_of(
        document, lambda c: [RemoveWord(c["curl"].words[0]), AddWord(c["wget"], '-H "y"'), AddCommand(c["b"], "new")]
    )

    after = apply(document.source.data, draft.edits)
    expected = text.replace("curl -k", "curl").replace("self.id}", 'self.id} -H \\"y\\"')
    expected = expected.replace("    b\n", "    b && new\n")
    assert after.decode() == expected
    assert prove(document.source.data, after, [effect for _, effect in draft.effects]) is None


def test_a_place_within_an_escape_is_withheld_or_exact() -> None:
    document = terraform('resource "a" "b" {\n  provisioner "local-exec" {\n    command = "echo \\"hi\\""\n  }\n}\n')

    try:
        draft = draft_of(document, lambda c: [AddWord(c["echo"], "x")])
    except Withheld:
        return
    assert b'\\"hi\\" x"' in apply(document.source.data, draft.edits)
