"""Simple Queue Service: whether what waits in a queue is encrypted."""

from __future__ import annotations

from iaclint.checks.aws._registry import version_below
from iaclint.model.block import Node
from iaclint.model.intent import Remove, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    Intent,
    Needed,
    all_of,
    be_filled,
    be_none_of,
    be_true,
    bind,
    has,
    in_ansible,
    in_terraform,
    need,
    requirement,
    set_path,
    set_to,
    where,
)

ENCRYPTION = (
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html"
)

MODULE = "module:terraform-aws-modules/sqs/aws"

# a queue that says nothing is encrypted by SQS itself since October 2022, so only `false` is a fault
requirement(
    "aws-sqs-queue-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Encryption of the SQS queue is switched off",
    why="The messages lie on disk in plain text; encryption by SQS itself is free and needs no permissions.",
    terraform=f"aws_sqs_queue|{MODULE}: sqs_managed_sse_enabled",
    must=be_true,
    unless=has("kms_master_key_id"),
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_27", "AVD-AWS-0096", "AC_AWS_0366", "KICS:6e8849c1-3aa7-40e3-9063-b85ee300f29f"),),
    tags=("encryption",),
)


requirement(
    "aws-sqs-queue-encryption-unstated",
    severity=LOW,
    cwe=311,
    title="The SQS queue leaves encryption to the default of SQS",
    why="SQS encrypts new queues by itself since October 2022, but older ones are not, and an audit finds nothing written down.",
    terraform=(
        bind("aws_sqs_queue: kms_master_key_id", unless=has("sqs_managed_sse_enabled"),
             fix=set_path("sqs_managed_sse_enabled", True)),
        # the module switches encryption by SQS on since 4.0
        bind(f"{MODULE}: kms_master_key_id", unless=has("sqs_managed_sse_enabled"), when=version_below("4.0.0"),
             fix=need("kms-key", "ARN or alias of a KMS key")),
    ),
    ansible=bind(
        "community.aws.sqs_queue: kms_master_key_id", unless=where("state", "absent"), fix=set_to("alias/aws/sqs"),
    ),
    must=be_filled,
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_27", "AVD-AWS-0096", "AC_AWS_0366", "KICS:6e8849c1-3aa7-40e3-9063-b85ee300f29f"),
        in_ansible("KICS:e1e7b278-2a8b-49bd-a26e-66a7f70b17eb"),
    ),
    tags=("encryption", "hygiene"),
    default=False,
)


def _use_key(value: Value, element: Node, project: Project) -> Intent:
    key = Set(value, Needed("kms-key", "ARN or alias of a KMS key"))
    # the provider takes one of the two only
    managed = element.at("sqs_managed_sse_enabled")
    steps = (key, Remove(managed)) if managed.is_written else (key,)
    return Intent("encrypt it with a KMS key", steps, note="whoever sends or receives needs permission for the key")


requirement(
    "aws-sqs-queue-without-kms",
    severity=LOW,
    cwe=311,
    title="The SQS queue is not encrypted with a key of your own",
    why="With a key of KMS, reading a message needs permission for the key too, and each use of the key is logged.",
    terraform=f"aws_sqs_queue|{MODULE}: kms_master_key_id",
    ansible=bind("community.aws.sqs_queue: kms_master_key_id", unless=where("state", "absent")),
    must=all_of(be_filled, be_none_of("alias/aws/sqs")),
    fix=_use_key,
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV2_AWS_73", "AVD-AWS-0135", "AC_AWS_0366"),
        in_ansible("KICS:e1e7b278-2a8b-49bd-a26e-66a7f70b17eb"),
    ),
    tags=("encryption",),
    default=False,
)
