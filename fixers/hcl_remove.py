"""Taking arguments, blocks, entries and elements out of a Terraform file, with their own lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers.hcl_embedded import is_in_text, is_json, remove_in_text
from iaclint.fixers.hcl_facts import impact_of, schema_of
from iaclint.fixers.hcl_insert import brackets_of, comma_after, elements_of
from iaclint.fixers.hcl_syntax import (
    Place,
    block_of_value,
    braces_of,
    content_of,
    dynamic_of,
    expression_at,
    is_blank_or_comment,
    is_first_on_line,
    is_top,
    labels_of,
    members_of,
    name_of,
    node_of,
    place_of,
    plain_of,
    rest_of_line,
    root_of,
)  # fmt: skip
from iaclint.fixers.hcl_text import BLOCK_MARK
from iaclint.model.block import Block, Document
from iaclint.model.intent import Impact, Remove
from iaclint.model.value import Value
from iaclint.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.fixers.hcl_changes import Changes


def carry_out(step: Remove, changes: Changes) -> None:
    """Take away what a step names; raises Withheld in any doubt."""
    target = step.target
    if is_json(target.document):
        raise Withheld("nothing is removed from JSON files")
    if isinstance(target, Block):
        _remove_block(target.document, node_of(target), changes)
        return
    if target.origin is not None and not target.name:
        # an element that stands elsewhere is removed there
        changes.draft.at_origin = True
        target = target.source_value
    document = target.document
    node = expression_at(root_of(document.source.data), target.span)
    if node is None:
        if isinstance(target.holder, Value) and is_in_text(target.holder):
            remove_in_text(target, changes)
        else:
            _remove_block(document, block_of_value(target), changes)
        return
    parent = node.parent
    if parent is None:
        raise Withheld("the value could not be found in the file")
    place = place_of(node)
    changes.draft.impact(*impact_of(place, place.names, None, False))
    if parent.type == "tuple":
        changes.remove(document, node, parent, plain_of(target))
    elif parent.type in ("attribute", "object_elem"):
        if parent.type == "attribute":
            _check_required(place)
        container = parent.parent
        changes.remove(document, parent, container if parent.type == "object_elem" else None, plain_of(target))
    else:
        raise Withheld("the value is part of an expression")


def _remove_block(document: Document, node: Node, changes: Changes) -> None:
    if dynamic_of(node) is not None or name_of(node) == "dynamic":
        raise Withheld("the block is dynamic")
    place = place_of(node)
    if is_top(node):
        changes.draft.impact(Impact.IN_PLACE, False)
    else:
        _check_required(place)
        changes.draft.impact(*impact_of(place, place.names, [_data_of(node)], True))
    changes.remove(document, node, None, None)


def _data_of(block: Node) -> dict[str, Any]:
    """The names written in a block, for Facts."""
    data: dict[str, Any] = {BLOCK_MARK: True}
    for one in members_of(block):
        kind = labels_of(one)[0] if name_of(one) == "dynamic" and labels_of(one) else name_of(one)
        data[kind] = None if one.type == "attribute" else [_data_of(content_of(one))]
    return data


def _check_required(place: Place) -> None:
    facts = schema_of(place)
    row = facts.row(".".join(place.names)) if facts is not None else None
    if row is None or row.presence != "required":
        return
    body = place.node.parent
    siblings = [one for one in (body.children if body is not None else ()) if one.type == "block"]
    if place.node.type != "block" or len([one for one in siblings if name_of(one) == name_of(place.node)]) < 2:
        raise Withheld(f"the provider requires `{row.path}`")


def member(draft: Draft, document: Document, node: Node) -> None:
    """Take an argument or a nested block out of a body."""
    source = document.source
    rest, after = rest_of_line(source, node.end_byte)
    if is_first_on_line(source, node.start_byte) and is_blank_or_comment(rest):
        first, last = source.line_number(node.start_byte), source.line_number(node.end_byte)
        start = source.line_starts[first - 1] if first > 1 else source.start
        if _is_blank(source, first - 1) and (_is_blank(source, last + 1) or _closes(source, last + 1)):
            start = source.line_starts[first - 2]
        draft.edit(document, start, after, "")
        return
    block = node.parent.parent if node.parent is not None else None
    if block is None or block.type != "block" or len(members_of(block)) != 1:
        raise Withheld("something else stands on the same line")
    opening, closing = braces_of(block)
    if any(child.type == "comment" for child in block.children) or opening.start_point[0] != closing.start_point[0]:
        raise Withheld("something else stands on the same line")
    draft.edit(document, opening.end_byte, closing.start_byte, "")


def _is_blank(source: Source, number: int) -> bool:
    return 1 <= number <= len(source.line_starts) and not source.line_text(number).strip()


def _closes(source: Source, number: int) -> bool:
    return number <= len(source.line_starts) and source.line_text(number).strip().startswith("}")


def elements(draft: Draft, document: Document, container: Node, wrong: list[Node]) -> None:
    """Take elements out of a list, or entries out of an object, with their commas."""
    every = elements_of(container)
    removed = {one.id for one in wrong}
    kept = [one for one in every if one.id not in removed]
    if not kept and container.start_point[0] == container.end_point[0]:
        _clear(draft, document, container)
        return
    for run in _runs(every, removed):
        if all(_has_own_lines(document.source, one) for one in run):
            for one in run:
                _drop_lines(draft, document, one)
            before = _before(every, run[0])
            # the last element keeps no comma where the file puts none
            if run[-1] is every[-1] and comma_after(run[-1]) is None and before is not None:
                comma = comma_after(before)
                if comma is not None:
                    draft.edit(document, comma.start_byte, comma.end_byte, "")
        else:
            _drop_inline(draft, document, container, every, run)


def _clear(draft: Draft, document: Document, container: Node) -> None:
    opening, closing = brackets_of(container)
    if any(child.type == "comment" for child in container.children):
        raise Withheld("a comment stands between the brackets")
    draft.edit(document, opening.end_byte, closing.start_byte, "")


def _runs(every: list[Node], removed: set[int]) -> list[list[Node]]:
    runs: list[list[Node]] = []
    open_run = False
    for one in every:
        if one.id in removed:
            if open_run:
                runs[-1].append(one)
            else:
                runs.append([one])
        open_run = one.id in removed
    return runs


def _before(every: list[Node], one: Node) -> Node | None:
    index = [other.id for other in every].index(one.id)
    return every[index - 1] if index else None


def _has_own_lines(source: Source, node: Node) -> bool:
    comma = comma_after(node)
    rest, _ = rest_of_line(source, comma.end_byte if comma is not None else node.end_byte)
    return is_first_on_line(source, node.start_byte) and is_blank_or_comment(rest)


def _drop_lines(draft: Draft, document: Document, node: Node) -> None:
    source = document.source
    comma = comma_after(node)
    _, after = rest_of_line(source, comma.end_byte if comma is not None else node.end_byte)
    draft.edit(document, source.line_starts[source.line_number(node.start_byte) - 1], after, "")


def _drop_inline(draft: Draft, document: Document, container: Node, every: list[Node], run: list[Node]) -> None:
    ids = [one.id for one in every]
    first, last = ids.index(run[0].id), ids.index(run[-1].id)
    if last + 1 < len(every):
        start, end = run[0].start_byte, every[last + 1].start_byte
    elif first:
        start, end = every[first - 1].end_byte, run[-1].end_byte
    else:
        start, end = brackets_of(container)[0].end_byte, brackets_of(container)[1].start_byte
    if any(child.type == "comment" and start <= child.start_byte < end for child in container.children):
        raise Withheld("a comment stands between the elements")
    if b"\n" in document.source.data[start:end] and container.type == "object":
        raise Withheld("the entry shares its line")
    draft.edit(document, start, end, "")
