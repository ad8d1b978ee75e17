"""A companion that a fix writes into a module is made for every call of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluate.trees import write
from tests.running import lint

RULE = "aws-s3-bucket-not-versioned"
MODULE = """
    variable "name" {}
    resource "aws_s3_bucket" "this" {
      bucket = var.name
    }
    output "id" {
      value = aws_s3_bucket.this.id
    }
"""
CALLS = """
    variable "unknown" {}
    module "a" {
      source = "./m"
      name   = "a"
    }
    module "b" {
      source = "./m"
      name   = "b"
    }
"""
VERSIONING = """
    resource "aws_s3_bucket_versioning" "v" {
      bucket = %s
      versioning_configuration {
        status = "Enabled"
      }
    }
"""


def fixed(folder: Path, root: str, module: str = MODULE) -> tuple[int, str]:
    """How many findings remain after fixing, and what the module says then."""
    write(folder, {"main.tf": root, "m/main.tf": module})
    report = lint(folder, select=[RULE], fix=True)
    return len(report.findings), (folder / "m/main.tf").read_text()


def test_a_module_gets_the_companion_that_all_its_calls_lack(tmp_path: Path) -> None:
    remaining, text = fixed(tmp_path, CALLS)

    assert remaining == 0 and text.count("aws_s3_bucket_versioning") == 1


@pytest.mark.parametrize("target", ["module.b.id", '"b"', '"${module.b.id}"'])
def test_none_is_written_where_one_of_the_calls_has_its_own(tmp_path: Path, target: str) -> None:
    remaining, text = fixed(tmp_path, CALLS + VERSIONING % target)

    assert remaining == 1 and "aws_s3_bucket_versioning" not in text


def test_none_is_written_where_a_call_is_handed_on(tmp_path: Path) -> None:
    """What a module that is not at hand makes of it is not known."""
    away = 'module "x" {\n  source = "git::https://example.com/m.git"\n  bucket = module.b.id\n}\n'
    remaining, text = fixed(tmp_path, CALLS + away)

    assert remaining == 1 and "aws_s3_bucket_versioning" not in text


def test_a_companion_of_another_bucket_does_not_matter(tmp_path: Path) -> None:
    other = '    resource "aws_s3_bucket" "o" {\n      bucket = "o"\n    }\n'
    remaining, text = fixed(tmp_path, CALLS + other + VERSIONING % "aws_s3_bucket.o.id")

    assert remaining == 0 and text.count("aws_s3_bucket_versioning") == 1
