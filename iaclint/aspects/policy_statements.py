"""What one statement of an access policy means: whether it certainly allows, whom, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policies import DOCUMENTS, policy_document, policy_statements, statements_of
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value

LEAST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"

INLINE = (
    "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy",
    "aws_ssoadmin_permission_set_inline_policy",
)  # fmt: skip
DOCUMENT = "aws_iam_policy_document"
MANAGED_ANSIBLE = "amazon.aws.iam_managed_policy"


def allows(statement: PolicyStatement) -> bool:
    """Whether it certainly allows something, under no condition."""
    return statement.effect == "Allow" and statement.conditions == []


def is_for_identity(statement: PolicyStatement, project: Project) -> bool:
    """Whether it says what an identity may do: a document without principals is taken for such."""
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


def anything(values: list[Value]) -> Value | None:
    """The action or resource that certainly means all there are."""
    return next((value for value in values if value.text is not None and value.text in ("*", "*:*")), None)


def everybody(statement: PolicyStatement) -> Value | None:
    """The principal that certainly means everybody."""
    return next((value for kind, value in statement.principals if kind in ("AWS", "*") and value.text == "*"), None)


def is_trust(statement: PolicyStatement) -> bool:
    """Whether it says who may assume a role."""
    if statement.role == "trust":
        return True
    actions = actions_of(statement)
    return (
        statement.role != "resource"
        and bool(statement.principals)
        and len(actions) == len(statement.actions) > 0
        and all(name.startswith("sts:assumerole") for name, _ in actions)
    )


def policy_of(statement: PolicyStatement) -> Value | Block:
    """Where to say what a statement lacks: the argument that holds the policy, or the statement's own block."""
    if isinstance(statement.element, Block):
        return statement.element
    node: Value | Block | None = statement.element
    while isinstance(node, Value):
        node = node.holder
    start = statement.element.span.start
    for argument in node.arguments.values() if node is not None else ():
        if argument.span.start <= start < argument.span.end:
            return argument.value
    return statement.element


def actions_of(statement: PolicyStatement) -> list[tuple[str, Value]]:
    """The actions that are known, in lower case."""
    return [(value.text.lower(), value) for value in statement.actions if value.text is not None]


def statements(block: Block, project: Project) -> Iterator[PolicyStatement]:
    """The statements of a block's policies, also of the policy documents they refer to."""
    if block.kind == "module" and block.language == "terraform":
        document = policy_document(block.get("policy"))
        yield from statements_of(block, document, "resource") if document is not None else ()
        return
    yield from policy_statements(block)
    for path, _ in DOCUMENTS.get(block.type, ()):
        for value in block.each(path):
            source = project.follow(value) if block.language == "terraform" else None
            if source is not None and source.kind == "data" and source.type == "aws_iam_policy_document":
                yield from policy_statements(source)


# --- conditions --------------------------------------------------------------------------

NOT_NARROWING = re.compile(
    r"aws:(securetransport|requestedregion|currenttime|epochtime|referer|useragent)"
    r"|s3:(tlsversion|prefix|delimiter|max-keys|x-amz-(acl|server-side-encryption|storage-class|content-sha256)"
    r"|existingobjecttag/.*|objectownership|signatureversion|signatureage|authtype)"
    r"|secretsmanager:(versionid|versionstage)|kms:encryption(algorithm|context.*)|sns:protocol"
)
"""Condition keys that do not tell callers apart: how a request comes, what it asks for, what is said of itself."""

_WHOLE_NETWORK = re.compile(r"(0\.0\.0\.0|::)/[01]|\*")


def is_narrowed(statement: PolicyStatement) -> bool:
    """Whether a condition may keep strangers out: true also where conditions cannot be read."""
    if statement.conditions is None:
        return True
    return any(_narrows(*one) for one in statement.conditions)


def _narrows(operator: str, key: str, value: Value) -> bool:
    name = key.lower()
    if not name:
        return True
    if NOT_NARROWING.fullmatch(name):
        return False
    texts = [one.text for one in value.items] if value.kind == "list" else [value.text]
    word = operator.lower().rpartition(":")[2].removesuffix("ifexists")
    if word.startswith("null") or "not" in word:
        return True  # what is excluded may be much: nobody can tell
    # a value that everything matches narrows nothing
    return not any(text is not None and _WHOLE_NETWORK.fullmatch(text.strip()) for text in texts)
