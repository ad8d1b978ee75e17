"""Unary and binary operators of Terraform with three-valued truth."""

from __future__ import annotations

from collections.abc import Callable

from iaclint.evaluate.terraform_values import Unknowable, plain
from iaclint.model.value import Truth, Value

Number = int | float


def truth(value: Value) -> Truth:
    """The Value as a condition; None where it cannot be known."""
    return value.boolean if value.kind in ("bool", "string") else None


def same(left: Value, right: Value) -> Truth:
    """Whether two Values are equal as `==` sees it: no conversion between types."""
    if left.is_unknown or right.is_unknown:
        return None
    if left.kind != right.kind:
        return False
    try:
        return plain(left) == plain(right)
    except Unknowable:
        return None


def negated(value: Truth) -> Truth:
    """Not, three-valued."""
    return None if value is None else not value


def both(left: Truth, right: Truth) -> Truth:
    """And, three-valued."""
    if left is False or right is False:
        return False
    return True if left and right else None


def either(left: Truth, right: Truth) -> Truth:
    """Or, three-valued."""
    return negated(both(negated(left), negated(right)))


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return left / right


def _remainder(left: Number, right: Number) -> Number:
    # the sign follows the dividend, unlike Python's
    result = abs(left) % abs(right)
    return -result if left < 0 else result


_NUMERIC: dict[str, Callable[[Number, Number], object]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": _remainder,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def unary(operator: str, value: Value) -> object:
    """The plain result, or None where it is unknown."""
    if operator == "!":
        return negated(truth(value))
    number = value.number
    return None if number is None or operator != "-" else -number


def binary(operator: str, left: Value, right: Value) -> object:
    """The plain result, or None where it is unknown."""
    if operator == "==":
        return same(left, right)
    if operator == "!=":
        return negated(same(left, right))
    if operator == "&&":
        return both(truth(left), truth(right))
    if operator == "||":
        return either(truth(left), truth(right))
    compute, one, two = _NUMERIC.get(operator), left.number, right.number
    if compute is None or one is None or two is None:
        return None
    try:
        return compute(one, two)
    except ArithmeticError:
        return None
