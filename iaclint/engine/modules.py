"""The files of modules that Terraform modules call: in folders beside, or fetched to `.terraform/modules`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from iaclint.model.block import Document
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.engine.builds import BuildFiles
    from iaclint.engine.projects import Group

Read = Callable[[str], bytes]

MAX_TEXT = 1_000_000
KEPT_BYTES = 64_000_000
"""How much parsed source is kept for the next call of the same module."""
_SOURCE = re.compile(rb"""(?:^|[\s"{,])source"?\s*[=:]\s*"(\.\.?(?:/[^"$%\n]*)?)\"""")
_APART = frozenset({"example", "examples", "test", "tests", "fixture", "fixtures", "sample", "samples", "demo", "e2e"})
"""Folders whose calls try a module out rather than use it."""
_MANIFEST = os.path.join(".terraform", "modules", "modules.json")


# --- who calls whom ----------------------------------------------------------------


def link(groups: Iterable[Group], read: Read, overlay: Mapping[str, bytes]) -> tuple[list[Group], list[Group]]:
    """Tell the Terraform folders to start from, and those that others of them call, which come after.

    Each Group learns of those it may reach. A folder called only from examples and tests is started from too.
    """
    groups = list(groups)
    files = [one.members[0] for one in groups if one.language == "terragrunt"]
    by_folder = {_folder(one): one for one in groups if one.language == "terraform"}
    calls: dict[str, list[str]] = {}
    owned: set[str] = set()
    for one in groups:
        if one.language not in ("terraform", "terragrunt"):
            continue
        folder = _folder(one)
        targets = _local_sources(one, folder, read, overlay)
        if one.language == "terragrunt":
            one.reached = [by_folder[target] for target in targets if target in by_folder]
        else:
            targets = calls[folder] = [target for target in targets if target in by_folder and target != folder]
        owned.update(target for target in targets if not _is_apart(folder, target))
    for folder, one in by_folder.items():
        one.reached = [by_folder[target] for target in _closure(folder, calls)]
    for one in groups:
        if one.language == "terragrunt":
            below = {id(two): two for target in one.reached for two in (target, *target.reached)}
            one.reached = list(below.values())
            one.included = files
    first = [one for one in groups if one.language != "terraform" or _folder(one) not in owned]
    # a folder that another of these reaches comes after it
    after = [one for one in groups if one.language == "terraform" and _folder(one) in owned]
    return first, sorted(after, key=lambda one: -len(one.reached))


def _folder(one: Group) -> str:
    return os.path.dirname(one.members[0].absolute)


def _closure(folder: str, calls: Mapping[str, list[str]]) -> list[str]:
    found: dict[str, None] = {}
    stack = list(calls[folder])
    while stack:
        target = stack.pop()
        if target not in found and target != folder:
            found[target] = None
            stack.extend(calls[target])
    return sorted(found)


def _is_apart(caller: str, target: str) -> bool:
    words = {word.lower() for word in caller.split(os.sep)} - {word.lower() for word in target.split(os.sep)}
    return bool(words & _APART)


def _local_sources(one: Group, folder: str, read: Read, overlay: Mapping[str, bytes]) -> list[str]:
    found: dict[str, None] = {}
    for candidate in (*one.members, *one.context):
        if candidate.kind.startswith("tfvars"):
            continue
        data = overlay.get(candidate.path)
        if data is None:
            try:
                data = read(candidate.absolute)
            except OSError:
                continue
        if b"source" in data:
            for match in _SOURCE.finditer(data):
                found.setdefault(os.path.normpath(os.path.join(folder, match[1].decode("utf-8", "replace"))))
    return list(found)


# --- what they hold ----------------------------------------------------------------


class Store:
    """Parsed files, kept by their bytes, for all the modules of a run."""

    def __init__(self) -> None:
        self._documents: dict[str, tuple[bytes, Document]] = {}
        self._size = 0
        self.keeps_roots = False
        """Whether files of root modules are kept as well: worth it where they are checked again and again."""
        self.roots: dict[str, list[Document]] = {}
        """The evaluated Documents of such a folder, by the folder as shown."""
        self.build_files: BuildFiles | None = None
        """The Compose and Bake files that have been looked for."""

    def document(self, path: str, absolute: str, kind: str, data: bytes) -> Document | None:
        """The Document of a file; never to be evaluated itself, only its copies."""
        from iaclint.engine.projects import parse

        kept = self._documents.get(absolute)
        if kept is not None and kept[0] == data and kept[1].path == path:
            return kept[1]
        document = parse(Source(path, data), kind)
        if document is not None:
            if self._size > KEPT_BYTES:
                self._documents.clear()
                self._size = 0
            self._documents[absolute] = (data, document)
            self._size += len(data)
        return document


class Library:
    """What one root module may call and read (see `iaclint.evaluate.terraform_module.Library`).

    errors   files of modules to be reported on that could not be read, with why
    reached  the folders of modules that were opened
    """

    def __init__(self, one: Group, read: Read, overlay: Mapping[str, bytes], max_size: int, store: Store) -> None:
        self.root = _folder(one)
        self.errors: list[tuple[str, str]] = []
        self.reached: set[str] = set()
        self._groups = {_folder(below): below for below in one.reached}
        self._included = {file.absolute: file.path for file in one.included}
        self._read, self._overlay, self._max_size, self._store = read, overlay, max_size, store
        self._opened: dict[str, list[Document] | None] = {}
        self._texts: dict[str, str | None] = {}
        self._fetched: dict[str, str] | None = None
        self._boundary: str | None = None

    def module(self, folder: str, source: str, path: str) -> tuple[str, list[Document]] | None:
        """The folder and Documents that a call's `source` means; None where it is not at hand."""
        if source in (".", "..") or source.startswith(("./", "../")):
            target = os.path.normpath(os.path.join(folder, source))
        else:
            target = self._manifest().get(path.replace("module.", ""), "")
        if not target:
            return None
        if target not in self._opened:
            self._opened[target] = self._open(target) if target in self._groups or self._is_inside(target) else None
        documents = self._opened[target]
        if not documents:
            return None
        self.reached.add(target)
        return target, documents

    def relative(self, folder: str, root: str) -> str:
        """A module's folder as `path.module` gives it."""
        return os.path.relpath(folder, root).replace(os.sep, "/")

    def text(self, path: str, folder: str) -> str | None:
        """The text of a file of the project; None where it lies outside, is too large or no UTF-8."""
        absolute = os.path.normpath(os.path.join(folder, path))
        if absolute not in self._texts:
            self._texts[absolute] = self._text(absolute)
        return self._texts[absolute]

    def _text(self, absolute: str) -> str | None:
        try:
            if not self._is_inside(absolute):
                return None
            from iaclint.engine.projects import is_readable

            real = os.path.realpath(absolute)
            if not is_readable(real, min(self._max_size, MAX_TEXT)):
                return None
            return self._read(real).decode("utf-8")
        except (OSError, ValueError):
            return None

    def has(self, path: str) -> bool | None:
        """Whether there is a file of that absolute path; None where it may not be looked for."""
        return os.path.isfile(path) if self._is_inside(path) else None

    def configuration(self, path: str) -> Document | None:
        """A Terragrunt file, by its absolute path; None where it may not or cannot be read."""
        from iaclint.engine.projects import is_readable, not_text, parse

        shown = self._included.get(path)
        if shown is None:
            shown = os.path.relpath(path).replace(os.sep, "/")
            shown = path if shown.startswith("../") else shown
        data = self._overlay.get(shown)
        if data is None:
            try:
                if not self._is_inside(path) or not is_readable(path, self._max_size):
                    return None
                data = self._read(path)
            except (OSError, ValueError):
                return None
        return parse(Source(shown, data), "terragrunt") if not_text(data) is None else None

    def variables(self, folder: str) -> list[Document]:
        """The variable files of a module's folder that Terraform reads by itself."""
        return self._documents(folder, set(), "tfvars") if folder in self._groups or self._is_inside(folder) else []

    def _is_inside(self, path: str) -> bool:
        """Whether a path, links followed, is one that may be read."""
        if self._boundary is None:
            self._boundary = _boundary(self.root)
        try:
            return os.path.commonpath((os.path.realpath(path), self._boundary)) == self._boundary
        except (OSError, ValueError):
            return False

    def _open(self, folder: str) -> list[Document] | None:
        group = self._groups.get(folder)
        reported = {member.absolute for member in group.members} if group is not None else set()
        return self._documents(folder, reported, "") or None

    def _documents(self, folder: str, reported: set[str], kind: str) -> list[Document]:
        """The variable files of a folder, or all other files."""
        from iaclint.engine.projects import not_text, terraform_files

        group = self._groups.get(folder)
        candidates = [*group.members, *group.context] if group is not None else terraform_files(folder, self._max_size)
        documents = []
        for candidate in sorted(candidates, key=lambda one: one.path):
            if candidate.kind.startswith("tfvars") != bool(kind):
                continue
            data = self._overlay.get(candidate.path)
            try:
                data = self._read(candidate.absolute) if data is None else data
            except OSError as error:
                reason: str | None = f"cannot be read: {error.strerror or error}"
            else:
                reason = not_text(data)
            if reason is not None or data is None:
                if candidate.absolute in reported:
                    self.errors.append((candidate.path, reason or ""))
                continue
            document = self._store.document(candidate.path, candidate.absolute, candidate.kind, data)
            if document is not None:
                documents.append(document)
        return documents

    def _manifest(self) -> dict[str, str]:
        """The folders of fetched modules by their path, as `terraform init` wrote them down."""
        if self._fetched is None:
            self._fetched = {}
            try:
                if os.stat(os.path.join(self.root, _MANIFEST)).st_size > MAX_TEXT * 4:
                    return self._fetched
                import json

                data = json.loads(self._read(os.path.join(self.root, _MANIFEST)))
                for one in data["Modules"]:
                    target = os.path.normpath(os.path.join(self.root, one["Dir"]))
                    if os.path.commonpath((target, self.root)) == self.root and target != self.root:
                        self._fetched[str(one["Key"])] = target
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                pass  # no init was run here, or by something else
        return self._fetched


def _boundary(folder: str) -> str:
    """The folder beyond which nothing is read: the repository, or where the run stands, or the module itself."""
    real = os.path.realpath(folder)
    above = real
    while True:
        if os.path.exists(os.path.join(above, ".git")):
            return above
        parent = os.path.dirname(above)
        if parent == above:
            break
        above = parent
    here = os.path.realpath(os.getcwd())
    return here if os.path.commonpath((real, here)) == here else real


__all__ = ["Library", "Store", "link"]
