"""Quantum Ledger Database."""

from __future__ import annotations

from iaclint.rules import LOW, MEDIUM, UNSAFE, be_true, equal, in_terraform, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/qldb/latest/developerguide/"

requirement(
    "aws-qldb-all-permissions",
    severity=MEDIUM,
    cwe=732,
    title="Everybody who may use the ledger may do everything with it",
    why="In that mode one permission opens every table and every command; IAM policies for single tables are not asked.",
    terraform="aws_qldb_ledger: permissions_mode",
    must=equal("STANDARD"),
    fix=set_to("STANDARD", at_most=UNSAFE, note="callers need permissions for the tables they use"),
    references=(GUIDE + "security-iam-standard-mode.html",),
    aliases=(in_terraform("CKV_AWS_170"),),
    tags=("identity",),
)

requirement(
    "aws-qldb-deletion-protection-disabled",
    severity=LOW,
    cwe=693,
    title="Ledger can be deleted by a single call",
    why="A record that is kept as proof can be removed by one wrong apply, script or stolen key.",
    terraform="aws_qldb_ledger: deletion_protection",
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "ledger-management.basics.html",),
    aliases=(in_terraform("CKV_AWS_172"),),
    tags=("availability",),
)
