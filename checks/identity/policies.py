"""Access policies that allow too much, in Terraform (JSON, jsonencode, data source) and Ansible alike.

Only what is certain is judged: an effect, action, resource or condition that cannot be read is left
alone. A statement of `aws_iam_policy_document` does not say what it is attached to: with principals it
is taken for a resource or trust policy, without them for an identity's.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from iaclint.checks.identity.escalation import ESCALATIONS, aliases
from iaclint.checks.identity.holders import actions_of_holders, holders_of
from iaclint.model.aspects import PolicyStatement
from iaclint.model.finding import Place
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import CRITICAL, HIGH, MEDIUM, Finding, in_ansible, in_terraform, rule

LEAST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
PASS_ROLE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"
TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html"
PRINCIPALS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
NOT_ACTION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"
NOT_PRINCIPAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"

INLINE = (
    "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy",
    "aws_ssoadmin_permission_set_inline_policy",
)
DOCUMENT = "aws_iam_policy_document"
MANAGED_ANSIBLE = "amazon.aws.iam_managed_policy"

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
    why="The holder may hand any role to a machine, become any role, or read any secret of the account.",
    references=(PASS_ROLE, LEAST),
    remedy="Name the ARNs of the roles, keys or secrets that are meant.",
    aliases=(
        in_terraform("AVD-AWS-0342", type="aws_iam_policy", action="iam:passrole"),
        in_terraform("KICS:e39bee8c-fe54-4a3f-824d-e5e2d1cca40a", type="aws_iam_role_policy", action="iam:passrole"),
        in_ansible("KICS:12a7a7ce-39d6-49dd-923d-aeb4564eb66c", type=MANAGED_ANSIBLE, action="sts:assumerole"),
    ),
    tags=("identity",),
)

privilege_escalation_policy = rule(
    "privilege-escalation-policy",
    severity=HIGH,
    cwe=269,
    title="Policy lets its holder take further rights",
    why="With this permission on every resource, the holder can give themselves any other, up to administrator.",
    references=(LEAST,),
    remedy="Restrict the action to the users, roles or functions that are meant.",
    aliases=(
        in_terraform("CKV_AWS_286", type=INLINE),
        in_terraform("CKV_AWS_110", type=DOCUMENT),
        aliases(),
    ),
    tags=("identity",),
)

open_trust_policy = rule(
    "open-trust-policy",
    severity=CRITICAL,
    cwe=284,
    title="Role may be assumed by everybody",
    why="Anybody with an AWS account can take the role and use its rights.",
    references=(TRUST,),
    remedy="Name the accounts, roles or services that may assume it.",
    aliases=(
        in_terraform("CKV_AWS_60", "KICS:bcdcbdc6-a350-4855-ae7c-d1e6436f7c97", type="aws_iam_role"),
        in_terraform("CKV_AWS_283", type=DOCUMENT),
        in_ansible("KICS:babdedcf-d859-43da-9a7b-6d72e661a8fd"),
    ),
    tags=("identity",),
)

OPEN_RESOURCES = (
    "aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "aws_elasticsearch_domain",
    "aws_elasticsearch_domain_policy", "aws_opensearch_domain", "aws_opensearch_domain_policy", "aws_glacier_vault",
    "aws_backup_vault_policy", "aws_glue_resource_policy", "aws_media_store_container_policy",
    "aws_cloudwatch_event_bus_policy", "community.aws.secretsmanager_secret",
)
"""Whose policies are judged here. Buckets, queues, topics, keys and registries have rules of their own; an endpoint, a
file system and an API are open to their network or callers unless a policy says otherwise."""

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
}
_SERVICE = re.compile(r"([a-z0-9-]+):\*")


def _allows(statement: PolicyStatement) -> bool:
    """Whether it certainly allows something, under no condition."""
    return statement.effect == "Allow" and statement.conditions == []


def _is_for_identity(statement: PolicyStatement, project: Project) -> bool:
    if statement.role == "identity":
        return True
    if statement.role or statement.principals or statement.not_principals:
        return False
    return statement.block.address not in _documents_of_organizations(project)


def _documents_of_organizations(project: Project) -> set[str]:
    """The data sources used by service control policies, which allow nothing by themselves."""

    def compute() -> set[str]:
        return {
            ".".join(reference.split(".")[:3])
            for block in project.blocks("aws_organizations_policy", "resource")
            for reference in block.get("content").references
            if reference.startswith("data.")
        }

    return project.memo("documents of organizations", compute)


def _anything(values: list[Value]) -> Value | None:
    return next((value for value in values if value.text is not None and value.text in ("*", "*:*")), None)


def _everybody(statement: PolicyStatement) -> Value | None:
    """The principal that certainly means everybody."""
    return next((value for kind, value in statement.principals if kind in ("AWS", "*") and value.text == "*"), None)


@wildcard_admin_policy.check(aspect=PolicyStatement)
def admin(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """Action "*" on resource "*"."""
    if not _allows(statement) or not _is_for_identity(statement, project):
        return
    action = _anything(statement.actions)
    if action is not None and _anything(statement.resources) is not None:
        yield Finding(action, "policy allows every action on every resource")


@wildcard_action_policy.check(aspect=PolicyStatement)
def whole_service(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """`s3:*` on resource "*"."""
    if not _allows(statement) or not _is_for_identity(statement, project) or _anything(statement.actions) is not None:
        return
    if _anything(statement.resources) is None:
        return
    for action in statement.actions:
        found = _SERVICE.fullmatch((action.text or "").lower())
        if found:
            service = found[1]
            yield Finding(action, f"policy allows every action of {service} on every resource", facets={"service": service})


@wildcard_resource_policy.check(aspect=PolicyStatement)
def sensitive_action(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """`iam:PassRole` and the like on resource "*"."""
    if not _allows(statement) or not _is_for_identity(statement, project):
        return
    resource = _anything(statement.resources)
    if resource is None:
        return
    for action in statement.actions:
        name = (action.text or "").lower()
        if name in SENSITIVE:
            yield Finding(
                action, f"policy lets its holder {SENSITIVE[name]}", (), {"action": name}, ((resource, "on every resource"),)
            )


@privilege_escalation_policy.check(aspect=PolicyStatement)
def escalation(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """An action, or several that one holder has together, that leads to any other."""
    if not _allows(statement) or not _is_for_identity(statement, project) or _anything(statement.resources) is None:
        return
    holders = holders_of(statement.block, project)
    facets: dict[str, object] = {f"on_{kind}": True for kind, _ in holders}
    for action in statement.actions:
        name = (action.text or "").lower()
        if name in ("", "*", "*:*") or name.endswith(":*"):
            continue  # a whole service is reported by itself
        for wanted in ESCALATIONS:
            if not fnmatch.fnmatchcase(wanted[0], name):
                continue
            others: tuple[tuple[Place, str], ...] = ()
            if len(wanted) > 1:
                together = _held_together(wanted[1:], statement, holders, project)
                if together is None:
                    continue
                others = tuple((value, "together with this") for value in together)
            what = " and ".join(f"`{one}`" for one in (action.text, *(place.text for place, _ in others)))  # type: ignore[union-attr]
            yield Finding(
                action, f"{what} on every resource lets the holder take further rights", (),
                {**facets, "actions": "+".join(wanted)}, others,
            )
            break


def _held_together(
    wanted: tuple[str, ...], statement: PolicyStatement, holders: set[tuple[str, str]], project: Project
) -> list[Value] | None:
    """Where the other actions stand: in the same statement, or in another policy of the same holder."""
    table = actions_of_holders(project)
    pools = [statement.actions, *(table.get(holder, []) for holder in holders)]
    found: list[Value] = []
    for one in wanted:
        place = next(
            (
                value for pool in pools for value in pool
                if value.text is not None and value.text not in ("*", "*:*") and fnmatch.fnmatchcase(one, value.text.lower())
            ),
            None,
        )
        if place is None:
            return None
        found.append(place)
    return found


@open_trust_policy.check(aspect=PolicyStatement)
def open_trust(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """A role that trusts the principal "*"."""
    if not _allows(statement):
        return
    assumes = bool(statement.actions) and all(
        (action.text or "").lower().startswith("sts:assumerole") for action in statement.actions
    )
    if statement.role == "trust" or (statement.role == "" and assumes):
        everybody = _everybody(statement)
        if everybody is not None:
            yield Finding(everybody, "role may be assumed by everybody")


@open_resource_policy.check(aspect=PolicyStatement)
def open_resource(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """A policy of a resource for the principal "*"."""
    block = statement.block
    if statement.role != "resource" or block.type not in OPEN_RESOURCES or not _allows(statement):
        return
    if not block.at("vpc_options").is_missing:
        return  # the network keeps everybody else out
    everybody = _everybody(statement)
    if everybody is not None:
        yield Finding(everybody, "the policy lets everybody in")


@not_action_policy.check(aspect=PolicyStatement)
def not_action(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """NotAction with Allow on every resource."""
    if not _allows(statement) or not statement.not_actions or not _is_for_identity(statement, project):
        return
    if _anything(statement.resources) is not None:
        yield Finding(statement.not_actions[0], "policy allows everything but what it names")


@not_principal_policy.check(aspect=PolicyStatement)
def not_principal(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """NotPrincipal with Allow."""
    if _allows(statement) and statement.not_principals:
        yield Finding(statement.not_principals[0][1], "policy lets everybody in but those it names")
