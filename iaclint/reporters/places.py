"""Positions of findings and edits, for reports that machines read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.source import Position, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iaclint.edits.edit import Edit


class Sources:
    """The Sources of a report; a file that a fix touches without having a finding is read when asked for."""

    def __init__(self, known: Mapping[str, Source]) -> None:
        self._known: dict[str, Source | None] = dict(known)

    def get(self, path: str) -> Source | None:
        """The Source of a path, or None when it cannot be read any more."""
        if path not in self._known:
            try:
                with open(path, "rb") as file:
                    self._known[path] = Source(path, file.read())
            except OSError:
                self._known[path] = None
        return self._known[path]

    def ends(self, edits: Iterable[Edit]) -> list[tuple[Edit, Position, Position]] | None:
        """Where each edit begins and ends; None when a file cannot be read or has become shorter."""
        found = []
        for edit in edits:
            source = self.get(edit.path)
            if source is None or edit.span.end > len(source.data):
                return None
            found.append((edit, source.position(edit.span.start), source.position(edit.span.end)))
        return found
