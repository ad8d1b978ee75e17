"""Calls of registry modules: which module a `module` Block calls, and which releases it may get."""

from __future__ import annotations

import re

from iaclint.model.block import Block

_HOST = "registry.terraform.io/"
_PART = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+)((?:\.\d+)*)(?:[-+][\w.-]+)?\s*")


def module_source(block: Block) -> tuple[str, str] | None:
    """The registry address a call names and the path of the submodule within it, or None."""
    if block.kind != "module" or block.language != "terraform":
        return None
    text = block.get("source").text
    if text is None:
        return None
    address, _, below = text.removeprefix(_HOST).partition("//")
    return address, below


def major_releases(block: Block) -> tuple[int, int | None] | None:
    """The lowest and highest major release the call's `version` allows (None: no limit).

    None where no version is written, or where it cannot be read: the release is not known then.
    """
    version = block.get("version").text
    if not version:
        return None
    low, high = 0, None
    for part in version.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return None
        operator, major, rest = found[1] or "=", int(found[2]), found[3]
        if operator in ("=", ">=", ">", "~>"):
            low = max(low, major)
        # "~> 6" leaves the major release open, "~> 6.0" does not; "< 6.0.0" ends with the fifth
        if operator in ("=", "<=") or (operator == "~>" and rest):
            high = major if high is None else min(high, major)
        elif operator == "<":
            last = major if rest.strip(".0") else major - 1
            high = last if high is None else min(high, last)
    return low, high
