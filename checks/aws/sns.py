"""Simple Notification Service: whether what a topic carries is encrypted."""

from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    be_absent,
    be_filled,
    be_none_of,
    bind,
    in_terraform,
    need,
    referenced,
    requirement,
    set_to,
    where,
)

ENCRYPTION = "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html"
OWN_KEY = need("kms-key", "ARN or alias of a KMS key")

requirement(
    "aws-sns-topic-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="The SNS topic is not encrypted",
    why="Messages lie on disk in plain text while they wait to be delivered.",
    terraform="aws_sns_topic|module:terraform-aws-modules/sns/aws: kms_master_key_id",
    must=be_filled,
    fix=(
        set_to("alias/aws/sns", at_most=UNSAFE,
               note="CloudWatch alarms, S3 events and other services cannot publish with the key that AWS manages"),
        OWN_KEY,
    ),
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_26", "AVD-AWS-0095", "AC_AWS_0502", "KICS:28545147-2fc6-42d5-a1f9-cf226658e591"),),
    tags=("encryption",),
)

requirement(
    "aws-sns-topic-without-own-key",
    severity=LOW,
    cwe=311,
    title="The SNS topic is encrypted with the key that AWS manages",
    why="You can neither restrict who uses that key nor withdraw it, and other services cannot publish with it.",
    terraform=(
        "aws_sns_topic|module:terraform-aws-modules/sns/aws: kms_master_key_id",
        bind("aws_sns_topic: kms_master_key_id", must=be_absent, fix=(),
             when=referenced("kms_master_key_id", "aws_kms_key", having=where("key_id", "alias/aws/sns"))),
    ),
    must=be_none_of("alias/aws/sns"),
    fix=OWN_KEY,
    references=("https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",),
    aliases=(in_terraform("AVD-AWS-0136", "KICS:b1a72f66-2236-4f3b-87ba-0da1b366956f"),),
    tags=("encryption",),
    default=False,
)
