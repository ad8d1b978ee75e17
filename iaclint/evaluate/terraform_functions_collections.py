"""Terraform's functions of lists and maps: they pass Values on with where they were written."""

from __future__ import annotations

from collections.abc import Sequence

from iaclint.evaluate.terraform_conversions import STRING, Type, has_doubt, type_of, unify
from iaclint.evaluate.terraform_functions import Call, structural
from iaclint.evaluate.terraform_functions_text import whole
from iaclint.evaluate.terraform_graphemes import graphemes
from iaclint.evaluate.terraform_numbers import Counted
from iaclint.evaluate.terraform_operators import condition, same
from iaclint.evaluate.terraform_values import (
    UNKNOWN_KEY,
    ListOf,
    MapOf,
    Mistake,
    Null,
    Rough,
    SetOf,
    Typed,
    Unknowable,
    Whole,
    fails,
    in_order,
    member,
    roughly,
)
from iaclint.model.value import Value


@structural("any")
def length(call: Call, value: Value) -> Value | None:
    if value.kind == "string":
        if isinstance(value, Rough):
            raise Unknowable
        return call.new("number", Counted(len(graphemes(str(value.data)))))
    if value.kind == "list":
        may_coincide = isinstance(value, Rough) or (isinstance(value, SetOf) and value.element is None)
        if may_coincide and any(item.is_unknown for item in value.items) and len(value.items) > 1:
            raise Unknowable
        return call.new("number", Counted(len(in_order(value))))
    if value.kind == "map":
        return call.new("number", Counted(len(value.entries))) if UNKNOWN_KEY not in value.entries else None
    raise Mistake


@structural("any", "any?")
def contains(call: Call, collection: Value, value: Value) -> Value | None:
    """One that is certainly equal is enough, whatever the others are."""
    if collection.kind != "list" or fails(value) or value.is_missing:
        raise Mistake
    answers = [same(item, value) for item in collection.items]
    if True in answers:
        return call.new("bool", True)
    return call.new("bool", False) if None not in answers else None


@structural("any", "any?")
def index(call: Call, collection: Value, value: Value) -> Value | None:
    if collection.kind != "list" or isinstance(collection, SetOf) or fails(value) or value.is_missing:
        raise Mistake
    for at, item in enumerate(in_order(collection)):
        answer = same(item, value)
        if answer is None:
            raise Unknowable
        if answer:
            return call.new("number", Counted(at))
    raise Mistake


@structural("bools")
def alltrue(call: Call, collection: Value) -> Value | None:
    answers = _answers(collection)
    if False in answers:
        return call.new("bool", False)
    return call.new("bool", True) if None not in answers else None


@structural("bools")
def anytrue(call: Call, collection: Value) -> Value | None:
    answers = _answers(collection)
    if True in answers:
        return call.new("bool", True)
    return call.new("bool", False) if None not in answers else None


def _answers(collection: Value) -> list[bool | None]:
    # null is neither all true nor any
    return [False if item.is_missing else condition(item) for item in collection.items]


# --- what passes Values on ------------------------------------------------------------------


@structural("any?*")
def concat(call: Call, *lists: Value) -> Value | None:
    if not lists or any(fails(one) or one.kind not in ("list", "unknown") or isinstance(one, SetOf) for one in lists):
        raise Mistake
    if any(one.is_unknown for one in lists):
        raise Unknowable
    items = [item for one in lists for item in one.items]
    if any(isinstance(one, Rough) for one in lists):
        for one in lists:
            in_order(one)
        return call.of(roughly(call.new("list", items)))
    if all(isinstance(one, ListOf) for one in lists):
        common = unify([type_of(one) for one in lists])
        if common is not None:
            element = common.element
            if element is None or has_doubt(common):
                return call.list_of([roughly(item) for item in items], None)
            return call.list_of([call.converted(item, element) for item in items], element)
    return call.new("list", items)


@structural("any?*")
def merge(call: Call, *maps: Value) -> Value | None:
    """Entries after an unknown map are known, those before it may be replaced."""
    entries: dict[str, Value] = {}
    given = [one for one in maps if not one.is_missing]
    if any(fails(one) or one.kind not in ("map", "unknown") for one in given):
        raise Mistake
    for one in given:
        if one.is_unknown:
            _forget(entries, list(entries), call)
            entries[UNKNOWN_KEY] = call.scope.unknown(call.span, one.references)
            continue
        names = list(one.entries)
        if UNKNOWN_KEY in names:
            _forget(entries, list(entries), call)
            entries.update(one.entries)
            _forget(entries, names[: names.index(UNKNOWN_KEY)], call)
        else:
            entries.update(one.entries)
    if len(entries) == 1 and UNKNOWN_KEY in entries:
        return None
    if any(isinstance(one, Rough) for one in given):
        return call.of(Rough("map", entries, call.scope.document, call.span))
    types = [type_of(one) for one in maps]
    if given and all(isinstance(one, MapOf) for one in given) and len(given) == len(maps):
        if any(map(has_doubt, types)):
            return call.map_of(entries, None)
        if all(one == types[0] for one in types):
            return call.map_of(entries, types[0].element)
    return call.new("map", entries)


def _forget(entries: dict[str, Value], names: list[str], call: Call) -> None:
    for name in names:
        entries[name] = call.scope.unknown(call.span, entries[name].references)


@structural("any", "number")
def element(call: Call, collection: Value, index: Value) -> Value | None:
    if collection.kind != "list" or isinstance(collection, SetOf):
        raise Mistake
    items, at = in_order(collection), whole(index.data)  # type: ignore[arg-type]
    if not items:
        raise Mistake
    if at < 0:
        # an error up to 1.11, counted from the end after it
        raise Unknowable
    return call.of(items[at % len(items)])


@structural("any", "string", "[any?]")
def lookup(call: Call, collection: Value, key: Value, *default: Value) -> Value | None:
    if collection.kind != "map" or any(map(fails, default)):
        raise Mistake
    found = member(collection, key)
    if isinstance(collection, MapOf) and default:
        # the default must be of the map's type, be it needed or not
        made = _of(call, default[0], type_of(collection).element)
        return made if found is None else call.of(found)
    if found is not None:
        return call.of(found)
    if not default:
        raise Mistake
    return call.of(roughly(default[0]) if isinstance(collection, Rough) else default[0])


def _of(call: Call, value: Value, type: Type | None) -> Value:
    made = call.converted(value, type) if type is not None else roughly(value)
    return call.of(value) if made is value else made


@structural("any?*")
def coalesce(call: Call, *values: Value) -> Value | None:
    if any(map(fails, values)):
        raise Mistake
    common = unify([type_of(value) for value in values])
    if common is None:
        raise Mistake
    for value in values:
        if value.is_unknown:
            raise Unknowable
        if value.is_missing:
            continue
        if value.data == "" and common.kind == "string":
            continue
        if value.data == "":
            raise Unknowable
        return _of(call, value, common)
    raise Mistake


@structural("any?*")
def coalescelist(call: Call, *lists: Value) -> Value | None:
    if not lists:
        raise Mistake
    for one in lists:
        is_list = one.kind == "list" and not isinstance(one, SetOf)
        is_null = isinstance(one, Null) and (one.element is None or one.element.kind in ("list", "tuple", "doubt"))
        if fails(one) or not (is_list or is_null or one.is_unknown):
            raise Mistake
    for one in lists:
        if one.is_unknown or (isinstance(one, Null) and (one.element is None or one.element.kind == "doubt")):
            raise Unknowable
        if one.items:
            return call.of(one)
    raise Mistake


@structural("any")
def compact(call: Call, collection: Value) -> Value | None:
    made = call.converted(collection, Type("list", STRING))
    if any(item.is_unknown for item in made.items):
        raise Unknowable
    return call.list_of([item for item in made.items if not item.is_missing and item.data != ""], STRING)


@structural("any")
def flatten(call: Call, collection: Value) -> Value | None:
    if collection.kind != "list":
        raise Mistake
    found: list[Value] = []
    stack = [collection]
    while stack:
        value = stack.pop()
        if value.kind == "list":
            stack.extend(reversed(in_order(value)))
        elif value.is_unknown and not isinstance(value, Whole):
            raise Unknowable
        else:
            found.append(value)
    return call.new("list", found)


@structural("any")
def keys(call: Call, value: Value) -> Value | None:
    names = _sorted(value)
    items = [call.new("string", name) for name in names]
    if isinstance(value, MapOf):
        return call.list_of(items, STRING)
    result = call.new("list", items)
    return call.of(Rough("list", items, result.document, result.span)) if isinstance(value, Rough) else result


@structural("any")
def values(call: Call, value: Value) -> Value | None:
    items = [value.entries[name] for name in _sorted(value)]
    if isinstance(value, MapOf):
        return call.list_of(items, value.element)
    result = call.new("list", items)
    return call.of(Rough("list", items, result.document, result.span)) if isinstance(value, Rough) else result


def _sorted(value: Value) -> list[str]:
    if value.kind != "map":
        raise Mistake
    if UNKNOWN_KEY in value.entries:
        raise Unknowable
    return sorted(value.entries)


@structural("list")
def distinct(call: Call, collection: Value) -> Value | None:
    from iaclint.evaluate.terraform_conversions import distinct_items

    assert isinstance(collection, Typed)
    return call.list_of(distinct_items(collection.items), collection.element)


@structural("any", name="one")
def _one(call: Call, collection: Value) -> Value | None:
    if collection.kind != "list":
        raise Mistake
    items: Sequence[Value] = in_order(collection)
    if len(items) > 1:
        raise Mistake
    if items:
        return call.of(items[0])
    if isinstance(collection, Typed):
        element = type_of(collection).element
        return Null("missing", None, call.scope.document, call.span, references=call.references, element=element)
    return call.new("missing", None)


@structural("any?*", name="list")
def _list(call: Call, *values: Value) -> Value | None:
    # gone since 0.12
    raise Mistake


@structural("any?*", name="map")
def _map(call: Call, *values: Value) -> Value | None:
    raise Mistake
