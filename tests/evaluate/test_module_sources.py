"""Which module a source names, and what becomes of it: read where it was fetched to, else said once to be unknown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from iaclint.cli.running import run
from iaclint.model.module_sources import module_source_of, remote
from tests.aspects.reading import terraform
from tests.evaluate.trees import at, plain, project_in, write
from tests.running import lint

VPC = "terraform-aws-modules/vpc/aws"
ROLE = "terraform-aws-modules/iam/aws//modules/iam-role"
GIT = "github.com/terraform-aws-modules/terraform-aws-vpc"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TF_VAR_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("source", "expected", "release"),
    [
        (VPC, VPC, ""), (f"registry.terraform.io/{VPC}", VPC, ""), (ROLE, ROLE, ""), (f"{ROLE}/", ROLE, ""),
        (GIT, VPC, ""), (f"git::https://{GIT}?ref=v5", VPC, "v5"),
        (f"git::https://{GIT}.git?ref=v5.1.0", VPC, "v5.1.0"),
        (f"https://{GIT}.git?ref=5.0.0", VPC, "5.0.0"), (f"git::ssh://git@{GIT}.git?depth=1&ref=main", VPC, ""),
        ("git@github.com:terraform-aws-modules/terraform-aws-vpc.git?ref=refs/tags/v5.0.0", VPC, "v5.0.0"),
        ("git::git@github.com:terraform-aws-modules/terraform-aws-iam.git//modules/iam-role?ref=v5.30.0", ROLE,
         "v5.30.0"),
        (f"git::https://{GIT}?ref=0123456789abcdef0123456789abcdef01234567", VPC, ""),
        ("github.com/cloudposse/terraform-aws-efs-x//m", "cloudposse/efs-x/aws//m", ""),
        (f"https://{GIT}", f"https://{GIT}", ""), ("git::https://example.com/terraform-aws-vpc?ref=v1",) * 2 + ("",),
        ("git::https://evil.com/github.com/a/terraform-aws-vpc",) * 2 + ("",), ("./modules/x", "./modules/x", ""),
        ("github.com/a/vpc",) * 2 + ("",), ("s3::https://s3.amazonaws.com/b/x.zip",) * 2 + ("",),
    ],
)  # fmt: skip
def test_a_source_from_a_repository_is_the_module_the_registry_has(source: str, expected: str, release: str) -> None:
    found = module_source_of(source)

    assert (found.text, found.release) == (expected, release)


@pytest.mark.parametrize(
    ("call", "known"),
    [
        (f'source = "{VPC}"\n  version = "3.0.0"', True), (f'source = "git::https://{GIT}?ref=v3.0.0"', True),
        (f'source = "git::https://{GIT}?ref=main"\n  version = "3.0.0"', False), (f'source = "{GIT}"', False),
    ],
)  # fmt: skip
def test_the_release_of_a_repository_is_told_by_its_ref_alone(call: str, known: bool) -> None:
    from iaclint.aspects.module_calls import releases

    found = releases(terraform(f'module "a" {{\n  {call}\n}}\n').blocks[0])
    assert found == (((3, 0, 0), (3, 0, 1)) if known else None)


@pytest.mark.parametrize(
    "source", ["terraform-aws-modules/rds/aws", "git::https://github.com/terraform-aws-modules/terraform-aws-rds.git?ref=v6.0.0",
               "github.com/terraform-aws-modules/terraform-aws-rds"]
)  # fmt: skip
def test_rules_bind_to_a_module_however_it_is_fetched(tmp_path: Path, source: str) -> None:
    write(tmp_path, {"main.tf": f'module "db" {{\n  source = "{source}"\n  publicly_accessible = true\n}}\n'})

    assert "aws-rds-public" in {one.rule.name for one in lint(tmp_path).findings}


@pytest.mark.parametrize("source", ["git::https://example.com/m.git?ref=v1", "github.com/a/b", "a/b/aws//modules/c"])
def test_a_module_that_was_fetched_is_read_wherever_it_came_from(tmp_path: Path, source: str) -> None:
    folder = ".terraform/modules/m/modules/c"
    manifest = {"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "m", "Source": source, "Dir": folder}]}
    project = project_in(tmp_path, {
        "main.tf": f'module "m" {{\n  source = "{source}"\n}}\nresource "t" "t" {{\n  x = module.m.x\n}}\n',
        f"{folder}/main.tf": 'output "x" {\n  value = "known"\n}\n',
        ".terraform/modules/modules.json": json.dumps(manifest),
    })  # fmt: skip

    assert plain(at(project, "t.t")) == "known"


def test_modules_that_are_not_at_hand_are_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = 'module "%s" {\n  source = "%s"\n}\n'
    secret = "git::https://me:hunter2@example.com/m.git?token=hunter2"
    write(tmp_path, {
        "a/main.tf": call % ("x", VPC) + call % ("y", VPC) + call % ("z", secret), "b/main.tf": call % ("x", VPC),
        "c/main.tf": call % ("here", "./nothing"),
    })  # fmt: skip
    run(["check", "--select", "syntax-error"])
    told = capsys.readouterr().out

    assert told.count(VPC) == 1 and "2 modules not at hand" in told
    assert "git::https://example.com/m.git" in told and "hunter2" not in told and "nothing" not in told


def test_a_given_source_is_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"main.tf": 'variable "s" {}\nmodule "x" {\n  source = var.s\n}\n'})
    run(["check", "--select", "syntax-error", "--var", "s=git::https://hunter2.example.com/x"])

    assert "hunter2" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("git::ssh://git@github.com/a/b.git?ref=v1", "git::ssh://github.com/a/b.git"),
        ("git@github.com:a/b.git", "github.com:a/b.git"),
        ("git::user:pw@host.com:a/b", "git::host.com:a/b"), ("a/b/aws", "a/b/aws"), ("../m", ""),
    ],
)  # fmt: skip
def test_a_source_is_told_without_who_fetches_it(source: str, told: str) -> None:
    assert remote(source) == told


def test_a_source_may_be_put_together_of_variables_as_in_opentofu(tmp_path: Path) -> None:
    project = project_in(tmp_path, {
        "main.tofu": """
            variable "which" {
              default = "m"
            }
            locals {
              folder = "./modules/${var.which}"
            }
            module "m" {
              source = local.folder
            }
            resource "t" "t" {
              x = module.m.x
            }
        """,
        "modules/m/main.tf": 'output "x" {\n  value = "known"\n}\n',
    })  # fmt: skip

    assert plain(at(project, "t.t")) == "known"
