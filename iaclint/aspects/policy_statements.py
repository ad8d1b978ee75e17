"""What one statement of an access policy means: whether it certainly allows, whom, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policies import DOCUMENTS, policy_statements
from iaclint.aspects.policy_documents import (
    DOCUMENT,
    OVERRIDES,
    SOURCES,
    PolicyContent,
    content_of,
    content_of_document,
)
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value

LEAST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"

INLINE = (
    "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy",
    "aws_ssoadmin_permission_set_inline_policy",
)  # fmt: skip
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
        found = {
            address
            for block in project.blocks("aws_organizations_policy", "resource")
            for address in documents_in(block.get("content"))
        }
        merged = {source.address: merged_into(source) for source in project.blocks(DOCUMENT, "data")}
        pending = list(found)
        while pending:
            more = merged.get(pending.pop(), set()) - found
            found |= more
            pending += more
        return found

    return project.memo("documents of organizations", compute)


def documents_in(value: Value) -> set[str]:
    """The addresses of the policy documents that a Value mentions."""
    return {".".join(one.split(".")[:3]) for one in value.references if one.startswith("data.")}


def merged_into(source: Block) -> set[str]:
    """The addresses of the policy documents that a data source's document may be merged from."""
    return {address for name in (*SOURCES, *OVERRIDES) for address in documents_in(source.get(name))}


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
    yield from contents(block, project).statements


def contents(block: Block, project: Project) -> PolicyContent:
    """All that a block's policies say, and whether that is known."""
    if block.language == "terraform" and block.type == DOCUMENT:
        return content_of_document(block, project)
    if block.language != "terraform":
        return PolicyContent(list(policy_statements(block)), True)
    if block.kind == "module":
        return content_of(block.get("policy"), block, "resource", project)
    found = [
        content_of(value, block, role, project)
        for path, role in DOCUMENTS.get(block.type, ())
        for value in block.each(path)
    ]
    return PolicyContent([one for part in found for one in part.statements], all(part.is_complete for part in found))


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
