"""Evaluating Terraform: what the arguments of a root module say, as far as it can be known.

    prepare(project)             once, before rules ask for Values
    is_absent(block)             whether a resource has no instance at all
    document_value(value)        the JSON document a string holds, as Values
    embedded_text(value)         the script a string holds
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iaclint.model.block import Argument, Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.evaluate.terraform_module import Library, Module
    from iaclint.parsers.embedded import EmbeddedText
    from iaclint.parsers.hcl.terragrunt import Unit


def prepare(
    project: Project,
    inputs: Mapping[str, Value] | None = None,
    *,
    folder: str = "",
    library: Library | None = None,
    given: Inputs | None = None,
) -> Module:
    """Let all Terraform Documents of a Project, which are one module's, evaluate together.

    inputs   arguments from outside: they win over tfvars and defaults
    folder   where the module is, and `library` where the modules it calls come from
    given    what the command line and the environment set
    """
    from iaclint.evaluate.terraform_expressions import evaluate
    from iaclint.evaluate.terraform_module import Module

    if given is not None:
        from iaclint.evaluate.terraform_inputs import settings
    documents = [one for one in project.documents if one.language == "terraform"]
    module = Module(
        documents, evaluate, inputs, folder=folder, library=library,
        settings=settings(documents, given) if given is not None else None,
    )  # fmt: skip
    project.called = lambda: [document for one in module.below() for document in one.documents]
    return module


def deploy(
    unit: Unit,
    project: Project,
    folder: str,
    documents: list[Document],
    library: Library | None = None,
    given: Inputs | None = None,
) -> Module:
    """Let the module that a Terragrunt unit deploys evaluate with the unit's inputs.

    They reach Terraform as the environment does, which may set the same variables and then wins.
    """
    from iaclint.evaluate.terraform_expressions import evaluate
    from iaclint.evaluate.terraform_inputs import settings
    from iaclint.evaluate.terraform_module import Module

    for document in documents:
        document.project = project
    stronger = settings(documents, given)
    found = {**_as_environment(unit.inputs, documents), **stronger} if not unit.is_overridden else {}
    module = Module(documents, evaluate, folder=folder, library=library, settings=found, is_open=unit.is_open)
    project.called = lambda: [
        *module.documents, *(document for one in module.below() for document in one.documents)
    ]  # fmt: skip
    return module


def _as_environment(inputs: Mapping[str, Value], documents: list[Document]) -> dict[str, Argument | Value]:
    """The inputs as the module gets them: of a variable without type the text that a map or list is written as."""
    typed = {
        block.name
        for document in documents
        for block in document.blocks
        if block.kind == "variable" and "type" in block.arguments
    }
    found: dict[str, Argument | Value] = {}
    for name, value in inputs.items():
        is_text = name not in typed and value.kind in ("map", "list")
        found[name] = Value("unknown", None, value.document, value.span) if is_text else value
    return found


def _module_of(document: Document) -> Module:
    if document.module is None:
        from iaclint.evaluate.terraform_expressions import evaluate
        from iaclint.evaluate.terraform_module import Module

        Module([document], evaluate)
    module: Module = document.module
    return module


def is_absent(block: Block) -> bool:
    """Whether `count` is certainly 0 or `for_each` certainly empty, so that nothing of the Block exists.

    Sets `is_symbolic` where the number of instances is not known.
    """
    return not block.document.instances(block)


def document_value(value: Value) -> Value | None:
    """The JSON document that a Value holds, as a map or list with spans; None where it holds none.

    Read from a call of jsonencode, also where parts of it are unknown, from a heredoc or string, where
    interpolations that cannot be known become unknown Values, and through variables and locals. A map
    or list is its own document.
    """
    if value.document.kind == "plan":
        from iaclint.parsers.plan.embedded import document_value as document_in_plan

        return document_in_plan(value)
    from iaclint.evaluate.terraform_documents import document_of

    return document_of(value, _module_of(value.document))


def embedded_text(value: Value) -> EmbeddedText | None:
    """The script that a string or heredoc holds, where it is written; None where nothing is written so.

    An interpolation is blanked out by `$____` of the same length, the markers of a directive by blanks.
    """
    if value.document.kind == "plan":
        from iaclint.parsers.plan.embedded import embedded_text as text_in_plan

        return text_in_plan(value)
    from iaclint.evaluate.terraform_documents import script_of

    return script_of(value, _module_of(value.document))


__all__ = ["deploy", "document_value", "embedded_text", "is_absent", "prepare"]
