"""What a Terragrunt unit gives its module: through the files it includes and reads, and which setting wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iaclint.model import Value
from tests.evaluate.trees import plain, write
from tests.running import lint

MODULE = {
    "modules/m/main.tf": """
        variable "cidrs" {
          type = any
        }
        resource "aws_security_group" "g" {
          description = "d"
          ingress {
            description = "d"
            from_port   = 22
            to_port     = 22
            protocol    = "tcp"
            cidr_blocks = var.cidrs
          }
        }
    """,
}
ANY = '["0.0.0.0/0"]'
OWN = '["10.0.0.0/8"]'
RULE = "open-admin-port"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


UNIT = "live/app/terragrunt.hcl"


def inputs_of(folder: Path, files: dict[str, str]) -> tuple[dict[str, Value], bool]:
    """The inputs of a unit as a run reads them, and whether there may be more."""
    from iaclint.engine.checking import read_file
    from iaclint.engine.discovery import discover
    from iaclint.engine.modules import link
    from iaclint.engine.projects import group, read_group
    from iaclint.evaluate.terragrunt import configuration_of
    from iaclint.policy.config import Config

    write(folder, files)
    first, _ = link(group(discover(["."], Config())[0], 2_000_000), read_file, {})
    one = next(one for one in first if one.language == "terragrunt" and one.members[0].path == UNIT)
    configuration = configuration_of(read_group(one, read_file, {}).project.documents[0].module)
    found = configuration.unit() if configuration is not None else None
    assert found is not None
    return found.inputs, found.is_open


def plain_inputs(folder: Path, files: dict[str, str]) -> dict[str, object]:
    return {name: plain(value) for name, value in inputs_of(folder, files)[0].items()}


def rules_at(folder: Path, *paths: str) -> list[tuple[str, int]]:
    """Where something is open to the world."""
    report = lint(folder, *paths, select=[RULE])
    assert not report.errors
    return [(one.path, one.start.line) for one in report.findings]


def test_an_included_file_is_found_in_the_folders_above_and_its_inputs_are_merged(tmp_path: Path) -> None:
    found, is_open = inputs_of(tmp_path, {
        "root.hcl": 'inputs = {\n  a = "root"\n  b = "root"\n}\n',
        "live/app/terragrunt.hcl": """
            include "root" {
              path = find_in_parent_folders("root.hcl")
            }
            inputs = { a = "own" }
        """,
    })  # fmt: skip

    assert {name: plain(value) for name, value in found.items()} == {"a": "own", "b": "root"}
    assert not is_open and found["b"].document.path == "root.hcl"


def test_without_a_name_the_next_terragrunt_hcl_above_is_meant(tmp_path: Path) -> None:
    assert plain_inputs(tmp_path, {
        "terragrunt.hcl": 'inputs = { a = "far" }\n',
        "live/terragrunt.hcl": 'inputs = { a = "near" }\n',
        "live/app/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n",
    }) == {"a": "near"}  # fmt: skip


def test_of_several_included_files_the_last_wins(tmp_path: Path) -> None:
    assert plain_inputs(tmp_path, {
        "a.hcl": 'inputs = {\n  x = "a"\n  y = "a"\n}\n', "b.hcl": 'inputs = {\n  x = "b"\n}\n',
        "live/app/terragrunt.hcl": """
            include "a" {
              path = "../../a.hcl"
            }
            include "b" {
              path = "${get_terragrunt_dir()}/../../b.hcl"
            }
        """,
    }) == {"x": "b", "y": "a"}  # fmt: skip


def test_deeply_merged_maps_hold_both_lists_are_joined_and_what_is_empty_is_in_doubt(tmp_path: Path) -> None:
    assert plain_inputs(tmp_path, {
        "root.hcl": """
            inputs = {
              tags = { a = 1, deep = { x = 1, y = 1 } }
              list = ["root"]
              on   = true
              kind = "root"
              odd  = { a = 1 }
            }
        """,
        "live/app/terragrunt.hcl": """
            include "root" {
              path           = find_in_parent_folders("root.hcl")
              merge_strategy = "deep"
            }
            inputs = {
              tags = { b = 2, deep = { y = 2 } }
              list = ["own"]
              on   = false
              kind = "own"
              odd  = []
            }
        """,
    }) == {
        "tags": {"a": 1, "b": 2, "deep": {"x": 1, "y": 2}}, "list": ["root", "own"], "on": "?",
        "kind": "own", "odd": "?",
    }  # fmt: skip


def test_a_file_that_is_read_shows_its_locals_and_an_included_one_what_it_exposes(tmp_path: Path) -> None:
    assert plain_inputs(tmp_path, {
        "root.hcl": """
            locals {
              region = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals.region
              here   = get_terragrunt_dir()
            }
        """,
        "live/region.hcl": 'locals {\n  region = "eu"\n  own = get_env("OWN", "dflt")\n}\ninputs = { i = 1 }\n',
        "live/app/terragrunt.hcl": """
            include "root" {
              path   = find_in_parent_folders("root.hcl")
              expose = true
            }
            include "hidden" {
              path = find_in_parent_folders("root.hcl")
            }
            locals {
              near = read_terragrunt_config(find_in_parent_folders("region.hcl"))
            }
            dependency "vpc" {
              config_path  = "../vpc"
              mock_outputs = { id = "mock" }
            }
            inputs = {
              near    = local.near.locals.region
              input   = local.near.inputs.i
              default = local.near.locals.own
              root    = include.root.locals.region
              hidden  = include.hidden.locals.region
              same    = include.root.locals.here == get_terragrunt_dir()
              further = local.near.remote_state
              env     = get_env("NONE")
              run     = run_cmd("cat", "/etc/passwd")
              vpc     = dependency.vpc.outputs.id
              none    = read_terragrunt_config("none.hcl")
            }
        """,
    }) == {
        "near": "eu", "input": 1, "default": "dflt", "root": "eu", "same": True,
        **dict.fromkeys(("hidden", "further", "env", "run", "vpc", "none"), "?"),
    }  # fmt: skip


def test_files_that_read_each_other_end(tmp_path: Path) -> None:
    circle = 'locals {\n  a = read_terragrunt_config("../OTHER.hcl").locals.a\n}\n'
    assert plain_inputs(tmp_path, {
        "live/a.hcl": circle.replace("../OTHER", "b"), "live/b.hcl": circle.replace("../OTHER", "a"),
        "live/app/terragrunt.hcl": 'inputs = { a = read_terragrunt_config("../a.hcl").locals.a }\n',
    }) == {"a": "?"}  # fmt: skip


@pytest.mark.parametrize("path", ["../../../outside.hcl", "../link.hcl"])
def test_nothing_outside_of_the_repository_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "live").mkdir()
    (tmp_path / "outside.hcl").write_text('locals {\n  a = "secret"\n}\ninputs = { b = 1 }\n')
    (repository / "live/link.hcl").symlink_to(tmp_path / "outside.hcl")
    monkeypatch.chdir(repository)
    found, is_open = inputs_of(repository, {"live/app/terragrunt.hcl": f"""
        include "x" {{
          path = "{path}"
        }}
        inputs = {{
          a = read_terragrunt_config("{path}").locals.a
          c = find_in_parent_folders("outside.hcl", "none")
        }}
    """})  # fmt: skip

    assert is_open and {name: plain(value) for name, value in found.items()} == {"a": "?", "c": "?"}


def unit(inputs: str = "", include: str = "") -> str:
    return f'terraform {{\n  source = "../../modules/m"\n}}\n{include}inputs = {{\n{inputs}\n}}\n'


ROOT = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'


def test_a_fault_in_inputs_stands_where_they_are_written_also_in_an_included_file(tmp_path: Path) -> None:
    inputs = f"inputs = {{\n  cidrs = {ANY}\n}}\n"
    write(tmp_path, {**MODULE, "root.hcl": inputs, UNIT: unit("", ROOT)})

    assert rules_at(tmp_path) == [("root.hcl", 2)]


def test_a_fault_in_an_included_file_is_repaired_there(tmp_path: Path) -> None:
    module = {"modules/m/main.tf": """
        variable "on" {
          type = bool
        }
        resource "aws_ebs_volume" "v" {
          availability_zone = "a"
          encrypted         = var.on
        }
    """}
    write(tmp_path, {**module, "root.hcl": "inputs = {\n  on = false\n}\n", "live/app/terragrunt.hcl": unit("", ROOT)})
    report = lint(tmp_path, fix=True)

    assert not report.errors
    assert (tmp_path / "root.hcl").read_text() == "inputs = {\n  on = true\n}\n"


@pytest.mark.parametrize(
    ("files", "environment", "expected"),
    [
        ({}, None, True),
        ({"modules/m/terraform.tfvars": f"cidrs = {OWN}\n"}, None, False),
        ({"modules/m/x.auto.tfvars": f"cidrs = {OWN}\n"}, None, False),
        ({"modules/m/x.auto.tfvars.json": json.dumps({"cidrs": ["10.0.0.0/8"]})}, None, False),
        ({"modules/m/other.tfvars": f"cidrs = {OWN}\n"}, None, True),
        ({}, OWN, False),
    ],
)  # fmt: skip
def test_inputs_rank_below_the_environment_and_the_variable_files_of_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], environment: str | None, expected: bool
) -> None:
    write(tmp_path, {**MODULE, **files, "live/app/terragrunt.hcl": unit(f"cidrs = {ANY}")})
    from iaclint.engine.api import Options, run
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.policy.config import Config

    given = Inputs((), (("cidrs", environment),)) if environment is not None else None
    report = run(Options(["."], Config(), inputs=given))

    assert any(one.path == "live/app/terragrunt.hcl" for one in report.findings) is expected


def test_variable_files_of_the_command_line_win_so_nothing_is_known(tmp_path: Path) -> None:
    extra = 'terraform {\n  extra_arguments "v" {\n    required_var_files = ["x.tfvars"]\n  }\n}\n'
    write(tmp_path, {
        **MODULE, "root.hcl": extra, "live/app/terragrunt.hcl": unit(f"cidrs = {ANY}", ROOT),
    })  # fmt: skip

    assert rules_at(tmp_path) == []


def test_a_map_for_a_variable_without_type_arrives_as_text(tmp_path: Path) -> None:
    write(tmp_path, {
        "modules/m/main.tf": MODULE["modules/m/main.tf"].replace("type = any", ""),
        "live/app/terragrunt.hcl": unit(f"cidrs = {ANY}"),
    })  # fmt: skip

    assert rules_at(tmp_path) == []
