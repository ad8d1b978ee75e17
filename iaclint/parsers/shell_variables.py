"""What is certainly known of a shell script's variables at a place.

An assignment counts as far as straight-line code carries it: in an `&&` list up to the list's end,
in a branch or loop up to its end, in a subshell nowhere outside. All else makes a variable unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Range = tuple[int, int]

EVERY = "*"
"""The name of an event that may assign anything (`eval`, `source`)."""


@dataclass(slots=True, eq=False)
class Assignment:
    """One place that gives a variable a value.

    node      the syntax node of the value; None when nobody knows it
    certain   the range in which it has certainly been carried out
    isolated  the subshell it stands in: outside it changes nothing
    """

    name: str
    position: int
    node: Any
    certain: Range
    isolated: Range
    value: str | None = None


@dataclass(slots=True)
class Variables:
    """All assignments of a script, with the loops and function bodies it has."""

    loops: list[Range] = field(default_factory=list)
    functions: list[Range] = field(default_factory=list)
    _by_name: dict[str, list[Assignment]] = field(default_factory=dict)
    _all: list[Assignment] = field(default_factory=list)

    def add(self, assignment: Assignment) -> None:
        """Note an assignment."""
        self._all.append(assignment)

    def settle(self, read: Callable[[Any], str | None]) -> None:
        """Work out the values, in source order, with a reader for value nodes."""
        self._all.sort(key=lambda one: one.position)
        wild = [one for one in self._all if one.name == EVERY]
        for one in self._all:
            if one.name != EVERY:
                known = self._by_name.setdefault(one.name, [])
                known.append(one)
        for name, known in self._by_name.items():
            self._by_name[name] = sorted([*known, *wild], key=lambda one: one.position)
        for one in self._all:
            if one.node is not None:
                one.value = read(one.node)

    def lookup(self, name: str, position: int) -> str | None:
        """The value a variable certainly has at a position; None when it has none or none is known."""
        assignments = self._by_name.get(name)
        if not assignments:
            return None
        for one in reversed(assignments):
            if one.position >= position or not _within(position, one.isolated):
                continue
            if not _within(position, one.certain) or self._disturbed(one, assignments, position):
                return None
            return one.value
        return None

    def _disturbed(self, chosen: Assignment, assignments: list[Assignment], position: int) -> bool:
        for loop in self.loops:
            is_outside = _within(position, loop) and not _within(chosen.position, loop)
            if is_outside and any(_within(one.position, loop) for one in assignments):
                return True
        for body in self.functions:
            inside = _within(position, body)
            if inside and not _within(chosen.position, body) and len(assignments) > 1:
                return True
            if not inside and any(_within(one.position, body) for one in assignments):
                return True
        return False


def _within(position: int, bounds: Range) -> bool:
    return bounds[0] <= position < bounds[1]
