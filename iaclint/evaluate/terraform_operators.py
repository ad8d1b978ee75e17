"""Unary and binary operators of Terraform with three-valued truth.

What they are certain to refuse raises Mistake, what cannot be known Unknowable or gives None.
"""

from __future__ import annotations

from collections.abc import Callable

from iaclint.evaluate.terraform_values import (
    UNKNOWN_KEY,
    Invalid,
    ListOf,
    MapOf,
    Mistake,
    Rough,
    SetOf,
    Typed,
    Unknowable,
    Whole,
    fails,
    text_of,
)
from iaclint.model.value import Truth, Value

_SCALARS = frozenset({"string", "number", "bool"})
_TRUTHS = frozenset({"0", "1", "true", "false"})


def truth(value: Value) -> Truth:
    """The Value as a condition; None where it cannot be known."""
    if value.kind == "bool":
        return bool(value.data)
    words = {"true": True, "1": True, "false": False, "0": False}
    return words.get(str(value.data)) if value.kind == "string" else None


def condition(value: Value) -> Truth:
    """The same; raises Mistake where it is no bool at all."""
    from iaclint.evaluate.terraform_conversions import bool_of

    if value.is_unknown and not fails(value):
        return None
    try:
        return bool_of(value)
    except Mistake:
        raise
    except Unknowable:
        return None


# --- equality -------------------------------------------------------------------------


def same(left: Value, right: Value) -> Truth:
    """Whether two Values are equal as `==` sees it: no conversion between types."""
    if left.is_unknown or right.is_unknown:
        # a resource is something, whatever its attributes are
        is_certain = (isinstance(left, Whole) and right.is_missing) or (isinstance(right, Whole) and left.is_missing)
        return False if is_certain else None
    if left.is_missing or right.is_missing:
        return left.is_missing and right.is_missing
    if left.kind in _SCALARS or right.kind in _SCALARS:
        return _same_scalars(left, right)
    if left.kind != right.kind:
        return False
    if isinstance(left, Rough) or isinstance(right, Rough):
        return None
    if _collection_class(left) is not _collection_class(right):
        # what is made of an unknown list may be a tuple
        is_open = any(isinstance(one, ListOf) and one.element is None for one in (left, right))
        return None if is_open else False
    return _same_maps(left, right) if left.kind == "map" else _same_lists(left, right)


def _same_scalars(left: Value, right: Value) -> Truth:
    if left.kind not in _SCALARS or right.kind not in _SCALARS:
        return False
    if isinstance(left, Rough) or isinstance(right, Rough):
        one, other = text_of(left) or "", text_of(right) or ""
        is_possible = one == other or {one, other} <= _TRUTHS or (_is_numeric(one) and _is_numeric(other))
        return None if is_possible else False
    if left.kind != right.kind:
        return False
    if left.kind == "number":
        # Terraform compares how they are written
        return text_of(left) == text_of(right)
    return bool(left.data == right.data)


def _is_numeric(text: str) -> bool:
    return text[:1] in tuple("+-.0123456789") and text != ""


def _collection_class(value: Value) -> type[Value]:
    return value.__class__ if isinstance(value, Typed) else Value


def _same_lists(left: Value, right: Value) -> Truth:
    if isinstance(left, SetOf):
        return _same_sets(left, right)
    if len(left.items) != len(right.items):
        return False
    return _all_same(left, right, list(zip(left.items, right.items, strict=True)))


def _same_sets(left: Value, right: Value) -> Truth:
    from iaclint.evaluate.terraform_conversions import set_items

    try:
        one, other = set_items(left.items), set_items(right.items)
    except Unknowable:
        return None
    if len(one) != len(other):
        return False
    return _all_same(left, right, list(zip(one, other, strict=True)))


def _same_maps(left: Value, right: Value) -> Truth:
    if UNKNOWN_KEY in left.entries or UNKNOWN_KEY in right.entries:
        return None
    if left.entries.keys() != right.entries.keys():
        return False
    return _all_same(left, right, [(item, right.entries[key]) for key, item in left.entries.items()])


def _all_same(left: Value, right: Value, pairs: list[tuple[Value, Value]]) -> Truth:
    answers = [same(one, other) for one, other in pairs]
    if False in answers:
        return False
    if None in answers:
        return None
    if isinstance(left, SetOf | ListOf | MapOf):
        # empty ones may still be of different types
        from iaclint.evaluate.terraform_conversions import has_doubt, type_of
        from iaclint.evaluate.terraform_unification import holds_any

        one, other = type_of(left), type_of(right)
        if has_doubt(one) or has_doubt(other) or holds_any(one) or holds_any(other):
            return None
        return one == other
    return True


# --- three-valued truth ---------------------------------------------------------------


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


# --- operators ------------------------------------------------------------------------


def unary(operator: str, value: Value) -> object:
    """The plain result, or None where it is unknown; raises Mistake and Unknowable."""
    if operator == "!":
        return negated(condition(value))
    if operator != "-":
        return None
    from iaclint.evaluate.terraform_conversions import number_of
    from iaclint.evaluate.terraform_numbers import negate

    return negate(number_of(value))


def binary(operator: str, left: Value, right: Value) -> object:
    """The plain result, or None where it is unknown; raises Mistake and Unknowable."""
    if operator in ("&&", "||"):
        return _logical(operator, left, right)
    if isinstance(left, Invalid) or isinstance(right, Invalid) or fails(left) or fails(right):
        raise Mistake
    if operator == "==":
        return same(left, right)
    if operator == "!=":
        return negated(same(left, right))
    compute = _NUMERIC.get(operator)
    if compute is None:
        return None
    return compute(*_numbers(left, right))


def _logical(operator: str, left: Value, right: Value) -> Truth:
    decisive = operator == "||"
    if fails(left) or fails(right):
        # since 1.12 what comes second does not count where the first decides
        if not fails(left) and truth(left) is decisive:
            raise Unknowable
        raise Mistake
    try:
        one = condition(left)
        other = condition(right)
    except Mistake:
        if truth(left) is decisive:
            raise Unknowable from None
        raise
    return either(one, other) if decisive else both(one, other)


def _numbers(left: Value, right: Value) -> tuple[int | float, int | float]:
    from iaclint.evaluate.terraform_conversions import number_of

    found: list[int | float] = []
    is_unknown = False
    for value in (left, right):
        try:
            found.append(number_of(value))
        except Mistake:
            raise
        except Unknowable:
            is_unknown = True
    if is_unknown:
        raise Unknowable
    return found[0], found[1]


def _arithmetic(name: str) -> Callable[[int | float, int | float], object]:
    def compute(left: int | float, right: int | float) -> object:
        from iaclint.evaluate import terraform_numbers as numbers

        return getattr(numbers, name)(left, right)

    return compute


def _comparison(holds: Callable[[int], bool]) -> Callable[[int | float, int | float], object]:
    def compute(left: int | float, right: int | float) -> object:
        from iaclint.evaluate.terraform_numbers import compare

        return holds(compare(left, right))

    return compute


_NUMERIC: dict[str, Callable[[int | float, int | float], object]] = {
    "+": _arithmetic("add"),
    "-": _arithmetic("subtract"),
    "*": _arithmetic("multiply"),
    "/": _arithmetic("divide"),
    "%": _arithmetic("remainder"),
    "<": _comparison(lambda order: order < 0),
    "<=": _comparison(lambda order: order <= 0),
    ">": _comparison(lambda order: order > 0),
    ">=": _comparison(lambda order: order >= 0),
}
