"""A repair that writes a resource beside the subject and lets the subject refer to it."""

from __future__ import annotations

from collections.abc import Mapping

from iaclint.model.block import Block, Node
from iaclint.model.intent import Applicability, Expression, Intent, New, NewBlock, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import SAFE
from iaclint.rules.repairs import Repair


def own(attribute: str) -> New:
    """In a new resource's arguments: what the subject has there, as it is written."""
    return {"*own*": attribute}


def refer_to_new(
    path: str,
    type: str,
    arguments: Mapping[str, New],
    attribute: str = "id",
    *,
    at_most: Applicability = SAFE,
    note: str = "",
) -> Repair:
    """Write a resource of this type beside the subject, of the same name, and its attribute at the path.

    An argument that is None becomes the subject's own name; `own("x")` what the subject has as `x`. There is no
    repair where the subject lacks that.
    """

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        block = element if isinstance(element, Block) else element.block
        while block is not None and not block.is_addressable:
            block = block.parent
        if block is None or block.kind != "resource" or project.resource(f"{type}.{block.name}") is not None:
            return None
        if "count" in block.arguments or "for_each" in block.arguments:
            return None  # which instance is meant, nobody can choose for the user
        filled = {name: _filled(new, block) for name, new in arguments.items()}
        if None in filled.values():
            return None
        reference = Expression(f"{type}.{block.name}.{attribute}")
        steps = (NewBlock(block, type, block.name, filled), Set(element.at(path), reference))
        return Intent(f"add a `{type}` and use it", steps, at_most, None, note)

    return repair


def _filled(new: New, block: Block) -> New:
    if isinstance(new, dict) and "*own*" in new:
        # a reference to the subject itself would make the two depend on each other
        value = block.get(str(new["*own*"]))
        text = block.document.source.slice(value.span) if not value.is_missing else ""
        return Expression(text) if text and "\n" not in text else None
    return block.name if new is None else new


__all__ = ["own", "refer_to_new"]
