"""DynamoDB: whether a table can be brought back, and which key protects it."""

from iaclint.rules import LOW, MEDIUM, VIOLATED, be_true, bind, in_terraform, requirement, set_to, where

GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"

requirement(
    "aws-dynamodb-table-without-recovery",
    severity=MEDIUM,
    cwe=693,
    title="The DynamoDB table cannot be restored to an earlier state",
    why="What a faulty release or an attacker overwrites or deletes is gone; point-in-time recovery keeps 35 days.",
    terraform=bind(
        "aws_dynamodb_table: point_in_time_recovery.enabled",
        # the table of a Terraform backend holds locks, nothing to bring back
        unless=where("hash_key", "LockID"),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "PointInTimeRecovery.html",),
    aliases=(in_terraform("CKV_AWS_28", "AVD-AWS-0024", "AC_AWS_0458", "KICS:741f1291-47ac-4a85-a07b-3d32a9d6bd3e"),),
    tags=("availability",),
)

requirement(
    "aws-dynamodb-table-without-kms",
    severity=LOW,
    cwe=311,
    title="The DynamoDB table is encrypted with a key that only AWS sees",
    why="Uses of that key appear in no log of yours, and it cannot be withdrawn; a key of KMS can do both.",
    terraform="aws_dynamodb_table: server_side_encryption.enabled",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "EncryptionAtRest.html",),
    aliases=(in_terraform("CKV_AWS_119", "AVD-AWS-0025", "AC_AWS_0457", "KICS:ce089fd4-1406-47bd-8aad-c259772bb294"),),
    tags=("encryption",),
    default=False,
)
