"""Splats: `x[*].a` and `x.*.a`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope, follow
from iaclint.evaluate.terraform_unification import DOUBT
from iaclint.evaluate.terraform_values import (
    ListOf,
    Mistake,
    Null,
    Rough,
    SetOf,
    Unknowable,
    Whole,
    fails,
    in_order,
    mark_broken,
    references_of,
)
from iaclint.model.value import Value

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.source import Span


def splat(
    raw: Value, node: Node, rest: list[Node], scope: Scope, span: Span, mentioned: tuple[str, ...]
) -> Value:
    """What the steps after a splat lead to from each element; of a single Value as of a list of it."""
    if raw.is_unknown and not isinstance(raw, Whole):
        return scope.invalid(span, mentioned) if fails(raw) else scope.unknown(span, mentioned)
    inner = node.children[0]
    steps = [child for child in inner.children if child.type in ("get_attr", "index", "splat")]
    if inner.type == "attr_splat":
        # `x.*.a[0]` is the first of all, `x[*].a[0]` the first of each
        end = next((at for at, step in enumerate(steps) if _is_bracket(step)), len(steps))
        steps, rest = steps[:end], steps[end:] + rest
    else:
        steps, rest = steps + rest, []
    try:
        sources = in_order(raw) if raw.kind == "list" else _sources_of_null(raw) if raw.is_missing else [raw]
    except Mistake:
        return scope.invalid(span, mentioned)
    except Unknowable:
        return scope.unknown(span, mentioned)
    items = [follow(one, steps, scope, span) for one in sources]
    result = scope.new("list", items, span, references_of(items, first=mentioned))
    if isinstance(raw, SetOf | ListOf):
        result = ListOf("list", items, scope.document, span, references=result.references)
        if not items and steps:
            # of no elements the type alone tells whether the steps lead anywhere
            return _of_nothing(raw, steps, rest, scope, span, mentioned)
    elif isinstance(raw, Rough):
        result = Rough("list", items, scope.document, span, references=result.references)
    mark_broken(result)
    if fails(result) or any(map(fails, items)):
        return scope.invalid(span, result.references, type=DOUBT)
    return follow(result, rest, scope, span, mentioned) if rest else result


def _of_nothing(
    raw: SetOf | ListOf, steps: list[Node], rest: list[Node], scope: Scope, span: Span, mentioned: tuple[str, ...]
) -> Value:
    type = raw.element
    for step in steps:
        if type is None or step.type != "get_attr" or rest or type.kind == "doubt":
            return scope.unknown(span, mentioned)
        name = scope.text(step)[1:].strip()
        if type.kind == "map":
            type = type.element
        elif type.kind == "object":
            type = next((one.type for one in type.attributes if one.name == name), None)
            if type is None:
                return scope.invalid(span, mentioned)
        elif type.kind != "any":
            return scope.invalid(span, mentioned)
    return ListOf("list", [], scope.document, span, references=mentioned, element=type)


def _is_bracket(step: Node) -> bool:
    return step.type == "splat" or (step.type == "index" and step.children[0].type != "legacy_index")


def _sources_of_null(raw: Value) -> list[Value]:
    if isinstance(raw, Null):
        if raw.element is None or raw.element.kind == "doubt":
            raise Unknowable
        if raw.element.kind in ("list", "set", "tuple"):
            raise Mistake
    return []
