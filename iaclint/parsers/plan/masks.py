"""The masks of a plan: `after_unknown` and `after_sensitive` have the shape of the values, with true where it holds."""

from __future__ import annotations

from typing import Any

from iaclint.model.value import Value
from iaclint.source import Span

SENSITIVE = "(sensitive)"
"""Stands among the references of a Value that must not be shown, as the evaluator of Terraform has it."""


def below(mask: Any, name: str) -> Any:
    """The mask of an entry."""
    if mask is True:
        return True
    if not isinstance(mask, dict):
        return None
    if name in mask or name.isascii():
        return mask.get(name)
    return mask.get(name.encode("utf-8", "surrogateescape").decode("latin-1"))


def item(mask: Any, index: int) -> Any:
    """The mask of a list's element."""
    if mask is True:
        return True
    return mask[index] if isinstance(mask, list) and index < len(mask) else None


def holds(mask: Any) -> bool:
    """Whether it holds anywhere."""
    stack = [mask]
    while stack:
        one = stack.pop()
        if one is True:
            return True
        if isinstance(one, dict):
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)
    return False


def apply(value: Value, unknown: Any, sensitive: Any) -> None:
    """Make what is not known yet unknown, leave out what is null, and mark what is sensitive, all the way down."""
    if not unknown and not sensitive and value.kind not in ("list", "map"):
        return
    stack = [(value, unknown, sensitive)]
    while stack:
        one, hidden, secret = stack.pop()
        if hidden is True:
            one.kind, one.data = "unknown", None
        if holds(secret):
            one.references = (*one.references, SENSITIVE)
        if one.kind == "list":
            stack.extend((each, item(hidden, at), item(secret, at)) for at, each in enumerate(one.items))
        elif one.kind == "map":
            entries = one.entries
            for name in [name for name, each in entries.items() if each.is_missing and not below(hidden, name)]:
                del entries[name]
            if isinstance(hidden, dict):
                for name, mask in hidden.items():
                    if name not in entries and mask and holds(mask):
                        entries[name] = unknown_entry(one, name)
            stack.extend((each, below(hidden, name), below(secret, name)) for name, each in entries.items())


def unknown_entry(holder: Value, name: str) -> Value:
    """The Value of an entry that the plan leaves out because it will be known after apply."""
    span = Span(holder.span.start, holder.span.start + 1)
    return Value("unknown", None, holder.document, span, name=name, name_span=span, holder=holder)


__all__ = ["SENSITIVE", "apply", "below", "holds", "item"]
