"""The code frame: the line a finding starts on, its number, and a mark below the span."""

from __future__ import annotations

from typing import NamedTuple

from iaclint.reporters.printable import cells, escaped, paint
from iaclint.source import Source, Span

TAB = 4
MASK = "****"
_AROUND = 300
"""Code points of a very long line that are looked at on either side of the span."""


class _Cell(NamedTuple):
    text: str
    width: int
    marked: bool


def frame(source: Source, span: Span, masks: list[Span], *, width: int, style: str, color: bool) -> list[str]:
    """The frame's lines. Bytes of `masks` are shown as asterisks. `width`: of the terminal."""
    number = source.line_number(span.start)
    line = source.line_span(number)
    gutter = len(str(number)) + 1
    row = _cut(_cells(source, line, span, masks), max(20, width - gutter - 3))
    code = "".join(cell.text for cell in row)
    marks = "".join(("^" if cell.marked else " ") * cell.width for cell in row).rstrip()
    bar = paint("|", "dim", color)
    return [
        f"{' ' * gutter}{bar}",
        f"{paint(str(number), 'dim', color)} {bar} {code}".rstrip(),
        f"{' ' * gutter}{bar} {paint(marks, style, color) if marks.isascii() else marks}".rstrip(),
    ]


def _cells(source: Source, line: Span, span: Span, masks: list[Span]) -> list[_Cell]:
    start = max(line.start, source.start) if line.start == 0 else line.start
    at = min(max(span.start, start), line.end)
    # a window of bytes is enough, and keeps a file of one line of megabytes from being laid out for each finding
    first, last = max(start, at - 4 * _AROUND), min(line.end, max(at, min(span.end, at + 4 * _AROUND)) + 4 * _AROUND)
    while first > start and source.data[first] & 0xC0 == 0x80:
        first -= 1
    while last < line.end and source.data[last] & 0xC0 == 0x80:
        last += 1
    text = source.slice(Span(first, last))
    row: list[_Cell] = []
    offset, column, hidden_to = first, 0, -1
    for character in text:
        size = len(character.encode("utf-8", "surrogateescape"))
        marked = span.start <= offset < span.end or (offset == span.start == span.end)
        if offset < hidden_to:
            if marked and not row[-1].marked:
                row[-1] = row[-1]._replace(marked=True)
            offset += size
            continue
        mask = next((one for one in masks if one.start <= offset < one.end), None)
        if mask is not None:
            hidden_to = mask.end
            shown = MASK
        elif character == "\t":
            shown = " " * (TAB - column % TAB)
        else:
            shown = character if character.isprintable() else escaped(character)
        cell = _Cell(shown, cells(shown), marked)
        row.append(cell)
        column += cell.width
        offset += size
    if not any(cell.marked for cell in row):
        row.append(_Cell(" ", 1, True))
    return row


def _cut(row: list[_Cell], width: int) -> list[_Cell]:
    """The part of a line around its mark that fits, with dots where something was cut off."""
    if sum(cell.width for cell in row) <= width:
        return row
    first = next(index for index, cell in enumerate(row) if cell.marked)
    left, room = first, width // 3
    while left > 0 and room - row[left - 1].width >= 0:
        left -= 1
        room -= row[left].width
    dots = _Cell("…", 1, False)
    taken = [dots] if left else []
    used = len(taken)
    for index in range(left, len(row)):
        is_last = index == len(row) - 1
        if used + row[index].width > width - (0 if is_last else 1):
            return [*taken, dots]
        taken.append(row[index])
        used += row[index].width
    return taken
