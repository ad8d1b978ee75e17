"""Terraform's functions of lists and maps, and conversions: they pass Values on with where they were written."""

from __future__ import annotations

from iaclint.evaluate.terraform_functions import Call, add_structural
from iaclint.evaluate.terraform_values import UNKNOWN_KEY, Invalid, SetOf, Unknowable, member, plain
from iaclint.model.value import Value


@add_structural()
def length(call: Call, value: Value) -> Value | None:
    if value.kind == "string":
        return call.new("number", len(str(value.data)))
    if value.kind == "list":
        return call.new("number", len(value.items))
    if value.kind == "map" and UNKNOWN_KEY not in value.entries:
        return call.new("number", len(value.entries))
    return None


@add_structural()
def contains(call: Call, collection: Value, value: Value) -> Value | None:
    if collection.kind != "list":
        return None
    wanted, is_certain = plain(value), True
    for item in collection.items:
        try:
            if plain(item) == wanted and item.kind == value.kind:
                return call.new("bool", True)
        except Unknowable:
            is_certain = False
    return call.new("bool", False) if is_certain else None


# --- conversions ----------------------------------------------------------------


@add_structural("sensitive", "nonsensitive", "ephemeralasnull")
def _itself(call: Call, value: Value) -> Value:
    return call.of(value)


@add_structural()
def tolist(call: Call, value: Value) -> Value | None:
    if value.kind != "list":
        return call.of(value) if value.is_missing else None
    return call.new("list", _unique(value.items) if isinstance(value, SetOf) else value.items)


@add_structural()
def toset(call: Call, value: Value) -> Value | None:
    return call.set_of(sorted(_unique(value.items), key=lambda item: item.text or "")) if value.kind == "list" else None


@add_structural()
def tomap(call: Call, value: Value) -> Value | None:
    return call.of(value) if value.kind in ("map", "missing") else None


@add_structural()
def tostring(call: Call, value: Value) -> Value | None:
    if value.kind in ("string", "missing"):
        return call.of(value)
    return call.new("string", value.text) if value.text is not None else None


@add_structural()
def tonumber(call: Call, value: Value) -> Value | None:
    if value.kind in ("number", "missing"):
        return call.of(value)
    return call.new("number", value.number) if value.number is not None else None


@add_structural()
def tobool(call: Call, value: Value) -> Value | None:
    if value.kind in ("bool", "missing"):
        return call.of(value)
    return call.new("bool", value.text == "true") if value.text in ("true", "false") else None


# --- what passes Values on ------------------------------------------------------


@add_structural()
def concat(call: Call, *lists: Value) -> Value | None:
    if any(one.kind != "list" for one in lists):
        return None
    return call.new("list", [item for one in lists for item in one.items])


@add_structural()
def merge(call: Call, *maps: Value) -> Value | None:
    """Entries after an unknown map are known, those before it may be replaced."""
    entries: dict[str, Value] = {}
    for one in maps:
        if one.kind == "missing":
            continue
        if one.kind != "map" or UNKNOWN_KEY in one.entries:
            for key, item in entries.items():
                entries[key] = call.scope.unknown(call.span, item.references)
            entries[UNKNOWN_KEY] = call.scope.unknown(call.span, one.references)
        if one.kind == "map":
            entries.update(one.entries)
        elif one.kind != "unknown":
            return None
    if len(entries) == 1 and UNKNOWN_KEY in entries:
        return None
    return call.new("map", entries)


@add_structural()
def element(call: Call, collection: Value, index: Value) -> Value | None:
    at = index.number
    if collection.kind != "list" or isinstance(collection, SetOf) or not isinstance(at, int):
        return None
    return call.of(collection.items[at % len(collection.items)])


@add_structural()
def lookup(call: Call, collection: Value, key: Value, *default: Value) -> Value | None:
    if collection.kind != "map" or key.text is None:
        return None
    found = member(collection, key)
    if found is not None:
        return call.of(found)
    return call.of(default[0]) if default else None


@add_structural()
def coalesce(call: Call, *values: Value) -> Value | None:
    for value in values:
        if value.is_unknown:
            return None
        if not value.is_missing and value.data != "":
            return call.of(value)
    return None


@add_structural()
def coalescelist(call: Call, *lists: Value) -> Value | None:
    for one in lists:
        if one.kind != "list":
            return None
        if one.items:
            return call.of(one)
    return None


@add_structural("try")
def _try(call: Call, *values: Value) -> Value | None:
    for value in values:
        if not isinstance(value, Invalid):
            return None if value.is_unknown else call.of(value)
    return None


@add_structural()
def can(call: Call, value: Value) -> Value | None:
    if isinstance(value, Invalid):
        return call.new("bool", False)
    return None if value.is_unknown else call.new("bool", True)


@add_structural()
def compact(call: Call, collection: Value) -> Value | None:
    if collection.kind != "list" or any(item.is_unknown for item in collection.items):
        return None
    return call.new("list", [item for item in collection.items if not item.is_missing and item.data != ""])


@add_structural()
def flatten(call: Call, collection: Value) -> Value | None:
    found: list[Value] = []
    stack = [collection]
    while stack:
        value = stack.pop()
        if value.kind == "list":
            stack.extend(reversed(value.items))
        elif value.is_unknown:
            return None
        else:
            found.append(value)
    return call.new("list", found) if collection.kind == "list" else None


@add_structural()
def keys(call: Call, value: Value) -> Value | None:
    if value.kind != "map" or UNKNOWN_KEY in value.entries:
        return None
    return call.new("list", [call.new("string", key) for key in sorted(value.entries)])


@add_structural()
def values(call: Call, value: Value) -> Value | None:
    if value.kind != "map" or UNKNOWN_KEY in value.entries:
        return None
    return call.new("list", [value.entries[key] for key in sorted(value.entries)])


@add_structural()
def distinct(call: Call, collection: Value) -> Value | None:
    return call.new("list", _unique(collection.items)) if collection.kind == "list" else None


@add_structural("one")
def _one(call: Call, collection: Value) -> Value | None:
    if collection.kind != "list" or len(collection.items) > 1:
        return None
    return call.of(collection.items[0]) if collection.items else call.new("missing", None)


def _unique(items: list[Value]) -> list[Value]:
    found: list[Value] = []
    known: set[str] = set()
    for item in items:
        mark = repr((item.kind, plain(item)))
        if mark not in known:
            known.add(mark)
            found.append(item)
    return found
