"""Services that watch an account: GuardDuty for attacks, Access Analyzer for what is open to others."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import NewBlock
from iaclint.model.project import Project
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    Finding,
    Intent,
    be_none_of,
    be_true,
    bind,
    in_terraform,
    requirement,
    rule,
    set_to,
)

GUARDDUTY = "https://docs.aws.amazon.com/guardduty/latest/ug/"
ANALYZER = "aws_accessanalyzer_analyzer"

requirement(
    "aws-guardduty-disabled",
    severity=MEDIUM,
    cwe=778,
    title="The detector of GuardDuty is switched off",
    why="Stolen credentials, crypto miners and calls to known command servers go unnoticed.",
    terraform="aws_guardduty_detector: enable",
    must=be_true,
    fix=set_to(True),
    references=(GUARDDUTY + "guardduty_suspend-disable.html",),
    aliases=(
        in_terraform("CKV_AWS_238", "CKV2_AWS_3", "AC_AWS_0131", "KICS:704dadd3-54fc-48ac-b6a0-02f170011473"),
    ),
    tags=("logging",),
)

requirement(
    "aws-guardduty-accounts-left-out",
    severity=LOW,
    cwe=778,
    title="GuardDuty leaves accounts of the organization out",
    why="New accounts are watched by nobody until somebody remembers them.",
    terraform=(
        bind("aws_guardduty_organization_configuration: auto_enable", must=be_true, fix=set_to(True)),
        bind("aws_guardduty_organization_configuration: auto_enable_organization_members", fix=set_to("ALL")),
    ),
    must=be_none_of("NONE"),
    references=(GUARDDUTY + "set-guardduty-auto-enable-preferences.html",),
    aliases=(in_terraform("CKV2_AWS_3"),),
    tags=("logging",),
)

no_analyzer = rule(
    "aws-access-analyzer-missing",
    severity=LOW,
    cwe=284,
    title="No Access Analyzer looks for resources that are open to others",
    why="A bucket, role or key that is opened to another account, or to everybody, is found by whoever looks for it first.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html",),
    aliases=(in_terraform("KICS:e592a0c5-5bdb-414c-9066-5dba7cdea370"),),
    tags=("identity",),
    default=False,
)

ACCOUNT = (
    "aws_iam_account_password_policy", "aws_iam_account_alias", "aws_organizations_organization", "aws_guardduty_detector",
    "aws_securityhub_account", "aws_s3_account_public_access_block", "aws_config_configuration_recorder", "aws_cloudtrail",
    "aws_ebs_encryption_by_default",
)  # fmt: skip
"""Resources that set up a whole account: where they stand, the analyzer belongs."""


@no_analyzer.check(terraform="|".join(ACCOUNT))
def without_analyzer(block: Block, project: Project) -> Iterator[Finding]:
    """Said of the first resource that sets up the account."""
    if project.blocks(ANALYZER, "resource"):
        return
    if any("analy" in (call.get("source").text or "").lower() for call in project.blocks("module", "module")):
        return
    first = next((one for type in ACCOUNT for one in project.blocks(type, "resource")), None)
    if first is None or first.document is not block.document or first.span != block.span:
        return
    counted = "count" in block.arguments or "for_each" in block.arguments
    step = NewBlock(block, ANALYZER, "account", {"analyzer_name": "account"})
    yield Finding(block, "no Access Analyzer is set up beside it", () if counted else (Intent("add one", (step,), UNSAFE),))
