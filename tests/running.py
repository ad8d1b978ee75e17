"""Running the engine in this process, as a test wants it: fixes given, nothing shared, plain text out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import chdir, environ, getcwd
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder for a while: paths in findings are relative to it."""
    before = getcwd()
    chdir(folder)
    try:
        yield
    finally:
        chdir(before)


@contextmanager
def loud_crashes() -> Iterator[None]:
    """A rule that crashes fails the test with its traceback, rather than being noted in the report."""
    environ["IACLINT_DEBUG"] = "1"
    try:
        yield
    finally:
        del environ["IACLINT_DEBUG"]


def lint(
    folder: Path,
    *paths: str,
    select: Iterable[str] = (),
    fix: bool = False,
    values: Mapping[str, str] | None = None,
) -> Report:
    """Check a folder (or paths in it) without any configuration; `fix` writes safe and unsafe Fixes."""
    from iaclint.engine.api import Options, run
    from iaclint.policy.config import Config

    options = Options(
        paths=list(paths) or ["."],
        config=Config(),
        select=tuple(select),
        fix=fix,
        unsafe_fixes=fix,
        values=dict(values or {}),
        want_fixes=True,
    )
    with inside(folder), loud_crashes():
        return run(options)


def values_of(folder: Path) -> dict[str, str]:
    """What `values.toml` of a fixture folder supplies for fixes that need a value."""
    path = folder / "values.toml"
    if not path.is_file():
        return {}
    return {name: str(value) for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def line_of(finding: Finding, *, with_path: bool = False) -> str:
    """One finding on one line: place, severity, rule, message, and the fix with what applying it does."""
    place = f"{finding.start.line}:{finding.start.column}"
    if with_path:
        place = f"{finding.path}:{place}"
    text = f"{place} {finding.rule.severity} {finding.rule.name} {finding.message}"
    if finding.fixes:
        fix = finding.fixes[0]
        text += f" [{fix.applicability.value} {fix.impact.value}: {fix.title}]"
    return text


def print_findings(findings: Iterable[Finding], *, with_path: bool = False) -> str:
    """What a fixture's `.out` holds."""
    return "".join(line_of(finding, with_path=with_path) + "\n" for finding in findings)
