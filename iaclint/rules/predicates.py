"""Predicates: what a Value must be. Each answers True, False, or None when it cannot be known.

A predicate sees missing and unknown Values too; `when_missing` of the requirement decides what a
missing Value means, unless the predicate is about presence itself.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from iaclint.model.value import Literal, Truth, Value


class Predicate(NamedTuple):
    """A named test of a Value.

    test      Value -> Truth
    wanted    what it asks for, for people: "true", "one of TLSv1.2, TLSv1.3"
    about_presence  whether it judges missing Values itself
    """

    test: Callable[[Value], Truth]
    wanted: str
    about_presence: bool = False

    def __call__(self, value: Value) -> Truth:
        return self.test(value)


def _known(test: Callable[[Value], Truth]) -> Callable[[Value], Truth]:
    return lambda value: test(value) if value.is_known else None


be_true = Predicate(_known(lambda value: value.boolean), "true")
be_false = Predicate(_known(lambda value: None if value.boolean is None else not value.boolean), "false")
be_present = Predicate(lambda value: not value.is_missing, "set", about_presence=True)
be_absent = Predicate(lambda value: value.is_missing, "absent", about_presence=True)


def _is_filled(value: Value) -> Truth:
    if value.is_missing:
        return False
    if value.kind in ("string", "list", "map"):
        return bool(value.data) or (value.kind == "map" and not value.name)
    return True


be_filled = Predicate(_is_filled, "set and not empty", about_presence=True)


def equal(literal: Literal) -> Predicate:
    """The literal, converted as the language converts."""
    return Predicate(_known(lambda value: value.equals(literal)), _show(literal))


def differ(literal: Literal) -> Predicate:
    """Anything but the literal."""
    return not_(equal(literal), f"anything but {_show(literal)}")


def be_one_of(*literals: Literal, ignore_case: bool = False) -> Predicate:
    """One of several literals."""
    wanted = ("one of " if len(literals) > 1 else "") + ", ".join(_show(one) for one in literals)
    if not ignore_case:
        return Predicate(_known(lambda value: value.equals(literals)), wanted)
    lowered = {str(one).lower() for one in literals}
    return Predicate(_known(lambda value: None if value.text is None else value.text.lower() in lowered), wanted)


def be_none_of(*literals: Literal, ignore_case: bool = False) -> Predicate:
    """None of several literals."""
    return not_(be_one_of(*literals, ignore_case=ignore_case), "none of " + ", ".join(_show(one) for one in literals))


def be_at_least(number: float) -> Predicate:
    """A number not below this one."""
    return Predicate(
        _known(lambda value: None if value.number is None else value.number >= number), f"at least {number}"
    )


def be_at_most(number: float) -> Predicate:
    """A number not above this one."""
    return Predicate(
        _known(lambda value: None if value.number is None else value.number <= number), f"at most {number}"
    )


def be_between(low: float, high: float) -> Predicate:
    """A number within both bounds, these included."""
    return all_of(be_at_least(low), be_at_most(high), wanted=f"from {low} to {high}")


def match(pattern: str, wanted: str = "") -> Predicate:
    """Text that matches a regular expression from its start to its end."""
    # compiled on first use (re keeps it): most patterns of a table are never asked for in a run
    return Predicate(
        _known(lambda value: None if value.text is None else re.fullmatch(pattern, value.text) is not None),
        wanted or f"text like {pattern}",
    )


def match_glob(*patterns: str) -> Predicate:
    """Text that matches one of several globs."""
    return Predicate(
        _known(
            lambda value: None if value.text is None else any(fnmatch.fnmatchcase(value.text, one) for one in patterns)
        ),
        "like " + ", ".join(patterns),
    )


def start_with(*prefixes: str) -> Predicate:
    """Text that begins with one of several prefixes; a known beginning of an unknown text counts."""

    def test(value: Value) -> Truth:
        text = value.text
        if text is not None:
            return text.lower().startswith(tuple(prefix.lower() for prefix in prefixes))
        if value.parts and value.parts[0]:
            first = value.parts[0].lower()
            for prefix in prefixes:
                if first.startswith(prefix.lower()):
                    return True
            if all(len(first) >= len(prefix) for prefix in prefixes):
                return False
        return None

    return Predicate(test, "beginning with " + " or ".join(prefixes))


def contain(*literals: Literal, ignore_case: bool = False) -> Predicate:
    """A list (or a map's keys) that holds all the literals; of a string: that holds them as substrings."""

    def test(value: Value) -> Truth:
        answers: list[Truth] = [_contains(value, one, ignore_case) for one in literals]
        return _all(answers)

    return Predicate(test, "with " + ", ".join(_show(one) for one in literals))


def contain_any(*literals: Literal, ignore_case: bool = False) -> Predicate:
    """A list, map or string that holds at least one of the literals."""
    return Predicate(
        lambda value: _any([_contains(value, one, ignore_case) for one in literals]),
        "with one of " + ", ".join(_show(one) for one in literals),
    )


def contain_none(*literals: Literal, ignore_case: bool = False) -> Predicate:
    """A list, map or string that holds none of the literals."""
    return not_(contain_any(*literals, ignore_case=ignore_case), "without " + ", ".join(_show(one) for one in literals))


def _contains(value: Value, literal: Literal, ignore_case: bool) -> Truth:
    if value.kind == "list":
        if ignore_case:
            return _any(
                [None if item.text is None else item.text.lower() == str(literal).lower() for item in value.items]
            )
        return _any([item.equals(literal) for item in value.items])
    if value.kind == "map":
        return str(literal) in value.entries or (None if "*unknown*" in value.entries else False)
    text, wanted = value.text, str(literal)
    if text is None:
        return True if wanted and any(part and wanted in part for part in value.parts or ()) else None
    return wanted.lower() in text.lower() if ignore_case else wanted in text


def each_item(predicate: Predicate) -> Predicate:
    """A list (or map) all of whose elements satisfy the predicate."""

    def test(value: Value) -> Truth:
        if not value.is_known:
            return None
        items = (
            value.items if value.kind == "list" else list(value.entries.values()) if value.kind == "map" else [value]
        )
        return _all([predicate(item) for item in items])

    return Predicate(test, f"each {predicate.wanted}")


def any_item(predicate: Predicate) -> Predicate:
    """A list (or map) with at least one element that satisfies the predicate."""

    def test(value: Value) -> Truth:
        if not value.is_known:
            return None
        items = (
            value.items if value.kind == "list" else list(value.entries.values()) if value.kind == "map" else [value]
        )
        return _any([predicate(item) for item in items])

    return Predicate(test, f"some {predicate.wanted}")


def not_(predicate: Predicate, wanted: str = "") -> Predicate:
    """The opposite; unknown stays unknown."""

    def test(value: Value) -> Truth:
        answer = predicate(value)
        return None if answer is None else not answer

    return Predicate(test, wanted or f"not {predicate.wanted}", predicate.about_presence)


def all_of(*predicates: Predicate, wanted: str = "") -> Predicate:
    """Every one of the predicates."""
    return Predicate(
        lambda value: _all([one(value) for one in predicates]),
        wanted or " and ".join(one.wanted for one in predicates),
        any(one.about_presence for one in predicates),
    )


def any_of(*predicates: Predicate, wanted: str = "") -> Predicate:
    """At least one of the predicates."""
    return Predicate(
        lambda value: _any([one(value) for one in predicates]),
        wanted or " or ".join(one.wanted for one in predicates),
        any(one.about_presence for one in predicates),
    )


def _all(answers: Iterable[Truth]) -> Truth:
    result: Truth = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _any(answers: Iterable[Truth]) -> Truth:
    result: Truth = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            result = None
    return result


def _show(literal: Literal) -> str:
    if isinstance(literal, bool):
        return "true" if literal else "false"
    return "null" if literal is None else str(literal)
