"""What is given on the command line or in the environment is quoted in no output, and counts as no repair."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iaclint.cli.running import run
from tests.evaluate.trees import write

Capture = pytest.CaptureFixture[str]
FORMATS = ("text", "json", "sarif", "github")
GROUP = """
    variable "range" {
      type = string
    }
    variable "port" {
      type    = number
      default = 22
    }
    resource "aws_security_group" "g" {
      description = "d"
      ingress {
        description = "d"
        from_port   = var.port
        to_port     = var.port
        protocol    = "tcp"
        cidr_blocks = %s
      }
    }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("TF_VAR_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(capsys: Capture, *arguments: str) -> str:
    run(["check", *arguments])
    out, err = capsys.readouterr()
    return out + err


def test_without_anything_given_the_range_is_quoted(folder: Path, capsys: Capture) -> None:
    write(folder, {"main.tf": GROUP % '["0.0.0.0/0"]'})

    assert "0.0.0.0/0" in shown(capsys, "--output-format", "json")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("expression", "given"),
    [
        ("[var.range]", "0.0.0.0/0"), ("var.range", '["10.0.0.0/8", "0.0.0.0/0"]'),
        ("[local.r]", "0.0.0.0/0"), ('split(",", var.range)', "0.0.0.0/0,10.0.0.0/8"),
        ('["${var.range}/0"]', "0.0.0.0"),
        ("[for r in var.range : r]", '["0.0.0.0/0"]'), ('[lower(var.range)]', "0.0.0.0/0"),
    ],
)  # fmt: skip
def test_a_given_value_is_not_quoted_whatever_way_it_comes(
    folder: Path, capsys: Capture, form: str, expression: str, given: str
) -> None:
    kind = "string" if not given.startswith("[") else "list(string)"
    text = GROUP.replace("type = string", f"type = {kind}") % expression
    write(folder, {"main.tf": text + "\n    locals {\n      r = var.range\n    }\n"})
    told = shown(capsys, "--var", f"range={given}", "--output-format", form, "--select", "open-admin-port")

    assert "open-admin-port" in told and "the value given for var.range" in told
    assert "0.0.0.0" not in told and "10.0.0.0" not in told


def test_the_environment_and_files_from_elsewhere_count_as_given(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"m/main.tf": GROUP % "[var.range]", "env/x.tfvars": 'range = "0.0.0.0/0"\n'})
    from_file = shown(capsys, "--var-file", "env/x.tfvars", "m")
    monkeypatch.setenv("TF_VAR_range", "0.0.0.0/0")
    from_environment = shown(capsys, "m")

    for told in (from_file, from_environment):
        assert "the value given for var.range" in told and "0.0.0.0" not in told


def test_a_file_of_the_module_is_quoted_as_ever(folder: Path, capsys: Capture) -> None:
    write(folder, {"main.tf": GROUP % "[var.range]", "x.tfvars": 'range = "0.0.0.0/0"\n'})

    assert "0.0.0.0/0" in shown(capsys, "--var-file", "x.tfvars")


@pytest.mark.parametrize("form", FORMATS)
def test_keys_of_instances_are_not_quoted_either(folder: Path, capsys: Capture, form: str) -> None:
    write(folder, {
        "main.tf": """
            variable "names" {
              type = set(string)
            }
            module "m" {
              source   = "./m"
              for_each = var.names
            }
            resource "aws_ebs_volume" "v" {
              for_each          = var.names
              availability_zone = "a"
              encrypted         = false
            }
        """,
        "m/main.tf": 'resource "aws_ebs_volume" "v" {\n  availability_zone = "a"\n  encrypted = false\n}\n',
    })  # fmt: skip
    told = shown(capsys, "--var", 'names=["hunter2","tiger"]', "--output-format", form)

    assert "aws-ebs-volume" in told and "hunter2" not in told and "tiger" not in told


def test_what_is_written_in_the_file_stays_quoted_beside_what_is_given(folder: Path, capsys: Capture) -> None:
    write(folder, {"main.tf": GROUP % '["0.0.0.0/0", var.range]'})
    told = shown(capsys, "--var", "range=::/0")

    assert "0.0.0.0/0" in told


def test_a_fault_at_a_given_value_is_not_counted_as_repairable(folder: Path, capsys: Capture) -> None:
    volume = """
        variable "encrypted" {
          type    = bool
          default = true
        }
        resource "aws_ebs_volume" "v" {
          availability_zone = "a"
          encrypted         = var.encrypted
        }
    """
    write(folder, {"main.tf": volume})
    select = ("--select", "aws-ebs-volume-unencrypted")
    given = shown(capsys, *select, "--var", "encrypted=false")
    write(folder, {"main.tf": volume.replace("default = true", "default = false")})

    assert "can be repaired" not in given and "1 finding" in given
    assert "1 finding can be repaired" in shown(capsys, *select)
