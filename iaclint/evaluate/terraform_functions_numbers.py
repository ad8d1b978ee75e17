"""Terraform's functions of numbers."""

from __future__ import annotations

from iaclint.evaluate import terraform_numbers as numbers
from iaclint.evaluate.terraform_conversions import number_of
from iaclint.evaluate.terraform_functions import Call, plain, structural
from iaclint.evaluate.terraform_functions_text import whole
from iaclint.evaluate.terraform_numbers import Counted, Numeric
from iaclint.evaluate.terraform_values import Mistake, Unknowable, in_order
from iaclint.model.value import Value

_MAX_RANGE = 1024


@plain("number", name="abs")
def _abs(number: Numeric) -> Numeric:
    return numbers.negate(number) if number < 0 else number


@plain("number")
def ceil(number: Numeric) -> int:
    return _whole(number, up=True)


@plain("number")
def floor(number: Numeric) -> int:
    return _whole(number, up=False)


def _whole(number: Numeric, *, up: bool) -> int:
    if isinstance(number, int):
        return number
    value = numbers.exact(number)
    found = -(-value // 1) if up else value // 1
    return Counted(found) if numbers.bits(number) < numbers.PRECISION else int(found)


@plain("number*", name="max")
def _max(*values: Numeric) -> Numeric:
    if not values:
        raise Mistake
    found = values[0]
    for one in values[1:]:
        found = one if numbers.compare(one, found) > 0 else found
    return found


@plain("number*", name="min")
def _min(*values: Numeric) -> Numeric:
    if not values:
        raise Mistake
    found = values[0]
    for one in values[1:]:
        found = one if numbers.compare(one, found) < 0 else found
    return found


@plain("number")
def signum(number: Numeric) -> int:
    value = whole(number)
    return Counted((value > 0) - (value < 0))


@plain("number", "number")
def log(number: Numeric, base: Numeric) -> int:
    # the last digits are those of Go's own arithmetic
    if number > 0 and base > 0 and base != 1:
        if number == 1:
            if base < 1:
                raise Unknowable
            return Counted(0)
        if numbers.compare(number, base) == 0:
            return Counted(1)
    raise Unknowable


@plain("number", "number", name="pow")
def _pow(number: Numeric, power: Numeric) -> Numeric:
    import math

    base = float(numbers.exact(number))
    if power == 0 or base == 1:
        return Counted(1)
    if power == 1:
        return numbers.from_float(base)
    if numbers.exact(power) * 2 == 1 and base > 0:
        return numbers.from_float(math.sqrt(base))
    if base == 0 and power > 0:
        return Counted(0)
    if base == 0 or not isinstance(power, int) or abs(power) > 2000:
        raise Unknowable
    return numbers.from_float(_power(base, int(power)))


def _power(base: float, power: int) -> float:
    """By squaring the mantissa, as Go does it: each step rounds as it does there."""
    import math

    result, exponent = 1.0, 0
    mantissa, step = math.frexp(base)
    rest = abs(power)
    while rest:
        if rest & 1:
            result *= mantissa
            exponent += step
        mantissa *= mantissa
        step <<= 1
        if abs(mantissa) < 0.5:
            mantissa += mantissa
            step -= 1
        rest >>= 1
    if power < 0:
        result, exponent = 1 / result, -exponent
    found = math.ldexp(result, exponent)
    if abs(found) < 1e-300:
        raise Unknowable
    return found


@structural("any", "number")
def parseint(call: Call, text: Value, base: Value) -> Value | None:
    """Digits in a base from 2 to 62; up to 36 in either case."""
    radix = whole(number_of(base))
    if text.kind != "string" or not 2 <= radix <= 62:
        raise Mistake
    digits = str(text.data)
    sign, digits = (digits[0], digits[1:]) if digits[:1] in ("+", "-") else ("", digits)
    if not digits:
        raise Mistake
    if len(digits) > 160:
        raise Unknowable
    found = 0
    for character in digits:
        value = _digit(character, radix)
        if value >= radix:
            raise Mistake
        found = found * radix + value
    if sign == "-":
        if not found:
            raise Unknowable
        found = -found
    return call.new("number", Counted(numbers.checked(found)))


def _digit(character: str, radix: int) -> int:
    if not character.isascii() or not character.isalnum():
        raise Mistake
    if character.isdigit():
        return int(character)
    if radix <= 36 or character.islower():
        return ord(character.lower()) - ord("a") + 10
    return ord(character) - ord("A") + 36


@plain("number*", name="range", gives="numbers")
def _range(*limits: Numeric) -> list[Numeric]:
    if not 1 <= len(limits) <= 3:
        raise Mistake
    start: Numeric = Counted(0) if len(limits) == 1 else limits[0]
    end = limits[0] if len(limits) == 1 else limits[1]
    is_down = numbers.compare(end, start) < 0
    step: Numeric = limits[2] if len(limits) == 3 else Counted(-1 if is_down else 1)
    if step == 0 or (is_down and step > 0) or (numbers.compare(end, start) > 0 and step < 0):
        raise Mistake
    found: list[Numeric] = []
    current = start
    while numbers.compare(current, end) * (1 if step > 0 else -1) < 0:
        if len(found) >= _MAX_RANGE:
            raise Mistake
        found.append(current)
        current = numbers.add(current, step)
    return found


@structural("any", name="sum")
def _sum(call: Call, collection: Value) -> Value | None:
    if collection.kind != "list" or not collection.items:
        raise Mistake
    items = in_order(collection)
    is_unknown = False
    total: Numeric | None = None
    for item in items:
        try:
            number = number_of(item)
        except Mistake:
            raise
        except Unknowable:
            is_unknown = True
            continue
        total = number if total is None else numbers.add(total, number)
    if is_unknown or total is None:
        raise Unknowable
    return call.new("number", total)


