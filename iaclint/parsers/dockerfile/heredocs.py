"""Which here-documents an instruction announces."""

from __future__ import annotations

import re

from iaclint.parsers.dockerfile.lines import Heredoc, Logical
from iaclint.parsers.dockerfile.words import Range, json_strings, read_head

_ANNOUNCES = frozenset({"RUN", "COPY", "ADD"})
_WORD = re.compile(rb"[0-9]*<<(-?)([^<]+)", re.DOTALL)


def heredocs_of(logical: Logical, escape: str) -> list[Heredoc]:
    """The here-documents of a logical line, in order; none for keywords and forms that know none."""
    head = read_head(logical.text)
    if head.keyword.upper() == "ONBUILD":
        head = read_head(logical.text, head.body.start)
    if head.keyword.upper() not in _ANNOUNCES or json_strings(logical.text, *head.body) is not None:
        return []
    found = []
    for start, end in _shell_words(logical.text, head.body.start, head.body.end) or ():
        match = _WORD.fullmatch(logical.text, start, end)
        name = _unquoted(match[2]) if match else ""
        if match and name:
            text = name.encode("utf-8", "surrogateescape")
            found.append(Heredoc(name, logical.span(start, end), match[2] == text, match[1] == b"-"))
    return found


def _shell_words(text: bytes, start: int, end: int) -> list[Range] | None:
    """Words between blanks, quotes and `${ }` kept whole; None where a quote is not closed.

    BuildKit gives up looking for here-documents there; the escape character is the backslash always.
    """
    words: list[Range] = []
    at, begin = start, -1
    while at < end:
        byte = text[at : at + 1]
        if byte in b" \t\v\f\r\n":
            if begin >= 0:
                words.append(Range(begin, at))
            begin, at = -1, at + 1
            continue
        begin = at if begin < 0 else begin
        if byte == b"\\":
            at += 2
        elif byte in b"'\"" or text.startswith(b"${", at):
            closing = _closing(text, at, end)
            if closing is None:
                return None
            at = closing + 1
        else:
            at += 1
    if begin >= 0:
        words.append(Range(begin, end))
    return words


def _closing(text: bytes, at: int, end: int) -> int | None:
    quote = b"}" if text[at : at + 1] == b"$" else text[at : at + 1]
    while True:
        at += 1
        if at >= end:
            return None
        if text[at : at + 1] == b"\\" and quote != b"'":
            at += 1
        elif text[at : at + 1] == quote:
            return at


def _unquoted(word: bytes) -> str:
    if b"'" not in word and b'"' not in word and b"\\" not in word:
        return word.decode("utf-8", "surrogateescape")
    plain = re.sub(
        rb"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)""",
        lambda match: match[1] or match[2] or match[3] or b"",
        word,
        flags=re.DOTALL,
    )
    return plain.decode("utf-8", "surrogateescape")


__all__ = ["heredocs_of"]
