"""X.509 certificates given to a resource, as text or as a file beside it: until when they hold, and their key.

Reads just enough DER to know that; whatever looks otherwise is no certificate to us.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from iaclint.model.value import Value

MAX_BYTES = 64 * 1024
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----")
_FILE = re.compile(r"""\b(?:file|lookup)\(\s*(?:['"]file['"]\s*,\s*)?["']([^"'\n]{1,300})["']\s*\)""")
_FOLDER = re.compile(r"^\$\{path\.(?:module|root)\}/")
_RSA = bytes.fromhex("2a864886f70d010101")
_INTEGER, _BITS, _OID, _UTC_TIME, _TIME, _SEQUENCE, _VERSION = 2, 3, 6, 23, 24, 48, 160


@dataclass(frozen=True, slots=True)
class Certificate:
    """What rules ask about. `rsa_bits` is None for another kind of key."""

    not_after: datetime
    rsa_bits: int | None


def certificate_of(value: Value) -> Certificate | None:
    """The first certificate that a Value holds or names a file of; None where it cannot be read."""
    text = value.text
    if text is None:
        written = value.document.source.data[value.span.start : value.span.end].decode("utf-8", "replace")
        named = _FILE.search(written)
        text = _read(value.document.path, _FOLDER.sub("", named[1])) if named is not None else None
    found = _PEM.search(text or "")
    if found is None:
        return None
    try:
        return _parse(base64.b64decode("".join(found[1].split()), validate=True))
    except (ValueError, IndexError, binascii.Error):
        return None


def _read(document: str, name: str) -> str | None:
    """A small file beside the document, or in Ansible's `files` folders; never outside of the tree above it."""
    if os.path.isabs(name) or "$" in name or "{" in name or ".." in name.split("/"):
        return None
    folder = os.path.dirname(document)
    for place in (folder, os.path.join(folder, "files"), os.path.join(os.path.dirname(folder), "files")):
        path = os.path.join(place, name)
        if os.path.isfile(path) and os.path.getsize(path) <= MAX_BYTES:
            try:
                with open(path, encoding="ascii", errors="replace") as file:
                    return file.read(MAX_BYTES)
            except OSError:
                return None
    return None


def _parse(data: bytes) -> Certificate | None:
    parts = [part for part in _elements(_content(_content(data, _SEQUENCE), _SEQUENCE)) if part[0] != _VERSION]
    if len(parts) < 6:
        return None
    times, key = _elements(parts[3][1]), _elements(parts[5][1])
    return Certificate(_time(*times[1]), _rsa_bits(key))


def _rsa_bits(key: list[tuple[int, bytes]]) -> int | None:
    if _elements(key[0][1])[0] != (_OID, _RSA) or key[1][0] != _BITS:
        return None
    # the bit string begins with the number of unused bits
    modulus = _elements(_content(key[1][1][1:], _SEQUENCE))[0][1]
    return int.from_bytes(modulus, "big").bit_length()


def _time(tag: int, text: bytes) -> datetime:
    digits = text.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        # two digits of the year: 50 to 99 mean the last century
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    elif tag != _TIME:
        raise ValueError("not a time")
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _content(data: bytes, wanted: int) -> bytes:
    tag, content = _elements(data)[0]
    if tag != wanted:
        raise ValueError("another element was expected")
    return content


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """The elements that stand one after the other: tag and content of each."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 0 < size <= 4:
                raise ValueError("a length nobody writes")
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError("an element is cut off")
        found.append((tag, data[at : at + length]))
        at += length
    if not found:
        raise ValueError("nothing is there")
    return found
