"""Calls of registry modules: which module a `module` Block calls, and which releases it may get."""

from __future__ import annotations

import re

from iaclint.model.block import Block
from iaclint.model.module_sources import ModuleSource, module_source_of

_PART = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})(?:[-+][\w.-]+)?\s*")

Release = tuple[int, int, int]


def module_source(block: Block) -> tuple[str, str] | None:
    """The registry address a call names and the path of the submodule within it, or None.

    A module that is fetched from its repository has the address that the registry has it under.
    """
    found = _source(block)
    return (found.address, found.below) if found is not None else None


def is_call_of(block: Block, *sources: str) -> bool:
    """Whether a Block calls one of these modules of the registry, `NAMESPACE/NAME/PROVIDER//SUBMODULE`."""
    found = _source(block)
    return found is not None and found.text in sources


def _source(block: Block) -> ModuleSource | None:
    if block.kind != "module" or block.language != "terraform":
        return None
    text = block.get("source").text
    return module_source_of(text) if text is not None else None


def releases(block: Block) -> tuple[Release, Release | None] | None:
    """The lowest release a call may get and the first above that it may not get (None: no limit).

    None where neither `version` nor the source says so, or where it cannot be read: the release is not known then.
    """
    source = _source(block)
    if source is None:
        return None
    version = source.release if source.is_git else block.get("version").text
    return allowed(version) if version else None


def allowed(constraint: str) -> tuple[Release, Release | None] | None:
    """What a version constraint allows, as `releases` tells it; None where it cannot be read."""
    low: Release = (0, 0, 0)
    high: Release | None = None
    for part in constraint.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return None
        operator, release, numbers = found[1] or "=", _release(found[2]), found[2].count(".") + 1
        after = (release[0], release[1], release[2] + 1)
        if operator == "!=":
            continue
        if operator in ("=", ">=", "~>", ">"):
            low = max(low, after if operator == ">" else release)
        upper = {"=": after, "<": release, "<=": after}.get(operator)
        if operator == "~>" and numbers > 1:
            # the last number that is written may grow: the only one without end
            upper = (release[0], release[1] + 1, 0) if numbers == 3 else (release[0] + 1, 0, 0)
        if upper is not None:
            high = upper if high is None else min(high, upper)
    return low, high


def _release(text: str) -> Release:
    numbers = [int(word) for word in text.split(".")] + [0, 0]
    return numbers[0], numbers[1], numbers[2]


def major_releases(block: Block) -> tuple[int, int | None] | None:
    """The lowest and highest major release the call may get (None: no limit); None where that is not known."""
    found = releases(block)
    if found is None:
        return None
    low, high = found
    if high is None:
        return low[0], None
    return low[0], high[0] if high[1:] != (0, 0) else high[0] - 1


__all__ = ["Release", "allowed", "is_call_of", "major_releases", "module_source", "releases"]
