"""GitHub workflow commands: annotations on the lines of a pull request.

GitHub shows ten annotations of a kind for a step, so the worst findings come first and the rest are listed as
plain lines of the log, which says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.help import advice, by_severity, counted, worst_first
from iaclint.reporters.printable import printable

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

LIMIT = 10
"""How many annotations of a kind GitHub shows for one step."""
_COMMANDS = {"critical": "error", "high": "error", "medium": "warning", "low": "notice", "info": "notice"}


def render(report: Report, *, color: bool, width: int) -> str:
    """A command for what could not be checked and for each finding GitHub has room for; the others as lines."""
    room = dict.fromkeys(_COMMANDS.values(), LIMIT)
    commands, others = [], []
    for error in report.errors:
        if room["error"] > 0:
            room["error"] -= 1
            data = _data(f"{error.path}: {error.message}")
            commands.append(f"::error file={_property(error.path)},title=not checked::{data}")
        else:
            others.append(_line(f"{error.path}: not checked: {error.message}"))
    for finding in worst_first(report.findings):
        kind = _COMMANDS[str(finding.rule.severity)]
        if room[kind] > 0:
            room[kind] -= 1
            commands.append(_command(finding, kind))
        else:
            place = f"{finding.path}:{finding.start.line}:{finding.start.column}"
            others.append(_line(f"{place}: {finding.rule.severity} {finding.rule.name} {advice(finding)}"))
    if others:
        total = counted(len(report.findings), "finding")
        others.insert(0, f"{total} ({by_severity(report.findings)}); GitHub shows {LIMIT} annotations of a kind for a "
                         f"step, so these {len(others)} stand only here:")  # fmt: skip
    return "".join(line + "\n" for line in (*commands, *others))


def _command(finding: Finding, kind: str) -> str:
    start, end = finding.start, finding.end
    properties = f"file={_property(finding.path)},line={start.line}"
    if end.line == start.line:
        # GitHub takes columns on a single line only, the last one included
        properties += f",endLine={end.line},col={start.column},endColumn={max(start.column, end.column - 1)}"
    else:
        properties += f",endLine={end.line}"
    help_ = advice(finding).removeprefix(finding.message)
    text = f"{finding.message} ({finding.rule.severity}){help_}"
    return f"::{kind} {properties},title={_property(finding.rule.name)}::{_data(text)}"


def _line(text: str) -> str:
    # the runner looks for `::` at the start of a line and for the older `##[` anywhere
    return "- " + printable(text).replace("##[", "# #[")


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("##[", "# #[")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
