"""Modes files are given: chmod and its like, COPY --chmod, Ansible's `mode`, Terraform's file_permission."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.shell import TYPES as _SHELL_TYPES
from iaclint.aspects.shell import commands
from iaclint.model.aspects import FilePermission, ShellCommand, Word
from iaclint.model.block import Block
from iaclint.model.value import Value

_OCTAL = re.compile(r"(?:0o)?[0-7]{1,5}")
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=][rwxXstugo]*)+)")
_OPERATION = re.compile(r"([-+=])([rwxXstugo]*)")
_CHMOD_MODE = re.compile(r"-[rwxXst]+(?:,.*)?")
_MODE_CLUSTER = re.compile(r"-[bcCdDpsTvZ]*m(.*)", re.DOTALL)
_BITS = {"r": 4, "w": 2, "x": 1}
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_FILE_RESOURCES = ("local_file", "local_sensitive_file")

TYPES: dict[str, frozenset[str] | None] = {
    "dockerfile": (_SHELL_TYPES["dockerfile"] or frozenset()) | {"COPY", "ADD"}, "ansible": None, "terraform": None,
}


def file_permissions(block: Block) -> list[FilePermission]:
    """The modes a Block gives to files."""
    found = [permission for command in commands(block) for permission in _of_command(command)]
    if block.language == "dockerfile" and block.type in ("COPY", "ADD"):
        found.extend(_of_value(block, block.get("--chmod"), block.get("destination").text))
    elif block.language == "ansible" and block.kind == "module":
        found.extend(_of_module(block))
    elif block.type in _FILE_RESOURCES and block.kind == "resource":
        for name in ("file_permission", "directory_permission"):
            found.extend(_of_value(block, block.get(name), block.get("filename").text))
    return found


def octal_mode(text: str) -> int | None:
    """The permission bits of an octal mode, or of a symbolic one that sets all of them; None otherwise."""
    if _OCTAL.fullmatch(text):
        return int(text.removeprefix("0o"), 8)
    return _set_entirely(text)


def added(text: str) -> str:
    """What a symbolic mode adds, as "u+x,g+x,o+x"; "" when it adds nothing or is not symbolic."""
    found: list[str] = []
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return ""
        for operator, permissions in _OPERATION.findall(match[2]):
            if operator != "-":
                found.extend(_added_by(match[1], permissions))
    return ",".join(dict.fromkeys(found))


def is_symbolic(text: str) -> bool:
    """Whether this is a symbolic mode such as `u+rwx,o=`."""
    return bool(text) and all(_CLAUSE.fullmatch(clause) for clause in text.split(","))


def _added_by(who: str, permissions: str) -> Iterator[str]:
    classes = "ugo" if "a" in who or not who else who
    for permission in permissions:
        if permission == "t":
            yield "o+t"
        elif permission == "s":
            yield from (f"{one}+s" for one in classes if one != "o")
        elif permission in "rwxX":
            # without a class the umask holds back what it always does: writing by others
            kept = "u" if not who and permission == "w" else classes
            yield from (f"{one}+{permission.lower()}" for one in kept)


def _set_entirely(text: str) -> int | None:
    classes: dict[str, int] = {}
    for clause in text.split(","):
        match = re.fullmatch(r"([ugoa]+)=([rwx]*)", clause)
        if match is None:
            return None
        bits = sum(_BITS[one] for one in set(match[2]))
        for who in "ugo" if "a" in match[1] else match[1]:
            classes[who] = bits
    return sum(bits << _SHIFTS[who] for who, bits in classes.items()) if len(classes) == 3 else None


# --- shell --------------------------------------------------------------------------


def _of_command(command: ShellCommand) -> Iterator[FilePermission]:
    if command.name == "chmod":
        yield from _chmod(command)
    elif command.name in ("install", "mkdir", "mkfifo"):
        yield from _mode_option(command)


def _chmod(command: ShellCommand) -> Iterator[FilePermission]:
    mode: Word | None = None
    paths: list[Word] = []
    for word in command.words:
        text = word.known
        is_option = word.startswith("-") and not (mode is None and _CHMOD_MODE.fullmatch(text))
        if is_option:
            if text.startswith("--reference"):
                return
        elif mode is None:
            mode = word
        else:
            paths.append(word)
    if mode is not None:
        yield _permission(command, mode, mode.text, paths[0].text if len(paths) == 1 else None)


def _mode_option(command: ShellCommand) -> Iterator[FilePermission]:
    operands = command.operands("-m", "--mode", "-o", "-g", "-t", "-S", "--owner", "--group", "--target-directory")
    path = operands[-1].text if operands else None
    for index, word in enumerate(command.words):
        text = word.known
        following = command.words[index + 1] if index + 1 < len(command.words) else None
        cluster = _MODE_CLUSTER.fullmatch(text) if not text.startswith("--") else None
        if word.text == "--":
            return
        if text.startswith("--mode="):
            yield _permission(command, word, text.removeprefix("--mode=") if word.text else None, path)
        elif cluster is not None and cluster[1]:
            yield _permission(command, word, cluster[1].removeprefix("=") if word.text else None, path)
        elif (cluster is not None or text == "--mode") and following is not None and word.text:
            yield _permission(command, following, following.text, path)


def _permission(command: ShellCommand, place: Word, text: str | None, path: str | None) -> FilePermission:
    mode = octal_mode(text) if text is not None else None
    shown = text if text is not None else place.raw
    adds = added(text) if text is not None and mode is None else ""
    return FilePermission(command.block, place, shown, mode, path, command, adds)


# --- values -------------------------------------------------------------------------


def _of_module(block: Block) -> Iterator[FilePermission]:
    path = block.get("path") if "path" in block.arguments else block.get("dest")
    # elsewhere `mode` may be anything: that of a network bond, of a cluster
    if path.is_missing and not block.type.startswith("ansible.builtin."):
        return
    for name in ("mode", "directory_mode"):
        if name in block.arguments:
            yield from _of_value(block, block.get(name), path.text)


def _of_value(block: Block, value: Value, path: str | None) -> Iterator[FilePermission]:
    if value.is_missing:
        return
    if value.kind == "number" and isinstance(value.data, int):
        # YAML has read 0644 as the number 420; as text in a Dockerfile or a string it is octal
        mode = value.data if block.language == "ansible" else octal_mode(str(value.data))
        yield FilePermission(block, value, value.document.source.slice(value.span), mode, path)
    elif value.text is None:
        yield FilePermission(block, value, value.document.source.slice(value.span), None, path)
    elif octal_mode(value.text) is not None:
        yield FilePermission(block, value, value.text, octal_mode(value.text), path)
    elif is_symbolic(value.text):
        yield FilePermission(block, value, value.text, None, path, None, added(value.text))
