"""Arguments and nested blocks of a plan's resources, told apart as the provider's schema has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from iaclint.facts.terraform import Schema
from iaclint.model.block import Argument, Block
from iaclint.parsers.hcl.json_tree import JsonNode, read
from iaclint.parsers.plan import masks
from iaclint.parsers.plan.configuration import (
    block_for,
    blocks_written,
    holds_inline_of_companions,
    is_expression,
    is_set_by_any,
)
from iaclint.parsers.plan.reader import Member
from iaclint.source import Span

_COMPOUND = (list, dict, type(None))
_BLOCKS_AS_ATTRIBUTE = ("list(object)", "set(object)")


class Field(NamedTuple):
    """What a plan says of one argument: the expression of its Argument.

    start      where its value begins; None where it is left out because it will be known after apply
    unknown    its part of `after_unknown`, `sensitive` of `after_sensitive`
    written    its expression in the configuration, None where nothing is known of it
    """

    start: int | None
    unknown: Any
    sensitive: Any
    written: Any


class _Pending(NamedTuple):
    """Nested blocks of one name, not read yet."""

    name: str
    key: Span
    start: int | None
    items: list[Any]
    unknown: Any
    sensitive: Any
    written: list[dict[str, Any]]
    is_ordered: bool


class _Body(NamedTuple):
    """What is to be read of a Block when its nested blocks are asked for: the Block's `node`.

    path      of nested blocks, their dotted names
    resource  the resource it belongs to
    """

    pending: list[_Pending]
    path: str
    resource: Resource


class Resource(NamedTuple):
    """How the attributes of a resource instance are to be understood.

    creates  whether it is made anew, so that nothing is known of computed attributes but what is written
    mirrors  whether the provider fills in its blocks from other resources
    """

    schema: Schema | None
    creates: bool
    mirrors: bool


class PlanBlock(Block):
    """A Block whose nested blocks are read when asked for."""

    __slots__ = ()

    @property
    def blocks(self) -> list[Block]:
        """The nested Blocks, in the order of the plan."""
        if self.expand is not None:
            expand, self.expand = self.expand, None
            self._blocks = expand(self)
        return self._blocks

    def children(self, type: str) -> list[Block]:
        """The nested Blocks of a type."""
        return [block for block in self.blocks if block.type == type]


def fill(
    block: Block, members: list[Member], resource: Resource, path: str, unknown: Any, sensitive: Any,
    written: dict[str, Any] | list[dict[str, Any]] | None,
) -> None:  # fmt: skip
    """Give a Block its arguments, and note its nested blocks. `written` is a list where it is one of several."""
    pending: list[_Pending] = []
    names = {member.name for member in members}
    hidden = unknown if isinstance(unknown, dict) else {}
    # what is left out of the values will be known after apply
    members = [*members, *(_left_out(block, name) for name, mask in hidden.items() if mask and name not in names)]
    can_be_unset = resource.schema is not None and (resource.creates or resource.mirrors)
    for member in members:
        name, data = member.name, member.data
        mask = unknown if unknown is True else masks.below(hidden, name) if hidden else None
        if data is None and not (mask and masks.holds(mask)):
            continue
        if can_be_unset and _is_unset(resource, path + name, name, data, mask, written):
            continue
        expression = written.get(name) if isinstance(written, dict) else None
        start = member.start if data is not None else None
        key = Span(member.key_start, member.key_end)
        secret = masks.below(sensitive, name) if sensitive else None
        if isinstance(data, _COMPOUND) and _is_block(resource, path + name, data, expression):
            row = resource.schema.row(path + name) if resource.schema is not None else None
            is_ordered = row is not None and row.value_type == "block list"
            items = data if isinstance(data, list) else [] if data is None else [data]
            pending.append(_Pending(name, key, start, items, mask, secret, blocks_written(expression), is_ordered))
        else:
            end = member.end if start is not None else key.end
            block.arguments[name] = Argument(
                block, name, key, Span(key.start, end), Field(start, mask, secret, expression)
            )
    block.node = _Body(pending, path, resource)
    if pending:
        block.expand = _expand


def _is_block(resource: Resource, path: str, data: Any, written: Any) -> bool:
    row = resource.schema.row(path) if resource.schema is not None else None
    is_like_blocks = data is None or isinstance(data, dict) or _is_objects(data) or data == []
    if row is not None and not row.is_block and row.value_type in _BLOCKS_AS_ATTRIBUTE:
        # as blocks they do not stand in the configuration, as `ingress = [{ ... }]` they do
        return written is None and is_like_blocks
    if row is not None:
        return row.is_block and is_like_blocks
    if written is not None and (isinstance(written, list) or written):
        return not is_expression(written) and is_like_blocks
    return _is_objects(data)


def _is_unset(
    resource: Resource, path: str, name: str, data: Any, mask: Any,
    written: dict[str, Any] | list[dict[str, Any]] | None,
) -> bool:  # fmt: skip
    """Whether nobody wrote an argument that the provider fills in: to the rules it is missing, as in the source.

    See the package's docstring for why.
    """
    if resource.schema is None or written is None:
        return False
    if mask is not True and not resource.mirrors:
        return False
    if name in written if isinstance(written, dict) else is_set_by_any(written, name):
        return False
    if isinstance(written, list) and not written:
        return False  # a block that `dynamic` may have made
    row = resource.schema.row(path)
    if row is None or row.presence != "optional+computed":
        return False
    if mask is True:
        return resource.creates
    return resource.mirrors and holds_inline_of_companions(name, row.value_type, row.is_block) and data is not None


# --- nested blocks ------------------------------------------------------------------


def _expand(block: Block) -> list[Block]:
    body: _Body = block.node
    found: list[Block] = []
    for pending in body.pending:
        found.extend(_nested(block, pending, body))
    return found


def _nested(holder: Block, pending: _Pending, body: _Body) -> Iterator[Block]:
    node = tree(holder.document.source.data, pending.start)
    if node is None or not pending.items:
        if pending.items or masks.holds(pending.unknown):
            # as many as were written, and of none of them anything is known
            for _ in pending.written or [{}]:
                yield _opaque(holder, pending)
        return
    is_one = node.kind == "object"
    nodes = [node] if is_one else node.elements
    for index, (one, data) in enumerate(zip(nodes, pending.items, strict=False)):
        unknown = pending.unknown if is_one else masks.item(pending.unknown, index)
        if one.kind != "object" or unknown is True or not isinstance(data, dict):
            if masks.holds(unknown):
                yield _opaque(holder, pending)
            continue
        header = pending.key if len(nodes) == 1 else Span(one.start, one.start + 1)
        block = PlanBlock(
            holder.document, "block", pending.name, span=Span(one.start, one.end), header_span=header,
            body_span=Span(one.start + 1, max(one.start + 1, one.end - 1)), parent=holder,
        )  # fmt: skip
        written = block_for(pending.written, pending.items, index, pending.is_ordered)
        # of a set's blocks that cannot be told apart, what none of them sets is still not set
        several = pending.written if len(pending.written) == len(pending.items) else []
        sensitive = pending.sensitive if is_one else masks.item(pending.sensitive, index)
        members = [_member(key, value, data) for key, value in one.pairs]
        fill(
            block, members, body.resource, f"{body.path}{pending.name}.", unknown, sensitive,
            written if written is not None else several,
        )  # fmt: skip
        yield block


def _left_out(block: Block, name: str) -> Member:
    start, end = block.header_span
    return Member(name, start, end, end, end, None)


def _member(key: JsonNode, value: JsonNode, data: dict[str, Any]) -> Member:
    # the keys of `data` are Latin-1, as the reader has them
    name = key.text
    below = data.get(name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("latin-1"))
    return Member(name, key.start, key.end, value.start, value.end, below)


def _is_objects(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and all(isinstance(one, dict) for one in data)


def tree(data: bytes, start: int | None) -> JsonNode | None:
    """The JSON value at an offset; None where it is nested too deeply."""
    if start is None:
        return None
    node, fault = read(data, start)
    # the whole is known to be JSON: what follows the value is no fault of it
    return None if fault is not None and "deeply" in fault.message else node


def _opaque(holder: Block, pending: _Pending) -> Block:
    block = PlanBlock(holder.document, "block", pending.name, span=pending.key, header_span=pending.key, parent=holder)
    block.is_symbolic = True
    block.node = _Body([], "", holder.node.resource)
    return block


__all__ = ["Field", "PlanBlock", "Resource", "fill", "tree"]
