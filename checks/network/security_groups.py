"""Security groups of AWS: the default group, and words that say what a rule is for."""

from __future__ import annotations

from collections.abc import Iterator

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
    be_filled,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    need,
    opposite,
    requirement,
    rule,
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
        in_terraform("CKV2_AWS_12", "AVD-AWS-0173", "KICS:9a4ef195-74b9-4c58-b8ed-2b2fe4353a75"),
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


@default_group.check(ansible=ANSIBLE)
def rules_of_group_named_default(group: Block, project: Project) -> Iterator[Finding]:
    """Each rule of the group called default."""
    if group.get("name").is_("default") and not group.get("state").is_("absent"):
        for direction in ("rules", "rules_egress"):
            for element in elements(group, direction):
                for finding in _rule_of(element, direction, ("cidr_ip", "cidr_ipv6")):
                    finding.intents = ()
                    yield finding


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
    intents: tuple[Intent, ...] = ()
    if isinstance(element, Block):
        intents = (Intent("remove the rule", (Remove(element),), UNSAFE, None, "connections through the default group break"),)
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
