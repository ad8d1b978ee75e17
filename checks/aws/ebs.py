"""Elastic Block Store: volumes, snapshots, their schedules, and the account's default."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.mentions import mentioning
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    be_filled,
    be_true,
    bind,
    contain_none,
    differ,
    every,
    exists,
    has,
    in_ansible,
    in_terraform,
    lacks,
    need,
    remove_it,
    requirement,
    rule,
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
    ansible="community.aws.ec2_snapshot_copy: encrypted",
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

requirement(
    "aws-ebs-copy-without-own-key",
    severity=LOW,
    cwe=311,
    title="The copy of an EBS snapshot is encrypted with the key that AWS manages",
    why="That key cannot be restricted further, cannot be withdrawn, and the copy cannot be shared.",
    terraform=(
        "aws_ebs_snapshot_copy: kms_key_id",
        bind(
            "aws_dlm_lifecycle_policy: encryption_configuration.cmk_arn", each="policy_details.action.cross_region_copy",
        ),
        bind("aws_dlm_lifecycle_policy: cmk_arn", each="policy_details.schedule.cross_region_copy_rule"),
    ),
    ansible="community.aws.ec2_snapshot_copy: kms_key_id",
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    default=False,
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_183", type="aws_ebs_snapshot_copy"),
        in_terraform("CKV_AWS_254", "CKV_AWS_256", type="aws_dlm_lifecycle_policy"),
    ),
    tags=("encryption", "hygiene"),
)

requirement(
    "aws-dlm-copy-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Snapshots are copied to another region unencrypted",
    why="Whoever the copy is shared with, or whoever steals it, reads the whole disk.",
    terraform=(
        bind(
            "aws_dlm_lifecycle_policy: encryption_configuration.encrypted", each="policy_details.action.cross_region_copy",
        ),
        bind("aws_dlm_lifecycle_policy: encrypted", each="policy_details.schedule.cross_region_copy_rule"),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=("https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html",),
    aliases=(in_terraform("CKV_AWS_253", "CKV_AWS_255"),),
    tags=("encryption",),
)

requirement(
    "aws-ebs-snapshot-public",
    severity=CRITICAL,
    cwe=732,
    title="EBS snapshot is public",
    why="Everybody can make a disk of it and read whatever it holds; public snapshots are searched all the time.",
    ansible=bind("amazon.aws.ec2_snapshot: group_names", unless=where("state", "absent")),
    must=contain_none("all"),
    fix=remove_it(at_most=UNSAFE, note="whoever uses the snapshot in another account no longer can"),
    references=("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",),
    tags=("identity",),
)

plain_snapshot = rule(
    "aws-ebs-snapshot-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Snapshot is taken of an unencrypted volume",
    why="A snapshot is as its volume: whoever it is shared with, or whoever steals it, reads the whole disk.",
    references=(ENCRYPTION,),
    fix_safety="Changing the encryption of a volume replaces it: copy its data through an encrypted snapshot first.",
    aliases=(in_terraform("KICS:e6b4b943-6883-47a9-9739-7ada9568f8ca"),),
    tags=("encryption",),
)


@plain_snapshot.check(terraform="aws_ebs_snapshot")
def snapshot_of_plain_volume(snapshot: Block, project: Project) -> Iterator[Finding]:
    """A snapshot of a volume of this Project that is certainly not encrypted."""
    source = snapshot.get("volume_id")
    volume = project.follow(source)
    if volume is None or volume.type != "aws_ebs_volume":
        return
    encrypted = volume.get("encrypted")
    if encrypted.is_(False) or (encrypted.is_missing and INHERITED(volume, project) is False):
        intent = Intent("encrypt the volume", (Set(encrypted, True),))
        also = ((volume if encrypted.is_missing else encrypted, "the volume is not encrypted"),)
        yield Finding(source, f"the volume {volume.address} is not encrypted, nor is its snapshot", (intent,), {}, also)


unsaved = rule(
    "aws-ebs-volume-not-backed-up",
    severity=LOW,
    cwe=693,
    confidence="low",
    title="Nothing backs up the EBS volume",
    why="What is deleted, encrypted by an attacker or lost with the disk cannot be brought back.",
    default=False,
    references=("https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html",),
    remedy="Give it a tag that a plan of AWS Backup or a lifecycle policy selects.",
    aliases=(in_terraform("CKV2_AWS_9", "AC_AWS_0459"),),
    tags=("availability", "hygiene"),
)


@unsaved.check(terraform="aws_ebs_volume")
def volume_nobody_saves(volume: Block, project: Project) -> Iterator[Finding]:
    """A volume without a snapshot of its own, in a Project without any plan or policy that could choose it."""
    if project.blocks("aws_dlm_lifecycle_policy", "resource"):
        return
    if any(_may_select_all(one) for one in project.blocks("aws_backup_selection", "resource")):
        return
    if not set(mentioning(volume, project)) & {"aws_ebs_snapshot", "aws_backup_selection"}:
        yield Finding(volume, "nothing backs the volume up")


def _may_select_all(selection: Block) -> bool:
    """Whether a backup selection goes by tags or patterns rather than by a list of resources."""
    resources = selection.get("resources")
    by_name = resources.kind == "list" and all("*" not in one.known_text for one in resources.items)
    return not by_name or bool(selection.children("selection_tag") or selection.children("condition"))
