"""Modules of the Terraform registry: which versions a call may get, since defaults change from one to another."""

from __future__ import annotations

from iaclint.aspects.module_calls import Release, releases
from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Truth
from iaclint.rules import Condition, related


def version_below(release: str) -> Condition:
    """The call certainly gets a version of the module before this release; False: certainly this one or a later one."""
    numbers = [int(word) for word in release.split(".")] + [0, 0]
    limit: Release = (numbers[0], numbers[1], numbers[2])

    def test(element: Node, project: Project) -> Truth:
        call = element if isinstance(element, Block) else element.block
        allowed = releases(call) if call is not None else None
        if allowed is None:
            return None
        low, high = allowed
        if high is not None and high <= limit:
            return True
        return False if low >= limit else None

    return related(f"version below {release}", test)


__all__ = ["version_below"]
