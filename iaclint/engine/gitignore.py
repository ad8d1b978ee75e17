"""What git ignores: `.gitignore` of every level, and `.git/info/exclude`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise

from iaclint.policy.patterns import Decision, decision


@dataclass(frozen=True, slots=True)
class Ignored:
    """The patterns in force in a folder: its own, and those of the folders above."""

    folder: str
    decide: Decision
    above: Ignored | None

    def takes(self, path: str, *, folder: bool) -> bool:
        """Whether git ignores the absolute path, given that it does not ignore the folder around it."""
        level: Ignored | None = self
        while level is not None:
            relative = path[len(level.folder) :].lstrip(os.sep).replace(os.sep, "/")
            answer = level.decide(relative + "/" if folder else relative)
            if answer is not None:
                return answer
            level = level.above
        return False


def above(top: str) -> Ignored | None:
    """What the repository around a folder says of it; None outside one, or where git ignores the folder itself."""
    folders = [top]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            return None
        folders.append(parent)
    folders.reverse()
    ignored = _read(os.path.join(folders[0], ".git", "info", "exclude"), folders[0], None)
    for folder, inner in pairwise(folders):
        ignored = below(folder, ignored)
        if ignored is not None and ignored.takes(inner, folder=True):
            return None  # the user named an ignored folder, and means it
    return ignored


def below(folder: str, around: Ignored | None) -> Ignored | None:
    """The patterns in force in a folder whose parent has those of `around`."""
    return _read(os.path.join(folder, ".gitignore"), folder, around)


def _read(path: str, folder: str, around: Ignored | None) -> Ignored | None:
    try:
        if not os.path.isfile(path):
            return around
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = tuple(file.read(1 << 20).splitlines())
    except OSError:
        return around
    patterns = tuple(line for line in lines if line.strip() and not line.startswith("#"))
    return Ignored(folder, decision(patterns), around) if patterns else around
