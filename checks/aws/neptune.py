"""Neptune: graph databases."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    append_items,
    be_at_least,
    be_false,
    be_filled,
    be_true,
    bind,
    contain,
    has,
    in_terraform,
    need,
    requirement,
    set_to,
    some,
)

GUIDE = "https://docs.aws.amazon.com/neptune/latest/userguide/"

# what is restored or replicated takes over the settings of its source
DERIVED = some(has("snapshot_identifier"), has("replication_source_identifier"), has("global_cluster_identifier"))

requirement(
    "aws-neptune-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Neptune cluster is not encrypted at rest",
    why="Whoever obtains a snapshot or a disk reads the whole graph; it cannot be encrypted later in place.",
    terraform=(
        "aws_neptune_cluster: storage_encrypted",
        bind("aws_neptune_global_cluster: storage_encrypted", unless=has("source_db_cluster_identifier")),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=DERIVED,
    fix=set_to(True),
    fix_safety="Changing the encryption replaces the cluster: restore an encrypted copy of a snapshot instead.",
    references=(GUIDE + "encrypt.html",),
    aliases=(
        in_terraform("CKV_AWS_44", "AVD-AWS-0076", "AC_AWS_0493", type="aws_neptune_cluster"),
        in_terraform("KICS:98d59056-f745-4ef5-8613-32bca8d40b7e", type="aws_neptune_cluster"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-neptune-without-own-key",
    severity=LOW,
    cwe=311,
    title="Neptune cluster is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further or withdrawn, and snapshots under it cannot be given to other accounts.",
    terraform="aws_neptune_cluster: kms_key_arn",
    must=be_filled,
    unless=DERIVED,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "encrypt.html",),
    aliases=(in_terraform("CKV_AWS_347", "AVD-AWS-0128"),),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-neptune-public",
    severity=HIGH,
    cwe=668,
    title="Neptune instance has a public address",
    why="Unless requests must be signed, everybody who reaches its port may read and change the graph.",
    terraform="aws_neptune_cluster_instance: publicly_accessible",
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(GUIDE + "get-started-vpc.html",),
    aliases=(in_terraform("CKV_AWS_102", "KICS:9ba198e0-fef4-464a-8a4d-75ea55300de7"),),
    tags=("network",),
)

requirement(
    "aws-neptune-without-authentication",
    severity=MEDIUM,
    cwe=306,
    title="Neptune cluster asks nobody who he is",
    why="Without IAM authentication every process that reaches its port reads and changes the whole graph.",
    terraform="aws_neptune_cluster: iam_database_authentication_enabled",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="clients have to sign their requests"),
    references=(GUIDE + "iam-auth.html",),
    aliases=(in_terraform("CKV_AWS_359", "KICS:c91d7ea0-d4d1-403b-8fe1-c9961ac082c5"),),
    tags=("identity",),
)

requirement(
    "aws-neptune-without-audit-log",
    severity=LOW,
    cwe=778,
    title="Neptune cluster sends no audit log",
    why="Nobody can tell afterwards which queries were run, and from where.",
    terraform="aws_neptune_cluster: enable_cloudwatch_logs_exports",
    must=contain("audit"),
    when_missing=VIOLATED,
    fix=append_items("audit", note="auditing itself is switched on by `neptune_enable_audit_log` in the parameter group"),
    references=(GUIDE + "auditing.html",),
    aliases=(in_terraform("CKV_AWS_101", "AVD-AWS-0075", "AC_AWS_0494", "KICS:45cff7b6-3b80-40c1-ba7b-2cf480678bb8"),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-neptune-deletion-protection-disabled",
    severity=LOW,
    cwe=693,
    title="Neptune cluster can be deleted by a single call",
    why="One wrong apply, script or stolen key removes it; with the protection it takes two deliberate steps.",
    terraform="aws_neptune_cluster|aws_neptune_global_cluster: deletion_protection",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "manage-console-instances-delete.html",),
    aliases=(in_terraform("CKV2_AWS_58", type="aws_neptune_cluster"),),
    tags=("availability",),
)

requirement(
    "aws-neptune-short-backup-retention",
    severity=LOW,
    cwe=1188,
    title="Neptune cluster keeps its backups for less than a week",
    why="Damage that is noticed after some days can no longer be undone.",
    terraform="aws_neptune_cluster: backup_retention_period",
    must=be_at_least(7),
    when_missing=VIOLATED,
    fix=set_to(7),
    references=(GUIDE + "backup-restore-overview.html",),
    aliases=(in_terraform("CKV_AWS_361"),),
    tags=("availability", "hygiene"),
    default=False,
)
