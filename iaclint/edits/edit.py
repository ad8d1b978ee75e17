"""Edit: replace this Span by this text; and how Edits are put together and applied."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from iaclint.source import Span


class Edit(NamedTuple):
    """Replace the bytes of a span of the file at `path` by `text`."""

    path: str
    span: Span
    text: str


class EditConflict(ValueError):
    """Two Edits want the same bytes."""


def merge(edits: Iterable[Edit]) -> list[Edit]:
    """Edits of one file in order, equal ones once; raises EditConflict where two overlap.

    Several insertions at one place are kept in the order given.
    """
    unique = list(dict.fromkeys(edits))
    ordered = sorted(unique, key=lambda edit: (edit.span.start, edit.span.end))
    for before, after in pairwise(ordered):
        if before.span.start == before.span.end == after.span.start:
            continue
        if after.span.start < before.span.end:
            raise EditConflict(f"two edits at bytes {after.span.start} to {before.span.end}")
    return ordered


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with all Edits carried out; those outside the Edits' spans are the same."""
    pieces, at = [], 0
    for edit in merge(edits):
        pieces.append(data[at : edit.span.start])
        pieces.append(edit.text.encode("utf-8", "surrogateescape"))
        at = edit.span.end
    pieces.append(data[at:])
    return b"".join(pieces)
