"""What an expression says by itself: literals, strings without interpolations, lists and maps of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.model.value import Value
from iaclint.parsers.hcl import template
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.model.block import Argument, Document

MAX_DEPTH = 100
_SHELLS = frozenset({"expression", "literal_value", "template_expr", "collection_value"})


def unwrapped(node: Node) -> Node:
    """The node within those that only wrap one child; parentheses are not looked through."""
    while node.type in _SHELLS:
        children = node.children
        if len(children) != 1:
            return node
        node = children[0]
    return node


def number(text: bytes) -> int | float | None:
    """The number that these digits write, or None."""
    try:
        return int(text) if text.removeprefix(b"-").isdigit() and len(text) < 300 else _plain(float(text))
    except (ValueError, OverflowError):
        return None


def _plain(value: float) -> int | float:
    if value != value or value in (float("inf"), float("-inf")):
        raise OverflowError
    return int(value) if abs(value) < 1e15 and value.is_integer() else value


def scalar(node: Node, data: bytes) -> tuple[str, object] | None:
    """Kind and data of a literal or of a string without interpolations; None for anything else."""
    kind = node.type
    if kind == "string_lit" or kind in ("quoted_template", "heredoc_template"):
        pieces = template.read(node, data)
        if any(piece.text is None for piece in pieces):
            return None
        return "string", b"".join(piece.text or b"" for piece in pieces).decode("utf-8", "surrogateescape")
    text = data[node.start_byte : node.end_byte]
    if kind == "numeric_lit":
        value = number(text)
        return None if value is None else ("number", value)
    if kind == "bool_lit":
        return "bool", text == b"true"
    if kind == "null_lit":
        return "missing", None
    return _negative(node, data) if kind == "operation" else None


def _negative(node: Node, data: bytes) -> tuple[str, object] | None:
    inner = node.children[0]
    children = inner.children
    if inner.type != "unary_operation" or len(children) != 2 or children[0].type != "-":
        return None
    digits = unwrapped(children[1])
    value = number(data[digits.start_byte : digits.end_byte]) if digits.type == "numeric_lit" else None
    return None if value is None else ("number", -value)


def evaluate_literal(argument: Argument) -> Value:
    """The Value of an argument as far as literals alone tell it: `Document.evaluate` before a Project is there."""
    document = argument.block.document
    node: Any = argument.expression
    if not hasattr(node, "start_byte"):
        from iaclint.parsers.hcl.json import value_of

        value = value_of(node, document, None)
    else:
        value = _value(node, document, 0)
    value.name, value.name_span, value.holder = argument.name, argument.name_span, argument.block
    return value


def _value(node: Node, document: Document, depth: int) -> Value:
    span = Span(node.start_byte, node.end_byte)
    node, data = unwrapped(node), document.source.data
    found = scalar(node, data)
    if found is not None:
        return Value(found[0], found[1], document, span)
    if depth < MAX_DEPTH and node.type == "tuple":
        result = Value("list", None, document, span)
        items = [_value(child, document, depth + 1) for child in node.named_children if child.type == "expression"]
        for item in items:
            item.holder = result
        result.data = items
        return result
    if depth < MAX_DEPTH and node.type == "object":
        result = Value("map", None, document, span)
        result.data = _entries(node, document, result, depth)
        return result
    return Value("unknown", None, document, span)


def _entries(node: Node, document: Document, holder: Value, depth: int) -> dict[str, Value]:
    entries: dict[str, Value] = {}
    for element in node.named_children:
        key, value = element.child_by_field_name("key"), element.child_by_field_name("val")
        if key is None or value is None:
            continue
        name = plain_key(key, document.source.data)
        item = _value(value, document, depth + 1)
        item.name, item.name_span, item.holder = name or "", Span(key.start_byte, key.end_byte), holder
        entries[name if name is not None else "*unknown*"] = item
    return entries


def plain_key(key: Node, data: bytes) -> str | None:
    """An object's key that is a bare name or a literal; None where it must be evaluated."""
    node = unwrapped(key)
    if node.type == "variable_expr":
        return data[node.start_byte : node.end_byte].decode("utf-8", "replace")
    found = scalar(node, data)
    if found is None or found[0] == "missing":
        return None
    if found[0] == "bool":
        return "true" if found[1] else "false"
    return str(found[1])
