"""Terraform's functions that cut, order and combine lists and sets."""

from __future__ import annotations

from iaclint.evaluate.terraform_conversions import ANY, STRING, STRINGS, Type, has_doubt, set_items, type_of, unify
from iaclint.evaluate.terraform_functions import Call, structural
from iaclint.evaluate.terraform_functions_text import whole
from iaclint.evaluate.terraform_operators import same
from iaclint.evaluate.terraform_values import (
    ListOf,
    Mistake,
    Rough,
    SetOf,
    Typed,
    Unknowable,
    fails,
    in_order,
    references_of,
    seen,
)
from iaclint.model.value import Value

_MAX_PRODUCT = 2_000


@structural("list", "number")
def chunklist(call: Call, collection: Value, size: Value) -> Value | None:
    count = whole(size.data)  # type: ignore[arg-type]
    if count < 0:
        raise Mistake
    items = collection.items
    element = type_of(collection)
    step = count or max(1, len(items))
    chunks = [items[at : at + step] for at in range(0, len(items), step)]
    return call.list_of([_list(call, chunk, element.element) for chunk in chunks], element)


def _list(call: Call, items: list[Value], element: Type | None) -> Value:
    return ListOf(
        "list", items, call.scope.document, call.span, references=references_of(items), element=element
    )  # fmt: skip


@structural("any?", "number", "number", name="slice")
def _slice(call: Call, collection: Value, start: Value, end: Value) -> Value | None:
    """Of an unknown list it is known how many elements there are: that many, or the call fails."""
    first, last = whole(start.data), whole(end.data)  # type: ignore[arg-type]
    if collection.is_unknown and not fails(collection) and 0 <= first <= last <= first + _MAX_PRODUCT:
        unknown = [call.scope.unknown(call.span, collection.references) for _ in range(last - first)]
        return call.list_of(unknown, None)
    if collection.kind != "list" or isinstance(collection, SetOf) or fails(collection):
        raise Mistake
    items = in_order(collection)
    if not 0 <= first <= last <= len(items):
        raise Mistake
    return call.like(collection, items[first:last])


@structural("any")
def reverse(call: Call, collection: Value) -> Value | None:
    if collection.kind != "list":
        raise Mistake
    return call.like(collection, in_order(collection)[::-1])


@structural("strings")
def sort(call: Call, collection: Value) -> Value | None:
    if any(item.is_missing for item in collection.items):
        raise Mistake
    if any(not item.is_known for item in collection.items):
        raise Unknowable
    return call.list_of(sorted(collection.items, key=lambda item: str(item.data)), STRING)


@structural("lists")
def transpose(call: Call, values: Value) -> Value | None:
    found: dict[str, list[str]] = {}
    for key, items in values.entries.items():
        if items.is_missing or any(item.is_missing for item in items.items):
            raise Mistake
        if items.is_unknown or any(item.is_unknown for item in items.items):
            raise Unknowable
        for item in items.items:
            found.setdefault(str(item.data), []).append(key)
    entries = {
        name: _list(call, [call.new("string", key) for key in sorted(keys)], STRING) for name, keys in found.items()
    }
    return call.map_of(entries, STRINGS)


@structural("strings", "any")
def zipmap(call: Call, keys: Value, values: Value) -> Value | None:
    if values.kind != "list" or isinstance(values, SetOf) or any(key.is_missing for key in keys.items):
        raise Mistake
    items = in_order(values)
    if len(items) != len(keys.items):
        raise Mistake
    if any(key.is_unknown for key in keys.items):
        raise Unknowable
    entries = {str(key.data): item for key, item in zip(keys.items, items, strict=True)}
    if isinstance(values, ListOf):
        return call.map_of(entries, values.element)
    if isinstance(values, Rough):
        return call.of(Rough("map", entries, call.scope.document, call.span))
    return call.new("map", entries)


@structural("list", "list", "list")
def matchkeys(call: Call, values: Value, keys: Value, wanted: Value) -> Value | None:
    common = unify([type_of(keys), type_of(wanted)])
    if common is None or len(values.items) != len(keys.items):
        raise Mistake
    assert isinstance(values, Typed)
    if not wanted.items:
        return call.list_of([], values.element)
    searched, found = call.converted(wanted, common), call.converted(keys, common)
    chosen: list[Value] = []
    for value, key in zip(values.items, found.items, strict=True):
        answers = [same(key, one) for one in searched.items]
        if True not in answers and None in answers:
            raise Unknowable
        if True in answers:
            chosen.append(value)
    return call.list_of(chosen, values.element)


# --- sets ---------------------------------------------------------------------------------


@structural("set", "set*")
def setunion(call: Call, *sets: Value) -> Value | None:
    element, members = _members(call, sets)
    return call.set_of(set_items([item for items in members for item in items]), element)


@structural("set", "set*")
def setintersection(call: Call, *sets: Value) -> Value | None:
    element, members = _members(call, sets)
    kept = members[0]
    for others in members[1:]:
        kept = [item for item in kept if _is_in(item, others)]
    return call.set_of(kept, element)


@structural("set", "set")
def setsubtract(call: Call, first: Value, second: Value) -> Value | None:
    element, members = _members(call, (first, second))
    return call.set_of([item for item in members[0] if not _is_in(item, members[1])], element)


def _members(call: Call, sets: tuple[Value, ...]) -> tuple[Type, list[list[Value]]]:
    """The type that the elements of all sets have in common, and the elements as of that type."""
    types = [type_of(one).element or ANY for one in sets]
    relevant = [type for type, one in zip(types, sets, strict=True) if one.items or type.kind != "any"]
    common = unify(relevant) if relevant else ANY
    if common is None:
        raise Mistake
    if has_doubt(common) or (common.kind == "any" and any(type.kind != "any" for type in relevant)):
        raise Unknowable
    whole_type = Type("set", common)
    return common, [call.converted(one, whole_type).items for one in sets]


def _is_in(item: Value, others: list[Value]) -> bool:
    answers = [same(item, other) for other in others]
    if True not in answers and None in answers:
        raise Unknowable
    return True in answers


@structural("any*")
def setproduct(call: Call, *collections: Value) -> Value | None:
    """A list of tuples where all are lists, a set of them otherwise."""
    if len(collections) < 2 or any(one.kind != "list" for one in collections):
        raise Mistake
    elements: list[Type] = []
    total = 1
    for one in collections:
        found = _element(one)
        if found is None:
            raise Mistake
        elements.append(found)
        total *= len(one.items)
    if total > _MAX_PRODUCT or any(map(has_doubt, elements)):
        raise Unknowable
    rows: list[list[Value]] = [[]]
    for one, element in zip(collections, elements, strict=True):
        items = [call.converted(item, element) for item in in_order(one)]
        # each row has Values of its own
        rows = [[*row, seen(item, call.scope.document, call.span)] for row in rows for item in items]
    tuples = [Value("list", row, call.scope.document, call.span, references=references_of(row)) for row in rows]
    type = Type("tuple", elements=tuple(elements))
    if any(isinstance(one, SetOf) for one in collections):
        return call.set_of(set_items(tuples), type)
    return call.list_of(tuples, type)


def _element(collection: Value) -> Type | None:
    if isinstance(collection, Typed):
        return type_of(collection).element
    if isinstance(collection, Rough):
        raise Unknowable
    return unify([type_of(item) for item in collection.items]) if collection.items else ANY


