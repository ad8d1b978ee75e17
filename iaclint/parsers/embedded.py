"""Text that stands inside another language: a script in a YAML scalar, a policy in a heredoc.

`text` is what the inner language sees; every place in it maps back to a byte offset of the file,
and new inner text can be spelled as the outer language needs it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from iaclint.model.block import Document
from iaclint.source import Span


class EmbeddedText:
    """Inner text with its way back to the file.

    text      what the inner language sees (UTF-8 bytes)
    starts    pairs (offset in text, offset in file), ascending: from each on, both advance together
    spell     how the outer language writes new inner text at an offset of the file (escaping, indent);
              None where it cannot be written
    gaps      names of what was blanked out because it is unknown, by offset in `text`:
              `$________` stands where an interpolation or a Jinja expression was
    """

    __slots__ = ("_file", "_inner", "document", "gaps", "spell", "text")

    def __init__(
        self,
        document: Document,
        text: bytes,
        starts: Sequence[tuple[int, int]],
        spell: Callable[[str, int], str | None] | None = None,
        gaps: dict[int, str] | None = None,
    ) -> None:
        self.document = document
        self.text = text
        self._inner = [inner for inner, _ in starts]
        self._file = [outer for _, outer in starts]
        self.spell = spell or (lambda text, offset: text)
        self.gaps = gaps or {}

    def offset(self, inner: int) -> int:
        """The file's byte offset for an offset of the inner text."""
        index = bisect_right(self._inner, inner) - 1
        return self._file[index] + inner - self._inner[index]

    def span(self, start: int, end: int) -> Span:
        """The file's bytes for a range of the inner text."""
        if end <= start:
            return Span(self.offset(start), self.offset(start))
        return Span(self.offset(start), self.offset(end - 1) + 1)
