"""XML elements as text: names and values are escaped, and what XML cannot hold becomes an escape."""

from __future__ import annotations

from collections.abc import Iterable

from iaclint.reporters.printable import printable

HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def quoted(text: object) -> str:
    """A text as it stands in an attribute or between tags; line ends are written out."""
    return "".join(_ENTITIES.get(one, one) for one in printable(str(text)))


def element(name: str, attributes: dict[str, object], inside: Iterable[str] = (), *, depth: int = 0) -> list[str]:
    """The lines of an element. `inside`: lines that stand in it already, indented."""
    margin = "  " * depth
    head = "".join(f' {key}="{quoted(value)}"' for key, value in attributes.items())
    lines = list(inside)
    if not lines:
        return [f"{margin}<{name}{head}/>"]
    return [f"{margin}<{name}{head}>", *lines, f"{margin}</{name}>"]
