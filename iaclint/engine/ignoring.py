"""Writing a suppression comment for a finding: where it must stand to mean that finding, and how it is spelled."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from iaclint.edits.edit import Edit, apply
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.model.block import Document
    from iaclint.model.finding import Finding

_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+|\*/")


def comment(rule: str, reason: str, until: date | None = None) -> str:
    """The comment's text. What cannot stand in a comment becomes a blank."""
    words = [f"# iaclint: ignore[{rule}]"]
    if until is not None:
        words.append(f"until={until.isoformat()}")
    said = " ".join(_UNSPEAKABLE.sub(" ", reason).split())
    return " ".join([*words, said] if said else words)


def suppress(finding: Finding, source: Source, kind: str, text: str) -> Edit | None:
    """An Edit that puts a comment above what a finding is about; None where no place for one silences it.

    `kind`: of the file, see `iaclint.engine.filenames`. `text`: the comment. Going up from where the finding stands,
    the first line is taken from which it covers the finding; the file is read again to see that.
    """
    from iaclint.engine.projects import parse

    path = finding.path
    for number in range(source.line_number(finding.span.start), 0, -1):
        line = source.line_span(number)
        start = max(line.start, source.start)
        head = source.data[start : line.end]
        if not head.strip():
            continue
        indent = head[: len(head) - len(head.lstrip(b" \t"))].decode()
        edit = Edit(path, Span(start, start), f"{indent}{text}{source.newline}")
        after = Source(path, apply(source.data, [edit]))
        document = parse(after, kind)
        if document is None:
            return None
        grown = len(after.data) - len(source.data)
        if _silences(document, after.line_number(start), finding.span.start + grown):
            return edit
        if number < source.line_number(finding.span.start) - 400:
            break
    return None


def _silences(document: Document, line: int, offset: int) -> bool:
    from iaclint.engine.suppression import suppressions

    return any(
        one.line == line and not one.mistake and any(span.start <= offset < span.end for span in one.covers)
        for one in suppressions(document)
    )
