"""JSON, version 1: the contract other programs rely on. Deterministic; see the documentation of each field there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.reporters.help import preferred
from iaclint.reporters.places import Sources
from iaclint.rules import frameworks

if TYPE_CHECKING:
    from iaclint.edits.fix import Fix
    from iaclint.engine.api import Report
    from iaclint.engine.suppression import Suppression
    from iaclint.model.finding import Finding
    from iaclint.source import Position


def render(report: Report, *, color: bool, width: int) -> str:
    """The report as one JSON object; neither colour nor width matter."""
    import json

    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    sources = Sources(report.sources)
    return {
        "version": 1,
        "findings": [_finding(one, sources) for one in report.findings],
        "suppressed": [{**_finding(one, sources), "suppression": _suppression(by)} for one, by in report.suppressed],
        "errors": [{"path": error.path, "message": error.message} for error in report.errors],
        "summary": {"files": report.files, "findings": len(report.findings), "suppressed": len(report.suppressed)},
    }


def _finding(finding: Finding, sources: Sources) -> dict[str, Any]:
    fix = preferred(finding)
    return {
        "rule": finding.rule.name,
        "aliases": list(finding.aliases),
        "controls": frameworks.controls(finding.rule.name),
        "severity": str(finding.rule.severity),
        "confidence": finding.rule.confidence,
        "message": finding.message,
        "path": finding.path,
        "language": finding.language,
        "resource": finding.resource,
        "instances": list(finding.instances),
        "start": _position(finding.start),
        "end": _position(finding.end),
        "related": [
            {"path": one.path, "start": _position(one.start), "end": _position(one.end), "message": one.message}
            for one in finding.related
        ],
        "fingerprint": finding.fingerprint,
        "fix": None if fix is None else _fix(fix, sources),
        "fixes": [data for one in finding.fixes if (data := _fix(one, sources)) is not None],
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column, "offset": position.offset}


def _fix(fix: Fix, sources: Sources) -> dict[str, Any] | None:
    ends = sources.ends(fix.edits)
    if ends is None:
        return None  # half a fix is worse than none
    edits = [
        {"path": edit.path, "start": _position(start), "end": _position(end), "text": edit.text}
        for edit, start, end in ends
    ]
    data: dict[str, Any] = {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "impact": fix.impact.value,
        "edits": edits,
    }
    if fix.needs:
        data["needs"] = [{"name": one.name, "hint": one.hint} for one in fix.needs]
    return data


def _suppression(by: Suppression | None) -> dict[str, Any]:
    if by is None:
        return {"kind": "configuration"}
    if by.peer == "baseline":
        return {"kind": "baseline", "path": by.path}
    return {
        "kind": "comment",
        "names": list(by.names),
        "until": None if by.until is None else by.until.isoformat(),
        "reason": by.reason,
        "line": by.line,
        **({"tool": by.peer} if by.peer else {}),
    }
