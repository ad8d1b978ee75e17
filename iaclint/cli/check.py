"""`iaclint check`: from the options to a report and an exit code."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iaclint.cli import baselines
from iaclint.cli.configuration import configuration
from iaclint.cli.inputs import inputs
from iaclint.cli.misuse import Misuse, level, one_of, selectors, values
from iaclint.cli.output import note, wants_color, width_of, write, write_bytes
from iaclint.cli.outputs import outputs, usual_format, write_files, write_step_summary
from iaclint.cli.progress import counter
from iaclint.policy.config import LEVELS, Config
from iaclint.reporters import FORMATS, WITH_FIXES, WITH_OWNERS, renderer

if TYPE_CHECKING:
    from iaclint.engine.api import Options, Report

FINDINGS = 1
FAILED = 2
UNCHECKED = 3


@dataclass(frozen=True, slots=True)
class Request:
    """The options of `iaclint check` as given; see `iaclint.cli.app`."""

    paths: list[str]
    fix: bool
    unsafe_fixes: bool
    diff: bool
    output_format: str | None
    select: list[str]
    ignore: list[str]
    extend_select: list[str]
    severity: str | None
    exit_zero: bool
    jobs: int | None
    stdin_filename: str | None
    config: str | None
    no_config: bool
    value: list[str]
    given: list[tuple[str, str]]
    no_shellcheck: bool = False
    output: list[str] = field(default_factory=list)
    baseline: str | None = None
    diff_base: str | None = None


def check(request: Request) -> int:
    """Check, report, and return the exit code."""
    if request.output_format is not None:
        one_of("--output-format", request.output_format, FORMATS)
    wanted = outputs(request.output)
    if request.severity is not None:
        level(request.severity)
    if request.unsafe_fixes and not (request.fix or request.diff):
        note("iaclint: --unsafe-fixes does nothing without --fix or --diff")
    is_stdin = _reads_stdin(request)
    start = request.stdin_filename if is_stdin and request.stdin_filename else (request.paths or ["."])[0]
    config = configuration(start, request.config, request.no_config)
    config.shellcheck = config.shellcheck and not request.no_shellcheck
    for option, word in (("--baseline", request.baseline), ("--diff-base", request.diff_base)):
        if word is not None and (request.fix or is_stdin):
            raise Misuse(f"{option} goes without --fix and without standard input: it says what is new in a tree")
    known = baselines.load(request.baseline, config) if not (request.fix or is_stdin) else None
    shown = _format(request, is_stdin)
    formats = {shown, *(one.format for one in wanted)}
    options = _options(request, config, is_stdin, want_fixes=not WITH_FIXES.isdisjoint(formats))
    options.want_words = known is not None or request.diff_base is not None
    report = run(options)
    if request.diff_base is not None:
        baselines.use_commit(report, request.diff_base, options)
    if known is not None:
        baselines.use(report, known, options)
    if not WITH_OWNERS.isdisjoint(formats):
        _name_owners(report)
    _show(report, request, shown, is_stdin)
    is_written = write_files(report, wanted)
    if shown == "github":
        write_step_summary(report, os.environ)
    if not is_written:
        return FAILED
    is_settled = request.severity is not None or "severity" in config.given
    lowest = level(request.severity or config.severity)
    return 0 if request.exit_zero else exit_code(report, lowest, with_peers=not is_settled)


def _format(request: Request, is_stdin: bool) -> str:
    if request.output_format is not None:
        return request.output_format
    # a diff and an editor's buffer are read by who asked for them, wherever that is
    return "text" if request.diff or is_stdin else usual_format(os.environ)


def _name_owners(report: Report) -> None:
    from iaclint.policy.codeowners import find

    owners = find(".")
    if owners is not None:
        paths = sorted({finding.path for finding in report.findings})
        report.owners = {path: named for path in paths if (named := owners.of(path))}


def prepare(request: Request) -> tuple[Config, Options]:
    """The configuration and options of a request that reads no standard input. Raises Misuse."""
    config = configuration((request.paths or ["."])[0], request.config, request.no_config)
    return config, _options(request, config, is_stdin=False, want_fixes=False)


def exit_code(report: Report, lowest: str, *, with_peers: bool = False) -> int:
    """1 for findings at or above the level, else 3 for what could not be checked, else 0.

    `with_peers`: where a peer's configuration settles whether a finding fails a run, that holds.
    """
    threshold = LEVELS.index(lowest)
    for finding in report.findings:
        says = finding.fails if with_peers else None
        if finding.rule.severity >= threshold if says is None else says:
            return FINDINGS
    return UNCHECKED if report.errors else 0


def _reads_stdin(request: Request) -> bool:
    if "-" not in request.paths:
        if request.stdin_filename is not None and request.paths:
            raise Misuse("--stdin-filename goes with `-` as the only PATH")
        return request.stdin_filename is not None
    if request.paths != ["-"]:
        raise Misuse("standard input (`-`) is checked alone, without further paths")
    if request.stdin_filename is None:
        raise Misuse("standard input needs a name: --stdin-filename NAME -")
    return True


def _options(request: Request, config: Config, is_stdin: bool, *, want_fixes: bool) -> Options:
    from iaclint.engine.api import Options

    jobs = request.jobs if request.jobs is not None else config.jobs
    return Options(
        paths=request.paths or ["."],
        config=config,
        select=selectors(request.select),
        ignore=selectors(request.ignore),
        extend_select=selectors(request.extend_select),
        jobs=jobs or os.cpu_count() or 1,
        fix=request.fix,
        unsafe_fixes=request.unsafe_fixes,
        diff=request.diff,
        stdin_name=request.stdin_filename if is_stdin else None,
        stdin_data=_read_stdin(_limit(request, config)) if is_stdin else None,
        values=values(request.value),
        inputs=inputs(request.given, config),
        want_fixes=want_fixes,
    )


def _limit(request: Request, config: Config) -> int:
    from iaclint.engine.discovery import PLAN_SIZE
    from iaclint.engine.filenames import explicit_kind

    is_plan = explicit_kind(request.stdin_filename or "") == "plan"
    return config.max_file_size * (PLAN_SIZE if is_plan else 1)


def _read_stdin(limit: int) -> bytes:
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise Misuse(f"standard input is larger than the limit of {limit} bytes (max-file-size)")
    return data


def run(options: Options) -> Report:
    """Carry the options out, with progress on a terminal. Raises Misuse."""
    from iaclint.engine import api

    progress = counter()
    try:
        return api.run(options, progress)
    except api.UsageError as error:
        raise Misuse(str(error)) from error
    finally:
        if progress is not None:
            progress.clear()


def _show(report: Report, request: Request, shown: str, is_stdin: bool) -> None:
    """Standard output holds one thing only: the report, or the diff, or the fixed text."""
    if request.diff and shown == "text":
        _show_diff(report)
    elif request.fix and is_stdin and report.fixed_text is not None:
        write_bytes(report.fixed_text)
        color, width = wants_color(sys.stderr), width_of(sys.stderr)
        note(renderer(shown)(report, color=color, width=width).rstrip("\n"))
    else:
        color, width = wants_color(sys.stdout), width_of(sys.stdout)
        write(renderer(shown)(report, color=color, width=width))


def _show_diff(report: Report) -> None:
    from iaclint.reporters.printable import printable
    from iaclint.reporters.text import account

    write_bytes(report.diff.encode("utf-8", "surrogateescape"))
    for path in report.diff_omitted:
        note(f"{printable(path)}: the change is not shown, because it would show a secret")
    for error in report.errors:
        note(f"{printable(error.path)}: not checked: {printable(error.message)}")
    for line in account(report, would=True):
        note(line)
