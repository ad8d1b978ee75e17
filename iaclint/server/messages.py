"""Findings and fixes in the words of the Language Server Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls import uris

from iaclint.reporters.help import cure
from iaclint.reporters.printable import printable
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iaclint.edits.fix import Fix
    from iaclint.model.finding import Finding, Related
    from iaclint.server.session import Result

SOURCE = "iaclint"
Encoding = types.PositionEncodingKind | str
_SEVERITIES = {
    "critical": types.DiagnosticSeverity.Error,
    "high": types.DiagnosticSeverity.Error,
    "medium": types.DiagnosticSeverity.Warning,
    "low": types.DiagnosticSeverity.Information,
    "info": types.DiagnosticSeverity.Hint,
}
_IMPACTS = {"none": "changes nothing deployed", "in-place": "changes in place"}


def position(source: Source, offset: int, encoding: Encoding) -> types.Position:
    """A place as the client counts: lines from 0, columns from 0 in its own units."""
    offset = min(offset, len(source.data))
    line = source.line_number(offset) - 1
    if encoding == types.PositionEncodingKind.Utf32:
        return types.Position(line, source.position(offset).column - 1)
    if encoding == types.PositionEncodingKind.Utf8:
        start = max(source.line_span(line + 1).start, min(source.start, offset))
        return types.Position(line, offset - start)
    return types.Position(line, source.utf16_column(offset))


def offset(source: Source, place: types.Position, encoding: Encoding) -> int:
    """The byte a client's place means; beyond the text its end."""
    if place.line >= len(source.line_starts):
        return len(source.data)
    if encoding == types.PositionEncodingKind.Utf32:
        return source.offset_at(place.line + 1, place.character + 1)
    if encoding == types.PositionEncodingKind.Utf8:
        line = source.line_span(place.line + 1)
        return min(max(line.start, source.start) + place.character, line.end)
    return source.offset_at_utf16(place.line + 1, place.character)


def range_of(source: Source, span: Span, encoding: Encoding) -> types.Range:
    """A span as the client counts."""
    return types.Range(position(source, span.start, encoding), position(source, span.end, encoding))


def diagnostics(result: Result, encoding: Encoding) -> list[types.Diagnostic]:
    """What a file's findings say, and what kept it from being checked."""
    found = [
        types.Diagnostic(
            types.Range(types.Position(0, 0), types.Position(0, 0)),
            f"not checked: {printable(message)}",
            severity=types.DiagnosticSeverity.Warning,
            source=SOURCE,
        )
        for message in result.errors
    ]
    source = result.source(result.path)
    if source is not None:
        found += [_diagnostic(finding, source, result, encoding) for finding in result.findings]
    return found


def _diagnostic(finding: Finding, source: Source, result: Result, encoding: Encoding) -> types.Diagnostic:
    rule = finding.rule
    help_ = cure(finding)
    links = rule.references[:1]
    return types.Diagnostic(
        range_of(source, finding.span, encoding),
        printable(finding.message) + (f"\nhelp: {printable(help_)}" if help_ else ""),
        severity=_SEVERITIES[str(rule.severity)],
        code=rule.name,
        code_description=types.CodeDescription(links[0]) if links else None,
        source=SOURCE,
        related_information=[_related(one, result, encoding) for one in finding.related] or None,
        data={"fingerprint": finding.fingerprint},
    )


def _related(one: Related, result: Result, encoding: Encoding) -> types.DiagnosticRelatedInformation:
    source = result.source(one.path)
    if source is not None and one.end.offset <= len(source.data):
        where = range_of(source, Span(one.start.offset, one.end.offset), encoding)
    else:
        # the columns are right in all but a few lines, and the line always is
        where = types.Range(
            types.Position(one.start.line - 1, one.start.column - 1),
            types.Position(one.end.line - 1, one.end.column - 1),
        )
    return types.DiagnosticRelatedInformation(types.Location(uri(one.path), where), printable(one.message))


def uri(path: str) -> str:
    """The URI of an absolute path."""
    return uris.from_fs_path(path) or path


def edits_of(fix: Fix, result: Result, encoding: Encoding) -> types.WorkspaceEdit | None:
    """A Fix as an edit of the workspace; None where a file of it cannot be read."""
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in fix.edits:
        source = result.source(edit.path)
        if source is None or edit.span.end > len(source.data):
            return None
        text = types.TextEdit(range_of(source, edit.span, encoding), edit.text)
        changes.setdefault(uri(edit.path), []).append(text)
    return types.WorkspaceEdit(changes=dict(changes)) if changes else None


def replacement(source: Source, after: bytes, encoding: Encoding) -> types.TextEdit | None:
    """The least edit that makes one text of another; None where they are the same."""
    before = source.data
    if before == after:
        return None
    start = _common(before, after)
    rest = min(len(before), len(after)) - start
    end = _common(before[::-1][:rest], after[::-1][:rest])
    # whole characters only
    while start > 0 and before[start : start + 1] and before[start] & 0xC0 == 0x80:
        start -= 1
    while end > 0 and before[len(before) - end] & 0xC0 == 0x80:
        end -= 1
    text = after[start : len(after) - end].decode("utf-8", "surrogateescape")
    return types.TextEdit(range_of(source, Span(start, len(before) - end), encoding), text)


def _common(first: bytes, second: bytes) -> int:
    """How many bytes two texts begin with alike."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[:middle] == second[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def title(fix: Fix) -> str:
    """A Fix in a menu, with how far it can be trusted and what it does to what is deployed."""
    impact = _IMPACTS.get(fix.impact.value, fix.impact.value)
    note = f"; {fix.note}" if fix.note else ""
    return printable(f"{fix.title} ({fix.applicability.value}, {impact}{note})")


def explanation(findings: Iterable[Finding]) -> str:
    """What a rule says, in Markdown, for each of some findings."""
    parts = []
    for finding in findings:
        rule = finding.rule
        lines = [f"**{rule.title}** ({rule.severity}, `{rule.name}`)", rule.why]
        help_ = cure(finding)
        lines += [f"*{help_}*"] if help_ else []
        lines += [f"[{one}]({one})" for one in rule.references]
        parts.append("\n\n".join(_plain(line) for line in lines if line))
    return "\n\n---\n\n".join(parts)


def _plain(text: str) -> str:
    return printable(text.replace("\n", " ")).replace("<", "&lt;")
