"""FSx: managed file systems. All are encrypted at rest; the question is with whose key."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    MEDIUM,
    be_at_least,
    be_filled,
    has,
    in_terraform,
    match,
    need,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/fsx/latest/"
WITH_BACKUPS = "aws_fsx_ontap_file_system|aws_fsx_openzfs_file_system|aws_fsx_windows_file_system|aws_fsx_lustre_file_system"

requirement(
    "aws-fsx-without-own-key",
    severity=LOW,
    cwe=311,
    title="FSx file system is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further or withdrawn, and backups under it cannot be given to other accounts.",
    terraform=f"{WITH_BACKUPS}|aws_fsx_file_cache: kms_key_id",
    must=be_filled,
    # what is restored keeps its key; scratch file systems have one of their own that nobody can choose
    unless=some(has("backup_id"), where("deployment_type", match("SCRATCH_.*"))),
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "WindowsGuide/encryption-at-rest.html", GUIDE + "LustreGuide/encryption-at-rest.html"),
    aliases=(
        in_terraform("CKV_AWS_178", type="aws_fsx_ontap_file_system"),
        in_terraform("CKV_AWS_179", type="aws_fsx_windows_file_system"),
        in_terraform("CKV_AWS_190", type="aws_fsx_lustre_file_system"),
        in_terraform("CKV_AWS_203", type="aws_fsx_openzfs_file_system"),
    ),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-fsx-backup-disabled",
    severity=MEDIUM,
    cwe=1188,
    title="FSx file system keeps no automatic backups",
    why="What ransomware, a faulty program or a wrong command overwrites is gone.",
    terraform=f"{WITH_BACKUPS}: automatic_backup_retention_days",
    must=be_at_least(1),
    fix=set_to(7),
    references=(GUIDE + "WindowsGuide/using-backups.html",),
    tags=("availability",),
)
