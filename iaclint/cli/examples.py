"""The examples of a rule: its fixtures, which the tests run, so none can be stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = (
    (".tf", ".tofu", ".tfvars"),
    (".yml", ".yaml", ".cfg", ".ini"),
    (".dockerfile", "Dockerfile", "Containerfile"),
)
"""How the files of each language end; one example of each is shown."""


@dataclass(frozen=True, slots=True)
class Example:
    """A fixture: the file, what is printed for it, and the file after fixing (None: nothing is fixed)."""

    file: str
    before: str
    printed: str
    after: str | None


def folder(rule: str) -> Path | None:
    """Where a rule's fixtures lie: in the installed package, or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for parent in (package / "_examples", package.parent / "fixtures" / "rules"):
        if (parent / rule).is_dir():
            return parent / rule
    return None


def examples(rule: str) -> Iterator[Example]:
    """The shortest reported fixture of each language, one that is fixed before one that is not."""
    where = folder(rule)
    files = sorted(where.iterdir()) if where is not None else []
    reported = [path for path in files if path.is_file() and _beside(path, ".out").is_file()]
    for endings in LANGUAGES:
        own = [path for path in reported if path.name.endswith(endings)]
        if own:
            best = min(own, key=lambda path: (not _beside(path, ".fixed").is_file(), path.stat().st_size, path.name))
            fixed = _beside(best, ".fixed")
            after = _text(fixed) if fixed.is_file() else None
            yield Example(best.name, _text(best), _text(_beside(best, ".out")), after)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
