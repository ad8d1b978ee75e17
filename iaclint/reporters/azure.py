"""Azure Pipelines logging commands: issues on the summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.help import advice
from iaclint.reporters.printable import printable

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

_TYPES = {"critical": "error", "high": "error", "medium": "warning", "low": "warning", "info": "warning"}


def render(report: Report, *, color: bool, width: int) -> str:
    """One command a finding, and one for each file that could not be checked."""
    lines = [_command(finding) for finding in report.findings]
    for error in report.errors:
        text = _data(f"{error.path}: not checked: {error.message}")
        lines.append(f"##vso[task.logissue type=error;sourcepath={_property(error.path)}]{text}")
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding) -> str:
    severity = str(finding.rule.severity)
    properties = (
        f"type={_TYPES[severity]};sourcepath={_property(finding.path)};linenumber={finding.start.line};"
        f"columnnumber={finding.start.column};code={_property(finding.rule.name)}"
    )
    return f"##vso[task.logissue {properties}]{_data(f'{advice(finding)} ({severity})')}"


def _data(text: str) -> str:
    # commands of either spelling within the text would be carried out
    escaped = printable(text).replace("%", "%AZP25")
    return escaped.replace("##vso[", "# #vso[").replace("##[", "# #[")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
