"""Terraform's encodings and hashes."""

from __future__ import annotations

from typing import Any

from iaclint.evaluate.terraform_conversions import STRING, Type, object_type
from iaclint.evaluate.terraform_functions import Call, plain, structural
from iaclint.evaluate.terraform_values import (
    MAX_TEXT,
    UNKNOWN_KEY,
    Invalid,
    Mistake,
    Rough,
    Unknowable,
    fails,
    from_plain,
    in_order,
    text_of,
)
from iaclint.model.value import Value

_MAX_DEPTH = 100
_MAX_OPENED = 300

# --- JSON -------------------------------------------------------------------------------------


@structural("any?")
def jsonencode(call: Call, value: Value) -> Value | None:
    if fails(value):
        raise Mistake
    return call.new("string", json_of(value))


def json_of(value: Value) -> str:
    """A Value as Terraform writes it in JSON; raises Unknowable and Mistake."""
    return _json(value, 0)


def _json(value: Value, depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise Unknowable
    if value.kind == "missing":
        return "null"
    if value.kind == "string" and not isinstance(value, Rough):
        return json_string(str(value.data))
    if value.kind == "list":
        return f"[{','.join(_json(item, depth + 1) for item in in_order(value))}]"
    if value.kind == "map":
        if UNKNOWN_KEY in value.entries:
            raise Unknowable
        pairs = sorted(value.entries.items())
        return f"{{{','.join(f'{json_string(key)}:{_json(item, depth + 1)}' for key, item in pairs)}}}"
    if isinstance(value, Invalid):
        raise Mistake
    if value.kind == "unknown" or isinstance(value, Rough):
        raise Unknowable
    return text_of(value) or ""


def json_string(text: str) -> str:
    """A string as Go writes it in JSON."""
    import json

    text.encode()
    written = json.dumps(text, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


@plain("string")
def jsondecode(text: str) -> object:
    import json

    from iaclint.parsers.hcl.json_tree import read

    # our own reader says first whether Python's would go too deep
    if text.count("[") + text.count("{") > _MAX_OPENED:
        root, fault = read(text.encode())
        if root is None or fault is not None:
            raise Unknowable
    try:
        found = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refused)
    except json.JSONDecodeError:
        raise Mistake from None
    _check_text(found)
    return found


def _number(text: str) -> int | float:
    from iaclint.evaluate.terraform_numbers import parse

    return parse(text)


def _refused(text: str) -> object:
    raise Mistake


def _check_text(data: Any) -> None:
    """Raise for half of a surrogate pair, which Go reads as another character."""
    stack = [data]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            one.encode()
        elif isinstance(one, list):
            stack += one
        elif isinstance(one, dict):
            stack += [*one, *one.values()]


# --- CSV --------------------------------------------------------------------------------------


@structural("string")
def csvdecode(call: Call, text: Value) -> Value | None:
    rows = _csv(str(text.data))
    if not rows:
        raise Mistake
    names = rows[0]
    if len(set(names)) < len(names) or any(len(row) != len(names) for row in rows):
        raise Mistake
    found: Any = [dict(zip(names, row, strict=True)) for row in rows[1:]]
    element = object_type(dict.fromkeys(names, STRING))
    result = from_plain(found, call.scope.document, call.span, type=Type("list", element))
    result.references = call.references
    return result


def _csv(text: str) -> list[list[str]]:
    """Rows as Go reads them: a quote may only open a field, close it, or stand doubled within."""
    text = text.replace("\r\n", "\n").removesuffix("\r")
    if "\r" in text:
        raise Unknowable
    rows: list[list[str]] = []
    row: list[str] = []
    at = 0
    while at < len(text):
        if not row and text[at] == "\n":
            at += 1
            continue
        if text[at] == '"':
            field, at = _quoted_field(text, at + 1)
        else:
            end = min((one for one in (text.find(",", at), text.find("\n", at)) if one >= 0), default=len(text))
            field, at = text[at:end], end
            if '"' in field:
                raise Mistake
        row.append(field)
        if text[at : at + 1] == ",":
            at += 1
            if at == len(text) or text[at] == "\n":
                row.append("")
            else:
                continue
        rows.append(row)
        row = []
        at += 1
    return rows


def _quoted_field(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise Mistake
        parts.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            if text[end + 1 : end + 2] not in ("", ",", "\n"):
                raise Mistake
            return "".join(parts), end + 1
        parts.append('"')
        at = end + 2


# --- base64, URLs, hashes -----------------------------------------------------------------------


@plain("string")
def base64encode(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()


@plain("string")
def base64decode(text: str) -> str:
    try:
        return _decoded(text).decode()
    except UnicodeDecodeError:
        raise Mistake from None


def _decoded(text: str) -> bytes:
    from base64 import b64decode
    from binascii import Error

    text = text.replace("\r", "").replace("\n", "")
    if len(text) > MAX_TEXT:
        raise Unknowable
    try:
        found = b64decode(text, validate=True)
    except (Error, ValueError):
        raise Mistake from None
    if len(text) % 4:
        raise Mistake
    return found


_ENCODINGS = {"utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "iso-8859-1": "latin-1"}


@plain("string", "string")
def textencodebase64(text: str, encoding: str) -> str:
    from base64 import b64encode

    try:
        return b64encode(text.encode(_encoding(encoding))).decode()
    except UnicodeEncodeError:
        raise Mistake from None


@plain("string", "string")
def textdecodebase64(text: str, encoding: str) -> str:
    name = _encoding(encoding)
    try:
        found = _decoded(text).decode(name)
    except UnicodeDecodeError:
        raise Mistake from None
    if "\ufffd" in found or "\ufeff" in found:
        raise Unknowable
    return found


def _encoding(name: str) -> str:
    found = _ENCODINGS.get(name.lower())
    if found is None:
        raise Unknowable
    return found


@plain("string")
def urlencode(text: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text)


def _enter_hash(name: str) -> None:
    @plain("string", name=name)
    def hexadecimal(text: str) -> str:
        import hashlib

        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


for _name in ("md5", "sha1", "sha256", "sha512"):
    _enter_hash(_name)


@plain("string")
def base64sha256(text: str) -> str:
    return _digest("sha256", text)


@plain("string")
def base64sha512(text: str) -> str:
    return _digest("sha512", text)


def _digest(name: str, text: str) -> str:
    import hashlib
    from base64 import b64encode

    return b64encode(hashlib.new(name, text.encode()).digest()).decode()


@plain("string", "string")
def uuidv5(namespace: str, name: str) -> str:
    import uuid

    known = {
        "dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500,
    }  # fmt: skip
    space = known.get(namespace)
    if space is None:
        digits = namespace.replace("-", "")
        if len(namespace) != 36 or len(digits) != 32 or not digits.isalnum():
            raise Unknowable
        try:
            space = uuid.UUID(namespace)
        except ValueError:
            raise Mistake from None
    return str(uuid.uuid5(space, name))


__all__ = ["json_of", "json_string"]
