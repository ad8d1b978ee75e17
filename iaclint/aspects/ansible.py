"""Tasks as checks ask for them: which there are, whose module call this is, what keyword holds for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iaclint.model.block import Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value, missing

if TYPE_CHECKING:
    from iaclint.parsers.embedded import EmbeddedText

_TASK_KINDS = ("task", "handler")


def tasks(place: Project | Document) -> Iterator[Block]:
    """All tasks and handlers in file order; a `block:` is none, what it holds are."""
    for document in place.documents if isinstance(place, Project) else [place]:
        if document.language == "ansible":
            for block in document.walk():
                if block.kind in _TASK_KINDS and block.type == "task":
                    yield block


def task_of(block: Block) -> Block | None:
    """The task a module call belongs to."""
    above: Block | None = block
    while above is not None and above.kind not in _TASK_KINDS:
        above = above.parent
    return above


def module_of(task: Block) -> Block | None:
    """A task's module call; None for a block or where no module can be told."""
    return next((block for block in task.blocks if block.kind == "module"), None)


def effective(task: Block, keyword: str) -> Value:
    """A keyword's Value as it holds for a task: the nearest of task, blocks and play that writes it."""
    block: Block | None = task
    while block is not None:
        if keyword in block.arguments:
            return block.get(keyword)
        block = block.parent
    return missing(task, (keyword,))


def is_ini_inventory(document: Document) -> bool:
    """Whether this is an inventory in INI form, which no fixer writes."""
    return document.kind == "inventory" and document.tree is None


def script(module: Block) -> EmbeddedText | None:
    """The command text of a command, shell, raw or script call, options such as `chdir=` blanked; None if unknown."""
    from iaclint.parsers.ansible.script import script as read

    return read(module)


__all__ = ["effective", "is_ini_inventory", "module_of", "script", "task_of", "tasks"]
