"""CloudWatch Logs: how long log groups keep what they get, and which key protects it."""

from iaclint.rules import (
    LOW,
    VIOLATED,
    any_of,
    be_at_least,
    be_filled,
    bind,
    differ,
    equal,
    in_ansible,
    in_terraform,
    need,
    requirement,
    set_to,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
ABSENT = where("state", "absent")
MODULE = "module:terraform-aws-modules/cloudwatch/aws//modules/log-group"

requirement(
    "aws-log-group-without-retention",
    severity=LOW,
    cwe=770,
    title="The log group keeps its logs for ever",
    why="Costs grow without end, and personal data is kept longer than it may be.",
    terraform=f"aws_cloudwatch_log_group|{MODULE}: retention_in_days",
    ansible=bind("amazon.aws.cloudwatchlogs_log_group: retention", unless=ABSENT),
    must=differ(0),
    when_missing=VIOLATED,
    fix=set_to(365),
    fix_safety="Entries older than that are deleted.",
    references=(GUIDE + "Working-with-log-groups-and-streams.html",),
    aliases=(
        in_terraform("CKV_AWS_66", "AC_AWS_0041", "AC_AWS_0452", "KICS:ef0b316a-211e-42f1-888e-64efe172b755"),
        in_ansible("KICS:e24e18d9-4c2b-4649-b3d0-18c088145e24"),
    ),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-log-group-short-retention",
    severity=LOW,
    cwe=779,
    title="The log group keeps its logs for less than a year",
    why="Many a break-in is noticed after months, when the entries that explain it are gone.",
    terraform=f"aws_cloudwatch_log_group|{MODULE}: retention_in_days",
    ansible=bind("amazon.aws.cloudwatchlogs_log_group: retention", unless=ABSENT),
    must=any_of(equal(0), be_at_least(365)),
    fix=set_to(365),
    references=(GUIDE + "Working-with-log-groups-and-streams.html",),
    aliases=(in_terraform("CKV_AWS_338"),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-log-group-without-kms",
    severity=LOW,
    cwe=311,
    title="The log group is not encrypted with a key of your own",
    why="With a key of KMS, reading the logs needs permission for the key too, and it can be withdrawn.",
    terraform=f"aws_cloudwatch_log_group|{MODULE}: kms_key_id",
    ansible=bind("amazon.aws.cloudwatchlogs_log_group: kms_key_id", unless=ABSENT),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key that CloudWatch Logs may use"),
    references=(GUIDE + "encrypt-log-data-kms.html",),
    aliases=(
        in_terraform("CKV_AWS_158", "AVD-AWS-0017", "AC_AWS_0451", "KICS:0afbcfe9-d341-4b92-a64c-7e6de0543879"),
    ),
    tags=("encryption", "logging"),
    default=False,
)
