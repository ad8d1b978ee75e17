"""Suppression comments that silence nothing: expired, wrong, or with nothing left to silence."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from iaclint.engine.suppression import Suppression, suppressions
from iaclint.engine.walk import settle
from iaclint.model.finding import Finding
from iaclint.rules.rule import RULES, Rule

if TYPE_CHECKING:
    from iaclint.engine.registry import Selection
    from iaclint.model.block import Document
    from iaclint.source import Span

UNUSED, EXPIRED = "unused-suppression", "expired-suppression"
Comment = tuple[str, "Span"]
"""Path and span of a comment."""
Verdict = tuple[Finding, Suppression | None] | None
"""What is wrong with a comment, and another comment that tolerates it; None for one that is of use."""


def judge(
    documents: Iterable[Document], used: set[Comment], selection: Selection, today: date, *, is_certain: bool
) -> Iterator[tuple[Comment, Verdict]]:
    """Each comment of our own kind, with the Verdict on it.

    `used`: the comments that silence something. `is_certain`: whether nothing unknown may bring further findings.
    """
    for document in documents:
        comments = [one for one in suppressions(document) if not one.peer] if document.comments else []
        for one in comments:
            if (one.path, one.comment) in used:
                yield (one.path, one.comment), None
                continue
            found = _wrong(one, selection, today, is_certain)
            if found is None:
                continue
            name, message = found
            rule = RULES.get(name)
            if rule is not None and selection.includes(rule):
                finding = Finding((document, one.comment), message)
                settle(finding, rule)
                by = next((other for other in comments if _tolerates(other, one, finding, today)), None)
                yield (one.path, one.comment), (finding, by)


def _tolerates(other: Suppression, one: Suppression, finding: Finding, today: date) -> bool:
    """Whether a comment above another one, or for the whole file, is about the other one."""
    is_near = other.file_wide or one.line - 1 <= other.line < one.line
    return other is not one and is_near and not other.trouble(today) and other.means(finding)


def _wrong(one: Suppression, selection: Selection, today: date, is_certain: bool) -> tuple[str, str] | None:
    if one.mistake:
        return UNUSED, f"this silences nothing: it {one.mistake}"
    if one.until is not None and today >= one.until:
        return EXPIRED, f"this expired on {one.until.isoformat()}, and silences nothing any more"
    from iaclint.engine.registry import load_all

    if set(one.names) <= {UNUSED, EXPIRED}:
        return None
    rules = load_all()
    for name in one.names:
        meant = [rule for rule in rules.values() if _means(name, rule)]
        if not meant:
            return UNUSED, f"no rule is called {name!r}{_nearest(name, rules)}"
        if not is_certain or not all(_took_part(rule, selection) for rule in meant):
            return None
    return UNUSED, f"{' and '.join(one.names)} would find nothing here"


def _means(name: str, rule: Rule) -> bool:
    from iaclint.rules.frameworks import selects

    names = (rule.name, *rule.all_aliases(), *rule.tags)
    if name == "all" or name in names or selects(name, rule.name) or rule.has_code(name):
        return True
    return "*" in name and any(fnmatch.fnmatchcase(other, name) for other in names)


def _took_part(rule: Rule, selection: Selection) -> bool:
    # what another tool finds depends on whether it is installed
    return selection.includes(rule) and not rule.codes


def _nearest(name: str, rules: dict[str, Rule]) -> str:
    import difflib

    near = difflib.get_close_matches(
        name, [*rules, *(alias for rule in rules.values() for alias in rule.all_aliases())], 1
    )
    return f"; did you mean {near[0]}?" if near else ""
