"""The changes of one Fix to Terraform files: collected, checked against the provider, then written as Edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from iaclint.edits.edit import EditConflict, apply
from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers import hcl_insert, hcl_remove, hcl_text
from iaclint.fixers.hcl_align import aligned
from iaclint.fixers.hcl_facts import check_written, impact_of
from iaclint.fixers.hcl_syntax import Place, labels_of, members_of, name_of, place_of, text_of
from iaclint.fixers.hcl_text import BLOCK_MARK, is_blocks, may_be_secret, shown
from iaclint.model.block import Document
from iaclint.model.intent import Expression

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.source import Span

Key = tuple[str, int, int]


class _Insertion(NamedTuple):
    document: Document
    node: Node
    entries: dict[str, Any]


class _Addition(NamedTuple):
    document: Document
    node: Node
    items: list[Any]


class _Removal(NamedTuple):
    document: Document
    container: Node
    elements: list[Node]


class Changes:
    """What the steps of one Fix want, place by place; `write` makes Edits and Effects of it."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.new_labels: list[tuple[str, ...]] = []
        self._documents: dict[str, Document] = {}
        self._replaced: dict[Key, Any] = {}
        self._insertions: dict[Key, _Insertion] = {}
        self._additions: dict[Key, _Addition] = {}
        self._removals: dict[Key, _Removal] = {}
        self._members: dict[Key, tuple[Document, Node]] = {}
        self._opaque: dict[Key, tuple[Document, Place, list[str]]] = {}

    def _key(self, document: Document, node: Node) -> Key:
        self._documents[document.path] = document
        return (document.path, node.start_byte, node.end_byte)

    # --- collecting ---------------------------------------------------------------------------------------------

    def replace(self, document: Document, node: Node, before: Any, data: Any, is_secret: bool = False) -> None:
        """Write data in place of an expression; `before` is what it meant, None for null or in part unknown."""
        key = self._key(document, node)
        if key in self._replaced:
            if self._replaced[key] != data:
                raise Withheld("two steps write different values at one place")
            return
        self._replaced[key] = data
        one_line = _is_in_one_line(node)
        text = hcl_text.value(data, document.source.indent_at(node.start_byte), one_line=one_line)
        if text == text_of(node):
            raise Withheld("it already stands there")
        hcl_insert.write(self.draft, document, node.start_byte, node.end_byte, text)
        place = place_of(node)
        name = label(place, place.names)
        hidden = is_secret or may_be_secret(name)
        was = "unset" if before is None else "..." if hidden else shown(before)
        told = f"{name}: {was} -> {'...' if hidden and not isinstance(data, Expression) else shown(data)}"
        self.effect(document, place, place.path, "set", before, data, told)

    def rewrite(self, document: Document, node: Node, span: Span, text: str, told: str) -> None:
        """Write text over part of an expression that the second reader sees as one text."""
        self._key(document, node)
        hcl_insert.write(self.draft, document, span.start, span.end, text)
        place = place_of(node)
        self._be_opaque(document, Place(node, place.top, place.path, place.names, place.opaque or node), told)

    def insert(self, document: Document, node: Node, name: str, data: Any) -> None:
        """Write a new argument, nested block or entry; two that share a new block are put together."""
        entries = self._insertions.setdefault(self._key(document, node), _Insertion(document, node, {})).entries
        entries[name] = _joined(entries[name], data) if name in entries else data

    def append(self, document: Document, node: Node, data: Any) -> None:
        """Add an element to a list."""
        items = self._additions.setdefault(self._key(document, node), _Addition(document, node, [])).items
        if data not in items:
            items.append(data)

    def remove(self, document: Document, node: Node, container: Node | None, before: Any) -> None:
        """Take away an argument or block, or an element of a list or object (the container)."""
        if container is None:
            self._members[self._key(document, node)] = (document, node)
        else:
            removal = self._removals.setdefault(self._key(document, container), _Removal(document, container, []))
            if all(one.id != node.id for one in removal.elements):
                removal.elements.append(node)
        place = place_of(node)
        path = place.path
        if node.type == "block" and len(path) > 1:
            # the labels stand within what is removed
            path = path[: len(path) - len(labels_of(node))]
        told = f"{label(place, place.names)}: removed"
        effects = {(one.path, effect.path, effect.action) for one, effect in self.draft.effects}
        if (document.path, path, "remove") not in effects:
            self.effect(document, place, path, "remove", before, None, told)

    def new_block(self, document: Document, node: Node, labels: tuple[str, ...], data: dict[str, Any]) -> None:
        """Write a top-level block behind another one."""
        self._key(document, node)
        self.new_labels.append(labels)
        header = " ".join([labels[0], *(hcl_text.quoted(one) for one in labels[1:])])
        hcl_insert.after_block(self.draft, document, node, hcl_text.block_lines(header, data, ""))
        address = ".".join(labels[1:] if labels[0] == "resource" else labels)
        self.draft.effect(document, (labels,), "insert", None, data, f"{address}: new")

    def effect(
        self, document: Document, place: Place, path: tuple[Any, ...], action: str, before: Any, after: Any, told: str
    ) -> None:
        """Declare a change; inside a text it becomes one of the whole text, once that is known."""
        if place.opaque is not None:
            self._be_opaque(document, place, told)
        else:
            self.draft.effect(document, path, action, before, after, told)

    def _be_opaque(self, document: Document, place: Place, told: str) -> None:
        assert place.opaque is not None
        key = self._key(document, place.opaque)
        self._opaque.setdefault(key, (document, place, []))[2].append(told)

    # --- writing ------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Make Edits and Effects of all that was collected; raises Withheld where the provider would not take it."""
        for insertion in self._insertions.values():
            self._write_insertion(insertion)
        for addition in self._additions.values():
            self._write_addition(addition)
        for removal in self._removals.values():
            hcl_remove.elements(self.draft, removal.document, removal.container, removal.elements)
        for document, node in self._members.values():
            hcl_remove.member(self.draft, document, node)
        for document, place, told in self._opaque.values():
            self._write_opaque(document, place, told)
        for path, document in self._documents.items():
            own = [edit for edit in self.draft.edits if edit.path == path]
            others = [edit for edit in self.draft.edits if edit.path != path]
            try:
                tops = [block.span for block in document.blocks]
                self.draft.edits = others + aligned(path, document.source.data, own, tops)
            except EditConflict:
                raise Withheld("two steps change the same text") from None

    def _write_insertion(self, insertion: _Insertion) -> None:
        document, node, entries = insertion
        place = place_of(node)
        together = self._written_paths(place)
        gone = frozenset((start, end) for path, start, end in self._members if path == document.path)
        for name, data in entries.items():
            names = (*place.names, name)
            check_written(place, names, data, together, gone)
            self.draft.impact(*impact_of(place, names, data, True))
            if is_blocks(data):
                existing = sum(1 for one in members_of(node) if one.type == "block" and name_of(one) == name)
                for index, block in enumerate(data, existing):
                    told = "; ".join(
                        f"{label(place, (*names, *below))}: unset -> {new}" for below, new in _leaves(block)
                    )
                    self.effect(document, place, (*place.path, name, index), "insert", None, block, told)
            else:
                told = f"{label(place, names)}: unset -> {shown(data)}"
                self.effect(document, place, (*place.path, name), "insert", None, data, told)
        if node.type == "block":
            hcl_insert.into_block(self.draft, document, node, entries)
        else:
            hcl_insert.into_object(self.draft, document, node, entries)

    def _written_paths(self, place: Place) -> set[tuple[str, ...]]:
        """All paths that this Fix writes into the same top-level block."""
        found: set[tuple[str, ...]] = set()
        for _, node, entries in self._insertions.values():
            other = place_of(node)
            if other.top.id == place.top.id:
                found |= {(*other.names, name, *below) for name, data in entries.items() for below in _below(data)}
        return found

    def _write_addition(self, addition: _Addition) -> None:
        document, node, items = addition
        place = place_of(node)
        count = len(hcl_insert.elements_of(node))
        for index, data in enumerate(items, count):
            told = f"{label(place, place.names)}: + {shown(data)}"
            self.effect(document, place, (*place.path, index), "insert", None, data, told)
        hcl_insert.into_list(self.draft, document, node, items)

    def _write_opaque(self, document: Document, place: Place, told: list[str]) -> None:
        node = place.opaque
        assert node is not None
        edits = [
            edit._replace(span=type(edit.span)(edit.span.start - node.start_byte, edit.span.end - node.start_byte))
            for edit in self.draft.edits
            if edit.path == document.path and node.start_byte <= edit.span.start and edit.span.end <= node.end_byte
        ]
        after = apply(node.text or b"", edits).decode("utf-8", "surrogateescape")
        path = place_of(node).path
        self.draft.effect(document, path, "set", Expression(text_of(node)), Expression(after), "; ".join(told))


def label(place: Place, names: tuple[str, ...]) -> str:
    """A place for people: `aws_ebs_volume.data.encrypted`."""
    words = [name_of(place.top), *(labels_of(place.top) if place.top.type == "block" else ())]
    return ".".join([*(words[1:] if words[0] == "resource" else words), *names])


def _joined(first: Any, second: Any) -> Any:
    if is_blocks(first) and is_blocks(second):
        if len(first) == len(second) == 1 and not first[0].keys() & second[0].keys() - {BLOCK_MARK}:
            return [{**first[0], **second[0]}]
        return first + [one for one in second if one not in first]
    if first != second:
        if isinstance(first, dict) and isinstance(second, dict) and not first.keys() & second.keys():
            return {**first, **second}
        raise Withheld("two steps write different values at one place")
    return first


def _below(data: Any) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for block in data if is_blocks(data) else ():
        found.extend((name, *more) for name, one in block.items() if name != BLOCK_MARK for more in _below(one))
    return found


def _leaves(block: dict[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], str]] = []
    for name, one in block.items():
        if is_blocks(one):
            found.extend(((name, *below), new) for inner in one for below, new in _leaves(inner))
        elif name != BLOCK_MARK:
            found.append(((name,), shown(one)))
    return found or [((), "block")]


def _is_in_one_line(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type not in ("tuple", "object", "attribute"):
        parent = parent.parent
    return parent is not None and parent.type != "attribute" and parent.start_point[0] == parent.end_point[0]


__all__ = ["Changes", "label"]
