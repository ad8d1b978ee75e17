"""`dynamic` blocks: as many Blocks as `for_each` has elements, where it is known."""

from __future__ import annotations

from typing import Any

from iaclint.model.block import Block
from iaclint.model.value import Value
from iaclint.source import Span

MAX_INSTANCES = 100


class Instance(Block):
    """A nested Block that a `dynamic` block makes.

    bindings   the iterator's name and the map with `key` and `value` that it stands for
    """

    __slots__ = ("bindings",)
    bindings: dict[str, Value]


def expand(holder: Block) -> list[Block]:
    """The nested Blocks of a Block, each `dynamic` one replaced by its instances."""
    found: list[Block] = []
    for block in holder._blocks:
        if block.type == "dynamic" and block.kind == "block" and block.labels:
            found.extend(_instances(holder, block))
        else:
            found.append(block)
    return found


def _instances(holder: Block, block: Block) -> list[Block]:
    contents = [child for child in block._blocks if child.type == "content"]
    if not contents:
        return []
    content, collection = contents[0], block.get("for_each")
    elements: list[tuple[Value, Value]] | None = None
    if collection.kind == "list":
        elements = [(_place(collection, index, item), item) for index, item in enumerate(collection.items)]
    elif collection.kind == "map" and "*unknown*" not in collection.entries:
        elements = [(_key(collection, key), item) for key, item in collection.entries.items()]
    if elements is None or len(elements) > MAX_INSTANCES:
        instance = _instance(holder, block, content, _unknown(collection, "key"), _unknown(collection, "value"))
        instance.is_symbolic = True
        return [instance]
    return [_instance(holder, block, content, key, item) for key, item in elements]


def _instance(holder: Block, block: Block, content: Block, key: Value, item: Value) -> Instance:
    from iaclint.parsers.hcl.structure import fill

    instance = Instance(
        block.document, "block", block.labels[0], span=block.span, header_span=block.header_span,
        body_span=content.body_span, parent=holder, node=content.node,
    )  # fmt: skip
    collection = block.get("for_each")
    pair = Value("map", {"key": key, "value": item}, block.document, collection.span, holder=collection)
    instance.bindings = {_iterator(block): pair}
    node: Any = content.node
    for child in node.children:
        if child.type == "body":
            fill(instance, child)
    return instance


def _iterator(block: Block) -> str:
    argument = block.arguments.get("iterator")
    if argument is None:
        return block.labels[0]
    node: Any = argument.expression
    return block.document.source.slice(Span(node.start_byte, node.end_byte))


def _key(collection: Value, key: str) -> Value:
    return Value("string", key, collection.document, collection.span, name="key", holder=collection)


def _place(collection: Value, index: int, item: Value) -> Value:
    """The key of an element: in a set the element itself, in a list its index, else one or the other."""
    if collection.elements_keyed_by == "element":
        return item
    if collection.elements_keyed_by == "index":
        return Value(
            "number", index, collection.document, collection.span,
            name="key", holder=collection, references=collection.references,
        )  # fmt: skip
    return _unknown(collection, "key")


def _unknown(collection: Value, name: str) -> Value:
    return Value(
        "unknown", None, collection.document, collection.span,
        name=name, holder=collection, references=collection.references,
    )  # fmt: skip
