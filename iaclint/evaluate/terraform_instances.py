"""Instances of resources and module calls: `count` and `for_each` followed where they are known."""

from __future__ import annotations

from iaclint.evaluate.terraform_values import UNKNOWN_KEY, SetOf
from iaclint.model.block import Block
from iaclint.model.value import Value
from iaclint.parsers.hcl.dynamic import Instance

MAX_INSTANCES = 100
"""Beyond, one symbolic Block stands for all."""
_REPEATED = frozenset({"resource", "data", "module", "ephemeral"})


def is_repeated(block: Block) -> bool:
    """Whether `count` or `for_each` says how many there are."""
    names = block.arguments
    return ("count" in names or "for_each" in names) and block.kind in _REPEATED


def instances_of(block: Block) -> list[Block]:
    """The instances of a repeated Block: none, one symbolic where their number is unknown, or a copy for each.

    Where nothing in the Block depends on which instance it is, the Block itself stands for all.
    """
    keys = keys_of(block)
    if keys is None:
        block.is_symbolic = True
        return [block]
    if not keys:
        return []
    is_count = "count" in block.arguments
    if len(keys) > MAX_INSTANCES or not _depends(block, b"count." if is_count else b"each."):
        return [block]
    return [_instance(block, key, element, is_count) for key, element in keys]


def keys_of(block: Block) -> list[tuple[str | int, Value]] | None:
    """The keys of a repeated Block's instances, each with its element; None where they are not known."""
    count = block.arguments.get("count")
    if count is not None:
        value = count.value
        number = 0 if value.is_missing else value.number
        if not isinstance(number, int) or number < 0:
            return None
        return [(index, value) for index in range(min(number, MAX_INSTANCES + 1))]
    collection = block.get("for_each")
    if collection.kind == "map":
        if UNKNOWN_KEY in collection.entries:
            return None
        return list(collection.entries.items())
    if collection.kind == "list":
        keys = [(item.text, item) for item in collection.items]
        return None if any(key is None for key, _ in keys) else keys  # type: ignore[return-value]
    return [] if collection.is_missing else None


def index_text(key: str | int) -> str:
    """How a key is written in an address: `["a"]`, `[0]`."""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def _depends(block: Block, name: bytes) -> bool:
    places = {block}
    for one in block.walk_written():
        # what an override file writes of it stands elsewhere
        parts = (one, *(argument.block for argument in one.arguments.values()))
        places.update(part for part in parts if part.document is not block.document)
    return any(one.document.source.data.find(name, *one.span) >= 0 for one in places)


def _instance(block: Block, key: str | int, element: Value, is_count: bool) -> Block:
    twin = block.copy(block.document, block.parent, Instance)
    assert isinstance(twin, Instance)
    twin.instance = index_text(key)
    document, span = element.document, element.span
    if is_count:
        number = Value("number", key, document, span, holder=element, references=element.references)
        pair = Value("map", {"index": number}, document, span, holder=element)
        twin.bindings = {"count": pair}
        return twin
    holder = block.get("for_each")
    word = Value("string", key, document, span, holder=holder, references=element.references)
    value = word if isinstance(holder, SetOf) or holder.kind == "list" else element
    pair = Value("map", {"key": word, "value": value}, document, span, holder=holder)
    twin.bindings = {"each": pair}
    return twin


__all__ = ["MAX_INSTANCES", "index_text", "instances_of", "is_repeated", "keys_of"]
