"""Security groups of AWS: the default group, groups nobody uses, and words that say what a rule is for."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.mentions import mentioning
from iaclint.aspects.module_calls import major_releases
from iaclint.checks.network.ingress import narrow
from iaclint.model.aspects import is_whole_internet
from iaclint.model.block import Block
from iaclint.model.finding import Place
from iaclint.model.intent import Intent, Remove
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    add_companion,
    be_absent,
    be_filled,
    bind,
    companion,
    every,
    has,
    in_ansible,
    in_terraform,
    need,
    opposite,
    requirement,
    rule,
    subject,
    where,
)

DEFAULT_GROUP = "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html"
RULES_OF_GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
ANSIBLE = "amazon.aws.ec2_security_group"

default_group = rule(
    "aws-default-security-group-with-rules",
    severity=MEDIUM,
    cwe=1188,
    title="Default security group of a VPC lets traffic through",
    why="Whatever is started without naming a group joins it; without rules it can neither be reached nor reach anything.",
    references=(DEFAULT_GROUP,),
    fix_safety="Machines that rely on the default group lose their connections.",
    aliases=(
        in_terraform("CKV2_AWS_12", "AVD-AWS-0173", "KICS:9a4ef195-74b9-4c58-b8ed-2b2fe4353a75", "AC_AWS_0232"),
        in_terraform("KICS:46883ce1-dc3e-4b17-9195-c6a601624c73", open=True),
        in_ansible("KICS:8010e17a-00e9-4635-a692-90d6bcec68bd", open=True),
    ),
    tags=("network",),
)


@default_group.check(terraform="aws_default_security_group")
def rules_of_default_group(group: Block, project: Project) -> Iterator[Finding]:
    """Each rule of the default group."""
    for direction in ("ingress", "egress"):
        for element in elements(group, direction):
            yield from _rule_of(element, direction, ("cidr_blocks", "ipv6_cidr_blocks"))


@default_group.check(terraform="module:terraform-aws-modules/vpc/aws")
def rules_of_default_group_in_module(call: Block, project: Project) -> Iterator[Finding]:
    """Each rule that a call of the VPC module gives the default group it manages."""
    switch, releases = call.get("manage_default_security_group"), major_releases(call)
    if switch.is_(True) or (switch.is_missing and releases is not None and releases[0] >= 4):
        for direction in ("ingress", "egress"):
            for element in elements(call, f"default_security_group_{direction}"):
                yield from _rule_of(element, direction, ("cidr_blocks", "ipv6_cidr_blocks"))


@default_group.check(ansible=ANSIBLE)
def rules_of_group_named_default(group: Block, project: Project) -> Iterator[Finding]:
    """Each rule of the group called default."""
    if group.get("name").is_("default") and not group.get("state").is_("absent"):
        for direction in ("rules", "rules_egress"):
            for element in elements(group, direction):
                yield from _rule_of(element, direction, ("cidr_ip", "cidr_ipv6"))


def _rule_of(element: Block | Value, direction: str, sources: tuple[str, ...]) -> Iterator[Finding]:
    if isinstance(element, Value) and element.kind != "map":
        return
    opened = any(
        is_whole_internet(item.text)
        for path in sources
        for value in element.each(path)
        for item in (value.items if value.kind == "list" else [value])
    )
    place: Place = element
    note = "connections through the default group break"
    intents = (Intent("remove the rule", (Remove(element),), UNSAFE, None, note),)
    side = "in" if direction in ("ingress", "rules") else "out"
    yield Finding(place, f"the default security group lets traffic {side}", intents, {"open": opened})


requirement(
    "aws-security-group-without-description",
    severity=LOW,
    cwe=1059,
    title="Security group has no description",
    why="Nobody dares to remove what nobody can explain.",
    terraform="aws_security_group: description",
    must=be_filled,
    fix=need("security-group-description", "what the group is for", at_most=UNSAFE, note="a new description replaces the group"),
    default=False,
    references=(RULES_OF_GROUPS,),
    aliases=(in_terraform("AVD-AWS-0099", "CKV_AWS_23", "KICS:cb3f5ed6-0d18-40de-a93d-b3538db31e8c"),),
    tags=("hygiene",),
)

requirement(
    "aws-security-group-rule-without-description",
    severity=LOW,
    cwe=1059,
    title="Security group rule has no description",
    why="Nobody dares to close a port that nobody can explain.",
    terraform=(
        bind("aws_security_group|aws_default_security_group: description", each="ingress"),
        bind("aws_security_group|aws_default_security_group: description", each="egress"),
        "aws_security_group_rule|aws_vpc_security_group_ingress_rule|aws_vpc_security_group_egress_rule: description",
    ),
    ansible=bind(f"{ANSIBLE}: rule_desc", each="rules", when=every(has("rules"), opposite(where("state", "absent")))),
    must=be_filled,
    when_missing=VIOLATED,
    default=False,
    references=(RULES_OF_GROUPS,),
    remedy="Say in `description` what needs the rule.",
    aliases=(in_terraform("AVD-AWS-0124", "CKV_AWS_23", "KICS:68eb4bf3-f9bf-463d-b5cf-e029bb446d2e"),),
    tags=("hygiene",),
)

requirement(
    "aws-vpc-default-security-group-unmanaged",
    severity=LOW,
    cwe=1188,
    title="Nobody empties the default security group of the VPC",
    why="AWS makes that group with a rule that lets its members reach each other on every port, and everything out.",
    terraform="aws_vpc:",
    must=be_absent,
    message="the default security group of the VPC keeps the rules AWS gave it",
    unless=companion("aws_default_security_group", by="vpc_id"),
    fix=add_companion(
        "aws_default_security_group", {"vpc_id": subject("id")}, at_most=UNSAFE,
        note="machines that rely on the default group lose their connections",
    ),
    default=False,
    references=(DEFAULT_GROUP,),
    aliases=(in_terraform("CKV2_AWS_12", type="aws_vpc"),),
    tags=("network", "hygiene"),
)

open_by_default = rule(
    "open-module-ranges",
    severity=LOW,
    cwe=1188,
    title="Rules of a security group are for the whole Internet unless they say otherwise",
    why="Whoever adds the name of a port to the call later opens that port to everybody without writing so.",
    default=False,
    references=("https://registry.terraform.io/modules/terraform-aws-modules/security-group/aws/latest",),
    aliases=(in_terraform("KICS:4728cd65-a20c-49da-8b31-9c08b423e4db"),),
    tags=("network", "hygiene"),
)


@open_by_default.check(terraform="module:terraform-aws-modules/security-group/aws*")
def shared_ranges(call: Block, project: Project) -> Iterator[Finding]:
    """An open range among those that hold for every rule of the call."""
    for name in ("ingress_cidr_blocks", "ingress_ipv6_cidr_blocks"):
        for item in call.get(name).items:
            if is_whole_internet(item.text):
                yield Finding(item, f"every rule that names no range of its own is open to {item.text}", narrow(item))


unused_group = rule(
    "aws-security-group-unused",
    severity=LOW,
    cwe=1164,
    title="Security group is not used",
    why="Groups nobody uses are forgotten, and attached one day by somebody who does not know what they open.",
    default=False,
    references=(RULES_OF_GROUPS,),
    remedy="Attach the group, or remove it.",
    aliases=(in_terraform("CKV2_AWS_5", "KICS:4849211b-ac39-479e-ae78-5694d506cb24"),),
    tags=("network", "hygiene"),
)

# what only fills a group, and does not use it
_RULES = frozenset({
    "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule",
})


@unused_group.check(terraform="aws_security_group")
def group_nobody_names(group: Block, project: Project) -> Iterator[Finding]:
    """A group that no other block names, neither by address nor by its name."""
    users = mentioning(group, project, tuple(text for text in (group.get("name").text,) if text))
    if any(type not in _RULES for type in users):
        return
    # a rule that fills it would be left without its group
    note = "it may have been attached by hand"
    intents = () if users else (Intent("remove the group", (Remove(group),), UNSAFE, None, note),)
    yield Finding(group, "no resource uses the security group", intents)
