"""Virtual networks: flow logs, subnets, the default VPC."""

from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    Needed,
    add_companion,
    be_absent,
    be_false,
    bind,
    companion,
    in_terraform,
    requirement,
    set_to,
    subject,
    where,
)

FLOW_LOGS = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html"
SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html"
DEFAULT_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"

requirement(
    "aws-vpc-without-flow-log",
    severity=MEDIUM,
    cwe=778,
    title="VPC has no flow log",
    why="After an attack nobody can tell which machines talked to whom.",
    terraform="aws_vpc:",
    must=be_absent,
    message="VPC has no flow log",
    unless=companion("aws_flow_log", by="vpc_id"),
    fix=add_companion(
        "aws_flow_log",
        {
            "vpc_id": subject("id"), "traffic_type": "ALL", "log_destination_type": "s3",
            "log_destination": Needed("log-bucket-arn", "ARN of the bucket that takes the logs"),
        },
    ),
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
    terraform="aws_subnet|aws_default_subnet: map_public_ip_on_launch",
    ansible=bind("amazon.aws.ec2_vpc_subnet: map_public", unless=where("state", "absent")),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="new instances that rely on a public address get none"),
    references=(SUBNETS,),
    aliases=(
        in_terraform("CKV_AWS_130", "AVD-AWS-0164", "KICS:52f04a44-6bfa-4c41-b1d3-4ae99a2de05c", type="aws_subnet"),
    ),
    tags=("network",),
)

requirement(
    "aws-default-vpc",
    severity=LOW,
    cwe=1188,
    title="The default VPC is used",
    why="Its subnets are public and its settings were made for trying things out, not for keeping machines apart.",
    terraform="aws_default_vpc:",
    must=be_absent,
    message="the default VPC is used",
    references=(DEFAULT_VPC,),
    remedy="Make a VPC of your own with `aws_vpc`.",
    aliases=(in_terraform("CKV_AWS_148", "AVD-AWS-0101", "KICS:96ed3526-0179-4c73-b1b2-372fde2e0d13"),),
    tags=("network",),
)
