"""DynamoDB and its cache DAX: whether a table can be brought back, and how both are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._modules import module
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Remove, Set, Step
from iaclint.model.project import Project
from iaclint.rules import (
    INFO,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Finding,
    be_filled,
    be_true,
    bind,
    equal,
    in_terraform,
    need,
    requirement,
    rule,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
MODULE, CLOUDPOSSE = module("dynamodb-table"), "module:cloudposse/dynamodb/aws"
REPLICA = "aws_dynamodb_table_replica"
# the table of a Terraform backend holds locks, nothing to bring back
LOCKS = where("hash_key", "LockID")
NOT_MADE = some(where("create_table", False), where("enabled", False))

requirement(
    "aws-dynamodb-table-without-recovery",
    severity=MEDIUM,
    cwe=693,
    title="The DynamoDB table cannot be restored to an earlier state",
    why="What a faulty release or an attacker overwrites or deletes is gone; point-in-time recovery keeps 35 days.",
    terraform=(
        "aws_dynamodb_table: point_in_time_recovery.enabled",
        f"{MODULE}: point_in_time_recovery_enabled",
        bind(f"{CLOUDPOSSE}: enable_point_in_time_recovery", when_missing=OK),
        f"{REPLICA}: point_in_time_recovery",
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=some(LOCKS, NOT_MADE),
    fix=set_to(True),
    references=(GUIDE + "PointInTimeRecovery.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_28", "AVD-AWS-0024", "AC_AWS_0458", "KICS:741f1291-47ac-4a85-a07b-3d32a9d6bd3e",
            type=("aws_dynamodb_table", MODULE, CLOUDPOSSE),
        ),
    ),
    tags=("availability",),
)

requirement(
    "aws-dynamodb-table-without-kms",
    severity=LOW,
    cwe=311,
    title="The DynamoDB table is encrypted with a key that only AWS sees",
    why="Uses of that key appear in no log of yours, and it cannot be withdrawn; a key of KMS can do both.",
    terraform=(
        "aws_dynamodb_table: server_side_encryption.enabled",
        f"{MODULE}: server_side_encryption_enabled",
        bind(f"{CLOUDPOSSE}: enable_encryption", when_missing=OK),
        bind(f"{REPLICA}: kms_key_arn", must=be_filled, fix=need("kms-key", "ARN of a KMS key")),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=NOT_MADE,
    fix=set_to(True),
    references=(GUIDE + "EncryptionAtRest.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_119", "AVD-AWS-0025", "AC_AWS_0457", "KICS:ce089fd4-1406-47bd-8aad-c259772bb294",
            type=("aws_dynamodb_table", MODULE, CLOUDPOSSE),
        ),
        in_terraform("CKV_AWS_271", type=REPLICA),
    ),
    tags=("encryption",),
    default=False,
)

fixed_capacity = rule(
    "aws-dynamodb-table-not-scaling",
    severity=INFO,
    cwe=400,
    title="The DynamoDB table does not grow with its load",
    why="More requests than were foreseen, by users or by an attacker, are refused.",
    references=(GUIDE + "AutoScaling.html",),
    aliases=(in_terraform("CKV2_AWS_16"),),
    tags=("availability", "hygiene"),
    default=False,
)


TARGET = "aws_appautoscaling_target"


@fixed_capacity.check(terraform="aws_dynamodb_table")
def not_scaling(table: Block, project: Project) -> Iterator[Finding]:
    """Capacity of a fixed size, with no target of autoscaling that might be this table."""
    mode = table.get("billing_mode")
    if not (mode.is_missing or mode.is_("PROVISIONED")) or table.get("read_capacity").is_unknown:
        return
    # a target of a name that cannot be read may be for any table
    if project.companions(table, TARGET, "resource_id")[1] is not False:
        return
    named = f"table/{table.get('name').text}"
    if any(target.get("resource_id").text == named for target in project.blocks(TARGET, "resource")):
        return
    capacities = [table.get(name) for name in ("read_capacity", "write_capacity")]
    steps: tuple[Step, ...] = (Set(mode, "PAY_PER_REQUEST"), *(Remove(one) for one in capacities if one.is_written))
    intent = Intent("pay per request", steps, UNSAFE, None, "what is paid changes with the load")
    # indices have capacities of their own
    intents = () if any(one.type == "global_secondary_index" for one in table.blocks) else (intent,)
    yield Finding(mode, "the DynamoDB table does not grow with its load: its capacity is fixed", intents)


requirement(
    "aws-dax-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="The DAX cluster is not encrypted at rest",
    why="What it holds of its tables lies on its nodes' disks in plain text; encryption cannot be added later.",
    terraform="aws_dax_cluster: server_side_encryption.enabled",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    fix_safety="Changing the encryption replaces the cluster.",
    references=(GUIDE + "DAXEncryptionAtRest.html",),
    aliases=(in_terraform("CKV_AWS_47", "AVD-AWS-0023", "AC_AWS_0375", "KICS:f11aec39-858f-4b6f-b946-0a1bf46c0c87"),),
    tags=("encryption",),
)

requirement(
    "aws-dax-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="The DAX cluster is spoken to in plain text",
    why="Whoever listens on the network reads all items, though DynamoDB itself would never send them so.",
    terraform="aws_dax_cluster: cluster_endpoint_encryption_type",
    must=equal("TLS"),
    when_missing=VIOLATED,
    fix=set_to("TLS", at_most=UNSAFE, note="clients must speak TLS, and the cluster is made anew"),
    references=(GUIDE + "DAXEncryptionInTransit.html",),
    aliases=(in_terraform("CKV_AWS_239"),),
    tags=("encryption", "network"),
)
