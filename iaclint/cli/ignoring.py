"""`iaclint ignore`: suppression comments for what is found now."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from iaclint.cli.misuse import Misuse
from iaclint.cli.output import note, write

if TYPE_CHECKING:
    from iaclint.cli.check import Request
    from iaclint.model.finding import Finding


def ignore(request: Request, reason: str | None, until: str | None, *, add: bool) -> int:
    """Show, or with `add` write, a comment for each finding; returns the exit code. Raises Misuse."""
    from iaclint.cli.check import UNCHECKED, prepare, run

    if not request.select:
        raise Misuse("ignore wants --select: which rules are to be silent here")
    if reason is None or not reason.strip():
        raise Misuse("ignore wants --reason: whoever reads the comment asks why")
    day = _day(until)
    _, options = prepare(request)
    report = run(options)
    by_path: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_path.setdefault(finding.path, []).append(finding)
    done = sum(_in_file(path, some, reason, day, add=add) for path, some in sorted(by_path.items()))
    verb = "written" if add else "would be written (--add writes them)"
    write(f"{done} of {len(report.findings)} comments {verb}.\n")
    for error in report.errors:
        note(f"{error.path}: not checked: {error.message}")
    return UNCHECKED if report.errors or done < len(report.findings) else 0


def _day(until: str | None) -> date | None:
    if until is None:
        return None
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise Misuse(f"--until takes a date such as 2027-01-31, not {until!r}") from None
    if day <= date.today():
        raise Misuse(f"--until {until}: that day is over, and the comment would silence nothing")
    return day


def _in_file(path: str, findings: list[Finding], reason: str, until: date | None, *, add: bool) -> int:
    """How many findings of a file are silenced by the comments; the last one first, so that places stay true."""
    from iaclint.edits.diff import unified_diff
    from iaclint.edits.edit import apply
    from iaclint.edits.write import write_atomically
    from iaclint.engine.filenames import explicit_kind, kind_of
    from iaclint.engine.ignoring import comment, suppress
    from iaclint.source import Source

    kind = kind_of(path) or explicit_kind(path)
    try:
        with open(path, "rb") as file:
            before = file.read()
    except OSError as error:
        note(f"{path}: cannot be read: {error.strerror or error}")
        return 0
    data, done = before, 0
    edits: dict[int, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: -one.span.start):
        names = comment(finding.rule.name, reason, until)
        edit = suppress(finding, Source(path, before), kind, names) if kind is not None else None
        if edit is None:
            place = f"{path}:{finding.start.line}:{finding.start.column}"
            note(f"{place}: {finding.rule.name}: no comment can stand here; ignore-addresses in the configuration can")
            continue
        edits.setdefault(edit.span.start, []).append(finding)
    for start, some in sorted(edits.items(), reverse=True):
        names = comment(",".join(sorted({one.rule.name for one in some})), reason, until)
        edit = suppress(some[0], Source(path, before), kind or "", names)
        if edit is not None:
            data = apply(data, [edit._replace(span=edit.span._replace(start=start, end=start))])
            done += len(some)
    if data == before:
        return done
    if not add:
        write(unified_diff(path, before, data))
        return done
    try:
        write_atomically(path, before, data)
    except OSError as error:
        note(f"{path}: cannot be written: {error.strerror or error}")
        return 0
    return done
