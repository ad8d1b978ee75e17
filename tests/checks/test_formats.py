"""The table of credential formats: every kind is found as itself, and what is made up or cut short is not.

The credentials are made here, at random with a seed, from the expressions of the table; none ever opened anything.
"""

from __future__ import annotations

import json
import random
import re
from base64 import urlsafe_b64encode
from zlib import crc32

import pytest

try:
    from re import _constants as codes
    from re import _parser as parser
except ImportError:  # pragma: no cover
    pytest.skip("the parser of expressions is elsewhere in this Python", allow_module_level=True)

from iaclint.checks.secrets._formats import Format, formats, found

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SAMPLE = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)
"""The token with which the format is introduced everywhere."""
WRAPPINGS = ('token = "{}"\n', "ENV TOKEN={}\n", "- shell: run --token '{}'\n", "url: {}\n", "{}")


def made(form: str, random_: random.Random, *, shortest: bool = False) -> str:
    """A text that an expression matches."""

    def of(pattern: object) -> str:
        return "".join(one(operation, argument) for operation, argument in pattern)  # type: ignore[attr-defined]

    def one(operation: object, argument: object) -> str:
        if operation is codes.LITERAL:
            return chr(argument)  # type: ignore[arg-type]
        if operation is codes.IN:
            return random_.choice(members(argument))
        if operation is codes.MAX_REPEAT:
            low, high, inner = argument  # type: ignore[misc]
            count = low if shortest else random_.randint(low, min(high, low + 20))  # type: ignore[has-type]
            return "".join(of(inner) for _ in range(count))  # type: ignore[has-type]
        if operation is codes.SUBPATTERN:
            return of(argument[-1])  # type: ignore[index]
        if operation is codes.BRANCH:
            return of(random_.choice(argument[1]))  # type: ignore[index]
        assert operation in (codes.AT, codes.ASSERT, codes.ASSERT_NOT), operation
        return ""

    return of(parser.parse(form, re.ASCII))


def members(argument: object) -> list[str]:
    if any(kind is codes.NEGATE for kind, _ in argument):  # type: ignore[attr-defined]
        raise AssertionError("no expression of the table needs a negated set")
    chars: list[str] = []
    for kind, value in argument:  # type: ignore[attr-defined]
        if kind is codes.LITERAL:
            chars.append(chr(value))
        elif kind is codes.RANGE:
            chars += map(chr, range(value[0], value[1] + 1))
        elif value is codes.CATEGORY_DIGIT:
            chars += "0123456789"
        elif value is codes.CATEGORY_WORD:
            chars += BASE62 + "_"
        else:
            chars.append(" ")
    return chars


def sample(one: Format, random_: random.Random) -> str:
    """A credential of a kind, with its checksum where it has one, that does not look made up."""
    for _ in range(200):
        text = made(one.form, random_)
        if one.check == "github":
            head, _, body = text.rpartition("_")
            text = f"{head}_{body[:30]}{checksum(body[:30])}"
        elif one.check == "jwt":
            parts = [{"alg": "RS256", "typ": "JWT"}, {"sub": str(random_.random()), "iat": 1700000000}]
            encoded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
            text = ".".join([*encoded, "".join(random_.choices(BASE62, k=86))])
        if text[-1] in "-." or [what for _, _, what in found(text.encode())] == []:
            continue
        return text
    raise AssertionError(f"no {one.what} could be made")


def checksum(text: str) -> str:
    number, digits = crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


def test_table_is_large_and_in_order() -> None:
    table = formats()

    assert len(table) >= 150
    assert len({one.what for one in table}) == len(table)
    for one in table:
        assert one.what[0].isalnum() and not one.what.endswith("."), one
        assert len(one.hint) >= 2, one
        re.compile(one.form.encode())


@pytest.mark.parametrize("one", formats(), ids=lambda one: one.what)
def test_credential_is_found_whole_wherever_it_stands(one: Format) -> None:
    random_ = random.Random(one.what)
    for wrapping in WRAPPINGS:
        text = sample(one, random_)
        before, after = wrapping.split("{}")
        data = f"{before}{text}{after}".encode()
        places = list(found(data))

        assert any(what == one.what or data[start:end] == text.encode() for start, end, what in places), (text, places)
        assert any(start <= len(before) + 2 and end >= len(before) + len(text) - 3 for start, end, _ in places), places


@pytest.mark.parametrize("one", [one for one in formats() if one.check != "jwt"], ids=lambda one: one.what)
def test_what_is_made_up_or_cut_short_is_no_credential(one: Format) -> None:
    random_ = random.Random(one.what)
    text = sample(one, random_)
    hint = one.hint.decode()
    at = text.index(hint) + len(hint)
    shortest = made(one.form, random_, shortest=True)

    def names(candidate: str) -> list[str]:
        return [what for _, _, what in found(f'x = "{candidate}"\n'.encode()) if what == one.what]

    assert names(text[:at]) == []
    assert names(hint + "x" * (len(text) - len(hint))) == []
    assert names(f"${{var.{re.sub('[^a-z]', '', hint.lower()) or 'token'}}}") == []
    if len(shortest) - len(hint) > 12:
        assert names(shortest[: len(shortest) * 2 // 3]) == []


def test_checksum_tells_a_made_up_token() -> None:
    right = "ghp_" + (body := "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ") + checksum(body)

    assert [what for _, _, what in found(right.encode())] == ["GitHub token"]
    assert list(found(right[:-1].encode() + b"8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "3f786850e387550fdab836ed7e6dc881de23001b",  # a commit
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "arn:aws:iam::123456789012:role/AKIA-like",
        "d290f1ee-6c54-4b01-90e6-d701748f0851",
        "ami-0abcdef1234567890",
        "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQ\n-----END CERTIFICATE-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq3 me@host",
        "h1:wyQMzVVDTPOrFGmYoa3iN0jm3FXSqOkbQkQ1kdO7iZA=",
        "AKIAIOSFODNN7EXAMPLE",
        SAMPLE,
        "vpc-0a1b2c3d4e5f67890",
        "token-abcde:${random_password.token.result}",
    ],
)
def test_what_only_looks_random_is_no_credential(text: str) -> None:
    assert list(found(text.encode())) == []
