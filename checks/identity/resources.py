"""Policies of resources, whatever the resource: everybody as the principal, every action, nobody at all.

Buckets, queues, topics, keys, secrets, registries and file systems have rules of their own for everybody as the
principal; an endpoint, a file system and an API are open to their network or callers unless a policy says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.policies import DOCUMENTS
from iaclint.aspects.policy_statements import actions_of, everybody, is_narrowed, statements
from iaclint.checks.identity.policies import not_action_policy
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.module_sources import module_source_of
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, LOW, UNSAFE, Finding, Intent, Needed, in_ansible, in_terraform, rule

PRINCIPALS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
RESOURCE_BASED = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html"
PRINCIPAL = Needed("aws-principal", "ARN of the principal that may use it")

RESOURCES = tuple(name for name, paths in DOCUMENTS.items() if any(role == "resource" for _, role in paths))
TERRAFORM = "|".join(name for name in RESOURCES if "." not in name)
ANSIBLE = "|".join(name for name in RESOURCES if "." in name)
MODULES = ("module:terraform-aws-modules/s3-bucket/aws", "module:terraform-aws-modules/sqs/aws")

ELSEWHERE = frozenset({
    "aws_s3_bucket", "aws_s3_bucket_policy", "aws_s3_access_point", "aws_sqs_queue", "aws_sqs_queue_policy", "aws_sns_topic",
    "aws_sns_topic_policy", "aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key", "aws_ecr_repository_policy",
    "aws_ecr_registry_policy", "aws_ecrpublic_repository_policy", "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_policy", "aws_efs_file_system_policy", "amazon.aws.s3_bucket", "community.aws.sqs_queue",
    "community.aws.sns_topic", "amazon.aws.kms_key", "community.aws.ecs_ecr", "community.aws.secretsmanager_secret",
})  # fmt: skip
FOR_CALLERS = frozenset({"aws_api_gateway_rest_api", "aws_api_gateway_rest_api_policy", "aws_vpc_endpoint"})
OPEN_RESOURCES = tuple(name for name in RESOURCES if name not in ELSEWHERE and name not in FOR_CALLERS)

SEARCH = ("aws_elasticsearch_domain", "aws_elasticsearch_domain_policy")

open_resource_policy = rule(
    "open-resource-policy",
    severity=HIGH,
    cwe=284,
    title="Policy of a resource lets everybody in",
    why="Every AWS account, and often callers without any, may use the resource as the statement says.",
    references=(PRINCIPALS,),
    remedy="Name the accounts or roles that are meant, or add a condition such as `aws:PrincipalOrgID`.",
    aliases=(
        in_terraform(
            "KICS:16c4216a-50d3-4785-bfb2-4adb5144a8ba", "AC_AWS_0469", type="aws_elasticsearch_domain_policy"
        ),
        in_terraform("KICS:e7530c3c-b7cf-4149-8db9-d037a0b5268e", type=SEARCH),
        in_terraform("CKV_AWS_167", type=("aws_glacier_vault", "aws_glacier_vault_lock")),
        in_terraform("KICS:d25edb51-07fb-4a73-97d4-41cecdc53a22", type="aws_glue_resource_policy"),
        in_terraform("KICS:db0ec4c4-852c-46a2-b4f3-7ec13cdb12a8", type="aws_cloudwatch_log_destination_policy"),
        in_terraform("KICS:34b921bd-90a0-402e-a0a5-dc73371fd963", type="aws_ses_identity_policy"),
        in_ansible("KICS:8ed0bfce-f780-46d4-b086-21c3628f09ad", type="community.aws.ses_identity_policy"),
    ),
    tags=("identity",),
)

conditional_everybody = rule(
    "everybody-under-conditions",
    severity=LOW,
    cwe=284,
    title="Policy of a resource names everybody and leaves it to conditions to keep most out",
    why="One condition edited away makes the resource public, and callers behind a shared address or service stay unnamed.",
    references=(PRINCIPALS,),
    remedy="Name the accounts or roles; for a service such as SNS, name the service as the principal and keep the condition.",
    aliases=(
        in_terraform(
            "KICS:7af43613-6bb9-4a0e-8c4d-1314b799425e", "CKV_AWS_70",
            type=("aws_s3_bucket", "aws_s3_bucket_policy", MODULES[0]),
        ),
        in_terraform("KICS:1df37f4b-7197-45ce-83f8-9994d2fcf885", of="s3", get=True),
        in_terraform("KICS:66c6f96f-2d9e-417e-a998-9058aeeecd44", of="s3", list=True),
        in_terraform("KICS:d24c0755-c028-44b1-b503-8e719c898832", of="s3", put=True),
        in_terraform("KICS:ffdf4b37-7703-4dfe-a682-9d2e99bc6c09", of="s3", delete=True),
        in_terraform("KICS:a4966c4f-9141-48b8-a564-ffe9959945bc", "AC_AWS_0217", of="s3", all=True),
        in_terraform("KICS:abb06e5f-ef9a-4a99-98c6-376d396bfcdf", type=("aws_sqs_queue", MODULES[1])),
        in_terraform("KICS:730675f9-52ed-49b6-8ead-0acb5dd7df7f", type=("aws_sqs_queue_policy", MODULES[1])),
        in_terraform("CKV_AWS_168", "CKV_AWS_387", type="aws_sqs_queue_policy"),
        in_ansible("KICS:d994585f-defb-4b51-b6d2-c70f020ceb10", "KICS:86b0efa7-4901-4edd-a37a-c034bec6645a",
                   type="community.aws.sqs_queue"),
        in_terraform("KICS:e7530c3c-b7cf-4149-8db9-d037a0b5268e", type=SEARCH),
        in_terraform("CKV_AWS_385", type=("aws_sns_topic", "aws_sns_topic_policy")),
    ),
    tags=("identity",),
    default=False,
)

every_action = rule(
    "resource-policy-all-actions",
    severity=LOW,
    cwe=732,
    title="Policy of a resource allows every action on it",
    why="Whoever is meant to use the resource may also delete it, and change this policy.",
    references=(RESOURCE_BASED,),
    remedy="List the actions that are needed.",
    aliases=(
        in_terraform("KICS:b161c11b-a59b-4431-9a29-4e19f63e6b27", "AC_AWS_0440", type="aws_api_gateway_rest_api_policy"),
        in_terraform("KICS:d25edb51-07fb-4a73-97d4-41cecdc53a22", type="aws_glue_resource_policy"),
        in_terraform("KICS:db0ec4c4-852c-46a2-b4f3-7ec13cdb12a8", type="aws_cloudwatch_log_destination_policy"),
    ),
    tags=("identity",),
    default=False,
)

nobody = rule(
    "resource-policy-without-principal",
    severity=LOW,
    cwe=284,
    title="Policy of a resource allows something to nobody",
    why="A statement without a principal is refused by AWS or has no effect, so whoever was meant is not let in, or is "
    "let in by something wider elsewhere.",
    references=(PRINCIPALS,),
    aliases=(
        in_terraform("KICS:bbe3dd3d-fea9-4b68-a785-cfabe2bbbc54"),
        in_terraform("AC_AWS_0481", type="aws_kms_key"),
        in_terraform("KICS:e7530c3c-b7cf-4149-8db9-d037a0b5268e", type=SEARCH),
    ),
    tags=("identity",),
    default=False,
)


def _facets(block: Block, statement: PolicyStatement) -> dict[str, object]:
    names = [name.partition(":")[2] or name for name, _ in actions_of(statement)]
    kind = module_source_of(block.get("source").text or "").text if block.kind == "module" else block.type
    return {
        "type": f"module:{kind}" if block.kind == "module" and block.language == "terraform" else block.type,
        "of": "s3" if "s3" in kind else "sqs" if "sqs" in kind else "",
        "all": "*" in names,
        **{verb: any(verb in name for name in names) for verb in ("get", "list", "put", "delete")},
    }


def _named(value: Value) -> tuple[Intent, ...]:
    """Write a principal in place of everybody."""
    new = {"AWS": PRINCIPAL} if value.name == "Principal" else PRINCIPAL
    return (Intent("name who may use it", (Set(value, new),), UNSAFE, None, "everybody else who uses it is locked out"),)


@open_resource_policy.check(
    terraform="|".join(name for name in OPEN_RESOURCES if "." not in name),
    ansible="|".join(name for name in OPEN_RESOURCES if "." in name),
)
def open_resource(block: Block, project: Project) -> Iterator[Finding]:
    """A policy of a resource for the principal "*"."""
    if not block.at("vpc_options").is_missing:
        return  # the network keeps everybody else out
    for statement in statements(block, project):
        anybody = everybody(statement)
        if statement.effect == "Allow" and anybody is not None and not is_narrowed(statement):
            yield Finding(anybody, "the policy lets everybody in", _named(anybody), _facets(block, statement))


@conditional_everybody.check(terraform=f"{TERRAFORM}|{'|'.join(MODULES)}", ansible=ANSIBLE)
def under_conditions(block: Block, project: Project) -> Iterator[Finding]:
    """The principal "*" with conditions that may keep strangers out."""
    if block.type in FOR_CALLERS:
        return
    for statement in statements(block, project):
        anybody = everybody(statement)
        if statement.effect == "Allow" and anybody is not None and statement.conditions and is_narrowed(statement):
            message = "the policy names everybody and leaves it to conditions to keep most out"
            yield Finding(anybody, message, _named(anybody), _facets(block, statement))


@every_action.check(terraform=f"{TERRAFORM}|{'|'.join(MODULES)}", ansible=ANSIBLE)
def all_actions(block: Block, project: Project) -> Iterator[Finding]:
    """Action "*" or `service:*`; the owner of a key must be allowed everything, and queues have a rule of their own."""
    if "kms" in block.type or block.type.startswith(("aws_sqs", "community.aws.sqs", "aws_vpc_endpoint")):
        return
    for statement in statements(block, project):
        for name, action in actions_of(statement) if statement.effect == "Allow" else ():
            if name == "*" or name.endswith(":*"):
                message = f"the policy allows every action: `{action.text}`"
                yield Finding(action, message, (), _facets(block, statement))


@nobody.check(terraform=f"{TERRAFORM}|{'|'.join(MODULES)}", ansible=ANSIBLE)
def without_principal(block: Block, project: Project) -> Iterator[Finding]:
    """Allow without Principal."""
    for statement in statements(block, project):
        is_read = statement.conditions is not None or statement.principals or statement.not_principals
        if statement.effect == "Allow" and is_read and not statement.principals and not statement.not_principals:
            yield Finding(statement.element, "the policy allows something to nobody: it names no principal")


@not_action_policy.check(terraform=f"{TERRAFORM}|{'|'.join(MODULES)}", ansible=ANSIBLE)
def everything_but(block: Block, project: Project) -> Iterator[Finding]:
    """NotAction with Allow in the policy of a resource."""
    for statement in statements(block, project):
        if statement.effect == "Allow" and statement.not_actions and statement.conditions == []:
            facets = _facets(block, statement)
            yield Finding(statement.not_actions[0], "the policy allows everything but what it names", (), facets)
