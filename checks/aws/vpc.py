"""Virtual networks: flow logs, subnets, the default VPC, network ACLs."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.mentions import mentioning
from iaclint.checks.aws._modules import VPC, before, beside_call
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    add_companion,
    be_absent,
    be_false,
    be_true,
    bind,
    companion,
    every,
    has,
    in_terraform,
    lacks,
    remove_it,
    requirement,
    rule,
    set_path,
    set_to,
    some,
    subject,
    together,
    where,
)

FLOW_LOGS = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html"
SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html"
DEFAULT_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"
ACLS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html"
GONE = where("state", "absent")
SUBNET = Needed("subnet", "id of the subnet")


requirement(
    "aws-vpc-without-flow-log",
    severity=MEDIUM,
    cwe=778,
    title="VPC has no flow log",
    why="After an attack nobody can tell which machines talked to whom.",
    terraform=(
        bind(
            "aws_vpc:", must=be_absent, unless=companion("aws_flow_log", by="vpc_id"),
            fix=add_companion(
                "aws_flow_log",
                {
                    "vpc_id": subject("id"), "traffic_type": "ALL", "log_destination_type": "s3",
                    "log_destination": Needed("log-bucket-arn", "ARN of the bucket that takes the logs"),
                },
            ),
        ),
        bind(
            f"{VPC}: enable_flow_log", must=be_true, when_missing=VIOLATED,
            unless=some(where("create_vpc", be_false), beside_call("aws_flow_log", by="vpc_id")),
            fix=together(
                "switch the flow log on", set_path("enable_flow_log", True),
                set_path("create_flow_log_cloudwatch_log_group", True),
                set_path("create_flow_log_cloudwatch_iam_role", True),
                at_most=UNSAFE, note="a log group and a role come along, and logs cost money",
            ),
        ),
    ),
    must=be_absent,
    message="VPC has no flow log",
    references=(FLOW_LOGS,),
    aliases=(
        in_terraform("CKV2_AWS_11", "AVD-AWS-0178", "AC_AWS_0369", "KICS:f83121ea-03da-434f-9277-9cd247ab3047"),
    ),
    tags=("logging",),
)

requirement(
    "aws-subnet-public-ip",
    severity=MEDIUM,
    cwe=668,
    title="Subnet gives every instance a public IP address",
    why="A machine started there is on the Internet without anybody having asked for it.",
    terraform=(
        "aws_subnet|aws_default_subnet: map_public_ip_on_launch",
        bind(f"{VPC}: map_public_ip_on_launch", when=has("map_public_ip_on_launch")),
        # before release 4 that was what the module did by itself with the subnets it calls public
        bind(
            f"{VPC}: map_public_ip_on_launch", when_missing=VIOLATED,
            when=every(lacks("map_public_ip_on_launch"), has("public_subnets"), before(4)),
        ),
    ),
    ansible=bind("amazon.aws.ec2_vpc_subnet: map_public", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="new instances that rely on a public address get none"),
    references=(SUBNETS,),
    aliases=(
        in_terraform(
            "CKV_AWS_130", "AVD-AWS-0164", "KICS:52f04a44-6bfa-4c41-b1d3-4ae99a2de05c", type=("aws_subnet", "module:*")
        ),
    ),
    tags=("network",),
)

requirement(
    "aws-default-vpc",
    severity=LOW,
    cwe=1188,
    title="The default VPC is used",
    why="Its subnets are public and its settings were made for trying things out, not for keeping machines apart.",
    # to take the default VPC over is also the way to lock it
    default=False,
    terraform=(
        "aws_default_vpc:",
        bind(f"{VPC}: manage_default_vpc", must=be_false, fix=set_to(False, at_most=UNSAFE)),
        bind(
            f"{VPC}: default_vpc_name", unless=some(where("manage_default_vpc", be_true), where("manage_default_vpc", be_false)),
            fix=remove_it(),
        ),
    ),
    must=be_absent,
    message="the default VPC is used",
    references=(DEFAULT_VPC,),
    remedy="Make a VPC of your own with `aws_vpc`.",
    aliases=(in_terraform("CKV_AWS_148", "AVD-AWS-0101", "KICS:96ed3526-0179-4c73-b1b2-372fde2e0d13", "AC_AWS_0370"),),
    tags=("network",),
)

unused_acl = rule(
    "aws-network-acl-unused",
    severity=LOW,
    cwe=1164,
    title="Network ACL belongs to no subnet",
    why="Its rules look as if they protected something, while the subnets still have the ACL that lets everything through.",
    default=False,
    references=(ACLS,),
    remedy="Name the subnets in `subnet_ids`, or with `aws_network_acl_association`.",
    aliases=(in_terraform("CKV2_AWS_1"),),
    tags=("network", "hygiene"),
)

_RULES = frozenset({"aws_network_acl_rule"})


@unused_acl.check(terraform="aws_network_acl")
def acl_without_subnet(acl: Block, project: Project) -> Iterator[Finding]:
    """An ACL that names no subnets, and that nothing but its own rules mentions."""
    subnets = acl.get("subnet_ids")
    if (subnets.is_missing or (subnets.kind == "list" and not subnets.items)) and not any(
        type not in _RULES for type in mentioning(acl, project)
    ):
        intent = Intent("name its subnets", (Set(subnets, [SUBNET]),), UNSAFE, None, "the rules take effect on the subnet")
        yield Finding(acl, "no subnet has this network ACL", (intent,))
