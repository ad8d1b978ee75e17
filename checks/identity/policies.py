"""Access policies that allow too much, in Terraform (JSON, jsonencode, data source) and Ansible alike.

Only what is certain is judged: an effect, action, resource or condition that cannot be read is left
alone. A statement of `aws_iam_policy_document` does not say what it is attached to: with principals it
is taken for a resource or trust policy, without them for an identity's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policy_documents import DOCUMENT
from iaclint.aspects.policy_statements import INLINE, LEAST, MANAGED_ANSIBLE, allows, anything, is_for_identity
from iaclint.model.aspects import PolicyStatement
from iaclint.model.project import Project
from iaclint.rules import HIGH, MEDIUM, Finding, in_ansible, in_terraform, rule

PASS_ROLE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"
NOT_ACTION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"
NOT_PRINCIPAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"

wildcard_admin_policy = rule(
    "wildcard-admin-policy",
    severity=HIGH,
    cwe=250,
    title="Policy allows every action on every resource",
    why="Whoever obtains these credentials, or runs code with them, owns the whole account.",
    references=(LEAST,),
    remedy="Name the actions that are needed, and the resources they are needed on.",
    aliases=(
        in_terraform("CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_286", "CKV2_AWS_40", type=INLINE),
        in_terraform("CKV_AWS_1", "CKV_AWS_49", "CKV2_AWS_40", type=DOCUMENT),
        in_terraform("KICS:2f37c4a3-58b9-4afe-8a87-d7f1d2286f84", "KICS:575a2155-6af1-4026-b1af-d5bc8fe2a904"),
        in_terraform("AC_AWS_0143", type="aws_iam_group_policy"),
        in_terraform("AC_AWS_0144", type="aws_iam_policy"),
        in_terraform("AVD-AWS-0057", "AC_AWS_0147", type="aws_iam_role_policy"),
        in_terraform("AC_AWS_0474", type="aws_iam_user_policy"),
        in_terraform("KICS:132a8c31-9837-4203-9fd1-15ca210c7b73", type="aws_ssoadmin_permission_set_inline_policy"),
        in_ansible(
            "KICS:e401d614-8026-4f4b-9af9-75d1197461ba", "KICS:b5ed026d-a772-4f07-97f9-664ba0b116f8", type=MANAGED_ANSIBLE
        ),
    ),
    tags=("identity",),
)

wildcard_action_policy = rule(
    "wildcard-action-policy",
    severity=MEDIUM,
    cwe=732,
    title="Policy allows every action of a service on every resource",
    why="It also allows what the holder never needs: deleting, sharing and changing who else has access.",
    references=(LEAST,),
    remedy="Name the actions that are needed, and the resources they are needed on.",
    aliases=(
        in_terraform("AVD-AWS-0057", type="aws_iam_role_policy"),
        in_terraform("CKV2_AWS_40", type=(*INLINE, DOCUMENT), service="iam"),
        in_terraform("AVD-AWS-0345", type=("aws_iam_policy", "aws_iam_role", "aws_iam_role_policy"), service="s3"),
    ),
    tags=("identity",),
)

wildcard_resource_policy = rule(
    "wildcard-resource-policy",
    severity=MEDIUM,
    cwe=732,
    title="Policy allows a sensitive action on every resource",
    why="The holder may hand any role to a machine, become any role, or read whatever the account keeps of that kind.",
    references=(PASS_ROLE, LEAST),
    remedy="Name the ARNs of the roles, keys, secrets or buckets that are meant.",
    aliases=(
        in_terraform("CKV_AWS_288", type=INLINE, reads=True),
        in_terraform("CKV_AWS_108", type=DOCUMENT, reads=True),
        in_terraform("CKV_AWS_287", type=INLINE, hands_out=True),
        in_terraform("CKV_AWS_107", type=DOCUMENT, hands_out=True),
        in_terraform(
            "AVD-AWS-0346", type=("aws_iam_policy", "aws_iam_role", "aws_iam_role_policy"), action=("s3:getobject", "s3:*")
        ),
        in_terraform("AVD-AWS-0342", type="aws_iam_policy", action="iam:passrole"),
        in_terraform("KICS:e39bee8c-fe54-4a3f-824d-e5e2d1cca40a", type="aws_iam_role_policy", action="iam:passrole"),
    ),
    tags=("identity",),
)

not_action_policy = rule(
    "not-action-policy",
    severity=MEDIUM,
    cwe=732,
    title="Policy allows everything but what it names",
    why="It also allows the actions of every service that AWS will ever add.",
    references=(NOT_ACTION,),
    remedy="Allow by `Action`, and use `NotAction` with `Deny` only.",
    aliases=(
        in_terraform(
            "KICS:5ea624e4-c8b1-4bb3-87a4-4235a776adcc",
            type=("aws_sns_topic", "aws_sns_topic_policy", "module:terraform-aws-modules/s3-bucket/aws"),
        ),
    ),
    tags=("identity",),
)

not_principal_policy = rule(
    "not-principal-policy",
    severity=HIGH,
    cwe=284,
    title="Policy lets everybody in but those it names",
    why="Everybody else, in any account and without one, is allowed.",
    references=(NOT_PRINCIPAL,),
    remedy="Allow by `Principal`, and use `NotPrincipal` with `Deny` only.",
    tags=("identity",),
)

SENSITIVE = {
    "iam:passrole": "hand any role to a service",
    "sts:assumerole": "become any role that trusts the account",
    "kms:decrypt": "decrypt with any key",
    "secretsmanager:getsecretvalue": "read any secret",
    "ssm:getparameter": "read any parameter",
    "ssm:getparameters": "read any parameters",
    "ssm:getparametersbypath": "read whole trees of parameters",
    "s3:getobject": "read every object of every bucket",
    "rds:createdbsnapshot": "copy any database",
    "rds:copydbsnapshot": "copy any database",
    "ec2:getpassworddata": "read the password of any Windows machine",
    "redshift:getclustercredentials": "log in to any Redshift cluster",
    "rds-db:connect": "log in to any database",
    "codepipeline:pollforjobs": "take the credentials of any pipeline",
    "cognito-identity:getcredentialsforidentity": "take the credentials of any identity",
    "cognito-identity:getopenidtokenfordeveloperidentity": "take the token of any identity",
    "connect:getfederationtoken": "log in to any contact centre",
    "lightsail:getinstanceaccessdetails": "log in to any Lightsail machine",
    "lightsail:getrelationaldatabasemasteruserpassword": "log in to any Lightsail database",
}
"""What each action allows on every resource."""

READING = frozenset({
    "secretsmanager:getsecretvalue", "ssm:getparameter", "ssm:getparameters", "ssm:getparametersbypath", "s3:getobject",
    "rds:createdbsnapshot", "rds:copydbsnapshot",
})  # fmt: skip
HANDING_OUT = frozenset({
    "ec2:getpassworddata", "redshift:getclustercredentials", "rds-db:connect", "codepipeline:pollforjobs",
    "cognito-identity:getcredentialsforidentity", "cognito-identity:getopenidtokenfordeveloperidentity",
    "connect:getfederationtoken", "lightsail:getinstanceaccessdetails",
    "lightsail:getrelationaldatabasemasteruserpassword", "sts:assumerole",
})  # fmt: skip
_SERVICE = re.compile(r"([a-z0-9-]+):\*")


@wildcard_admin_policy.check(aspect=PolicyStatement)
def admin(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """Action "*" on resource "*"."""
    if not allows(statement) or not is_for_identity(statement, project):
        return
    action = anything(statement.actions)
    if action is not None and anything(statement.resources) is not None:
        yield Finding(action, "policy allows every action on every resource")


@wildcard_action_policy.check(aspect=PolicyStatement)
def whole_service(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """`s3:*` on resource "*"."""
    if not allows(statement) or not is_for_identity(statement, project) or anything(statement.actions) is not None:
        return
    if anything(statement.resources) is None:
        return
    for action in statement.actions:
        found = _SERVICE.fullmatch((action.text or "").lower())
        if found:
            service = found[1]
            yield Finding(action, f"policy allows every action of {service} on every resource", facets={"service": service})


@wildcard_resource_policy.check(aspect=PolicyStatement)
def sensitive_action(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """`iam:PassRole` and the like on resource "*"."""
    if not allows(statement) or not is_for_identity(statement, project):
        return
    resource = anything(statement.resources)
    if resource is None:
        return
    for action in statement.actions:
        name = (action.text or "").lower()
        if name in SENSITIVE:
            facets = {"action": name, "reads": name in READING, "hands_out": name in HANDING_OUT}
            message = f"policy lets its holder {SENSITIVE[name]}"
            yield Finding(action, message, (), facets, ((resource, "on every resource"),))


@not_action_policy.check(aspect=PolicyStatement)
def not_action(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """NotAction with Allow on every resource."""
    if not allows(statement) or not statement.not_actions or not is_for_identity(statement, project):
        return
    if anything(statement.resources) is not None:
        yield Finding(statement.not_actions[0], "policy allows everything but what it names")


@not_principal_policy.check(aspect=PolicyStatement)
def not_principal(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """NotPrincipal with Allow."""
    if allows(statement) and statement.not_principals:
        yield Finding(statement.not_principals[0][1], "policy lets everybody in but those it names")
