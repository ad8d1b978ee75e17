"""Evaluating Terragrunt files: the locals and inputs of a unit, of what it includes and of what it reads."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_module import Module
from iaclint.evaluate.terraform_values import UNKNOWN_KEY
from iaclint.model.block import Block, Document
from iaclint.model.value import Value
from iaclint.parsers.hcl.terragrunt import KIND, NAMES, Unit, inputs_of
from iaclint.parsers.hcl.terragrunt import unit as unit_of

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_module import Compute, Library
    from iaclint.source import Span

MAX_FILES = 200
"""How many files one unit may be put together from."""


class Configuration(Module):
    """One Terragrunt file as it is read for a unit, with locals of its own.

    folder   where it is read for, absolute: a file that is included is read for the folder of who includes it
    files    what has been read for the unit, by path and folder
    """

    def __init__(
        self, document: Document, compute: Compute, *, folder: str, library: Library | None,
        reader: Configuration | None = None,
    ) -> None:  # fmt: skip
        super().__init__([document], compute, folder=folder, library=library, settings={})
        self.document = document
        self.files: dict[tuple[str, str], Configuration | None] = {} if reader is None else reader.files
        if reader is not None:
            # what is read may in turn depend on who reads it
            reader.state.left += self.state.left
            self.state = reader.state
        self.is_read = reader is not None
        """Whether it is read by another file."""

    @property
    def documents_read(self) -> list[Document]:
        """The files that have been read for the unit, itself left out."""
        return [one.document for one in self.files.values() if one is not None]

    def unit(self) -> Unit | None:
        """What the file deploys; None where it is no unit."""
        return unit_of(self.document, self._included)

    def _included(self, path: str) -> Document | None:
        found = self.read(path, is_included=True)
        return found.document if found is not None else None

    def read(self, path: str, *, is_included: bool) -> Configuration | None:
        """Another file, by a path relative to this one's folder; None where it is not at hand."""
        absolute = posixpath.normpath(posixpath.join(self.folder, path))
        key = (absolute, self.folder if is_included else posixpath.dirname(absolute))
        if key not in self.files:
            document = None
            if self.library is not None and len(self.files) < MAX_FILES:
                document = self.library.configuration(absolute)
            found = None
            if document is not None and document.kind == KIND and document.blocks and not document.problems:
                document.project = self.document.project
                found = Configuration(document, self._compute, folder=key[1], library=self.library, reader=self)
            self.files[key] = found
        return self.files[key]

    def above(self, name: str) -> str | None:
        """The nearest file of that name in a folder above, as an absolute path; None where there is none to be seen."""
        folder = self.folder
        while self.library is not None and posixpath.dirname(folder) != folder:
            folder = posixpath.dirname(folder)
            path = posixpath.normpath(posixpath.join(folder, name))
            is_there = self.library.has(path)
            if is_there is not False:
                return path if is_there else None
        return None

    def included(self, label: str) -> Block | None:
        """The `include` block of that label."""
        return next((one for one in self.document.blocks if one.kind == "include" and one.name == label), None)

    def exposed(self, include: Block, span: Span) -> Value | None:
        """What an included file shows of itself; None where it is not at hand or not exposed."""
        path = include.get("path").text
        if path is None or not include.get("expose").is_(True):
            return None
        found = self.read(path, is_included=True)
        return found.content(self.document, span) if found is not None else None

    def content(self, document: Document, span: Span) -> Value:
        """What the file says, as seen from another place: its locals and inputs, the rest unknown."""
        # what stands before the key that is not known is in doubt, what stands after it is not
        entries = {UNKNOWN_KEY: Value("unknown", None, document, span)}
        own = {name: argument.value for name, argument in self._locals.items()}
        entries["locals"] = Value("map", own, document, span)
        if not any(block.kind == "include" for block in self.document.blocks):
            inputs, is_open = inputs_of(self.document)
            more = {UNKNOWN_KEY: Value("unknown", None, document, span)} if is_open else {}
            entries["inputs"] = Value("map", {**inputs, **more}, document, span)
        return Value("map", entries, document, span)


def prepare(documents: Iterable[Document], folder: str, library: Library | None) -> Configuration | None:
    """Let a Terragrunt file evaluate; None where there is none."""
    from iaclint.evaluate.terraform_expressions import evaluate

    document = next((one for one in documents if one.kind == KIND), None)
    return Configuration(document, evaluate, folder=folder, library=library) if document is not None else None


def configuration_of(module: Module) -> Configuration | None:
    """The Terragrunt file that an expression stands in; None where it stands in Terraform."""
    return module if isinstance(module, Configuration) else None


__all__ = ["NAMES", "Configuration", "configuration_of", "prepare"]
