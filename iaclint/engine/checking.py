"""Checking one Project: read, walk, suppress; the same for a plain run and for every round of fixing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from iaclint.engine.projects import Group, read_group
from iaclint.engine.registry import Dispatch, Selection, load_for
from iaclint.engine.walk import check_project
from iaclint.model.block import Document
from iaclint.model.finding import Finding
from iaclint.rules.rule import RULES, Rule, Severity
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.edits.fix import Effect, Fix
    from iaclint.engine.suppression import Suppression
    from iaclint.model.intent import Intent
    from iaclint.policy.config import Config


@dataclass(slots=True)
class Checked:
    """What checking one Project gave."""

    findings: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, Suppression | None]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    sources: dict[str, Source] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)
    """The bytes of every file reported on."""

    def portable(self) -> Checked:
        """A copy with plain data only, for another process."""
        return replace(
            self,
            findings=[_plain(finding) for finding in self.findings],
            suppressed=[(_plain(finding), by) for finding, by in self.suppressed],
            sources={path: Source(path, source.data) for path, source in self.sources.items()},
            data={},
        )


def _plain(finding: Finding) -> Finding:
    return replace(finding, place=None, intents=(), facets={}, also=())  # type: ignore[arg-type]


class Checker:
    """Checks Groups with one selection, configuration and set of values for repairs."""

    def __init__(self, selection: Selection, config: Config, values: Mapping[str, str]) -> None:
        self.selection = selection
        self.config = config
        self.values = dict(values)
        self._dispatches: dict[tuple[str, int], Dispatch] = {}

    def __getstate__(self) -> dict[str, object]:
        # the tables hold functions; another process makes its own
        return {**self.__dict__, "_dispatches": {}}

    def _dispatch(self, language: str) -> Dispatch:
        """The table of checks for a language, made anew when more rules have been imported."""
        key = (language, len(RULES))
        if key not in self._dispatches:
            rules = [self._configured(rule) for _, rule in sorted(RULES.items()) if self.selection.includes(rule)]
            self._dispatches[key] = Dispatch(language, rules)
        return self._dispatches[key]

    def check(self, group: Group, overlay: Mapping[str, bytes], *, want_fixes: bool = False) -> Checked:
        """Read and check a Group; `overlay` holds newer bytes than the disk for some paths."""
        reading = read_group(group, _read, overlay)
        checked = Checked(errors=list(reading.errors), files=len(reading.reported))
        platforms = {platform for document in reading.reported for platform in document.platforms}
        load_for(platforms)
        crashed: set[tuple[str, str]] = set()

        def failed(rule: Rule, document: Document, error: Exception) -> None:
            if (rule.name, document.path) not in crashed:
                crashed.add((rule.name, document.path))
                if os.environ.get("IACLINT_DEBUG"):
                    raise error
                # the text of an exception may quote the file, so only its kind is told
                checked.errors.append((document.path, f"rule {rule.name} crashed: {type(error).__name__}"))

        findings = check_project(reading.project, reading.reported, self._dispatch, self.selection, failed)
        kept, suppressed = self._suppress(findings, reading.reported)
        checked.findings, checked.suppressed = kept, suppressed
        checked.data = {document.path: document.source.data for document in reading.reported}
        noted = {finding.path for finding in kept} | {finding.path for finding, _ in suppressed}
        checked.sources = {document.path: document.source for document in reading.reported if document.path in noted}
        if want_fixes:
            for finding in checked.findings:
                finding.fixes = self.fixes_of(finding)
        return checked

    def fixes_of(self, finding: Finding) -> tuple[Fix, ...]:
        """The Fix of each Intent that can be carried out, the preferred one first."""
        made = [self.make_fix(intent) for intent in finding.intents]
        return tuple(fix for fix in made if not isinstance(fix, str))

    def make_fix(self, intent: Intent) -> Fix | str:
        """The Fix for an Intent, or why there is none. A fixer's own fault costs the fix, not the run."""
        from iaclint.fixers import make_fix

        try:
            return make_fix(intent, self.values)
        except Exception as error:
            if os.environ.get("IACLINT_DEBUG"):
                raise
            return f"the fixer crashed: {type(error).__name__}"

    def disprove(self, language: str, before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
        """Why the second reader does not confirm a change, or None."""
        from iaclint.fixers import prove

        try:
            return prove(language, before, after, effects)
        except Exception as error:
            if os.environ.get("IACLINT_DEBUG"):
                raise
            return f"the proof crashed: {type(error).__name__}"

    def _configured(self, rule: Rule) -> Rule:
        level = self.config.severity_overrides.get(rule.name)
        return rule if level is None else replace(rule, severity=Severity[level.upper()])

    def _suppress(
        self, findings: list[Finding], documents: list[Document]
    ) -> tuple[list[Finding], list[tuple[Finding, Suppression | None]]]:
        kept: list[Finding] = []
        suppressed: list[tuple[Finding, Suppression | None]] = []
        for finding in findings:
            names = (*finding.aliases, *finding.rule.tags)
            if self.config.ignores(finding.path, finding.rule.name, finding.resource, names):
                suppressed.append((finding, None))
            else:
                kept.append(finding)
        if any(document.comments for document in documents):
            from datetime import date

            from iaclint.engine.suppression import apply

            kept, by_comment = apply(kept, documents, date.today())
            suppressed += by_comment
        return kept, suppressed


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
