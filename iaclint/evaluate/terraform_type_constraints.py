"""The type constraint of a variable, read from its `type` argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from iaclint.model.block import Argument, Block, Document
from iaclint.parsers.hcl.literals import plain_key, scalar, unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.model.value import Value

MAX_DEPTH = 40
PRIMITIVE = frozenset({"string", "number", "bool"})
_COLLECTIONS = frozenset({"list", "set", "map"})


class Type(NamedTuple):
    """A type constraint.

    kind        "string", "number", "bool", "any", "list", "set", "map", "tuple" or "object"
    element     what a list, set or map holds
    elements    what a tuple holds
    attributes  what an object holds
    """

    kind: str
    element: Type | None = None
    elements: tuple[Type, ...] = ()
    attributes: tuple[Attribute, ...] = ()


class Attribute(NamedTuple):
    """One attribute of an object type; `default` is what stands for null or nothing, where it is written."""

    name: str
    type: Type
    is_optional: bool = False
    default: Value | None = None


ANY = Type("any")
_MAX_KEPT = 2_000
_PLACE = "type constraint"
_kept: dict[bytes, Type] = {}
"""Types by how they are written, where no default makes them depend on their place: modules repeat them a lot."""


def constraint(argument: Argument) -> Type | None:
    """The type that a `type` argument writes: `list(string)`, also as a string; None where it cannot be read."""
    node: Any = argument.expression
    document = argument.block.document
    if not hasattr(node, "start_byte"):
        # in JSON the expression stands within a string
        return _within_string(node.text if node.kind == "string" else "", argument)
    written = document.source.data[node.start_byte : node.end_byte]
    kept: Type | None = _kept.get(written)
    if kept is None:
        # with defaults, which are constants but have a place: once for all instances of the module
        kept = document.kept.get((_PLACE, node.start_byte))
    if kept is not None:
        return kept
    reader = _Reader(document.source.data, argument.block)
    inner = unwrapped(node)
    if inner.type in ("string_lit", "quoted_template"):
        found = scalar(inner, document.source.data)
        return _within_string(str(found[1]) if found is not None else "", argument)
    type = reader.type(node, 0)
    if type is not None and not reader.has_defaults and len(_kept) < _MAX_KEPT:
        _kept[written] = type
    elif type is not None:
        document.kept[_PLACE, node.start_byte] = type
    return type


def _within_string(text: str, argument: Argument) -> Type | None:
    from iaclint.parsers.hcl import parse
    from iaclint.source import Source

    # offsets within the string are not those of the file: what is written in it is no place to edit
    inner: Document = parse(Source(argument.block.document.path, b"x = " + text.encode("utf-8", "surrogateescape")))
    inner.kind = "input"
    for tree in inner.tree:
        for attribute in _attributes(tree[1].root_node):
            holder = _standing_for(argument.block, inner)
            return _Reader(inner.source.data, holder).type(attribute.children[-1], 0)
    return None


def _attributes(root: Node) -> list[Node]:
    bodies = [root, *(child for child in root.children if child.type == "body")]
    return [child for body in bodies for child in body.children if child.type == "attribute" and not child.has_error]


def _standing_for(block: Block, document: Document) -> Block:
    """The same Block as seen from within one of its strings."""
    whole = block.span
    return Block(
        document, block.kind, block.type, span=whole, header_span=block.header_span, name=block.name,
        labels=block.labels,
    )  # fmt: skip


class _Reader:
    """Reads the nodes of one type expression."""

    def __init__(self, data: bytes, block: Block) -> None:
        self.data, self.block = data, block
        self.has_defaults = False

    def type(self, node: Node, depth: int) -> Type | None:
        node = unwrapped(node)
        if depth > MAX_DEPTH:
            return ANY
        if node.type == "variable_expr":
            word = self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
            if word in PRIMITIVE:
                return Type(word)
            # of old: `list` and `map` alone are those of anything
            return ANY if word == "any" else Type(word, ANY) if word in ("list", "map") else None
        if node.type != "function_call":
            return None
        name, arguments = self._call(node)
        if len(arguments) != 1:
            return None
        inner = unwrapped(arguments[0])
        if name in _COLLECTIONS:
            element = self.type(inner, depth + 1)
            return None if element is None else Type(name, element)
        if name == "tuple" and inner.type == "tuple":
            elements = [self.type(one, depth + 1) for one in inner.named_children if one.type == "expression"]
            found = tuple(one for one in elements if one is not None)
            return Type("tuple", elements=found) if len(found) == len(elements) else None
        return self._object(inner, depth) if name == "object" and inner.type == "object" else None

    def _call(self, node: Node) -> tuple[str, list[Node]]:
        name, arguments = "", []
        for child in node.children:
            if child.type == "identifier":
                name = self.data[child.start_byte : child.end_byte].decode("utf-8", "replace")
            elif child.type == "function_arguments":
                arguments = [one for one in child.children if one.type == "expression"]
        return name, arguments

    def _object(self, node: Node, depth: int) -> Type | None:
        attributes: list[Attribute] = []
        for element in node.named_children:
            key, written = element.child_by_field_name("key"), element.child_by_field_name("val")
            if key is None or written is None:
                if element.type == "ERROR":
                    return None
                continue
            name = plain_key(key, self.data)
            attribute = None if name is None else self._attribute(name, key, written, depth)
            if attribute is None:
                return None
            attributes.append(attribute)
        return Type("object", attributes=tuple(attributes))

    def _attribute(self, name: str, key: Node, written: Node, depth: int) -> Attribute | None:
        node, default = unwrapped(written), None
        is_optional = False
        if node.type == "function_call":
            called, arguments = self._call(node)
            if called == "optional":
                if not 1 <= len(arguments) <= 2:
                    return None
                is_optional, node = True, arguments[0]
                default = self._default(name, key, arguments[1]) if len(arguments) == 2 else None
        type = self.type(node, depth + 1)
        return None if type is None else Attribute(name, type, is_optional, default)

    def _default(self, name: str, key: Node, node: Node) -> Value:
        from iaclint.source import Span

        self.has_defaults = True
        span = Span(node.start_byte, node.end_byte)
        return Argument(self.block, name, Span(key.start_byte, key.end_byte), span, node).value


__all__ = ["ANY", "PRIMITIVE", "Attribute", "Type", "constraint"]
