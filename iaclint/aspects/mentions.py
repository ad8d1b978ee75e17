"""Which top-level blocks of a Terraform Project mention a name: by address, or as a quoted text.

Read from the text itself, so a mention within a string, a function or an expression nobody can evaluate counts too.
"""

from __future__ import annotations

import re

from iaclint.model.block import Block
from iaclint.model.project import Project

Key = tuple[str, bytes]
"""A module, as its path ("*" for all), and a word."""
Place = tuple[str, str, int]
"""A block, as its module, the path of its file, and the offset it begins at."""

_WORD = re.compile(rb'(?:resource\.)?[a-z]\w*\.[A-Za-z_][\w-]*|"[^"\n\\]{1,200}"')


def mentioning(block: Block, project: Project, names: tuple[str, ...] = ()) -> list[str]:
    """The types of the other blocks that mention a resource: its address, or one of its names in quotes."""
    index = project.memo("mentions", lambda: _index(project))
    document = block.document
    own = (document.module_path, document.path, block.span.start)
    keys = [(document.module_path, block.address.encode()), *(("*", name.encode()) for name in names if name)]
    found = {place: type for key in keys for place, type in index.get(key, {}).items() if place != own}
    return list(found.values())


def _index(project: Project) -> dict[Key, dict[Place, str]]:
    index: dict[Key, dict[Place, str]] = {}
    for document in project.all_documents:
        if document.language != "terraform":
            continue
        module = document.module_path
        for block in document.blocks:
            place = (module, document.path, block.span.start)
            text = document.source.data[block.span.start : block.span.end]
            for key in {key for found in _WORD.findall(text) for key in _keys(module, found)}:
                index.setdefault(key, {})[place] = block.type
    return index


def _keys(module: str, found: bytes) -> set[Key]:
    if not found.startswith(b'"'):
        return {(module, found.removeprefix(b"resource."))}
    inner = found[1:-1]
    # addresses within a string: "${aws_eip.a.id}", or simply "aws_eip.a.id"
    return {("*", inner), *(key for one in _WORD.findall(inner) if one[:1] != b'"' for key in _keys(module, one))}
