"""Lines as a reader sees them, whatever the language: code, comment or blank, and what is indented below."""

from __future__ import annotations

from functools import cached_property

from iaclint.source import Source, Span

_COMMENT = ("#", "//", ";")
_CLOSING = ("}", "]", ")")


class Lines:
    """The lines of a Source."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def _next_code(self) -> list[int]:
        # for each line (from 0) the number of the first line from there on that holds code, or one beyond the end
        source = self.source
        count = len(source.line_starts)
        is_code = []
        in_comment = False
        for number in range(1, count + 1):
            text = source.line_text(number).strip()
            if in_comment or text.startswith("/*"):
                in_comment = "*/" not in text
                is_code.append(False)
            else:
                is_code.append(bool(text) and not text.startswith(_COMMENT))
        following = [count + 1] * (count + 1)
        for index in range(count - 1, -1, -1):
            following[index] = index + 1 if is_code[index] else following[index + 1]
        return following

    def code_line_after(self, offset: int) -> int | None:
        """The number of the next line below an offset's that holds code; None at a closing bracket or the end."""
        number = self._next_code[self.source.line_number(offset)]
        if number > len(self.source.line_starts):
            return None
        return None if self.source.line_text(number).lstrip().startswith(_CLOSING) else number

    def is_before_code(self, offset: int) -> bool:
        """Whether only comments, blank lines and YAML's markers stand before an offset."""
        source = self.source
        own = source.line_number(offset)
        number = self._next_code[0]
        while number < own:
            text = source.line_text(number).strip()
            if text != "---" and not text.startswith("%"):
                return False
            number = self._next_code[number]
        start = max(source.line_span(own).start, source.start)
        return not source.slice(Span(min(start, offset), offset)).strip()

    def following(self, number: int) -> Span:
        """A line with all that is indented below it, its closing bracket, and a YAML list at its own indent."""
        source = self.source
        first = source.line_text(number)
        indent = _indent(first)
        is_key = first.rstrip().endswith(":") and not first.lstrip().startswith("- ")
        last = number
        for below in range(number + 1, len(source.line_starts) + 1):
            text = source.line_text(below)
            if not text.strip():
                continue
            is_item = is_key and _indent(text) == indent and text.lstrip().startswith("- ")
            is_close = _indent(text) == indent and text.lstrip().startswith(_CLOSING)
            if _indent(text) <= indent and not is_item and not is_close:
                break
            last = below
            if is_close:
                break
        return Span(source.line_span(number).start, source.line_span(last).end)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))
