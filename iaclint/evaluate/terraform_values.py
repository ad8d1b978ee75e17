"""How Values of Terraform expressions are made, and how they come to stand at a place.

While an expression is computed its Value is *loose*: no holder yet. A loose Value may hold items that
stand elsewhere (the entries of a local). `settle` gives it its place and name and makes the items its own:
those written in the same expression are taken over, the others are copied with their origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from iaclint.model.value import Value
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_subjects import Subject
    from iaclint.evaluate.terraform_type_constraints import Type
    from iaclint.model.block import Block, Document

UNKNOWN_KEY = "*unknown*"
SENSITIVE = "(sensitive)"
"""Stands among the references of a Value that must not be shown: marks spread just as references do."""
MAX_TEXT = 1_000_000
MAX_REFERENCES = 200
MAX_COPY_DEPTH = 60
_LIKE_NUMBER_OR_BOOL = re.compile(r"(?i)true|false|inf|[+-]?\.?\d.*", re.S).fullmatch


class Invalid(Value):
    """An unknown Value of an expression that certainly fails: what `try` and `can` look for."""

    __slots__ = ()


class InvalidResult(Invalid):
    """An Invalid of an operation, a template or a splat, which has a type although it fails."""

    __slots__ = ("type",)

    def __init__(self, *arguments: Any, type: Type, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.type = type


class Broken(Value):
    """A list or map Value of which a part certainly fails: so does the expression that writes it."""

    __slots__ = ()


class Rough(Value):
    """A Value of which all is known but its type: what a schema or another branch may still convert.

    A number or bool may be the string of it, a string the number or bool, a list a set.
    """

    __slots__ = ()
    elements_keyed_by = "unknown"


class Typed(Value):
    """A Value that shows its own type; `element` is the type of what it holds, None where that is in doubt."""

    __slots__ = ("element",)

    def __init__(self, *arguments: Any, element: Type | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.element = element


class SetOf(Typed):
    """A list Value that is a set: its elements are its keys. Where `element` is given they are in order."""

    __slots__ = ()
    elements_keyed_by = "element"


class ListOf(Typed):
    """A list Value whose elements are of one type: what Terraform calls a list, unlike a tuple."""

    __slots__ = ()


class MapOf(Typed):
    """A map Value whose elements are of one type: what Terraform calls a map, unlike an object."""

    __slots__ = ()


class Null(Typed):
    """A missing Value of which `element` is the type; a plain missing Value is null of no type."""

    __slots__ = ()


class Secret(Value):
    """A Value that `sensitive` was called for, so that there is no doubt about its mark."""

    __slots__ = ()


class Whole(Value):
    """A resource, data source or called module as a whole: an object of which only what is written can be known.

    It is unknown, as it has more attributes than are written; `subject` knows what those say.
    """

    __slots__ = ("subject",)

    def __init__(self, *arguments: Any, subject: Subject, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.subject = subject


class Unknowable(ValueError):
    """Plain data was asked of a Value that is not known in every part."""


class Mistake(Unknowable):
    """Terraform certainly refuses this."""


def references_of(*values: Value | Iterable[Value], first: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The references of all these Values, each once, in order."""
    found, merged = first, None
    for value in values:
        for one in (value,) if isinstance(value, Value) else value:
            more = one.references
            if not more or more is found:
                continue
            if merged is not None:
                merged.update({id(name): name for name in more})
            elif found:
                # told apart as objects: those of many modules would all have one hash
                merged = {id(name): name for name in (*found, *more)}
            else:
                found = more
    if merged is None:
        return found
    if len(merged) <= MAX_REFERENCES:
        return tuple(merged.values())
    kept = tuple(merged.values())[:MAX_REFERENCES]
    return (*kept[1:], SENSITIVE) if id(SENSITIVE) in merged else kept


def bounded(kind: str, data: object) -> bool:
    """Whether a computed literal is of a size worth keeping: expressions can double it at each step."""
    if kind == "string":
        return len(str(data)) <= MAX_TEXT
    if kind == "number" and isinstance(data, int):
        return data.bit_length() <= 512
    return not (isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))))


def seen(raw: Value, document: Document, span: Span, references: tuple[str, ...] = ()) -> Value:
    """A loose Value standing here for one written elsewhere; its items are still those of the other."""
    # what an unknown collection holds is written nowhere
    is_nowhere = raw.kind == "unknown" and isinstance(raw.holder, Value) and raw.holder.span == raw.span
    return alike(
        raw, raw.data, document, span, origin=None if is_nowhere else raw, parts=raw.parts,
        references=references_of(raw, first=references) if references else raw.references,
    )  # fmt: skip


def alike(raw: Value, data: object, document: Document, span: Span, **named: Any) -> Value:
    """A Value of the same kind and class."""
    make = raw.__class__
    if make is Value:
        return Value(raw.kind, data, document, span, **named)
    if isinstance(raw, Typed):
        named["element"] = raw.element
    elif isinstance(raw, Whole):
        named["subject"] = raw.subject
    elif isinstance(raw, InvalidResult):
        named["type"] = raw.type
    return make(raw.kind, data, document, span, **named)


def fails(value: Value) -> bool:
    """Whether the expression certainly fails."""
    return isinstance(value, Invalid | Broken)


def mark_broken(value: Value) -> None:
    """Make a list or map literal Broken, if one of its items fails."""
    items = value.items or value.entries.values()
    if value.__class__ is Value and any(isinstance(item, Invalid | Broken) for item in items):
        value.__class__ = Broken


def roughly(value: Value, depth: int = 0) -> Value:
    """The Value with its type in doubt, as that of a resource's argument, which a schema may convert."""
    kind = value.kind
    if isinstance(value, Rough) or kind in ("unknown", "missing") or depth > MAX_COPY_DEPTH:
        return value
    if kind == "string" and not _LIKE_NUMBER_OR_BOOL(str(value.data)):
        return value
    data = value.data
    if kind == "list":
        data = [roughly(item, depth + 1) for item in value.items]
    elif kind == "map":
        data = {key: roughly(item, depth + 1) for key, item in value.entries.items()}
    return Rough(
        kind, data, value.document, value.span, origin=value, references=value.references, parts=value.parts,
    )  # fmt: skip


def settle(
    value: Value, *, name: str = "", name_span: Span | None = None, holder: Block | Value, steps: list[int]
) -> Value:
    """Give a loose Value its name and holder, and make its items its own."""
    # items first: what is held by nobody yet is known by the loose Value at the end of its holders
    if value.kind == "list":
        if any(item.holder is not value for item in value.items):
            value.data = [_own(item, value, "", steps) for item in value.items]
    elif value.kind == "map" and any(item.holder is not value for item in value.entries.values()):
        value.data = {key: _own(item, value, key, steps) for key, item in value.entries.items()}
    value.name, value.holder = name, holder
    value.name_span = name_span if name_span is not None or value.kind != "missing" else value.span
    return value


def _own(item: Value, holder: Value, name: str, steps: list[int]) -> Value:
    if item.holder is holder:
        return item
    top: object = item
    while isinstance(top, Value) and top.holder is not None:
        top = top.holder
    if isinstance(top, Value):
        # nobody outside this expression holds it
        was_placed = item.holder is not None
        item.holder, item.name = holder, name
        return item if was_placed else settle(item, name=name, holder=holder, steps=steps)
    return _copy(item, holder, name, steps, 0)


def _copy(item: Value, holder: Value, name: str, steps: list[int], depth: int) -> Value:
    span = holder.span
    steps[0] -= 1
    if steps[0] < 0 or depth > MAX_COPY_DEPTH:
        return Value("unknown", None, holder.document, span, name=name, holder=holder, references=item.references)
    result = alike(
        item, item.data, holder.document, span, name=name, name_span=span if item.kind == "missing" else None,
        holder=holder, origin=item, references=item.references, parts=item.parts,
    )  # fmt: skip
    if item.kind == "list":
        result.data = [_copy(one, result, "", steps, depth + 1) for one in item.items]
    elif item.kind == "map":
        result.data = {key: _copy(one, result, key, steps, depth + 1) for key, one in item.entries.items()}
    return result


def plain(value: Value) -> object:
    """Python's own data for a Value; raises Unknowable where a part, a key, its type or order is in doubt."""
    kind = value.kind
    if kind == "string":
        return value.data
    if isinstance(value, Rough):
        _check_rough(value)
    if kind == "list":
        return [plain(item) for item in in_order(value)]
    if kind == "map":
        if UNKNOWN_KEY in value.entries:
            raise Unknowable
        return {key: plain(item) for key, item in value.entries.items()}
    if kind == "unknown":
        raise Mistake if isinstance(value, Invalid) else Unknowable
    return value.data


def _check_rough(value: Value) -> None:
    if value.kind in ("string", "number", "bool"):
        raise Unknowable
    if value.kind == "list" and len(value.items) > 1:
        # it may be a set
        texts = [str(item.data) for item in value.items if item.kind == "string"]
        if len(texts) < len(value.items) or texts != sorted(set(texts)):
            raise Unknowable


def in_order(value: Value) -> list[Value]:
    """The elements of a list, or of a set in Terraform's order; raises Unknowable where that is in doubt."""
    if isinstance(value, SetOf) and value.element is None and len(value.items) > 1:
        from iaclint.evaluate.terraform_conversions import set_items

        return set_items(value.items)
    if isinstance(value, Rough):
        _check_rough(value)
    return value.items


def normal(text: str) -> str:
    """The text as Terraform keeps it: composed."""
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text)


def from_plain(data: object, document: Document, span: Span, depth: int = 0, type: Type | None = None) -> Value:
    """A loose Value for Python's own data; all its parts stand at the same span."""
    kind = "unknown"
    if data is None:
        if type is not None:
            return Null("missing", None, document, span, element=type)
        kind = "missing"
    elif isinstance(data, bool):
        kind = "bool"
    elif isinstance(data, int | float):
        kind = "number"
    elif isinstance(data, str):
        kind, data = "string", normal(data)
    elif isinstance(data, list | tuple) and depth < MAX_COPY_DEPTH:
        element = type.element if type is not None else None
        result = _collection("list", type, document, span)
        result.data = [from_plain(one, document, span, depth + 1, element) for one in data]
        for item in result.items:
            item.holder = result
        return result
    elif isinstance(data, dict) and depth < MAX_COPY_DEPTH:
        element = type.element if type is not None else None
        result = _collection("map", type, document, span)
        result.data = {
            normal(str(key)): from_plain(one, document, span, depth + 1, element) for key, one in data.items()
        }
        for key, item in result.entries.items():
            item.holder, item.name = result, key
        return result
    if kind == "unknown" or not bounded(kind, data):
        return Value("unknown", None, document, span)
    return Value(kind, data, document, span)


_CLASSES = {"list": ListOf, "set": SetOf, "map": MapOf}


def _collection(kind: str, type: Type | None, document: Document, span: Span) -> Value:
    make = _CLASSES.get(type.kind) if type is not None else None
    if make is None or type is None:
        return Value(kind, None, document, span)
    return make(kind, None, document, span, element=type.element)


def member(value: Value, key: Value) -> Value | None:
    """What an index or attribute leads to, where it is written; None where there certainly is nothing."""
    if value.kind == "unknown" or not key.is_known:
        # of an invalid one every part is invalid
        if isinstance(value, Invalid) or isinstance(key, Invalid) or key.is_missing:
            return None
        return _unknown_like(value, key)
    text = text_of(key)
    if value.kind == "map":
        found = value.entries.get(text) if text is not None else None
        if UNKNOWN_KEY in value.entries:
            # what is written before a key that is not known may be replaced by it
            names = list(value.entries)
            if found is None or names.index(str(text)) < names.index(UNKNOWN_KEY):
                return _unknown_like(value, key)
        return found
    if value.kind == "list" and not isinstance(value, SetOf) and key.kind in ("number", "string"):
        index = key.data
        if key.kind == "string":
            if not text or not text.isascii() or not text.isdecimal():
                # "1e0" is an index too
                return None if text is None or not re.match(r"[+-]?\.?\d", text) else _unknown_like(value, key)
            index = int(text) if len(text) < 20 else None
        if isinstance(index, int):
            return value.items[index] if 0 <= index < len(value.items) else None
    return None


def text_of(value: Value) -> str | None:
    """A string, or a number or bool as Terraform makes a string of it; None for anything else."""
    if value.kind == "number" and isinstance(value.data, float):
        from iaclint.evaluate.terraform_numbers import text_of as number_text

        return number_text(value.data)
    return value.text


def _unknown_like(value: Value, key: Value) -> Value:
    return Value("unknown", None, value.document, value.span, holder=value, references=references_of(value, key))
