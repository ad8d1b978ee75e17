"""Who holds a policy: the groups, roles and users it is written in or attached to."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.policy_documents import DOCUMENT, OVERRIDES, SOURCES
from iaclint.aspects.policy_statements import merged_into, statements
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Reference, Value

Holder = tuple[str, str]
"""Kind ("group", "role", "user") and what tells it from others: the key of its Block, or its name."""

_WRITTEN_IN = {"aws_iam_group_policy": "group", "aws_iam_role_policy": "role", "aws_iam_user_policy": "user"}
_ATTACHED_BY = {
    "aws_iam_group_policy_attachment": ("group",), "aws_iam_role_policy_attachment": ("role",),
    "aws_iam_user_policy_attachment": ("user",), "aws_iam_policy_attachment": ("groups", "roles", "users"),
}

_DOCUMENT_IN = {"policy": (*_WRITTEN_IN, "aws_iam_policy"), "inline_policy.policy": ("aws_iam_role",)}


def holders_of(policy: Block, project: Project) -> set[Holder]:
    """The holders of a policy, or of the policies a document is used by, that are certain."""
    if policy.kind == "data":
        return {
            holder
            for document in _with_merged(policy, project)
            for path, types in _DOCUMENT_IN.items()
            for type in types
            for user in project.companions(document, type, path)[0]
            for holder in holders_of(user, project)
        }
    kind = _WRITTEN_IN.get(policy.type)
    if kind is not None:
        return _named(kind, policy.get(kind), project)
    found: set[Holder] = set()
    if policy.type == "aws_iam_role":
        found.add(("role", key_of(policy)))
    elif policy.type == "aws_iam_policy" and policy.kind == "resource":
        for type, arguments in _ATTACHED_BY.items():
            for attachment in project.companions(policy, type, "policy_arn")[0]:
                for argument in arguments:
                    found |= _named(argument.removesuffix("s"), attachment.get(argument), project)
    return found


def _with_merged(policy: Block, project: Project) -> list[Block]:
    """A document and those it is merged into."""
    users = project.memo("users of documents", lambda: _users_of_documents(project))
    found, told = [policy], {id(policy)}
    for document in found:
        for user in users.get((document.document.module_instance, document.address), ()):
            if id(user) not in told and _is_merged(document, user, project):
                found.append(user)
                told.add(id(user))
    return found


def _users_of_documents(project: Project) -> dict[tuple[str, str], list[Block]]:
    """The documents that may be merged of another, by its module and address."""
    found: dict[tuple[str, str], list[Block]] = {}
    for user in project.blocks(DOCUMENT, "data"):
        references = [reference for value in _merged(user) for reference in value.references]
        for address in merged_into(user):
            modules = {
                reference.module
                for reference in references
                if isinstance(reference, Reference) and (reference == address or reference.startswith(f"{address}."))
            }
            for module in sorted(modules):
                found.setdefault((module, address), []).append(user)
    return found


def _is_merged(document: Block, user: Block, project: Project) -> bool:
    return any(project.refers_to(value, document) for value in _merged(user))


def _merged(user: Block) -> Iterator[Value]:
    for name in (*SOURCES, *OVERRIDES):
        value = user.get(name)
        yield value
        yield from value.items


def key_of(holder: Block) -> str:
    """What tells a holder's Block from those of other modules: instances of one resource share it."""
    return f"{holder.document.module_instance} {holder.address}"


def _named(kind: str, value: Value, project: Project) -> set[Holder]:
    found: set[Holder] = set()
    for one in value.items if value.kind == "list" else [value]:
        addresses = [ref for ref in one.references if ref.startswith(f"aws_iam_{kind}.")]
        if addresses:
            blocks = (project.resource(address) for address in addresses)
            found |= {(kind, key_of(block)) for block in blocks if block is not None}
        elif one.text is not None:
            found.add((kind, one.text))
    return found


def actions_of_holders(project: Project) -> dict[Holder, list[Value]]:
    """The actions each holder is allowed on every resource, under no condition."""

    def compute() -> dict[Holder, list[Value]]:
        table: dict[Holder, list[Value]] = {}
        for type in (*_WRITTEN_IN, "aws_iam_policy", "aws_iam_role"):
            for policy in project.blocks(type, "resource"):
                holders = holders_of(policy, project)
                for statement in statements(policy, project) if holders else ():
                    if _is_unrestricted(statement):
                        for holder in holders:
                            table.setdefault(holder, []).extend(statement.actions)
        return table

    return project.memo("actions of holders", compute)


def _is_unrestricted(statement: PolicyStatement) -> bool:
    return (
        statement.role in ("identity", "")
        and statement.effect == "Allow"
        and statement.conditions == []
        and any(resource.text == "*" for resource in statement.resources)
    )
