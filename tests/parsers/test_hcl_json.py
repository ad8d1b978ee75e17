"""Terraform's JSON syntax as the same Blocks."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.model import Document, literal_of
from iaclint.parsers.hcl import parse_json, pieces
from iaclint.parsers.hcl.json_tree import read as read_tree
from iaclint.source import Source, Span


def read(text: str | bytes, kind: str = "module") -> Document:
    return parse_json(Source("main.tf.json", text.encode() if isinstance(text, str) else text), kind)


def test_resources_have_exact_spans() -> None:
    text = '{"resource": {"aws_x": {"é": {"a": "1", "b": [true, null]}}}}'
    document = read(text)

    (block,) = document.blocks
    assert (block.kind, block.type, block.name) == ("resource", "aws_x", "é")
    assert document.source.slice(block.get("a").span) == '"1"'
    assert document.source.slice(block.arguments["b"].span) == '"b": [true, null]'
    assert document.source.slice(block.body_span or Span(0, 0)) == '"a": "1", "b": [true, null]'
    assert block.get("b").items[1].is_missing
    assert document.platforms == {"terraform", "aws"}


def test_blocks_in_lists_and_comments_as_terraform_reads_them() -> None:
    document = read('{"//": "note", "locals": [{"a": 1}, {"b": 2}]}')

    assert [list(block.arguments) for block in document.blocks] == [["a"], ["b"]]


def test_a_fault_keeps_what_came_before() -> None:
    document = read('{"resource": {"a": {"b": {"x": 1}}},}')

    assert len(document.problems) == 1
    assert document.blocks[0].get("x").is_(1)


def test_depth_is_bounded() -> None:
    assert read("[" * 5000).problems


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=15,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_json_means_what_pythons_reader_says(data: object) -> None:
    text = json.dumps({"a": data}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    root, fault = read_tree(text)

    assert fault is None and root is not None
    block = read(text, "tfvars").blocks[0]
    if b"${" not in text and b"%{" not in text and b"//" not in text:
        assert literal_of(block.get("a")) == json.loads(text)["a"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_read_and_come_back(data: bytes) -> None:
    assert b"".join(pieces(read(data))) == data
