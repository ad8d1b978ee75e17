"""Evaluating Terraform: what the arguments of a root module say, as far as it can be known.

    prepare(project)             once, before rules ask for Values
    is_absent(block)             whether a resource has no instance at all
    document_value(value)        the JSON document a string holds, as Values
    embedded_text(value)         the script a string holds
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_values import UNKNOWN_KEY
from iaclint.model.block import Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_module import Module
    from iaclint.parsers.embedded import EmbeddedText

_KEY = "the Terraform module"


def prepare(project: Project, inputs: Mapping[str, Value] | None = None) -> None:
    """Let all Terraform Documents of a Project, which are one module's, evaluate together.

    `inputs` are the arguments of a module call: they win over tfvars and defaults. Values that were
    asked for before are kept as they are.
    """
    module = _module(project.documents, inputs)
    project.memo(_KEY, lambda: module)
    for document in module.documents:
        document.evaluate = module.evaluate


def _module(documents: list[Document], inputs: Mapping[str, Value] | None = None) -> Module:
    from iaclint.evaluate.terraform_expressions import evaluate
    from iaclint.evaluate.terraform_module import Module

    return Module(documents, evaluate, inputs)


def _module_of(document: Document) -> Module:
    if document.project is None:
        return _module([document])
    return document.project.memo(_KEY, lambda: _module([document]))


def is_absent(block: Block) -> bool:
    """Whether `count` is certainly 0 or `for_each` certainly empty, so that nothing of the Block exists.

    Sets `is_symbolic` where the number of instances is not known.
    """
    count, collection = block.arguments.get("count"), block.arguments.get("for_each")
    if count is None and collection is None:
        return False
    if block.kind == "tfvars" or block.kind == "locals":
        return False
    if count is not None:
        value = count.value
        if value.number is None and not value.is_missing:
            block.is_symbolic = True
        return value.number == 0
    value = block.get("for_each")
    if value.kind == "list":
        return not value.items
    if value.kind == "map" and UNKNOWN_KEY not in value.entries:
        return not value.entries
    block.is_symbolic = True
    return False


def document_value(value: Value) -> Value | None:
    """The JSON document that a Value holds, as a map or list with spans; None where it holds none.

    Read from a call of jsonencode, also where parts of it are unknown, from a heredoc or string, where
    interpolations that cannot be known become unknown Values, and through variables and locals. A map
    or list is its own document.
    """
    from iaclint.evaluate.terraform_documents import document_of

    return document_of(value, _module_of(value.document))


def embedded_text(value: Value) -> EmbeddedText | None:
    """The script that a string or heredoc holds, where it is written; None where nothing is written so.

    An interpolation is blanked out by `$____` of the same length, the markers of a directive by blanks.
    """
    from iaclint.evaluate.terraform_documents import script_of

    return script_of(value, _module_of(value.document))


__all__ = ["document_value", "embedded_text", "is_absent", "prepare"]
