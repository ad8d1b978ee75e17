"""Who holds a policy: the groups, roles and users it is written in or attached to."""

from __future__ import annotations

from iaclint.aspects import aspects_of
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value

Holder = tuple[str, str]
"""Kind ("group", "role", "user") and an address or name that tells it from others."""

_WRITTEN_IN = {"aws_iam_group_policy": "group", "aws_iam_role_policy": "role", "aws_iam_user_policy": "user"}
_ATTACHED_BY = {
    "aws_iam_group_policy_attachment": ("group",), "aws_iam_role_policy_attachment": ("role",),
    "aws_iam_user_policy_attachment": ("user",), "aws_iam_policy_attachment": ("groups", "roles", "users"),
}


def holders_of(policy: Block, project: Project) -> set[Holder]:
    """The holders of a policy that are certain."""
    kind = _WRITTEN_IN.get(policy.type)
    if kind is not None:
        return _named(kind, policy.get(kind))
    found: set[Holder] = set()
    if policy.type == "aws_iam_role":
        found.add(("role", policy.address))
    elif policy.type == "aws_iam_policy" and policy.kind == "resource":
        for type, arguments in _ATTACHED_BY.items():
            for attachment in project.companions(policy, type, "policy_arn")[0]:
                for argument in arguments:
                    found |= _named(argument.removesuffix("s"), attachment.get(argument))
    return found


def _named(kind: str, value: Value) -> set[Holder]:
    found: set[Holder] = set()
    for one in value.items if value.kind == "list" else [value]:
        addresses = [ref for ref in one.references if ref.startswith(f"aws_iam_{kind}.")]
        if addresses:
            found |= {(kind, ".".join(address.split(".")[:2])) for address in addresses}
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
                for statement in aspects_of(policy, PolicyStatement) if holders else ():
                    assert isinstance(statement, PolicyStatement)
                    if _is_unrestricted(statement):
                        for holder in holders:
                            table.setdefault(holder, []).extend(statement.actions)
        return table

    return project.memo("actions of holders", compute)


def _is_unrestricted(statement: PolicyStatement) -> bool:
    return (
        statement.role == "identity"
        and statement.effect == "Allow"
        and statement.conditions == []
        and any(resource.text == "*" for resource in statement.resources)
    )
