"""Elastic Block Store: volumes, snapshots and the account's default."""

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_filled,
    be_true,
    bind,
    differ,
    every,
    exists,
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

ENCRYPTION = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html"

# what is not said is decided by the snapshot the volume is made from, and by the region's default
INHERITED = some(
    has("snapshot_id"),
    exists("aws_ebs_encryption_by_default", having=where("enabled", be_true, when_missing=True)),
)
# with `id` the module works on a volume that is there already
OTHER = some(where("state", "absent"), where("state", "list"), has("id"))

requirement(
    "aws-ebs-volume-unencrypted",
    severity=HIGH,
    cwe=311,
    title="EBS volume is not encrypted at rest",
    why="Whoever obtains a snapshot or the disk itself reads everything on it; encryption costs nothing and no speed.",
    terraform=bind("aws_ebs_volume: encrypted", unless=every(lacks("encrypted"), INHERITED)),
    ansible=bind("amazon.aws.ec2_vol: encrypted", unless=some(OTHER, every(lacks("encrypted"), has("snapshot")))),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    fix_safety="Changing the encryption of a volume replaces it: copy its data through an encrypted snapshot first.",
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_3", "CKV2_AWS_2", "AVD-AWS-0026", "AC_AWS_0460"),
        in_terraform("KICS:cc997676-481b-4e93-aa81-d19f8c5e9b12"),
        in_ansible("KICS:4b6012e7-7176-46e4-8108-e441785eae57"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-ebs-volume-without-own-key",
    severity=LOW,
    cwe=311,
    title="EBS volume is encrypted with the key that AWS manages",
    why="That key cannot be restricted further, cannot be withdrawn, and its snapshots cannot be shared.",
    terraform="aws_ebs_volume: kms_key_id",
    ansible=bind("amazon.aws.ec2_vol: kms_key_id", unless=some(OTHER, has("snapshot"))),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_189", "AVD-AWS-0027", "AC_AWS_0460"),),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-ebs-snapshot-copy-unencrypted",
    severity=HIGH,
    cwe=311,
    title="The copy of an EBS snapshot is not encrypted",
    why="Whoever the copy is shared with, or whoever steals it, reads the whole disk.",
    terraform="aws_ebs_snapshot_copy|aws_ebs_snapshot_import: encrypted",
    must=be_true,
    fix=set_to(True),
    references=(ENCRYPTION,),
    tags=("encryption",),
)

requirement(
    "aws-ebs-snapshot-sharing-unblocked",
    severity=MEDIUM,
    cwe=732,
    title="EBS snapshots may be shared with everybody",
    why="One wrong click publishes a whole disk; snapshots that are public are searched for secrets all the time.",
    terraform="aws_ebs_snapshot_block_public_access: state",
    must=differ("unblocked"),
    fix=set_to("block-all-sharing", at_most=UNSAFE, note="snapshots that are public today stop being so"),
    references=("https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",),
    tags=("identity",),
)

requirement(
    "aws-ebs-default-encryption-disabled",
    severity=MEDIUM,
    cwe=311,
    title="EBS encryption by default is switched off for the region",
    why="Volumes that nobody thinks of, such as those of a quick test, are then created unencrypted.",
    terraform="aws_ebs_encryption_by_default: enabled",
    must=be_true,
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_106", "AC_AWS_0079", "KICS:3d3f6270-546b-443c-adb4-bb6fb2187ca6"),),
    tags=("encryption",),
)
