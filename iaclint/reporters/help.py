"""What a finding's cure is in words, and how findings count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iaclint.edits.fix import Fix
    from iaclint.model.finding import Finding

_IMPACTS = {"none": "changes nothing deployed", "in-place": "changes in place"}
SEVERITIES = ("critical", "high", "medium", "low", "info")


def preferred(finding: Finding) -> Fix | None:
    """The first Fix that can be applied as it is; None when there is none."""
    for fix in finding.fixes:
        if fix.is_complete and fix.applicability.value != "manual":
            return fix  # type: ignore[no-any-return]
    return None


def cure(finding: Finding) -> str:
    """What to do; with Fixes computed also how far the fix can be trusted. "" when nothing is known."""
    fix = preferred(finding) or next(iter(finding.fixes), None)
    if fix is not None and not fix.needs:
        impact = _IMPACTS.get(fix.impact.value, fix.impact.value)
        note = f"; {fix.note}" if fix.note else ""
        return f"{fix.title} ({fix.applicability.value} fix, {impact}{note})"
    complete = [title for title, needs in finding.repairs if not needs]
    if complete:
        return complete[0]
    if not finding.repairs:
        return finding.rule.remedy
    title, needs = finding.repairs[0]
    wanted = "; ".join(f"{name}: {hint}" for name, hint in needs)
    return f"{title} (needs a value: {wanted})"


def advice(finding: Finding) -> str:
    """What is wrong and what to do about it, in one line."""
    help_ = cure(finding)
    return f"{finding.message}; {help_}" if help_ else finding.message


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, those of one severity in the order of the report."""
    return sorted(findings, key=lambda finding: -int(finding.rule.severity))


def is_repairable(finding: Finding) -> bool:
    """Whether a repair is known that asks for nothing, and there is a file to make it in."""
    return finding.is_open_to_repair and any(not needs for _, needs in finding.repairs)


def by_severity(findings: Iterable[Finding]) -> str:
    """`1 critical, 2 low`, the worst first."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[str(finding.rule.severity)] += 1
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph, on one line."""
    words = " ".join(text.split())
    end = words.find(". ")
    return words[: end + 1] if end >= 0 else words
