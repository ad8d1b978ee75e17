"""Addresses as a plan writes them: `module.net["a"].aws_vpc.this[0]`, `module.net.vpc_id`, `aws_vpc.this.id`."""

from __future__ import annotations

import re
from typing import NamedTuple

_STEP = re.compile(r'\.?([^.\[\]"]+)|(\["[^"\\]*(?:\\.[^"\\]*)*"\]|\[\d+\])|\[[^\[\]]*\]')


class Step(NamedTuple):
    """One name of an address, with the index right behind it: `["a"]`, `[0]`, "" where there is none."""

    name: str
    key: str


def steps_of(address: str) -> list[Step]:
    """The names of an address; as far as it can be read."""
    found: list[Step] = []
    position = 0
    while position < len(address):
        match = _STEP.match(address, position)
        if match is None:
            break
        position = match.end()
        if match[1] is not None:
            found.append(Step(match[1], ""))
        elif found and not found[-1].key:
            found[-1] = found[-1]._replace(key=match[2] or "[*]")
    return found


def joined(steps: list[Step], keys: bool = True) -> str:
    """The address of these names, with their indices or without."""
    return ".".join(step.name + (step.key if keys else "") for step in steps)


def without_keys(address: str) -> str:
    """An address as it is written, whatever the instance."""
    return joined(steps_of(address), keys=False)


__all__ = ["Step", "joined", "steps_of", "without_keys"]
