"""GitLab's security report for SAST, schema 15: shown in the vulnerability report and in merge requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint import __version__
from iaclint.reporters.help import cure

if TYPE_CHECKING:
    from datetime import datetime

    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

VERSION = "15.2.1"
_LEVELS = {"critical": "Critical", "high": "High", "medium": "Medium", "low": "Low", "info": "Info"}


def render(report: Report, *, color: bool, width: int) -> str:
    """The report; the only format that holds a time, because its schema asks for one (SOURCE_DATE_EPOCH sets it)."""
    import json

    return json.dumps(as_data(report, _now()), indent=2, ensure_ascii=False) + "\n"


def _now() -> datetime:
    import os
    from datetime import UTC, datetime

    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(given), UTC) if given.isdecimal() else datetime.now(UTC)


def as_data(report: Report, now: datetime) -> dict[str, Any]:
    """The report as plain data."""
    time = now.strftime("%Y-%m-%dT%H:%M:%S")
    tool = {"id": "iaclint", "name": "iaclint", "version": __version__, "vendor": {"name": "iaclint"}}
    messages = [{"level": "warn", "value": f"{error.path}: not checked: {error.message}"} for error in report.errors]
    return {
        "version": VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "sast",
            "status": "success",
            "start_time": time,
            "end_time": time,
            "messages": messages,
        },
        "vulnerabilities": [_vulnerability(finding) for finding in report.findings],
    }


def _vulnerability(finding: Finding) -> dict[str, Any]:
    from uuid import UUID

    rule = finding.rule
    identifiers = [{"type": "iaclint_rule", "name": rule.name, "value": rule.name}]
    if rule.references:
        identifiers[0]["url"] = rule.references[0]
    if rule.cwe is not None:
        url = f"https://cwe.mitre.org/data/definitions/{rule.cwe}.html"
        identifiers.append({"type": "cwe", "name": f"CWE-{rule.cwe}", "value": str(rule.cwe), "url": url})
    data: dict[str, Any] = {
        "id": str(UUID(finding.fingerprint)),
        "name": rule.title[:255],
        "description": f"{finding.message}. {rule.why}".strip(),
        "severity": _LEVELS[str(rule.severity)],
        "identifiers": identifiers,
        "location": {"file": finding.path, "start_line": finding.start.line, "end_line": finding.end.line},
    }
    help_ = cure(finding)
    if help_:
        data["solution"] = help_[:7000]
    return data
