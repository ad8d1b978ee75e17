"""Finding how a Dockerfile is built: `build:` of Compose files and targets of Bake files beside and above it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from iaclint.model.builds import Build
from iaclint.model.value import Value
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.model.block import Block
    from iaclint.parsers.yaml import YamlNode

FOLDERS = 6
"""How many folders upwards are looked into, the Dockerfile's own included."""

MAX_SIZE = 500_000

_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml\Z")
_BAKE = re.compile(r"docker-bake[\w.-]*\.hcl\Z")

Found = list[tuple[str, Build]]
"""Absolute path of a Dockerfile, and a way it is built."""


class BuildFiles:
    """The Compose and Bake files of a run, each folder looked into and each file read once."""

    def __init__(self) -> None:
        self._folders: dict[str, Found] = {}

    def builds_of(self, path: str) -> tuple[Build, ...]:
        """The ways a Dockerfile, given by its absolute path, is built; none where nothing says so."""
        found: list[Build] = []
        folder = os.path.dirname(path)
        for _ in range(FOLDERS):
            if folder not in self._folders:
                self._folders[folder] = list(_read_folder(folder))
            found += [build for other, build in self._folders[folder] if other == path]
            parent = os.path.dirname(folder)
            if parent == folder or os.path.exists(os.path.join(folder, ".git")):
                break
            folder = parent
        return tuple(found)


def _read_folder(folder: str) -> Iterator[tuple[str, Build]]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        read = _read_compose if _COMPOSE.match(name) else _read_bake if _BAKE.match(name) else None
        path = os.path.join(folder, name)
        if read is None or not os.path.isfile(path):
            continue
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_SIZE + 1)
        except OSError:
            continue
        if len(data) <= MAX_SIZE:
            yield from read(folder, Source(path, data))


def _dockerfile(folder: str, context: str | None, name: str | None) -> str | None:
    if context is None or name is None or "://" in context or context.startswith("git@"):
        return None
    return os.path.normpath(os.path.join(folder, context, name))


# --- Compose ------------------------------------------------------------------------


def _read_compose(folder: str, source: Source) -> Iterator[tuple[str, Build]]:
    if b"build" not in source.data:
        return
    from iaclint.parsers.yaml import parse

    root = next((node for node in parse(source).documents if node is not None), None)
    services = root.get("services") if root is not None and root.kind == "mapping" else None
    for _, service in services.resolved().pairs if services is not None else ():
        build = service.resolved().get("build")
        if build is None:
            continue
        build = build.resolved()
        if build.kind == "scalar":
            path = _dockerfile(folder, _plain(build, "."), "Dockerfile")
            made = Build("", {})
        else:
            if build.get("dockerfile_inline") is not None:
                continue
            context = _plain(build.get("context"), ".")
            path = _dockerfile(folder, context, _plain(build.get("dockerfile"), "Dockerfile"))
            made = Build(_plain(build.get("target"), ""), _compose_arguments(build.get("args")))
        if path is not None:
            yield path, made


def _plain(node: YamlNode | None, otherwise: str) -> str | None:
    """A scalar's text, None where the environment has a say in it."""
    if node is None:
        return otherwise
    node = node.resolved()
    return node.value if node.kind == "scalar" and "$" not in node.value else None


def _compose_arguments(node: YamlNode | None) -> dict[str, str | None]:
    if node is None:
        return {}
    node = node.resolved()
    found: dict[str, str | None] = {}
    for key, value in node.pairs:
        # a name without a value takes it from the environment
        found[key.value] = _plain(value, "") or None
    for item in node.items:
        name, given, _ = item.resolved().value.partition("=")
        text = _plain(item, "")
        found[name] = text.partition("=")[2] if given and text is not None else None
    return found


# --- Bake ---------------------------------------------------------------------------


def _read_bake(folder: str, source: Source) -> Iterator[tuple[str, Build]]:
    from iaclint.evaluate.terraform import prepare
    from iaclint.model.project import Project
    from iaclint.parsers.hcl import parse

    document = parse(source)
    prepare(Project(folder, [document]))
    targets = {block.name: block for block in document.blocks if block.type == "target" and block.labels}
    for name in targets:
        lineage = _inherited(name, targets)
        if lineage is None:
            continue
        path = _dockerfile(folder, _text(lineage, "context", "."), _text(lineage, "dockerfile", "Dockerfile"))
        if path is None or any("dockerfile-inline" in block.arguments for block in lineage):
            continue
        arguments: dict[str, str | None] = {}
        for block in reversed(lineage):
            arguments.update({key: value.text for key, value in block.get("args").entries.items()})
        yield path, Build(_text(lineage, "target", ""), arguments)


def _inherited(name: str, targets: dict[str, Block]) -> list[Block] | None:
    """A target and those it inherits from, the one that wins first; None where one of them is not known."""
    found: list[Block] = []
    todo, seen = [name], set[str]()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        block = targets.get(one)
        parents = block.get("inherits") if block is not None else None
        if block is None or parents is None or parents.is_unknown or any(item.text is None for item in parents.items):
            return None
        found.append(block)
        # a later parent wins over an earlier one, so it is looked at first
        todo += [str(item.text) for item in parents.items]
    return found


def _text(lineage: list[Block], name: str, otherwise: str) -> str | None:
    value: Value | None = next((block.get(name) for block in lineage if name in block.arguments), None)
    return otherwise if value is None else value.text


__all__ = ["BuildFiles"]
