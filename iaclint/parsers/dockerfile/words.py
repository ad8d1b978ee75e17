"""How the text of an instruction falls into words, flags and JSON arrays. Indices are of the logical text."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_SPACED = re.compile(rb"[^\t\v\f\r\n ]+")
_JSON_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_JSON_BLANKS = re.compile(rb"[ \t\r\n]*+")
_JSON_SCALAR = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null")


class Range(NamedTuple):
    """A half-open range of the logical text."""

    start: int
    end: int


class Flag(NamedTuple):
    """`--name=value`: the ranges of its name and its value (None for `--link`)."""

    name: str
    name_range: Range
    value_range: Range | None


class Head(NamedTuple):
    """An instruction's beginning: keyword, flags, and the range of what follows."""

    keyword: str
    keyword_range: Range
    flags: list[Flag]
    body: Range


@cache
def _quoted_word(escape: str) -> re.Pattern[bytes]:
    e = re.escape(escape.encode())
    return re.compile(
        rb"""(?:[^ \t\v\f\r\n'"%s]|%s[\s\S]?|'[^']*+'?|"(?:[^"%s]|%s[\s\S]?)*+"?)++""" % (e, e, e, e)
    )


def spaced_words(text: bytes, start: int, end: int) -> list[Range]:
    """The words between blanks; quotes mean nothing (FROM, EXPOSE, COPY)."""
    return [Range(*match.span()) for match in _SPACED.finditer(text, start, end)]


def quoted_words(text: bytes, start: int, end: int, escape: str) -> list[Range]:
    """The words between blanks outside quotes (ENV, ARG, LABEL)."""
    return [Range(*match.span()) for match in _quoted_word(escape).finditer(text, start, end)]


def trimmed(text: bytes, start: int, end: int) -> Range:
    """A range without the blanks around it."""
    part = text[start:end]
    return Range(end - len(part.lstrip()), start + len(part.rstrip())) if part.strip() else Range(end, end)


def _next_word(text: bytes, at: int, end: int) -> int:
    match = _SPACED.search(text, at, end)
    return match.start() if match else end


def read_head(text: bytes, start: int = 0) -> Head:
    """Split the text of an instruction into keyword, flags and the rest."""
    start, end = trimmed(text, start, len(text))
    match = _SPACED.match(text, start, end)
    stop = match.end() if match else start
    keyword = text[start:stop].decode("utf-8", "surrogateescape")
    at, flags = _next_word(text, stop, end), []
    # flags are read with the backslash as escape whatever the directive says
    word = _quoted_word("\\")
    while text.startswith(b"--", at):
        found = word.match(text, at, end)
        if found is None:
            break
        stop = found.end()
        equals = text.find(b"=", at, stop)
        following = _next_word(text, stop, end)
        if found[0] == b"--":
            at = following
            break
        name_range = Range(at, equals if equals >= 0 else stop)
        name = text[slice(*name_range)].decode("utf-8", "surrogateescape")
        flags.append(Flag(name, name_range, Range(equals + 1, stop) if equals >= 0 else None))
        at = following
    return Head(keyword, Range(start, start + len(match[0]) if match else start), flags, Range(at, end))


def json_strings(text: bytes, start: int, end: int) -> list[Range] | None:
    """The strings (quotes included) of a JSON array that is the whole range; None where it is none."""
    found = _json_array(text, start, end)
    return None if found is None or any(not is_string for _, is_string in found) else [one for one, _ in found]


def is_json_of_others(text: bytes, start: int, end: int) -> bool:
    """Whether the range is a flat JSON array that holds something else than strings: BuildKit refuses it."""
    found = _json_array(text, start, end)
    return found is not None and any(not is_string for _, is_string in found)


def _json_array(text: bytes, start: int, end: int) -> list[tuple[Range, bool]] | None:
    if text[start : start + 1] != b"[":
        return None
    found: list[tuple[Range, bool]] = []
    at = _skip(text, start + 1, end)
    if text[at : at + 1] == b"]":
        return found if at + 1 == end else None
    while True:
        string = _JSON_STRING.match(text, at, end)
        match = string or _JSON_SCALAR.match(text, at, end)
        if match is None:
            return None
        found.append((Range(*match.span()), string is not None))
        at = _skip(text, match.end(), end)
        mark = text[at : at + 1]
        if mark == b"]":
            return found if at + 1 == end else None
        if mark != b"," or at >= end:
            return None
        at = _skip(text, at + 1, end)


def _skip(text: bytes, at: int, end: int) -> int:
    match = _JSON_BLANKS.match(text, at, end)
    return match.end() if match else at


def json_text(raw: bytes) -> str:
    """What a JSON string (quotes included) says."""
    if b"\\" not in raw:
        return raw[1:-1].decode("utf-8", "surrogateescape")
    import json

    return str(json.loads(raw.decode("utf-8", "surrogateescape")))


__all__ = [
    "Flag", "Head", "Range", "is_json_of_others", "json_strings", "json_text", "quoted_words", "read_head",
    "spaced_words", "trimmed",
]
