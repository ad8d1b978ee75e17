"""`iaclint baseline` and `check --baseline`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from iaclint.cli.misuse import Misuse
from iaclint.cli.output import note, write

if TYPE_CHECKING:
    from iaclint.cli.check import Request
    from iaclint.engine.api import Options, Report
    from iaclint.engine.baseline import Baseline, Entry
    from iaclint.policy.config import Config


def load(named: str | None, config: Config) -> Baseline | None:
    """The baseline the command line or the configuration names; None where neither does. Raises Misuse."""
    path = named or _configured(config)
    if path is None:
        return None
    from iaclint.engine.baseline import BaselineError, read

    try:
        return read(path)
    except BaselineError as error:
        raise Misuse(str(error)) from error


def _configured(config: Config) -> str | None:
    return os.path.relpath(os.path.join(config.root, config.baseline)) if config.baseline else None


def use(report: Report, known: Baseline, options: Options) -> None:
    """Leave only what is new in the report; what is done with leaves the baseline."""
    from iaclint.engine.api import selection_of
    from iaclint.engine.baseline import apply
    from iaclint.rules.rule import RULES

    selection = selection_of(options)

    def is_judged(name: str) -> bool:
        # a rule that is no more cannot find anything again
        return name not in RULES or selection.includes(RULES[name])

    left = apply(report, known, is_judged=is_judged)
    gone = len(known.entries) - len(left)
    if gone and not options.diff:
        _write(known.path, left)
        note(f"iaclint: {gone} of {len(known.entries)} findings of {known.path} are no more, and left it")


def use_commit(report: Report, revision: str, options: Options) -> None:
    """Leave only what is new since the commit where the present tree branched off. Raises Misuse."""
    from dataclasses import replace

    from iaclint.cli.check import run
    from iaclint.engine.baseline import Baseline, apply, entry
    from iaclint.engine.git_base import GitError, laid_out

    try:
        with laid_out(revision, options.paths[0]) as base:
            config = options.config
            if config.root and os.path.realpath(config.root).startswith(base.root):
                config = replace(config, root=base.at(config.root))
            paths = [path for path in map(base.at, options.paths) if os.path.lexists(path)]
            before = replace(options, paths=paths, config=config, want_fixes=False)
            found = run(before).findings if paths else []
            entries = tuple(entry(finding, base.folder) for finding in found)
            apply(report, Baseline(os.path.join(base.root, "-"), entries), is_judged=lambda _: False, named=revision)
    except GitError as error:
        raise Misuse(f"--diff-base {revision}: {error}") from error


def record(request: Request, target: str | None) -> int:
    """Write the baseline of what is found; returns the exit code."""
    from iaclint.cli.check import UNCHECKED, prepare, run
    from iaclint.engine.baseline import FILE_NAME, entry

    config, options = prepare(request)
    path = target or _configured(config) or FILE_NAME
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Misuse(f"--output {path}: there is no folder {os.path.dirname(path)!r}")
    options.want_words = True
    report = run(options)
    _write(path, [entry(finding, folder) for finding in report.findings])
    for error in report.errors:
        note(f"{error.path}: not checked: {error.message}")
    count = len(report.findings)
    write(f"{path}: {count} findings are known. `iaclint check --baseline {path}` reports only what is new.\n")
    return UNCHECKED if report.errors else 0


def _write(path: str, entries: list[Entry]) -> None:
    from iaclint.cli.outputs import replace_file
    from iaclint.engine.baseline import as_text

    try:
        replace_file(path, as_text(entries).encode())
    except OSError as error:
        raise Misuse(f"{path}: cannot be written: {error.strerror or error}") from error
