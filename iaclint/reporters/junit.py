"""JUnit XML, which every CI shows: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.help import advice
from iaclint.reporters.xml_text import HEADER, element, quoted

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding


def render(report: Report, *, color: bool, width: int) -> str:
    """The suites by path; a file without findings is a case that passed, a suppressed finding a skipped one."""
    cases: dict[str, list[tuple[str, list[str]]]] = {path: [] for path in report.paths}
    for finding in report.findings:
        cases.setdefault(finding.path, []).append(("failure", _failure(finding)))
    for finding, by in report.suppressed:
        reason = "suppressed by the configuration" if by is None else by.reason or "suppressed by a comment"
        lines = _case(finding, element("skipped", {"message": reason}, depth=3))
        cases.setdefault(finding.path, []).append(("skipped", lines))
    for error in report.errors:
        inside = element("error", {"type": "not-checked", "message": error.message}, depth=3)
        lines = element("testcase", {"name": "not checked", "classname": error.path, "time": 0}, inside, depth=2)
        cases.setdefault(error.path, []).append(("error", lines))
    suites: list[str] = []
    kinds: list[str] = []
    for path in sorted(cases):
        some = cases[path] or [
            ("", element("testcase", {"name": "no findings", "classname": path, "time": 0}, depth=2))
        ]
        kinds += [kind for kind, _ in some]
        inside = [line for _, lines in some for line in lines]
        suites += element(
            "testsuite", {"name": path, **_counts([kind for kind, _ in some]), "time": 0}, inside, depth=1
        )
    return HEADER + "\n".join(element("testsuites", {"name": "iaclint", **_counts(kinds), "time": 0}, suites)) + "\n"


def _counts(kinds: list[str]) -> dict[str, object]:
    return {
        "tests": len(kinds),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }


def _case(finding: Finding, inside: list[str]) -> list[str]:
    place = f"{finding.start.line}:{finding.start.column}"
    name = " ".join(word for word in (finding.rule.name, finding.resource, f"at {place}") if word)
    return element("testcase", {"name": name, "classname": finding.path, "time": 0}, inside, depth=2)


def _failure(finding: Finding) -> list[str]:
    place = f"{finding.path}:{finding.start.line}:{finding.start.column}"
    text = f"{place}: {finding.rule.severity}: {advice(finding)}. {finding.rule.why}"
    message: dict[str, object] = {"type": finding.rule.name, "message": finding.message}
    return _case(finding, element("failure", message, [f"        {quoted(text)}"], depth=3))
