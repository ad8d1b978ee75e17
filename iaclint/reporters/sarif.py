"""SARIF 2.1.0, as GitHub code scanning takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint import __version__
from iaclint.reporters.help import cure
from iaclint.reporters.places import Sources
from iaclint.rules import frameworks

if TYPE_CHECKING:
    from iaclint.edits.fix import Fix
    from iaclint.engine.api import Report
    from iaclint.engine.suppression import Suppression
    from iaclint.model.finding import Finding
    from iaclint.rules.rule import Rule
    from iaclint.source import Position

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
"""GitHub's bands: above 9 critical, from 7 high, from 4 medium, from 0.1 low."""
MOST_RESULTS = 25_000
MOST_TAGS = 20
MOST_BYTES = 10_000_000
"""What GitHub takes: results a run, tags a rule, bytes of the log once it is packed (gzip)."""


def render(report: Report, *, color: bool, width: int) -> str:
    """The report as one SARIF log with one run."""
    import json

    log = as_data(report)
    text = json.dumps(log, indent=2, ensure_ascii=False) + "\n"
    if len(text) > MOST_BYTES and _packed(text) > MOST_BYTES:
        # the findings matter more than how each would be repaired
        for result in log["runs"][0]["results"]:
            result.pop("fixes", None)
        text = json.dumps(log, ensure_ascii=False) + "\n"
    return text


def _packed(text: str) -> int:
    from zlib import compress

    return len(compress(text.encode("utf-8", "backslashreplace"), 6))


def as_data(report: Report) -> dict[str, Any]:
    """The log as plain data."""
    sources = Sources(report.sources)
    pairs: list[tuple[Finding, list[dict[str, Any]] | None]] = [(finding, None) for finding in report.findings]
    pairs += [(finding, [_suppression(by)]) for finding, by in report.suppressed]
    left_out = len(pairs) - MOST_RESULTS
    if left_out > 0:
        worst = sorted(range(len(pairs)), key=lambda index: (pairs[index][1] is not None, -_severity(pairs[index])))
        pairs = [pairs[index] for index in sorted(worst[:MOST_RESULTS])]
    rules = {finding.rule.name: finding.rule for finding, _ in sorted(pairs, key=lambda pair: pair[0].rule.name)}
    indices = {name: index for index, name in enumerate(rules)}
    results = []
    for finding, suppressions in pairs:
        result = _result(finding, indices[finding.rule.name], sources)
        if suppressions is not None:
            result["suppressions"] = suppressions
        results.append(result)
    notes = [_note("error", error.message, error.path) for error in report.errors]
    if left_out > 0:
        notes.append(_note("warning", f"{left_out} findings of the lowest severity are left out: GitHub takes no more"))
    driver = {"name": "iaclint", "semanticVersion": __version__, "rules": [_rule(rule) for rule in rules.values()]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not report.errors, "toolExecutionNotifications": notes}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _severity(pair: tuple[Finding, object]) -> int:
    return int(pair[0].rule.severity)


def _note(level: str, text: str, path: str | None = None) -> dict[str, Any]:
    note: dict[str, Any] = {"level": level, "message": {"text": text}}
    if path is not None:
        note["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(path)}}]
    return note


def _rule(rule: Rule) -> dict[str, Any]:
    severity = str(rule.severity)
    properties: dict[str, Any] = {"tags": _tags(rule), "precision": rule.confidence}
    if severity in _SCORES:
        properties["security-severity"] = _SCORES[severity]
    controls = frameworks.controls(rule.name)
    if controls:
        properties["controls"] = controls
    data: dict[str, Any] = {
        "id": rule.name,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": _help(rule, markdown=False), "markdown": _help(rule, markdown=True)},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": properties,
    }
    if rule.references:
        data["helpUri"] = rule.references[0]
    return data


def _tags(rule: Rule) -> list[str]:
    # frameworks only: GitHub takes no more than 20 tags, and a rule may answer more controls than that
    tags = ["security", *rule.tags, *frameworks.tags(rule.name)]
    if rule.cwe is not None:
        tags.append(f"external/cwe/cwe-{rule.cwe:03d}")
    return list(dict.fromkeys(tags))[:MOST_TAGS]


def _help(rule: Rule, *, markdown: bool) -> str:
    parts = [f"{rule.title}.", rule.why]
    if rule.remedy:
        parts.append(f"Remedy: {rule.remedy}")
    if rule.fix_safety:
        parts.append(f"Fix safety: {rule.fix_safety}")
    if rule.references:
        parts.append("\n".join(f"- <{one}>" if markdown else one for one in rule.references))
    return "\n\n".join(part for part in parts if part)


def _result(finding: Finding, index: int, sources: Sources) -> dict[str, Any]:
    help_ = cure(finding)
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.path),
            "region": _line_region(finding.start, finding.end),
        }
    }
    if finding.resource:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.resource, "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": finding.rule.name,
        "ruleIndex": index,
        "level": _LEVELS[str(finding.rule.severity)],
        "message": {"text": finding.message + (f". Cure: {help_}" if help_ else "")},
        "locations": [location],
        "partialFingerprints": {"iaclint/v1": finding.fingerprint},
        "properties": {"aliases": list(finding.aliases)},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": one.message},
                "physicalLocation": {"artifactLocation": _artifact(one.path), "region": _region(one.start, one.end)},
            }
            for number, one in enumerate(finding.related)
        ]
    fixes = [data for fix in finding.fixes if fix.is_complete and (data := _fix(fix, sources)) is not None]
    if fixes:
        result["fixes"] = fixes
    return result


def _fix(fix: Fix, sources: Sources) -> dict[str, Any] | None:
    ends = sources.ends(fix.edits)
    if ends is None:
        return None
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit, start, end in ends:
        replacement = {"deletedRegion": _region(start, end), "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.path, []).append(replacement)
    return {
        "description": {"text": f"{fix.title} ({fix.applicability.value}, {fix.impact.value})"},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": some} for path, some in changes.items()
        ],
    }


def _suppression(by: Suppression | None) -> dict[str, Any]:
    if by is None or by.peer == "baseline":
        return {"kind": "external", "status": "accepted"}
    justification = {"justification": by.reason} if by.reason else {}
    return {"kind": "inSource", "status": "accepted", **justification}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _line_region(start: Position, end: Position) -> dict[str, int]:
    """The place on its first line only: GitHub marks every line of a longer one in a pull request."""
    if start.line == end.line:
        return _region(start, end)
    return {"startLine": start.line, "startColumn": start.column}


def _artifact(path: str) -> dict[str, str]:
    from urllib.parse import quote

    uri = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
