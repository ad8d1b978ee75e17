"""JSON as a tree with exact byte spans, for `.tf.json` files and for JSON documents within strings.

A NUL byte stands for a gap: text that is not known. It may stand within a string or for a value.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_DEPTH = 100
GAP = b"\0"
_TOKEN = re.compile(
    rb"[ \t\r\n]*(?:([{}\[\]:,])|(\"[^\"\\\x01-\x1f]*(?:\\.[^\"\\\x01-\x1f]*)*\")"
    rb"|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|(\x00))"
)
_PUNCTUATION, _STRING, _NUMBER, _WORD, _GAP = range(1, 6)


class JsonNode:
    """A JSON value: kind "object", "array", "string", "number", "word" or "gap", its bytes, what it holds.

    data   of an object pairs of key node and value node; of an array the value nodes; else the bytes as written
    """

    __slots__ = ("data", "end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int, data: object) -> None:
        self.kind, self.start, self.end, self.data = kind, start, end, data

    @property
    def pairs(self) -> list[tuple[JsonNode, JsonNode]]:
        """The entries of an object; none for anything else."""
        return self.data if self.kind == "object" else []  # type: ignore[return-value]

    @property
    def elements(self) -> list[JsonNode]:
        """The elements of an array; none for anything else."""
        return self.data if self.kind == "array" else []  # type: ignore[return-value]

    @property
    def raw(self) -> bytes:
        """A string's bytes between the quotes, or a scalar's bytes."""
        if not isinstance(self.data, bytes):
            return b""
        return self.data[1:-1] if self.kind == "string" else self.data

    @property
    def text(self) -> str:
        """The string that is meant, gaps left out."""
        return "".join(part for part in self.parts if part is not None)

    @property
    def parts(self) -> tuple[str | None, ...]:
        """The known parts of a string, None for each gap."""
        parts: list[str | None] = []
        for index, raw in enumerate(self.raw.split(GAP)):
            if index:
                parts.append(None)
            if raw:
                parts.append(_unescaped(raw))
        return tuple(parts)


class Fault(NamedTuple):
    """Where reading stopped, and why."""

    offset: int
    message: str


def _unescaped(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")
    if "\\" not in text:
        return text
    import json

    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def read(data: bytes, start: int = 0) -> tuple[JsonNode | None, Fault | None]:
    """The tree of a JSON text, as far as it can be read, and the first fault if there is one."""
    root: JsonNode | None = None
    open_nodes: list[JsonNode] = []
    key: JsonNode | None = None
    state = "value"  # what may come next: value, first (value or end), key, first key, colon, comma
    position = start
    while True:
        match = _TOKEN.match(data, position)
        if match is None:
            rest = data[position:].lstrip(b" \t\r\n")
            if root is not None and not open_nodes and not rest:
                return root, None
            return root, Fault(len(data) - len(rest), "invalid JSON: cannot read on from here")
        kind, begin, end = match.lastindex or 0, match.start(match.lastindex or 0), match.end()
        token = match[kind]
        position = end
        if root is not None and not open_nodes:
            return root, Fault(begin, "invalid JSON: text after the end")
        if token in (b"}", b"]"):
            closes = {b"}": "object", b"]": "array"}[token]
            if not open_nodes or open_nodes[-1].kind != closes or state not in ("comma", "first", "first key"):
                return root, Fault(begin, "invalid JSON: unexpected bracket")
            open_nodes.pop().end = end
            state = "comma"
        elif token == b"," and state == "comma":
            state = "key" if open_nodes[-1].kind == "object" else "value"
        elif token == b":" and state == "colon":
            state = "value"
        elif state in ("key", "first key") and kind == _STRING:
            key, state = JsonNode("string", begin, end, token), "colon"
        elif state in ("value", "first") and (kind != _PUNCTUATION or token in b"{["):
            node = _node(kind, token, begin, end)
            if not open_nodes:
                root = node
            elif key is not None and open_nodes[-1].kind == "object":
                open_nodes[-1].pairs.append((key, node))
            else:
                open_nodes[-1].elements.append(node)
            state = "comma"
            if kind == _PUNCTUATION:
                if len(open_nodes) >= MAX_DEPTH:
                    return root, Fault(begin, "nested too deeply to be read")
                open_nodes.append(node)
                state = "first key" if token == b"{" else "first"
        else:
            return root, Fault(begin, "invalid JSON: unexpected text")


def _node(kind: int, token: bytes, begin: int, end: int) -> JsonNode:
    if kind == _PUNCTUATION:
        return JsonNode("object" if token == b"{" else "array", begin, end, [])
    return JsonNode({_STRING: "string", _NUMBER: "number", _WORD: "word"}.get(kind, "gap"), begin, end, token)
