"""What an argument's value is and where it was written, as far as that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.printable import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iaclint.model.block import Argument, Document
    from iaclint.model.finding import Finding
    from iaclint.model.value import Value

_WIDTH = 300
_SECRET = "secret"


def argument_at(document: Document, offset: int) -> Argument | None:
    """The innermost argument around a byte."""
    found = None
    for block in document.walk():
        if block.span.start <= offset <= block.span.end:
            for argument in block.arguments.values():
                if argument.span.start <= offset <= argument.span.end:
                    found = argument
    return found


def told(argument: Argument, findings: Iterable[Finding]) -> str | None:
    """The value in Markdown; None where nothing is known beyond what stands there, or where it is a secret."""
    value = argument.value
    if any(_SECRET in one.rule.tags and one.span.overlaps(argument.span) for one in findings):
        return None
    module = value.document.module
    if value.is_sensitive or (module is not None and module.root.given):
        return None
    text = _text(value)
    trail = [one for one in value.trail if one.document.path != "" and one is not value]
    if text is None or not trail:
        return None
    last = trail[-1]
    where = f"{last.document.path}:{last.document.source.line_number(last.span.start)}"
    return f"`{argument.name}` is `{text}`, written at `{printable(where)}`"


def _text(value: Value) -> str | None:
    if value.kind == "string":
        text = f'"{value.data}"'
    elif value.kind in ("number", "bool"):
        text = value.text or ""
    elif value.kind in ("list", "map"):
        count = len(value.items) if value.kind == "list" else len(value.entries)
        text = f"a {value.kind} of {count}"
    else:
        return None
    return shorten(printable(text), _WIDTH).replace("`", "'")
