"""Override files: what they say stands in the Blocks they override, and is still theirs."""

from __future__ import annotations

import pytest

from iaclint.evaluate.terraform import prepare
from iaclint.model import Block, Document, Project, Value
from iaclint.parsers.hcl import parse, parse_json
from iaclint.parsers.hcl.overrides import is_override, merge
from iaclint.source import Source


def merged(base: str, *overrides: str, names: tuple[str, ...] = ("override.tf", "x_override.tf")) -> list[Document]:
    pairs = [("main.tf.json" if base.startswith("{") else "main.tf", base), *zip(names, overrides, strict=False)]
    documents = [
        (parse_json if path.endswith(".json") else parse)(Source(path, text.encode())) for path, text in pairs
    ]
    merge(documents)
    prepare(Project(".", documents))
    return documents


def told(value: Value) -> tuple[object, str, str]:
    return value.data, value.document.path, value.document.source.slice(value.span)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("override.tf", True), ("a/override.tf", True), ("a\\x_override.tf.json", True), ("x_override.tofu", True),
        ("override.tofu.json", True), ("overrides.tf", False), ("my-override.tf", False), ("override.tfvars", False),
        ("override.tf.bak", False), ("override/main.tf", False),
    ],
)  # fmt: skip
def test_override_files_are_told_by_name(path: str, expected: bool) -> None:
    assert is_override(path) is expected


def test_arguments_of_an_override_take_the_place_of_others_and_keep_their_file() -> None:
    main, override = merged(
        'resource "t" "n" {\n  a = 1\n  b = 2\n}\n',
        'resource "t" "n" {\n  a = local.x\n  c = 3\n}\nlocals {\n  y = 1\n}\n',
    )

    (block,) = main.blocks
    assert [told(block.get(name))[1:] for name in "abc"] == [
        ("override.tf", "local.x"), ("main.tf", "2"), ("override.tf", "3"),
    ]  # fmt: skip
    assert [one.kind for one in override.blocks] == ["locals"]
    found = block.get("c").block
    assert found is not None and found.document is override
    assert (found.address, found.full_address, block.get("c").argument_path) == ("t.n", "t.n", "c")
    assert found.get("b").is_(2), "the override's part of a Block sees all of it"


def test_nested_blocks_of_a_type_take_the_place_of_all_of_that_type() -> None:
    main, override = merged(
        'resource "t" "n" {\n  d {\n    x = 1\n  }\n  d {\n    x = 2\n  }\n  e {\n    x = 3\n  }\n}\n',
        'resource "t" "n" {\n  d {\n    x = 4\n  }\n}\n',
    )

    block = main.blocks[0]
    assert [told(one.get("x"))[:2] for one in block.blocks] == [(3, "main.tf"), (4, "override.tf")]
    inner = block.children("d")[0]
    assert inner.document is override and inner.parent is block and inner.address == "t.n"
    assert inner.get("y").document is override


def test_dynamic_blocks_and_written_ones_take_each_others_place() -> None:
    dynamic = 'resource "t" "n" {\n  dynamic "d" {\n  for_each = [4]\n  content {\n  x = d.value\n  }\n  }\n}\n'
    written = 'resource "t" "n" {\n  d {\n    x = 1\n  }\n  e {}\n}\n'

    for base, override, expected in [(written, dynamic, 4), (dynamic, written, 1)]:
        block = merged(base, override)[0].blocks[0]
        assert [one.get("x").data for one in block.children("d")] == [expected]


def test_json_and_native_syntax_override_each_other() -> None:
    native, other = 'resource "t" "n" {\n  d {\n    x = 1\n  }\n}\n', '{"resource": {"t": {"n": {"d": {"x": 2}}}}}'

    block = merged(native, other, names=("override.tf.json",))[0].blocks[0]
    assert told(block.at("d.x")) == (2, "override.tf.json", "2") and not block.blocks
    block = merged(other, native)[0].blocks[0]
    assert told(block.at("d.x")) == (1, "override.tf", "1") and not block.arguments


def test_override_files_follow_each_other_by_name() -> None:
    main = merged(
        'variable "v" {\n  default = 1\n}\n',
        'variable "v" {\n  default = 2\n}\n',
        'variable "v" {\n  type = string\n}\n',
        names=("b_override.tf", "a_override.tf"),
    )[0]
    assert main.blocks[0].get("default").is_(2) and main.blocks[0].get("type").is_unknown

    texts = [f'variable "v" {{\n  default = {number}\n}}\n' for number in (1, 2, 3)]
    assert merged(*texts, names=("z_override.tf", "override.tf"))[0].blocks[0].get("default").is_(2)


def test_locals_are_overridden_by_name() -> None:
    main, override = merged(
        'locals {\n  a = 1\n  b = 2\n}\nlocals {\n  c = 3\n}\noutput "o" {\n  value = [local.a, local.b, local.c]\n}\n',
        'locals {\n  c = 30\n  a = 10\n}\n',
    )

    assert [item.data for item in main.blocks[2].get("value").items] == [10, 2, 30]
    assert override.blocks == []


def test_providers_are_told_apart_by_alias_and_backends_take_each_others_place() -> None:
    main, override = merged(
        'provider "p" {\n  r = 1\n}\nprovider "p" {\n  alias = "x"\n  r = 2\n}\n'
        'terraform {\n  backend "s3" {}\n  required_providers {\n    a = 1\n    b = 2\n  }\n}\n',
        'provider "p" {\n  alias = "x"\n  r = 3\n}\n'
        "terraform {\n  cloud {}\n  required_providers {\n    b = 3\n  }\n}\n",
    )

    assert [block.get("r").data for block in main.blocks[:2]] == [1, 3]
    settings = main.blocks[2]
    assert [block.type for block in settings.blocks] == ["required_providers", "cloud"]
    assert [settings.at(f"required_providers.{name}").data for name in "ab"] == [1, 3]
    assert override.blocks == []


def test_lifecycle_is_merged_by_argument_and_depends_on_stays() -> None:
    block = merged(
        'resource "t" "n" {\n  depends_on = [a.b]\n'
        "  lifecycle {\n    prevent_destroy = true\n    ignore_changes = [x]\n  }\n}\n",
        'resource "t" "n" {\n  depends_on = [c.d]\n  lifecycle {\n    prevent_destroy = false\n  }\n}\n',
    )[0].blocks[0]

    assert block.at("lifecycle.prevent_destroy").is_(False)
    assert "ignore_changes" in block.blocks[0].arguments
    assert block.get("depends_on").document.path == "main.tf"


@pytest.mark.parametrize("text", ['resource "t" "other" {}\n', "moved {}\n", 'provider "q" {}\n', 'check "c" {}\n'])
def test_what_has_nothing_to_override_stays(text: str) -> None:
    main, override = merged('resource "t" "n" {}\nmoved {}\ncheck "c" {}\n', text)

    assert len(main.blocks) == 3 and len(override.blocks) == 1


def test_an_override_sees_the_instance_it_belongs_to() -> None:
    documents = merged(
        'resource "t" "n" {\n  for_each = { a = 1 }\n  x = each.key\n}\n', 'resource "t" "n" {\n  y = each.value\n}\n'
    )

    instances = documents[0].project.blocks("t") if documents[0].project is not None else []
    assert [(one.instance, one.get("x").data, one.get("y").data) for one in instances] == [('["a"]', "a", 1)]


def test_without_override_files_nothing_changes() -> None:
    block = merged('resource "t" "n" {\n  a = 1\n}\n')[0].blocks[0]

    assert isinstance(block, Block) and block.get("a").is_(1)
