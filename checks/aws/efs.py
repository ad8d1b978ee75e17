"""Elastic File System: encryption at rest."""

from iaclint.rules import (
    HIGH,
    LOW,
    VIOLATED,
    be_filled,
    be_true,
    bind,
    has,
    in_ansible,
    in_terraform,
    need,
    requirement,
    set_to,
    some,
    where,
)

ENCRYPTION = "https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html"
# with `id` the module works on a file system that is there already
OTHER = some(where("state", "absent"), has("id"))

requirement(
    "aws-efs-unencrypted",
    severity=HIGH,
    cwe=311,
    title="The EFS file system is not encrypted at rest",
    why="All files and their names lie on shared disks in plain text, and encryption cannot be added later.",
    terraform="aws_efs_file_system: encrypted",
    ansible=bind("community.aws.efs: encrypt", unless=OTHER),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    fix_safety="Encryption is chosen when a file system is made: a new one is made, and the files must be copied first.",
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_42", "AVD-AWS-0037", "AC_AWS_0097", "KICS:48207659-729f-4b5c-9402-f884257d794f"),
        in_ansible("KICS:727c4fd4-d604-4df6-a179-7713d3c85e20"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-efs-without-own-key",
    severity=LOW,
    cwe=311,
    title="The EFS file system is encrypted with the key that AWS manages",
    why="That key cannot be restricted further and cannot be withdrawn.",
    terraform="aws_efs_file_system: kms_key_id",
    ansible=bind("community.aws.efs: kms_key_id", unless=OTHER),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_184", "AC_AWS_0098", "KICS:25d251f3-f348-4f95-845c-1090e41a615c"),
        in_ansible("KICS:bd77554e-f138-40c5-91b2-2a09f878608e"),
    ),
    tags=("encryption",),
    default=False,
)
