"""The container images that an Ansible project builds or tags itself: nobody else moves their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from iaclint.aspects.ansible import task_of
from iaclint.aspects.images import split_image
from iaclint.aspects.shell import commands
from iaclint.model.aspects import ImageReference, ShellCommand, Word
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value

_IMAGE = "community.docker.docker_image"
_BUILDING = (f"{_IMAGE}_build", "containers.podman.podman_image")
_COMPOSE = ("community.docker.docker_compose", "community.docker.docker_compose_v2")
_COMMANDS = ("ansible.builtin.command", "ansible.builtin.shell")
_ENGINES = frozenset({"docker", "podman", "buildah", "nerdctl"})
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_LONGEST_NAME = 512


class BuiltImages(NamedTuple):
    """The images a project makes.

    names     without tag and digest
    patterns  of names that are known in part only
    nameless  ids of the Documents that make an image nothing of whose name is known
    """

    names: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    nameless: frozenset[int]

    def hold(self, image: ImageReference) -> bool:
        """Whether the image is, or may well be, one of them."""
        name = (image.image or "").removeprefix("localhost/")
        if not name:
            return False
        if name in self.names or id(image.block.document) in self.nameless:
            return True
        return len(name) <= _LONGEST_NAME and any(pattern.fullmatch(name) for pattern in self.patterns)


def images_built(project: Project) -> BuiltImages:
    """The images a Project's tasks build, load or tag; found out once."""
    return project.memo("images built here", lambda: _find(project))


def _find(project: Project) -> BuiltImages:
    names: set[str] = set()
    patterns: dict[str, re.Pattern[str]] = {}
    nameless: set[int] = set()
    for block, text in _made(project):
        pieces = [re.escape(piece) for piece in _TEMPLATE.split(split_image(text).image.removeprefix("localhost/"))]
        if len(pieces) == 1:
            names.add(split_image(text).image.removeprefix("localhost/"))
        elif not any(re.search(r"\w", piece) for piece in pieces):
            nameless.add(id(block.document))
        elif len(pieces) <= 3:  # more gaps tell next to nothing, and take long to match
            patterns.setdefault(".+".join(pieces), re.compile(".+".join(pieces)))
    return BuiltImages(frozenset(names), tuple(patterns.values()), frozenset(nameless))


def _made(project: Project) -> Iterator[tuple[Block, str]]:
    """The names as written, what a loop's items say filled in; other templates stay."""
    for type in (_IMAGE, *_BUILDING):
        for block in project.blocks(type, "module"):
            if type != _BUILDING[1] or {"path", "build"} & block.arguments.keys():
                for name in _named(block, type):
                    yield from _each(block, _written(name))
    for type in _COMPOSE:
        for block in project.blocks(type, "module"):
            for service in block.at("definition.services").entries.values():
                if "build" in service.entries and "image" in service.entries:
                    yield from _each(block, _written(service.entries["image"]))
    for type in _COMMANDS:
        for block in project.blocks(type, "module"):
            for command in commands(block):
                for word in _tagged(command):
                    # in the word itself a template is a gap, in the file it is to be read
                    written = block.document.source.slice(word.span) if word.text is None else word.text
                    yield from _each(block, written.removeprefix("--tag="))


def _named(block: Block, type: str) -> Iterator[Value]:
    local = block.get("source").is_(("build", "load", "local")) or {"build", "path"} & block.arguments.keys()
    if type != _IMAGE or local:
        yield block.get("name")
        yield block.get("repository")


def _tagged(command: ShellCommand) -> Iterator[Word]:
    """What `docker build -t NAME`, `docker tag OLD NAME` and their like make."""
    if command.name not in _ENGINES:
        return
    words = [word for word in command.words if word.text not in ("buildx", "image", "container")]
    verb = words[0].text if words else None
    if verb in ("tag", "commit"):
        yield from words[-1:]
    elif verb in ("build", "bud"):
        for index, word in enumerate(words):
            if word.text in ("-t", "--tag") and index + 1 < len(words):
                yield words[index + 1]
            elif word.startswith("--tag="):
                yield word


def _written(value: Value) -> str:
    if value.is_missing:
        return ""
    return value.text if value.text is not None else value.document.source.slice(value.span)


def _each(block: Block, text: str) -> Iterator[tuple[Block, str]]:
    """The text, once for each item of the loop around it where it names the item."""
    text = text.strip().strip("\"'")
    if not text:
        return
    task = task_of(block)
    variable = task.at("loop_control.loop_var").text if task is not None else None
    item = re.compile(r"\{\{\s*" + re.escape(variable or "item") + r"(?:\.(\w+))?\s*\}\}")
    items = _items(task) if task is not None and item.search(text) else []
    if not items:
        yield block, text
    for one in items:
        yield block, item.sub(lambda match, one=one: _of(one, match), text)  # type: ignore[misc]


def _of(item: Value, match: re.Match[str]) -> str:
    value = item.entries.get(match[1]) if match[1] else item
    return match[0] if value is None or value.text is None else value.text


def _items(task: Block) -> list[Value]:
    for name in ("loop", "with_items", "with_list", "with_flattened"):
        if name in task.arguments:
            return task.get(name).items
    return []


__all__ = ["BuiltImages", "images_built"]
