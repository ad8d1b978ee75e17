"""What a Fix changes, file by file, for reports that show or suggest it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iaclint.edits.edit import EditConflict, apply, merge
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.edits.fix import Fix
    from iaclint.reporters.places import Sources
    from iaclint.reporters.secrets import Secrets

_LONGEST = 20_000
"""Bytes from the first edit to the last; more than that explains nothing."""


class Change(NamedTuple):
    """One file's part of a Fix: `after` in place of the bytes of `span`."""

    source: Source
    span: Span
    after: str

    @property
    def before(self) -> str:
        """The text that goes away."""
        return self.source.slice(self.span)

    def in_lines(self) -> Change:
        """The same change with its lines whole."""
        source = self.source
        start = max(source.start, source.line_span(source.line_number(self.span.start)).start)
        # an insertion before a line break, or whole lines, reach no further than they say
        at_start = self.span.end > self.span.start and source.data[self.span.end - 1 : self.span.end] == b"\n"
        end = self.span.end if at_start else source.line_span(source.line_number(self.span.end)).end
        head, tail = (
            source.slice(Span(start, self.span.start)),
            source.slice(Span(self.span.end, max(end, self.span.end))),
        )
        return Change(source, Span(start, max(end, self.span.end)), head + self.after + tail)


def changes(fix: Fix, sources: Sources, secrets: Secrets) -> list[Change]:
    """The Change of each file, in order of their names; none where it would show a secret or cannot be shown."""
    found = []
    for path in sorted({edit.path for edit in fix.edits}):
        source = sources.get(path)
        edits = [edit for edit in fix.edits if edit.path == path]
        if source is None or max(edit.span.end for edit in edits) > len(source.data):
            return []
        try:
            edits = merge(edits)
        except EditConflict:
            return []
        span = Span(edits[0].span.start, max(edit.span.end for edit in edits))
        if span.end - span.start > _LONGEST:
            return []
        moved = [edit._replace(span=Span(edit.span.start - span.start, edit.span.end - span.start)) for edit in edits]
        after = apply(source.data[span.start : span.end], moved).decode("utf-8", "surrogateescape")
        change = Change(source, span, after)
        if secrets.within(path, change.in_lines().span):
            return []
        found.append(change)
    return found
