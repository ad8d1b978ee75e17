"""The text of a YAML scalar as a script sees it, with the way back to the file's bytes.

What is computed here is compared with what libyaml read; where they differ (an unusual line break,
an exotic escape) there is no embedded text rather than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from iaclint.model.block import Document
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.yaml import YamlFile, YamlNode
from iaclint.source import Source, Span


class _Run(NamedTuple):
    """Inner bytes and the outer bytes that spell them; both advance together where as long."""

    inner: bytes
    start: int
    end: int


class _ScalarText(EmbeddedText):
    """EmbeddedText whose ranges never end within an escape such as `''` or `\\"`."""

    __slots__ = ("_ends",)
    _ends: dict[int, int]

    def span(self, start: int, end: int) -> Span:
        """The file's bytes for a range of the inner text."""
        span = super().span(start, end)
        if end > start and end - 1 in self._ends:
            return Span(span.start, self._ends[end - 1])
        return span


def embed(node: YamlNode, document: Document, jinja: bool) -> EmbeddedText | None:
    """See `iaclint.parsers.yaml.embedded_text`."""
    node = node.resolved()
    if node.kind != "scalar":
        return None
    runs = _block_runs(node, document.source) if node.style in ("|", ">") else _flow_runs(node, document.source)
    if runs is None:
        return None
    text, starts, ends = _join(runs, node.content_span.start)
    if text.rstrip(b"\n") != node.value.encode("utf-8", "surrogateescape").rstrip(b"\n"):
        return None
    gaps: dict[int, str] = {}
    if jinja and b"{" in text:
        text, gaps = blank_jinja(text)
    speller = _Speller(node, document)
    embedded = _ScalarText(document, text, starts, speller.spell, gaps)
    embedded._ends = ends
    return embedded


def _join(runs: list[_Run], start: int) -> tuple[bytes, list[tuple[int, int]], dict[int, int]]:
    starts: list[tuple[int, int]] = []
    ends: dict[int, int] = {}
    length = 0
    for run in runs:
        if run.inner:
            starts.append((length, run.start))
            length += len(run.inner)
            if len(run.inner) != run.end - run.start:
                ends[length - 1] = run.end
    # the place behind the last byte is where the outer text ends
    starts.append((length, runs[-1].end if runs else start))
    return b"".join(run.inner for run in runs), starts, ends


# --- block scalars ------------------------------------------------------------------


def _lines(data: bytes, span: Span) -> Iterator[tuple[int, int, int]]:
    # (start, end without newline, end with newline) of each line
    at = span.start
    while at < span.end:
        newline = data.find(b"\n", at, span.end)
        stop = newline + 1 if newline >= 0 else span.end
        end = newline if newline >= 0 else span.end
        if newline >= 0 and end > at and data[end - 1] == 0x0D:
            end -= 1
        yield at, end, stop
        at = stop


def indent_of(node: YamlNode, source: Source) -> int | None:
    """The number of blanks a block scalar's lines begin with that are not part of its text."""
    values = node.value.split("\n")
    for index, (start, end, _) in enumerate(_lines(source.data, node.content_span)):
        line = source.data[start:end]
        if line.strip(b" "):
            if node.style == ">":
                # folding may join lines, but the first one keeps its own leading blanks
                first = next((value for value in values if value.strip(" ")), "")
                own = len(first) - len(first.lstrip(" "))
                return max(0, len(line) - len(line.lstrip(b" ")) - own)
            if index >= len(values):
                return None
            return max(0, len(line) - len(values[index].encode("utf-8", "surrogateescape")))
    return None


def _block_runs(node: YamlNode, source: Source) -> list[_Run] | None:
    indent = indent_of(node, source)
    if indent is None:
        return None if node.value.strip("\n") else []
    lines = []
    for start, end, stop in _lines(source.data, node.content_span):
        lines.append((min(start + indent, end), end, stop))
    runs = _folded(lines, source) if node.style == ">" else _literal(lines, source)
    if node.value.endswith("\n"):
        end = node.content_span.end
        newline = 2 if source.data[end : end + 2] == b"\r\n" else 1
        runs.append(_Run(b"\n", end, min(end + newline, len(source.data))))
    return runs


def _literal(lines: list[tuple[int, int, int]], source: Source) -> list[_Run]:
    runs = []
    for start, end, stop in lines:
        runs.append(_Run(source.data[start:end], start, end))
        if stop > end:
            runs.append(_Run(b"\n", end, stop))
    return runs


def _folded(lines: list[tuple[int, int, int]], source: Source) -> list[_Run]:
    runs: list[_Run] = []
    data = source.data
    breaks: list[tuple[int, int]] = []  # line ends since the last line with content
    was_indented = True
    for start, end, stop in lines:
        is_indented = data[start : start + 1] in (b" ", b"\t")
        if start < end:
            if breaks and not was_indented and not is_indented:
                if len(breaks) == 1:
                    runs.append(_Run(b" ", *breaks[0]))
                breaks = breaks[1:]
            runs.extend(_Run(b"\n", *one) for one in breaks)
            runs.append(_Run(data[start:end], start, end))
            breaks, was_indented = [], is_indented
        if stop > end:
            breaks.append((end, stop))
    return runs


# --- plain and quoted scalars -------------------------------------------------------

_FOLD = re.compile(rb"[ \t]*+(?:\r?\n[ \t]*+)+")
_ESCAPES = {
    b"0": b"\0", b"a": b"\a", b"b": b"\b", b"t": b"\t", b"\t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f",
    b"r": b"\r", b"e": b"\x1b", b" ": b" ", b'"': b'"', b"/": b"/", b"\\": b"\\", b"N": b"\xc2\x85",
    b"_": b"\xc2\xa0", b"L": b"\xe2\x80\xa8", b"P": b"\xe2\x80\xa9",
}  # fmt: skip
_CODE_LENGTH = {b"x": 2, b"u": 4, b"U": 8}
_TOKENS = {
    "": re.compile(rb"[^\r\n \t]+|[ \t]++(?![\r\n])"),
    "'": re.compile(rb"[^'\r\n \t]+|[ \t]++(?![\r\n])"),
    '"': re.compile(rb"[^\"\\\r\n \t]+|[ \t]++(?![\r\n])"),
}
_CONTINUED = re.compile(rb"\\\r?\n[ \t]*")


def _flow_runs(node: YamlNode, source: Source) -> list[_Run] | None:
    data, (at, end) = source.data, node.content_span
    token = _TOKENS[node.style]
    runs: list[_Run] = []
    while at < end:
        run = _plain_run(token, data, at, end) or _fold_run(data, at, end) or _escape_run(node.style, data, at, end)
        if run is None:
            return None
        runs.append(run)
        at = run.end
    return runs


def _plain_run(token: re.Pattern[bytes], data: bytes, at: int, end: int) -> _Run | None:
    match = token.match(data, at, end)
    return _Run(match[0], at, match.end()) if match else None


def _fold_run(data: bytes, at: int, end: int) -> _Run | None:
    match = _FOLD.match(data, at, end)
    if match is None:
        return None
    breaks = match[0].count(b"\n")
    return _Run(b" " if breaks == 1 else b"\n" * (breaks - 1), at, match.end())


def _escape_run(style: str, data: bytes, at: int, end: int) -> _Run | None:
    if style == "'" and data[at : at + 2] == b"''":
        return _Run(b"'", at, at + 2)
    if style != '"' or data[at : at + 1] != b"\\":
        return None
    continued = _CONTINUED.match(data, at, end)
    if continued is not None:
        return _Run(b"", at, continued.end())
    letter = data[at + 1 : at + 2]
    if letter in _ESCAPES:
        return _Run(_ESCAPES[letter], at, at + 2)
    length = _CODE_LENGTH.get(letter)
    if length is None:
        return None
    try:
        text = chr(int(data[at + 2 : at + 2 + length], 16)).encode()
    except (ValueError, OverflowError, UnicodeEncodeError):
        return None
    return _Run(text, at, at + 2 + length)


# --- Jinja --------------------------------------------------------------------------

_OPEN = re.compile(rb"\{[{%#]")
_CLOSE = {b"{{": b"}}", b"{%": b"%}", b"{#": b"#}"}
# a closing mark within a string does not close
_WHOLE = {
    b"{{": re.compile(rb"""\{\{(?:[^'"}]|'[^']*'|"[^"]*"|\}(?!\}))*+\}\}"""),
    b"{%": re.compile(rb"""\{%(?:[^'"%]|'[^']*'|"[^"]*"|%(?!\}))*+%\}"""),
}
_RAW = re.compile(rb"\{%[-+]?\s*raw\s*[-+]?%\}\Z")
_END_RAW = re.compile(rb"\{%[-+]?\s*+endraw\s*+[-+]?%\}")


def blank_jinja(text: bytes) -> tuple[bytes, dict[int, str]]:
    """The text with each Jinja expression, statement and comment as `$____` of the same length.

    The second result names them by offset: an expression's own text, else the whole construct.
    What stands between `raw` and `endraw` is kept.
    """
    result = bytearray(text)
    gaps: dict[int, str] = {}
    for start, end in _jinja_spans(text):
        inner = text[start:end].decode("utf-8", "replace")
        gaps[start] = inner[2:-2].strip("-+ \t\r\n") if inner.startswith("{{") else inner
        result[start:end] = b"$" + b"_" * (end - start - 1)
    return bytes(result), gaps


def _jinja_spans(text: bytes) -> Iterator[tuple[int, int]]:
    at, trusts_quotes = 0, True
    unclosed: set[bytes] = set()
    while (opening := _OPEN.search(text, at)) is not None:
        start, mark = opening.start(), opening[0]
        at = start + 2
        if mark in unclosed:
            continue
        whole = _WHOLE[mark].match(text, start) if trusts_quotes and mark in _WHOLE else None
        if whole is not None:
            end = whole.end()
        else:
            # after one unbalanced quote, quotes are not believed any more: keeps this linear
            trusts_quotes = trusts_quotes and mark not in _WHOLE
            close = text.find(_CLOSE[mark], at)
            if close < 0:
                unclosed.add(mark)
                continue
            end = close + 2
        yield start, end
        at = end
        if mark == b"{%" and _RAW.match(text, start, end):
            ending = _END_RAW.search(text, end)
            if ending is None:
                return
            yield ending.start(), ending.end()
            at = ending.end()


# --- writing ------------------------------------------------------------------------

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")


class _Speller:
    """Writes text for the inside of one scalar."""

    def __init__(self, node: YamlNode, document: Document) -> None:
        self.node = node
        self.document = document

    def spell(self, text: str, offset: int) -> str | None:
        if _UNPRINTABLE.search(text) or "\r" in text:
            return None
        style = self.node.style
        if style == "|":
            return self._literal(text)
        if style == '"':
            escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
            return None if self._touches_blank_end(text, offset) else escaped
        if "\n" in text or self._touches_blank_end(text, offset):
            return None
        if style == "'":
            return text.replace("'", "''")
        if style == ">":
            return text if not (text[:1] in (" ", "\t") and self._is_line_start(offset)) else None
        return text if self._fits_plain(text, offset) else None

    def _literal(self, text: str) -> str | None:
        source = self.document.source
        indent = indent_of(self.node, source)
        if indent is None:
            return text if "\n" not in text else None
        lines = text.split("\n")
        rest = [" " * indent + line if line else "" for line in lines[1:]]
        if rest and not lines[-1]:
            # what stands behind the insertion is the last line's content
            rest[-1] = " " * indent
        return source.newline.join([lines[0], *rest])

    def _is_line_start(self, offset: int) -> bool:
        data = self.document.source.data
        return not data[data.rfind(b"\n", 0, offset) + 1 : offset].strip(b" \t")

    def _touches_blank_end(self, text: str, offset: int) -> bool:
        # blanks beside a line break are lost in folding; only scalars over lines have one
        data = self.document.source.data
        if not text or self.node.style in ("", ">"):
            return False
        before, after = data[offset - 1 : offset], data[offset : offset + 1]
        return (text[0] in " \t" and before in (b"\n", b"\r")) or (text[-1] in " \t" and after in (b"\n", b"\r"))

    def _fits_plain(self, text: str, offset: int) -> bool:
        if not text:
            return True
        data, span = self.document.source.data, self.node.content_span
        if ": " in text or " #" in text or "\t" in text:
            return False
        if offset <= span.start and (text[0] in _INDICATORS or text[0] == " "):
            return False
        if text[0] == "#" and data[offset - 1 : offset] in (b" ", b"\t"):
            return False
        if text[-1] == ":" or (text[-1] == " " and offset >= span.end):
            return False
        if text[0] == " " and data[offset - 1 : offset] == b":":
            return False
        return not (set(text) & set(",[]{}")) or not self._is_in_flow(offset)

    def _is_in_flow(self, offset: int) -> bool:
        tree = self.document.tree
        if not isinstance(tree, YamlFile):
            return True
        return any(
            node.style == "flow" and node.span.start <= offset <= node.span.end
            for node in tree.nodes()
            if node.kind in ("mapping", "sequence")
        )
