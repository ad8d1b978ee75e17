"""Who holds a policy: the groups, roles and users it is written in or attached to."""

from __future__ import annotations

from iaclint.aspects.policy_statements import statements
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value

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
            for path, types in _DOCUMENT_IN.items()
            for type in types
            for user in project.blocks(type, "resource")
            if any(project.refers_to(value, policy) for value in user.each(path))
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
