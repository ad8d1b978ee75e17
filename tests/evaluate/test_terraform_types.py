"""What the type constraint of a variable makes of its value; expected values are those of Terraform 1.11."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.evaluate.terraform import prepare
from iaclint.evaluate.terraform_types import bare, constraint, converted, variable_value
from iaclint.evaluate.terraform_values import Invalid, ListOf, MapOf, Null, SetOf
from iaclint.model import Block, Project, Value, literal_of
from iaclint.parsers.hcl import parse, parse_json
from iaclint.source import Source


def variable(arguments: str) -> Block:
    document = parse(Source("v.tf", f'variable "v" {{\n{arguments}\n}}\n'.encode()))
    prepare(Project(".", [document]))
    assert document.problems == []
    return document.blocks[0]


def made(type: str, default: str, more: str = "") -> Value:
    block = variable(f"  type = {type}\n  default = {default}\n  {more}")
    return variable_value(block.get("default"), block)


def spelled(value: Value) -> str:
    return value.document.source.slice(value.span)


@pytest.mark.parametrize(
    ("type", "default", "expected"),
    [
        ("string", "1", "1"), ("string", "2.50", "2.5"), ("string", "0.1", "0.1"), ("string", "true", "true"),
        ("string", "1e21", "1000000000000000000000"), ("string", '"x"', "x"), ("string", "null", None),
        ("number", '"1.50"', 1.5), ("number", '"-1e2"', -100), ("number", '".5"', 0.5), ("number", "-4", -4),
        ("bool", '"true"', True), ("bool", '"0"', False), ("any", '[1, "a"]', [1, "a"]),
        ("list(string)", '[1, true, "a"]', ["1", "true", "a"]), ("list", '[1, "a"]', ["1", "a"]),
        ("list(any)", '[[1], ["a"]]', [["1"], ["a"]]), ("list(any)", "[]", []), ('"list"', '[1, "a"]', ["1", "a"]),
        ("set(string)", '["b", "a", "b"]', ["a", "b"]), ("set(number)", "[10, 9, 9]", [9, 10]),
        ("set(bool)", '["1", "true", false]', [False, True]), ("set(any)", '["b", 1]', ["1", "b"]),
        ("map(number)", '{ a = "1" }', {"a": 1}), ("map", '{ a = 1, b = "x" }', {"a": "1", "b": "x"}),
        ("tuple([string, number])", '[1, "2"]', ["1", 2]), ("list(map(string))", "[{ a = 1 }]", [{"a": "1"}]),
        ("object({ a = string })", "{ a = 1, z = 2 }", {"a": "1"}),
        ("object({ a = optional(string) })", "{}", {"a": None}),
        ('object({ a = optional(string, "d"), "b" = bool })', '{ a = null, b = "false" }', {"a": "d", "b": False}),
        ("object({ a = optional(number, -4) })", "{}", {"a": -4}),
        ("object({ a = optional(object({ b = optional(string, 3) }), {}) })", "{}", {"a": {"b": "3"}}),
        ('map(object({ a = optional(list(string), ["x"]) }))', "{ k = {} }", {"k": {"a": ["x"]}}),
    ],
)  # fmt: skip
def test_a_value_is_converted_as_terraform_does(type: str, default: str, expected: object) -> None:
    assert literal_of(made(type, default)) == expected


@pytest.mark.parametrize(
    ("type", "default"),
    [
        ("bool", '"yes"'), ("bool", "1"), ("number", '"x"'), ("number", "true"), ("string", "[]"),
        ("list(string)", "{}"), ("map(string)", "[]"), ("set(number)", '["a"]'), ("tuple([string])", "[]"),
        ("object({ a = string })", "{}"),
        ("object({ a = object({ b = number }) })", '{ a = { b = "x" } }'), ("list(any)", "[[1], {}]"),
    ],
)  # fmt: skip
def test_what_cannot_be_converted_is_invalid(type: str, default: str) -> None:
    assert isinstance(made(type, default), Invalid)


@pytest.mark.parametrize("type", ["strung", "list()", "object({ a })", "map(string, string)", "foo(string)", "local.t"])
def test_a_type_that_cannot_be_read_converts_nothing(type: str) -> None:
    document = parse(Source("v.tf", f'variable "v" {{\n  type = {type}\n  default = [1]\n}}\n'.encode()))
    block = document.blocks[0]

    assert variable_value(block.get("default"), block) is block.get("default")


def test_what_is_not_known_stays_unknown_and_the_rest_is_converted() -> None:
    assert made("string", "aws_x.y.z").is_unknown
    assert not isinstance(made("string", "aws_x.y.z"), Invalid)
    first, second = made("list(string)", "[1, aws_x.y.z]").items
    assert first.is_("1") and second.is_unknown
    found = made("set(string)", '[aws_x.y.z, "0.0.0.0/0", "0.0.0.0/0"]')
    assert isinstance(found, SetOf) and sorted(item.kind for item in found.items) == ["string", "unknown"]
    entries = made("object({ a = optional(bool, true), b = string })", '{ (aws_x.y.z) = 1, b = "x" }').entries
    assert entries["a"].is_unknown and entries["b"].is_("x")


def test_collections_know_what_they_hold() -> None:
    as_list, as_map = made("list(any)", '[1, "a"]'), made("map(list(number))", '{ a = ["1"] }')

    assert isinstance(as_list, ListOf) and as_list.element is not None and as_list.element.kind == "string"
    assert isinstance(as_map, MapOf) and as_map.element is not None and as_map.element.kind == "list"
    null = made("object({ a = optional(bool) })", "{}").entries["a"]
    assert isinstance(null, Null) and null.element is not None and null.element.kind == "bool"


def test_literals_keep_the_place_where_they_are_written() -> None:
    value = made("map(set(string))", '{ open = ["::/0", 1] }')

    items = value.entries["open"].items
    assert [spelled(item.source_value) for item in items] == ["1", '"::/0"']
    assert [item.argument_path for item in items] == ["default.open", "default.open"]
    assert all(item.block is not None and item.block.address == "variable.v" for item in items)


def test_a_default_of_an_attribute_is_written_in_the_type() -> None:
    value = made("list(object({ cidrs = optional(list(string), [\"0.0.0.0/0\"]) }))", "[{}, {}]")

    first, second = (one.entries["cidrs"] for one in value.items)
    assert first is not second and first.source_value is second.source_value
    assert spelled(first.items[0].source_value) == '"0.0.0.0/0"'
    assert first.holder is value.items[0] and first.items[0].holder is first
    assert spelled(first) == "{}"


def test_what_an_object_leaves_out_can_be_written_into_it() -> None:
    value = made("object({ a = optional(string) })", "{ }").entries["a"]

    assert value.is_missing and not value.is_written
    assert value.path == ("a",)
    assert isinstance(value.holder, Value) and spelled(value.holder) == "{ }"


def test_null_takes_the_default_where_a_variable_may_not_be_null() -> None:
    block = variable('  type = string\n  default = "d"\n  nullable = false')
    null = variable("  default = null").get("default")

    assert variable_value(null, block).is_("d")
    assert variable_value(null, variable("  type = string")).is_missing
    assert isinstance(variable_value(null, variable("  nullable = false")), Invalid)


@pytest.mark.parametrize("word", ["sensitive", "ephemeral"])
def test_a_marked_variable_marks_all_of_its_value(word: str) -> None:
    value = made("any", '{ a = ["x"], b = { c = null } }', f"{word} = true")

    below = [value, *value.entries.values(), *value.entries["a"].items, *value.entries["b"].entries.values()]
    assert len(below) == 5 and all(one.is_sensitive for one in below)
    assert spelled(value.entries["a"].items[0].source_value) == '"x"'
    assert not made("string", '"x"', f"{word} = false").is_sensitive
    assert not made("string", '"x"').is_sensitive


def test_a_type_in_json_stands_in_a_string_and_its_defaults_nowhere() -> None:
    text = {"variable": {"v": {"type": 'object({ a = optional(string, "d"), b = bool })', "default": {"b": "true"}}}}
    block = parse_json(Source("v.tf.json", json.dumps(text).encode())).blocks[0]

    value = variable_value(block.get("default"), block)
    assert literal_of(value) == {"a": "d", "b": True}
    assert value.entries["a"].source_value.document.kind == "input"


def test_a_type_is_read_with_comments_and_old_words() -> None:
    text = 'object({ # one\n    a = list(map) /* two */\n    "b" : optional(tuple([string, any]))\n  })'
    block = variable("  type = " + text)
    type = constraint(block.arguments["type"])

    assert type is not None
    assert [(one.name, one.type.kind, one.is_optional) for one in type.attributes] == [
        ("a", "list", False), ("b", "tuple", True),
    ]  # fmt: skip
    assert not any(one.is_optional for one in bare(type).attributes)


def test_depth_is_bounded() -> None:
    deep = "list(" * 300 + "string" + ")" * 300
    value = made(deep, "[" * 70 + "1" + "]" * 70)

    assert value.kind in ("list", "unknown")


VALUES = st.recursive(
    st.sampled_from(["null", "1", '"a"', '"true"', "false", "aws_x.y.z", '"é"']),
    lambda below: st.lists(below, max_size=3).map(lambda one: f"[{', '.join(one)}]")
    | st.dictionaries(st.sampled_from(["a", "b", "(aws_x.y.z)"]), below, max_size=3).map(
        lambda one: "{ " + ", ".join(f"{key} = {value}" for key, value in one.items()) + " }"
    ),
    max_leaves=8,
)
TYPES = st.recursive(
    st.sampled_from(["string", "number", "bool", "any", "list", "map"]),
    lambda below: st.tuples(st.sampled_from(["list", "set", "map"]), below).map(lambda one: f"{one[0]}({one[1]})")
    | st.lists(below, max_size=3).map(lambda one: f"tuple([{', '.join(one)}])")
    | st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.tuples(st.sampled_from(["{}", "optional({})", "optional({}, [])"]), below)
    ).map(lambda one: "object({ " + ", ".join(f"{k} = {form.format(t)}" for k, (form, t) in one.items()) + " })"),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, TYPES)
def test_any_value_meets_any_type_and_converting_twice_is_converting_once(default: str, written: str) -> None:
    block = variable(f"  type = {written}\n  default = {default}")
    type = constraint(block.arguments["type"])
    assert type is not None

    value = converted(block.get("default"), type)
    stack, again = [value], converted(value, type)
    assert shape(again) == shape(value)
    while stack:
        one = stack.pop()
        assert one.block is block
        stack += [*one.items, *one.entries.values()]


def shape(value: Value) -> object:
    if value.kind == "list":
        return [shape(item) for item in value.items]
    return {k: shape(v) for k, v in value.entries.items()} if value.kind == "map" else (value.kind, value.data)
