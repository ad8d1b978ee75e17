"""A script within a script: the quoted text of `sh -c '...'`, mapped through to the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.shell_words import EXPANSIONS, ScriptWord
from iaclint.source import Span

_ESCAPED_IN_QUOTES = (b"$", b"`", b'"', b"\\")


class InnerText(EmbeddedText):
    """Part of another EmbeddedText; `pieces` maps its offsets to those of the outer text.

    `escaped` holds the offsets of characters that the outer text spells with a backslash before them.
    """

    __slots__ = ("escaped", "outer")

    def __init__(
        self,
        outer: EmbeddedText,
        text: bytes,
        pieces: Sequence[tuple[int, int]],
        spell: Callable[[str, int], str | None] | None = None,
        gaps: dict[int, str] | None = None,
        escaped: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(outer.document, text, pieces or [(0, 0)], spell or outer.spell, gaps)
        self.outer = outer
        self.escaped = escaped

    def offset(self, inner: int) -> int:
        """The file's byte offset for an offset of the inner text."""
        return self.outer.offset(super().offset(inner) - (inner in self.escaped))

    def span(self, start: int, end: int) -> Span:
        """The file's bytes for a range of the inner text."""
        if end <= start:
            return Span(self.offset(start), self.offset(start))
        return self.outer.span(super().offset(start) - (start in self.escaped), super().offset(end - 1) + 1)


def part_of(
    text: EmbeddedText, start: int, end: int, spell: Callable[[str, int], str | None] | None = None
) -> InnerText:
    """The part of a text between two of its offsets."""
    gaps = {at - start: name for at, name in text.gaps.items() if start <= at < end}
    return InnerText(text, text.text[start:end], [(0, start)], spell, gaps)


def text_within(word: ScriptWord, text: EmbeddedText, parser: Any) -> EmbeddedText | None:
    """The script a quoted word holds; None where quotes are mixed."""
    raw = text.text[word.start : word.end]
    quote = raw[:1]
    if len(raw) < 2 or raw[-1:] != quote:
        return None
    if quote == b"'" and raw.count(b"'") == 2:
        return part_of(text, word.start + 1, word.end - 1, lambda new, at: None if "'" in new else text.spell(new, at))
    return _DoubleQuoted(word, text, raw).read(parser) if quote == b'"' else None


class _DoubleQuoted:
    """Undoes the escapes of a double-quoted word, and blanks what the outer shell expands."""

    def __init__(self, word: ScriptWord, text: EmbeddedText, raw: bytes) -> None:
        self.word = word
        self.text = text
        self.raw = raw
        self.body = bytearray()
        self.pieces: list[tuple[int, int]] = []
        self.gaps: dict[int, str] = {}
        self.escaped: set[int] = set()

    def read(self, parser: Any) -> InnerText | None:
        node = parser.parse(b"x " + self.raw).root_node
        arguments = node.children[0].children[1:] if node.child_count == 1 else []
        if len(arguments) != 1 or arguments[0].type != "string" or node.has_error:
            return None
        at = 1
        for child in arguments[0].children:
            if child.type in EXPANSIONS:
                # a child may begin with the blanks before it
                start, end = child.end_byte - 2 - len(child.text.lstrip()), child.end_byte - 2
                self._literal(at, start)
                self._expansion(start, end)
                at = end
        self._literal(at, len(self.raw) - 1)
        return InnerText(self.text, bytes(self.body), self.pieces, self._spell, self.gaps, frozenset(self.escaped))

    def _literal(self, at: int, end: int) -> None:
        while at < end:
            escape = self.raw.find(b"\\", at, end)
            stop = end if escape < 0 else escape
            self._add(self.raw[at:stop], at)
            at = stop
            if at < end:
                escaped = self.raw[at + 1 : at + 2]
                if escaped in _ESCAPED_IN_QUOTES:
                    self.escaped.add(len(self.body))
                    self._add(escaped, at + 1)
                elif escaped != b"\n":
                    self._add(self.raw[at : at + 2], at)
                at += 2

    def _expansion(self, start: int, end: int) -> None:
        # the outer shell expands it first: to the inner one it is text nobody knows
        known = self.text.gaps.get(self.word.start + start)
        name = self.raw[start:end].strip(b"${}").decode("utf-8", "replace")
        self.gaps[len(self.body)] = name if known is None else known
        self._add(b"$" + b"_" * (end - start - 1), start)

    def _add(self, piece: bytes, start: int) -> None:
        if piece:
            self.pieces.append((len(self.body), self.word.start + start))
            self.body.extend(piece)

    def _spell(self, new: str, offset: int) -> str | None:
        return None if any(character in new for character in '"$`\\!') else self.text.spell(new, offset)
