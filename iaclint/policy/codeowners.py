"""CODEOWNERS: whom a file belongs to, as GitHub and GitLab read it. The last pattern that matches decides."""

from __future__ import annotations

import os
from dataclasses import dataclass

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where it may lie below the repository's folder, the first one found counting."""
_LIMIT = 3_000_000
"""Bytes; GitHub reads no larger file either."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The patterns of a CODEOWNERS file with their owners, and the folder they are relative to."""

    root: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a file; empty when nobody is named for it."""
        from iaclint.policy.patterns import matches

        inside = os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")
        if inside.startswith("../"):
            return ()
        for pattern, owners in reversed(self.lines):
            if matches((pattern,), inside):
                return owners
        return ()


def find(start: str) -> Owners | None:
    """The CODEOWNERS of the repository that holds a path; None where there is none that can be read."""
    folder = os.path.abspath(start)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    for place in PLACES:
        path = os.path.join(folder, place)
        if os.path.isfile(path):
            try:
                with open(path, "rb") as file:
                    data = file.read(_LIMIT)
            except OSError:
                return None
            return Owners(folder, tuple(_lines(data.decode("utf-8", "replace"))))
    return None


def _lines(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    section: tuple[str, ...] = ()
    for line in text.splitlines():
        words = line.split("#", 1)[0].replace("\\ ", "\0").split()
        if not words:
            continue
        first = words[0].lstrip("^")
        if first.startswith("["):
            # a section of GitLab: its owners hold for the lines below that name none
            behind = line.split("#", 1)[0].rpartition("]")[2].split()
            section = tuple(behind)
            continue
        found.append((words[0].replace("\0", " "), tuple(words[1:]) or section))
    return found
