"""The short form of a module call: `copy: src=a dest="b c" owner={{ user | default('x') }}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_NAME = re.compile(rb"[A-Za-z_][\w.-]*$", re.ASCII)
_CLOSERS = {b"{{": b"}}", b"{%": b"%}", b"{#": b"#}"}


class Word(NamedTuple):
    """One word of a free form: offsets in the text; `equals` is that of the `=` of a `name=value`, else -1."""

    start: int
    end: int
    equals: int


def words(text: bytes) -> Iterator[Word]:
    """Split at blanks outside quotes and Jinja expressions; an unclosed one runs to the end."""
    at, length = 0, len(text)
    while at < length:
        if text[at : at + 1].isspace():
            at += 1
            continue
        start = at
        equals = -1
        quote, closer = b"", b""
        while at < length:
            one = text[at : at + 1]
            if quote:
                if one == b"\\":
                    at += 1
                elif one == quote:
                    quote = b""
            elif closer:
                if text.startswith(closer, at):
                    closer = b""
                    at += 1
            elif one.isspace():
                break
            elif one in (b"'", b'"'):
                quote = one
            elif one == b"{" and text[at : at + 2] in _CLOSERS:
                closer = _CLOSERS[text[at : at + 2]]
                at += 1
            elif one == b"=" and equals < 0 and _NAME.match(text[start:at]):
                equals = at
            at += 1
        yield Word(start, min(at, length), equals)


def unquote(text: bytes) -> bytes:
    """The text without quotes that enclose the whole of it."""
    if len(text) >= 2 and text[:1] in (b"'", b'"') and text[-1:] == text[:1] and text[-2:-1] != b"\\":
        return text[1:-1]
    return text
