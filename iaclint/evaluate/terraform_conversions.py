"""What types Values have, what type several have in common, and Values made into ones of a type.

Types are those of `terraform_type_constraints`; `any` is the type of a plain null. DOUBT stands for one that is not
known: what is converted to it is of a type in doubt itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_type_constraints import ANY, PRIMITIVE, Attribute, Type
from iaclint.evaluate.terraform_unification import DOUBT, convertible, has_doubt, holds_any, unify
from iaclint.evaluate.terraform_values import (
    UNKNOWN_KEY,
    Invalid,
    InvalidResult,
    ListOf,
    MapOf,
    Mistake,
    Null,
    Rough,
    SetOf,
    Typed,
    Unknowable,
    alike,
    fails,
    in_order,
    mark_broken,
    references_of,
    roughly,
    text_of,
)
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.model.block import Document
    from iaclint.source import Span

STRING, NUMBER, BOOL = Type("string"), Type("number"), Type("bool")
STRINGS = Type("list", STRING)
_SCALARS = {"string": STRING, "number": NUMBER, "bool": BOOL}
_COLLECTIONS = {"list": ListOf, "set": SetOf, "map": MapOf}


def type_of(value: Value) -> Type:
    """The type of a Value; DOUBT, or one that holds DOUBT, where it is not known."""
    if isinstance(value, Rough):
        return DOUBT
    scalar = _SCALARS.get(value.kind)
    if scalar is not None:
        return scalar
    if value.kind == "missing":
        return (value.element or DOUBT) if isinstance(value, Null) else ANY
    if value.kind == "unknown":
        # of what leads nowhere there is no type
        if isinstance(value, InvalidResult):
            return value.type
        return ANY if isinstance(value, Invalid) else DOUBT
    if value.kind == "list":
        if isinstance(value, SetOf | ListOf):
            return Type("set" if isinstance(value, SetOf) else "list", _element(value, value.items))
        return Type("tuple", elements=tuple(map(type_of, value.items)))
    if isinstance(value, MapOf):
        return Type("map", _element(value, value.entries.values()))
    if UNKNOWN_KEY in value.entries:
        return DOUBT
    return object_type({key: type_of(item) for key, item in value.entries.items()})


def object_type(types: dict[str, Type]) -> Type:
    """The type of an object with these attributes."""
    return Type("object", attributes=tuple(Attribute(name, types[name]) for name in sorted(types)))


def _element(value: Typed, items: Iterable[Value]) -> Type:
    if value.element is not None:
        return value.element
    for item in items:
        found = type_of(item)
        if found != ANY and not has_doubt(found):
            return found
    return DOUBT


def converted(value: Value, want: Type, document: Document, span: Span) -> Value:
    """The Value as one of the type, new parts standing at the span.

    Itself where it is one already. Raises Mistake where Terraform cannot convert it, Unknowable where the result
    is in doubt.
    """
    return _Conversion(document, span).run(value, want)


class _Conversion:
    """Where what is made by a conversion stands."""

    __slots__ = ("document", "span")

    def __init__(self, document: Document, span: Span) -> None:
        self.document, self.span = document, span

    def run(self, value: Value, want: Type) -> Value:
        if want.kind == "any" or value.kind == "unknown":
            return value
        if value.kind == "missing":
            if isinstance(value, Null) and value.element is None:
                raise Unknowable
            if isinstance(value, Null) and not convertible(value.element or ANY, want):
                raise Mistake
            return Null(
                "missing", None, self.document, self.span, name_span=value.name_span, origin=value,
                references=value.references, element=want,
            )  # fmt: skip
        if want.kind == "doubt":
            return self._doubtful(value)
        if want.kind in PRIMITIVE:
            return self._primitive(value, want.kind)
        if want.kind in ("tuple", "object"):
            return self._structural(value, want)
        if value.kind != ("map" if want.kind == "map" else "list"):
            raise Mistake
        return self._collected(value, want)

    def _doubtful(self, value: Value) -> Value:
        return roughly(value)

    def _new(self, value: Value, kind: str, data: object) -> Value:
        return Value(kind, data, self.document, self.span, origin=value, references=value.references)

    def _primitive(self, value: Value, kind: str) -> Value:
        if value.kind in ("list", "map"):
            raise Mistake
        if value.kind == kind and not isinstance(value, Rough):
            return value
        if kind == "string":
            return self._new(value, kind, text_of(value))
        return self._new(value, kind, bool_of(value) if kind == "bool" else number_of(value))

    # --- collections ----------------------------------------------------------------

    def _collected(self, value: Value, want: Type) -> Value:
        make = _COLLECTIONS[want.kind]
        current = type_of(value)
        if current == want and not has_doubt(current):
            return value
        element = want.element or ANY
        if isinstance(value, make) and element.kind == "any" and value.element is not None:
            return value
        items = list(value.entries.values()) if value.kind == "map" else in_order(value)
        if not items and isinstance(value, Typed) and not convertible(current, want):
            raise Mistake
        if element.kind == "any":
            element = self._common(value, current, items)
        made = [self.run(item, element) for item in items]
        if made and holds_any(element):
            unified = unify([type_of(item) for item in made])
            if unified is None:
                raise Mistake
            element = unified
            made = [self.run(item, element) for item in made]
        if make is SetOf:
            made = set_items(made)
        data: object = made
        if value.kind == "map":
            data = dict(zip(value.entries, made, strict=True))
        result = make(
            value.kind, data, self.document, self.span, origin=value, references=value.references,
            element=None if has_doubt(element) else element,
        )  # fmt: skip
        return _broken(result, made)

    def _common(self, value: Value, current: Type, items: list[Value]) -> Type:
        if isinstance(value, Typed):
            return current.element or DOUBT
        if not items:
            return ANY
        types = [type_of(item) for item in items]
        found = unify(types)
        if found is None or (found.kind == "any" and any(one.kind != "any" for one in types)):
            raise Mistake
        return found

    def _structural(self, value: Value, want: Type) -> Value:
        if want.kind == "tuple":
            if value.kind != "list" or isinstance(value, Typed) or len(value.items) != len(want.elements):
                raise Mistake
            items = [self.run(item, type) for item, type in zip(value.items, want.elements, strict=True)]
            if all(one is other for one, other in zip(items, value.items, strict=True)):
                return value
            made = alike(value, items, self.document, self.span, origin=value, references=value.references)
            return _broken(made, items)
        if value.kind != "map":
            raise Mistake
        entries: dict[str, Value] = {}
        for attribute in want.attributes:
            found = value.entries.get(attribute.name)
            if found is None:
                raise Unknowable if UNKNOWN_KEY in value.entries else Mistake
            entries[attribute.name] = self.run(found, attribute.type)
        if not isinstance(value, MapOf) and entries.keys() == value.entries.keys() and all(
            item is value.entries[key] for key, item in entries.items()
        ):  # fmt: skip
            return value
        result = Value("map", entries, self.document, self.span, origin=value, references=value.references)
        return _broken(result, list(entries.values()))


def _broken(result: Value, items: list[Value]) -> Value:
    if any(fails(item) for item in items):
        raise Mistake
    return result


# --- scalars ------------------------------------------------------------------------


def number_of(value: Value) -> int | float:
    """A number, or what a string writes; Mistake where it is neither, Unknowable where that is in doubt."""
    if value.kind == "number":
        return value.data  # type: ignore[return-value]
    if value.kind == "string":
        from iaclint.evaluate.terraform_numbers import parse

        return parse(str(value.data))
    raise Unknowable if value.kind == "unknown" and not isinstance(value, Invalid) else Mistake


def bool_of(value: Value) -> bool:
    """A bool, or what a string says; Mistake where it is neither, Unknowable where that is in doubt."""
    if value.kind == "bool":
        return bool(value.data)
    if value.kind == "string":
        text = str(value.data)
        if text in ("true", "1", "false", "0"):
            return text in ("true", "1")
    if isinstance(value, Rough) and value.kind == "number" and value.data in (0, 1):
        raise Unknowable
    raise Unknowable if value.kind == "unknown" and not isinstance(value, Invalid) else Mistake


# --- sets ---------------------------------------------------------------------------


def set_items(items: list[Value]) -> list[Value]:
    """The elements of a set, which are of one type: each once, in Terraform's order."""
    kept = distinct_items(items)
    if len(kept) < 2:
        return kept
    nulls = [item for item in kept if item.is_missing]
    rest = [item for item in kept if not item.is_missing]
    kinds = {item.kind for item in rest}
    if kinds == {"string"}:
        rest.sort(key=lambda item: str(item.data))
    elif kinds == {"number"}:
        from iaclint.evaluate.terraform_numbers import exact

        rest.sort(key=lambda item: exact(item.data))  # type: ignore[arg-type]
    elif kinds == {"bool"}:
        rest.sort(key=lambda item: bool(item.data))
    else:
        rest.sort(key=lambda item: _canonical(item, exact=False).encode())
    return rest + nulls


def distinct_items(items: list[Value]) -> list[Value]:
    """The first of each, of elements that are of one type."""
    found: dict[str, Value] = {}
    for item in items:
        found.setdefault(_canonical(item, exact=True), item)
    return list(found.values())


def _canonical(value: Value, exact: bool) -> str:
    """The text by which Terraform puts a set's elements in order; `exact`: with all digits of a number."""
    if value.kind == "unknown" or isinstance(value, Rough):
        raise Mistake if isinstance(value, Invalid) else Unknowable
    if value.kind == "missing":
        return "~"
    if value.kind == "bool":
        return "T" if value.data else "F"
    if value.kind == "number":
        text = text_of(value) or ""
        if not exact and len(text.lstrip("-0.").replace(".", "")) > 10:
            raise Unknowable
        return text
    if value.kind == "string":
        return _quoted(str(value.data), exact)
    if value.kind == "list":
        opening, closing = "[]" if isinstance(value, Typed) else "<>"
        return opening + "".join(f"{_canonical(item, exact)};" for item in in_order(value)) + closing
    if UNKNOWN_KEY in value.entries:
        raise Unknowable
    pairs = sorted(value.entries.items())
    if isinstance(value, MapOf):
        return "{" + "".join(f"{_quoted(key, exact)}:{_canonical(item, exact)};" for key, item in pairs) + "}"
    if exact:
        return "<" + "".join(f"{_quoted(key, exact)}={_canonical(item, exact)};" for key, item in pairs) + ">"
    return "<" + "".join(f"{_canonical(item, exact)};" for _, item in pairs) + ">"


def _quoted(text: str, exact: bool) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for character, letter in (("\n", "n"), ("\t", "t"), ("\r", "r")):
        escaped = escaped.replace(character, f"\\{letter}")
    if not exact and not escaped.isprintable():
        raise Unknowable
    return f'"{escaped}"'


__all__ = [
    "ANY",
    "BOOL",
    "DOUBT",
    "NUMBER",
    "STRING",
    "STRINGS",
    "Type",
    "bool_of",
    "converted",
    "convertible",
    "distinct_items",
    "has_doubt",
    "mark_broken",
    "number_of",
    "object_type",
    "references_of",
    "set_items",
    "type_of",
    "unify",
]  # fmt: skip
