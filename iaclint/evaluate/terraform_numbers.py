"""Terraform's numbers: binary floating point of 512 bits, written in full.

A whole number is an int. Any other is a Number: a float for whoever compares it, but exact, and written as
Terraform writes it. What cannot be told to the last digit raises Unknowable, what Terraform refuses Mistake.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_values import Mistake, Unknowable

if TYPE_CHECKING:
    from fractions import Fraction

PRECISION = 512
"""Bits of a number that is written; those that functions make may have fewer."""
_UNCERTAIN = 53
_MAX_EXPONENT = 400
_WRITTEN = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,6}))?")


class Number(float):
    """A number with a fraction: `exact` is its value, `precision` its bits."""

    __slots__ = ("exact", "precision")
    exact: Fraction
    precision: int

    def __repr__(self) -> str:
        return shortest(self.exact, self.precision)

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return self.exact == other.exact if isinstance(other, Number) else float.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__


class Counted(int):
    """A whole number that was not written but made by a function: of how many bits is not known."""

    __slots__ = ()


Numeric = int | float


def parse(text: str) -> Numeric:
    """The number that decimal digits write."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        if re.fullmatch(r"[+-]?[\d.]+[pP][+-]?\d+|[+-]?(?i:inf)", text):
            raise Unknowable
        raise Mistake
    sign, digits, exponent = match.groups()
    power = int(exponent or 0)
    if abs(power) > _MAX_EXPONENT or len(digits) > _MAX_EXPONENT:
        raise Unknowable
    if "." not in digits and power >= 0:
        whole = int(digits) * 10**power
        if whole == 0 and sign == "-":
            # Terraform has a negative zero and writes it
            raise Unknowable
        return checked(-whole if sign == "-" else whole)
    from fractions import Fraction

    value = Fraction(digits.rstrip(".")) * Fraction(10) ** power
    if value == 0 and sign == "-":
        raise Unknowable
    return rounded(-value if sign == "-" else value, PRECISION)


def checked(whole: int) -> int:
    """The whole number, if it has no more bits than Terraform keeps."""
    if whole.bit_length() > PRECISION:
        raise Unknowable
    return whole


def exact(value: Numeric) -> Fraction:
    """The exact value."""
    from fractions import Fraction

    if isinstance(value, Number):
        return value.exact
    if isinstance(value, float):
        # not of this module's making: it stands for the digits that were written
        again = parse(repr(value))
        return again.exact if isinstance(again, Number) else Fraction(again)
    return Fraction(value)


def bits(value: Numeric) -> int:
    """How many bits the value is kept in; at least so many, if it is Counted."""
    if isinstance(value, Number):
        return value.precision
    return _UNCERTAIN if isinstance(value, Counted) else PRECISION


def made(value: Fraction, *operands: Numeric) -> Numeric:
    """The result of an operation on these operands, rounded as theirs are."""
    precision = max((bits(one) for one in operands if not isinstance(one, Counted)), default=0)
    if precision < PRECISION and any(isinstance(one, Counted) for one in operands):
        if value.denominator != 1 or value.numerator.bit_length() > _UNCERTAIN:
            raise Unknowable
        return Counted(value.numerator)
    return rounded(value, precision)


def rounded(value: Fraction, precision: int) -> Numeric:
    """The nearest number of so many bits, ties to even."""
    if value.denominator == 1 and value.numerator.bit_length() <= precision:
        return value.numerator
    mantissa, exponent = _split(value, precision)
    if exponent >= 0:
        return checked(mantissa << exponent)
    from fractions import Fraction

    nearest = Fraction(mantissa, 1 << -exponent)
    if nearest.denominator == 1:
        return nearest.numerator
    try:
        result = Number(float(nearest))
    except OverflowError:
        raise Unknowable from None
    result.exact, result.precision = nearest, precision
    return result


def from_float(value: float) -> Numeric:
    """What a function makes of a result of 64-bit arithmetic."""
    from fractions import Fraction

    if value != value or value in (float("inf"), float("-inf")) or (value == 0 and str(value)[0] == "-"):
        raise Unknowable
    found = Fraction(value)
    if found.denominator == 1:
        if found.numerator.bit_length() > _UNCERTAIN:
            # Terraform writes zeros for the digits it has no bits for
            raise Unknowable
        return Counted(found.numerator)
    return rounded(found, _UNCERTAIN)


def _split(value: Fraction, precision: int) -> tuple[int, int]:
    """Mantissa of exactly so many bits, and exponent, of the nearest number."""
    top, bottom = abs(value.numerator), value.denominator
    exponent = top.bit_length() - bottom.bit_length() - precision
    while True:
        scaled = top << -exponent if exponent < 0 else top
        quotient, rest = divmod(scaled, bottom << exponent if exponent > 0 else bottom)
        divisor = bottom << exponent if exponent > 0 else bottom
        length = quotient.bit_length()
        if length == precision:
            break
        exponent += 1 if length > precision else -1
    if rest * 2 > divisor or (rest * 2 == divisor and quotient & 1):
        quotient += 1
        if quotient.bit_length() > precision:
            quotient, exponent = quotient >> 1, exponent + 1
    return (-quotient if value < 0 else quotient), exponent


def digits_of(value: Fraction, precision: int) -> tuple[str, int]:
    """The fewest decimal digits that mean this number of so many bits, and the place of the point in them.

    The place is that of Go: 0.5 is ("5", 0), 50 is ("5", 2).
    """
    from fractions import Fraction

    if value == 0:
        return "0", 1
    value = abs(value)
    mantissa, exponent = _split(value, precision)
    # Go takes the same distance below a power of two as above
    half = Fraction(2) ** (exponent - 1)
    digits, point = _all_digits(value)
    low, high = _all_digits(value - half)[0], _all_digits(value + half)[0]
    is_inclusive = mantissa & 1 == 0
    for index, digit in enumerate(digits):
        # and compares digit by digit from the first, wherever the point stands
        lower, upper = low[index : index + 1] or "0", high[index : index + 1] or "0"
        down = lower != digit or (is_inclusive and index + 1 == len(low))
        up = digit != upper and (is_inclusive or int(digit) + 1 < int(upper) or index + 1 < len(high))
        if down or up:
            return _cut(digits, index + 1, point, up=_rounds_up(digits, index + 1) if down and up else up)
    return digits, point


def _all_digits(value: Fraction) -> tuple[str, int]:
    """All digits of a number whose denominator is a power of two, without zeros around, and the point's place."""
    places = value.denominator.bit_length() - 1
    digits = str(value.numerator * 5**places)
    return digits.rstrip("0"), len(digits) - places


def _rounds_up(digits: str, count: int) -> bool:
    if digits[count:] == "5":
        return int(digits[count - 1]) % 2 == 1
    return digits[count : count + 1] >= "5"


def _cut(digits: str, count: int, point: int, *, up: bool) -> tuple[str, int]:
    if not up:
        return digits[:count].rstrip("0"), point
    kept = str(int(digits[:count]) + 1)
    return kept.rstrip("0"), point + len(kept) - count


def shortest(value: Fraction, precision: int) -> str:
    """The number without exponent, in as few digits as tell it from its neighbours."""
    digits, point = digits_of(value, precision)
    sign = "-" if value < 0 else ""
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def text_of(value: Numeric) -> str:
    """The number as a string."""
    if isinstance(value, float) and not isinstance(value, Number):
        return shortest(exact(value), PRECISION)
    return str(value)


# --- operators ----------------------------------------------------------------------


def add(left: Numeric, right: Numeric) -> Numeric:
    """The sum."""
    return made(exact(left) + exact(right), left, right)


def subtract(left: Numeric, right: Numeric) -> Numeric:
    """The difference."""
    return made(exact(left) - exact(right), left, right)


def multiply(left: Numeric, right: Numeric) -> Numeric:
    """The product: in as many bits as it takes, up to 512."""
    product = exact(left) * exact(right)
    if product == 0 and (exact(left) < 0 or exact(right) < 0):
        raise Unknowable
    precision = max(bits(left), bits(right))
    if isinstance(left, Counted) and isinstance(right, Counted):
        return made(product, left, right)
    whole = rounded(product, PRECISION)
    if isinstance(whole, Number):
        needed = (whole.exact.numerator >> _trailing(whole.exact.numerator)).bit_length()
        whole.precision = max(precision, needed)
    return whole


def _trailing(number: int) -> int:
    return (number & -number).bit_length() - 1


def divide(left: Numeric, right: Numeric) -> Numeric:
    """The quotient."""
    if right == 0 and left == 0:
        raise Mistake
    # Terraform has infinities and a negative zero
    if right == 0 or (left == 0 and right < 0):
        raise Unknowable
    return made(exact(left) / exact(right), left, right)


def remainder(left: Numeric, right: Numeric) -> Numeric:
    """What whole division leaves, with the sign of the dividend."""
    if right == 0:
        return left
    quotient = exact(divide(left, right)) if left != 0 else exact(0)
    whole = abs(quotient) // 1 * (-1 if quotient < 0 else 1)
    return subtract(left, made(exact(right) * whole, left, right))


def negate(value: Numeric) -> Numeric:
    """The number with the other sign."""
    if value == 0:
        raise Unknowable
    if isinstance(value, Counted):
        return Counted(-value)
    return rounded(-exact(value), bits(value))


def compare(left: Numeric, right: Numeric) -> int:
    """Less than, equal to or greater than 0 as `left` is to `right`."""
    one, other = exact(left), exact(right)
    return (one > other) - (one < other)


__all__ = [
    "PRECISION", "Counted", "Number", "Numeric", "add", "bits", "checked", "compare", "digits_of", "divide", "exact",
    "from_float", "made", "multiply", "negate", "parse", "remainder", "rounded", "shortest", "subtract", "text_of",
]  # fmt: skip
