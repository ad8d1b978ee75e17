"""One file as read: its bytes, its lines, and the way between offsets and positions.

All spans are byte offsets into `Source.data`, a byte-order mark included, so an edit can be
applied to the bytes as they are. Lines and columns count from 1. A line ends with LF, CRLF or a
lone CR, as editors count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Span(NamedTuple):
    """A half-open byte range `[start, end)` in one Source."""

    start: int
    end: int

    def covers(self, other: Span) -> bool:
        """Whether the other span lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the spans share a byte; two insertions at one place overlap too."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.start <= self.end or other.start <= self.start <= other.end
        return self.start < other.end and other.start < self.end


class Position(NamedTuple):
    """A place in a file: line and column from 1, columns in code points, offset in bytes."""

    line: int
    column: int
    offset: int


class Source:
    """One file as read.

    `path` is how it is shown to people (relative to the working directory, with `/`).
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.has_bom = data.startswith(BOM)

    @cached_property
    def start(self) -> int:
        """The first byte after a byte-order mark."""
        return len(BOM) if self.has_bom else 0

    @cached_property
    def is_ascii(self) -> bool:
        """Whether bytes and code points coincide (after a byte-order mark)."""
        return self.data.isascii() if not self.has_bom else self.data[3:].isascii()

    @cached_property
    def invalid_utf8_at(self) -> int | None:
        """The offset of the first byte that is not UTF-8, or None."""
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            return error.start
        return None

    @cached_property
    def text(self) -> str:
        """The decoded text without byte-order mark; a wrong byte becomes a lone surrogate."""
        return self.data[self.start :].decode("utf-8", "surrogateescape")

    @cached_property
    def newline(self) -> str:
        """The newline most lines end with; LF where there is none."""
        crlf = self.data.count(b"\r\n")
        lf = self.data.count(b"\n") - crlf
        if crlf > lf:
            return "\r\n"
        return "\r" if not lf and not crlf and b"\r" in self.data else "\n"

    @cached_property
    def line_starts(self) -> list[int]:
        """The byte offset each line starts at; the first is 0."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.data))]

    @cached_property
    def _byte_offsets(self) -> list[int]:
        # code point index -> byte offset, for files that are not ASCII; one more for the end
        offsets, offset = [], self.start
        for character in self.text:
            offsets.append(offset)
            code = ord(character)
            if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
                offset += 1
            else:
                offset += 2 if code < 0x800 else 3 if code < 0x10000 else 4
        offsets.append(offset)
        return offsets

    def byte_offset(self, index: int) -> int:
        """The byte offset of the code point at this index of `text`."""
        return self.start + index if self.is_ascii else self._byte_offsets[index]

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.data[span.start : span.end].decode("utf-8", "surrogateescape")

    def line_number(self, offset: int) -> int:
        """The line, from 1, that holds this byte."""
        return bisect_right(self.line_starts, offset)

    def line_span(self, number: int) -> Span:
        """The bytes of a line (from 1), its newline left out."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.data)
        while end > start and self.data[end - 1] in b"\r\n":
            end -= 1
        return Span(start, end)

    def line_text(self, number: int) -> str:
        """The text of a line (from 1) without newline and byte-order mark."""
        start, end = self.line_span(number)
        return self.slice(Span(max(start, min(self.start, end)), end))

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset, columns in code points."""
        number = self.line_number(offset)
        start = max(self.line_starts[number - 1], min(self.start, offset))
        if self.is_ascii:
            # a line may be megabytes long: it is not to be looked at for every place on it
            return Position(number, offset - start + 1, offset)
        prefix = self.data[start:offset]
        columns = len(prefix) if prefix.isascii() else len(prefix.decode("utf-8", "surrogateescape"))
        return Position(number, columns + 1, offset)

    def utf16_column(self, offset: int) -> int:
        """The column of a byte offset in UTF-16 units from 0, as editors count."""
        number = self.line_number(offset)
        if self.is_ascii:
            return offset - max(self.line_starts[number - 1], min(self.start, offset))
        prefix = self.slice(Span(max(self.line_starts[number - 1], min(self.start, offset)), offset))
        return sum(2 if ord(character) > 0xFFFF else 1 for character in prefix)

    def offset_at(self, line: int, column: int) -> int:
        """The byte offset of a line and column (both from 1, columns in code points)."""
        text = self.line_text(line)
        start = max(self.line_starts[line - 1], self.start if line == 1 else 0)
        return start + len(text[: column - 1].encode("utf-8", "surrogateescape"))

    def offset_at_utf16(self, line: int, column: int) -> int:
        """The byte offset of a line (from 1) and a column in UTF-16 units from 0."""
        units, text = 0, self.line_text(line)
        for index, character in enumerate(text):
            if units >= column:
                return self.offset_at(line, index + 1)
            units += 2 if ord(character) > 0xFFFF else 1
        return self.offset_at(line, len(text) + 1)

    def indent_at(self, offset: int) -> str:
        """The blanks the line of this byte begins with."""
        text = self.line_text(self.line_number(offset))
        return text[: len(text) - len(text.lstrip(" \t"))]
