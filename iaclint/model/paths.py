"""Dotted paths through Blocks and Values.

A block, an object and a list of objects read alike: `root_block_device.encrypted` is found in a
nested block, in a map and in each map of a list. `*` stands for every element of a list or every
entry of a map.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from iaclint.model.block import Block
from iaclint.model.value import Value, missing


@cache
def _split(path: str) -> tuple[str, ...]:
    return tuple(path.replace("[*]", ".*").split("."))


def each(node: Block | Value, path: str) -> Iterator[Value]:
    """All Values at a path below a node; one missing Value for each place that lacks it.

    An empty list on the way yields nothing for `*`, and a missing Value for a name.
    """
    return _each(node, _split(path))


def at(node: Block | Value, path: str) -> Value:
    """The first Value at a path below a node, or a missing Value."""
    names = _split(path)
    for value in _each(node, names):
        return value
    return missing(node, names)


def elements(node: Block | Value, path: str) -> Iterator[Block | Value]:
    """The nested blocks, maps or list elements a path leads to; none where it is missing."""
    names = _split(path)
    nodes: list[Block | Value] = [node]
    for name in names:
        nodes = [found for one in nodes for found in _step(one, name)]
    for one in nodes:
        if isinstance(one, Value) and one.kind == "list":
            yield from one.items
        elif isinstance(one, Block) or not one.is_missing:
            yield one


def _step(node: Block | Value, name: str) -> Iterator[Block | Value]:
    if isinstance(node, Block):
        if name == "*":
            yield from node.blocks
            yield from (argument.value for argument in node.arguments.values())
            return
        argument = node.arguments.get(name)
        if argument is not None:
            yield argument.value
        yield from node.children(name)
        return
    if node.kind == "list":
        if name == "*":
            yield from node.items
        else:
            for item in node.items:
                yield from _step(item, name)
    elif node.kind == "map":
        if name == "*":
            yield from node.entries.values()
        elif name in node.entries:
            yield node.entries[name]


def _each(node: Block | Value, names: tuple[str, ...]) -> Iterator[Value]:
    if not names:
        if isinstance(node, Value):
            yield node
        else:
            yield _of_block(node)
        return
    name = names[0]
    if isinstance(node, Block):
        found = False
        for below in _step(node, name):
            found = True
            yield from _each(below, names[1:])
        if not found and name != "*":
            if node.arguments or node.blocks or not _is_opaque(node):
                yield missing(node, names)
            else:
                yield _unknown(node)
        return
    if node.kind == "unknown":
        yield Value("unknown", None, node.document, node.span, name=name, name_span=node.name_span, holder=node)
    elif node.kind == "list":
        if name == "*":
            for item in node.items:
                yield from _each(item, names[1:])
        elif node.items:
            for item in node.items:
                yield from _each(item, names)
        else:
            yield missing(node, names)
    elif node.kind == "map":
        if name == "*":
            for item in node.entries.values():
                yield from _each(item, names[1:])
        elif name in node.entries:
            yield from _each(node.entries[name], names[1:])
        elif "*unknown*" in node.entries:
            yield _unknown(node)
        else:
            yield missing(node, names)
    elif node.is_missing and node.name_span is None and isinstance(node.holder, Block | Value):
        yield missing(node.holder, (*node.path, *names))
    else:
        yield missing(node, names)


def _is_opaque(block: Block) -> bool:
    # a dynamic block whose content could not be read says nothing about what it lacks
    return block.is_symbolic and block.body_span is None


def _unknown(node: Block | Value) -> Value:
    span = node.header_span if isinstance(node, Block) else node.span
    return Value("unknown", None, node.document, span, holder=node)


def _of_block(block: Block) -> Value:
    """A nested block as a map Value, so that a path may end on it."""
    value = Value(
        "map", {}, block.document, block.header_span, name=block.type, name_span=block.header_span, holder=block.parent
    )
    entries = {name: argument.value for name, argument in block.arguments.items()}
    for below in block.blocks:
        entries.setdefault(below.type, _of_block(below))
    value.data = entries
    return value
