"""`for` expressions over known collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate import terraform_operators as operators
from iaclint.evaluate.terraform_expressions import Scope, compute
from iaclint.evaluate.terraform_values import (
    UNKNOWN_KEY,
    Mistake,
    SetOf,
    Unknowable,
    fails,
    in_order,
    references_of,
    settle,
    text_of,
)
from iaclint.model.value import Value
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_ELEMENTS = 2_000


def elements(collection: Value, scope: Scope) -> list[tuple[Value, Value]] | None:
    """Pairs of key and element of a known collection; None where its elements, keys or order are unknown."""
    if collection.kind == "list":
        if len(collection.items) > MAX_ELEMENTS:
            return None
        try:
            items = in_order(collection)
        except Unknowable:
            return None
        if isinstance(collection, SetOf):
            return [(item, item) for item in items]
        from iaclint.evaluate.terraform_numbers import Counted

        return [
            (_held(scope.new("number", Counted(index), collection.span), collection), item)
            for index, item in enumerate(items)
        ]
    if collection.kind == "map" and UNKNOWN_KEY not in collection.entries and len(collection.entries) <= MAX_ELEMENTS:
        return [
            (_held(scope.new("string", key, collection.span), collection), item)
            for key, item in sorted(collection.entries.items())
        ]
    return None


def bind(intro: Node, scope: Scope) -> tuple[list[str], Value]:
    """The names that a `for ... in` binds and its collection, held so that its elements can be used twice."""
    names = [scope.text(child) for child in intro.children if child.type == "identifier"]
    expressions = [child for child in intro.children if child.type == "expression"]
    collection = compute(expressions[-1], scope) if expressions else scope.unknown(scope.span(intro))
    if scope.block is not None:
        settle(collection, holder=scope.block, steps=scope.module.steps)
    return names, collection


def bound(names: list[str], key: Value, item: Value, scope: Scope) -> Scope:
    """The Scope of one round."""
    if len(names) == 1:
        return scope.with_bindings({names[0]: item})
    return scope.with_bindings({names[0]: key, names[1]: item}) if len(names) == 2 else scope


def unknown_round(names: list[str], collection: Value, scope: Scope) -> Scope:
    """The Scope of a round over something unknown."""
    item = scope.unknown(collection.span, collection.references)
    item.holder = collection
    return bound(names, item, item, scope)


def _held(value: Value, holder: Value) -> Value:
    value.holder = holder
    return value


def cannot_be_walked(collection: Value) -> bool:
    """Whether it is certainly no collection at all."""
    return fails(collection) or collection.kind in ("string", "number", "bool", "missing")


def compute_for(node: Node, scope: Scope) -> Value:
    """The list or map that a `for` expression makes."""
    inner, span = node.children[0], scope.span(node)
    intro = next((child for child in inner.children if child.type == "for_intro"), None)
    bodies = [child for child in inner.children if child.type == "expression"]
    conditions = [child for child in inner.children if child.type == "for_cond"]
    is_object, is_grouped = inner.type == "for_object_expr", any(c.type == "ellipsis" for c in inner.children)
    if intro is None or len(bodies) != (2 if is_object else 1):
        return scope.unknown(span)
    names, collection = bind(intro, scope)
    pairs = elements(collection, scope)
    rounds = [bound(names, key, item, scope) for key, item in pairs or ()]
    is_known, is_invalid = pairs is not None, cannot_be_walked(collection)
    if not rounds:
        rounds = [unknown_round(names, collection, scope)]
    mentioned: dict[str, None] = dict.fromkeys(collection.references)
    items: list[tuple[str, Value]] = []
    for one in rounds:
        if scope.module.steps[0] < 0:
            is_known = False
            break
        condition = [compute(child, one) for rule in conditions for child in rule.named_children]
        values = [compute(body, one) for body in bodies]
        mentioned.update(dict.fromkeys(references_of(condition, values)))
        if not pairs:
            # a condition is looked at once even where there is nothing to try it on
            is_known = is_known and not any(fails(value) or value.is_missing for value in condition)
            continue
        try:
            truth = operators.condition(condition[0]) if condition else True
        except Mistake:
            is_invalid = True
            continue
        if truth is None:
            is_known = False
        if truth:
            is_invalid = is_invalid or any(map(fails, values)) or (is_object and _is_bad_key(values[0]))
            key = text_of(values[0]) if is_object else ""
            items.append((UNKNOWN_KEY if key is None else key, values[-1]))
    references = tuple(mentioned)
    if is_invalid:
        return scope.invalid(span, references)
    if not is_known:
        return scope.unknown(span, references)
    return _collected(items if pairs else [], is_object, is_grouped, scope, span, references)


def _is_bad_key(value: Value) -> bool:
    return value.kind in ("missing", "list", "map")


def _collected(
    items: list[tuple[str, Value]], is_object: bool, is_grouped: bool, scope: Scope, span: Span,
    references: tuple[str, ...],
) -> Value:  # fmt: skip
    if not is_object:
        return scope.new("list", [item for _, item in items], span, references)
    keys = [key for key, _ in items]
    if not is_grouped:
        known = [key for key in keys if key != UNKNOWN_KEY]
        if len(set(known)) < len(known):
            # one key twice is an error
            return scope.invalid(span, references)
        # first, as it replaces none of the others
        unknown = dict(one for one in items if one[0] == UNKNOWN_KEY)
        return scope.new("map", {**unknown, **dict(items)}, span, references)
    if UNKNOWN_KEY in keys:
        # it may belong to any group
        return scope.unknown(span, references)
    groups: dict[str, list[Value]] = {}
    for key, item in items:
        groups.setdefault(key, []).append(item)
    lists = {key: scope.new("list", group, span, references_of(group)) for key, group in groups.items()}
    return scope.new("map", lists, span, references)
