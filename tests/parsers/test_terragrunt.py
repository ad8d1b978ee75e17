"""Terragrunt files: how they are told, which module they deploy, with which inputs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from iaclint.evaluate.terraform import prepare
from iaclint.model import Document, Project, literal_of
from iaclint.parsers.hcl import pieces
from iaclint.parsers.hcl.terragrunt import Unit, is_terragrunt, parse, unit
from iaclint.source import Source


def read(text: str, path: str = "live/app/terragrunt.hcl") -> Document:
    document = parse(Source(path, text.encode()))
    prepare(Project("live/app", [document]))
    return document


def unit_of(text: str, parent: Callable[[str], Document | None] | None = None) -> Unit:
    found = unit(read(text), parent)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("a/terragrunt.hcl", "", True), ("terragrunt.stack.hcl", "", True), ("root.hcl", "remote_state {\n}\n", True),
        ("common.hcl", "locals {}\ninputs = {\n}\n", True), ("x.hcl", 'include "root" {\n', True),
        ("x.hcl", 'dependency "vpc" {\n', True), ("env.hcl", 'locals {\n  a = find_in_parent_folders("x")\n}\n', True),
        ("policy.hcl", 'path "secret/*" {\n  capabilities = ["read"]\n}\n', False), ("x.hcl", "locals {\n}\n", False),
        ("bake.hcl", 'target "app" {\n  inherits = ["x"]\n}\n', False), ("x.hcl", "# inputs = {\n", False),
    ],
)  # fmt: skip
def test_files_are_told_by_name_or_content(path: str, head: str, expected: bool) -> None:
    assert is_terragrunt(path, head.encode()) is expected


def test_a_file_is_read_as_its_arguments_and_its_blocks() -> None:
    text = 'inputs = {\n  a = 1\n}\nterraform {\n  source = "../m"\n}\n'
    document = read(text)

    top, block = document.blocks
    assert (document.kind, top.kind, list(top.arguments)) == ("terragrunt", "terragrunt", ["inputs"])
    assert (block.kind, block.parent, block.get("source").text) == ("terraform", None, "../m")
    assert document.problems == [] and b"".join(pieces(document)).decode() == text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"../modules/vpc"', "../modules/vpc"), ('"../modules//vpc"', "../modules/vpc"), ('"./x/../m"', "m"),
        ('"${get_terragrunt_dir()}/../..//m"', "../../m"), ('"${ get_terragrunt_dir() }"', "."), ('"."', "."),
        ('"../${local.m}"', "../vpc"),
        ('"git::https://x/y.git//m?ref=v1"', None), ('"../m?ref=v1"', None), ('"tfr:///a/b/c?version=1"', None),
        ('"github.com/a/b"', None), ('"modules/vpc"', None), ('"/modules/vpc"', None), ('"${get_repo_root()}/m"', None),
        ("local.unknown", None),
    ],
)  # fmt: skip
def test_a_local_source_is_a_folder_seen_from_the_file(source: str, expected: str | None) -> None:
    found = unit_of(f'locals {{\n  m = "vpc"\n}}\nterraform {{\n  source = {source}\n}}\n')

    assert found.source == expected


def test_without_source_the_folder_itself_is_meant_unless_another_file_may_say() -> None:
    assert unit_of("inputs = {}\n").source == "."
    assert unit_of('include "root" {\n  path = find_in_parent_folders()\n}\n').source is None


def test_inputs_are_known_as_far_as_they_are_written() -> None:
    text = """
locals {
  common = read_terragrunt_config(find_in_parent_folders("common.hcl"))
  name   = "app"
}
inputs = {
  name    = local.name
  cidrs   = ["0.0.0.0/0", dependency.vpc.outputs.cidr]
  vpc     = dependency.vpc.outputs.id
  region  = local.common.locals.region
  secret  = get_env("SECRET", "default")
  nothing = null
}
"""
    found = unit_of(text)

    assert found.inputs["name"].is_("app")
    assert found.inputs["cidrs"].items[0].is_("0.0.0.0/0") and found.inputs["cidrs"].items[1].is_unknown
    assert all(found.inputs[name].is_unknown for name in ("vpc", "region", "nothing"))
    assert not found.is_open
    assert found.document.source.slice(found.inputs["name"].source_value.span) == '"app"'


@pytest.mark.parametrize(
    "text",
    [
        "inputs = merge(local.a, { b = 1 })\n", "inputs = { (local.a) = 1 }\n", "inputs = local.a\n",
        'include "root" {\n  path = find_in_parent_folders()\n}\n', 'include "root" {\n  path = "../root.hcl"\n}\n',
        'terraform {\n  extra_arguments "v" {\n    required_var_files = ["x.tfvars"]\n  }\n}\n',
        'terraform {\n  extra_arguments "v" {\n    env_vars = { TF_VAR_a = "b" }\n  }\n}\n',
        'generate "v" {\n  path = "x.auto.tfvars"\n}\n', 'generate "v" {\n  path = local.a\n}\n',
    ],
)  # fmt: skip
def test_where_more_inputs_may_be_given_is_said(text: str) -> None:
    assert unit_of(text).is_open


def test_what_gives_no_variables_leaves_the_inputs_closed() -> None:
    text = (
        'terraform {\n  extra_arguments "l" {\n    arguments = ["-lock-timeout=20m"]\n  }\n}\n'
        'generate "provider" {\n  path = "provider.tf"\n}\n'
    )

    assert not unit_of(text).is_open


PARENT = 'inputs = {\n  a = "parent"\n  b = "parent"\n  t = { x = 1 }\n}\n'


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("", {"a": "own", "b": "parent", "t": {"y": 2}}), ('merge_strategy = "no_merge"', {"a": "own", "t": {"y": 2}}),
        ('merge_strategy = "deep"', {"a": "own", "b": "parent", "t": {"x": 1, "y": 2}}),
        ('merge_strategy = "deep_map_only"', {"a": None, "b": "parent", "t": None}),
    ],
)  # fmt: skip
def test_inputs_of_an_included_file_are_merged(strategy: str, expected: dict[str, object]) -> None:
    asked: list[str] = []

    def parent(path: str) -> Document | None:
        asked.append(path)
        return read(PARENT, "live/root.hcl")

    own = 'inputs = {\n  a = "own"\n  t = { y = 2 }\n}\n'
    found = unit_of(f'include "root" {{\n  path = "../root.hcl"\n  {strategy}\n}}\n{own}', parent)

    told = {name: None if value.is_unknown else literal_of(value) for name, value in found.inputs.items()}
    assert told == expected and not found.is_open
    assert asked == ([] if "no_merge" in strategy else ["../root.hcl"])


def test_an_included_file_that_is_not_at_hand_or_includes_another_leaves_the_inputs_open() -> None:
    text = 'include {\n  path = "../root.hcl"\n}\n'

    assert unit_of(text, lambda path: None).is_open
    assert unit_of(text, lambda path: read("inputs = [", "live/root.hcl")).is_open
    assert unit_of(text, lambda path: read('include "x" {\n  path = "y"\n}\n', "live/root.hcl")).is_open
    assert not unit_of(text, lambda path: read("inputs = {}\n", "live/root.hcl")).is_open


def test_only_a_terragrunt_hcl_is_a_unit() -> None:
    for path in ("live/terragrunt.stack.hcl", "live/root.hcl"):
        assert unit(read("inputs = {}\n", path)) is None


@pytest.mark.parametrize(
    "text", ["inputs = {", "include", 'terraform {\n  source = "', "inputs = [1\n", "}", "\0", "a = 1 b = 2"]
)
def test_what_is_damaged_is_read_all_the_same(text: str) -> None:
    document = read(text)

    unit(document)
    assert document.problems or text == "\0"
