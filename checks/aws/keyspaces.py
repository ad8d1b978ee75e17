"""Keyspaces, for Apache Cassandra."""

from __future__ import annotations

from iaclint.rules import LOW, MEDIUM, VIOLATED, Needed, equal, in_terraform, requirement, set_path, set_to, together

requirement(
    "aws-keyspaces-without-own-key",
    severity=LOW,
    cwe=311,
    title="Table of Keyspaces is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted or withdrawn, and its use leaves no trace in your logs.",
    terraform="aws_keyspaces_table: encryption_specification.type",
    must=equal("CUSTOMER_MANAGED_KMS_KEY"),
    when_missing=VIOLATED,
    fix=together(
        "use a key of your own", set_to("CUSTOMER_MANAGED_KMS_KEY"),
        set_path("encryption_specification.kms_key_identifier", Needed("kms-key", "ARN of a KMS key")),
    ),
    references=("https://docs.aws.amazon.com/keyspaces/latest/devguide/EncryptionAtRest.html",),
    aliases=(in_terraform("CKV_AWS_265"),),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-keyspaces-without-recovery",
    severity=MEDIUM,
    cwe=693,
    title="Table of Keyspaces cannot be restored to an earlier state",
    why="What a faulty release or an attacker overwrites or deletes is gone; point-in-time recovery keeps 35 days.",
    terraform="aws_keyspaces_table: point_in_time_recovery.status",
    must=equal("ENABLED"),
    when_missing=VIOLATED,
    fix=set_to("ENABLED"),
    references=("https://docs.aws.amazon.com/keyspaces/latest/devguide/PointInTimeRecovery.html",),
    tags=("availability",),
    default=False,
)
