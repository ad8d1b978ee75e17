"""What a variable makes of the Value it is given: its type, null, whether it may be shown.

A converted Value stands where the given one stands and has it for its origin; what needs no conversion is
passed on as it is, so that each literal keeps the place where it is written.
"""

from __future__ import annotations

from typing import Any

from iaclint.evaluate.terraform_conversions import bool_of, number_of, set_items, type_of
from iaclint.evaluate.terraform_type_constraints import ANY, PRIMITIVE, Attribute, Type, constraint
from iaclint.evaluate.terraform_unification import DOUBT, has_doubt, holds_any, unify
from iaclint.evaluate.terraform_values import (
    MAX_COPY_DEPTH,
    SENSITIVE,
    UNKNOWN_KEY,
    Broken,
    Invalid,
    ListOf,
    MapOf,
    Mistake,
    Null,
    Rough,
    SetOf,
    Typed,
    Unknowable,
    Whole,
    alike,
    in_order,
    references_of,
    text_of,
)
from iaclint.model.block import Block
from iaclint.model.value import Value

_COLLECTIONS: dict[str, type[Typed]] = {"list": ListOf, "set": SetOf, "map": MapOf}


def variable_value(raw: Value, block: Block) -> Value:
    """What a `variable` Block makes of the Value it is set to (or of its default)."""
    if raw.is_missing and not is_nullable(block):
        default = block.arguments.get("default")
        raw = default.value if default is not None else raw
        if raw.is_missing:
            return marked(_invalid(raw), block)
    argument = block.arguments.get("type")
    type = constraint(argument) if argument is not None else None
    return marked(converted(raw, type) if type is not None else raw, block)


def is_nullable(block: Block) -> bool:
    """Whether a variable may be null; if not, null means its default."""
    return not block.get("nullable").is_(False)


def marked(value: Value, block: Block) -> Value:
    """The Value with the mark of what must not be shown, where the variable is sensitive or ephemeral."""
    if not (block.get("sensitive").is_(True) or block.get("ephemeral").is_(True)):
        return value
    return _marked(value, 0)


def _marked(value: Value, depth: int) -> Value:
    if SENSITIVE in value.references and value.kind not in ("list", "map"):
        return value
    result = _placed(value, value.data)
    result.references = references_of(value, first=(SENSITIVE,))
    if depth > MAX_COPY_DEPTH:
        return _unknown(value)
    if value.kind == "list":
        result.data = [_held(_marked(item, depth + 1), result) for item in value.items]
    elif value.kind == "map":
        result.data = {key: _held(_marked(item, depth + 1), result) for key, item in value.entries.items()}
    return result


# --- conversion ---------------------------------------------------------------------------------------------


def converted(value: Value, type: Type) -> Value:
    """The Value as one of the type: what needs no conversion as it is, what has none as an Invalid."""
    return _converted(value, type, 0)


def _converted(value: Value, type: Type, depth: int) -> Value:
    if isinstance(value, Whole) and type.kind == "object" and depth <= MAX_COPY_DEPTH:
        return _part_of_whole(value, type, depth)
    if value.kind == "unknown" or type.kind == "any" or isinstance(value, Broken):
        return value
    if depth > MAX_COPY_DEPTH:
        return _unknown(value)
    if value.kind == "missing":
        return _null(value, type)
    if type.kind == "doubt":
        return _doubtful(value)
    if type.kind in PRIMITIVE:
        return _primitive(value, type.kind)
    if type.kind in _COLLECTIONS:
        return _collected(value, type, depth)
    return _tuple(value, type, depth) if type.kind == "tuple" else _object(value, type, depth)


def _null(value: Value, type: Type) -> Value:
    plain = bare(type)
    if isinstance(value, Null) and value.element == plain:
        return value
    return Null(
        "missing", None, value.document, value.span, name=value.name, name_span=value.name_span, holder=value.holder,
        path=value.path, origin=value, references=value.references, element=plain,
    )  # fmt: skip


def _doubtful(value: Value) -> Value:
    if value.kind in ("list", "map") or isinstance(value, Rough):
        return value
    return Rough(
        value.kind, value.data, value.document, value.span, name=value.name, name_span=value.name_span,
        holder=value.holder, origin=value, references=value.references,
    )  # fmt: skip


def _primitive(value: Value, kind: str) -> Value:
    if value.kind == kind and not isinstance(value, Rough):
        return value
    if value.kind in ("list", "map"):
        return _invalid(value)
    data: object = None
    try:
        data = text_of(value) if kind == "string" else number_of(value) if kind == "number" else bool_of(value)
    except Mistake:
        return _invalid(value)
    except Unknowable:
        if kind != "string" or not isinstance(value.data, float):
            return _unknown(value)
        # as many digits as tell it from its neighbours among ordinary numbers
        data = _decimal(value.data)
    return Value(
        kind, data, value.document, value.span, name=value.name, name_span=value.name_span, holder=value.holder,
        origin=value, references=value.references,
    )  # fmt: skip


def _decimal(number: float) -> str:
    from decimal import Decimal

    return format(Decimal(float.__repr__(number)), "f")


def _collected(value: Value, type: Type, depth: int) -> Value:
    if value.kind != ("map" if type.kind == "map" else "list"):
        return _invalid(value)
    make, want = _COLLECTIONS[type.kind], type.element or ANY
    if isinstance(value, make) and value.element is not None and want in (ANY, value.element):
        return value
    try:
        written = list(value.entries.values()) if value.kind == "map" else in_order(value)
    except Mistake:
        return _invalid(value)
    except Unknowable:
        # a set whose order is not known, or what may be one
        written = value.items
        want = DOUBT if type.kind == "list" else want
    found = _elements(written, want, depth)
    if found is None:
        return _invalid(value)
    items, element = found
    if make is SetOf:
        try:
            items = set_items(items)
        except Unknowable:
            items, element = _distinct(items), None
    data = dict(zip(value.entries, items, strict=True)) if value.kind == "map" else items
    return _renewed(value, data, make, element)


def _elements(written: list[Value], want: Type, depth: int) -> tuple[list[Value], Type | None] | None:
    """The elements as ones of a type, and that type without what is left open; None where there is none."""
    if want.kind == "any":
        types = [type_of(item) for item in written]
        common = unify(types) if types else ANY
        if common is None or (common.kind == "any" and any(one.kind != "any" for one in types)):
            return None
        want = common
    items = [_converted(item, want, depth + 1) for item in written]
    if _fails(items, written):
        return None
    element: Type | None = bare(want)
    if items and holds_any(want):
        element = unify([type_of(item) for item in items])
        if element is None:
            return None
        if not has_doubt(element) and not holds_any(element):
            items = [_converted(item, element, depth + 1) for item in items]
    return items, None if element is None or has_doubt(element) else element


def _tuple(value: Value, type: Type, depth: int) -> Value:
    if value.kind != "list" or isinstance(value, Typed) or len(value.items) != len(type.elements):
        return _invalid(value)
    items = [_converted(item, one, depth + 1) for item, one in zip(value.items, type.elements, strict=True)]
    if _are_same(items, value.items):
        return value
    return _invalid(value) if _fails(items, value.items) else _renewed(value, items)


def _object(value: Value, type: Type, depth: int) -> Value:
    if value.kind != "map":
        return _invalid(value)
    entries: dict[str, Value] = {}
    for attribute in type.attributes:
        item = _attribute(value, attribute, depth)
        if isinstance(item, Invalid) and item is not value.entries.get(attribute.name):
            return _invalid(value)
        entries[attribute.name] = item
    is_same = entries.keys() == value.entries.keys() and not isinstance(value, MapOf)
    if is_same and all(item is value.entries[key] for key, item in entries.items()):
        return value
    return _renewed(value, entries)


def _part_of_whole(value: Whole, type: Type, depth: int) -> Value:
    """The attributes that the type names, of a resource or module: what is not written there is unknown."""
    from iaclint.evaluate.terraform_subjects import attribute

    entries: dict[str, Value] = {}
    for one in type.attributes:
        item = attribute(value, one.name)
        made = _converted(item, one.type, depth + 1)
        if made is not item and isinstance(made, Invalid):
            # the schema may have made something else of it
            made = Value("unknown", None, item.document, item.span, references=item.references)
        entries[one.name] = made
    result = Value(
        "map", entries, value.document, value.span, name=value.name, name_span=value.name_span, holder=value.holder,
        origin=value, references=value.references,
    )  # fmt: skip
    for name, item in entries.items():
        item.holder, item.name = result, name
    return result


def _attribute(value: Value, attribute: Attribute, depth: int) -> Value:
    item = value.entries.get(attribute.name)
    if UNKNOWN_KEY in value.entries:
        # what is written before a key that is not known may be replaced by it
        names = list(value.entries)
        if item is None or names.index(attribute.name) < names.index(UNKNOWN_KEY):
            return _left_out(value, attribute.name, None)
    if item is None or item.is_missing:
        if attribute.default is not None and not attribute.default.is_missing:
            default = _converted(attribute.default, attribute.type, depth + 1)
            return _copied(default, item if item is not None else value, attribute.name, depth + 1)
        if item is None and not attribute.is_optional:
            return _invalid(value)
    if item is None:
        return _left_out(value, attribute.name, bare(attribute.type))
    return _converted(item, attribute.type, depth + 1)


def _copied(item: Value, place: Value, name: str, depth: int) -> Value:
    """A copy standing at another place: one type serves every object that leaves the attribute out."""
    if depth > MAX_COPY_DEPTH:
        return Value("unknown", None, place.document, place.span, name=name)
    result = alike(
        item, item.data, place.document, place.span, name=name, origin=item, references=item.references,
        parts=item.parts,
    )  # fmt: skip
    if item.kind == "list":
        result.data = [_held(_copied(one, place, "", depth + 1), result) for one in item.items]
    elif item.kind == "map":
        result.data = {key: _held(_copied(one, place, key, depth + 1), result) for key, one in item.entries.items()}
    return result


def _left_out(value: Value, name: str, type: Type | None) -> Value:
    """What an object leaves out: null of a type, or unknown where some of its names are."""
    if type is None:
        return Value("unknown", None, value.document, value.span, name=name, references=value.references)
    return Null(
        "missing", None, value.document, value.span, name=name, path=(name,), references=value.references, element=type
    )  # fmt: skip


def bare(type: Type) -> Type:
    """The type of Values of a type constraint: nothing of it is optional."""
    return _bare(type, 0)


def _bare(type: Type, depth: int) -> Type:
    if type.kind in PRIMITIVE or type.kind == "any" or depth > MAX_COPY_DEPTH:
        return type
    return Type(
        type.kind,
        _bare(type.element, depth + 1) if type.element is not None else None,
        tuple(_bare(one, depth + 1) for one in type.elements),
        tuple(sorted(Attribute(one.name, _bare(one.type, depth + 1)) for one in type.attributes)),
    )


def _distinct(items: list[Value]) -> list[Value]:
    """The elements of a set that is not known in every part: each literal once, as they come."""
    found: dict[object, Value] = {}
    for item in items:
        is_plain = item.kind in PRIMITIVE and not isinstance(item, Rough)
        found.setdefault((item.kind, item.data) if is_plain else id(item), item)
    return list(found.values())


def _fails(items: list[Value], written: list[Value]) -> bool:
    """Whether one of the items cannot be converted, rather than being invalid already."""
    return any(isinstance(item, Invalid) and item is not old for item, old in zip(items, written, strict=True))


def _are_same(first: list[Value], second: list[Value]) -> bool:
    return len(first) == len(second) and all(one is other for one, other in zip(first, second, strict=True))


# --- Values that stand for others ---------------------------------------------------------------------------


def _renewed(
    value: Value, data: list[Value] | dict[str, Value], make: type[Typed] | None = None, element: Type | None = None
) -> Value:
    """A collection in place of another; the items that were made for it become its own."""
    place: dict[str, Any] = {
        "name": value.name, "name_span": value.name_span, "holder": value.holder, "origin": value,
        "references": value.references,
    }  # fmt: skip
    result = (
        Value(value.kind, data, value.document, value.span, **place)
        if make is None
        else make(value.kind, data, value.document, value.span, element=element, **place)
    )
    others = {id(item) for item in (*value.items, *value.entries.values())}
    for item in data.values() if isinstance(data, dict) else data:
        if id(item) not in others:
            item.holder = result
    return result


def _placed(value: Value, data: object) -> Value:
    """A copy that stands where the Value stands."""
    return alike(
        value, data, value.document, value.span, name=value.name, name_span=value.name_span, holder=value.holder,
        path=value.path, origin=value, references=value.references, parts=value.parts,
    )  # fmt: skip


def _invalid(value: Value) -> Value:
    return Invalid(
        "unknown", None, value.document, value.span, name=value.name, name_span=value.name_span,
        holder=value.holder, references=value.references,
    )  # fmt: skip


def _unknown(value: Value) -> Value:
    return Value(
        "unknown", None, value.document, value.span, name=value.name, name_span=value.name_span,
        holder=value.holder, references=value.references,
    )  # fmt: skip


def _held(value: Value, holder: Value) -> Value:
    value.holder = holder
    return value


__all__ = ["ANY", "Type", "bare", "constraint", "converted", "is_nullable", "marked", "variable_value"]
