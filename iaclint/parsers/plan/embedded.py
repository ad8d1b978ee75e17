"""What stands within the strings of a plan: JSON documents (policies) and scripts, with the way back to the file.

Unlike in `.tf.json` such a string is no template: `${aws:username}` in it is meant as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from iaclint.model.value import Value
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.hcl.json import value_of
from iaclint.parsers.hcl.json_tree import GAP, read
from iaclint.parsers.plan.masks import SENSITIVE
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.parsers.plan.document import Plan

MAX_TEXT = 2_000_000
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)


class _Text:
    """A JSON string's text and where its bytes are written."""

    __slots__ = ("_ends", "_inner", "_starts", "text")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        """`start` and `end` are those of the string's content, quotes left out."""
        import json

        text = bytearray()
        self._inner: list[int] = [0]
        self._starts: list[int] = [start]
        self._ends: list[int] = [0]
        """Of an escape its end; 0 of a run in which each byte stands for itself."""
        position = start
        for match in _ESCAPE.finditer(data, start, end):
            text += data[position : match.start()]
            self._add(len(text), match.start(), match.end())
            text += str(json.loads(b'"%s"' % match.group())).encode("utf-8", "surrogatepass")
            self._add(len(text), match.end(), 0)
            position = match.end()
        text += data[position:end]
        self.text = bytes(text)

    def _add(self, inner: int, start: int, end: int) -> None:
        self._inner.append(inner)
        self._starts.append(start)
        self._ends.append(end)

    def _at(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._inner, offset) - 1
        if self._ends[index]:
            return self._starts[index], self._ends[index]
        at = self._starts[index] + offset - self._inner[index]
        return at, at + 1

    def span(self, start: int, end: int) -> Span:
        """The file's bytes for a range of the text."""
        return Span(self._at(start)[0], self._at(max(start, end - 1))[1])

    @property
    def starts(self) -> list[tuple[int, int]]:
        """Pairs of an offset in the text and one in the file, for EmbeddedText."""
        return list(zip(self._inner, self._starts, strict=True))


def _text_of(value: Value) -> _Text | None:
    data = value.document.source.data
    start, end = value.span
    is_string = value.kind == "string" and end - start >= 2 and data[start : start + 1] == b'"'
    return _Text(data, start + 1, end - 1) if is_string and end - start <= MAX_TEXT else None


def document_value(value: Value) -> Value | None:
    """The JSON document that a string of a plan holds, as a map or list; a map or list is its own."""
    if value.kind in ("list", "map"):
        return value
    plan: Plan = value.document.tree
    cached = plan.embedded.get(id(value))
    if cached is None or cached[0] is not value:
        cached = plan.embedded[id(value)] = (value, _document_value(value))
    found: Value | None = cached[1]
    return found


def _document_value(value: Value) -> Value | None:
    if value.kind != "string" or not str(value.data).lstrip().startswith(("{", "[")):
        return None
    inner = _text_of(value)
    if inner is None or GAP in inner.text:
        return None
    root, fault = read(inner.text)
    if root is None or fault is not None:
        return None
    result = value_of(root, value.document, None, inner.span, embedded=True)
    result.holder = value
    if value.is_sensitive:
        stack = [result]
        while stack:
            one = stack.pop()
            one.references = (*one.references, SENSITIVE)
            stack.extend([*one.items, *one.entries.values()])
    return result


def embedded_text(value: Value) -> EmbeddedText | None:
    """The script that a string of a plan holds. Nothing new can be written into a plan."""
    inner = _text_of(value)
    if inner is None:
        return None
    return EmbeddedText(value.document, inner.text, inner.starts, lambda text, offset: None)


__all__ = ["document_value", "embedded_text"]
