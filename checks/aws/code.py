"""CodeBuild, CodePipeline and CodeCommit: what builds may do and leave behind, and who agrees to changes."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.policies import policy_document
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    Finding,
    Intent,
    Needed,
    add_companion,
    alias,
    be_absent,
    be_false,
    be_present,
    bind,
    companion,
    differ,
    in_ansible,
    in_terraform,
    need,
    requirement,
    rule,
    set_to,
    subject,
    where,
)

BUILD = "https://docs.aws.amazon.com/codebuild/latest/userguide/"
COMMIT = "https://docs.aws.amazon.com/codecommit/latest/userguide/"
PROJECT = "aws_codebuild_project"
ANSIBLE = "community.aws.codebuild_project"
GONE = where("state", "absent")

requirement(
    "aws-codebuild-artifacts-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="What the project builds is stored unencrypted",
    why="Whoever gets at the bucket reads, and copies, what is deployed from it.",
    terraform=(f"{PROJECT}: artifacts.encryption_disabled", f"{PROJECT}: secondary_artifacts.encryption_disabled"),
    ansible=bind(f"{ANSIBLE}: artifacts.encryption_disabled", unless=GONE),
    must=be_false,
    fix=set_to(False),
    references=(BUILD + "security-encryption.html",),
    aliases=(in_terraform("AVD-AWS-0018"), in_terraform("CKV_AWS_78", path="artifacts.encryption_disabled")),
    tags=("encryption",),
)

requirement(
    "aws-codebuild-logs-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Logs of builds are stored unencrypted",
    why="They show how the code is built, and now and then a secret that a command printed.",
    terraform=f"{PROJECT}: logs_config.s3_logs.encryption_disabled",
    must=be_false,
    fix=set_to(False),
    references=(BUILD + "security-encryption.html",),
    aliases=(in_terraform("CKV_AWS_311"),),
    tags=("encryption", "logging"),
)

requirement(
    "aws-codebuild-not-logged",
    severity=LOW,
    cwe=778,
    title="Builds of the project are not logged",
    why="A build that did what it was not meant to leaves no record.",
    terraform=f"{PROJECT}: logs_config.cloudwatch_logs.status",
    must=differ("DISABLED"),
    unless=where("logs_config.s3_logs.status", "ENABLED"),
    fix=set_to("ENABLED"),
    references=(BUILD + "change-project.html",),
    aliases=(in_terraform("CKV_AWS_314"),),
    tags=("logging",),
)

requirement(
    "aws-codebuild-log-unstated",
    severity=LOW,
    cwe=778,
    title="Project does not say where builds are logged",
    why="They go to a log group that CodeBuild makes by itself, which keeps them for ever and under no key of yours.",
    terraform=bind(f"{PROJECT}: logs_config", fix=set_to({"cloudwatch_logs": {"group_name": Needed("build-log-group", "name of a log group")}})),
    must=be_present,
    references=(BUILD + "change-project.html",),
    aliases=(in_terraform("CKV_AWS_314"),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-codebuild-privileged",
    severity=MEDIUM,
    cwe=250,
    title="Builds run in a privileged container",
    why="Code that is built, a pull request's as well, gets every right on its machine; only building images needs that.",
    terraform=f"{PROJECT}: environment.privileged_mode",
    ansible=bind(f"{ANSIBLE}: environment.privileged_mode", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="builds can no longer run Docker"),
    references=(BUILD + "build-env-ref-compute-types.html",),
    aliases=(in_terraform("CKV_AWS_316"),),
    tags=("container",),
    default=False,
)

own_key = rule(
    "aws-codebuild-without-own-key",
    severity=LOW,
    cwe=311,
    title="What the project builds is not encrypted with a key of your own",
    why="With a key of your own, fetching what was built takes a permission you grant, and every use is logged.",
    references=(BUILD + "security-encryption.html",),
    aliases=(
        alias("CKV_AWS_147", language="terraform", managed=False),
        alias("KICS:3deec14b-03d2-4d27-9670-7d79322e3340", language="terraform", managed=True),
        in_ansible("KICS:a1423864-2fbc-4f46-bfe1-fbbf125c71c9"),
    ),
    tags=("encryption",),
    default=False,
)


@own_key.check(terraform=PROJECT, ansible=ANSIBLE)
def with_foreign_key(build: Block, project: Project) -> Iterator[Finding]:
    """No key, or the one that AWS manages for S3."""
    key = build.get("encryption_key")
    if build.get("state").is_("absent") or (key.is_missing and build.at("artifacts.type").is_("NO_ARTIFACTS")):
        return
    source = project.follow(key) if build.language == "terraform" else None
    name = source.get("key_id") if source is not None and source.type == "aws_kms_key" and source.kind == "data" else key
    is_managed = name.text is not None and (name.text == "alias/aws/s3" or name.text.endswith(":alias/aws/s3"))
    if key.is_missing or is_managed:
        message = "it is encrypted with the key that AWS manages for S3" if is_managed else "`encryption_key` is not set"
        intent = need("kms-key", "ARN of a KMS key")(key, build, project)
        yield Finding(key, message, (intent,) if intent else (), {"managed": is_managed})


requirement(
    "aws-codecommit-without-approval-rule",
    severity=LOW,
    cwe=284,
    title="Changes of the repository need nobody's approval",
    why="Whoever holds the credentials of one person who may push can change what is built and deployed.",
    terraform="aws_codecommit_repository:",
    must=be_absent,
    unless=companion("aws_codecommit_approval_rule_template_association", by="repository_name", identities=("repository_name",)),
    message="no approval rule is associated with it",
    fix=add_companion(
        "aws_codecommit_approval_rule_template_association",
        {"approval_rule_template_name": Needed("approval-rule", "name of an approval rule template"), "repository_name": subject("repository_name")},
    ),
    references=(COMMIT + "approval-rule-templates.html",),
    aliases=(in_terraform("CKV2_AWS_37"),),
    tags=("supply-chain", "hygiene"),
    default=False,
)

one_approval = rule(
    "aws-codecommit-single-approval",
    severity=LOW,
    cwe=284,
    title="One approval is enough for changes of the repository",
    why="Two people who work together, or one with two accounts, can change what is built and deployed.",
    references=(COMMIT + "approval-rule-templates.html",),
    aliases=(in_terraform("CKV_AWS_257"),),
    tags=("supply-chain", "hygiene"),
    default=False,
)


@one_approval.check(terraform="aws_codecommit_approval_rule_template")
def approvals(template: Block, project: Project) -> Iterator[Finding]:
    """Statements whose `NumberOfApprovalsNeeded` is below two."""
    document = policy_document(template.get("content"))
    for number in document.each("Statements.NumberOfApprovalsNeeded") if document is not None else ():
        if number.number is not None and number.number < 2:
            note = "changes wait for a second person"
            intent = Intent("ask for two approvals", (Set(number, 2),), UNSAFE, None, note)
            yield Finding(number, f"{number.text} approval is enough", (intent,))
