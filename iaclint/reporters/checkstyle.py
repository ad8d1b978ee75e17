"""Checkstyle XML, which many CI plug-ins and editors read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.help import advice
from iaclint.reporters.xml_text import HEADER, element

if TYPE_CHECKING:
    from iaclint.engine.api import Report

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "info", "info": "info"}


def render(report: Report, *, color: bool, width: int) -> str:
    """A `file` for each path with findings or trouble, an `error` for each of them."""
    files: dict[str, list[str]] = {}
    for finding in report.findings:
        attributes: dict[str, object] = {
            "line": finding.start.line,
            "column": finding.start.column,
            "severity": _LEVELS[str(finding.rule.severity)],
            "message": advice(finding),
            "source": f"iaclint.{finding.rule.name}",
        }
        files.setdefault(finding.path, []).extend(element("error", attributes, depth=2))
    for error in report.errors:
        attributes = {"line": 1, "severity": "error", "message": error.message, "source": "iaclint.not-checked"}
        files.setdefault(error.path, []).extend(element("error", attributes, depth=2))
    lines = [line for path in sorted(files) for line in element("file", {"name": path}, files[path], depth=1)]
    return HEADER + "\n".join(element("checkstyle", {"version": "10.0"}, lines)) + "\n"
