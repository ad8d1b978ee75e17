"""The tree as it was at a commit, laid out in a folder of its own to be checked beside the present one.

git is asked for names and contents only. Nothing the repository configures is run: no hooks, filters or monitors, and
nothing is fetched.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LARGEST = 512 * 1024
"""Bytes of a file that is laid out; larger ones are not what people write by hand."""
_OTHER = re.compile(
    r".+\.(?:7z|avi|bin|bmp|bz2|c|cc|cpp|cs|css|dll|docx?|eot|exe|gif|go|gz|h|hpp|ico|jar|java|jpe?g|jsx?|kt|lock|map|md|mjs"
    r"|mp[34]|o|otf|parquet|pdf|png|pptx?|rar|rb|rs|rst|scss|so|sum|svg|swift|tar|tgz|tiff|tsx?|ttf|wasm|webp|woff2?|xlsx?"
    r"|xz|zip|zst)",
    re.IGNORECASE,
)
"""What files are called by that have no part in infrastructure."""
_SETTINGS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")


class GitError(Exception):
    """The commit cannot be looked at; one clear line."""


@dataclass(frozen=True, slots=True)
class Base:
    """A commit laid out: `folder` stands for the repository's `root`."""

    root: str
    commit: str
    folder: str

    def at(self, path: str) -> str:
        """Where a path of the present tree would be."""
        return os.path.normpath(os.path.join(self.folder, os.path.relpath(os.path.realpath(path), self.root)))


@contextmanager
def laid_out(revision: str, start: str) -> Iterator[Base]:
    """The tree of the commit where the present one branched off `revision`. Raises GitError.

    `start`: a path in the repository.
    """
    folder = start if os.path.isdir(start) else os.path.dirname(start) or "."
    root = os.path.realpath(
        _git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    )
    commit = _commit(root, revision)
    with tempfile.TemporaryDirectory(prefix="iaclint-base-") as temporary:
        base = Base(root, commit, os.path.realpath(temporary))
        _lay_out(base)
        yield base


def _commit(root: str, revision: str) -> str:
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except GitError:
        raise GitError(f"git knows no commit {revision!r} here (a shallow clone may lack it)") from None
    try:
        return _git(root, "merge-base", commit.decode().strip(), "HEAD").decode().strip()
    except GitError:
        return commit.decode().strip()  # they have nothing in common, or too little of it was cloned


def _lay_out(base: Base) -> None:
    os.mkdir(os.path.join(base.folder, ".git"))  # where looking upwards ends
    wanted: list[tuple[str, str, bool]] = []
    for entry in _git(base.root, "ls-tree", "-r", "-z", "--long", "--full-tree", base.commit).split(b"\0"):
        facts, _, name = entry.partition(b"\t")
        words = facts.split()
        if len(words) != 4 or words[1] != b"blob" or not words[3].isdigit() or int(words[3]) > LARGEST:
            continue
        path = os.fsdecode(name)
        if _OTHER.fullmatch(os.path.basename(path)) is None:
            wanted.append((words[2].decode(), path, words[0] == b"120000"))
    folders = set()
    for (_, path, is_link), data in zip(wanted, _contents(base.root, [one[0] for one in wanted]), strict=False):
        target = os.path.join(base.folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        folders.add(os.path.dirname(path))
        if not is_link:
            with open(target, "wb") as file:
                file.write(data)
        elif _stays_inside(base.folder, target, os.fsdecode(data)):
            os.symlink(os.fsdecode(data), target)
    for folder in folders:
        # modules that were fetched are in no commit, and are the same before and after
        fetched = os.path.join(base.root, folder, ".terraform")
        if os.path.isdir(fetched):
            os.symlink(fetched, os.path.join(base.folder, folder, ".terraform"))


def _stays_inside(folder: str, link: str, target: str) -> bool:
    if os.path.isabs(target):
        return False
    return os.path.normpath(os.path.join(os.path.dirname(link), target)).startswith(folder + os.sep)


def _contents(root: str, objects: list[str]) -> Iterator[bytes]:
    """The bytes of objects, one after the other."""
    with tempfile.TemporaryFile() as names:
        names.write("".join(f"{one}\n" for one in objects).encode())
        names.seek(0)
        command = ["git", *_SETTINGS, "-C", root, "cat-file", "--batch", "--buffer"]
        with subprocess.Popen(
            command, stdin=names, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        ) as process:
            assert process.stdout is not None
            for _ in objects:
                head = process.stdout.readline().split()
                if len(head) != 3 or not head[2].isdigit():
                    process.kill()
                    raise GitError("git cannot read all files of the commit (a partial clone may lack them)")
                yield process.stdout.read(int(head[2]))
                process.stdout.read(1)


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _git(folder: str, *arguments: str) -> bytes:
    command = ["git", *_SETTINGS, "-C", folder, *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=_environment(), check=False)
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror or error}") from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(f"git says: {lines[0].removeprefix('fatal: ')}" if lines else "git says nothing")
    return done.stdout
