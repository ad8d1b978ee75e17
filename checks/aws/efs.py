"""Elastic File System: encryption at rest, backups, and what access points let their clients do."""

from __future__ import annotations

from iaclint.checks.aws._modules import module
from iaclint.checks.aws._registry import version_below
from iaclint.rules import (
    HIGH,
    INFO,
    LOW,
    MEDIUM,
    OK,
    VIOLATED,
    Needed,
    all_of,
    be_filled,
    be_true,
    bind,
    differ,
    equal,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    need,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/efs/latest/ug/"
ENCRYPTION = GUIDE + "encryption-at-rest.html"
MODULE, CLOUDPOSSE = module("efs"), "module:cloudposse/efs/aws"
NOT_MADE = some(where("create", False), where("enabled", False))
# with `id` the module works on a file system that is there already
OTHER = some(where("state", "absent"), has("id"))

requirement(
    "aws-efs-unencrypted",
    severity=HIGH,
    cwe=311,
    title="The EFS file system is not encrypted at rest",
    why="All files and their names lie on shared disks in plain text, and encryption cannot be added later.",
    terraform=(
        "aws_efs_file_system: encrypted",
        bind(f"{MODULE}|{CLOUDPOSSE}: encrypted", when_missing=OK, unless=NOT_MADE),
        # the module's default was no until 0.28
        bind(f"{CLOUDPOSSE}: encrypted", when=every(lacks("encrypted"), version_below("0.28.0")), unless=NOT_MADE),
    ),
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
    terraform=(
        "aws_efs_file_system: kms_key_id",
        bind(f"{MODULE}: kms_key_arn", unless=NOT_MADE),
        bind(f"{CLOUDPOSSE}: kms_key_id", unless=NOT_MADE),
    ),
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

requirement(
    "aws-efs-backup-disabled",
    severity=LOW,
    cwe=1188,
    title="Automatic backups of the EFS file system are switched off",
    why="What ransomware, a faulty program or a wrong command overwrites is gone.",
    terraform=(
        "aws_efs_backup_policy: backup_policy.status",
        bind(f"{MODULE}: enable_backup_policy", must=be_true, fix=set_to(True), unless=NOT_MADE),
        bind(
            f"{CLOUDPOSSE}: efs_backup_policy_enabled", must=be_true, when_missing=VIOLATED, fix=set_to(True), unless=NOT_MADE
        ),
    ),
    must=equal("ENABLED"),
    fix=set_to("ENABLED"),
    references=(GUIDE + "awsbackup.html",),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-efs-access-point-at-root",
    severity=MEDIUM,
    cwe=552,
    title="EFS access point opens the whole file system",
    why="Clients that are meant to see one directory see all of them.",
    terraform="aws_efs_access_point: root_directory.path",
    must=all_of(be_filled, differ("/")),
    fix=need("efs-directory", "directory the access point opens"),
    references=(GUIDE + "enforce-root-directory-access-point.html",),
    aliases=(in_terraform("CKV_AWS_329"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-efs-access-point-without-user",
    severity=MEDIUM,
    cwe=285,
    title="Clients of an EFS access point choose who they are",
    why="The file system believes the user ID a client sends, so any client may read and change the files of others, root's too.",
    terraform="aws_efs_access_point: posix_user",
    must=be_filled,
    fix=set_to({"uid": Needed("posix-uid", "user ID"), "gid": Needed("posix-gid", "group ID")}),
    references=(GUIDE + "enforce-identity-access-points.html",),
    aliases=(in_terraform("CKV_AWS_330"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-efs-without-tags",
    severity=INFO,
    cwe=1059,
    title="The EFS file system has no tags",
    why="Nobody can tell whose it is, and policies that decide by tags do not hold for it.",
    ansible=bind("community.aws.efs: tags", unless=OTHER),
    must=be_filled,
    references=(GUIDE + "manage-fs-tags.html",),
    aliases=(in_ansible("KICS:b8a9852c-9943-4973-b8d5-77dae9352851"),),
    tags=("hygiene",),
    default=False,
)
