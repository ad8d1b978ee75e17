"""Terraform's functions of strings."""

from __future__ import annotations

from iaclint.evaluate.terraform_conversions import STRINGS
from iaclint.evaluate.terraform_functions import Call, plain, structural
from iaclint.evaluate.terraform_graphemes import graphemes
from iaclint.evaluate.terraform_values import MAX_TEXT, Mistake, Unknowable, fails, in_order, text_of
from iaclint.model.value import Value

_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

plain("string", name="trimspace")(lambda text: text.strip(_SPACES))
plain("string", name="chomp")(lambda text: text.rstrip("\r\n"))
plain("string", "string", name="trim")(lambda text, cutset: text.strip(cutset))
plain("string", "string", name="trimprefix")(lambda text, prefix: text.removeprefix(prefix))
plain("string", "string", name="trimsuffix")(lambda text, suffix: text.removesuffix(suffix))
plain("string", "string", name="endswith")(lambda text, suffix: text.endswith(suffix))
plain("string", name="strrev")(lambda text: "".join(reversed(graphemes(text))))


@plain("string")
def lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(_one(one.lower()) for one in text)


@plain("string")
def upper(text: str) -> str:
    return text.upper() if text.isascii() else "".join(_one(one.upper()) for one in text)


def _one(character: str) -> str:
    # Go maps each character to one other, Python some to several
    if len(character) != 1:
        raise Unknowable
    return character


@plain("string")
def title(text: str) -> str:
    found, previous = [], " "
    for character in text:
        found.append(_one(character.title()) if _ends_word(previous) else character)
        previous = character
    return "".join(found)


def _ends_word(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    return not (character.isalpha() or character.isdigit()) and character in _SPACES


@plain("number", "string")
def indent(count: int, text: str) -> str:
    spaces = whole(count)
    if spaces < 0 or spaces * text.count("\n") > MAX_TEXT:
        raise Unknowable
    return text.replace("\n", "\n" + " " * spaces)


def whole(number: int | float) -> int:
    """A number that must be whole; raises Mistake where it is not."""
    if not isinstance(number, int):
        raise Mistake
    if abs(number) >= 2**31:
        raise Unknowable
    return int(number)


@plain("string", "string", gives="strings")
def split(separator: str, text: str) -> list[str]:
    return text.split(separator) if separator else list(text)


@plain("string", "number", "number")
def substr(text: str, offset: int, length: int) -> str:
    characters, start, count = graphemes(text), whole(offset), whole(length)
    if start < 0:
        # further than the beginning is the beginning
        start = max(0, start + len(characters))
    elif count == 0:
        return ""
    rest = characters[start:]
    # counted from the end, none are all of them
    return "".join(rest[:count] if count > 0 else rest)


@plain("string", "string", "string")
def replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        from iaclint.evaluate.terraform_functions_regex import substituted

        return substituted(text, old[1:-1], new)
    if (text.count(old) + 1) * (len(new) + 1) > MAX_TEXT:
        raise Unknowable
    return text.replace(old, new)


@structural("string?", "string")
def startswith(call: Call, text: Value, prefix: Value) -> Value | None:
    """Of a string with gaps the beginning may be enough."""
    wanted = str(prefix.data)
    if text.is_unknown and not fails(text):
        known = (text.parts or ("",))[0] or ""
        if known.startswith(wanted):
            return call.new("bool", True)
        return None if wanted.startswith(known) else call.new("bool", False)
    return call.new("bool", _string(text).startswith(wanted))


@structural("string?", "string")
def strcontains(call: Call, text: Value, part: Value) -> Value | None:
    """Of a string with gaps what is known may be enough."""
    wanted = str(part.data)
    if text.is_unknown and not fails(text):
        is_there = any(wanted in known for known in text.parts or () if known is not None)
        return call.new("bool", True) if is_there else None
    return call.new("bool", wanted in _string(text))


def _string(value: Value) -> str:
    found = text_of(value)
    if found is None or fails(value):
        raise Mistake
    return found


@structural("string", "any?*")
def join(call: Call, separator: Value, *lists: Value) -> Value | None:
    """Where some elements are unknown, the others are its known parts."""
    if not lists:
        raise Mistake
    between = str(separator.data)
    items: list[Value] = []
    for one in lists:
        if one.is_missing or fails(one) or one.kind not in ("list", "unknown"):
            raise Mistake
    for one in lists:
        if one.is_unknown:
            raise Unknowable
        items += in_order(one)
        if not one.items:
            call.converted(one, STRINGS)
    parts: list[str | None] = []
    for index, item in enumerate(items):
        if fails(item) or item.kind in ("missing", "list", "map"):
            raise Mistake
        if index:
            parts.append(between)
        parts += item.parts if item.is_unknown and item.parts else [text_of(item)]
    texts = [part for part in parts if part is not None]
    if sum(map(len, texts)) > MAX_TEXT:
        raise Unknowable
    if len(texts) == len(parts):
        return call.new("string", "".join(texts))
    result = call.scope.unknown(call.span, call.references)
    result.parts = merged(parts)
    return result


def merged(parts: list[str | None]) -> tuple[str | None, ...]:
    """The parts with neighbouring texts joined and neighbouring gaps made one."""
    found: list[str | None] = []
    for part in parts:
        if part is not None and found and found[-1] is not None:
            found[-1] += part
        elif part or (part is None and (not found or found[-1] is not None)):
            found.append(part)
    return tuple(found)
