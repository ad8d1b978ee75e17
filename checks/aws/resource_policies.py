"""Policies attached to a bucket, queue, topic, key, repository, secret or file system: whom they let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iaclint.aspects.policy_statements import contents, is_narrowed, statements
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    Expression,
    Finding,
    Intent,
    Needed,
    Rule,
    Severity,
    add_companion,
    alias,
    be_absent,
    bind,
    companion,
    in_ansible,
    in_terraform,
    requirement,
    rule,
    subject,
)
from iaclint.rules.rule import Alias

PRINCIPALS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
S3 = ("aws_s3_bucket", "aws_s3_bucket_policy", "aws_s3_access_point", "module:terraform-aws-modules/s3-bucket/aws")
SQS = ("aws_sqs_queue", "aws_sqs_queue_policy", "module:terraform-aws-modules/sqs/aws")
PRINCIPAL = Needed("aws-principal", "ARN of the principal that may use it")


def everybody(statement: PolicyStatement) -> Iterator[tuple[str, Value]]:
    """The principals through which a statement lets in anybody, when no condition narrows that."""
    if statement.effect != "Allow" or is_narrowed(statement):
        return
    for kind, value in statement.principals:
        if value.is_("*"):
            yield kind, value


def _facets(block: Block, statement: PolicyStatement) -> dict[str, object]:
    actions = [value.text.lower() for value in statement.actions if value.text is not None]
    names = [action.partition(":")[2] or action for action in actions]
    return {
        "type": _type(block),
        "all": any(name == "*" for name in names),
        **{verb: any(verb in name for name in names) for verb in ("get", "list", "put", "delete", "acl")},
    }


def _type(block: Block) -> str:
    """A resource's type; of a module that is called, its source as rules name it."""
    return f"module:{block.get('source').text}" if block.kind == "module" and block.language == "terraform" else block.type


def _narrow(statement: PolicyStatement, kind: str, value: Value) -> tuple[Intent, ...]:
    note = "everybody else who uses it today is locked out"
    if value.name == "Principal":
        return (Intent("name who may use it", (Set(value, {"AWS": PRINCIPAL}),), UNSAFE, None, note),)
    if kind == "AWS":
        return (Intent("name who may use it", (Set(value, PRINCIPAL),), UNSAFE, None, note),)
    return ()


def _open_to_everybody(
    name: str, what: str, severity: Severity, why: str, terraform: Iterable[str], ansible: str,
    aliases: Iterable[tuple[Alias, ...] | Alias], reference: str, voided_by: str = "",
) -> Rule:
    declared = rule(
        name, severity=severity, cwe=732, title=f"The policy of the {what} lets in everybody", why=why,
        references=(PRINCIPALS, reference), aliases=aliases, tags=("identity",),
        remedy="Name the accounts or roles that may use it, or add a condition on who calls.",
    )

    @declared.check(terraform="|".join(terraform), ansible=ansible)
    def public_policy(block: Block, project: Project) -> Iterator[Finding]:
        for statement in statements(block, project):
            for kind, value in everybody(statement):
                if voided_by and _is_void(block, project, voided_by):
                    return
                message = f"the policy of the {what} lets in everybody: the principal is `*`"
                yield Finding(value, message, _narrow(statement, kind, value), _facets(block, statement))

    return declared


def _is_void(block: Block, project: Project, type: str) -> bool:
    """Whether a public access block on the same bucket makes a public policy void."""
    bucket = block if block.type == "aws_s3_bucket" else project.follow(block.get("bucket"))
    if bucket is None or block.language != "terraform":
        return block.at("public_access.restrict_public_buckets").is_(True)
    found, _ = project.companions(bucket, type, "bucket", ("bucket",))
    return any(one.get("restrict_public_buckets").is_(True) for one in found)


_open_to_everybody(
    "aws-s3-bucket-policy-public", "S3 bucket", HIGH,
    "Anybody on the Internet may do with the bucket what the statement allows, without an account.",
    S3, "amazon.aws.s3_bucket",
    (
        in_terraform("CKV_AWS_70", "KICS:7af43613-6bb9-4a0e-8c4d-1314b799425e"),
        alias("KICS:1df37f4b-7197-45ce-83f8-9994d2fcf885", language="terraform", get=True),
        alias("KICS:66c6f96f-2d9e-417e-a998-9058aeeecd44", language="terraform", list=True),
        alias("KICS:d24c0755-c028-44b1-b503-8e719c898832", language="terraform", put=True),
        alias("KICS:ffdf4b37-7703-4dfe-a682-9d2e99bc6c09", language="terraform", delete=True),
        in_terraform("KICS:a4966c4f-9141-48b8-a564-ffe9959945bc", "AC_AWS_0217", all=True),
        alias("AC_AWS_0218", language="terraform", delete=True),
        alias("AC_AWS_0219", language="terraform", get=True),
        alias("AC_AWS_0220", language="terraform", list=True),
        alias("AC_AWS_0221", language="terraform", put=True),
        alias("AC_AWS_0224", language="terraform", acl=True),
        in_terraform("AC_AWS_0215", type=("aws_s3_bucket", "aws_s3_bucket_policy")),
        in_ansible("KICS:3ab1f27d-52cc-4943-af1d-43c1939e739a"),
        alias("KICS:53bce6a8-5492-4b1b-81cf-664385f0c4bf", language="ansible", get=True),
        alias("KICS:d395a950-12ce-4314-a742-ac5a785ab44e", language="ansible", list=True),
        alias("KICS:a0f1bfe0-741e-473f-b3b2-13e66f856fab", language="ansible", put=True),
        alias("KICS:6fa44721-ef21-41c6-8665-330d59461163", language="ansible", delete=True),
        alias("KICS:6a6d7e56-c913-4549-b5c5-5221e624d2ec", language="ansible", all=True),
    ),
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    voided_by="aws_s3_bucket_public_access_block",
)
_open_to_everybody(
    "aws-sqs-queue-policy-public", "SQS queue", HIGH,
    "Anybody with an AWS account may read, forge or throw away messages, as far as the statement allows.",
    SQS, "community.aws.sqs_queue",
    (
        in_terraform("CKV_AWS_168", "CKV_AWS_387", "AC_AWS_0365"),
        in_terraform("KICS:abb06e5f-ef9a-4a99-98c6-376d396bfcdf", type=("aws_sqs_queue", SQS[2])),
        in_terraform("KICS:730675f9-52ed-49b6-8ead-0acb5dd7df7f", type=("aws_sqs_queue_policy", SQS[2])),
        in_ansible("KICS:86b0efa7-4901-4edd-a37a-c034bec6645a"),
        in_ansible("KICS:d994585f-defb-4b51-b6d2-c70f020ceb10", all=True),
    ),
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
)
_open_to_everybody(
    "aws-sns-topic-policy-public", "SNS topic", HIGH,
    "Anybody with an AWS account may publish to the topic or listen to it, as far as the statement allows.",
    ("aws_sns_topic", "aws_sns_topic_policy"), "community.aws.sns_topic",
    (
        in_terraform("AC_AWS_0385", "KICS:b26d2b7e-60f6-413d-a3a1-a57db24aa2b3", type="aws_sns_topic"),
        in_terraform("CKV_AWS_169", "CKV_AWS_385", type="aws_sns_topic_policy"),
        in_ansible("KICS:905f4741-f965-45c1-98db-f7a00a0e5c73"),
    ),
    "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
)
_open_to_everybody(
    "aws-kms-key-policy-public", "KMS key", CRITICAL,
    "Any AWS account may decrypt with the key, so what it protects is as good as not encrypted.",
    ("aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key", "aws_kms_replica_key"), "amazon.aws.kms_key",
    (
        in_terraform("CKV_AWS_33", "AC_AWS_0482", "KICS:7ebc9038-0bde-479a-acc4-6ed7b6758899"),
        in_terraform("AC_AWS_0162", all=True),
        in_ansible("KICS:5b9d237a-57d5-4177-be0e-71434b0fef47"),
    ),
    "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
)
_open_to_everybody(
    "aws-ecr-repository-policy-public", "ECR repository", HIGH,
    "Any AWS account may pull your images, or put its own in their place, as far as the statement allows.",
    ("aws_ecr_repository_policy",), "community.aws.ecs_ecr",
    (
        in_terraform("CKV_AWS_32", "AVD-AWS-0032", "AC_AWS_0084", "KICS:e86e26fc-489e-44f0-9bcd-97305e4ba69a"),
        in_ansible("KICS:fb5a5df7-6d74-4243-ab82-ff779a958bfd"),
    ),
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
)
_open_to_everybody(
    "aws-secretsmanager-policy-public", "secret", CRITICAL,
    "Any AWS account may read the secret, as far as the statement allows.",
    ("aws_secretsmanager_secret", "aws_secretsmanager_secret_policy"), "community.aws.secretsmanager_secret",
    (in_terraform("AC_AWS_0501", "KICS:fa00ce45-386d-4718-8392-fb485e1f3c5b", type="aws_secretsmanager_secret_policy"),),
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
)
_open_to_everybody(
    "aws-efs-policy-public", "EFS file system", MEDIUM,
    "Whoever reaches a mount target over the network may mount it without being asked who he is.",
    ("aws_efs_file_system_policy",), "",
    (in_terraform("AC_AWS_0464", "KICS:fae52418-bb8b-4ac2-b287-0b9082d6a3fd"),),
    "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html",
)

all_sqs_actions = rule(
    "aws-sqs-queue-policy-all-actions",
    severity=MEDIUM,
    cwe=732,
    title="The policy of the SQS queue allows every action",
    why="Whoever is meant to send or receive may also delete the queue, empty it, and change this policy.",
    remedy="List the actions that are needed, such as `sqs:SendMessage`.",
    references=("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",),
    aliases=(
        in_terraform("AVD-AWS-0097"),
        in_terraform("CKV_AWS_72", type="aws_sqs_queue_policy"),
        in_terraform("KICS:816ea8cf-d589-442d-a917-2dd0ce0e45e3", type=("aws_sqs_queue_policy", SQS[2])),
        in_ansible("KICS:ed9b3beb-92cf-44d9-a9d2-171eeba569d4"),
    ),
    tags=("identity",),
)


@all_sqs_actions.check(terraform="|".join(SQS), ansible="community.aws.sqs_queue")
def every_action(block: Block, project: Project) -> Iterator[Finding]:
    for statement in statements(block, project):
        for action in statement.actions if statement.effect == "Allow" else ():
            text = action.text
            if text is not None and text.lower() in ("*", "sqs:*"):
                message = f"the policy of the SQS queue allows every action: `{text}`"
                yield Finding(action, message, facets={"type": _type(block)})


plain_http = rule(
    "aws-s3-bucket-accepts-plain-http",
    severity=LOW,
    cwe=319,
    title="The S3 bucket accepts requests over plain HTTP",
    why="A program that is set up wrongly sends objects, and the signature of its requests, readable for all on the way.",
    remedy="Deny all requests for which `aws:SecureTransport` is false.",
    references=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",),
    aliases=(in_terraform("KICS:4bc4dd4c-7d8d-405e-a0fb-57fa4c31b4d9"),),
    tags=("network", "encryption"),
    default=False,
)

_NOTE = "programs that use plain HTTP stop working, and a policy set elsewhere is replaced"
# written behind `policy = ` of a resource, so one level deep already
_TLS_ONLY = """jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [BUCKET.arn, "${BUCKET.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })"""


@plain_http.check(terraform=S3[3])
def module_accepts_plain_http(call: Block, project: Project) -> Iterator[Finding]:
    """The module denies plain HTTP where it is told to, or where the policy it is given does."""
    deny, policy = call.get("attach_deny_insecure_transport_policy"), call.get("policy")
    if deny.is_(True) or deny.is_unknown or not (content := contents(call, project)).is_complete:
        return
    if not any(_may_deny_plain_http(statement) for statement in content.statements):
        place = deny if not deny.is_missing else policy if not policy.is_missing else call
        fix = Intent("deny plain HTTP", (Set(deny, True),), UNSAFE, None, "programs that use plain HTTP stop working")
        yield Finding(place, "nothing denies plain HTTP to the bucket", (fix,), {"type": _type(call)})


@plain_http.check(terraform="aws_s3_bucket")
def accepts_plain_http(bucket: Block, project: Project) -> Iterator[Finding]:
    holders, truth = project.companions(bucket, "aws_s3_bucket_policy", "bucket", ("bucket",))
    policies = [value for holder in (bucket, *holders) if not (value := holder.get("policy")).is_missing]
    if not policies and truth is False:
        policy = Expression(_TLS_ONLY.replace("BUCKET", bucket.address))
        add = add_companion("aws_s3_bucket_policy", {"bucket": subject("id"), "policy": policy}, at_most=UNSAFE, note=_NOTE)
        intent = add(bucket.get("policy"), bucket, project)
        yield Finding(bucket, "no policy of the bucket denies plain HTTP", (intent,) if intent is not None else ())
    elif policies and truth is not None:
        said = [contents(holder, project) for holder in (bucket, *holders)]
        found = [one for content in said for one in content.statements]
        if found and all(content.is_complete for content in said) and not any(_may_deny_plain_http(statement) for statement in found):
            yield Finding(policies[0], "the policy of the bucket does not deny plain HTTP")


def _may_deny_plain_http(statement: PolicyStatement) -> bool:
    if statement.conditions is None or statement.effect is None:
        return True
    wanted = "true" if statement.effect == "Allow" else "false"
    for _, key, value in statement.conditions:
        texts = [item.text for item in value.items] if value.kind == "list" else [value.text]
        if key.lower() == "aws:securetransport" and any(text is None or text.lower() == wanted for text in texts):
            return True
    return False


requirement(
    "aws-ecr-repository-policy-unstated",
    severity=LOW,
    cwe=284,
    title="The ECR repository has no policy of its own",
    why="Every identity of the account that some IAM policy allows may pull and push, so nobody who reads the repository can "
    "tell who does.",
    terraform=bind(
        "aws_ecr_repository", unless=companion("aws_ecr_repository_policy", by="repository", identities=("name",)),
        message="the ECR repository has no policy of its own",
        fix=add_companion("aws_ecr_repository_policy", {
            "repository": subject("name"), "policy": Needed("ecr-policy", "JSON of the repository's policy"),
        }),
    ),
    must=be_absent,
    references=("https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",),
    aliases=(in_terraform("KICS:69e7c320-b65d-41bb-be02-d63ecc0bcc9d", "AC_AWS_0462"),),
    tags=("identity", "hygiene"),
    default=False,
)
