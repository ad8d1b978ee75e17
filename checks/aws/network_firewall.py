"""Network Firewall: logging, protection, keys, and VPCs without one."""

from iaclint.rules import (
    LOW,
    VIOLATED,
    Needed,
    add_companion,
    be_absent,
    be_filled,
    be_true,
    bind,
    companion,
    in_terraform,
    requirement,
    set_path,
    set_to,
    subject,
    where,
)

LOGGING = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging.html"
SETTINGS = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-settings.html"
KEYS = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/kms-encryption-at-rest.html"
OVERVIEW = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/what-is-aws-network-firewall.html"
KEY = Needed("kms-key", "ARN of a KMS key")

requirement(
    "aws-network-firewall-without-logs",
    severity=LOW,
    cwe=778,
    title="Network firewall logs nothing",
    why="Nobody sees what it let through, nor what it stopped and where that came from.",
    terraform="aws_networkfirewall_firewall:",
    must=be_absent,
    message="network firewall logs nothing",
    unless=companion("aws_networkfirewall_logging_configuration", by="firewall_arn"),
    fix=add_companion(
        "aws_networkfirewall_logging_configuration",
        {
            "firewall_arn": subject("arn"),
            "logging_configuration": {
                "log_destination_config": {
                    "log_destination": {"bucketName": Needed("log-bucket", "name of the bucket that takes the logs")},
                    "log_destination_type": "S3",
                    "log_type": "ALERT",
                },
            },
        },
    ),
    references=(LOGGING,),
    aliases=(in_terraform("CKV2_AWS_63"),),
    tags=("logging",),
)

requirement(
    "aws-network-firewall-deletion-unprotected",
    severity=LOW,
    cwe=693,
    title="Network firewall can be deleted by a single call",
    why="One wrong apply or one stolen key takes the filter away that stands before everything else.",
    terraform="aws_networkfirewall_firewall: delete_protection",
    ansible=bind("community.aws.networkfirewall: delete_protection", unless=where("state", "absent")),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    default=False,
    references=(SETTINGS,),
    aliases=(in_terraform("CKV_AWS_344")),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-network-firewall-without-own-key",
    severity=LOW,
    cwe=311,
    title="Network firewall is encrypted with a key of AWS",
    why="That key can neither be restricted further nor withdrawn, and nobody sees who uses it.",
    terraform=bind(
        "aws_networkfirewall_firewall|aws_networkfirewall_firewall_policy|aws_networkfirewall_rule_group"
        ": encryption_configuration.key_id",
    ),
    must=be_filled,
    fix=set_path("encryption_configuration", {"key_id": KEY, "type": "CUSTOMER_KMS"}),
    default=False,
    references=(KEYS,),
    aliases=(
        in_terraform("CKV_AWS_345", type=("aws_networkfirewall_firewall", "aws_networkfirewall_rule_group")),
        in_terraform("CKV_AWS_346", type="aws_networkfirewall_firewall_policy"),
    ),
    tags=("encryption", "hygiene"),
)

requirement(
    "aws-vpc-without-network-firewall",
    severity=LOW,
    cwe=693,
    title="No network firewall stands before the VPC",
    why="Security groups know ports and addresses only: nothing looks at what is sent, or at the names it is sent to.",
    terraform="aws_vpc:",
    must=be_absent,
    message="no network firewall stands before the VPC",
    unless=companion("aws_networkfirewall_firewall", by="vpc_id"),
    default=False,
    references=(OVERVIEW,),
    remedy="Where the data deserve it, lead traffic through an `aws_networkfirewall_firewall` in the VPC.",
    aliases=(in_terraform("KICS:fd632aaf-b8a1-424d-a4d1-0de22fd3247a"),),
    tags=("network", "hygiene"),
)
