"""Calls of modules, whose schema nobody knows; and changes that make room for what they write."""

from __future__ import annotations

from iaclint.model import Block
from iaclint.model.intent import Remove, Step
from tests.fixers.hcl_runs import Making, fixed, setting, withheld


def removing(path: str) -> Making:
    def step(block: Block) -> Step:
        return Remove(block.at(path))

    return step


def test_what_has_names_is_an_object_in_a_call() -> None:
    before = 'module "a" {\n  source = "a/b/aws"\n}\n'

    assert fixed(before, setting("metadata.tokens", "required")) == (
        'module "a" {\n  source = "a/b/aws"\n  metadata = {\n    tokens = "required"\n  }\n}\n'
    )


def test_an_entry_is_added_to_an_object_that_stands_there() -> None:
    before = 'module "a" {\n  source = "a/b/aws"\n  logs = {\n    prefix = "x"\n  }\n}\n'

    assert '    prefix = "x"\n    bucket = "b"\n' in fixed(before, setting("logs.bucket", "b"))


def test_an_argument_may_take_the_place_of_one_it_excludes() -> None:
    before = 'resource "aws_ami_launch_permission" "a" {\n  image_id = "ami-1"\n  group    = "all"\n}\n'

    assert fixed(before, removing("group"), setting("account_id", "123456789012")) == (
        'resource "aws_ami_launch_permission" "a" {\n  image_id   = "ami-1"\n  account_id = "123456789012"\n}\n'
    )


def test_an_argument_is_not_written_beside_one_it_excludes() -> None:
    before = 'resource "aws_ami_launch_permission" "a" {\n  image_id = "ami-1"\n  group    = "all"\n}\n'

    assert "only one of" in withheld(before, setting("account_id", "123456789012"))
