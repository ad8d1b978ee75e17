"""Repairs a requirement can name: each makes an Intent from the Value that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from iaclint.model.block import Block, Node
from iaclint.model.intent import (
    Append,
    Applicability,
    Expression,
    Impact,
    Intent,
    Needed,
    New,
    NewBlock,
    Remove,
    Set,
    Step,
)
from iaclint.model.project import Project
from iaclint.model.value import Value

SAFE, UNSAFE, MANUAL = Applicability.SAFE, Applicability.UNSAFE, Applicability.MANUAL

Repair = Callable[[Value, Node, Project], Intent | None]
"""Called with the wrong Value, the element the requirement looked at, and the Project."""


class SubjectAttribute(NamedTuple):
    """In a companion's arguments: a reference to the subject (`aws_s3_bucket.b.id`)."""

    attribute: str


def subject(attribute: str = "id") -> Any:
    """A reference to an attribute of the block the finding is about."""
    return SubjectAttribute(attribute)


def set_to(
    new: New, *, at_most: Applicability = SAFE, impact: Impact | None = None, note: str = "", title: str = ""
) -> Repair:
    """Write this value where the wrong one stands (or should stand)."""

    def repair(value: Value, element: Node, project: Project) -> Intent:
        name = ".".join(value.path) if value.is_missing and value.path else value.name
        shown = title or f"set `{name or 'it'}` to {show_new(new)}"
        return Intent(shown, (Set(value, new),), at_most, impact, note)

    return repair


def set_path(path: str, new: New, **options: Any) -> Repair:
    """Write a value at another path of the same element."""
    inner = set_to(new, **options)
    return lambda value, element, project: inner(element.at(path), element, project)


def remove_it(*, at_most: Applicability = SAFE, note: str = "", title: str = "") -> Repair:
    """Take the argument, list element or nested block away."""

    def repair(value: Value, element: Node, project: Project) -> Intent:
        return Intent(title or f"remove `{value.name or 'it'}`", (Remove(value),), at_most, None, note)

    return repair


def remove_items(*literals: str, at_most: Applicability = SAFE, note: str = "") -> Repair:
    """Take these elements out of a list; no repair when nothing would be left."""

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        wrong = [item for item in value.items if item.text in literals]
        if not wrong or len(wrong) == len(value.items):
            return None
        shown = ", ".join(f"`{item.text}`" for item in wrong)
        return Intent(f"remove {shown} from `{value.name}`", tuple(Remove(item) for item in wrong), at_most, None, note)

    return repair


def append_items(*literals: str, at_most: Applicability = SAFE, note: str = "") -> Repair:
    """Add the elements a list lacks; a missing list is written with these."""

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        if value.is_missing:
            return Intent(
                f"set `{value.name}` to {_quoted(literals)}", (Set(value, list(literals)),), at_most, None, note
            )
        lacking = [one for one in literals if all(item.text != one for item in value.items)]
        if value.kind != "list" or not lacking:
            return None
        steps = tuple(Append(value, one) for one in lacking)
        return Intent(f"add {_quoted(lacking)} to `{value.name}`", steps, at_most, None, note)

    return repair


def _quoted(literals: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in literals)


def need(name: str, hint: str, *, at_most: Applicability = SAFE, note: str = "", prefix: str = "") -> Repair:
    """Write a value only the user knows, named `name` in the configuration's `values`."""
    return set_to(Needed(name, hint, prefix), at_most=at_most, note=note)


def need_path(path: str, name: str, hint: str, **options: Any) -> Repair:
    """Write a value only the user knows at another path of the same element."""
    return set_path(path, Needed(name, hint), **options)


def add_companion(
    type: str,
    arguments: Mapping[str, Any],
    *,
    at_most: Applicability = SAFE,
    impact: Impact | None = None,
    note: str = "",
) -> Repair:
    """Write a new resource after the subject, of the same name: `arguments` may hold `subject("id")`."""

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        block = element if isinstance(element, Block) else element.block
        while block is not None and not block.is_addressable:
            block = block.parent
        if block is None or block.kind != "resource":
            return None
        # an instance of a counted resource needs an index nobody can choose for the user
        if "count" in block.arguments or "for_each" in block.arguments:
            return None
        address = block.address
        filled = {name: _fill(new, address) for name, new in arguments.items()}
        step = NewBlock(block, type, block.name, filled)
        return Intent(f"add a `{type}` for it", (step,), at_most, impact, note)

    return repair


def together(
    title: str, *repairs: Repair, at_most: Applicability = SAFE, impact: Impact | None = None, note: str = ""
) -> Repair:
    """Several repairs as one: all or nothing."""

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        steps: list[Step] = []
        for one in repairs:
            intent = one(value, element, project)
            if intent is None:
                return None
            steps.extend(step for step in intent.steps if not _is_so(step))
        return Intent(title, tuple(steps), at_most, impact, note) if steps else None

    return repair


def _is_so(step: Step) -> bool:
    """Whether the Value a step would set is that literal already."""
    return isinstance(step, Set) and isinstance(step.new, str | int | float | bool) and step.target.is_(step.new)


def _fill(new: Any, address: str) -> New:
    if isinstance(new, SubjectAttribute):
        return Expression(f"{address}.{new.attribute}")
    if isinstance(new, dict):
        return {name: _fill(one, address) for name, one in new.items()}
    if isinstance(new, list):
        return [_fill(one, address) for one in new]
    return new  # type: ignore[no-any-return]


def show_new(new: New) -> str:
    """A new value as people read it in a title."""
    if isinstance(new, bool):
        return "true" if new else "false"
    if isinstance(new, Needed):
        return new.hint
    if isinstance(new, Expression):
        return f"`{new.text}`"
    if isinstance(new, list):
        return "[" + ", ".join(show_new(one) for one in new) + "]"
    if isinstance(new, dict):
        return "{ " + ", ".join(f"{name} = {show_new(one)}" for name, one in new.items()) + " }"
    return "null" if new is None else f'"{new}"' if isinstance(new, str) else str(new)
