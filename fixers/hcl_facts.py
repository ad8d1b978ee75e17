"""What the provider says about a change: whether it may be written at all, and what applying it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Withheld
from iaclint.facts.terraform import Row, Schema, schema
from iaclint.fixers.hcl_syntax import Place, dynamic_of, labels_of, members_of, name_of, root_of_node, text_of
from iaclint.fixers.hcl_text import BLOCK_MARK, is_blocks
from iaclint.model.intent import Expression, Impact

if TYPE_CHECKING:
    from tree_sitter import Node

META = frozenset({"count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection"})
_LOCAL = {
    "variable": frozenset({"sensitive", "description", "type", "nullable", "ephemeral", "validation"}),
    "output": frozenset({"sensitive", "description", "ephemeral"}),
    "resource": frozenset({"lifecycle"}),
    "data": frozenset({"lifecycle"}),
}
"""Arguments of Terraform itself whose change alters nothing that is deployed."""


def schema_of(place: Place) -> Schema | None:
    """The schema of the resource a place belongs to; none for a provider configuration other than the usual one."""
    return schema(place.resource) if place.resource else None


Spans = frozenset[tuple[int, int]]
"""Members by the bytes they begin and end at."""


def is_beta(top: Node) -> bool:
    """Whether a resource names a provider whose schema may hold more than the table (google-beta)."""
    return any(
        one.type == "attribute" and name_of(one) == "provider" and "beta" in text_of(one) for one in members_of(top)
    )


def argument_row(facts: Schema, names: Iterable[str]) -> Row | None:
    """The row that decides about a path: its own, or that of the map or text it lies in."""
    found, path = None, ""
    for name in names:
        path = f"{path}.{name}" if path else name
        row = facts.row(path)
        if row is None:
            # below a free-form map or a text there are no rows; below a described block there should be one
            return found if found is not None and not found.is_block and not facts.describes(found.path) else None
        found = row
    return found


def check_written(
    place: Place, names: tuple[str, ...], data: Any, others: Iterable[tuple[str, ...]] = (), gone: Spans = frozenset()
) -> None:
    """Raise Withheld where the provider would not take data newly written at the names.

    `others` are the paths written together with it, `gone` the members taken away with it.
    """
    facts = schema_of(place)
    if facts is None or not names or names[0] in META:
        return
    if (row := known_row(place, facts, names)) is None:
        return
    check_allowed(row, data)
    if row.path != ".".join(names):
        return
    written = {names, *others, *((*names, *below) for below in _paths_in(data))}
    _check_row(place, facts, row, data, written, gone)


def known_row(place: Place, facts: Schema, names: tuple[str, ...]) -> Row | None:
    """The row of a path, None when the table is not complete there; raises Withheld where there is no such path."""
    row = argument_row(facts, names)
    if row is not None:
        return row
    depth = next((at for at in range(len(names)) if facts.row(".".join(names[: at + 1])) is None), len(names))
    parent = ".".join(names[:depth])
    if facts.describes(parent) and not is_beta(place.top):
        raise Withheld(f"the provider does not know `{'.'.join(names[: depth + 1])}` of {facts.type}")
    return None


def check_allowed(row: Row, data: Any) -> None:
    """Raise Withheld where a literal is not one of the allowed values."""
    if not row.allowed:
        return
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, Expression | dict) or one is None:
            continue
        text = ("true" if one else "false") if isinstance(one, bool) else str(one)
        if text not in row.allowed:
            raise Withheld(f"`{row.path}` must be one of {', '.join(row.allowed)}")


def _check_row(
    place: Place, facts: Schema, row: Row, data: Any, written: set[tuple[str, ...]], gone: Spans
) -> None:
    stack: list[tuple[Row, Any]] = [(row, data)]
    while stack:
        one, new = stack.pop()
        if one.presence == "computed":
            raise Withheld(f"`{one.path}` is computed by the provider")
        if new is not None:
            _check_siblings(place, facts, one, written, gone)
        if not one.is_block:
            check_allowed(one, new)
            continue
        for block in new if isinstance(new, list) else []:
            stack.extend(_children(place, facts, one, block))


def _children(place: Place, facts: Schema, row: Row, block: dict[str, Any]) -> Iterator[tuple[Row, Any]]:
    for name, new in block.items():
        if name == BLOCK_MARK:
            continue
        below = known_row(place, facts, (*row.path.split("."), name))
        if below is not None:
            yield below, new
    for below in facts.children(row.path):
        if below.presence == "required" and below.path.rpartition(".")[2] not in block:
            raise Withheld(f"`{row.path}` also needs `{below.path.rpartition('.')[2]}`")


def check_new_resource(type: str, data: dict[str, Any]) -> None:
    """Raise Withheld where a whole new resource lacks or has something the provider does not want."""
    facts = schema(type)
    if facts is None:
        return
    for name, new in data.items():
        if name == BLOCK_MARK or name in META:
            continue
        row = facts.row(name)
        if row is None:
            raise Withheld(f"the provider does not know `{name}` of {type}")
        check_allowed(row, new)
        for other in _resolved(facts, row, row.conflicts_with):
            if other.split(".")[0] != name and other in data:
                raise Withheld(f"`{name}` conflicts with `{other}`")
        for other in _resolved(facts, row, row.required_with):
            if other not in data and "." not in other:
                raise Withheld(f"`{name}` also needs `{other}`")
    for row in facts.children():
        if row.presence == "required" and row.path not in data:
            raise Withheld(f"{type} also needs `{row.path}`")


def _check_siblings(place: Place, facts: Schema, row: Row, written: set[tuple[str, ...]], gone: Spans) -> None:
    def stands(path: str) -> bool:
        names = tuple(path.split("."))
        return any(one[: len(names)] == names for one in written) or _is_present(place, names, gone)

    for other in _resolved(facts, row, row.conflicts_with):
        if other != row.path and stands(other):
            raise Withheld(f"`{row.path}` conflicts with `{other}`")
    for other in _resolved(facts, row, row.required_with):
        if other != row.path and not stands(other):
            raise Withheld(f"`{row.path}` also needs `{other}`")
    for other in _resolved(facts, row, row.exactly_one_of):
        if other != row.path and stands(other):
            raise Withheld(f"only one of `{row.path}` and `{other}` may be written")


def _resolved(facts: Schema, row: Row, names: Iterable[str]) -> Iterator[str]:
    parent = row.path.rpartition(".")[0]
    for name in names:
        beside = f"{parent}.{name}" if parent else name
        # a framework's validator gives a sibling's bare name, the SDK's the whole path
        yield beside if "." not in name and facts.row(beside) is not None else name


def _is_present(place: Place, names: tuple[str, ...], gone: Spans) -> bool:
    """Whether a path is written in the resource; shared block names mean the very blocks around the change."""
    around = _around(place)
    blocks = [place.top]
    for at, name in enumerate(names):
        members = [one for block in blocks for one in _members(block) if (one.start_byte, one.end_byte) not in gone]
        matching = [one for one in members if _named(one) == name]
        if at == len(names) - 1:
            return any(one.type == "block" or not text_of(one).rstrip().endswith("= null") for one in matching)
        # an object's own keys are not followed: that it stands there is enough
        if any(one.type == "attribute" for one in matching):
            return True
        blocks = [one for one in matching if at >= len(around) or one.id == around[at].id or name != _named(around[at])]
    return False


def _around(place: Place) -> list[Node]:
    """The nested blocks around (or being) a place, outermost first, `dynamic` ones as their content."""
    found: list[Node] = []
    one: Node | None = place.node
    while one is not None and one.id != place.top.id:
        if one.type == "block" and name_of(one) != "dynamic":
            found.append(one)
        one = one.parent
    return found[::-1]


def _members(block: Node) -> list[Node]:
    found: list[Node] = []
    for one in members_of(block):
        found.extend(_contents(one) if name_of(one) == "dynamic" else [one])
    return found


def _contents(dynamic: Node) -> list[Node]:
    return [one for one in members_of(dynamic) if name_of(one) == "content"]


def _named(node: Node) -> str:
    if node.type == "block" and (dynamic := dynamic_of(node)) is not None:
        return (*labels_of(dynamic), "")[0]
    return name_of(node)


def _paths_in(data: Any) -> Iterator[tuple[str, ...]]:
    if is_blocks(data):
        for block in data:
            for name, below in block.items():
                if name != BLOCK_MARK:
                    yield (name,)
                    yield from ((name, *more) for more in _paths_in(below))


def impact_of(place: Place, names: tuple[str, ...], data: Any, is_whole: bool) -> tuple[Impact, bool]:
    """What a change at the names does, and whether Facts know it.

    `is_whole` says that a nested block is added or removed, so its own row counts too.
    """
    kind = name_of(place.top) if place.top.type == "block" else ""
    if names and names[0] in _LOCAL.get(kind, ()):
        return Impact.NONE, True
    facts = schema_of(place)
    if facts is None or not names:
        return Impact.IN_PLACE, False
    row = argument_row(facts, names)
    if row is None:
        return Impact.IN_PLACE, False
    rows: list[Row | None] = [row]
    parts = row.path.split(".")
    # an attribute that holds objects is replaced as one
    rows.extend(
        above for at in range(1, len(parts)) if (above := facts.row(".".join(parts[:at]))) and not above.is_block
    )
    if row.is_block and is_whole:
        rows.extend(argument_row(facts, (*names, *below)) for below in _paths_in(data))
    known = all(one is not None for one in rows)
    replaces = any(one is not None and one.force_new != "no" for one in rows)
    return Impact.REPLACEMENT if replaces else Impact.IN_PLACE, known


def stands_as_block(place: Place, names: tuple[str, ...]) -> bool:
    """Whether resources of the same type in the file write this path as nested blocks, and none as an argument.

    That shows what the name is where there is no schema of the type.
    """
    if not place.resource:
        return False
    blocks = [
        one
        for one in members_of(root_of_node(place.top))
        if one.type == "block" and name_of(one) == "resource" and labels_of(one)[:1] == (place.resource,)
    ]
    for name in names:
        matching = [one for block in blocks for one in _members(block) if _named(one) == name]
        if not matching or any(one.type != "block" for one in matching):
            return False
        blocks = matching
    return True


def check_room(row: Row, count: int) -> None:
    """Raise Withheld where one more block would be too many."""
    limit = 1 if row.value_type == "block single" else row.max_items
    if limit is not None and count > limit:
        raise Withheld(f"the provider allows at most {limit} `{row.path}`")
