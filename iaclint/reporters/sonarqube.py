"""SonarQube's generic format for issues found by other tools (10.3 and later)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.reporters.help import advice

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding
    from iaclint.rules.rule import Rule
    from iaclint.source import Position

_IMPACTS = {"critical": "HIGH", "high": "HIGH", "medium": "MEDIUM", "low": "LOW", "info": "LOW"}
_SEVERITIES = {"critical": "BLOCKER", "high": "CRITICAL", "medium": "MAJOR", "low": "MINOR", "info": "INFO"}


def render(report: Report, *, color: bool, width: int) -> str:
    """The rules that found something, and the issues; the format has no place for what could not be checked."""
    import json

    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    rules = {finding.rule.name: finding.rule for finding in report.findings}
    return {
        "rules": [_rule(rules[name]) for name in sorted(rules)],
        "issues": [_issue(finding) for finding in report.findings],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    severity = str(rule.severity)
    return {
        "id": rule.name,
        "name": rule.title,
        "description": rule.why or rule.title,
        "engineId": "iaclint",
        "cleanCodeAttribute": "TRUSTWORTHY",
        "type": "VULNERABILITY",
        "severity": _SEVERITIES[severity],
        "impacts": [{"softwareQuality": "SECURITY", "severity": _IMPACTS[severity]}],
    }


def _issue(finding: Finding) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "ruleId": finding.rule.name,
        "primaryLocation": {
            "message": advice(finding),
            "filePath": finding.path,
            "textRange": _range(finding.start, finding.end),
        },
    }
    if finding.related:
        issue["secondaryLocations"] = [
            {"message": one.message, "filePath": one.path, "textRange": _range(one.start, one.end)}
            for one in finding.related
        ]
    return issue


def _range(start: Position, end: Position) -> dict[str, int]:
    """Columns from 0; an empty range is refused, so it means its line."""
    if (start.line, start.column) >= (end.line, end.column):
        return {"startLine": start.line}
    return {"startLine": start.line, "endLine": end.line, "startColumn": start.column - 1, "endColumn": end.column - 1}
