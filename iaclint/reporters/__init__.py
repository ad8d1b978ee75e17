"""Reports, one module a format. Each has `render(report, *, color, width) -> str`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from iaclint.engine.api import Report

FORMATS = (
    "text", "json", "sarif", "github", "gitlab", "gitlab-sast", "azure", "junit", "checkstyle", "rdjson", "sonarqube",
    "markdown", "html",
)  # fmt: skip
"""The names `--output-format` takes; each is a module here, with `_` for `-`."""

WITH_FIXES = frozenset({"json", "sarif", "rdjson", "html"})
"""The formats that say what a Fix would do; for the others it would be computed in vain."""

WITH_OWNERS = frozenset({"markdown", "html"})
"""The formats that say whom a file belongs to."""


class Render(Protocol):
    """Writes a Report down. `color`: with terminal colours; `width`: of the terminal, in cells."""

    def __call__(self, report: Report, *, color: bool, width: int) -> str: ...


def renderer(name: str) -> Render:
    """The `render` of a format; its module is imported now."""
    from importlib import import_module

    return cast("Render", import_module(f"iaclint.reporters.{name.replace('-', '_')}").render)
