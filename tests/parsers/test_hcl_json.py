"""Terraform's JSON syntax as the same Blocks."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.evaluate.terraform import prepare
from iaclint.model import Block, Document, Project, literal_of
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


def evaluated(data: object) -> list[Block]:
    document = read(json.dumps(data))
    prepare(Project(".", [document]))
    assert document.problems == []
    return document.blocks


def test_blocks_may_be_arrays_at_every_level() -> None:
    document = read(
        '[{"resource": [{"t": [{"n": [{"a": 1}, {"a": 2}]}, {"m": {"a": 3}}]}, {"//": 1, "u": {"//": "x", "n": {}}}]},'
        ' {"provider": {"aws": [{"region": "a"}, {"alias": "b"}]}, "moved": [{"from": "a"}, {"from": "b"}]}]'
    )

    names = [block.address for block in document.blocks[:4]]
    assert names == ["t.n", "t.n", "t.m", "u.n"]
    assert [block.kind for block in document.blocks[4:]] == ["provider", "provider", "moved", "moved"]
    assert [block.get("a").data for block in document.blocks[:3]] == [1, 2, 3]


def test_what_terraform_defines_is_a_block_and_what_is_named_alike_elsewhere_is_not() -> None:
    settings, own, resource, check, variable = evaluated({
        "terraform": {"required_providers": {"a": {"source": "x"}}, "backend": {"s3": {"bucket": "b"}}, "cloud": {}},
        "locals": {"backend": {"a": 1}, "lifecycle": [{"b": 1}], "dynamic": {"c": {}}},
        "resource": {"t": {"n": {
            "lifecycle": {"precondition": [{"condition": True}]}, "provisioner": [{"local-exec": {"command": "x"}}],
            "connection": {"host": "h"}, "//": "note", "backend": {"x": 1},
        }}},
        "check": {"c": {"data": {"http": {"u": {"url": "x"}}}, "assert": [{"condition": "${true}"}]}},
        "variable": {"v": {"validation": {"condition": "${var.v}"}}},
    })  # fmt: skip

    assert [(one.type, one.labels) for one in settings.blocks] == [
        ("required_providers", ()), ("backend", ("s3",)), ("cloud", ()),
    ]  # fmt: skip
    assert list(own.arguments) == ["backend", "lifecycle", "dynamic"] and own.blocks == []
    assert [one.type for one in resource.blocks] == ["lifecycle", "provisioner", "connection"]
    assert resource.at("lifecycle.precondition.condition").is_(True) and list(resource.arguments) == ["backend"]
    assert [(one.type, one.labels) for one in check.blocks] == [("data", ("http", "u")), ("assert", ())]
    assert check.at("assert.condition").is_(True)
    assert [one.type for one in variable.blocks] == ["validation"]


def test_dynamic_blocks_are_followed() -> None:
    (resource,) = evaluated({"resource": {"t": {"n": {"dynamic": [
        {"a": {"for_each": ["x", "y"], "content": {"v": "${a.value}", "w": "<${a.key}>"}}},
        {"b": [{"for_each": {"k": 1}, "iterator": "it", "content": [{"v": "${it.key}-${it.value}", "dynamic": {
            "c": {"for_each": "${[it.value + 1]}", "content": {"v": "${c.value}"}}}}]}]},
        {"d": {"for_each": [], "content": {}}, "e": {"for_each": "${data.x.y.z}", "content": {"v": 1}}},
    ]}}}})  # fmt: skip

    assert [(one.type, one.get("v").data, one.is_symbolic) for one in resource.blocks] == [
        ("a", "x", False), ("a", "y", False), ("b", "k-1", False), ("e", 1, True),
    ]  # fmt: skip
    assert resource.at("b.c.v").is_(2)
    assert resource.arguments == {}
    assert resource.blocks[0].get("v").document.source.slice(resource.blocks[0].get("v").span) == '"${a.value}"'


def test_dynamic_blocks_within_an_argument_are_not_known() -> None:
    (resource,) = evaluated({"resource": {"t": {"n": {"a": {"b": 1, "dynamic": {"c": {"for_each": [1]}}}}}}})

    assert resource.at("a.b").is_(1) and resource.at("a.c").is_unknown and resource.at("a.d").is_missing


def test_a_name_that_occurs_twice_stands_for_two_blocks_but_not_for_two_arguments() -> None:
    document = read('{"resource": {"t": {"n": {"d": {"x": 1}, "e": 1, "d": [{"x": 2}], "e": 2}}}}')

    (block,) = document.blocks
    assert [one.data for one in block.each("d.x")] == [1, 2]
    assert [problem.message for problem in document.problems] == ["argument `e` is set twice"]


def test_what_is_no_block_at_the_top_is_a_problem() -> None:
    document = read('{"terraform": null, "locals": "x", "output": [1], "variable": {"v": {}}}')

    assert [document.source.slice(problem.span) for problem in document.problems] == ['"locals"', '"output"']
    assert [block.kind for block in document.blocks] == ["variable"]


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
