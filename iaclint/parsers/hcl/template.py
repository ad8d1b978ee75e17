"""Strings, quoted or heredoc, as pieces: text as it means, and the interpolations between."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

_ESCAPE = re.compile(rb"\\(?:[\"\\nrt]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$\{|%%\{")
_HEREDOC_ESCAPE = re.compile(rb"\$\$\{|%%\{")
_MEANING = {b'\\"': b'"', b"\\\\": b"\\", b"\\n": b"\n", b"\\r": b"\r", b"\\t": b"\t", b"$${": b"${", b"%%{": b"%{"}
_BLANKS = b" \t\r\n\f\v"
HOLES = frozenset({"template_interpolation", "template_directive"})
MARKERS = frozenset({
    "template_if_intro", "template_else_intro", "template_if_end", "template_for_start", "template_for_end",
})  # fmt: skip


class Piece(NamedTuple):
    """A part of a string.

    start, end  the bytes it is written with
    text        what they mean; None for an interpolation or directive
    node        the interpolation or directive, None for text
    """

    start: int
    end: int
    text: bytes | None
    node: Node | None = None

    @property
    def is_verbatim(self) -> bool:
        """Whether every byte means itself."""
        return self.text is not None and len(self.text) == self.end - self.start


class Style(NamedTuple):
    """How a string is written.

    heredoc  whether it is a heredoc, where a backslash means itself
    skips    how many bytes to leave out at which offsets: the indentation of a `<<-` heredoc
    """

    heredoc: bool
    skips: dict[int, int]


def read(node: Node, data: bytes, *, flat: bool = False) -> list[Piece]:
    """The pieces of a `string_lit`, `quoted_template` or `heredoc_template`.

    `flat`: of a directive only its markers (`%{ if x }`) are pieces without text, what is between them is text.
    """
    holes = flat_holes(node) if flat else [child for child in node.children if child.type in HOLES]
    if node.type != "heredoc_template":
        return between(data, node.start_byte + 1, node.end_byte - 1, holes, style_of(node, data))
    start, end = content_range(node, data)
    return between(data, start, end, holes, style_of(node, data))


def style_of(node: Node, data: bytes) -> Style:
    """How a string node is written."""
    if node.type != "heredoc_template":
        return Style(False, {})
    indent = indentation(node, data)
    if not indent:
        return Style(True, {})
    start, end = content_range(node, data)
    return Style(True, {line: indent for line, _ in _lines(data, start, end, flat_holes(node))})


def flat_holes(node: Node) -> list[Node]:
    """The interpolations and the markers of directives in a string, in order."""
    found: list[Node] = []
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in ("template_directive", "template_if", "template_for"):
            stack.extend(reversed(child.children))
        elif child.type in MARKERS or child.type == "template_interpolation":
            found.append(child)
    return found


def between(
    data: bytes, start: int, end: int, holes: list[Node], style: Style, *, trim: bool = False, trim_end: bool = False
) -> list[Piece]:
    """The pieces of a range of a string, given what in it is not text.

    `trim`, `trim_end`: whether a strip marker stands before or after the range.
    """
    pieces: list[Piece] = []
    position = start
    heredoc, line_starts = style
    escape = _HEREDOC_ESCAPE if heredoc else _ESCAPE
    for hole in [*holes, None]:
        run_end = hole.start_byte if hole is not None else end
        run = _run(data, position, max(position, run_end), escape, line_starts)
        strip = _line_trimmed if heredoc else _trimmed
        if trim:
            run = strip(run, at_end=False)
        if hole is None:
            pieces.extend(strip(run, at_end=True) if trim_end else run)
            break
        written = data[hole.start_byte : hole.end_byte]
        if written[2:3] == b"~":
            run = strip(run, at_end=True)
        pieces.extend(run)
        pieces.append(Piece(hole.start_byte, hole.end_byte, None, hole))
        trim = written[-2:-1] == b"~"
        position = hole.end_byte
    return pieces


def _run(data: bytes, start: int, end: int, escape: re.Pattern[bytes], skips: dict[int, int]) -> list[Piece]:
    if not skips:
        return _decoded(data, start, end, escape)
    pieces: list[Piece] = []
    position = start
    while position < end:
        position += skips.get(position, 0)
        newline = data.find(b"\n", position, end)
        stop = newline + 1 if newline >= 0 else end
        pieces.extend(_decoded(data, position, stop, escape))
        position = stop
    return pieces


def _decoded(data: bytes, start: int, end: int, escape: re.Pattern[bytes]) -> list[Piece]:
    pieces: list[Piece] = []
    position = start
    for match in escape.finditer(data, start, end):
        if match.start() > position:
            pieces.append(Piece(position, match.start(), data[position : match.start()]))
        pieces.append(Piece(match.start(), match.end(), _meaning(match[0])))
        position = match.end()
    if position < end:
        pieces.append(Piece(position, end, data[position:end]))
    return pieces


def _meaning(written: bytes) -> bytes:
    known = _MEANING.get(written)
    if known is not None:
        return known
    code = int(written[2:], 16)
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b"\xef\xbf\xbd"


def _trimmed(pieces: list[Piece], at_end: bool) -> list[Piece]:
    # `~` takes away the white space next to it, over lines
    pieces = list(pieces)
    while pieces:
        piece = pieces.pop(-1 if at_end else 0)
        text = piece.text or b""
        kept = text.rstrip(_BLANKS) if at_end else text.lstrip(_BLANKS)
        if kept and not piece.is_verbatim:
            kept = text
        if kept:
            cut = len(text) - len(kept)
            if at_end:
                pieces.append(Piece(piece.start, piece.end - cut, kept))
            else:
                pieces.insert(0, Piece(piece.start + cut, piece.end, kept))
            break
    return pieces


def _line_trimmed(pieces: list[Piece], at_end: bool) -> list[Piece]:
    # in a heredoc `~` takes away no more than one line's, its newline included
    if not pieces or not pieces[-1 if at_end else 0].is_verbatim:
        return pieces
    piece = pieces[-1 if at_end else 0]
    text = piece.text or b""
    if at_end:
        line = text.rfind(b"\n", 0, max(0, len(text) - 1)) + 1
        kept = text[:line] + text[line:].rstrip(_BLANKS)
        rest = [Piece(piece.start, piece.start + len(kept), kept)] if kept else []
        return [*pieces[:-1], *rest]
    line = text.find(b"\n") + 1 or len(text)
    kept = text[:line].lstrip(_BLANKS) + text[line:]
    return [*([Piece(piece.end - len(kept), piece.end, kept)] if kept else []), *pieces[1:]]


def content_range(node: Node, data: bytes) -> tuple[int, int]:
    """From the first byte of a heredoc's first line to the first byte of its closing line."""
    markers = [child for child in node.children if child.type == "heredoc_identifier"]
    if not markers:
        return node.end_byte, node.end_byte
    newline = data.find(b"\n", markers[0].end_byte, node.end_byte)
    start = newline + 1 if newline >= 0 else node.end_byte
    end = data.rfind(b"\n", 0, markers[-1].start_byte) + 1 if len(markers) > 1 else node.end_byte
    return start, max(start, end)


def indentation(node: Node, data: bytes) -> int:
    """How many blanks a `<<-` heredoc takes off each line; 0 for another."""
    if data[node.start_byte : node.start_byte + 3] != b"<<-":
        return 0
    start, end = content_range(node, data)
    return min((blanks for _, blanks in _lines(data, start, end, flat_holes(node))), default=0)


def _lines(data: bytes, start: int, end: int, holes: list[Node]) -> list[tuple[int, int]]:
    """The line starts that count for the indentation, and their leading blanks; not lines of blanks alone.

    A line whose newline a `~` takes away has no line start after it.
    """
    found: list[tuple[int, int]] = []
    position, fresh, trim = start, True, False
    for hole in [*holes, None]:
        stop = hole.start_byte if hole is not None else end
        while position < stop:
            newline = data.find(b"\n", position, stop)
            line_end = newline + 1 if newline >= 0 else stop
            line = data[position:line_end].lstrip(_BLANKS) if trim else data[position:line_end]
            if line_end == stop and hole is not None and data[stop + 2 : stop + 3] == b"~":
                line = line.rstrip(_BLANKS)
            content = line.lstrip(_BLANKS)
            if fresh and (content or not line.endswith(b"\n")):
                found.append((position, len(line) - len(content)))
            fresh = line.endswith(b"\n")
            position, trim = line_end, False
        if hole is not None:
            if fresh:
                found.append((hole.start_byte, 0))
            fresh, position = False, hole.end_byte
            trim = data[position - 2 : position - 1] == b"~"
    return found
