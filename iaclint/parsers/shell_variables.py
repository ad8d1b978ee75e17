"""What is certainly known of a shell script's variables at a place.

An assignment counts as far as straight-line code carries it: in an `&&` list up to the list's end,
in a branch or loop up to its end, in a subshell nowhere outside. All else makes a variable unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


@dataclass(slots=True, eq=False)
class Loop:
    """A `for` loop: its variable, the nodes of the words it goes through, and its range."""

    name: str
    nodes: list[Any]
    bounds: Range
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Variables:
    """All assignments of a script, with the loops and function bodies it has."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """What the variables are that the script is started with, as far as it is known."""
    loops: list[Range] = field(default_factory=list)
    over: list[Loop] = field(default_factory=list)
    functions: list[Range] = field(default_factory=list)
    _by_name: dict[str, list[Assignment]] = field(default_factory=dict)
    _all: list[Assignment] = field(default_factory=list)

    def add(self, assignment: Assignment) -> None:
        """Note an assignment."""
        self._all.append(assignment)

    def settle(
        self, read: Callable[[Any], str | None], read_words: Callable[[list[Any]], Iterable[str] | None]
    ) -> None:
        """Work out the values, in source order, with a reader for value nodes and one for the words of a loop."""
        self._all.sort(key=lambda one: one.position)
        wild = [one for one in self._all if one.name == EVERY]
        for one in self._all:
            known = self._by_name.setdefault(one.name, [])
            known.append(one)
        for name, known in self._by_name.items():
            if name == EVERY:
                continue
            self._by_name[name] = sorted([*known, *wild], key=lambda one: one.position)
        for one in self._all:
            if one.node is not None:
                one.value = read(one.node)
        for loop in self.over:
            loop.values = tuple(read_words(loop.nodes) or ())

    def inherited(self, name: str) -> str | None:
        """What a variable is by the environment, where the script itself never assigns it."""
        assigned = self._by_name if EVERY not in self._by_name else None
        return self.environment.get(name) if assigned is not None and name not in assigned else None

    def several(self, name: str, position: int) -> tuple[str, ...]:
        """The values that the variable of the loop around a position takes; none where they are not all known."""
        inner = [one for one in self.over if one.name == name and _within(position, one.bounds)]
        if not inner:
            return ()
        loop = inner[-1]
        own = sum(1 for one in self._by_name.get(name, ()) if _within(one.position, loop.bounds))
        return loop.values if own == 1 else ()

    def lookup(self, name: str, position: int) -> str | None:
        """The value a variable certainly has at a position; None when it has none or none is known."""
        assignments = self._by_name.get(name)
        if not assignments:
            return self.inherited(name)
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
