"""Blanks before `=` and before trailing comments, as `terraform fmt` aligns neighbouring lines.

Done last, over all Edits of a file together: lines that were aligned before are so again after the
Edits; lines that never were stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from iaclint.edits.edit import Edit, apply, merge
from iaclint.fixers.hcl_syntax import elem_key, root_of
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node


class _Gap(NamedTuple):
    """The blanks before an `=` or a comment: which bytes, and how many there should be."""

    start: int
    end: int
    wanted: int


_Chains = Callable[[bytes], "Iterator[list[_Gap]]"]


def aligned(path: str, data: bytes, edits: list[Edit], tops: Sequence[Span]) -> list[Edit]:
    """The Edits of one file, with those added that keep its lines aligned.

    Only the top-level blocks that the Edits touch are looked at: `tops` are the spans of all.
    """
    if not edits:
        return edits
    start, end = _window(data, edits, tops)
    part = data[start:end]
    moved = [edit._replace(span=Span(edit.span.start - start, edit.span.end - start)) for edit in edits]
    for chains in (_assignments, _comments):
        moved = _realigned(path, part, moved, chains)
    return [edit._replace(span=Span(edit.span.start + start, edit.span.end + start)) for edit in moved]


def _window(data: bytes, edits: list[Edit], tops: Sequence[Span]) -> tuple[int, int]:
    """From the first to the last line of the top-level blocks that hold an Edit."""
    start = min(edit.span.start for edit in edits)
    end = max(edit.span.end for edit in edits)
    touched = [top for top in tops if top.start <= end and start <= top.end]
    start = min([start, *(top.start for top in touched)])
    end = max([end, *(top.end for top in touched)])
    line_end = data.find(b"\n", end)
    return data.rfind(b"\n", 0, start) + 1, len(data) if line_end < 0 else line_end + 1


def _realigned(path: str, data: bytes, edits: list[Edit], chains: _Chains) -> list[Edit]:
    edits = merge(edits)
    right_before = {gap.start for chain in chains(data) for gap in chain if _is_right(data, gap)}
    known_before = {gap.start for chain in chains(data) for gap in chain}
    after = apply(data, edits)
    wrong: list[tuple[_Gap, int | tuple[Edit, int] | None]] = []
    for chain in chains(after):
        if all(_is_right(after, gap) for gap in chain):
            continue
        places = [_place(edits, gap) for gap in chain]
        if any(place is None for place in places):
            continue
        originals = [place for place in places if isinstance(place, int)]
        if any(start in known_before and start not in right_before for start in originals):
            continue
        wrong += [(gap, place) for gap, place in zip(chain, places, strict=True) if not _is_right(after, gap)]
    return _written(path, edits, wrong)


def _is_right(data: bytes, gap: _Gap) -> bool:
    return data[gap.start : gap.end] == b" " * gap.wanted


def _place(edits: list[Edit], gap: _Gap) -> int | tuple[Edit, int] | None:
    """Where a gap of the text after comes from: an offset before, or an Edit and the offset in its text."""
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        length = len(edit.text.encode("utf-8", "surrogateescape"))
        if gap.end <= start:
            break
        if gap.start >= start and gap.end <= start + length:
            return edit, gap.start - start
        if gap.start < start + length:
            return None
        shift += length - (edit.span.end - edit.span.start)
    return gap.start - shift


def _written(path: str, edits: list[Edit], wrong: list[tuple[_Gap, int | tuple[Edit, int] | None]]) -> list[Edit]:
    result = list(edits)
    inside: dict[Edit, list[tuple[int, _Gap]]] = {}
    for gap, place in wrong:
        if isinstance(place, int):
            result.append(Edit(path, Span(place, place + gap.end - gap.start), " " * gap.wanted))
        elif place is not None:
            inside.setdefault(place[0], []).append((place[1], gap))
    for edit, gaps in inside.items():
        text = edit.text.encode("utf-8", "surrogateescape")
        for offset, gap in sorted(gaps, reverse=True):
            text = text[:offset] + b" " * gap.wanted + text[offset + gap.end - gap.start :]
        result[result.index(edit)] = edit._replace(text=text.decode("utf-8", "surrogateescape"))
    return merge(result)


class _Line(NamedTuple):
    first: int
    last: int
    width: int
    start: int
    end: int


def _assignments(data: bytes) -> Iterator[list[_Gap]]:
    source = Source("", data)
    lines: list[_Line] = []
    for node in _walk(root_of(data)):
        if node.type == "attribute":
            name = node.children[0]
        elif node.type == "object_elem":
            name = elem_key(node)
        else:
            continue
        sign = name.next_sibling
        if sign is None or sign.type != "=" or not _is_whole_line(source, node):
            continue
        line_start = source.line_span(name.start_point[0] + 1).start
        width = _columns(data[max(line_start, source.start) : name.end_byte])
        lines.append(_Line(node.start_point[0], node.end_point[0], width, name.end_byte, sign.start_byte))
    yield from _chained(lines)


def _comments(data: bytes) -> Iterator[list[_Gap]]:
    source = Source("", data)
    lines: list[_Line] = []
    for node in _walk(root_of(data)):
        if node.type != "comment" or node.start_point[0] != source.line_number(max(node.end_byte - 1, 0)) - 1:
            continue
        row = node.start_point[0]
        start, end = source.line_span(row + 1)
        before = data[max(start, source.start) : node.start_byte]
        content = before.rstrip(b" \t")
        if content and not data[node.end_byte : end].strip():
            lines.append(_Line(row, row, _columns(content), max(start, source.start) + len(content), node.start_byte))
    yield from _chained(lines)


def _chained(lines: list[_Line]) -> Iterator[list[_Gap]]:
    # each line must be the next one's neighbour; blank lines, comments and longer values break a chain
    lines.sort()
    chain: list[_Line] = []
    for line in [*lines, None]:
        if chain and (line is None or line.first != chain[-1].last + 1):
            widest = max(one.width for one in chain)
            yield [_Gap(one.start, one.end, widest - one.width + 1) for one in chain]
            chain = []
        if line is not None:
            chain.append(line)


def _is_whole_line(source: Source, node: Node) -> bool:
    start = source.line_span(node.start_point[0] + 1).start
    if source.data[max(start, source.start) : node.start_byte].strip():
        return False
    end = source.line_span(node.end_point[0] + 1).end
    rest = source.data[node.end_byte : end].strip()
    if rest.startswith(b","):
        rest = rest[1:].strip()
    if rest and not rest.startswith((b"#", b"//", b"/*")):
        return False
    return node.start_point[0] == node.end_point[0] or _is_heredoc(node)


def _is_heredoc(node: Node) -> bool:
    inner = node
    while inner.named_child_count and inner.type != "heredoc_template":
        inner = inner.named_children[-1]
    return inner.type == "heredoc_template" and inner.start_point[0] == node.start_point[0]


def _walk(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if node.type not in ("string_lit", "literal_value", "quoted_template"):
            stack.extend(reversed(node.named_children))


def _columns(data: bytes) -> int:
    return len(data.decode("utf-8", "surrogateescape"))
