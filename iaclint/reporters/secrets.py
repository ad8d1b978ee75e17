"""Where secrets stand, so that no report shows them."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iaclint.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iaclint.model.finding import Finding

TAG = "secret"
_NAMED = re.compile(r"[\"']?[A-Za-z_][\w.\-]*[\"']?(?:[ \t]*=(?!=)[ \t]*|:[ \t]+)(?=[^\s=])")
"""`name = `, `NAME=`, `name: ` before a value. Base64 text may end in `=`, so something else must follow."""


class Secrets:
    """The secrets that findings point at, by file."""

    def __init__(self, findings: Iterable[Finding], sources: Mapping[str, Source]) -> None:
        found: dict[str, list[Span]] = {}
        for finding in findings:
            if TAG in finding.rule.tags:
                found.setdefault(finding.path, []).append(_literal(finding.span, sources.get(finding.path)))
                for one in finding.related:
                    span = Span(one.start.offset, one.end.offset)
                    found.setdefault(one.path, []).append(_literal(span, sources.get(one.path)))
        self._spans = {path: _merged(spans) for path, spans in found.items()}
        self._ends = {path: [span.end for span in spans] for path, spans in self._spans.items()}

    def within(self, path: str, line: Span) -> list[Span]:
        """The secrets that touch a line, in order."""
        spans = self._spans.get(path, [])
        found = []
        for index in range(bisect_left(self._ends.get(path, []), line.start), len(spans)):
            if spans[index].start > line.end:
                break
            found.append(spans[index])
        return found


def _literal(span: Span, source: Source | None) -> Span:
    """The part of a span that is not the name of what holds the secret."""
    if source is None:
        return span
    named = _NAMED.match(source.slice(span))
    if named is None:
        return span
    return Span(span.start + len(named.group().encode("utf-8", "surrogateescape")), span.end)


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
