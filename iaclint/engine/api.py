"""The engine's front door: `run(Options) -> Report`. Front ends (command line, editor) call nothing else."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iaclint.engine.checking import Checked, Checker, read_file
from iaclint.engine.modules import link
from iaclint.engine.projects import Group, group
from iaclint.engine.registry import Selection, UnknownRule, load_all
from iaclint.engine.walk import fold, identify
from iaclint.model.finding import Finding
from iaclint.rules.rule import Rule
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.engine.discovery import Candidate
    from iaclint.engine.fixing import Account
    from iaclint.engine.suppression import Suppression
    from iaclint.engine.unused import Comment, Verdict
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.policy.config import Config


class UsageError(Exception):
    """The user's command cannot be carried out; one clear line, exit code 2."""


@dataclass(frozen=True, slots=True)
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
    want_words: bool = False
    """Whether findings should know the words of their blocks, for a baseline."""
    inputs: Inputs | None = None
    """What Terraform's variables are given from outside of their folders."""


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
    missing     the sources of Terraform modules that are called and not at hand
    owners      path -> whom it belongs to, where a format shows that
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
    missing: set[str] = field(default_factory=set)
    owners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set, repr=False)
    comments: dict[Comment, Verdict] = field(default_factory=dict, repr=False)
    """What is to be said of suppression comments."""


_COLLECTING = (100_000, 20, 50)
"""How often memory is searched for what refers to itself: a project makes much of it, and drops it in one piece.

Against Python's own setting this takes a fifth off the time of a large tree, for some megabytes.
"""

Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


def load_all_rules() -> dict[str, Rule]:
    """Every Rule by name."""
    return load_all()


def selection_of(options: Options) -> Selection:
    """The rules that the options and their configuration select."""
    config = options.config
    return Selection(
        options.select or tuple(config.select),
        (*config.extend_select, *options.extend_select),
        (*config.ignore, *options.ignore),
    )


def run(options: Options, progress: Progress | None = None) -> Report:
    """Check (and fix) what the options name. Raises UsageError for what no run can do."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTING)
    try:
        return _run(options, progress)
    finally:
        gc.set_threshold(*before)


def _run(options: Options, progress: Progress | None) -> Report:
    from iaclint.engine.discovery import NoSuchPath, discover

    config = options.config
    selection = selection_of(options)
    try:
        selection.validate()
    except UnknownRule as error:
        raise UsageError(str(error)) from error
    report = Report()
    overlay: dict[str, bytes] = {}
    if options.stdin_name is not None:
        candidates = [_stdin_candidate(options.stdin_name, options.stdin_data or b"")]
        overlay[candidates[0].path] = options.stdin_data or b""
    else:
        try:
            candidates, errors = discover(options.paths, config)
        except NoSuchPath as error:
            raise UsageError(f"{error} does not exist") from error
        report.errors += [FileError(error.path, error.message) for error in errors]
    groups, called = link(group(candidates, config.max_file_size), read_file, overlay)
    checker = Checker(selection, config, {**config.values, **options.values}, options.inputs)
    checker.wants_words = options.want_words
    work = _Work(groups, called, sum(len(one.members) for one in (*groups, *called)), progress)
    if options.fix or options.diff:
        _run_fixing(options, checker, work, overlay, report)
    elif options.jobs > 1 and len(groups) > 1:
        _run_parallel(options, checker, work, report)
    else:
        for one in work.groups():
            checked = checker.check(one, overlay, want_fixes=options.want_fixes)
            _add(report, checked)
            work.done(one, checked.reached)
    report.files = len(report.paths)
    for verdict in report.comments.values():
        if verdict is not None and verdict[1] is None:
            report.findings.append(verdict[0])
        elif verdict is not None:
            report.suppressed.append(verdict)
    report.findings = fold(report.findings)
    report.suppressed = _folded(report.suppressed)
    # what is silenced counts too: fingerprints must not depend on it
    everything = [*report.findings, *(finding for finding, _ in report.suppressed)]
    identify(sorted(everything, key=Finding.sort_key))
    report.errors = list(dict.fromkeys(report.errors))
    report.errors.sort(key=lambda error: (error.path, error.message))
    return report


def _stdin_candidate(name: str, data: bytes) -> Candidate:
    from iaclint.engine.discovery import Candidate
    from iaclint.engine.filenames import explicit_kind, kind_of
    from iaclint.parsers.plan import looks_like_plan

    kind = kind_of(name)
    if explicit_kind(name) == "plan":
        kind = "plan" if looks_like_plan(data) else None
    if kind is None:
        raise UsageError(f"cannot tell the language of {name!r}: name a .tf, .yml or Dockerfile")
    return Candidate(name, os.path.abspath(name), True, kind)


def _add(report: Report, checked: Checked) -> None:
    report.findings += checked.findings
    report.suppressed += checked.suppressed
    report.errors += [FileError(path, message) for path, message in checked.errors]
    report.paths |= checked.files
    report.missing |= checked.missing
    for key, verdict in checked.comments.items():
        # of use for one caller of a module is of use
        report.comments[key] = None if verdict is None else report.comments.get(key, verdict)
    report.sources.update(checked.sources)


def _folded(pairs: list[tuple[Finding, Suppression | None]]) -> list[tuple[Finding, Suppression | None]]:
    by = {id(finding): suppression for finding, suppression in pairs}
    return [(finding, by[id(finding)]) for finding in fold(finding for finding, _ in pairs)]


class _Work:
    """The Groups of a run: those to start from, then the modules that none of them reached."""

    def __init__(self, first: list[Group], called: list[Group], total: int, progress: Progress | None) -> None:
        self.first, self.called = first, called
        self.reached: set[str] = set()
        self._total, self._progress = total, progress
        self._done: set[str] = set()

    def groups(self) -> Iterator[Group]:
        """All Groups to be checked, one after the other; plans after the source they were made of."""
        yield from (one for one in self.first if one.language != "plan")
        for one in self.called:
            if os.path.dirname(one.members[0].absolute) not in self.reached:
                yield one
        yield from (one for one in self.first if one.language == "plan")

    def done(self, one: Group, reached: Iterable[str]) -> None:
        """Note what has been checked."""
        self.reached.update(reached)
        if self._progress is not None:
            self._done.update(member.path for below in (one, *one.reached) for member in below.members)
            self._progress(len(self._done), self._total)


def _run_parallel(options: Options, checker: Checker, work: _Work, report: Report) -> None:
    from concurrent.futures import ProcessPoolExecutor

    # a few batches a worker keep all busy to the end without paying for a message per folder
    groups = work.first
    size = max(1, len(groups) // (options.jobs * 8))
    batches = [groups[start : start + size] for start in range(0, len(groups), size)]
    with ProcessPoolExecutor(options.jobs, initializer=gc.set_threshold, initargs=_COLLECTING) as pool:
        running = [pool.submit(_check_batch, checker, batch, options.want_fixes) for batch in batches]
        for future, batch in zip(running, batches, strict=True):
            for one, checked in zip(batch, future.result(), strict=True):
                _add(report, checked)
                work.done(one, checked.reached)
    work.first = []
    for one in work.groups():
        checked = checker.check(one, {}, want_fixes=options.want_fixes).portable()
        _add(report, checked)
        work.done(one, checked.reached)


def _check_batch(checker: Checker, batch: list[Group], want_fixes: bool) -> list[Checked]:
    return [checker.check(one, {}, want_fixes=want_fixes).portable() for one in batch]


def _run_fixing(
    options: Options, checker: Checker, work: _Work, overlay: Mapping[str, bytes], report: Report
) -> None:
    from iaclint.edits.diff import unified_diff
    from iaclint.engine.fixing import Account, fix_group, write

    report.account = Account()
    first: dict[str, bytes] = {}
    texts = dict(overlay)
    for one in work.groups():
        outcome = fix_group(one, checker, texts, unsafe=options.unsafe_fixes)
        written = outcome.changed
        if options.stdin_name is not None:
            name = one.members[0].path
            report.fixed_text = outcome.after(name, overlay.get(name, b""))
        elif options.diff:
            # the next Project that shares a module sees what would have been written
            for path, (before, after) in written.items():
                first.setdefault(path, before)
                texts[path] = after
        else:
            written, errors = write(one, outcome)
            report.errors += [FileError(path, message) for path, message in errors]
        for path, (before, _) in written.items():
            checker.edited.setdefault(path, before)
        if options.diff and any("secret" in finding.rule.tags for finding in outcome.before.findings):
            hidden = {finding.path for finding in outcome.before.findings if "secret" in finding.rule.tags}
            report.diff_omitted += sorted(hidden & set(written))
        unwritten = set(outcome.changed) - set(written)
        # with --diff nothing is repaired yet, so everything still stands
        _add(report, outcome.before if options.diff or unwritten else outcome.final)
        report.account.add(outcome.account, unwritten)
        work.done(one, outcome.before.reached)
    omitted = set(report.diff_omitted)
    report.diff_omitted = sorted(omitted)
    for path in sorted(first):
        if path not in omitted:
            report.diff += unified_diff(path, first[path], texts[path])


__all__ = ["FileError", "Options", "Report", "UsageError", "load_all_rules", "run"]
