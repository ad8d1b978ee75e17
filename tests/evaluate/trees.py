"""Terraform trees in folders, read as a run reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

from iaclint.engine.checking import read_file
from iaclint.engine.discovery import discover
from iaclint.engine.modules import link
from iaclint.engine.projects import group, read_group
from iaclint.model import Block, Project, Value, literal_of
from iaclint.policy.config import Config

SIZE = 2_000_000


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files, each named by its path below the folder; their common indentation is taken away."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def project_in(folder: Path, files: Mapping[str, str] | None = None, root: str = "") -> Project:
    """The Project of a root module below the working folder, after writing the files."""
    write(folder, files or {})
    first, after = link(group(discover(["."], Config())[0], SIZE), read_file, {})
    one = next(one for one in (*first, *after) if one.language == "terraform" and one.root == root)
    return read_group(one, read_file, {}, SIZE).project


def instances(project: Project, kind: str = "resource") -> Iterator[Block]:
    """All instances of the top-level Blocks of a kind, in all modules."""
    for document in project.all_documents:
        for block in document.blocks:
            if block.kind == kind:
                yield from document.instances(block)


def at(project: Project, address: str, path: str = "x") -> Value:
    """The Value at a path of the resource or data source of an instance address; raises LookupError."""
    for kind in ("resource", "data"):
        for block in instances(project, kind):
            if block.instance_address == address:
                return block.at(path)
    raise LookupError(address)


def addresses(project: Project) -> list[str]:
    """The instance addresses of all resources there are, sorted."""
    return sorted(block.instance_address for block in instances(project))


def plain(value: Value) -> object:
    """What a Value says: Python's data, "?" where it is not known, None where it is null or not there."""
    if value.kind == "list":
        return [plain(item) for item in value.items]
    if value.kind == "map":
        return {key: plain(item) for key, item in value.entries.items()}
    return "?" if value.is_unknown else literal_of(value)


def spelled(value: Value) -> str:
    """The text that was written for a Value."""
    return value.document.source.slice(value.span)
