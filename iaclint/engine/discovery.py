"""Finding the files to check: by name, obeying `.gitignore` and the configuration's `exclude`.

A PATH named by the user is always taken. Folders that are links are not followed unless named; a file
reached by several ways is checked once. Nothing is opened but regular files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from iaclint.engine.filenames import explicit_kind, kind_of, preferred
from iaclint.engine.gitignore import Ignored, above, below

if TYPE_CHECKING:
    from iaclint.policy.config import Config

SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", "node_modules", ".venv", "venv", "__pycache__",
        ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    }
)  # fmt: skip
"""Folders of tools, never entered unless named."""

HEAD = 8192
"""Bytes read of files whose name says little, to tell text from other things."""

_NEEDS_LOOK = ("yaml", "inventory", "cfg", "hcl")
PLAN_SIZE = 20
"""Plans are large, and read at another speed: they may be so many times the limit for files."""
_SYNTAX_ONLY = {"terraform": "tftest", "tfjson": "tftestjson"}
_NOT_OURS = "has no name of a Terraform, Ansible or Dockerfile"
_OTHER_YAML = (b"apiVersion:", b"openapi:", b"swagger:", b"services:", b"kind:", b"version:", b"{")


class Candidate(NamedTuple):
    """A file to check.

    path      as shown: relative to the working directory with `/`, absolute outside it
    explicit  whether the user named it
    kind      see `iaclint.engine.filenames`
    """

    path: str
    absolute: str
    explicit: bool
    kind: str


class NoSuchPath(LookupError):
    """A path the user named is not there; its text is the path."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A file or folder that cannot be checked, and why."""

    path: str
    message: str


def discover(paths: Iterable[str], config: Config) -> tuple[list[Candidate], list[Unchecked]]:
    """The files below the paths in the order of their bytes, and what cannot be checked.

    Raises NoSuchPath.
    """
    search = _Search(config)
    for path in paths or ["."]:
        search.add(path)
    return search.files(), sorted(set(search.errors), key=lambda error: (os.fsencode(error.path), error.message))


class _Search:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.cwd = os.getcwd()
        self.root = config.root or self.cwd
        self.errors: list[Unchecked] = []
        self.found: dict[str, Candidate] = {}
        self.links: set[str] = set()
        self.seen_folders: set[str] = set()
        self.are_real = True
        """Whether no folder on the way to a found file is a link."""

    # --- paths as the user gave them ----------------------------------------------

    def add(self, path: str) -> None:
        absolute = os.path.abspath(path)
        try:
            status = os.stat(absolute)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and os.path.lexists(absolute):
                self._error(absolute, _link_trouble(error) if os.path.islink(absolute) else _unreadable(error))
                return
            raise NoSuchPath(path) from None
        folder = absolute if stat.S_ISDIR(status.st_mode) else os.path.dirname(absolute)
        self.are_real = self.are_real and os.path.realpath(folder) == folder
        if stat.S_ISDIR(status.st_mode):
            self._walk(absolute)
            return
        if os.path.islink(absolute):
            self.links.add(absolute)
        kind = explicit_kind(absolute.replace(os.sep, "/"))
        if not stat.S_ISREG(status.st_mode):
            self._error(absolute, "is not a regular file")
        elif kind is None:
            self._error(absolute, _NOT_OURS)
        else:
            self._take(absolute, kind, status.st_size, explicit=True)

    # --- what lies below ------------------------------------------------------------

    def _walk(self, top: str) -> None:
        respects = self.config.respect_gitignore
        stack: list[tuple[str, Ignored | None]] = [(top, above(top) if respects else None)]
        while stack:
            folder, ignored = stack.pop()
            if folder in self.seen_folders:
                continue
            self.seen_folders.add(folder)
            try:
                with os.scandir(folder) as entries:
                    listed = list(entries)
            except OSError as error:
                self._error(folder, f"folder {_unreadable(error)}")
                continue
            if respects and any(entry.name == ".gitignore" for entry in listed):
                ignored = below(folder, ignored)
            for entry in listed:
                if self._is_folder(entry):
                    if entry.name not in SKIPPED_FOLDERS and not self._is_left_out(entry.path, ignored, folder=True):
                        stack.append((entry.path, ignored))
                else:
                    self._look_at(entry, ignored)

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError:
            return False

    def _look_at(self, entry: os.DirEntry[str], ignored: Ignored | None) -> None:
        name = entry.name
        kind = kind_of(name)
        if kind is None:
            # only files without a telling name are told by their folder
            kind = kind_of(entry.path.replace(os.sep, "/"))
            if kind is None:
                return
        if self._is_left_out(entry.path, ignored, folder=False):
            return
        try:
            is_link = entry.is_symlink()
            status = entry.stat()
        except OSError as error:
            self._error(entry.path, _link_trouble(error) if entry.is_symlink() else _unreadable(error))
            return
        if is_link:
            if stat.S_ISDIR(status.st_mode):
                return
            self.links.add(entry.path)
        if not stat.S_ISREG(status.st_mode):
            self._error(entry.path, "is not a regular file")
        else:
            self._take(entry.path, kind, status.st_size, explicit=False)

    def _is_left_out(self, path: str, ignored: Ignored | None, *, folder: bool) -> bool:
        if ignored is not None and ignored.takes(path, folder=folder):
            return True
        if not self.config.exclude:
            return False
        from iaclint.policy.patterns import matches

        relative = _below(path, self.root)
        return relative is not None and matches(self.config.exclude, relative + "/" if folder else relative)

    # --- one file -------------------------------------------------------------------

    def _take(self, absolute: str, kind: str, size: int, *, explicit: bool) -> None:
        known = self.found.get(absolute)
        if known is not None:
            self.found[absolute] = known._replace(explicit=known.explicit or explicit)
            return
        limit = self.config.max_file_size
        head = b""
        if kind == "plan":
            limit *= PLAN_SIZE
            if not self._is_plan(absolute, explicit):
                return
        if kind in _NEEDS_LOOK and size:
            try:
                head = _head(absolute)
            except OSError as error:
                self._error(absolute, _unreadable(error))
                return
        if kind == "hcl":
            from iaclint.parsers.hcl.terragrunt import is_terragrunt

            if not is_terragrunt(absolute, head):
                if explicit:
                    self._error(absolute, _NOT_OURS)
                return
            kind = "terragrunt"
        if size > limit:
            if not (kind == "yaml" and not explicit and _is_other_yaml(head)):
                self._error(absolute, f"is larger than the limit of {limit} bytes (max-file-size)")
        elif b"\0" in head:
            self._error(absolute, "is not text: it holds NUL bytes")
        elif kind == "inventory" and head.startswith(b"#!") and not explicit:
            return  # a program that prints an inventory
        else:
            self.found[absolute] = Candidate(self._shown(absolute), absolute, explicit, kind)

    def _is_plan(self, absolute: str, explicit: bool) -> bool:
        from iaclint.parsers.plan import HEAD as PLAN_HEAD
        from iaclint.parsers.plan import looks_like_plan

        try:
            if looks_like_plan(_head(absolute, PLAN_HEAD)):
                return True
        except OSError as error:
            self._error(absolute, _unreadable(error))
            return False
        if explicit:
            self._error(absolute, f"is no plan of Terraform in JSON, and {_NOT_OURS}")
        return False

    def _shown(self, absolute: str) -> str:
        relative = _below(absolute, self.cwd)
        return absolute.replace(os.sep, "/") if relative is None else relative

    def _error(self, absolute: str, message: str) -> None:
        self.errors.append(Unchecked(self._shown(absolute), message))

    def files(self) -> list[Candidate]:
        """What was found, each file once: under its own name rather than a link's."""
        found = sorted(self.found.values(), key=lambda one: os.fsencode(one.path))
        if not self.are_real or self.links:
            found = _without_copies(found, self.links, self.are_real)
        return _with_superseded(found)


def _with_superseded(found: list[Candidate]) -> list[Candidate]:
    """The files, those that OpenTofu passes over as ones that are read for their syntax alone."""
    there = {one.absolute for one in found if ".tofu" in one.absolute}
    kept = []
    for one in found:
        if (there or one.explicit) and one.kind in _SYNTAX_ONLY:
            folder, name = os.path.split(one.absolute)
            better = preferred(name)
            twin = os.path.join(folder, better) if better is not None else ""
            if twin in there or (better is not None and one.explicit and os.path.isfile(twin)):
                one = one._replace(kind=_SYNTAX_ONLY[one.kind])
        kept.append(one)
    return kept


def _without_copies(found: list[Candidate], links: set[str], are_real: bool) -> list[Candidate]:
    first: dict[str, int] = {}
    kept: list[Candidate | None] = []
    folders: dict[str, str] = {}
    for candidate in sorted(found, key=lambda one: one.absolute in links):
        is_link = candidate.absolute in links
        real = candidate.absolute if are_real and not is_link else _real(candidate.absolute, is_link, folders)
        at = first.get(real)
        if at is None:
            first[real] = len(kept)
            kept.append(candidate)
        elif candidate.explicit:
            before = kept[at]
            assert before is not None
            kept[at] = before._replace(explicit=True)
    return sorted((one for one in kept if one is not None), key=lambda one: os.fsencode(one.path))


def _real(absolute: str, is_link: bool, folders: dict[str, str]) -> str:
    if is_link:
        return os.path.realpath(absolute)
    folder, name = os.path.split(absolute)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    return os.path.join(folders[folder], name)


def _below(absolute: str, folder: str) -> str | None:
    prefix = folder if folder.endswith(os.sep) else folder + os.sep
    if absolute == folder:
        return "."
    return absolute[len(prefix) :].replace(os.sep, "/") if absolute.startswith(prefix) else None


def _head(path: str, size: int = HEAD) -> bytes:
    # O_NONBLOCK: should the file have become a named pipe meanwhile, opening it must not wait
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        return os.read(handle, size)
    finally:
        os.close(handle)


def _is_other_yaml(head: bytes) -> bool:
    return any(head.startswith(word) or b"\n" + word in head for word in _OTHER_YAML)


def _unreadable(error: OSError) -> str:
    return f"cannot be read: {error.strerror or type(error).__name__}"


def _link_trouble(error: OSError) -> str:
    import errno

    if error.errno == errno.ELOOP:
        return "is a link that leads in a circle"
    return "is a link to nothing" if error.errno == errno.ENOENT else _unreadable(error)
