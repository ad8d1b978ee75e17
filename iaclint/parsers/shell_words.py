"""Words of a shell script: quote removal, escapes, and expansions as far as they are known."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iaclint.model.aspects import Redirect, Word
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.parsers.embedded import EmbeddedText

Lookup = Callable[[str, int], str | None]
"""The value a variable certainly has at an offset of the script, or None."""

Several = Callable[[str, int], tuple[str, ...]]
"""The values the variable of a loop takes at an offset of the script, one after the other; none where not known."""

MAX_FIELDS = 1000

EXPANSIONS = frozenset({
    "simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion",
})

_UNQUOTED_ESCAPE = re.compile(rb"\\(\r?\n|.)", re.DOTALL)
_QUOTED_ESCAPE = re.compile(rb"\\(\r?\n|[$`\"\\])")
_ANSI_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|c.|.)", re.DOTALL)
_ANSI_LETTERS = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"e": b"\x1b", b"E": b"\x1b",
    b"f": b"\f", b"v": b"\v",
}
_CONTINUATION = re.compile(rb"(?:\\\r?\n)+")
_SPLIT_OR_GLOBBED = re.compile(r"[\s*?\[]")
_GLOBBED = re.compile(r"[*?\[]")


@dataclass(slots=True, eq=False)
class ScriptWord(Word):
    """A Word that knows its script, as fixers need.

    script       the ScriptParse (or exec form) it stands in
    start, end   its bytes in the script's inner text
    redirect     the redirection it is the target of
    """

    script: Any = None
    start: int = 0
    end: int = 0
    redirect: Redirect | None = None


class WordReader:
    """Reads syntax nodes of one script as Words."""

    def __init__(self, text: EmbeddedText, lookup: Lookup, several: Several, script: object) -> None:
        self.text = text
        self.data = text.text
        self.lookup = lookup
        self.several = several
        self._made: list[tuple[tuple[str, ...], bool]] = []
        self.script = script
        self._gaps = sorted(text.gaps)

    def words(self, nodes: list[Any]) -> list[ScriptWord]:
        """The Words of argument nodes; those without a blank between them are one word."""
        groups: list[list[Any]] = []
        for node in nodes:
            if groups and self._touches(groups[-1][-1], node):
                groups[-1].append(node)
            else:
                groups.append([node])
        return [self.word(*group) for group in groups]

    def word(self, *nodes: Any) -> ScriptWord:
        """The Word that these adjoining nodes make up."""
        start, end = nodes[0].start_byte, nodes[-1].end_byte
        self._made.clear()
        parts, names = self.parts(*nodes)
        text = None if None in parts else "".join(part for part in parts if part is not None)
        return ScriptWord(
            text, _decode(self.data[start:end]), self.text.span(start, end), tuple(parts), tuple(names),
            self.script, start, end, fields=self._fields(parts),
        )

    def _fields(self, parts: list[str | None]) -> tuple[str, ...]:
        if len(self._made) != 1 or parts.count(None) != 1 or len(parts) > 3:
            return ()
        at = parts.index(None)
        before, after = "".join(map(str, parts[:at])), "".join(map(str, parts[at + 1 :]))
        values, is_loop = self._made[0]
        if is_loop:
            return tuple(f"{before}{value}{after}" for value in values)
        return (f"{before}{values[0]}", *values[1:-1], f"{values[-1]}{after}")

    def _touches(self, before: Any, node: Any) -> bool:
        gap = self.data[before.end_byte : node.start_byte]
        return not gap or _CONTINUATION.fullmatch(gap) is not None

    def parts(self, *nodes: Any) -> tuple[list[str | None], list[str]]:
        """The known pieces, None for each unknown gap; and the names of the variables expanded."""
        parts: list[str | None] = []
        names: list[str] = []
        stack = list(reversed(nodes))
        while stack:
            node = stack.pop()
            kind = node.type
            if kind in ("concatenation", "command_name", "variable_assignment") and node.child_count:
                stack.extend(reversed(node.children))
            elif kind in ("string", "translated_string"):
                self._string(node, parts, names)
            elif kind == "raw_string":
                self._literal(node.start_byte + 1, node.end_byte - 1, None, parts, names)
            elif kind == "ansi_c_string":
                self._literal(node.start_byte + 2, node.end_byte - 1, _unescape_ansi, parts, names)
            elif kind in EXPANSIONS:
                self._expansion(node, node.start_byte, False, parts, names)
            elif kind == "$" and stack and stack[-1].type == "string":
                continue
            elif kind in ("array", "subscript", "ERROR"):
                parts.append(None)
            else:
                self._literal(node.start_byte, node.end_byte, _unescape_unquoted, parts, names)
        return _joined(parts), names

    def _string(self, node: Any, parts: list[str | None], names: list[str]) -> None:
        # blanks around expansions belong to no node, so what is literal is read from the bytes between them
        at = self.data.index(b'"', node.start_byte) + 1
        end = node.end_byte - 1 if self.data[node.end_byte - 1 : node.end_byte] == b'"' else node.end_byte
        for child in node.children:
            if child.type in EXPANSIONS:
                start = self._real_start(child)
                self._literal(at, start, _unescape_quoted, parts, names)
                self._expansion(child, start, True, parts, names)
                at = child.end_byte
        self._literal(at, end, _unescape_quoted, parts, names)
        if not parts:
            parts.append("")

    def _real_start(self, node: Any) -> int:
        start: int = node.start_byte
        while start < node.end_byte and self.data[start] in b" \t\r\n":
            start += 1
        return start

    def _expansion(self, node: Any, start: int, quoted: bool, parts: list[str | None], names: list[str]) -> None:
        if start in self.text.gaps:
            self._literal(start, node.end_byte, None, parts, names)
            return
        name = plain_variable(node)
        if name is None:
            parts.append(None)
            names.extend(_variables_in(node))
            return
        names.append(name)
        value = self.lookup(name, start)
        if value is None:
            values = self.several(name, start)
            if values and (quoted or not any(map(_SPLIT_OR_GLOBBED.search, values))):
                self._made.append((values, True))
        elif not quoted and (not value or _SPLIT_OR_GLOBBED.search(value)):
            words = tuple(value.split())
            if 1 < len(words) <= MAX_FIELDS and not _GLOBBED.search(value):
                self._made.append((words, False))
            value = None
        parts.append(value)

    def _literal(
        self, start: int, end: int, unescape: Callable[[bytes], bytes] | None, parts: list[str | None], names: list[str]
    ) -> None:
        index = bisect_left(self._gaps, start)
        while start < end:
            gap = self._gaps[index] if index < len(self._gaps) and self._gaps[index] < end else end
            if start < gap:
                piece = self.data[start:gap]
                parts.append(_decode(unescape(piece) if unescape else piece))
            start = gap
            if gap < end:
                parts.append(None)
                names.append(self.text.gaps[gap])
                start = gap + 1
                while start < end and self.data[start] == 0x5F:
                    start += 1
                index += 1


def plain_variable(node: Any) -> str | None:
    """The name in `$NAME` or `${NAME}`; None for any other expansion."""
    children = node.children
    if node.type == "simple_expansion" and len(children) == 2 and children[1].type == "variable_name":
        return _decode(children[1].text)
    if node.type == "expansion" and len(children) == 3 and children[1].type == "variable_name":
        return _decode(children[1].text)
    return None


def _variables_in(node: Any) -> list[str]:
    if node.type in ("command_substitution", "process_substitution"):
        return []
    return [_decode(child.text) for child in node.children if child.type == "variable_name"]


def _joined(parts: list[str | None]) -> list[str | None]:
    joined: list[str | None] = []
    for part in parts:
        if part is not None and joined and joined[-1] is not None:
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _unescape_unquoted(data: bytes) -> bytes:
    return _UNQUOTED_ESCAPE.sub(_escaped, data) if b"\\" in data else data


def _unescape_quoted(data: bytes) -> bytes:
    return _QUOTED_ESCAPE.sub(_escaped, data) if b"\\" in data else data


def _escaped(match: re.Match[bytes]) -> bytes:
    character = match.group(1)
    return b"" if character.endswith(b"\n") else character


def _unescape_ansi(data: bytes) -> bytes:
    return _ANSI_ESCAPE.sub(_ansi_escaped, data) if b"\\" in data else data


def _ansi_escaped(match: re.Match[bytes]) -> bytes:
    escape = match.group(1)
    if escape in _ANSI_LETTERS:
        return _ANSI_LETTERS[escape]
    if escape[:1] in b"01234567":
        return bytes([int(escape, 8) & 0xFF])
    if escape[:1] == b"x" and len(escape) > 1:
        return bytes([int(escape[1:], 16)])
    if escape[:1] in b"uU" and len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b"?"
    if escape[:1] == b"c" and len(escape) > 1:
        return bytes([escape[1] & 0x1F])
    return escape if escape in b"\\'\"?" else b"\\" + escape


def span_of(words: list[ScriptWord], text: EmbeddedText) -> Span:
    """From the first of some words to the last, in the file's bytes."""
    return text.span(min(word.start for word in words), max(word.end for word in words))
