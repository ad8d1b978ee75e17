"""Who may assume a role: trust policies in any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policy_documents import DOCUMENT
from iaclint.aspects.policy_statements import actions_of, allows, everybody, is_trust, policy_of, statements
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import CRITICAL, LOW, MEDIUM, UNSAFE, Finding, Intent, Needed, in_ansible, in_terraform, rule

TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html"
EXTERNAL_ID = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html"
OIDC = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_secure-by-default.html"
MFA = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html"
ROOT = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts"

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
        in_ansible("KICS:12a7a7ce-39d6-49dd-923d-aeb4564eb66c"),
    ),
    tags=("identity",),
)

open_oidc_trust = rule(
    "open-oidc-trust",
    severity=CRITICAL,
    cwe=284,
    title="Role may be assumed by anybody's pipelines",
    why="The identity provider serves everybody who has an account there: a repository or workspace of a stranger gets the role.",
    references=(OIDC, "https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments"),
    remedy="Add a condition on the token's `sub` that names the organisation and the repository, such as "
    "`repo:organisation/name:ref:refs/heads/main`.",
    aliases=(in_terraform("CKV_AWS_358", type=DOCUMENT), in_terraform("CKV_AWS_393", type="aws_iam_role")),
    tags=("identity", "supply-chain"),
)

whole_account_trust = rule(
    "whole-account-trust",
    severity=LOW,
    cwe=284,
    title="Role trusts every identity of an account",
    why="Whoever is allowed `sts:AssumeRole` in that account gets the role, also identities that are made there later.",
    references=(ROOT,),
    remedy="Name the roles or users that may assume it.",
    aliases=(
        in_terraform("CKV_AWS_61", "KICS:12b7e704-37f0-4d1e-911a-44bf60c48c21", type="aws_iam_role"),
        in_ansible("KICS:babdedcf-d859-43da-9a7b-6d72e661a8fd"),
    ),
    tags=("identity",),
    default=False,
)

unguarded_cross_account_trust = rule(
    "unguarded-cross-account-trust",
    severity=MEDIUM,
    cwe=441,
    title="Role trusts another account without an external ID or a second factor",
    why="A service that works for many customers can be talked into using your role for another of them, and a stolen "
    "password there is enough to come here.",
    references=(EXTERNAL_ID, MFA),
    remedy="Ask for `sts:ExternalId` where a third party's program assumes the role, for `aws:MultiFactorAuthPresent` where "
    "people do.",
    aliases=(
        in_terraform("KICS:09c35abf-5852-4622-ac7a-b987b331232e", type="aws_iam_role"),
        in_ansible("KICS:af167837-9636-4086-b815-c239186b9dda", type="amazon.aws.iam_role"),
    ),
    tags=("identity",),
    default=False,
)

trust_all_actions = rule(
    "trust-policy-all-actions",
    severity=LOW,
    cwe=732,
    title="Trust policy names every action",
    why="Only actions of STS mean anything in a trust policy: IAM refuses others, and a wildcard also covers tagging and "
    "naming the session.",
    references=(TRUST,),
    aliases=(
        in_terraform("KICS:b1ffa705-19a3-4b73-b9d0-0c97d0663842", "AC_AWS_0146", type="aws_iam_role"),
    ),
    tags=("identity",),
)

PRINCIPAL = Needed("aws-principal", "ARN of the principal that may assume it")
SUBJECT = Needed("oidc-subject", "`sub` of the tokens that are meant, such as repo:organisation/name:ref:refs/heads/main")

_ROOT = re.compile(r"arn:aws[a-z-]*:iam::[^:]*:root|\d{12}")
_SOMEBODY = re.compile(r"\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:.*")

SHARED_PROVIDERS = {
    "token.actions.githubusercontent.com": ("sub", "job_workflow_ref", "repository_owner_id", "repository_id"),
    "gitlab.com": ("sub", "project_path", "namespace_path"),
    "app.terraform.io": ("sub",),
    "agent.buildkite.com": ("sub",),
    "vstoken.dev.azure.com": ("sub",),
}
"""Identity providers whose tokens anybody can get, and the claims that tell their users apart."""


@open_trust_policy.check(aspect=PolicyStatement)
def open_trust(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """A role that trusts the principal "*"."""
    if allows(statement) and is_trust(statement):
        anybody = everybody(statement)
        if anybody is not None:
            yield Finding(anybody, "role may be assumed by everybody", _name_somebody(anybody))


@whole_account_trust.check(aspect=PolicyStatement)
def whole_account(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """A role that trusts `arn:aws:iam::ACCOUNT:root`."""
    if not allows(statement) or not is_trust(statement):
        return
    for kind, value in statement.principals:
        known = value.text if value.text is not None else "".join(part or "?" for part in value.parts or ())
        if kind == "AWS" and _ROOT.fullmatch(known):
            yield Finding(value, "role trusts every identity of the account", _name_somebody(value))


@unguarded_cross_account_trust.check(aspect=PolicyStatement)
def unguarded(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """A role that trusts an account or its identities by literal, without a condition that guards it."""
    if statement.effect != "Allow" or statement.conditions is None or not is_trust(statement):
        return
    if any(_guards(key, value) for _, key, value in statement.conditions):
        return
    for kind, value in statement.principals:
        if kind == "AWS" and value.text is not None and _SOMEBODY.fullmatch(value.text):
            message = "role trusts another account without an external ID or a second factor"
            yield Finding(policy_of(statement), message, _ask_for_id(statement), also=((value, "this account"),))
            return


def _name_somebody(value: Value) -> tuple[Intent, ...]:
    new = {"AWS": PRINCIPAL} if value.name == "Principal" else PRINCIPAL
    return (Intent("name who may assume it", (Set(value, new),), UNSAFE, None, "all others cannot assume the role any more"),)


def _ask_for_id(statement: PolicyStatement) -> tuple[Intent, ...]:
    if statement.conditions or not isinstance(statement.element, Value):
        return ()
    new = {"StringEquals": {"sts:ExternalId": Needed("external-id", "external ID that the other account gives")}}
    step = Set(statement.element.at("Condition"), new)
    return (Intent("ask for an external ID", (step,), UNSAFE, None, "whoever does not give it cannot assume the role"),)


def _guards(key: str, value: Value) -> bool:
    """Whether a condition narrows who assumes the role; an empty external ID and a factor that is absent do not."""
    name = key.lower()
    texts = [one.text for one in value.items] if value.kind == "list" else [value.text]
    if name == "sts:externalid":
        return any(text is None or text.strip("*") for text in texts)
    if name == "aws:multifactorauthpresent":
        return any(text is None or text.lower() == "true" for text in texts)
    return True


@trust_all_actions.check(terraform="aws_iam_role", ansible="amazon.aws.iam_role")
def all_actions(role: Block, project: Project) -> Iterator[Finding]:
    """Action "*" in a trust policy."""
    for statement in statements(role, project):
        # an inline policy of the role has no principals
        if statement.effect != "Allow" or not (statement.role == "trust" or (not statement.role and statement.principals)):
            continue
        for name, action in actions_of(statement):
            if name in ("*", "sts:*"):
                federated = any(kind not in ("AWS", "Service") for kind, _ in statement.principals)
                fix = Intent("allow `sts:AssumeRole` only", (Set(action, "sts:AssumeRole"),))
                yield Finding(action, f"the trust policy names every action: `{action.text}`", () if federated else (fix,))


@open_oidc_trust.check(aspect=PolicyStatement)
def open_oidc(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """A role for tokens of a provider that serves everybody, without a condition on whose token it is."""
    if statement.effect != "Allow" or statement.conditions is None:
        return
    for kind, value in statement.principals:
        provider = _shared_provider(value, project) if kind == "Federated" else None
        if provider is None:
            continue
        if any(not key for _, key, _ in statement.conditions):
            return  # on a claim that cannot be read
        claims = {f"{provider}:{claim}" for claim in SHARED_PROVIDERS[provider]}
        tests = [(operator, found) for operator, key, found in statement.conditions if key.lower() in claims]
        wide = [found for operator, found in tests if _is_wide(operator, found)]
        if not tests:
            yield Finding(value, f"role may be assumed with anybody's token of {provider}")
        elif len(wide) == len(tests):
            step = Set(wide[0].items[0] if len(wide[0].items) == 1 else wide[0], SUBJECT)
            fix = Intent("name whose tokens are meant", (step,), UNSAFE, None, "other pipelines cannot assume the role any more")
            yield Finding(wide[0], f"the condition lets strangers' tokens of {provider} through", (fix,))
        return


def _shared_provider(value: Value, project: Project) -> str | None:
    text = value.known_text
    target = project.follow(value)
    if target is not None and target.type == "aws_iam_openid_connect_provider":
        text = target.get("url").known_text or text
    return next((one for one in SHARED_PROVIDERS if one in text.lower()), None)


def _is_wide(operator: str, value: Value) -> bool:
    """Whether some pattern of a condition matches tokens of people outside one organisation."""
    if "not" in operator.lower():
        return False
    texts = [one.text for one in value.items] if value.kind == "list" else [value.text]
    return any(text is not None and _matches_strangers(text) for text in texts)


def _matches_strangers(text: str) -> bool:
    # `repo:organisation/...`, `organization:name:...`, `project_path:group/...`: a wildcard within the first name
    first = text.split(":", 1)[-1] if text.startswith(("repo:", "organization:", "project_path:")) else text
    return "*" in first.split("/")[0].split(":")[0] or "?" in first.split("/")[0].split(":")[0]
