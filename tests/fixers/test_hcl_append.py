"""Adding to Terraform files: list elements, further nested blocks, companion resources."""

from __future__ import annotations

import pytest

from iaclint.model import Block
from iaclint.model.intent import Append, Expression, New, NewBlock, Step
from tests.fixers.hcl_runs import Making, check, withheld


@pytest.mark.parametrize(("before", "after"), [
    ('["a"]', '["a", "x", "y"]'),
    ('["a",]', '["a", "x", "y",]'),
    ("[]", '["x", "y"]'),
    ('[\n    "a", # one\n  ]', '[\n    "a", # one\n    "x",\n    "y",\n  ]'),
    ('[\n    "a" # one\n  ]', '[\n    "a", # one\n    "x",\n    "y"\n  ]'),
    ('["a",\n  "b"]', '["a",\n  "b", "x", "y"]'),
])  # fmt: skip
def test_a_list_gets_further_elements_in_its_own_style(before: str, after: str) -> None:
    text = 'resource "x_y" "z" {{\n  l = {}\n}}\n'

    check(text.format(before), text.format(after),
          lambda block: Append(block.get("l"), "x"), lambda block: Append(block.get("l"), "y"))  # fmt: skip


def add(new: New, name: str) -> Making:
    def making(block: Block) -> Step:
        return Append(block, new, name)

    return making


def test_one_more_nested_block_is_added() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ebs_block_device {
            device_name = "a"
          }
        }
        """,
        """
        resource "aws_instance" "web" {
          ebs_block_device {
            device_name = "a"
          }

          ebs_block_device {
            device_name = "b"
            encrypted   = true
          }
        }
        """,
        add({"device_name": "b", "encrypted": True}, "ebs_block_device"),
    )


def test_no_block_more_than_the_provider_allows() -> None:
    text = 'resource "aws_instance" "web" {\n  root_block_device {}\n}\n'

    assert "at most 1" in withheld(text, add({"encrypted": True}, "root_block_device"))


def companion(type: str, **arguments: New) -> Making:
    return lambda block: NewBlock(block, type, block.name, dict(arguments))


def test_a_companion_is_written_behind_its_subject() -> None:
    check(
        """
        resource "aws_s3_bucket" "b" {
          bucket = "b"
        } # the bucket
        # next
        resource "aws_s3_bucket_versioning" "b" {
        }
        """,
        """
        resource "aws_s3_bucket" "b" {
          bucket = "b"
        } # the bucket

        resource "aws_s3_bucket_versioning" "b_2" {
          bucket = aws_s3_bucket.b.id

          versioning_configuration {
            status = "Enabled"
          }
        }

        # next
        resource "aws_s3_bucket_versioning" "b" {
        }
        """,
        companion(
            "aws_s3_bucket_versioning",
            bucket=Expression("aws_s3_bucket.b.id"), versioning_configuration={"status": "Enabled"},
        ),
    )  # fmt: skip


def test_a_companion_that_lacks_something_is_withheld() -> None:
    text = 'resource "aws_s3_bucket" "b" {\n}\n'

    access = "aws_s3_bucket_public_access_block"

    assert "also needs `bucket`" in withheld(text, companion(access, block_public_acls=True))
    assert "does not know `nothing`" in withheld(text, companion(access, nothing=True))
