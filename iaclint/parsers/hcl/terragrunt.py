"""Terragrunt files: which module a unit deploys, and with which inputs.

A unit's inputs reach Terraform as `TF_VAR_name` does: variable files of the module win over them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.source import Source

KIND = "terragrunt"
NAMES = ("terragrunt.hcl", "terragrunt.stack.hcl")
_TELLING = re.compile(
    rb"""^[ \t]*(?:inputs[ \t]*=|include(?:[ \t]+"[^"\n]*")?[ \t]*\{|dependency[ \t]+"[^"\n]*"[ \t]*\{
        |dependencies[ \t]*\{|remote_state[ \t]*\{|terragrunt_version_constraint[ \t]*=)
    |\b(?:find_in_parent_folders|path_relative_(?:to|from)_include|read_terragrunt_config|get_terragrunt_dir
        |get_(?:original|parent)_terragrunt_dir|get_repo_root|get_path_(?:from|to)_repo_root)[ \t]*\(""",
    re.MULTILINE | re.VERBOSE,
)
_OWN_FOLDER = re.compile(r'"\$\{\s*get_(?:original_)?terragrunt_dir\(\)\s*\}(/[^"$%\\\n]*)?"')
_GIVES_VARIABLES = re.compile(r"-var|var_files|TF_VAR|env_vars")
_UNKNOWN = "*unknown*"

Parent = Callable[[str], Document | None]
"""Reads the Terragrunt file at a path relative to the unit's folder; None where it is not at hand."""


class Unit(NamedTuple):
    """What a Terragrunt file deploys.

    document  the file
    source    the module's folder, relative to the file's own, "." for that one; None where it is remote or unknown
    inputs    the Values given to the module's variables, where they are written
    is_open   whether further variables may be given something that cannot be known
    """

    document: Document
    source: str | None
    inputs: dict[str, Value]
    is_open: bool


def is_terragrunt(path: str, head: bytes) -> bool:
    """Whether a `.hcl` file is one of Terragrunt's, by its name or how it begins."""
    return _name(path) in NAMES or _TELLING.search(head) is not None


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def parse(source: Source) -> Document:
    """Read a Terragrunt file: its first Block, of kind and type "terragrunt", holds the top-level arguments."""
    from iaclint.parsers.hcl.structure import parse as parse_native

    document = parse_native(source, "tfvars")
    document.kind = KIND
    top = document.blocks[0]
    top.kind = top.type = KIND
    document.blocks = [top, *top._blocks]
    for block in top._blocks:
        block.parent = None
    top._blocks = []
    return document


def unit(document: Document, parent: Parent | None = None) -> Unit | None:
    """What a `terragrunt.hcl` deploys; None for a stack, and for a file that others include.

    Values come from `Document.evaluate`: of literals alone, unless an evaluator was set before. With `parent`
    the files it includes by a literal path are taken into account, of others nothing is known.
    """
    if document.kind != KIND or not document.blocks or _name(document.path) != NAMES[0]:
        return None
    blocks: dict[str, list[Block]] = {}
    for block in document.blocks[1:]:
        blocks.setdefault(block.kind, []).append(block)
    inputs, is_open = _inputs(document)
    is_open = is_open or _is_opened(blocks)
    source = _written_source(blocks)
    includes = blocks.get("include", [])
    found = _folder(source) if source is not None else None if includes else "."
    for include in reversed(includes):
        if include.get("merge_strategy").text == "no_merge":
            continue
        inherited, is_more = _included(include, parent)
        is_open = is_open or is_more
        for name, value in inherited.items():
            if name not in inputs:
                inputs[name] = value
            elif include.get("merge_strategy").text is not None and value.kind in ("map", "list"):
                # merged deeply: what comes of it is not worth guessing
                inputs[name] = _unknown(inputs[name])
    return Unit(document, found, inputs, is_open)


# --- the module ----------------------------------------------------------------------------------------------


def _written_source(blocks: dict[str, list[Block]]) -> Argument | None:
    for block in blocks.get("terraform", ()):
        if "source" in block.arguments:
            return block.arguments["source"]
    return None


def _folder(argument: Argument) -> str | None:
    value = argument.value
    text = value.text if value.kind == "string" else None
    if text is None:
        node = argument.expression
        start, end = getattr(node, "start_byte", 0), getattr(node, "end_byte", 0)
        match = _OWN_FOLDER.fullmatch(argument.block.document.source.data[start:end].decode("utf-8", "replace"))
        text = "." + (match[1] or "") if match is not None else None
    return local_folder(text) if text is not None else None


def local_folder(source: str) -> str | None:
    """The folder that a local source means: `../modules//vpc` is `../modules/vpc`; None for a remote one."""
    if "?" in source or "::" in source or not (source in (".", "..") or source.startswith(("./", "../"))):
        return None
    return posixpath.normpath(source)


# --- the inputs ----------------------------------------------------------------------------------------------


def _inputs(document: Document) -> tuple[dict[str, Value], bool]:
    """What `inputs` gives, and whether it may give more."""
    argument = document.blocks[0].arguments.get("inputs")
    if argument is None:
        return {}, False
    value = argument.value
    if value.kind != "map":
        return {}, not value.is_missing
    found = {name: _unknown(one) if one.is_missing else one for name, one in value.entries.items()}
    return found, found.pop(_UNKNOWN, None) is not None


def _unknown(value: Value) -> Value:
    return Value(
        "unknown", None, value.document, value.span, name=value.name, name_span=value.name_span,
        holder=value.holder, references=value.references,
    )  # fmt: skip


def _is_opened(blocks: dict[str, list[Block]]) -> bool:
    """Whether variables may come from something else: further arguments, or a variable file that is generated."""
    for block in blocks.get("terraform", ()):
        for one in block.children("extra_arguments"):
            if _GIVES_VARIABLES.search(one.document.source.slice(one.span)):
                return True
    paths = [block.get("path") for block in blocks.get("generate", ())]
    return any(path.text is None or path.text.endswith((".tfvars", ".tfvars.json")) for path in paths)


def _included(include: Block, parent: Parent | None) -> tuple[dict[str, Value], bool]:
    path = include.get("path")
    document = parent(path.text) if parent is not None and path.kind == "string" and path.text else None
    if document is None or document.kind != KIND or not document.blocks or document.problems:
        return {}, True
    inputs, is_open = _inputs(document)
    blocks: dict[str, list[Block]] = {}
    for block in document.blocks[1:]:
        blocks.setdefault(block.kind, []).append(block)
    # what it includes in turn is not followed
    return inputs, is_open or _is_opened(blocks) or "include" in blocks


__all__ = ["KIND", "Unit", "is_terragrunt", "local_folder", "parse", "unit"]
