"""Identities that may write, or hand out access, anywhere: wide permissions that stop short of every action."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policy_documents import DOCUMENT
from iaclint.aspects.policy_statements import (
    INLINE,
    LEAST,
    actions_of,
    allows,
    anything,
    is_for_identity,
    policy_of,
    statements,
)
from iaclint.checks.identity.escalation import ESCALATIONS
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.intent import Append, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import LOW, MEDIUM, UNSAFE, Finding, Intent, in_terraform, rule

SHARING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html"
MFA = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html"
INVOKE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html#versioning-versions-using"
RESOURCES = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"

sharing_policy = rule(
    "access-granting-policy",
    severity=MEDIUM,
    cwe=732,
    title="Policy lets its holder decide who else has access, on every resource",
    why="The holder can open any bucket, key, queue or function to another account and take the data out that way.",
    references=(SHARING, LEAST),
    remedy="Name the resources whose access the holder is to manage.",
    aliases=(in_terraform("CKV_AWS_289", type=INLINE), in_terraform("CKV_AWS_109", type=DOCUMENT)),
    tags=("identity",),
    default=False,
)

writing_policy = rule(
    "unrestricted-write-policy",
    severity=LOW,
    cwe=732,
    title="Policy allows changes to every resource",
    why="A stolen credential or a mistake reaches every resource of the kind, also those of other teams and of production.",
    references=(RESOURCES, LEAST),
    remedy="Name the ARNs, or a pattern of them, that the holder works with.",
    aliases=(
        in_terraform("CKV_AWS_290", "CKV_AWS_355", type=INLINE),
        in_terraform("CKV_AWS_111", "CKV_AWS_356", type=DOCUMENT),
    ),
    tags=("identity",),
    default=False,
)

assume_without_mfa = rule(
    "assume-role-without-mfa",
    severity=LOW,
    cwe=308,
    title="User may assume a role without a second factor",
    why="A password or access key that was stolen is enough to come by the rights of the role.",
    references=(MFA,),
    remedy="Add the condition that `aws:MultiFactorAuthPresent` is true.",
    aliases=(
        in_terraform(
            "KICS:3ddfa124-6407-4845-a501-179f90c65097", "KICS:b5681959-6c09-4f55-b42b-c40fa12d03ec", "AC_AWS_0149",
            "AC_AWS_0150", "AC_AWS_0151", type="aws_iam_user_policy",
        ),
        in_terraform("AVD-AWS-0123", type="aws_iam_group_policy"),
    ),
    tags=("identity",),
    default=False,
)

half_invocation = rule(
    "lambda-invocation-half-granted",
    severity=LOW,
    cwe=863,
    title="Policy allows calling a Lambda function in one of its two spellings only",
    why="The ARN of a function and the ARNs of its versions and aliases are different resources: callers fail, and are then "
    "often given a wildcard.",
    references=(INVOKE,),
    remedy="List the function's ARN both plain and followed by `:*`.",
    aliases=(in_terraform("KICS:0ca1017d-3b80-423e-bb9c-6cd5898d34bd"),),
    tags=("identity", "hygiene"),
    default=False,
)

GRANTING = re.compile(
    r"(s3:(put|delete)(bucket|accesspoint|object|accountpublic)(policy|acl|publicaccessblock|versionacl|ownershipcontrols)"
    r"|kms:(putkeypolicy|creategrant|retiregrant|revokegrant)|(sns|sqs|lambda|glacier):(add|remove)permission"
    r"|(ecr|ecr-public|secretsmanager|glue|backup|elasticfilesystem|es|dynamodb|kinesis)"
    r":(set|put|delete)(repository|registry|resource|backupvault|filesystem)\w*policy"
    r"|sns:settopicattributes|sqs:setqueueattributes|lambda:(addlayerversionpermission|updatefunctionurlconfig)"
    r"|ec2:modify(image|snapshot)attribute|rds:modifydb(cluster)?snapshotattribute|ram:(create|associate)resourceshare"
    r"|organizations:(attach|create|update)policy|sso:\w*(accountassignment|permissionset)\w*|events:putpermission"
    r"|logs:(put|delete)(resource|destination)policy|iam:(?!createservicelinkedrole|deleteservicelinkedrole)(create|put|delete|attach|detach|update|add|remove|set)\w+)"
)
_READING = re.compile(r"(get|list|describe|batchget|batchcheck|lookup|search|view|check|query|scan|select|read|preview|estimate|"
                      r"simulate|validate|test|discover|filter|head|detect|verify|generatecredential|download|startquery|stopquery|startlivetail)\w*")  # fmt: skip
_WITHOUT_RESOURCE = re.compile(
    r"cloudwatch:putmetricdata|xray:put\w+|ecr:getauthorizationtoken|sts:getcalleridentity|ssm:updateinstanceinformation"
    r"|(ssmmessages|ec2messages|application-autoscaling|autoscaling-plans|ce|pricing|support|health|trustedadvisor|sso-directory"
    r"|tag|resource-groups|servicequotas|compute-optimizer|cur|aws-marketplace|a4b|mobiletargeting|translate|polly|textract"
    r"|rekognition|comprehend|transcribe|route53domains):.+"
    r"|ec2:(create|delete|attach|detach|assign|unassign)(networkinterface|privateipaddresses|ipv6addresses)\w*"
    r"|logs:(createloggroup|createlogdelivery|updatelogdelivery|deletelogdelivery|putresourcepolicy)|elasticloadbalancing:set\w+"
    r"|iam:(createservicelinkedrole|createaccountalias|deleteaccountalias|updateaccountpasswordpolicy)|kms:createkey"
    r"|lambda:createeventsourcemapping|s3:createjob|route53:create\w+|kinesisanalytics:create\w+|sns:unsubscribe"
)
"""Actions that IAM cannot restrict to a resource, or that need every resource in practice."""


def _sweeps(statement: PolicyStatement, project: Project) -> bool:
    return allows(statement) and is_for_identity(statement, project) and anything(statement.resources) is not None


@sharing_policy.check(aspect=PolicyStatement)
def shares(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """`s3:PutBucketPolicy` and the like on resource "*"."""
    if _sweeps(statement, project):
        for name, action in actions_of(statement):
            if GRANTING.fullmatch(name) and not any(name in wanted for wanted in ESCALATIONS):
                yield Finding(action, f"`{action.text}` on every resource lets the holder decide who else has access")


@writing_policy.check(aspect=PolicyStatement)
def writes(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """An action that changes something, on resource "*": one finding a statement."""
    if not _sweeps(statement, project):
        return
    found = [action for name, action in actions_of(statement) if _is_write(name)]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield Finding(found[0], f"the policy allows `{found[0].text}`{more} on every resource")


def _is_write(name: str) -> bool:
    verb = name.partition(":")[2]
    return bool(verb) and verb != "*" and not _READING.fullmatch(verb.rstrip("*")) and not _WITHOUT_RESOURCE.fullmatch(name)


@assume_without_mfa.check(terraform="aws_iam_user_policy|aws_iam_group_policy")
def without_second_factor(policy: Block, project: Project) -> Iterator[Finding]:
    """`sts:AssumeRole` without a condition on the second factor."""
    for statement in statements(policy, project):
        if statement.effect != "Allow" or statement.conditions is None:
            continue
        actions = [value for name, value in actions_of(statement) if name in ("sts:assumerole", "sts:*")]
        if not actions or any(_wants_factor(key, value) for _, key, value in statement.conditions):
            continue
        fixes: tuple[Intent, ...] = ()
        if not statement.conditions and isinstance(statement.element, Value):
            new = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
            note = "programs that use an access key cannot assume the role any more"
            fixes = (Intent("ask for a second factor", (Set(statement.element.at("Condition"), new),), UNSAFE, None, note),)
        message = "the user may assume a role without a second factor"
        yield Finding(policy_of(statement), message, fixes, also=((actions[0], "by this action"),))


def _wants_factor(key: str, value: Value) -> bool:
    name = key.lower()
    if name not in ("aws:multifactorauthpresent", "aws:multifactorauthage"):
        return not name
    texts = [one.text for one in value.items] if value.kind == "list" else [value.text]
    return any(text is None or text.lower() != "false" for text in texts)


@half_invocation.check(aspect=PolicyStatement)
def half(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """Function ARNs that lack the plain or the qualified form."""
    if statement.effect != "Allow" or statement.role not in ("identity", ""):
        return
    names = [name for name, _ in actions_of(statement)]
    if not any(name in ("*", "lambda:*", "lambda:invoke*", "lambda:invokefunction") for name in names):
        return
    texts = [value.text for value in statement.resources]
    if not texts or any(text is None for text in texts):
        return
    functions = [(text, value) for text, value in zip(texts, statement.resources, strict=True) if text and ":function:" in text]
    plain = {text for text, _ in functions if text.partition(":function:")[2].count(":") == 0}
    qualified = {text.rpartition(":")[0] for text, _ in functions if text.partition(":function:")[2].count(":") == 1}
    for text, value in functions:
        tail = text.partition(":function:")[2]
        if tail.count(":") == 0 and text not in qualified and not text.endswith("*"):
            message = f"`{text}` allows no version or alias of the function to be called"
            yield Finding(value, message, _also_allow(value, f"{text}:*"))
        elif tail.count(":") == 1 and text.rpartition(":")[0] not in plain:
            plain_form = text.rpartition(":")[0]
            message = f"`{text}` does not allow the function itself to be called"
            yield Finding(value, message, _also_allow(value, plain_form))


def _also_allow(value: Value, text: str) -> tuple[Intent, ...]:
    holder = value.holder
    if not isinstance(holder, Value) or holder.kind != "list":
        return ()
    return (Intent(f"also allow `{text}`", (Append(holder, text),), UNSAFE, None, "it allows calls that fail today"),)
