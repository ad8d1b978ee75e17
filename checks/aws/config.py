"""AWS Config: whether it records every kind of resource in every region, and what it checks."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block, Node
from iaclint.model.intent import NewBlock, Remove, Set, Step
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Intent,
    add_companion,
    be_absent,
    be_false,
    be_true,
    bind,
    companion,
    exists,
    has,
    in_ansible,
    in_terraform,
    requirement,
    rule,
    set_to,
    some,
    subject,
    where,
)

GUIDE = "https://docs.aws.amazon.com/config/latest/developerguide/"
RECORDER = "aws_config_configuration_recorder"
STATUS = "aws_config_configuration_recorder_status"
RULE, TASK_RULE = "aws_config_config_rule", "community.aws.config_rule"
ABSENT = where("state", "absent")


def _all_regions(value: Value, element: Node, project: Project) -> Intent:
    steps: list[Step] = [Set(value, True)]
    parent = value.holder
    # the provider takes either a list of regions or all of them
    regions = parent.at("regions") if parent is not None else None
    if regions is not None and regions.is_written:
        steps.append(Remove(regions))
    return Intent("collect from all regions", tuple(steps))


requirement(
    "aws-config-aggregator-single-region",
    severity=LOW,
    cwe=778,
    title="The aggregator of AWS Config leaves regions out",
    why="What is set up in a region nobody uses is not seen: that is where intruders set up things.",
    terraform=(
        "aws_config_configuration_aggregator: account_aggregation_source.all_regions",
        "aws_config_configuration_aggregator: organization_aggregation_source.all_regions",
    ),
    ansible=(
        bind("community.aws.config_aggregator: account_sources.all_aws_regions", unless=ABSENT, fix=set_to(True)),
        bind("community.aws.config_aggregator: organization_source.all_aws_regions", unless=ABSENT, fix=set_to(True)),
    ),
    must=be_true,
    when_missing=VIOLATED,
    when_parent_missing="ok",
    fix=_all_regions,
    references=(GUIDE + "aggregate-data.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_121", "AVD-AWS-0019", "AC_AWS_0049", "AC_AWS_0450", "KICS:ac5a0bc0-a54c-45aa-90c3-15f7703b9132"
        ),
        in_ansible("KICS:a2fdf451-89dd-451e-af92-bf6c0f4bab96"),
    ),
    tags=("logging",),
)

NARROW = some(
    where("recording_group.recording_strategy.use_only", "EXCLUSION_BY_RESOURCE_TYPES"),
    has("recording_group.exclusion_by_resource_types"),
)

requirement(
    "aws-config-recorder-selective",
    severity=LOW,
    cwe=778,
    title="AWS Config records some kinds of resources only",
    why="Changes to all other kinds leave no history, also to kinds that AWS will add.",
    terraform=f"{RECORDER}: recording_group.all_supported",
    ansible=bind("community.aws.config_recorder: recording_group.all_supported", unless=ABSENT),
    must=be_true,
    unless=NARROW,
    fix=set_to(True, at_most=UNSAFE, note="a list of resource types beside it must go"),
    fix_safety="Every recorded item is paid for.",
    references=(GUIDE + "select-resources.html",),
    aliases=(in_terraform("CKV2_AWS_45"),),
    tags=("logging",),
    default=False,
)

requirement(
    "aws-config-recorder-without-global-types",
    severity=LOW,
    cwe=778,
    title="AWS Config does not record IAM and other global resources",
    why="Changes to users, roles and policies leave no history: those are the ones an intruder makes.",
    terraform=bind(
        f"{RECORDER}: recording_group.include_global_resource_types",
        # one region is enough
        unless=some(
            NARROW, where("recording_group.all_supported", be_false),
            where("recording_group.recording_strategy.use_only", "INCLUSION_BY_RESOURCE_TYPES"),
            exists(RECORDER, having=where("recording_group.include_global_resource_types", be_true)),
        ),
    ),
    ansible=bind(
        "community.aws.config_recorder: recording_group.include_global_types",
        unless=some(ABSENT, where("recording_group.all_supported", be_false)),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    fix_safety="In several regions the same global resources are recorded, and paid for, several times: one region is enough.",
    references=(GUIDE + "select-resources.html#select-resources-all",),
    aliases=(in_terraform("CKV2_AWS_48"),),
    tags=("logging",),
    default=False,
)

requirement(
    "aws-config-recorder-stopped",
    severity=MEDIUM,
    cwe=778,
    title="The recorder of AWS Config is stopped",
    why="No change to any resource is recorded, and no rule is checked.",
    terraform=(
        f"{STATUS}: is_enabled",
        bind(
            RECORDER, must=be_absent, unless=companion(STATUS, by="name", identities=("name",)),
            message="nothing starts the recorder", fix=add_companion(STATUS, {"name": subject("name"), "is_enabled": True},
                                                                     at_most=UNSAFE, note="it needs a delivery channel first"),
        ),
    ),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "stop-start-recorder.html",),
    aliases=(in_terraform("CKV2_AWS_45"),),
    tags=("logging",),
)

unchecked_volumes = rule(
    "aws-config-volumes-unchecked",
    severity=LOW,
    cwe=311,
    title="No rule of AWS Config looks for volumes that are not encrypted",
    why="A volume that somebody makes by hand, without encryption, is found by nobody.",
    references=(GUIDE + "encrypted-volumes.html",),
    aliases=(
        in_terraform("KICS:abdb29d4-5ca1-4e91-800b-b3569bbd788c", "AC_AWS_0048"),
        in_ansible("KICS:7674a686-e4b1-4a95-83d4-1fd53c623d84"),
    ),
    tags=("encryption", "hygiene"),
    default=False,
)


@unchecked_volumes.check(terraform=RULE, ansible=TASK_RULE)
def no_rule_for_volumes(block: Block, project: Project) -> Iterator[Finding]:
    """Said of the first rule of a Project that holds rules of AWS, but not this one."""
    terraform = block.language == "terraform"
    path = "source.source_identifier" if terraform else "source.identifier"
    rules = project.blocks(RULE, "resource") if terraform else project.blocks(TASK_RULE, "module")
    names = [one.at(path) for one in rules]
    if any(name.is_("ENCRYPTED_VOLUMES") or name.is_unknown for name in names):
        return
    first = rules[0]
    if first.document is not block.document or first.span != block.span or project.blocks("aws_config_conformance_pack"):
        return
    fixes: tuple[Intent, ...] = ()
    if terraform and project.resource(f"{RULE}.encrypted_volumes") is None and "for_each" not in block.arguments:
        source = {"owner": "AWS", "source_identifier": "ENCRYPTED_VOLUMES"}
        step = NewBlock(block, RULE, "encrypted_volumes", {"name": "encrypted-volumes", "source": source})
        fixes = (Intent("add the rule", (step,)),)
    yield Finding(block, "no rule looks for volumes that are not encrypted", fixes)
