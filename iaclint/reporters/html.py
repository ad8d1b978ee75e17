"""A self-contained HTML page: searchable, by severity, rule, file and owner, each repair as before and after.

It loads nothing and runs only its own script, by hash; all text from files is escaped, and secrets are masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint import __version__
from iaclint.reporters.changes import changes
from iaclint.reporters.frame import frame
from iaclint.reporters.help import SEVERITIES, by_severity, counted, cure, preferred, worst_first
from iaclint.reporters.places import Sources
from iaclint.reporters.printable import printable
from iaclint.reporters.secrets import Secrets
from iaclint.reporters.xml_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

_WIDTH = 110
"""Cells of a code frame."""


def render(report: Report, *, color: bool, width: int) -> str:
    """The page; neither colour nor width matter."""
    import re
    from importlib.resources import files

    page = files("iaclint.reporters").joinpath("page.html").read_text(encoding="utf-8")
    script = page[page.index("<script>") + len("<script>") : page.index("</script>")]
    parts = {
        "hash": _hash(script),
        "version": __version__,
        "summary": _summary(report),
        "filters": _filters(report),
        "errors": "".join(f"<li><code>{quoted(one.path)}</code>: not checked: {quoted(one.message)}</li>\n"
                          for one in report.errors),
        "findings": "\n".join(_articles(report)),
    }  # fmt: skip
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page)


def _hash(script: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return b64encode(sha256(script.encode()).digest()).decode()


def _summary(report: Report) -> str:
    files = counted(report.files, "file")
    if not report.findings:
        text = f"{files} checked: no findings."
    else:
        text = f"{counted(len(report.findings), 'finding')} in {files}: {by_severity(report.findings)}."
    if report.suppressed:
        text += f" {counted(len(report.suppressed), 'finding')} suppressed."
    return quoted(text)


def _filters(report: Report) -> str:
    found = {str(finding.rule.severity) for finding in report.findings}
    parts = [_choice("severity", [one for one in SEVERITIES if one in found])]
    parts.append(_choice("rule", sorted({finding.rule.name for finding in report.findings})))
    parts.append(_choice("file", sorted({finding.path for finding in report.findings})))
    owners = sorted({owner for finding in report.findings for owner in report.owners.get(finding.path, ())})
    if owners:
        parts.append(_choice("owner", owners))
    return "\n".join(parts)


def _choice(name: str, values: Iterable[str]) -> str:
    options = "".join(f"<option>{quoted(one)}</option>" for one in values)
    return f'<label>{name} <select data-filter="{name}"><option value="">all</option>{options}</select></label>'


def _articles(report: Report) -> Iterable[str]:
    sources = Sources(report.sources)
    secrets = Secrets([*report.findings, *(finding for finding, _ in report.suppressed)], report.sources)
    for finding in worst_first(report.findings):
        yield _article(finding, report, sources, secrets)


def _article(finding: Finding, report: Report, sources: Sources, secrets: Secrets) -> str:
    rule, severity = finding.rule, str(finding.rule.severity)
    owners = report.owners.get(finding.path, ())
    place = f"{finding.path}:{finding.start.line}:{finding.start.column}"
    lines = [
        f"<article {_data(finding, owners)}>",
        f'<h2><span class="level {severity}">{severity}</span> {quoted(finding.message)}</h2>',
        f'<p class="place"><code>{quoted(place)}</code> <code>{quoted(rule.name)}</code>'
        + (f" {quoted(finding.resource)}" if finding.resource else "")
        + (f' <span class="owner">{quoted(" ".join(owners))}</span>' if owners else "")
        + "</p>",
        *_code(finding, report, secrets),
        f"<p>{quoted(rule.why)}</p>" if rule.why else "",
    ]
    help_ = cure(finding)
    lines += [f'<p class="cure">{quoted(help_)}</p>'] if help_ else []
    fix = preferred(finding)
    for change in changes(fix, sources, secrets) if fix is not None else ():
        whole = change.in_lines()
        lines.append(f'<figure><figcaption><code>{quoted(change.source.path)}</code></figcaption><pre class="diff">')
        lines += [f"<del>{_line(one)}</del>" for one in _lines(whole.before)]
        lines += [f"<ins>{_line(one)}</ins>" for one in _lines(whole.after)]
        lines.append("</pre></figure>")
    for one in finding.related:
        lines.append(f"<p><code>{quoted(f'{one.path}:{one.start.line}')}</code>: {quoted(one.message)}</p>")
    if len(finding.instances) > 1:
        lines.append(f"<p>Stands for {quoted(', '.join(finding.instances))}.</p>")
    links = [f'<a href="{quoted(one)}" rel="noreferrer">{quoted(one)}</a>' for one in rule.references if _is_web(one)]
    lines += [f'<p class="links">{" ".join(links)}</p>'] if links else []
    return "\n".join([*(line for line in lines if line), "</article>"])


def _data(finding: Finding, owners: Iterable[str]) -> str:
    """What the filters look at."""
    facts = {
        "severity": str(finding.rule.severity),
        "rule": finding.rule.name,
        "file": finding.path,
        "owner": " ".join(owners),
    }
    return " ".join(f'data-{name}="{quoted(value)}"' for name, value in facts.items())


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _code(finding: Finding, report: Report, secrets: Secrets) -> list[str]:
    source = report.sources.get(finding.path)
    if source is None or finding.span.start > len(source.data):
        return []
    masks = secrets.within(finding.path, source.line_span(source.line_number(finding.span.start)))
    rows = frame(source, finding.span, masks, width=_WIDTH, style="", color=False)
    return ["<pre>" + "\n".join(map(_line, rows[1:])) + "</pre>"]


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []


def _line(text: str) -> str:
    return quoted(printable(text.replace("\t", "    ")))
