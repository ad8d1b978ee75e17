"""Reviewdog's diagnostic format (rdjson): comments on a change, with suggestions to accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.reporters.changes import changes
from iaclint.reporters.help import advice, preferred
from iaclint.reporters.places import Sources
from iaclint.reporters.secrets import Secrets

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding
    from iaclint.source import Source

_LEVELS = {"critical": "ERROR", "high": "ERROR", "medium": "WARNING", "low": "INFO", "info": "INFO"}


def render(report: Report, *, color: bool, width: int) -> str:
    """The report as one DiagnosticResult."""
    import json

    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data. Columns count bytes, as the format has it."""
    sources = Sources(report.sources)
    secrets = Secrets([*report.findings, *(finding for finding, _ in report.suppressed)], report.sources)
    diagnostics = [_diagnostic(finding, sources, secrets) for finding in report.findings]
    diagnostics += [
        {"message": f"not checked: {error.message}", "location": {"path": error.path}, "severity": "ERROR"}
        for error in report.errors
    ]
    return {"source": {"name": "iaclint"}, "diagnostics": diagnostics}


def _diagnostic(finding: Finding, sources: Sources, secrets: Secrets) -> dict[str, Any]:
    source = sources.get(finding.path)
    code = {"value": finding.rule.name}
    if finding.rule.references:
        code["url"] = finding.rule.references[0]
    data: dict[str, Any] = {
        "message": advice(finding),
        "location": {"path": finding.path, "range": _range(finding, source)},
        "severity": _LEVELS[str(finding.rule.severity)],
        "code": code,
    }
    fix = preferred(finding)
    made = changes(fix, sources, secrets) if fix is not None else []
    # a suggestion is accepted alone, so it must be the whole repair
    if len(made) == 1 and made[0].source.path == finding.path:
        (change,) = made
        ends = {"start": _position(change.source, change.span.start), "end": _position(change.source, change.span.end)}
        data["suggestions"] = [{"range": ends, "text": change.after}]
    return data


def _range(finding: Finding, source: Source | None) -> dict[str, Any]:
    if source is None or finding.span.end > len(source.data):
        return {"start": {"line": finding.start.line}}
    return {"start": _position(source, finding.span.start), "end": _position(source, finding.span.end)}


def _position(source: Source, offset: int) -> dict[str, int]:
    number = source.line_number(offset)
    return {"line": number, "column": offset - max(source.start, source.line_span(number).start) + 1}
