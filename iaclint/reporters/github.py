"""GitHub workflow commands: annotations on the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.help import cure
from iaclint.reporters.printable import printable

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

_COMMANDS = {"critical": "error", "high": "error", "medium": "warning", "low": "notice", "info": "notice"}


def render(report: Report, *, color: bool, width: int) -> str:
    """One command a finding, and one for each file that could not be checked."""
    lines = [_command(finding) for finding in report.findings]
    lines += [
        f"::error file={_property(error.path)},title=not checked::{_data(f'{error.path}: {error.message}')}"
        for error in report.errors
    ]
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding) -> str:
    start, end = finding.start, finding.end
    properties = f"file={_property(finding.path)},line={start.line}"
    if end.line == start.line:
        # GitHub takes columns on a single line only, the last one included
        properties += f",endLine={end.line},col={start.column},endColumn={max(start.column, end.column - 1)}"
    else:
        properties += f",endLine={end.line}"
    severity = str(finding.rule.severity)
    help_ = cure(finding)
    text = f"{finding.message} ({severity})" + (f"; {help_}" if help_ else "")
    return f"::{_COMMANDS[severity]} {properties},title={_property(finding.rule.name)}::{_data(text)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
