"""What ShellCheck says of the shell scripts of a Document, where it is installed and wanted.

It sees copies of the scripts alone, in a folder of its own, without any configuration of the scanned tree and without
following `source`; its absence, a crash or more than `TIMEOUT` seconds cost its findings and nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from iaclint.model.block import Block, Document
from iaclint.model.project import Project
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.parsers.embedded import EmbeddedText

TIMEOUT = 30
"""Seconds that one process may take."""

MAX_SCRIPT = 500_000
MAX_OUTPUT = 20_000_000
BATCH = 500
"""Scripts a process is given; a command line is not endless."""

_LEFT_OUT = "1090,1091,2187"
"""Not followed, and a dialect it does not support: nothing that the file does wrong."""

_UNASSIGNED = re.compile(r"(\w+) is referenced but not assigned")


class Remark(NamedTuple):
    """One thing ShellCheck says.

    code      "SC2086"
    level     "error", "warning", "info" or "style"
    changes   its repair, as offsets in the script and new text; empty where there is none
    """

    block: Block
    script: EmbeddedText
    span: Span
    code: str
    level: str
    message: str
    changes: tuple[tuple[int, int, str], ...]


class Script(NamedTuple):
    """A script with the Block it stands in and the shell it is for ("sh" or "bash")."""

    block: Block
    text: EmbeddedText
    shell: str


def remarks(document: Document, project: Project) -> list[Remark]:
    """All that is said of a Document's scripts; asked for once. Nothing where it is not wanted or not installed."""
    if not project.settings.shellcheck:
        return []
    return project.memo(("shellcheck", id(document)), lambda: (document, _ask(document)))[1]


def program() -> str | None:
    """The path of ShellCheck: beside this Python (the extra `shellcheck`), or on the PATH; None where there is none."""
    return _program(os.environ.get("PATH", ""))


@cache
def _program(path: str) -> str | None:
    import shutil
    import sys

    # a relative folder on the PATH may be one of the scanned tree
    folders = [os.path.dirname(sys.executable), *(one for one in path.split(os.pathsep) if os.path.isabs(one))]
    return shutil.which("shellcheck", path=os.pathsep.join(folders))


def _ask(document: Document) -> list[Remark]:
    tool = program()
    found = [one for one in scripts(document) if 0 < len(one.text.text) <= MAX_SCRIPT] if tool is not None else []
    if tool is None or not found:
        return []
    told: list[Remark] = []
    assigned = _assigned(document)
    for shell in ("sh", "bash"):
        some = [one for one in found if one.shell == shell]
        for start in range(0, len(some), BATCH):
            batch = some[start : start + BATCH]
            for index, comment in _run(tool, shell, [one.text.text for one in batch]):
                remark = _remark(batch[index], comment, assigned)
                if remark is not None:
                    told.append(remark)
    return told


# --- which scripts ------------------------------------------------------------------


def scripts(document: Document) -> Iterator[Script]:
    """The scripts of a Document that a POSIX shell or bash reads."""
    read = {"dockerfile": _of_dockerfile, "ansible": _of_ansible, "terraform": _of_terraform}.get(document.language)
    for block in document.walk() if read is not None and document.kind not in ("plan", "test", "input") else ():
        if read is not None:
            yield from read(block)


def _of_dockerfile(block: Block) -> Iterator[Script]:
    if block.type != "RUN":
        return
    from iaclint.parsers.dockerfile import dialect, shell_text

    text = shell_text(block)
    if text is not None:
        said = dialect(block)
        yield Script(block, text, _shell_of(text.text) or ("bash" if said == "bash" else "sh"))


def _of_ansible(block: Block) -> Iterator[Script]:
    if block.kind != "module" or block.type != "ansible.builtin.shell":
        return
    from iaclint.parsers.ansible.script import script

    executable = block.get("executable")
    name = "sh" if executable.is_missing else (executable.text or "").rsplit("/", 1)[-1]
    text = script(block) if name in ("sh", "bash") else None
    if text is not None:
        yield Script(block, text, name)


def _of_terraform(block: Block) -> Iterator[Script]:
    if block.kind not in ("resource", "data"):
        return
    from iaclint.aspects.shell import start_texts

    for text in start_texts(block):
        shell = _shell_of(text.text)
        if shell is not None:
            yield Script(block, text, shell)


def _shell_of(text: bytes) -> str | None:
    match = re.match(rb"#!\s*(?:/usr/bin/env\s+)?(?:/\S*/)?(sh|bash|dash|ash)(?:\s|$)", text)
    return None if match is None else "bash" if match[1] == b"bash" else "sh"


def _assigned(document: Document) -> frozenset[str]:
    """The variables that ENV and ARG set for scripts."""
    if document.language != "dockerfile":
        return frozenset()
    blocks = (block for block in document.walk() if block.type in ("ENV", "ARG"))
    return frozenset(name for block in blocks for name in block.get("pairs").entries)


# --- asking -------------------------------------------------------------------------


def _run(tool: str, shell: str, texts: list[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    import json
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory(prefix="iaclint-") as folder:
        names = [f"{index}.sh" for index in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(text)
        command = [tool, "--norc", "--format=json1", f"--shell={shell}", f"--exclude={_LEFT_OUT}", *names]
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "SHELLCHECK_OPTS": ""}
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT,
                check=False,
            )  # fmt: skip
            said = json.loads(done.stdout[:MAX_OUTPUT])["comments"]
        except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
            return
    numbers = {name: index for index, name in enumerate(names)}
    for one in said if isinstance(said, list) else ():
        if isinstance(one, dict) and one.get("file") in numbers:
            yield numbers[one["file"]], one


def _remark(script: Script, comment: dict[str, Any], assigned: frozenset[str]) -> Remark | None:
    text = script.text
    try:
        start, end = _range(text.text, comment)
        code, level, message = int(comment["code"]), str(comment["level"]), str(comment["message"])
        fix = comment.get("fix") or {}
        changes = tuple((*_range(text.text, one), str(one["replacement"])) for one in fix.get("replacements", ()))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        return None
    if any(start <= gap < max(end, start + 1) for gap in text.gaps):
        return None  # nobody knows what stands there
    unassigned = _UNASSIGNED.match(message)
    if unassigned is not None and unassigned[1] in assigned:
        return None
    if _overlap(changes):
        changes = ()
    return Remark(script.block, text, text.span(start, end), f"SC{code}", level, message, changes)


def _range(text: bytes, place: dict[str, Any]) -> tuple[int, int]:
    """The bytes of a place given by lines and columns (in code points, from 1)."""
    return _offset(text, place["line"], place["column"]), _offset(text, place["endLine"], place["endColumn"])


def _offset(text: bytes, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index(b"\n", start) + 1
    end = text.find(b"\n", start)
    whole = text[start : end if end >= 0 else len(text)].decode("utf-8", "surrogateescape")
    return start + len(whole[: column - 1].encode("utf-8", "surrogateescape"))


def _overlap(changes: tuple[tuple[int, int, str], ...]) -> bool:
    ordered = sorted(changes)
    return any(one[1] > other[0] or one[:2] == other[:2] for one, other in pairwise(ordered))


__all__ = ["Remark", "program", "remarks", "scripts"]
