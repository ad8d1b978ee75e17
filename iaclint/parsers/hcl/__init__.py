"""Terraform and OpenTofu files as Documents: native syntax by tree-sitter, JSON syntax by a scanner of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iaclint.model.block import Document
    from iaclint.source import Source


def parse(source: Source, kind: str = "module") -> Document:
    """Read a `.tf`, `.tofu` or `.tfvars` file; `kind` is "module" or "tfvars". Never raises on any bytes."""
    from iaclint.parsers.hcl.structure import parse as parse_native

    return parse_native(source, kind)


def parse_json(source: Source, kind: str = "module") -> Document:
    """Read a `.tf.json` or `.tfvars.json` file; `kind` is "module" or "tfvars". Never raises on any bytes."""
    from iaclint.parsers.hcl.json import parse_json as parse_tokens

    return parse_tokens(source, kind)


def pieces(document: Document) -> Iterator[bytes]:
    """The file's tokens and what stands between them, in order: joined they are the Source's bytes."""
    from iaclint.parsers.hcl.tree import leaves

    return leaves(document.tree, document.source.data)


__all__ = ["parse", "parse_json", "pieces"]
