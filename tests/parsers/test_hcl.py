"""Terraform's native syntax as Blocks and Arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.model import Document
from iaclint.parsers.hcl import parse, pieces
from iaclint.source import Source

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "syntax").glob("*.tf"))
FRAGMENTS = st.sampled_from(
    ['resource "a" "b" {\n', "}\n", "x = ", "[", "]", "(", ")", '"', "${", "}", "<<-EOF\n", "EOF\n", "\n", "1e5", "é",
     "dynamic \"d\" {\n", "content {\n", "for_each = ", "# iaclint: ignore[a]\n", "%{ if x }", "\0", "\ufeff", "\r\n"]
)  # fmt: skip


def read(text: str | bytes, kind: str = "module") -> Document:
    return parse(Source("main.tf", text.encode() if isinstance(text, str) else text), kind)


def text(document: Document, span: object) -> str:
    return document.source.slice(span)  # type: ignore[arg-type]


def test_a_resource_has_type_name_and_exact_spans() -> None:
    document = read('resource "aws_x" "b" {\n  a = "1"\n}\n')

    (block,) = document.blocks
    assert (block.kind, block.type, block.name, block.labels) == ("resource", "aws_x", "b", ("aws_x", "b"))
    assert text(document, block.header_span) == 'resource "aws_x" "b"'
    assert text(document, block.body_span) == '\n  a = "1"\n'
    assert text(document, block.span) == document.source.text.rstrip("\n")
    assert text(document, block.arguments["a"].span) == 'a = "1"'
    assert text(document, block.arguments["a"].name_span) == "a"
    assert text(document, block.get("a").span) == '"1"'
    assert block.parent is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('data "aws_x" "y"', ("data", "aws_x", "y")),
        ('provider "aws"', ("provider", "aws", "")),
        ('variable "x"', ("variable", "variable", "x")),
        ('module "m"', ("module", "module", "m")),
        ("locals", ("locals", "locals", "")),
        ("terraform", ("terraform", "terraform", "")),
    ],
)
def test_top_level_blocks_are_named_as_the_model_says(header: str, expected: tuple[str, str, str]) -> None:
    (block,) = read(header + " {}\n").blocks

    assert (block.kind, block.type, block.name) == expected


def test_nested_blocks_have_kind_block_and_their_parent() -> None:
    outer = read('resource "a" "b" {\n  disk {\n    size = 1\n  }\n}\n').blocks[0]

    (disk,) = outer.blocks
    assert (disk.kind, disk.type, disk.parent) == ("block", "disk", outer)
    assert outer.at("disk.size").is_(1)


def test_tfvars_are_one_block() -> None:
    (block,) = read('a = 1\nb = ["x"]\n', "tfvars").blocks

    assert (block.kind, block.type) == ("tfvars", "tfvars")
    assert block.get("a").is_(1)


def test_an_argument_outside_of_any_block_is_a_problem_where_nothing_else_is_wrong() -> None:
    document = read('region = "x"\nvariable "a" {\n  b = 1\n}\n')

    (problem,) = document.problems
    assert problem.message == "argument `region` stands outside of any block"
    assert text(document, problem.span) == "region"
    assert [block.name for block in document.blocks] == ["a"]
    assert all("outside" not in one.message for one in read('region = "x"\nvariable "a" {\n').problems)


@pytest.mark.parametrize(
    "written",
    [
        'moved {\n  from = aws_x.a\n  to   = module.m.aws_x.a["k"]\n}\n',
        'import {\n  for_each = toset(["a"])\n  to = aws_x.a[each.key]\n  id = each.key\n}\n',
        'removed {\n  from = aws_x.a\n  lifecycle {\n    destroy = false\n  }\n}\n',
        'ephemeral "random_password" "p" {\n  length = 1\n}\n',
        'check "c" {\n  data "http" "u" {\n    url = "x"\n  }\n  assert {\n    condition = data.http.u.ok\n  }\n}\n',
        'provider "aws" {\n  for_each = var.regions\n  alias = "by_region"\n}\n',
    ],
)
def test_every_kind_of_block_is_read(written: str) -> None:
    document = read(written)

    assert document.problems == [] and len(document.blocks) == 1
    assert document.blocks[0].kind == written.split()[0]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_fixtures_parse_without_problem_and_come_back_byte_for_byte(path: Path) -> None:
    document = read(path.read_bytes())

    assert document.problems == []
    assert b"".join(pieces(document)) == path.read_bytes()


def test_an_error_in_the_middle_leaves_the_rest_readable() -> None:
    document = read('resource "a" "b" {\n  x = [\n  y = 2\n}\nresource "c" "d" {\n  z = 1\n}\n')

    assert len(document.problems) == 1
    assert document.blocks[-1].get("z").is_(1)


def test_a_missing_brace_is_a_problem_and_the_block_before_is_read() -> None:
    document = read('resource "c" "d" {\n  z = 1\n}\nresource "a" "b" {\n  x = 1\n')

    assert document.problems
    assert document.blocks[0].get("z").is_(1)


def test_an_argument_set_twice_is_a_problem_and_the_last_counts() -> None:
    document = read('resource "a" "b" {\n  x = 1\n  x = 2\n}\n')

    assert [problem.message for problem in document.problems] == ["argument `x` is set twice"]
    assert document.blocks[0].get("x").is_(2)


def test_two_arguments_on_a_line_are_a_problem() -> None:
    assert read("locals {\n  a = 1 b = 2\n}\n").problems


def test_what_the_grammar_lacks_but_terraform_accepts_is_no_problem() -> None:
    document = read("locals {\n  a = 1e10\n  b = 105e+2\n  c = \"\0\"\n  d = <<éé\nx\néé\n  e = 1\n}\n")

    assert document.problems == []
    block = document.blocks[0]
    assert block.get("a").is_(10**10) and block.get("b").is_(10500) and block.get("e").is_(1)
    assert block.get("d").is_("x\n")


def test_comments_about_iaclint_are_found_and_strings_are_not() -> None:
    document = read('# iaclint: ignore[x]\nlocals {\n  a = "iaclint: no" // iaclint: ignore[y]\n}\n# other\n')

    assert [text(document, span).strip() for span in document.comments] == [
        "# iaclint: ignore[x]",
        "// iaclint: ignore[y]",
    ]


def test_platforms_come_from_types_and_providers() -> None:
    document = read('resource "azuread_x" "y" {}\ndata "google_x" "y" {}\nprovider "helm" {}\nresource "foo_x" "z" {}')

    assert document.platforms == {"terraform", "azurerm", "google", "kubernetes", "foo"}


def test_a_dynamic_block_over_a_literal_is_as_many_blocks() -> None:
    none, some = read(
        'resource "a" "b" {\n  dynamic "p" {\n    for_each = []\n    content {}\n  }\n}\n'
        'resource "a" "c" {\n  dynamic "p" {\n    for_each = [1, 2]\n    content {\n      n = 1\n    }\n  }\n}\n'
    ).blocks

    assert none.blocks == []
    assert [(block.type, block.is_symbolic) for block in some.blocks] == [("p", False), ("p", False)]


def test_a_dynamic_block_over_something_unknown_is_one_symbolic_block() -> None:
    document = read('resource "a" "b" {\n  dynamic "p" {\n    for_each = var.x\n    content {\n n = 1\n}\n  }\n}\n')
    block = document.blocks[0]

    (nested,) = block.blocks
    assert nested.is_symbolic and nested.type == "p"
    assert nested.get("n").is_(1)


@pytest.mark.parametrize("opening, closing", [("(", ")"), ("[", "]"), ("{a=", "}"), ("f(", ")"), ("!", "")])
def test_thousands_of_nested_expressions_are_no_recursion_error(opening: str, closing: str) -> None:
    document = read(f"locals {{\n  x = {opening * 3000}1{closing * 3000}\n}}\n")

    assert document.blocks[0].get("x").name == "x"


def test_thousands_of_nested_blocks_are_read() -> None:
    document = read("x {\n" * 3000 + "}\n" * 3000)

    assert sum(1 for _ in document.walk()) == 3000


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(FRAGMENTS, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_are_read_and_come_back(data: bytes) -> None:
    document = read(data)

    assert b"".join(pieces(document)) == data
    for block in document.walk():
        assert 0 <= block.span.start <= block.header_span.end <= block.span.end <= len(data)
        for argument in block.arguments.values():
            assert argument.span.covers(argument.value.span)


BROKEN = (
    "size =", "size = 2 3", "size 2", 'size = "a', "x = [", "t = {", "f = foo(", "nested {", "x = <<EOF",
    "/* not closed",
)  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "", "\n\n\n"])
@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_block_costs_only_itself(broken: str, end: str) -> None:
    before = 'resource "a" "one" {\n  x = 1\n}\n\n'
    damaged = f'resource "a" "two" {{\n  k = 1\n  {broken}\n}}\n'
    after = 'resource "a" "three" {\n  x = 3\n}\nvariable "v" {\n  default = 4\n}'
    document = read(before + damaged + after + end)

    assert [block.name for block in document.blocks] == ["one", "two", "three", "v"]
    one, _, three, variable = document.blocks
    assert one.get("x").is_(1) and three.get("x").is_(3) and variable.get("default").is_(4)
    assert text(document, three.span) == 'resource "a" "three" {\n  x = 3\n}'
    assert document.problems
    for problem in document.problems:
        assert len(before) <= problem.span.start <= problem.span.end <= len(before + damaged)
    assert document.problems == read(before + damaged + after).problems


def test_lines_in_heredocs_and_comments_begin_no_block_in_a_broken_file() -> None:
    inner = '\nresource "a" "inner" {\n}\n'
    document = read(
        f"locals {{\n  x = <<EOF{inner}EOF\n  /*{inner}*/\n  y = 1\n}}\n"
        'resource "a" "two" {\n  x = [\n}\nlocals {}\n'
    )

    assert [(block.kind, block.name) for block in document.blocks] == [
        ("locals", ""), ("resource", "two"), ("locals", "")
    ]  # fmt: skip
    assert document.blocks[0].get("y").is_(1)


def test_a_missing_brace_at_the_end_is_told_behind_the_last_thing_written() -> None:
    source = 'resource "a" "b" {\n  x = 1'

    for end in ("", "\n", "\n\n"):
        assert [problem.span.start for problem in read(source + end).problems] == [len(source)]
