"""A plan's text without its secrets, for reports that show the line a finding stands on.

A plan holds every password in plain text, whatever the source does to keep it out, and often all on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from iaclint.aspects.credentials import names_a_credential
from iaclint.parsers.plan import masks
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.model.value import Value
    from iaclint.parsers.plan.blocks import Field
    from iaclint.parsers.plan.document import Plan

MAX_REPEATED = 300
"""How many secrets are looked for in the whole text."""
_MIN_SECRET = 6
"""A shorter text would be found in other words."""
_NAMED = re.compile(rb'"([A-Za-z_][\w.\-]{0,80})"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)


def without_secrets(plan: Plan) -> Source:
    """The Source with asterisks for what is marked as sensitive or named like a credential; offsets are the same."""
    data = plan.source.data
    text = bytearray(data)
    secrets: dict[bytes, None] = {}
    for span in (*_marked(plan), *_named(data)):
        secret = data[span.start : span.end]
        if len(secret) >= _MIN_SECRET:
            secrets.setdefault(secret)
        text[span.start : span.end] = b"*" * (span.end - span.start)
    for secret in (*secrets, *_variables(plan)):
        if len(secrets) > MAX_REPEATED:
            break
        at = data.find(secret)
        while at >= 0:
            text[at : at + len(secret)] = b"*" * len(secret)
            at = data.find(secret, at + len(secret))
    return Source(plan.source.path, bytes(text))


def _marked(plan: Plan) -> Iterator[Span]:
    for document in plan.documents:
        stack = list(document.blocks)
        while stack:
            block = stack.pop()
            stack.extend(block.blocks)
            for argument in block.arguments.values():
                field: Field = argument.expression  # type: ignore[assignment]
                if masks.holds(field.sensitive):
                    yield from _leaves(argument.value)


def _leaves(value: Value) -> Iterator[Span]:
    stack = [value]
    while stack:
        one = stack.pop()
        stack.extend([*one.items, *one.entries.values()])
        if one.kind == "string" and one.is_sensitive and one.span.end - one.span.start > 2:
            yield Span(one.span.start + 1, one.span.end - 1)


def _named(data: bytes) -> Iterator[Span]:
    for match in _NAMED.finditer(data):
        if _is_credential(match[1]) and match[2]:
            yield Span(*match.span(2))


@cache
def _is_credential(name: bytes) -> bool:
    return names_a_credential(name.decode("ascii", "replace"))


def _variables(plan: Plan) -> Iterator[bytes]:
    """The texts of variables that are sensitive, as JSON spells them."""
    import json

    declared = plan.configuration.modules.get("", {}).get("variables")
    member = plan.members.get("variables")
    given: Any = member.data if member is not None else None
    if not isinstance(given, dict) or not isinstance(declared, dict):
        return
    for name, one in given.items():
        about = declared.get(name)
        is_sensitive = isinstance(about, dict) and about.get("sensitive") is True
        if not (is_sensitive or names_a_credential(name)):
            continue
        stack = [one]
        while stack:
            part = stack.pop()
            if isinstance(part, dict):
                stack.extend(part.values())
            elif isinstance(part, list):
                stack.extend(part)
            elif isinstance(part, str) and len(part) >= _MIN_SECRET:
                # the reader holds bytes as Latin-1
                written = json.dumps(part, ensure_ascii=False)[1:-1].encode("latin-1", "replace")
                for character in b"<>&":
                    written = written.replace(bytes((character,)), b"\\u%04x" % character)
                yield written


__all__ = ["without_secrets"]
