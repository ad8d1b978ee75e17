"""The Dockerfile reader: BuildKit's rules, exact spans, and every byte accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iaclint.evaluate.dockerfile import prepare
from iaclint.model.block import Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.dockerfile import dialect, exec_words, parse, pieces, shell_text
from iaclint.source import Source, Span

SYNTAX = Path(__file__).parents[2] / "fixtures" / "syntax"
SAMPLES = sorted(SYNTAX.glob("*.Dockerfile"))


def read(data: bytes | str) -> Document:
    """Parse text and evaluate its variables."""
    document = parse(Source("Dockerfile", data if isinstance(data, bytes) else data.encode()))
    prepare(Project(".", [document]))
    return document


def instructions(document: Document) -> list[Block]:
    return [block for block in document.walk() if block.kind == "instruction"]


def one(document: Document, keyword: str) -> Block:
    return next(block for block in instructions(document) if block.type == keyword)


def keywords(text: bytes | str) -> list[str]:
    return [block.type for block in instructions(read(text))]


def sliced(value: Value) -> str:
    return value.document.source.slice(value.span)


def script(text: str) -> bytes | None:
    found = shell_text(one(read("FROM a\n" + text), "RUN"))
    return found.text if found else None


# --- whole files --------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_read_without_problems_and_without_loss(path: Path) -> None:
    data = path.read_bytes()
    document = read(data)
    assert document.problems == []
    assert b"".join(pieces(document)) == data


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_line_ends_and_a_missing_last_newline_change_no_instruction(path: Path) -> None:
    data = path.read_bytes().replace(b"\r\n", b"\n")
    expected = keywords(data)
    assert keywords(data.replace(b"\n", b"\r\n")) == expected
    assert keywords(data.rstrip(b"\n")) == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_loss(data: bytes) -> None:
    document = read(data)
    assert b"".join(pieces(document)) == data


_TOKENS = st.sampled_from(
    ["FROM a", "RUN ", "COPY", "ARG A", "ENV A=$A", " b", "\\\n", "\r\n", "\n", "<<E", "<<-'E'", "E\n", "# x\n", "[",
     '"a"', ",", "]", "ONBUILD ", "${A:-", "}", "'", '"', "`", "--x=y", "=", "\t", "# escape=`\n", "SHELL ", "é", "\\"]
)  # fmt: skip


@given(st.lists(_TOKENS, max_size=25).map("".join))
def test_any_mixture_of_syntax_is_read_with_spans_inside_the_file(text: str) -> None:
    data = text.encode()
    document = read(data)
    assert b"".join(pieces(document)) == data
    for block in document.walk():
        assert 0 <= block.span.start <= block.span.end <= len(data)
        assert block.span.covers(block.header_span)
        for argument in block.arguments.values():
            assert block.span.covers(argument.span)
            assert block.span.covers(argument.value.span)
        if block.kind == "instruction":
            embedded = shell_text(block)
            if embedded is not None:
                assert all(0 <= embedded.offset(index) <= len(data) for index in range(len(embedded.text) + 1))


# --- lines --------------------------------------------------------------------------


def test_the_escape_directive_counts_only_before_anything_else() -> None:
    assert keywords("# escape=`\nFROM a\nRUN x `\nUSER y\n") == ["FROM", "RUN"]
    assert keywords("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN x `\nUSER y") == ["FROM", "RUN"]
    assert keywords("# a comment\n# escape=`\nFROM a\nRUN x `\nUSER y") == ["FROM", "RUN", "USER"]
    assert keywords("\n# escape=`\nFROM a\nRUN x `\nUSER y") == ["FROM", "RUN", "USER"]
    assert keywords("FROM a\n# escape=`\nRUN x `\nUSER y") == ["FROM", "RUN", "USER"]


def test_a_doubled_escape_character_ends_the_line() -> None:
    assert keywords("FROM a\nRUN x \\\\\nUSER y") == ["FROM", "RUN", "USER"]


def test_comments_and_empty_lines_do_not_end_a_continuation() -> None:
    text = "FROM a\nRUN x \\\n# note\n\n  \t# note\n  y\nUSER u"
    document = read(text)
    assert [block.type for block in instructions(document)] == ["FROM", "RUN", "USER"]
    assert one(document, "RUN").get("command").text == "x   y"
    assert len(one(document, "RUN").node.notes) == 2


def test_blanks_behind_the_continuation_character_do_not_matter() -> None:
    assert keywords("FROM a\nRUN x \\ \t \n y\n") == ["FROM", "RUN"]


def test_lower_case_keywords_are_known() -> None:
    document = read("from a as b\nuser c\n")
    assert document.problems == []
    assert document.blocks[0].name == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no FROM instruction"),
        ("# only a comment\n", "no FROM instruction"),
        ("FROM a\nFOO x\n", "unknown instruction FOO"),
        ("RUN x\nFROM a\n", "RUN stands before the first FROM"),
        ("FROM a\nUSER\n", "USER lacks its arguments"),
        ("FROM a\nCOPY x\n", "COPY needs a source and a destination"),
        ("FROM a\nRUN <<EOF\nx\n", "the here-document EOF is not terminated"),
        ("FROM a\nENV A\n", "ENV lacks a value"),
        ("FROM a\nENV A=1 B\n", "ENV takes name=value"),
        ('FROM a\nCMD ["a", 1]\n', "a JSON array here may hold strings only"),
        ("# escape=x\nFROM a\n", "the escape character must be a backslash or a backtick"),
    ],
)
def test_what_docker_refuses_is_one_problem(text: str, message: str) -> None:
    assert [problem.message for problem in read(text).problems] == [message]


def test_after_a_problem_the_rest_is_read() -> None:
    assert keywords("FROM a\nFOO\nUSER u\n") == ["FROM", "FOO", "USER"]


def test_own_line_comments_that_mention_iaclint_are_kept() -> None:
    document = read("# iaclint: ignore-file[x]\nFROM a\n# other\nRUN x \\\n  # iaclint: ignore[y]\n  y # iaclint: no\n")
    texts = [document.source.slice(span) for span in document.comments]
    assert texts == ["# iaclint: ignore-file[x]", "# iaclint: ignore[y]"]


# --- here-documents -----------------------------------------------------------------


def test_heredocs_several_on_a_line_quoted_and_stripped() -> None:
    document = read("FROM a\nCOPY <<one <<-'two' /x/\na\none\nb\n\ttwo\nUSER u\n")
    copy = one(document, "COPY")
    first, second = copy.node.heredocs
    assert (first.name, first.expand, first.strip) == ("one", True, False)
    assert (second.name, second.expand, second.strip) == ("two", False, True)
    assert document.source.slice(first.body) == "a\n"
    assert document.source.slice(second.body) == "b\n"
    assert document.source.slice(copy.span).endswith("\ttwo")
    assert copy.get("sources").items == []
    assert copy.get("destination").text == "/x/"
    assert keywords("FROM a\nCOPY <<one <<-'two' /x/\na\none\nb\n\ttwo\nUSER u\n") == ["FROM", "COPY", "USER"]


def test_only_run_copy_and_add_have_heredocs() -> None:
    assert keywords("FROM a\nENV A=<<EOF\nUSER u\n") == ["FROM", "ENV", "USER"]
    assert keywords('FROM a\nRUN ["x", "<<EOF"]\nUSER u\n') == ["FROM", "RUN", "USER"]
    assert keywords("FROM a\nRUN echo $((1<<2)) <<<x\nUSER u\n") == ["FROM", "RUN", "USER"]
    assert keywords("FROM a\nONBUILD RUN <<EOF\nUSER x\nEOF\nUSER u\n") == ["FROM", "ONBUILD", "RUN", "USER"]


# --- arguments ----------------------------------------------------------------------


def test_a_flag_has_the_span_of_its_name_and_of_its_value() -> None:
    document = read("FROM a\nCOPY --chmod=0755 --link \\\n  --from=b x /y\n")
    copy = one(document, "COPY")
    chmod = copy.get("--chmod")
    assert sliced(chmod) == "0755"
    assert chmod.name_span is not None
    assert document.source.slice(chmod.name_span) == "--chmod"
    assert copy.get("--link").boolean is True
    assert sliced(copy.get("--from")) == "b"
    assert copy.at("--chown").is_missing
    assert [sliced(value) for value in copy.get("sources").items] == ["x"]
    assert copy.get("destination").name_span is None
    assert sliced(copy.get("destination")) == "/y"


def test_flags_that_may_be_repeated_are_lists() -> None:
    document = read("FROM a\nRUN --mount=type=secret,id=x --mount=type=cache,target=/c y\n")
    assert [value.text for value in one(document, "RUN").get("--mount").items] == [
        "type=secret,id=x",
        "type=cache,target=/c",
    ]


def test_no_flag_stands_behind_the_first_argument() -> None:
    copy = one(read("FROM a\nCOPY x --chmod=1 /y\n"), "COPY")
    assert copy.at("--chmod").is_missing
    assert [value.text for value in copy.get("sources").items] == ["x", "--chmod=1"]


def test_json_arrays_are_the_exec_form_and_broken_ones_the_shell_form() -> None:
    document = read('FROM a\nCMD [ "a b", \\\n "c\\u0041" ]\nENTRYPOINT [\'a\']\nRUN ["a"] && b\n')
    assert [value.text for value in exec_words(one(document, "CMD"))] == ["a b", "cA"]
    assert [sliced(value) for value in exec_words(one(document, "CMD"))] == ['"a b"', '"c\\u0041"']
    assert one(document, "ENTRYPOINT").get("form").text == "shell"
    assert one(document, "RUN").get("form").text == "shell"
    assert exec_words(one(document, "RUN")) == []
    assert document.problems == []


def test_pairs_in_both_forms() -> None:
    document = read("FROM a\nENV A=1 B=\"x y\" \\\n  C=\nLABEL k some text\nARG X Y=2\n")
    env = one(document, "ENV").get("pairs").entries
    assert {name: value.text for name, value in env.items()} == {"A": "1", "B": "x y", "C": ""}
    assert sliced(env["B"]) == '"x y"'
    assert one(document, "LABEL").at("pairs.k").text == "some text"
    arg = one(document, "ARG").get("pairs").entries
    assert arg["X"].is_unknown
    assert arg["Y"].text == "2"


def test_from_has_image_alias_and_platform() -> None:
    document = read("FROM --platform=linux/amd64 a:1 AS b\nFROM c\n")
    first, second = document.blocks
    assert (first.name, second.name) == ("b", "1")
    assert sliced(first.get("image")) == "a:1"
    assert first.get("--platform").text == "linux/amd64"
    assert [block.type for block in first.blocks] == ["FROM"]
    assert first.blocks[0].get("as").text == "b"
    assert document.source.slice(first.header_span) == "FROM --platform=linux/amd64 a:1 AS b"


def test_an_instruction_spans_all_its_lines_and_its_header_only_the_first() -> None:
    document = read("FROM a\n  RUN x \\\n y\n\nUSER u\n")
    run = one(document, "RUN")
    assert run.span == Span(9, 9 + len("RUN x \\\n y"))
    assert document.source.slice(run.header_span) == "RUN x"


def test_healthcheck_and_the_rest() -> None:
    document = read("FROM a\nHEALTHCHECK --interval=5s CMD x y\nHEALTHCHECK NONE\nVOLUME /a /b\nEXPOSE 1 2/udp")
    first, second = (block for block in instructions(document) if block.type == "HEALTHCHECK")
    assert first.get("command").text == "x y"
    assert first.get("--interval").text == "5s"
    assert second.get("command").is_missing
    assert [value.text for value in one(document, "VOLUME").get("paths").items] == ["/a", "/b"]
    assert [value.text for value in one(document, "EXPOSE").get("ports").items] == ["1", "2/udp"]


def test_a_byte_order_mark_shifts_every_span_and_nothing_else() -> None:
    document = read(b"\xef\xbb\xbfFROM a\r\nUSER u\r\n")
    assert one(document, "USER").get("user").span == Span(16, 17)
    assert one(document, "USER").get("user").text == "u"


# --- the shell ----------------------------------------------------------------------


def test_comments_within_a_continuation_are_blanked_at_the_same_length() -> None:
    body = "a && \\\n  # note\n\n  b"
    text = script("RUN " + body + "\n")
    assert text is not None
    assert len(text) == len(body)
    assert text.split() == [b"a", b"&&", b"b"]


def test_a_word_cut_by_a_continuation_stays_one_word() -> None:
    document = read("FROM a\nRUN cu\\\nrl x\n")
    embedded = shell_text(one(document, "RUN"))
    assert embedded is not None
    assert embedded.text == b"curl x"
    assert document.source.slice(embedded.span(0, 4)) == "cu\\\nrl"


def test_a_comment_in_a_command_hides_what_follows_as_it_does_in_a_build() -> None:
    assert script("RUN a # b \\\n c\n") == b"a # b    c"


def test_backtick_continuations_and_crlf_are_blanked() -> None:
    document = read("# escape=`\r\nFROM a\r\nRUN a `\r\n  b\r\n")
    embedded = shell_text(one(document, "RUN"))
    assert embedded is not None
    assert embedded.text == b"a      b"


def test_a_heredoc_that_is_the_script_is_the_shell_text() -> None:
    assert script("RUN <<EOF\na\nb\nEOF\n") == b"a\nb\n"
    assert script("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n") is None
    assert script("RUN <<EOF\n#!/bin/bash -e\na\nEOF\n") == b"#!/bin/bash -e\na\n"
    assert script("RUN cat <<EOF > /x\na\nEOF\n") == b"cat <<EOF > /x\na\nEOF"


def test_an_exec_form_of_a_shell_gives_its_script() -> None:
    document = read(
        'FROM a\nRUN ["/bin/bash", "-ec", "a && b"]\nCMD ["sh", "-c", "a \\"b\\""]\nENTRYPOINT ["x", "-c", "y"]'
    )
    embedded = shell_text(one(document, "RUN"))
    assert embedded is not None
    assert embedded.text == b"a && b"
    assert document.source.slice(embedded.span(0, 6)) == "a && b"
    assert shell_text(one(document, "CMD")) is None
    assert shell_text(one(document, "ENTRYPOINT")) is None


def test_the_shell_goes_on_into_stages_built_from_this_one() -> None:
    document = read(
        'FROM a AS x\nSHELL ["/bin/bash", "-c"]\nRUN a\nFROM x\nRUN b\n'
        'FROM c\nRUN d\nSHELL ["pwsh", "-Command"]\nRUN e\n'
        "FROM mcr.microsoft.com/windows/nanoserver:1\nRUN f\n"
    )
    runs = [block for block in instructions(document) if block.type == "RUN"]
    assert [dialect(run) for run in runs] == ["bash", "bash", "posix", "powershell", "cmd"]
    assert [shell_text(run) is None for run in runs] == [False, False, False, True, True]


# --- variables ----------------------------------------------------------------------


def image(text: str) -> Value:
    return read(text).blocks[-1].get("image")


def test_an_arg_before_from_counts_in_from_lines() -> None:
    assert image("ARG V=1\nFROM a:$V\n").text == "a:1"
    assert image("ARG V=1\nARG W=${V}2\nFROM a:$W\n").text == "a:12"
    assert image("ARG V=1\nFROM a:${V:-2}\n").text == "a:1"
    assert image("FROM a:${V:-2}\n").text == "a:2"
    assert image("ARG V=1\nFROM a${V:+-x}\n").text == "a-x"


def test_an_arg_without_default_is_unknown_with_its_known_parts() -> None:
    value = image("ARG V\nFROM a:$V-slim\n")
    assert value.is_unknown
    assert value.parts == ("a:", None, "-slim")
    assert value.references == ("ARG V",)


def test_what_buildkit_sets_is_unknown() -> None:
    assert image("FROM a:$TARGETARCH\n").is_unknown


def user(text: str) -> Value:
    return [block for block in instructions(read(text)) if block.type == "USER"][-1].get("user")


def test_an_arg_before_from_counts_in_a_stage_only_when_declared_again() -> None:
    assert user("ARG U=x\nFROM a\nUSER $U\n").is_unknown
    assert user("ARG U=x\nFROM a\nARG U\nUSER $U\n").text == "x"
    assert user("ARG U=x\nFROM a\nARG U=y\nUSER $U\n").text == "y"


def test_env_wins_over_arg_and_goes_on_into_stages() -> None:
    assert user("FROM a\nENV U=x\nARG U=y\nUSER $U\n").text == "x"
    assert user("FROM a AS s\nENV U=x\nFROM s\nUSER $U\n").text == "x"
    assert user("FROM a AS s\nENV U=x\nFROM b\nUSER $U\n").is_unknown
    assert user("FROM a AS s\nARG U=x\nFROM s\nUSER $U\n").is_unknown
    assert user("FROM a\nENV U=x V=$U\nUSER $V\n").is_unknown
    assert user("FROM a\nENV U=x\nENV U=y\nUSER $U\n").text == "y"


def test_a_variable_that_is_the_whole_word_tells_where_it_was_written() -> None:
    value = user('FROM a\nARG U="root"\nUSER ${U}\n')
    assert value.origin is not None
    assert sliced(value.origin) == '"root"'
    assert sliced(value) == "${U}"
    assert user("FROM a\nARG U=root\nUSER ${U}:x\n").origin is None


def test_quotes_and_escapes() -> None:
    assert user("FROM a\nENV U=x\nUSER '$U'\n").text == "$U"
    assert user('FROM a\nENV U=x\nUSER "$U"\n').text == "x"
    assert user("FROM a\nENV U=x\nUSER \\$U\n").text == "$U"
    assert user("FROM a\nUSER 'x\n").is_unknown


def test_a_variable_that_doubles_itself_does_not_grow_without_bound() -> None:
    lines = "".join(f"ENV A{i}=$A{i - 1}$A{i - 1}\n" for i in range(1, 60))
    assert user(f"FROM a\nENV A0=xxxxxxxx\n{lines}USER $A59\n").is_unknown


def test_a_run_is_not_expanded() -> None:
    assert one(read("FROM a\nENV U=x\nRUN echo $U\n"), "RUN").get("command").text == "echo $U"
