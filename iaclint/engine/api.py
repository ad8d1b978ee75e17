"""The engine's front door: `run(Options) -> Report`. Front ends (command line, editor) call nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iaclint.engine.checking import Checked, Checker
from iaclint.engine.projects import Group, group
from iaclint.engine.registry import Selection, UnknownRule, load_all
from iaclint.model.finding import Finding
from iaclint.rules.rule import Rule
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.engine.discovery import Candidate
    from iaclint.engine.fixing import Account
    from iaclint.engine.suppression import Suppression
    from iaclint.policy.config import Config


class UsageError(Exception):
    """The user's command cannot be carried out; one clear line, exit code 2."""


@dataclass(slots=True)
class FileError:
    """Something that could not be checked, and why."""

    path: str
    message: str


@dataclass(slots=True)
class Options:
    """What to check and how. See the command line's help for each."""

    paths: list[str]
    config: Config
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    jobs: int = 1
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    stdin_name: str | None = None
    stdin_data: bytes | None = None
    values: dict[str, str] = field(default_factory=dict)
    want_fixes: bool = False
    """Whether the report should hold the Fix of every finding."""


@dataclass(slots=True)
class Report:
    """What a run found and did.

    findings    those that remain, in order
    suppressed  findings a comment or the configuration silences
    errors      what could not be checked
    files       how many files were checked
    account     what became of each finding, when fixing
    diff        the change as a unified diff, when asked for
    diff_omitted paths whose change is not shown because it would print a secret
    fixed_text  the fixed text of standard input
    sources     path -> Source, of files with findings
    """

    findings: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, Suppression | None]] = field(default_factory=list)
    errors: list[FileError] = field(default_factory=list)
    files: int = 0
    account: Account | None = None
    diff: str = ""
    diff_omitted: list[str] = field(default_factory=list)
    fixed_text: bytes | None = None
    sources: dict[str, Source] = field(default_factory=dict)


Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


def load_all_rules() -> dict[str, Rule]:
    """Every Rule by name."""
    return load_all()


def run(options: Options, progress: Progress | None = None) -> Report:
    """Check (and fix) what the options name. Raises UsageError for what no run can do."""
    from iaclint.engine.discovery import NoSuchPath, discover

    config = options.config
    selection = Selection(
        options.select or tuple(config.select),
        (*config.extend_select, *options.extend_select),
        (*config.ignore, *options.ignore),
    )
    try:
        selection.validate()
    except UnknownRule as error:
        raise UsageError(str(error)) from error
    report = Report()
    overlay: dict[str, bytes] = {}
    if options.stdin_name is not None:
        candidates = [_stdin_candidate(options.stdin_name)]
        overlay[candidates[0].path] = options.stdin_data or b""
    else:
        try:
            candidates, errors = discover(options.paths, config)
        except NoSuchPath as error:
            raise UsageError(f"{error} does not exist") from error
        report.errors += [FileError(error.path, error.message) for error in errors]
    groups = group(candidates, config.max_file_size)
    checker = Checker(selection, config, {**config.values, **options.values})
    if options.fix or options.diff:
        _run_fixing(options, checker, groups, overlay, report, progress)
    elif options.jobs > 1 and len(groups) > 1:
        _run_parallel(options, checker, groups, report, progress)
    else:
        done = 0
        for one in groups:
            _add(report, checker.check(one, overlay, want_fixes=options.want_fixes))
            done += len(one.members)
            if progress is not None:
                progress(done, len(candidates))
    report.findings.sort(key=Finding.sort_key)
    report.suppressed.sort(key=lambda pair: pair[0].sort_key())
    report.errors.sort(key=lambda error: (error.path, error.message))
    return report


def _stdin_candidate(name: str) -> Candidate:
    from iaclint.engine.discovery import Candidate
    from iaclint.engine.filenames import kind_of

    kind = kind_of(name)
    if kind is None:
        raise UsageError(f"cannot tell the language of {name!r}: name a .tf, .yml or Dockerfile")
    return Candidate(name, os.path.abspath(name), True, kind)


def _add(report: Report, checked: Checked) -> None:
    report.findings += checked.findings
    report.suppressed += checked.suppressed
    report.errors += [FileError(path, message) for path, message in checked.errors]
    report.files += checked.files
    report.sources.update(checked.sources)


def _run_parallel(
    options: Options, checker: Checker, groups: list[Group], report: Report, progress: Progress | None
) -> None:
    from concurrent.futures import ProcessPoolExecutor

    # a few batches a worker keep all busy to the end without paying for a message per folder
    size = max(1, len(groups) // (options.jobs * 8))
    batches = [groups[start : start + size] for start in range(0, len(groups), size)]
    total = sum(len(one.members) for one in groups)
    done = 0
    with ProcessPoolExecutor(options.jobs) as pool:
        work = [pool.submit(_check_batch, checker, batch, options.want_fixes) for batch in batches]
        for future, batch in zip(work, batches, strict=True):
            for checked in future.result():
                _add(report, checked)
            done += sum(len(one.members) for one in batch)
            if progress is not None:
                progress(done, total)


def _check_batch(checker: Checker, batch: list[Group], want_fixes: bool) -> list[Checked]:
    return [checker.check(one, {}, want_fixes=want_fixes).portable() for one in batch]


def _run_fixing(
    options: Options,
    checker: Checker,
    groups: Iterable[Group],
    overlay: Mapping[str, bytes],
    report: Report,
    progress: Progress | None,
) -> None:
    from iaclint.edits.diff import unified_diff
    from iaclint.engine.fixing import Account, fix_group, write

    report.account = Account()
    groups = list(groups)
    done, total = 0, sum(len(one.members) for one in groups)
    for one in groups:
        outcome = fix_group(one, checker, overlay, unsafe=options.unsafe_fixes)
        written = outcome.changed
        if options.stdin_name is not None:
            name = one.members[0].path
            report.fixed_text = outcome.after(name, overlay.get(name, b""))
        elif not options.diff:
            written, errors = write(one, outcome)
            report.errors += [FileError(path, message) for path, message in errors]
        for path in sorted(written):
            before, after = written[path]
            if options.diff:
                if any(finding.path == path and "secret" in finding.rule.tags for finding in outcome.before.findings):
                    report.diff_omitted.append(path)
                else:
                    report.diff += unified_diff(path, before, after)
        unwritten = set(outcome.changed) - set(written)
        # with --diff nothing is repaired yet, so everything still stands
        _add(report, outcome.before if options.diff or unwritten else outcome.final)
        report.account.add(outcome.account, unwritten)
        done += len(one.members)
        if progress is not None:
            progress(done, total)


__all__ = ["FileError", "Options", "Report", "UsageError", "load_all_rules", "run"]
