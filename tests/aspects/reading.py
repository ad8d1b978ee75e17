"""Short files as Blocks, for tests of Aspects."""

from __future__ import annotations

from iaclint.model.block import Block, Document
from iaclint.parsers.ansible import parse as parse_ansible
from iaclint.parsers.dockerfile import parse as parse_dockerfile
from iaclint.source import Source


def dockerfile(text: str) -> Document:
    return parse_dockerfile(Source("Dockerfile", text.encode()))


def instruction(text: str, type: str = "RUN") -> Block:
    """The first instruction of a type in a stage that holds this text."""
    return next(block for block in dockerfile("FROM a\n" + text + "\n").walk() if block.type == type)


def module(text: str) -> Block:
    """The module call of the first task of a list of tasks."""
    document = parse_ansible(Source("roles/a/tasks/main.yml", text.encode()))
    assert document is not None
    return next(block for block in document.walk() if block.kind == "module")


def terraform(text: str) -> Document:
    """A module of one file, its variables evaluated."""
    from iaclint.evaluate.terraform import prepare
    from iaclint.model.project import Project
    from iaclint.parsers.hcl import parse

    document = parse(Source("main.tf", text.encode()))
    prepare(Project(".", [document]))
    return document
