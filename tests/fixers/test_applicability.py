"""How far a Fix can be trusted: computed from its steps, lowered by its Intent, never raised."""

from __future__ import annotations

import pytest

from iaclint.edits.fix import Draft, Fix
from iaclint.fixers import make_fix
from iaclint.fixers.applicability import judge
from iaclint.model.intent import AddInstructionFlag, Applicability, Expression, Impact, Intent, New, NewBlock, Set
from tests.fixers.hcl_runs import fix_of, project_of, setting

SAFE, UNSAFE, MANUAL = Applicability.SAFE, Applicability.UNSAFE, Applicability.MANUAL


def draft(*impacts: tuple[Impact, bool], at_origin: bool = False) -> Draft:
    made = Draft({})
    made.impacts.extend(impacts)
    made.at_origin = at_origin
    return made


@pytest.mark.parametrize(("impacts", "level", "impact"), [
    ([(Impact.NONE, True)], SAFE, Impact.NONE),
    ([(Impact.IN_PLACE, True)], SAFE, Impact.IN_PLACE),
    ([(Impact.NONE, True), (Impact.IN_PLACE, True)], SAFE, Impact.IN_PLACE),
    ([(Impact.IN_PLACE, False)], UNSAFE, Impact.IN_PLACE),
    ([(Impact.IN_PLACE, True), (Impact.IN_PLACE, False)], UNSAFE, Impact.IN_PLACE),
    ([(Impact.IN_PLACE, True), (Impact.REPLACEMENT, True)], UNSAFE, Impact.REPLACEMENT),
    ([(Impact.DOWNTIME, True)], UNSAFE, Impact.DOWNTIME),
    ([], UNSAFE, Impact.IN_PLACE),
])  # fmt: skip
def test_the_worst_step_decides(impacts: list[tuple[Impact, bool]], level: Applicability, impact: Impact) -> None:
    assert judge(Intent("t", ()), draft(*impacts)) == (level, impact)


def test_a_repair_at_another_place_is_unsafe() -> None:
    assert judge(Intent("t", ()), draft((Impact.NONE, True), at_origin=True))[0] is UNSAFE


@pytest.mark.parametrize("level", [SAFE, UNSAFE, MANUAL])
def test_an_intent_lowers_the_level_and_never_raises_it(level: Applicability) -> None:
    intent = Intent("t", (), at_most=level)

    assert judge(intent, draft((Impact.NONE, True)))[0] is level
    assert judge(intent, draft((Impact.REPLACEMENT, True)))[0] is (MANUAL if level is MANUAL else UNSAFE)


def test_an_intent_knows_the_impact_better() -> None:
    assert judge(Intent("t", (), impact=Impact.DOWNTIME), draft((Impact.IN_PLACE, True))) == (UNSAFE, Impact.DOWNTIME)
    assert judge(Intent("t", (), impact=Impact.NONE), draft((Impact.IN_PLACE, True))) == (SAFE, Impact.NONE)
    assert judge(Intent("t", (), impact=Impact.NONE), draft((Impact.REPLACEMENT, True))) == (UNSAFE, Impact.NONE)


@pytest.mark.parametrize(("type", "path", "new", "level", "impact"), [
    ("aws_ecr_repository", "image_scanning_configuration.scan_on_push", True, SAFE, Impact.IN_PLACE),
    ("aws_ebs_volume", "encrypted", True, UNSAFE, Impact.REPLACEMENT),
    ("aws_instance", "enclave_options.enabled", True, UNSAFE, Impact.REPLACEMENT),
    ("aws_instance", "instance_type", "t3.micro", UNSAFE, Impact.REPLACEMENT),
    ("aws_instance", "metadata_options.http_tokens", "required", SAFE, Impact.IN_PLACE),
    ("aws_instance", "tags.Name", "x", SAFE, Impact.IN_PLACE),
    ("aws_instance", "lifecycle.prevent_destroy", True, SAFE, Impact.NONE),
    ("x_y", "encrypted", True, UNSAFE, Impact.IN_PLACE),
])  # fmt: skip
def test_the_schema_tells_what_a_change_does(
    type: str, path: str, new: str | bool, level: Applicability, impact: Impact
) -> None:
    fix = fix_of(f'resource "{type}" "r" {{\n}}\n', setting(path, new))

    assert isinstance(fix, Fix)
    assert (fix.applicability, fix.impact) == (level, impact)


def test_a_companion_replaces_nothing() -> None:
    arguments: dict[str, New] = {"bucket": Expression("aws_s3_bucket.r.id"), "block_public_acls": True}

    fix = fix_of(
        'resource "aws_s3_bucket" "r" {\n}\n',
        lambda block: NewBlock(block, "aws_s3_bucket_public_access_block", "r", arguments),
    )

    assert isinstance(fix, Fix)
    assert (fix.applicability, fix.impact) == (SAFE, Impact.IN_PLACE)


def test_a_data_source_is_not_known_to_facts() -> None:
    fix = fix_of('data "aws_ami" "a" {\n  most_recent = true\n}\n', setting("most_recent", False))

    assert isinstance(fix, Fix)
    assert fix.applicability is UNSAFE


def test_a_step_that_means_nothing_in_the_language_is_withheld() -> None:
    block = project_of('resource "aws_instance" "r" {\n}\n').documents[0].blocks[0]

    reason = make_fix(Intent("t", (AddInstructionFlag(block, "--x"),)), {})

    assert reason == "AddInstructionFlag means nothing in a Terraform file"


def test_all_steps_are_carried_out_or_none() -> None:
    block = project_of('resource "aws_instance" "r" {\n}\n').documents[0].blocks[0]

    steps = (Set(block.at("monitoring"), True), Set(block.at("no_such"), True))

    assert isinstance(make_fix(Intent("t", steps), {}), str)


def test_a_fix_without_change_is_none() -> None:
    assert make_fix(Intent("t", ()), {}) == "there is nothing to change"
