"""Terraform's `format`: verbs, flags, widths and precisions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_conversions import STRING, bool_of, number_of
from iaclint.evaluate.terraform_functions import Call, structural
from iaclint.evaluate.terraform_graphemes import graphemes
from iaclint.evaluate.terraform_values import MAX_TEXT, Mistake, Null, Rough, Unknowable, fails, in_order, text_of
from iaclint.model.value import Value

if TYPE_CHECKING:
    from fractions import Fraction

_VERB = re.compile(r"%([0#\-+ ]*)([1-9]\d*)?(?:(\.)(\d*))?(?:\[([1-9]\d*)\])?([a-zA-Z])")
_MAX_WIDTH = 10_000
_BASES = {"b": (2, "0b"), "o": (8, "0"), "d": (10, ""), "x": (16, "0x"), "X": (16, "0X")}
_DIGITS = "0123456789abcdef"


@structural("string", "any?*", name="format")
def _format(call: Call, pattern: Value, *arguments: Value) -> Value | None:
    parts = _formatted(str(pattern.data), arguments)
    if None not in parts:
        return call.new("string", "".join(part for part in parts if part is not None))
    from iaclint.evaluate.terraform_functions_text import merged

    result = call.scope.unknown(call.span, call.references)
    result.parts = merged(parts)
    return result


@structural("string", "any?*")
def formatlist(call: Call, pattern: Value, *arguments: Value) -> Value | None:
    written = str(pattern.data)
    if any(fails(one) for one in arguments):
        raise Mistake
    # an unknown one may be a list
    if any(one.is_unknown for one in arguments):
        raise Unknowable
    lists = [in_order(one) if one.kind == "list" else None for one in arguments]
    sizes = {len(one) for one in lists if one is not None}
    if len(sizes) > 1:
        raise Mistake
    items: list[Value] = []
    for index in range(sizes.pop() if sizes else 1):
        given = [one[index] if one is not None else arguments[at] for at, one in enumerate(lists)]
        parts = _formatted(written, given)
        text = None if None in parts else "".join(part for part in parts if part is not None)
        items.append(call.scope.unknown(call.span) if text is None else call.new("string", text))
    return call.list_of(items, STRING)


class _Verb:
    """One verb as written."""

    __slots__ = ("flags", "letter", "precision", "width")

    def __init__(self, match: re.Match[str]) -> None:
        self.flags, self.letter = match[1], match[6]
        self.width = int(match[2] or 0)
        self.precision = int(match[4] or 0) if match[3] else None
        if self.width > _MAX_WIDTH or (self.precision or 0) > _MAX_WIDTH:
            raise Unknowable


def _formatted(pattern: str, arguments: list[Value] | tuple[Value, ...]) -> list[str | None]:
    parts: list[str | None] = []
    at = highest = size = 0
    following = 1
    while at < len(pattern):
        percent = pattern.find("%", at)
        if percent < 0:
            parts.append(pattern[at:])
            break
        parts.append(pattern[at:percent])
        if pattern.startswith("%%", percent):
            parts.append("%")
            at = percent + 2
            continue
        match = _VERB.match(pattern, percent)
        if match is None:
            raise Mistake
        index = int(match[5]) if match[5] else following
        if index > len(arguments):
            raise Mistake
        highest, following = max(highest, index), index + 1
        parts += _written(_Verb(match), arguments[index - 1])
        size += len(parts[-1] or "")
        if size > MAX_TEXT:
            raise Unknowable
        at = match.end()
    if highest < len(arguments):
        raise Mistake
    return parts


def _written(verb: _Verb, value: Value) -> list[str | None]:
    if fails(value) or verb.letter not in "vtsqbdoxXeEfgG":
        raise Mistake
    if value.is_unknown:
        is_text = verb.letter == "s" and not verb.width and verb.precision is None
        return list(value.parts) if is_text and value.parts else [None]
    if value.is_missing:
        # of an untyped null Terraform cannot tell either
        if verb.letter != "v":
            raise Mistake
        if not isinstance(value, Null) or value.element is None or value.element.kind in ("any", "doubt"):
            raise Unknowable
        return [_padded(verb, "null")]
    if verb.letter == "v":
        return [_padded(verb, _as_it_is(verb, value))]
    if verb.letter == "t":
        return ["true" if bool_of(value) else "false"]
    if verb.letter in "sq":
        return [_padded(verb, _text(verb, value))]
    number = number_of(value)
    return [_integer(verb, number) if verb.letter in _BASES else _decimal(verb, number)]


def _as_it_is(verb: _Verb, value: Value) -> str:
    if "#" not in verb.flags and not isinstance(value, Rough):
        if value.kind == "string":
            return str(value.data)
        if value.kind == "number":
            return _general(number_of(value), None, "e")
    from iaclint.evaluate.terraform_functions_encoding import json_of

    return json_of(value)


def _text(verb: _Verb, value: Value) -> str:
    text = text_of(value)
    if text is None:
        raise Mistake
    if verb.precision:
        text = "".join(graphemes(text)[: verb.precision])
    if verb.letter == "q":
        from iaclint.evaluate.terraform_functions_encoding import json_string

        return json_string(text)
    return text


def _padded(verb: _Verb, text: str) -> str:
    if not verb.width:
        return text
    pads = ("0" if "0" in verb.flags else " ") * (verb.width - len(graphemes(text)))
    return text + pads if "-" in verb.flags else pads + text


# --- numbers ----------------------------------------------------------------------------


def _signed(verb: _Verb, is_negative: bool, prefix: str, digits: str, may_fill: bool) -> str:
    sign = "-" if is_negative else "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    missing = verb.width - len(sign) - len(prefix) - len(digits)
    if missing <= 0:
        return sign + prefix + digits
    if "-" in verb.flags:
        return sign + prefix + digits + " " * missing
    if "0" in verb.flags and may_fill:
        return sign + prefix + "0" * missing + digits
    return " " * missing + sign + prefix + digits


def _integer(verb: _Verb, number: int | float) -> str:
    if not isinstance(number, int):
        raise Mistake
    base, prefix = _BASES[verb.letter]
    rest, found = abs(int(number)), ""
    while rest:
        rest, digit = divmod(rest, base)
        found = _DIGITS[digit] + found
    digits = found or "0"
    if verb.letter == "X":
        digits = digits.upper()
    if verb.precision is not None:
        if verb.precision == 0 and number == 0:
            raise Unknowable
        digits = digits.rjust(verb.precision, "0")
    return _signed(verb, number < 0, prefix if "#" in verb.flags else "", digits, verb.precision is None)


def _decimal(verb: _Verb, number: int | float) -> str:
    letter = verb.letter
    if letter in "gG":
        digits = _general(number, verb.precision, "e" if letter == "g" else "E").removeprefix("-")
    else:
        places = 6 if verb.precision is None else verb.precision
        digits = _fixed(number, places) if letter == "f" else _scientific(number, places, letter)
    return _signed(verb, number < 0, "", digits, True)


def _fixed(number: int | float, places: int) -> str:
    from iaclint.evaluate.terraform_numbers import exact

    scaled = str(_half_even(abs(exact(number)) * 10**places)).rjust(places + 1, "0")
    return f"{scaled[:-places]}.{scaled[-places:]}" if places else scaled


def _half_even(value: Fraction) -> int:
    return round(value)


def _digits(number: int | float, count: int | None) -> tuple[str, int]:
    """So many significant digits without zeros at the end (None: as few as tell it apart), and the point's place."""
    from fractions import Fraction

    from iaclint.evaluate.terraform_numbers import bits, digits_of, exact

    value = abs(exact(number))
    if value == 0:
        return "", 0
    if count is None:
        if isinstance(number, int):
            text = str(abs(int(number)))
            return text.rstrip("0"), len(text)
        return digits_of(value, bits(number))
    point = len(str(int(value))) if value >= 1 else 0
    while value < Fraction(10) ** (point - 1):
        point -= 1
    text = str(_half_even(value * Fraction(10) ** (count - point)))
    if len(text) > count:
        point += 1
    return text.rstrip("0"), point


def _exponential(digits: str, point: int, places: int, letter: str) -> str:
    exponent = point - 1 if digits else 0
    first, rest = digits[:1] or "0", digits[1:].ljust(places, "0")
    fraction = f".{rest}" if places > 0 else ""
    return f"{first}{fraction}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _scientific(number: int | float, places: int, letter: str) -> str:
    digits, point = _digits(number, places + 1)
    return _exponential(digits, point, places, letter)


def _general(number: int | float, precision: int | None, letter: str) -> str:
    """`%g`: with exponent where that is shorter."""
    digits, point = _digits(number, None if precision is None else max(1, precision))
    sign = "-" if number < 0 else ""
    limit = 6 if precision is None else max(1, precision)
    if precision is not None and limit > len(digits) >= point:
        limit = len(digits)
    exponent = point - 1
    if exponent < -4 or exponent >= limit:
        return sign + _exponential(digits, point, len(digits) - 1, letter)
    if not digits:
        return "0"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    whole = digits[:point].ljust(point, "0")
    return sign + (f"{whole}.{digits[point:]}" if len(digits) > point else whole)
