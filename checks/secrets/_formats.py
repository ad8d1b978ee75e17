"""Credentials told by their own format: the table `formats.tsv`, and how a text is searched for all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_MADE_UP = re.compile(
    rb"(?i)example|sample|placeholder|redacted|x{5}|\*{3}|\.{3}|your|dummy|change_?me|fake|01234567|12345678|abcdefgh|(.)\1{7}"
)
_LONG = re.compile(rb"[\w.~+/=:$%&,!-]{16,}", re.ASCII)
"""What every credential without blanks is a part of."""
_FEWEST = 6
"""How many different characters a random text of 16 or more has at least, in all likelihood."""
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Format(NamedTuple):
    """One line of the table.

    what    names it: "GitHub token"
    hint    bytes that every one holds
    form    the regular expression
    check   "github": ends with a checksum; "jwt": its parts are JSON; "" for none
    """

    what: str
    hint: bytes
    form: str
    check: str

    @property
    def begins_with_hint(self) -> bool:
        """Whether the hint is how it begins, so that there is no need to search with the expression."""
        return self.form.removeprefix(r"\b").startswith(re.escape(self.hint.decode()).replace(r"\-", "-"))


@cache
def formats() -> tuple[Format, ...]:
    """The table."""
    from importlib.resources import files

    text = files("iaclint.checks.secrets").joinpath("formats.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return tuple(Format(row[0], row[1].encode(), row[2], row[3] if len(row) > 3 else "") for row in rows)


@cache
def _expression(form: str) -> re.Pattern[bytes]:
    return re.compile(form.encode(), re.ASCII)


def found(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of every credential of a known format, each place once.

    What is made up for an example, or lacks the checksum of its kind, is left out.
    """
    taken: set[int] = set()
    # most of a text is words too short for any of this: what is left of it is searched for 190 hints in no time
    long = b"\n".join(_LONG.findall(data))
    for one in formats():
        if one.hint not in (data if b" " in one.hint or b"/" in one.hint else long):
            continue
        for match in _matches(one, data):
            text = match.group()
            if match.start() not in taken and not _is_made_up(text, one.hint) and _CHECKS[one.check](text):
                taken.add(match.start())
                yield match.start(), match.end(), one.what


def _matches(one: Format, data: bytes) -> Iterator[re.Match[bytes]]:
    expression = _expression(one.form)
    if not one.begins_with_hint:
        yield from expression.finditer(data)
        return
    at = data.find(one.hint)
    while at >= 0:
        match = expression.match(data, at)
        if match is not None:
            yield match
        at = data.find(one.hint, match.end() if match is not None else at + 1)


def _is_made_up(text: bytes, hint: bytes) -> bool:
    rest = text.replace(hint, b"", 1)
    if b"PRIVATE KEY" in text or b"PuTTY" in text:
        return _MADE_UP.search(text.rpartition(b"-----")[2]) is not None
    return _MADE_UP.search(rest) is not None or (len(rest) >= 16 and len(set(rest)) < _FEWEST)


def _has_checksum(text: bytes) -> bool:
    """Whether the last six characters are the CRC-32 of the thirty before, in base 62, as GitHub makes them."""
    from zlib import crc32

    body = text.rpartition(b"_")[2]
    number, digits = crc32(body[:-6]), b""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit : digit + 1] + digits
    return digits == body[-6:]


def _is_signed(text: bytes) -> bool:
    """Whether the parts of a web token are JSON that names an algorithm, and it is not one meant for everybody."""
    import json
    from base64 import urlsafe_b64decode

    try:
        head, payload = (json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4))) for part in text.split(b".")[:2])
    except (ValueError, RecursionError):
        return False
    if not isinstance(head, dict) or not isinstance(payload, dict) or "alg" not in head:
        return False
    # the one of the introduction to the format, and the public key of hosted databases
    return payload.get("name") != "John Doe" and payload.get("role") != "anon"


def _is_whole(text: bytes) -> bool:
    return True


_CHECKS = {"": _is_whole, "github": _has_checksum, "jwt": _is_signed}

__all__ = ["Format", "formats", "found"]
