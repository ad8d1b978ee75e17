"""GitLab's code quality report, as Code Climate's specification has it: shown in merge requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.reporters.help import advice

if TYPE_CHECKING:
    from iaclint.engine.api import Report

_LEVELS = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def render(report: Report, *, color: bool, width: int) -> str:
    """A list with an entry for each finding, and for each file that could not be checked."""
    import json

    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> list[dict[str, Any]]:
    """The report as plain data. Equal fingerprints would be shown once, so later ones get a number."""
    from hashlib import sha256

    entries: list[dict[str, Any]] = [
        {
            "description": advice(finding),
            "check_name": finding.rule.name,
            "fingerprint": finding.fingerprint,
            "severity": _LEVELS[str(finding.rule.severity)],
            "location": {"path": finding.path, "lines": {"begin": finding.start.line, "end": finding.end.line}},
        }
        for finding in report.findings
    ]
    for error in report.errors:
        name = sha256(f"{error.path}\0{error.message}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        entries.append(
            {
                "description": f"not checked: {error.message}",
                "check_name": "not-checked",
                "fingerprint": name,
                "severity": "critical",
                "location": {"path": error.path, "lines": {"begin": 1}},
            }
        )
    seen: dict[str, int] = {}
    for entry in entries:
        name = entry["fingerprint"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            entry["fingerprint"] = f"{name}-{seen[name]}"
    return entries
