"""Markdown: a table for a merge request's comment or the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.reporters.help import advice, by_severity, counted, worst_first
from iaclint.reporters.printable import printable

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

_SPECIAL = frozenset("\\`*_[]<>#|~@&$")
_RESERVE = 500
"""Bytes kept for the line that says what was left out."""


def render(report: Report, *, color: bool, width: int) -> str:
    """The whole report."""
    return within(report, None)


def within(report: Report, limit: int | None) -> str:
    """The report in no more than `limit` bytes: the findings of the lowest severity are left out, and counted."""
    lines = ["## iaclint", ""]
    if report.findings:
        lines.append(f"{counted(len(report.findings), 'finding')} in {counted(report.files, 'file')}: "
                     f"{by_severity(report.findings)}.")  # fmt: skip
    else:
        lines.append(f"{counted(report.files, 'file')} checked: no findings.")
    if report.suppressed:
        lines.append(f"{counted(len(report.suppressed), 'finding')} suppressed.")
    lines += [f"- **not checked**: {_code(error.path)}: {_text(error.message)}" for error in report.errors]
    rows, left_out = _rows(report, None if limit is None else limit - _RESERVE - _size("\n".join(lines)))
    if rows:
        owner = " owner |" if report.owners else ""
        lines += ["", f"| severity | place | rule | what is wrong |{owner}", "|---|---|---|---|" + "---|" * bool(owner)]
        lines += rows
    if left_out:
        lines += ["", f"{counted(left_out, 'finding')} of lower severity left out: there is no room for more."]
    return "\n".join(lines) + "\n"


def _rows(report: Report, room: int | None) -> tuple[list[str], int]:
    rows: list[str] = []
    for finding in worst_first(report.findings):
        row = _row(finding, report)
        if room is not None:
            room -= _size(row) + 1
            if room < 0:
                break
        rows.append(row)
    return rows, len(report.findings) - len(rows)


def _row(finding: Finding, report: Report) -> str:
    place = _code(f"{finding.path}:{finding.start.line}")
    cells = [str(finding.rule.severity), place, _code(finding.rule.name), _text(advice(finding))]
    if report.owners:
        cells.append(_text(" ".join(report.owners.get(finding.path, ()))))
    return f"| {' | '.join(cells)} |"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _text(text: str) -> str:
    """Text that no Markdown and no HTML in it can change, and that mentions nobody."""
    return "".join(f"&#{ord(one)};" if one in _SPECIAL else one for one in printable(text))


def _code(text: str) -> str:
    """Text in the type of code; `<code>` takes entities, which a pair of backticks does not."""
    return f"<code>{_text(text)}</code>"
