"""Checking one Project: read, walk, suppress; the same for a plain run and for every round of fixing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from iaclint.engine.modules import Read, Store
from iaclint.engine.projects import Group, read_group
from iaclint.engine.registry import Dispatch, Selection, load_for
from iaclint.engine.walk import check_project, number
from iaclint.model.block import Block, Document
from iaclint.model.finding import Finding, block_of
from iaclint.model.settings import Settings
from iaclint.rules.rule import RULES, Rule, Severity, block_key
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from datetime import date

    from iaclint.edits.fix import Effect, Fix
    from iaclint.engine.projects import Reading
    from iaclint.engine.suppression import Suppression
    from iaclint.engine.unused import Comment, Verdict
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.model.intent import Intent
    from iaclint.policy.config import Config
    from iaclint.policy.hadolint import Hadolint


@dataclass(slots=True)
class Checked:
    """What checking one Project gave."""

    findings: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, Suppression | None]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    """The folders of the Terraform modules that were opened."""
    missing: set[str] = field(default_factory=set)
    """The sources of called modules that are not at hand."""
    sources: dict[str, Source] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)
    """The bytes of every file reported on."""
    comments: dict[Comment, Verdict] = field(default_factory=dict)
    """What is to be said of suppression comments."""

    def portable(self) -> Checked:
        """A copy with plain data only, for another process."""
        return replace(
            self,
            findings=[_plain(finding) for finding in self.findings],
            suppressed=[(_plain(finding), by) for finding, by in self.suppressed],
            comments={key: one and (_plain(one[0]), one[1]) for key, one in self.comments.items()},
            sources={path: Source(path, source.data) for path, source in self.sources.items()},
            data={},
        )


def _plain(finding: Finding) -> Finding:
    return replace(finding, place=None, intents=(), facets={}, also=())  # type: ignore[arg-type]


class Checker:
    """Checks Groups with one selection, configuration and set of values for repairs."""

    def __init__(
        self, selection: Selection, config: Config, values: Mapping[str, str], inputs: Inputs | None = None
    ) -> None:
        self.inputs = inputs
        self.read: Read = read_file
        """Gives a file's bytes; a session keeps them."""
        self.wants_words = False
        """Whether findings are to know the words of their blocks, for a baseline."""
        self.selection = selection
        self.config = config
        self.values = dict(values)
        self._dispatches: dict[tuple[str, int], Dispatch] = {}
        self._store = Store()
        self.peer: Hadolint | None = None
        """What hadolint's configuration says, where this checks the Dockerfiles it holds for."""
        self._adopting: dict[str, tuple[Checker, str]] = {}
        self.edited: dict[str, bytes] = {}
        """The bytes that files had which this run has changed."""

    def __getstate__(self) -> dict[str, object]:
        # the tables hold functions; another process makes its own
        return {**self.__dict__, "_dispatches": {}, "_store": Store(), "_adopting": {}}

    def keep_files(self, read: Read) -> None:
        """Keep what is parsed from one check to the next, as an editor's session wants it; `read` gives bytes."""
        self._store.keeps_roots = True
        self.read = read

    def _dispatch(self, language: str) -> Dispatch:
        """The table of checks for a language, made anew when more rules have been imported."""
        key = (language, len(RULES))
        if key not in self._dispatches:
            rules = [self._configured(rule) for _, rule in sorted(RULES.items()) if self.selection.includes(rule)]
            self._dispatches[key] = Dispatch(language, rules)
        return self._dispatches[key]

    def check(self, group: Group, overlay: Mapping[str, bytes], *, want_fixes: bool = False) -> Checked:
        """Read and check a Group; `overlay` holds newer bytes than the disk for some paths."""
        if group.language == "plan":
            from iaclint.engine.plans import check as check_plan

            return check_plan(self, group, overlay, want_fixes=want_fixes, edited=self.edited)
        if group.language == "dockerfile" and self.config.hadolint and group.members:
            other, trouble = self._adopted(os.path.dirname(group.members[0].absolute))
            if other is not self or trouble:
                checked = other._check(group, overlay, want_fixes)
                checked.errors += [(group.members[0].path, trouble)] if trouble else []
                return checked
        return self._check(group, overlay, want_fixes)

    def _adopted(self, folder: str) -> tuple[Checker, str]:
        """Who checks the Dockerfiles of a folder for which hadolint may be configured; and what is wrong with that."""
        from iaclint.policy import hadolint

        path = hadolint.find(folder)
        if path is None:
            return self, ""
        if path not in self._adopting:
            from iaclint.engine import adoption
            from iaclint.policy.config import ConfigError

            try:
                peer = hadolint.read(path)
            except ConfigError as error:
                self._adopting[path] = self, f"its {os.path.basename(path)} {error}"
            else:
                selection = adoption.selection(self.selection, peer)
                other = Checker(selection, adoption.configuration(self.config, peer), self.values, self.inputs)
                other.peer, other._store, other.edited = peer, self._store, self.edited
                other.wants_words = self.wants_words
                self._adopting[path] = other, ""
        return self._adopting[path]

    def _check(self, group: Group, overlay: Mapping[str, bytes], want_fixes: bool) -> Checked:
        reading = read_group(group, self.read, overlay, self.config.max_file_size, self._store, self.inputs)
        documents = _each_once([*reading.reported, *reading.called, *reading.beside], reading.paths)
        checked = Checked(errors=list(reading.errors), files={document.path for document in documents})
        checked.reached, checked.missing = reading.reached, reading.missing
        platforms = {platform for one in (*reading.reported, *reading.called) for platform in one.platforms}
        load_for(platforms, {block_key(block) for one in (*reading.reported, *reading.called) for block in _tops(one)})
        crashed: set[tuple[str, str]] = set()

        def failed(rule: Rule, document: Document, error: Exception) -> None:
            if (rule.name, document.path) not in crashed:
                crashed.add((rule.name, document.path))
                if os.environ.get("IACLINT_DEBUG"):
                    raise error
                # the text of an exception may quote the file, so only its kind is told
                checked.errors.append((document.path, f"rule {rule.name} crashed: {type(error).__name__}"))

        config = self.config
        reading.project.settings = _settings(config)
        walked = [*reading.reported, *reading.called]
        findings = check_project(reading.project, walked, reading.paths, self._dispatch, self.selection, failed)
        findings = number(findings)
        if self.peer is not None:
            from iaclint.engine.adoption import judge

            judge(findings, config, self.peer)
        kept, suppressed = self._suppress(findings, [*documents, *reading.called, *reading.beside])
        checked.findings, checked.suppressed = kept, suppressed
        if any(document.comments for document in documents):
            checked.comments = self._judge_comments(documents, suppressed, reading)
        checked.data = {document.path: document.source.data for document in documents}
        noted = {finding.path for finding in kept} | {finding.path for finding, _ in suppressed}
        noted |= {path for (path, _), verdict in checked.comments.items() if verdict is not None}
        checked.sources = {document.path: document.source for document in documents if document.path in noted}
        if self.wants_words:
            _mark(findings, {document.path: document for document in (*documents, *reading.called)})
        if want_fixes:
            for finding in checked.findings:
                finding.fixes = self.fixes_of(finding)
        return checked

    def _judge_comments(
        self, documents: list[Document], suppressed: list[tuple[Finding, Suppression | None]], reading: Reading
    ) -> dict[Comment, Verdict]:
        """The suppression comments, and which of them silence nothing."""
        from datetime import date

        from iaclint.engine.unused import judge

        used = {(by.path, by.comment) for _, by in suppressed if by is not None}
        is_certain = not reading.missing and not any(map(_is_open, (*reading.reported, *reading.called)))
        return dict(judge(documents, used, self.selection, date.today(), is_certain=is_certain))

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

            unheard = set() if self.peer is None or self.peer.honours_comments else {"hadolint"}
            kept, by_comment = apply(kept, documents, date.today(), unheard=unheard)
            suppressed += by_comment
            kept, by_comment = _suppressed_at_use(kept, documents, date.today())
            suppressed += by_comment
        return kept, suppressed


def _mark(findings: list[Finding], documents: Mapping[str, Document]) -> None:
    """Give findings the words of the blocks they stand in."""
    from iaclint.engine import baseline

    secrets: dict[str, list[Span]] = {}
    for finding in findings:
        if "secret" in finding.rule.tags:
            secrets.setdefault(finding.path, []).append(finding.span)

    def masked(path: str, span: Span) -> str:
        data = bytearray(documents[path].source.data[span.start : span.end])
        for one in secrets.get(path, ()):
            if one.overlaps(span):
                start, end = max(one.start, span.start), min(one.end, span.end)
                data[start - span.start : end - span.start] = b" " * (end - start)
        return data.decode("utf-8", "replace")

    def block(finding: Finding) -> Span | None:
        document = documents.get(finding.path)
        if document is None:
            return None
        block = block_of(finding.place) if finding.place is not None else None
        if block is not None and block.document is document and block.span.covers(finding.span):
            return block.span
        first = document.source.line_number(finding.span.start)
        return Span(document.source.line_span(first).start, document.source.line_span(first).end)

    baseline.mark(findings, block, masked)


def _is_open(document: Document) -> bool:
    """Whether more may be found in a module once its variables are given."""
    return document.language == "terraform" and any(
        block.kind == "variable" and "default" not in block.arguments for block in document.blocks
    )


def _suppressed_at_use(
    findings: list[Finding], documents: list[Document], today: date
) -> tuple[list[Finding], list[tuple[Finding, Suppression | None]]]:
    """What a comment in a module says of faults that are written where the module is called."""
    moved = {id(finding): finding for finding in findings if finding.used_at is not None}
    if not moved:
        return findings, []
    from iaclint.engine.suppression import apply

    there: dict[int, Finding] = {}
    for finding in list(moved.values()):
        assert finding.used_at is not None
        path, span = finding.used_at
        shadow = replace(finding, path=path, span=span)
        there[id(shadow)] = finding
        moved[id(shadow)] = shadow
    _, silenced = apply([one for one in moved.values() if id(one) in there], documents, today)
    by = {id(there[id(shadow)]): suppression for shadow, suppression in silenced if id(shadow) in there}
    kept = [finding for finding in findings if id(finding) not in by]
    return kept, [(finding, by[id(finding)]) for finding in findings if id(finding) in by]


def _settings(config: Config) -> Settings:
    return Settings(config.trusted_registries, config.label_schema, config.strict_labels, config.shellcheck)


def _tops(document: Document) -> Iterable[Block]:
    return document.blocks if document.language == "terraform" else document.walk()


def _each_once(documents: list[Document], paths: set[str]) -> list[Document]:
    found: dict[str, Document] = {}
    for document in documents:
        if document.path in paths:
            found.setdefault(document.path, document)
    return list(found.values())


def read_file(path: str) -> bytes:
    """A file's bytes; raises OSError."""
    with open(path, "rb") as file:
        return file.read()
