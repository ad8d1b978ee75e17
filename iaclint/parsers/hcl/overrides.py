"""Override files: what `override.tf` and `*_override.tf` say takes the place of what the other files say.

The Arguments and nested Blocks of an override stand in the Block they override and keep their own Document
and spans, so that findings and fixes go to the file that says it.
"""

from __future__ import annotations

import re

from iaclint.model.block import Block, Document
from iaclint.parsers.hcl import dynamic

_NAME = re.compile(r"(?:^|_)override\.(?:tf|tofu)(?:\.json)?$")
_MERGED = frozenset({"resource", "data", "ephemeral", "module", "variable", "output", "provider", "terraform"})
_MIXED = {"terraform": ("required_providers",), "resource": ("lifecycle",), "data": ("lifecycle",)}
"""Nested blocks that are merged by their arguments; of others the override's take the place of all."""
_ALTERNATIVES = frozenset({"backend", "cloud"})
_FIXED = frozenset({"depends_on"})
"""Arguments that may not be overridden."""


class Part(Block):
    """What an override file writes of a Block, seen as that Block: it holds the same, but stands in its own file."""

    __slots__ = ()

    @property
    def instance(self) -> str:
        """Which instance it is: that of the Block it belongs to."""
        return self.parent.instance if self.parent is not None else ""

    @instance.setter
    def instance(self, value: str) -> None:
        pass


def is_override(path: str) -> bool:
    """Whether a file, by its name, overrides the others of its folder."""
    return _NAME.search(path.replace("\\", "/").rpartition("/")[2]) is not None


def merge(documents: list[Document]) -> None:
    """Let the override files of one folder override the others, in the order of their names.

    A Block that overrides another leaves its Document; one with nothing to override stays, which Terraform
    refuses. To be called on the Documents that are evaluated: what is merged cannot be copied by `Document.copy`.
    """
    overriding = [document for document in documents if document.kind == "module" and is_override(document.path)]
    if not overriding:
        return
    bases: dict[tuple[str, ...], Block] = {}
    locals: dict[str, Block] = {}
    for document in documents:
        if document.kind == "module" and document not in overriding:
            for block in document.blocks:
                bases.setdefault(_key(block), block)
                if block.kind == "locals":
                    locals.update(dict.fromkeys(block.arguments, block))
    for document in sorted(overriding, key=lambda one: one.path.replace("\\", "/").rpartition("/")[2]):
        document.blocks = [block for block in document.blocks if not _is_merged(block, bases, locals)]


def _key(block: Block) -> tuple[str, ...]:
    if block.kind == "provider":
        return ("provider", block.type, block.get("alias").text or "")
    return (block.kind, block.type, block.name)


def _is_merged(block: Block, bases: dict[tuple[str, ...], Block], locals: dict[str, Block]) -> bool:
    if block.kind == "locals":
        for name, argument in block.arguments.items():
            if name in locals:
                locals[name].arguments[name] = argument
        block.arguments = {name: one for name, one in block.arguments.items() if name not in locals}
        return not block.arguments
    base = bases.get(_key(block)) if block.kind in _MERGED else None
    if base is None:
        return False
    _merge(base, block)
    return True


def _merge(base: Block, block: Block) -> None:
    part = _part_of(base, block)
    mixed = _MIXED.get(base.kind, ())
    replaced = {_type(one) for one in block._blocks if _type(one) not in mixed}
    if base.kind == "terraform" and replaced & _ALTERNATIVES:
        replaced |= _ALTERNATIVES
    # in JSON what is a block here may be an argument there
    base._blocks[:] = [one for one in base._blocks if _type(one) not in replaced and one.type not in block.arguments]
    for name in replaced:
        base.arguments.pop(name, None)
    for name, argument in block.arguments.items():
        if name not in _FIXED:
            argument.block = part
            base.arguments[name] = argument
    for one in block._blocks:
        same = next((old for old in base._blocks if old.type == one.type), None) if one.type in mixed else None
        if same is not None:
            _merge(same, one)
        else:
            one.parent = base
            base._blocks.append(one)
    if any(one.type == "dynamic" for one in base._blocks):
        base.expand = dynamic.expand
    part._blocks, part.expand = base._blocks, base.expand


def _part_of(base: Block, block: Block) -> Part:
    part = Part(
        block.document, block.kind, block.type, span=block.span, header_span=block.header_span, name=block.name,
        labels=block.labels, body_span=block.body_span, parent=base, node=block.node,
    )  # fmt: skip
    part.arguments = base.arguments
    return part


def _type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.kind == "block" and block.labels else block.type


__all__ = ["Part", "is_override", "merge"]
