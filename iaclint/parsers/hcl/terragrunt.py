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
_MAX_DEPTH = 50

Parent = Callable[[str], Document | None]
"""Reads the Terragrunt file at a path relative to the unit's folder; None where it is not at hand."""


class Unit(NamedTuple):
    """What a Terragrunt file deploys.

    document  the file
    source    the module's folder, relative to the file's own, "." for that one; None where it is remote or unknown
    inputs    the Values given to the module's variables, where they are written
    is_open   whether further variables may be given something that cannot be known
    is_overridden  whether something that cannot be known may win over what is given: a variable file, an argument
    """

    document: Document
    source: str | None
    inputs: dict[str, Value]
    is_open: bool
    is_overridden: bool = False


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
    the files it includes by a path that is known are taken into account, of others nothing is known.
    """
    if document.kind != KIND or not document.blocks or _name(document.path) != NAMES[0]:
        return None
    blocks = _by_kind(document)
    inputs, is_open = inputs_of(document)
    is_overridden = _is_overridden(blocks)
    is_open = is_open or is_overridden or _is_generating(blocks)
    source = _written_source(blocks)
    is_elsewhere = False
    # the last one included wins over those before it, and what the unit says over all
    for include in reversed(blocks.get("include", [])):
        strategy = include.get("merge_strategy")
        if strategy.text == "no_merge":
            continue
        below = _included(include, parent)
        if below is None:
            is_open = is_elsewhere = True
            if strategy.is_written and strategy.text != "shallow":
                inputs = {name: _unknown(one) if one.items or one.entries else one for name, one in inputs.items()}
            continue
        inherited, is_more = inputs_of(below)
        others = _by_kind(below)
        is_overridden = is_overridden or _is_overridden(others)
        # Terragrunt refuses what is included to include in turn
        is_open = is_open or is_more or is_overridden or _is_generating(others) or "include" in others
        source = source or _written_source(others)
        is_deep = strategy.is_written and strategy.text != "shallow"
        inputs = _merged(inherited, inputs, _deeply if strategy.text == "deep" else _in_doubt if is_deep else None)
    found = _folder(source) if source is not None else None if is_elsewhere else "."
    return Unit(document, found, inputs, is_open, is_overridden)


def _by_kind(document: Document) -> dict[str, list[Block]]:
    blocks: dict[str, list[Block]] = {}
    for block in document.blocks[1:]:
        blocks.setdefault(block.kind, []).append(block)
    return blocks


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


def inputs_of(document: Document) -> tuple[dict[str, Value], bool]:
    """What `inputs` of a file gives, and whether it may give more."""
    argument = document.blocks[0].arguments.get("inputs")
    if argument is None:
        return {}, False
    value = argument.value
    if value.kind != "map":
        return {}, not value.is_missing
    found = {name: _unknown(one) if one.is_missing else one for name, one in value.entries.items()}
    return found, found.pop(_UNKNOWN, None) is not None


Merge = Callable[[Value, Value, int], Value]


def _merged(below: dict[str, Value], above: dict[str, Value], merge: Merge | None, depth: int = 0) -> dict[str, Value]:
    """What both say, the second winning; `merge` tells what comes of what both name."""
    found = {**below, **above}
    if merge is not None:
        for name in below.keys() & above.keys():
            found[name] = merge(below[name], above[name], depth)
    return found


def _in_doubt(below: Value, above: Value, depth: int) -> Value:
    return _unknown(above)


def _deeply(below: Value, above: Value, depth: int) -> Value:
    """Maps are merged and lists joined. Whether what is empty wins over something differs between versions."""
    if depth > _MAX_DEPTH or below.is_unknown or above.is_unknown:
        return _unknown(above)
    if below.kind != above.kind or above.kind not in ("map", "list"):
        is_empty = above.kind in ("map", "list") or above.text in ("", "0", "false")
        return _unknown(above) if is_empty else above
    data: object
    if above.kind == "list":
        data = [*below.items, *above.items]
    elif _UNKNOWN in below.entries or _UNKNOWN in above.entries:
        return _unknown(above)
    else:
        data = _merged(below.entries, above.entries, _deeply, depth + 1)
    return Value(
        above.kind, data, above.document, above.span, name=above.name, name_span=above.name_span,
        holder=above.holder, references=(*above.references, *below.references),
    )  # fmt: skip


def _unknown(value: Value) -> Value:
    return Value(
        "unknown", None, value.document, value.span, name=value.name, name_span=value.name_span,
        holder=value.holder, references=value.references,
    )  # fmt: skip


def _is_overridden(blocks: dict[str, list[Block]]) -> bool:
    """Whether variables are given in a way that wins over `inputs`: on Terraform's command line, or before it."""
    return any(
        _GIVES_VARIABLES.search(one.document.source.slice(one.span))
        for block in blocks.get("terraform", ())
        for one in block.children("extra_arguments")
    )


def _is_generating(blocks: dict[str, list[Block]]) -> bool:
    """Whether a variable file may be generated."""
    paths = [block.get("path") for block in blocks.get("generate", ())]
    return any(path.text is None or path.text.endswith((".tfvars", ".tfvars.json")) for path in paths)


def _included(include: Block, parent: Parent | None) -> Document | None:
    path = include.get("path")
    document = parent(path.text) if parent is not None and path.kind == "string" and path.text else None
    if document is None or document.kind != KIND or not document.blocks or document.problems:
        return None
    return document


__all__ = ["KIND", "Unit", "inputs_of", "is_terragrunt", "local_folder", "parse", "unit"]
