"""Text for people: each finding with its code, why it matters and the cure; then what it adds up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.model.module_sources import remote
from iaclint.reporters.frame import frame
from iaclint.reporters.help import by_severity, counted, cure, first_sentence, is_repairable
from iaclint.reporters.printable import paint, printable, shorten, wrap
from iaclint.reporters.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

_NAMED = 5
"""How many modules that are not at hand are named."""
_ACCOUNT = (
    ("not_fixable", "no fix", ""),
    ("needs_value", "need a value", "needs a value"),
    ("withheld", "withheld", "fix withheld"),
    ("left_by_level", "left by level", ""),
)


def render(report: Report, *, color: bool, width: int) -> str:
    """The findings, what could not be checked, the account of fixing, and a summary."""
    silenced = [finding for finding, _ in report.suppressed]
    secrets = Secrets([*report.findings, *silenced], report.sources)
    parts = ["\n".join(_finding(one, report, secrets, color, width)) + "\n" for one in report.findings]
    lines = [f"{printable(error.path)}: {paint('not checked', 'high', color)}: {printable(error.message)}"
             for error in report.errors]  # fmt: skip
    lines += account(report, would=False)
    lines += list(_summary(report, color))
    return "\n".join([*parts, *lines]) + "\n"


def _finding(finding: Finding, report: Report, secrets: Secrets, color: bool, width: int) -> Iterator[str]:
    rule = finding.rule
    severity = str(rule.severity)
    place = f"{printable(finding.path)}:{finding.start.line}:{finding.start.column}:"
    head = (paint(place, "bold", color), paint(severity, severity, color), paint(rule.name, "bold", color))
    yield " ".join((*head, printable(finding.message)))
    margin = " " * (len(str(finding.start.line)) + 1)
    source = report.sources.get(finding.path)
    if source is not None and finding.span.start <= len(source.data):
        line = source.line_span(source.line_number(finding.span.start))
        masks = secrets.within(finding.path, line)
        yield from frame(source, finding.span, masks, width=width, style=severity, color=color)
    why = shorten(printable(first_sentence(rule.why)), max(20, width - len(margin) - len("= why: ")))
    yield from _note(margin, "why", why, width)
    help_ = cure(finding)
    if help_:
        yield from _note(margin, "help", printable(" ".join(help_.split())), width)
    for one in finding.related:
        where = f"{printable(one.path)}:{one.start.line}:{one.start.column}"
        yield from _note(margin, "also", f"{where}: {printable(one.message)}", width)
    if len(finding.instances) > 1:
        names = printable(", ".join(finding.instances))
        yield from _note(margin, "also", f"stands for {len(finding.instances)} instances: {names}", width)


def _note(margin: str, label: str, text: str, width: int) -> Iterator[str]:
    start = f"{margin}= {label}: "
    yield start + wrap(text, max(20, width - len(start)), " " * len(start))


def account(report: Report, *, would: bool) -> list[str]:
    """What became of every finding when fixing; the numbers add up. `would`: nothing was written."""
    kept = report.account
    if kept is None:
        return []
    lists = {name: getattr(kept, name) for name, _, _ in _ACCOUNT}
    total = len(kept.fixed) + sum(map(len, lists.values()))
    lines = []
    for name, _, label in _ACCOUNT:
        for finding, reason in lists[name] if label else ():
            place = f"{printable(finding.path)}:{finding.start.line}:{finding.start.column}:"
            lines.append(f"{place} {finding.rule.name}: {label}: {printable(' '.join(reason.split()))}")
    rest = ", ".join(f"{len(lists[name])} {words}" for name, words, _ in _ACCOUNT if lists[name])
    verb = "Would fix" if would else "Fixed"
    lines.append(f"{verb} {len(kept.fixed)} of {counted(total, 'finding')}" + (f": {rest}." if rest else "."))
    return lines


def _summary(report: Report, color: bool) -> Iterator[str]:
    checked = f"Checked {counted(report.files, 'file')}:"
    if report.findings:
        yield f"{checked} {counted(len(report.findings), 'finding')} ({by_severity(report.findings)})."
    else:
        yield f"{checked} {paint('no findings', 'good', color)}."
    known = sum(by is not None and by.peer == "baseline" for _, by in report.suppressed)
    if known:
        yield f"{counted(known, 'finding')} known from the baseline."
    if len(report.suppressed) > known:
        yield f"{counted(len(report.suppressed) - known, 'finding')} suppressed."
    if report.errors:
        yield f"Not everything could be checked: {counted(len(report.errors), 'problem')}, named above."
    missing = sorted({shown for one in report.missing if (shown := remote(one))})
    if missing:
        named = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "")
        what = f"{counted(len(missing), 'module')} not at hand, so unknown (terraform init fetches them)"
        yield f"{what}: {printable(named)}."
    repairable = sum(map(is_repairable, report.findings))
    if repairable and report.account is None:
        yield (
            f"{counted(repairable, 'finding')} can be repaired: --diff shows how, --fix applies what is safe, "
            "--unsafe-fixes the rest."
        )
