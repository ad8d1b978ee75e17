"""The files that surround a Terraform module, through a whole run with every rule."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iaclint.cli.running import run
from tests.running import lint

VOLUME = """variable "encrypted" {
  type = bool
}
resource "aws_ebs_volume" "v" {
  availability_zone = "a"
  size              = 1
  encrypted         = var.encrypted
}
"""
RULE = "aws-ebs-volume-unencrypted"
OTHER_BLOCKS = """moved {
  from = aws_ebs_volume.a
  to   = module.m.aws_ebs_volume.b["k"]
}
import {
  for_each = { a = "x" }
  to       = aws_ebs_volume.a[each.key]
  id       = each.value
}
removed {
  from = aws_ebs_volume.c
  lifecycle {
    destroy = false
  }
}
check "health" {
  data "http" "page" {
    url = "https://${aws_lb.x.dns_name}"
  }
  assert {
    condition     = data.http.page.status_code == 200
    error_message = "down: ${data.http.page.url}"
  }
}
ephemeral "aws_secretsmanager_secret_version" "s" {
  secret_id = aws_secretsmanager_secret.s.id
}
provider "aws" {
  alias    = "by_region"
  for_each = toset(["a"])
  region   = each.value
}
terraform {
  encryption {
    method "aes_gcm" "m" {}
  }
}
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("TF_VAR_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(VOLUME)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(folder: Path, rule: str = RULE) -> list[str]:
    return [f"{one.path}:{one.start.line}" for one in lint(folder, select=[rule]).findings]


@pytest.mark.parametrize("name", ["main.tf", "main.tofu", "a.tftest.hcl"])
def test_no_rule_stumbles_over_blocks_that_deploy_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(OTHER_BLOCKS)

    report = lint(tmp_path)
    assert report.errors == [] and [one for one in report.findings if one.rule.name == "syntax-error"] == []


def test_a_test_is_read_for_its_syntax_and_not_judged(folder: Path) -> None:
    (folder / "a.tftest.hcl").write_text(VOLUME.replace("var.encrypted", "false") + 'run "r" {\n  variables {\n')
    (folder / "b.tftest.json").write_text('{"variables": {"encrypted": false}}')

    assert found(folder) == []
    assert [place.split(":")[0] for place in found(folder, "syntax-error")] == ["a.tftest.hcl"]


def test_an_argument_outside_of_any_block_is_reported(folder: Path) -> None:
    (folder / "loose.tf").write_text('region = "x"\n')

    assert found(folder, "syntax-error") == ["loose.tf:1"]


def test_a_folder_with_a_file_of_opentofu_is_judged_as_opentofu_reads_it(folder: Path) -> None:
    (folder / "main.tofu").write_text(VOLUME.replace("var.encrypted", "true"))
    (folder / "x.tf").write_text('resource "aws_ebs_volume" "x" {\n  encrypted = false\n')
    (folder / "x.tofu").write_text("")

    assert found(folder) == []
    assert found(folder, "syntax-error") == ["x.tf:2"]


def test_a_fault_of_an_override_is_reported_and_repaired_where_it_is_written(folder: Path) -> None:
    override = folder / "override.tf"
    override.write_text('resource "aws_ebs_volume" "v" {\n  encrypted = false\n}\n')

    assert found(folder) == ["override.tf:2"]
    report = lint(folder, select=[RULE], fix=True)
    assert report.findings == []
    assert override.read_text() == 'resource "aws_ebs_volume" "v" {\n  encrypted = true\n}\n'
    assert (folder / "main.tf").read_text() == VOLUME


# --- variables given from outside ---------------------------------------------------------------------------


def outcome(capsys: Capture, *arguments: str) -> tuple[int, str]:
    code = run(["check", "--select", RULE, *arguments])
    out, err = capsys.readouterr()
    return code, out + err


def test_variables_of_the_command_line_count_in_their_order(folder: Path, capsys: Capture) -> None:
    (folder / "env").mkdir()
    (folder / "env" / "on.tfvars").write_text("encrypted = true\n")
    file = ["--var-file", "env/on.tfvars"]

    assert outcome(capsys)[0] == 0, "nothing is known"
    assert outcome(capsys, "--var", "encrypted=false")[0] == 1
    assert outcome(capsys, "--var", "encrypted=false", *file)[0] == 0
    assert outcome(capsys, *file, "--var=encrypted=false")[0] == 1
    assert outcome(capsys, *file)[0] == 0


def test_variables_of_the_environment_and_the_configuration_count(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_encrypted", "false")
    assert outcome(capsys)[0] == 1

    (folder / "on.tfvars").write_text("encrypted = true\n")
    (folder / "iaclint.toml").write_text('var-files = ["on.tfvars"]\n')
    assert outcome(capsys)[0] == 0
    assert outcome(capsys, "--no-config")[0] == 1
    assert outcome(capsys, "--var", "encrypted=0")[0] == 1


def test_what_is_given_is_neither_shown_nor_edited(folder: Path, capsys: Capture) -> None:
    for form in ("text", "json", "sarif", "github"):
        code, shown = outcome(capsys, "--var", "encrypted=0", "--output-format", form, "--unsafe-fixes", "--diff")
        assert code == 1 and "--var encrypted" not in shown and "TF_VAR" not in shown
    assert outcome(capsys, "--var", "encrypted=0", "--unsafe-fixes", "--fix")[0] == 1
    assert (folder / "main.tf").read_text() == VOLUME


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--var", "hunter2"], "--var takes NAME=VALUE, and one is given without `=`"),
        (["--var", "a b=c"], "--var takes NAME=VALUE, and 'a b' is no name of a variable"),
        (["--var", "=c"], "--var takes NAME=VALUE, and '' is no name of a variable"),
        (["--var"], "option '--var' requires an argument"),
        (["--var-file", "no.tfvars"], "--var-file: there is no file 'no.tfvars'"),
        (["--var-file", "."], "--var-file: '.' cannot be read: Is a directory"),
        (["--var-file", "bad.tfvars"], "--var-file: 'bad.tfvars', line 2: invalid syntax: cannot read this part"),
        (["--var-file", "bad.json"], "--var-file: 'bad.json', line 1: invalid JSON: unexpected text"),
    ],
)
def test_what_cannot_be_given_is_said_in_one_line(
    folder: Path, capsys: Capture, arguments: list[str], said: str
) -> None:
    (folder / "bad.tfvars").write_text("a = 1\nb = [\n")
    (folder / "bad.json").write_text('{"a" 1}')

    assert outcome(capsys, *arguments) == (2, f"iaclint: {said}\n")


def test_a_missing_file_of_the_configuration_is_named(folder: Path, capsys: Capture) -> None:
    (folder / "iaclint.toml").write_text('var-files = ["gone.tfvars"]\n')

    assert outcome(capsys) == (2, "iaclint: var-files: there is no file 'gone.tfvars'\n")


def test_a_value_that_a_type_converts_is_repaired_where_it_is_written(folder: Path) -> None:
    (folder / "terraform.tfvars").write_text('encrypted = "false" # for now\n')

    report = lint(folder, select=[RULE], fix=True)
    assert report.findings == []
    assert (folder / "terraform.tfvars").read_text() == "encrypted = true # for now\n"


# --- a file of a folder, checked alone -----------------------------------------------------------------------


def alone(folder: Path, *paths: str) -> list[str]:
    return [f"{one.path}:{one.start.line}" for one in lint(folder, *paths, select=[RULE]).findings]


def test_an_override_file_alone_shows_what_is_written_in_it(folder: Path) -> None:
    (folder / "x_override.tf").write_text('resource "aws_ebs_volume" "v" {\n  encrypted = false\n}\n')
    (folder / "other.tf").write_text('resource "aws_ebs_volume" "o" {\n  encrypted = false\n}\n')

    assert alone(folder, "x_override.tf") == ["x_override.tf:2"]
    assert alone(folder, "main.tf") == []
    assert alone(folder, ".") == ["other.tf:2", "x_override.tf:2"]


def test_an_override_file_alone_is_repaired(folder: Path) -> None:
    override = folder / "x_override.tf"
    override.write_text('resource "aws_ebs_volume" "v" {\n  encrypted = false\n}\n')

    assert lint(folder, "x_override.tf", select=[RULE], fix=True).findings == []
    assert "encrypted = true" in override.read_text()


def test_an_override_file_of_a_called_module_shows_what_is_written_in_it(folder: Path) -> None:
    (folder / "m").mkdir()
    (folder / "m" / "main.tf").write_text(VOLUME)
    (folder / "m" / "x_override.tf").write_text('resource "aws_ebs_volume" "v" {\n  encrypted = false\n}\n')
    (folder / "call.tf").write_text('module "m" {\n  source    = "./m"\n  encrypted = true\n}\n')

    assert alone(folder, "main.tf", "m/x_override.tf") == ["m/x_override.tf:2"]
    assert alone(folder, "m/x_override.tf") == ["m/x_override.tf:2"]


def test_a_single_file_is_judged_with_the_variables_and_locals_beside_it(folder: Path) -> None:
    (folder / "main.tf").write_text('resource "aws_ebs_volume" "v" {\n  encrypted = local.on\n}\n')
    (folder / "locals.tf").write_text('variable "on" {\n  default = true\n}\nlocals {\n  on = var.on\n}\n')
    assert alone(folder, "main.tf") == []

    (folder / "terraform.tfvars").write_text("on = false\n")
    assert alone(folder, "main.tf") == ["main.tf:2"]
    assert alone(folder, "locals.tf") == []
