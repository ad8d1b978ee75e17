"""Inline suppressions: `# iaclint: ignore[name,name] until=2027-01-31 reason`.

Behind code a comment covers its line, and the argument that begins or ends there; on a line of its own the
next argument, task, instruction or block; `ignore-file` before any code covers the file. A comment that
does not hold (expired, no names, no such date) silences nothing, and the finding it meant says so.
"""

from __future__ import annotations

import fnmatch
import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from datetime import date
from heapq import heappop, heappush
from typing import NamedTuple

from iaclint.engine import peer_comments
from iaclint.engine.lines import Lines
from iaclint.engine.peer_comments import PeerComment
from iaclint.model.block import Document
from iaclint.model.finding import Finding, Related
from iaclint.rules.frameworks import selects
from iaclint.source import Span

_DIRECTIVE = re.compile(
    r"\biaclint:[ \t]*(?P<verb>ignore-file|ignore)(?![\w-])[ \t]*(?:\[(?P<names>[^\]\r\n]*)\])?"
    r"(?:[ \t]*until=(?P<until>[^\s]*))?(?P<reason>[^\r\n]*)"
)
BASELINE = "baseline"
"""The `peer` of what no comment but the baseline silences."""
_TASKS = frozenset({"task", "handler"})
_HOLDERS = _TASKS | {"resource", "data", "module", "provider", "variable", "play"}
_NAMELESS = "names no rule: write ignore[rule-name]"


class Suppression(NamedTuple):
    """One comment that silences findings.

    names      rule names, globs, tags or aliases; `all` for any
    covers     the bytes whose findings it silences; empty for a whole file
    file_wide  whether it covers the file
    until      the day from which it holds no more
    comment    where it stands
    peer       the tool whose comment it is ("hadolint", "checkov" ...); BASELINE where the baseline knows it; else ""
    line       the comment's line
    mistake    why it silences nothing whatever the day, or ""
    """

    path: str
    names: tuple[str, ...]
    covers: tuple[Span, ...]
    file_wide: bool
    until: date | None
    reason: str
    comment: Span
    line: int
    mistake: str = ""
    peer: str = ""

    def means(self, finding: Finding) -> bool:
        """Whether it names the finding's rule; one without names means any."""
        return not self.names or any(_means(name, finding) for name in self.names)

    def trouble(self, today: date) -> str:
        """Why it does not hold today, or ""."""
        if self.mistake:
            return f"the suppression here {self.mistake}"
        if self.until is not None and today >= self.until:
            return f"the suppression here expired on {self.until.isoformat()}"
        return ""


def _means(name: str, finding: Finding) -> bool:
    rule = finding.rule
    if name == "all" or name == rule.name or name in finding.aliases or name in rule.tags:
        return True
    if selects(name, rule.name):
        return True
    return "*" in name and any(fnmatch.fnmatchcase(one, name) for one in (rule.name, *finding.aliases))


def suppressions(document: Document) -> list[Suppression]:
    """The suppressions of a Document, in order."""
    if not document.comments:
        return []
    places = _Places(document)
    found = []
    for comment in document.comments:
        text = document.source.slice(comment)
        found += [_read(document, comment, match, places) for match in _DIRECTIVE.finditer(text)]
        is_first = document.source.line_number(comment.start) == 1
        for peer in peer_comments.read(text, document.language, is_first=is_first):
            found.append(_read_peer(document, comment, peer, places))
    return found


def _read_peer(document: Document, comment: Span, peer: PeerComment, places: _Places) -> Suppression:
    is_file_wide = peer.scope == peer_comments.FILE
    covers: tuple[Span, ...] = ()
    if peer.scope in (peer_comments.HERE, peer_comments.BELOW):
        covers = tuple(_covered(document, comment, places))
    elif not is_file_wide:
        covers = tuple(_holder(comment, places, peer.scope))
    line = document.source.line_number(comment.start)
    return Suppression(
        document.path, peer.names, covers, is_file_wide, peer.until, peer.reason, comment, line, peer=peer.tool
    )


def _holder(comment: Span, places: _Places, scope: str) -> Iterator[Span]:
    """The block (in Ansible the task) that a comment stands in, or on whose last line."""
    kinds = _TASKS if scope == peer_comments.TASK else _HOLDERS
    line = places.lines.source.line_span(places.lines.source.line_number(comment.start))
    found = None
    for span, kind in places.before(comment.start):
        if kind in kinds and (span.end >= comment.end or span.end >= line.start):
            found = span
            if kind in _TASKS:
                break
    if found is not None:
        yield found


def _read(document: Document, comment: Span, match: re.Match[str], places: _Places) -> Suppression:
    names = tuple(name.strip() for name in (match["names"] or "").split(",") if name.strip())
    mistake = "" if names else _NAMELESS
    until = None
    if match["until"] is not None:
        try:
            until = date.fromisoformat(match["until"])
        except ValueError:
            mistake = mistake or f"has no date behind until=: {match['until']!r}"
    is_file_wide = match["verb"] == "ignore-file"
    covers: tuple[Span, ...] = ()
    if is_file_wide:
        if not places.lines.is_before_code(comment.start):
            mistake = mistake or "comes too late: ignore-file stands before any code"
    else:
        covers = tuple(_covered(document, comment, places))
    reason = match["reason"].strip().removesuffix("*/").strip()
    line = document.source.line_number(comment.start)
    return Suppression(document.path, names, covers, is_file_wide, until, reason, comment, line, mistake)


# --- what a comment covers -------------------------------------------------------------------


class _Places:
    """The Blocks and arguments of a Document by where they begin, each knowing the one around it."""

    def __init__(self, document: Document) -> None:
        self.lines = Lines(document.source)
        found: list[tuple[Span, str]] = []
        for block in document.walk():
            found.append((block.span, block.kind))
            found += [(argument.span, "argument") for argument in block.arguments.values()]
        self.items = sorted(found, key=lambda item: (item[0].start, -item[0].end))
        self.starts = [span.start for span, _ in self.items]
        self.around: list[int] = []
        open_: list[int] = []
        for index, (span, _) in enumerate(self.items):
            while open_ and self.items[open_[-1]][0].end <= span.start:
                open_.pop()
            self.around.append(open_[-1] if open_ else -1)
            open_.append(index)

    def before(self, offset: int) -> Iterator[tuple[Span, str]]:
        """The last item that begins before an offset, and all around it, the innermost first."""
        index = bisect_left(self.starts, offset) - 1
        while index >= 0:
            yield self.items[index]
            index = self.around[index]

    def on(self, line: Span) -> Iterator[tuple[Span, str]]:
        """The items that begin on a line, the outermost first."""
        first, last = (bisect_left(self.starts, offset) for offset in (line.start, max(line.end, line.start + 1)))
        yield from self.items[first:last]


def _covered(document: Document, comment: Span, places: _Places) -> Iterator[Span]:
    source = document.source
    line = source.line_span(source.line_number(comment.start))
    before = source.slice(Span(max(line.start, source.start), max(comment.start, source.start)))
    behind = source.slice(Span(comment.end, max(comment.end, line.end)))
    if not before.strip() and not behind.strip():
        yield from _covered_below(document, comment, places)
    elif document.language != "dockerfile":
        yield line
        yield from _arguments_at(line, places, document.language)


def _covered_below(document: Document, comment: Span, places: _Places) -> Iterator[Span]:
    """What follows a comment on a line of its own, never beyond the block or text that holds the comment."""
    source = document.source
    holders = [(span, kind) for span, kind in places.before(comment.start) if span.end > comment.end]
    if any(kind == "instruction" for _, kind in holders):
        return  # within a continued instruction: nothing of its own begins here
    number = places.lines.code_line_after(comment.end)
    if number is None:
        return
    line = source.line_span(number)
    limit = min((span.end for span, _ in holders), default=len(source.data))
    if line.start >= limit:
        return
    # a comment above FROM is about FROM, not about the stage
    item = next((span for span, kind in places.on(line) if kind != "stage"), None) or places.lines.following(number)
    yield Span(line.start, min(item.end, max(limit, line.end)))


def _arguments_at(line: Span, places: _Places, language: str) -> Iterator[Span]:
    """The arguments (and module calls) that begin on a line, and the arguments that end there."""
    for span, kind in places.on(line):
        if kind == "argument" or (kind == "module" and language == "ansible"):
            yield span
    for span, kind in places.before(line.start):
        if kind == "argument" and line.start < span.end <= line.end:
            yield span


# --- applying them ---------------------------------------------------------------------------


def apply(
    findings: Iterable[Finding], documents: Iterable[Document], today: date, *, unheard: Container[str] = ()
) -> tuple[list[Finding], list[tuple[Finding, Suppression | None]]]:
    """Findings that stand, and those a comment silences with the comment.

    A finding that is meant by a comment which does not hold gets a Related place that says why.
    `unheard`: the tools whose comments do not count.
    """
    documents_by_path = {document.path: document for document in documents if document.comments}
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    kept: list[Finding] = []
    silenced: list[tuple[Finding, Suppression | None]] = []
    for path, some in by_path.items():
        document = documents_by_path.get(path)
        if document is None:
            kept += some
            continue
        comments = [one for one in suppressions(document) if one.peer not in unheard]
        for finding, about in _meant(some, comments):
            holding = next((one for one in about if not one.trouble(today)), None)
            if holding is not None:
                silenced.append((finding, holding))
            else:
                notes = tuple(_note(document, one, today) for one in about)
                kept.append(replace(finding, related=(*finding.related, *notes)) if notes else finding)
    return kept, silenced


def _meant(findings: list[Finding], comments: list[Suppression]) -> Iterator[tuple[Finding, list[Suppression]]]:
    """Each finding with the comments that mean it; one sweep over the file, however many there are."""
    file_wide = [one for one in comments if one.file_wide]
    spans = sorted((span.start, span.end, index) for index, one in enumerate(comments) for span in one.covers)
    active: list[tuple[int, int]] = []
    at = 0
    for finding in sorted(findings, key=Finding.sort_key):
        offset = finding.span.start
        while at < len(spans) and spans[at][0] <= offset:
            heappush(active, (max(spans[at][1], spans[at][0] + 1), spans[at][2]))
            at += 1
        while active and active[0][0] <= offset:
            heappop(active)
        near = [comments[index] for index in sorted({index for _, index in active})]
        yield finding, [one for one in (*near, *file_wide) if one.means(finding)]


def _note(document: Document, one: Suppression, today: date) -> Related:
    source = document.source
    start, end = source.position(one.comment.start), source.position(one.comment.end)
    return Related(document.path, start, end, one.trouble(today))
