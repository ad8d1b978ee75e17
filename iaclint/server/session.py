"""What stays between two keystrokes: open buffers, parsed files, tables of checks.

A Session answers with what a run over the saved files would say, had every open buffer been saved.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iaclint.engine.api import Options, selection_of
from iaclint.engine.checking import Checker
from iaclint.engine.discovery import Candidate
from iaclint.engine.filenames import kind_of
from iaclint.engine.modules import link
from iaclint.engine.projects import Group, group, read_group
from iaclint.engine.registry import UnknownRule
from iaclint.engine.walk import fold, identify
from iaclint.model.finding import Finding
from iaclint.policy.config import Config, ConfigError, load
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.model.block import Document

Given = Callable[[Config], "Inputs | None"]
"""What root modules are given from outside, as the configuration and the environment say."""


@dataclass(slots=True)
class Result:
    """What is known of one file: its findings in order, and the Sources they and their fixes stand in."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def source(self, path: str) -> Source | None:
        """The Source of a path, as far as a finding stands in it."""
        return self.sources.get(path)


class Session:
    """Checks single files of any number of projects, with unsaved buffers over what is on disk. Paths are absolute."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._overlay: dict[str, bytes] = {}
        self._configs: dict[str, Config | str] = {}
        self._checkers: dict[str, Checker] = {}
        self._groups: dict[str, Group | None] = {}
        self._files: dict[str, tuple[tuple[int, int, int], bytes]] = {}

    # --- buffers --------------------------------------------------------------------

    def put(self, path: str, text: str) -> None:
        """An open buffer's text; from now on it counts instead of the file."""
        if path not in self._overlay:
            self._groups.clear()
        self._overlay[path] = text.encode("utf-8", "surrogatepass")

    def drop(self, path: str) -> None:
        """The buffer was closed: the file counts again."""
        self._overlay.pop(path, None)
        self._groups.clear()

    def text(self, path: str) -> bytes | None:
        """The bytes of a path as they count now; None where there are none."""
        if path in self._overlay:
            return self._overlay[path]
        try:
            return self._read(path)
        except OSError:
            return None

    def files_changed(self) -> None:
        """Files came, went or changed on disk: what was remembered of folders and configurations is forgotten."""
        self._groups.clear()
        self._configs.clear()
        self._checkers.clear()

    def is_ours(self, path: str) -> bool:
        """Whether a file of that name may be checked."""
        return kind_of(path) is not None

    # --- checking -------------------------------------------------------------------

    def check(self, path: str) -> Result:
        """The findings in one file, with their fixes; never raises for what stands in it."""
        result = Result(path)
        found = self._prepared(path, result)
        if found is None:
            return result
        checker, one = found
        checked = checker.check(one, self._overlay)
        # what is silenced counts too: fingerprints must not depend on it
        silenced = [finding for finding, _ in checked.suppressed]
        told = [verdict[0] for verdict in checked.comments.values() if verdict is not None and verdict[1] is None]
        findings = fold([*checked.findings, *told])
        identify(sorted([*findings, *silenced], key=Finding.sort_key))
        result.findings = [finding for finding in findings if finding.path == path]
        result.sources = dict(checked.sources)
        result.errors += [message for where, message in checked.errors if where == path]
        return result

    def add_fixes(self, finding: Finding, result: Result) -> None:
        """Compute the fixes of one finding: only of what somebody looks at."""
        found = self._prepared(result.path, result)
        if found is None or finding.fixes:
            return
        finding.fixes = found[0].fixes_of(finding)
        for fix in finding.fixes:
            for edit in fix.edits:
                self._add_source(edit.path, result)

    def fixed(self, path: str) -> bytes | None:
        """The file's text after all safe fixes; None where nothing changes."""
        from iaclint.engine.fixing import fix_group

        found = self._prepared(path, Result(path))
        if found is None:
            return None
        checker, one = found
        outcome = fix_group(one, checker, self._overlay, unsafe=False)
        change = outcome.changed.get(path)
        return None if change is None else change[1]

    def document(self, path: str) -> Document | None:
        """The file as read for its Project, to be asked what its values are."""
        found = self._prepared(path, Result(path))
        if found is None or found[1].language == "plan":
            return None
        checker, one = found
        reading = read_group(one, self._read, self._overlay, checker.config.max_file_size, given=checker.inputs)
        return next((document for document in reading.reported if document.path == path), None)

    def _prepared(self, path: str, result: Result) -> tuple[Checker, Group] | None:
        config = self._config(path)
        if isinstance(config, str):
            result.errors.append(config)
            return None
        shown = config.relative(path)
        if shown is not None and config.exclude:
            from iaclint.policy.patterns import matches

            if matches(config.exclude, shown):
                return None
        checker = self._checker(config, result)
        one = self._group(path, config)
        return None if checker is None or one is None else (checker, one)

    def _add_source(self, path: str, result: Result) -> None:
        data = self.text(path) if path not in result.sources else None
        if data is not None:
            result.sources[path] = Source(path, data)

    def _config(self, path: str) -> Config | str:
        folder = os.path.dirname(path)
        if folder not in self._configs:
            try:
                self._configs[folder] = load(path)
            except ConfigError as error:
                self._configs[folder] = str(error)
        return self._configs[folder]

    def _checker(self, config: Config, result: Result) -> Checker | None:
        key = f"{config.origin}\0{config.root}"
        if key not in self._checkers:
            selection = selection_of(Options(paths=[], config=config))
            try:
                selection.validate()
                inputs = self._given(config)
            except (UnknownRule, ValueError) as error:
                result.errors.append(f"{config.origin}: {error}")
                return None
            self._checkers[key] = Checker(selection, config, config.values, inputs)
            self._checkers[key].keep_files(self._read)
        return self._checkers[key]

    def _group(self, path: str, config: Config) -> Group | None:
        if path not in self._groups:
            kind = kind_of(path)
            groups: list[Group] = []
            if kind is not None:
                candidate = Candidate(path, path, True, kind)
                groups, _ = link(group([candidate], config.max_file_size), self._read, self._overlay)
            self._groups[path] = groups[0] if groups else None
        return self._groups[path]

    def _read(self, path: str) -> bytes:
        """A file's bytes, read again only when it changed. Raises OSError."""
        status = os.stat(path)
        key = (status.st_mtime_ns, status.st_size, status.st_ino)
        kept = self._files.get(path)
        if kept is None or kept[0] != key:
            with open(path, "rb") as file:
                kept = self._files[path] = (key, file.read())
        return kept[1]
