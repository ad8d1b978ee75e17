"""Conditions: guards and relations of a requirement. Each answers True, False, or None for unknown.

A Condition looks at the element a requirement is about (a Block, or an element of it) and at the
Project around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Literal, Truth
from iaclint.rules.predicates import Predicate, _all, _any, equal


class Condition(NamedTuple):
    """A named test of an element within its Project."""

    test: Callable[[Node, Project], Truth]
    name: str

    def __call__(self, element: Node, project: Project) -> Truth:
        return self.test(element, project)


def where(path: str, must: Predicate | Literal, when_missing: bool = False) -> Condition:
    """Some Value at the path satisfies the predicate (or equals the literal)."""
    predicate = must if isinstance(must, Predicate) else equal(must)

    def test(element: Node, project: Project) -> Truth:
        answers: list[Truth] = []
        for value in element.each(path):
            if value.is_missing and not predicate.about_presence:
                answers.append(when_missing)
            else:
                answers.append(predicate(value))
        return _any(answers) if answers else when_missing

    return Condition(test, f"{path} {predicate.wanted}")


def has(path: str) -> Condition:
    """Something is written at the path."""

    def test(element: Node, project: Project) -> Truth:
        return any(not value.is_missing for value in element.each(path))

    return Condition(test, f"has {path}")


def lacks(path: str) -> Condition:
    """Nothing is written at the path."""
    return Condition(lambda element, project: all(value.is_missing for value in element.each(path)), f"lacks {path}")


def every(*conditions: Condition) -> Condition:
    """All of the conditions."""
    return Condition(
        lambda element, project: _all([one(element, project) for one in conditions]),
        " and ".join(one.name for one in conditions),
    )


def some(*conditions: Condition) -> Condition:
    """At least one of the conditions."""
    return Condition(
        lambda element, project: _any([one(element, project) for one in conditions]),
        " or ".join(one.name for one in conditions),
    )


def opposite(condition: Condition) -> Condition:
    """The opposite; unknown stays unknown."""

    def test(element: Node, project: Project) -> Truth:
        answer = condition(element, project)
        return None if answer is None else not answer

    return Condition(test, f"not ({condition.name})")


def companion(types: str, by: str, *, identities: Iterable[str] = (), having: Condition | None = None) -> Condition:
    """A resource of one of the types (`|` between them) names the subject in its argument `by`.

    `identities`: arguments of the subject whose literal may be used for the name (`bucket`). Only a
    managed resource has companions; for anything else the answer is unknown. With `having`, the
    companion must also satisfy that condition.
    """
    names = tuple(identities)

    def test(element: Node, project: Project) -> Truth:
        subject = element if isinstance(element, Block) else element.block
        while subject is not None and not subject.is_addressable:
            subject = subject.parent
        if subject is None or subject.kind != "resource":
            return None
        answers: list[Truth] = []
        for type in types.split("|"):
            found, truth = project.companions(subject, type, by, names)
            if truth is None:
                answers.append(None)
            answers.extend(True if having is None else having(one, project) for one in found)
        return _any(answers)

    return Condition(test, f"companion {types}")


def referenced(path: str, types: str, having: Condition) -> Condition:
    """The resource that the Value at the path refers to satisfies a condition; unknown when not found."""
    allowed = types.split("|")

    def test(element: Node, project: Project) -> Truth:
        answers: list[Truth] = []
        for value in element.each(path):
            target = project.follow(value)
            answers.append(having(target, project) if target is not None and target.type in allowed else None)
        return _any(answers)

    return Condition(test, f"{path} refers to {types}")


def exists(types: str, having: Condition | None = None) -> Condition:
    """The Project holds a resource of one of the types (that satisfies a condition)."""

    def test(element: Node, project: Project) -> Truth:
        answers: list[Truth] = [
            True if having is None else having(block, project)
            for type in types.split("|")
            for block in project.blocks(type, "resource")
        ]
        return _any(answers)

    return Condition(test, f"{types} exists")


def related(name: str, test: Callable[[Node, Project], Truth]) -> Condition:
    """A Condition of your own."""
    return Condition(test, name)


__all__ = [
    "Condition",
    "companion",
    "every",
    "exists",
    "has",
    "lacks",
    "opposite",
    "referenced",
    "related",
    "some",
    "where",
]
