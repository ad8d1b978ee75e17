"""Blocks and files that deploy nothing by themselves: read, evaluated where something asks, and never judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluate.trees import addresses, at, plain, project_in, write
from tests.running import lint

ENCRYPTED = "aws-ebs-volume-unencrypted"
BAD = 'resource "aws_ebs_volume" "%s" {\n  availability_zone = "a"\n  encrypted         = false\n}\n'


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def faults(folder: Path) -> list[tuple[str, int]]:
    report = lint(folder)
    assert report.errors == [] and "syntax-error" not in {one.rule.name for one in report.findings}
    return [(one.path, one.start.line) for one in report.findings if one.rule.name == ENCRYPTED]


@pytest.mark.parametrize(
    "text",
    [
        "moved {\n  from = aws_ebs_volume.old\n  to   = aws_ebs_volume.v\n}\n",
        "moved {\n  from = module.a[0].aws_ebs_volume.old\n  to   = aws_ebs_volume.v\n}\n",
        'import {\n  for_each = { a = "vol-1" }\n  to       = aws_ebs_volume.v[each.key]\n  id       = each.value\n}\n',
        'import {\n  to       = module.m["a"].aws_ebs_volume.w\n  identity = { id = "x" }\n  provider = aws.west\n}\n',
        "removed {\n  from = aws_ebs_volume.gone\n  lifecycle {\n    destroy = false\n  }\n}\n",
        'removed {\n  from = module.gone\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n',
        'ephemeral "random_password" "p" {\n  length = 4\n}\n',
        'ephemeral "aws_secretsmanager_secret_version" "s" {\n  secret_id = "x"\n}\n',
        'check "c" {\n  assert {\n    condition     = aws_ebs_volume.v.encrypted\n    error_message = "x"\n  }\n}\n',
    ],
)  # fmt: skip
def test_blocks_beside_a_resource_bring_nothing_and_take_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"main.tf": BAD % "v"})
    alone = [(one.rule.name, one.start.line) for one in lint(tmp_path).findings]
    write(tmp_path, {"other.tf": text})
    report = lint(tmp_path)

    assert report.errors == [] and [(one.rule.name, one.start.line) for one in report.findings] == alone


def test_the_data_source_of_a_check_is_known_by_its_name(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        check "health" {
          data "http" "page" {
            url = "https://example.com"
          }
          assert {
            condition     = data.http.page.status_code == 200
            error_message = "down"
          }
        }
        resource "t" "t" {
          x = data.http.page.url
        }
    """})  # fmt: skip

    assert plain(at(project, "t.t")) == "https://example.com"


def test_what_is_imported_moved_or_removed_is_no_resource(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": BAD % "v" + """
moved {
  from = aws_ebs_volume.a
  to   = aws_ebs_volume.v
}
import {
  for_each = toset(["x", "y"])
  to       = aws_ebs_volume.w[each.key]
  id       = each.key
}
removed {
  from = aws_ebs_volume.b
}
"""})  # fmt: skip

    assert addresses(project) == ["aws_ebs_volume.v"]


def test_an_ephemeral_value_is_unknown_and_no_secret_in_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": """
        ephemeral "random_password" "p" {
          length = 20
        }
        resource "aws_db_instance" "d" {
          password_wo         = ephemeral.random_password.p.result
          password_wo_version = 1
        }
    """})  # fmt: skip
    report = lint(tmp_path)

    assert report.errors == [] and not [one for one in report.findings if "secret" in one.rule.tags]


@pytest.mark.parametrize(
    "name",
    ["a.tftest.hcl", "tests/a.tftest.hcl", "a.tofutest.hcl", "mocks/a.tfmock.hcl", "mocks/a.tofumock.hcl"],
)
def test_tests_and_mocks_are_read_and_not_judged(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"main.tf": 'variable "on" {\n  default = true\n}\n', name: """
        variables {
          on       = false
          password = "correct-horse-battery"
        }
        mock_provider "aws" {
          source = "./mocks"
          mock_resource "aws_ebs_volume" {
            defaults = { encrypted = false }
          }
        }
        override_resource {
          target = aws_ebs_volume.v
          values = { encrypted = false }
        }
        run "setup" {
          command = plan
          module {
            source = "./m"
          }
          variables {
            on = false
          }
          assert {
            condition     = aws_ebs_volume.v.encrypted == false
            error_message = "x"
          }
          expect_failures = [var.on]
        }
    """})  # fmt: skip

    assert faults(tmp_path) == []
    assert lint(tmp_path, name).findings == []


def test_the_values_of_a_test_are_not_those_of_the_module(tmp_path: Path) -> None:
    volume = BAD.replace("= false", "= var.on") % "v"
    write(tmp_path, {
        "main.tf": 'variable "on" {\n  default = true\n}\n' + volume, "a.tftest.hcl": "variables {\n  on = false\n}\n",
    })  # fmt: skip

    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("passed_over", "taken"),
    [("main.tf", "main.tofu"), ("main.tf.json", "main.tofu.json"), ("x_override.tf", "x_override.tofu")],
)
def test_opentofu_takes_its_own_file_before_that_of_the_same_name(tmp_path: Path, passed_over: str, taken: str) -> None:
    import json

    bad = {"resource": {"aws_ebs_volume": {"v": {"availability_zone": "a", "encrypted": False}}}}
    base = {"base.tf": BAD.replace("false", "true") % "v"} if "override" in taken else {}
    write(tmp_path, {**base, passed_over: json.dumps(bad) if passed_over.endswith("json") else BAD % "v"})
    assert [path for path, _ in faults(tmp_path)] == [passed_over]

    write(tmp_path, {taken: "{}" if taken.endswith("json") else ""})
    assert faults(tmp_path) == []


def test_a_tofu_file_is_judged_like_any_other(tmp_path: Path) -> None:
    write(tmp_path, {"main.tofu": BAD % "v"})

    assert faults(tmp_path) == [("main.tofu", 3)]
