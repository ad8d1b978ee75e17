"""AWS Backup: which key protects what is kept, and whether anything is kept at all."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Truth
from iaclint.rules import LOW, Finding, be_filled, bind, in_terraform, need, requirement, rule, where

GUIDE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/"
SELECTION = "aws_backup_selection"

requirement(
    "aws-backup-vault-without-own-key",
    severity=LOW,
    cwe=311,
    title="The backup vault is encrypted with the key that AWS manages",
    why="You can neither restrict who uses that key nor withdraw it, and its backups cannot be copied to another account.",
    terraform="aws_backup_vault: kms_key_arn",
    ansible=bind("amazon.aws.backup_vault: encryption_key_arn", unless=where("state", "absent")),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "encryption.html",),
    aliases=(in_terraform("CKV_AWS_166"),),
    tags=("encryption",),
    default=False,
)

unprotected = rule(
    "aws-data-without-backup-plan",
    severity=LOW,
    cwe=693,
    title="No backup plan covers the data",
    why="What is deleted by mistake or encrypted by an intruder cannot be brought back.",
    references=(GUIDE + "assigning-resources.html",),
    remedy="Name its ARN in an `aws_backup_selection`, or give it a tag that one selects by.",
    aliases=(
        in_terraform("CKV2_AWS_8", type="aws_rds_cluster"),
        in_terraform("CKV2_AWS_18", type="aws_efs_file_system"),
    ),
    tags=("availability",),
    default=False,
)


def _is_selected(block: Block, project: Project) -> Truth:
    """Whether a selection names the resource; None where one selects by tag, pattern or in a way that cannot be read."""
    truths = [project.companions(block, SELECTION, path)[1] for path in ("resources", "resources.*")]
    if True in truths:
        return True
    may = any(map(_may_select, project.blocks(SELECTION, "resource")))
    return None if may or None in truths else False


def _may_select(selection: Block) -> bool:
    resources = selection.get("resources").items
    by_tag = selection.children("selection_tag") or selection.children("condition")
    return bool(by_tag) or any(one.text is not None and "*" in one.text for one in resources)


@unprotected.check(terraform="aws_efs_file_system|aws_rds_cluster")
def no_plan(block: Block, project: Project) -> Iterator[Finding]:
    """No selection of AWS Backup names the file system or cluster."""
    _, backed_up = project.companions(block, "aws_efs_backup_policy", "file_system_id")
    if _is_selected(block, project) is False and backed_up is False:
        yield Finding(block, "no backup plan covers it")
