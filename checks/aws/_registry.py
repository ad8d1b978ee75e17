"""Modules of the Terraform registry: which versions a call may get, since defaults change from one to another."""

from __future__ import annotations

import re

from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Truth
from iaclint.rules import Condition, related

_PART = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})(?:-[\w.]+)?\s*")

Version = tuple[int, ...]


def _release(text: str) -> Version:
    numbers = [int(word) for word in text.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def version_below(release: str) -> Condition:
    """The call certainly gets a version of the module before this release; False: certainly this one or a later one."""
    limit = _release(release)

    def test(element: Node, project: Project) -> Truth:
        call = element if isinstance(element, Block) else element.block
        text = call.get("version").text if call is not None else None
        return _is_below(text, limit) if text is not None else None

    return related(f"version below {release}", test)


def _is_below(constraint: str, limit: Version) -> Truth:
    """Whether all versions a constraint allows lie below the limit; None when some do and some do not."""
    low: Version = (0, 0, 0)
    high: Version | None = None  # not included
    for part in constraint.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return None
        operator, release = found[1] or "=", _release(found[2])
        after = (*release[:2], release[2] + 1)
        if operator == "!=":
            continue
        if operator in ("=", ">=", "~>", ">"):
            low = max(low, after if operator == ">" else release)
        upper = {"=": after, "<": release, "<=": after}.get(operator)
        if operator == "~>":
            # the last number that is written may grow
            upper = (release[0], release[1] + 1, 0) if found[2].count(".") == 2 else (release[0] + 1, 0, 0)
        if upper is not None:
            high = upper if high is None else min(high, upper)
    if high is not None and high <= limit:
        return True
    return False if low >= limit else None


__all__ = ["version_below"]
