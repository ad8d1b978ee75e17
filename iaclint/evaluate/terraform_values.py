"""How Values of Terraform expressions are made, and how they come to stand at a place.

While an expression is computed its Value is *loose*: no holder yet. A loose Value may hold items that
stand elsewhere (the entries of a local). `settle` gives it its place and name and makes the items its own:
those written in the same expression are taken over, the others are copied with their origin.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iaclint.model.value import Value
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.model.block import Block, Document

UNKNOWN_KEY = "*unknown*"
MAX_TEXT = 1_000_000
MAX_REFERENCES = 200
MAX_COPY_DEPTH = 60


class Invalid(Value):
    """An unknown Value of an expression that certainly fails: what `try` and `can` look for."""

    __slots__ = ()


class SetOf(Value):
    """A list Value that is a set: its elements are its keys."""

    __slots__ = ()


class Unknowable(ValueError):
    """Plain data was asked of a Value that is not known in every part."""


def references_of(*values: Value | Iterable[Value], first: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The references of all these Values, each once, in order."""
    found = dict.fromkeys(first)
    for value in values:
        for one in (value,) if isinstance(value, Value) else value:
            if one.references:
                found.update(dict.fromkeys(one.references))
    return tuple(found)[:MAX_REFERENCES] if len(found) > MAX_REFERENCES else tuple(found)


def bounded(kind: str, data: object) -> bool:
    """Whether a computed literal is of a size worth keeping: expressions can double it at each step."""
    if kind == "string":
        return len(str(data)) <= MAX_TEXT
    if kind == "number" and isinstance(data, int):
        return data.bit_length() <= 512
    return not (isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))))


def seen(raw: Value, document: Document, span: Span, references: tuple[str, ...] = ()) -> Value:
    """A loose Value standing here for one written elsewhere; its items are still those of the other."""
    make = type(raw) if isinstance(raw, Invalid | SetOf) else Value
    # what an unknown collection holds is written nowhere
    is_nowhere = raw.kind == "unknown" and isinstance(raw.holder, Value) and raw.holder.span == raw.span
    return make(
        raw.kind, raw.data, document, span, origin=None if is_nowhere else raw, parts=raw.parts,
        references=references_of(raw, first=references) if references else raw.references,
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
    result = Value(
        item.kind, item.data, holder.document, span, name=name, name_span=span if item.kind == "missing" else None,
        holder=holder, origin=item, references=item.references, parts=item.parts,
    )  # fmt: skip
    if item.kind == "list":
        result.data = [_copy(one, result, "", steps, depth + 1) for one in item.items]
    elif item.kind == "map":
        result.data = {key: _copy(one, result, key, steps, depth + 1) for key, one in item.entries.items()}
    return result


def plain(value: Value) -> object:
    """Python's own data for a Value; raises Unknowable where a part or a key is unknown."""
    if value.kind == "list":
        return [plain(item) for item in value.items]
    if value.kind == "map":
        if UNKNOWN_KEY in value.entries:
            raise Unknowable
        return {key: plain(item) for key, item in value.entries.items()}
    if value.kind == "unknown":
        raise Unknowable
    return value.data


def from_plain(data: object, document: Document, span: Span, depth: int = 0) -> Value:
    """A loose Value for Python's own data; all its parts stand at the same span."""
    kind = "unknown"
    if data is None:
        kind = "missing"
    elif isinstance(data, bool):
        kind = "bool"
    elif isinstance(data, int | float):
        kind = "number"
    elif isinstance(data, str):
        kind = "string"
    elif isinstance(data, list | tuple) and depth < MAX_COPY_DEPTH:
        result = Value("list", None, document, span)
        result.data = [from_plain(one, document, span, depth + 1) for one in data]
        for item in result.items:
            item.holder = result
        return result
    elif isinstance(data, dict) and depth < MAX_COPY_DEPTH:
        result = Value("map", None, document, span)
        result.data = {str(key): from_plain(one, document, span, depth + 1) for key, one in data.items()}
        for key, item in result.entries.items():
            item.holder, item.name = result, key
        return result
    if kind == "unknown" or not bounded(kind, data):
        return Value("unknown", None, document, span)
    return Value(kind, data, document, span)


def member(value: Value, key: Value) -> Value | None:
    """What an index or attribute leads to, where it is written; None where there certainly is nothing."""
    if value.kind == "unknown" or not key.is_known:
        # of an invalid one every part is invalid
        return None if isinstance(value, Invalid) else _unknown_like(value, key)
    text = key.text
    if value.kind == "map":
        found = value.entries.get(text or "")
        return found if found is not None or UNKNOWN_KEY not in value.entries else _unknown_like(value, key)
    if value.kind == "list":
        if isinstance(value, SetOf):
            return None
        index = key.number
        if isinstance(index, int):
            return value.items[index] if 0 <= index < len(value.items) else None
    return None


def _unknown_like(value: Value, key: Value) -> Value:
    return Value("unknown", None, value.document, value.span, holder=value, references=references_of(value, key))
