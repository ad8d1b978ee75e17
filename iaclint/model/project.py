"""Project: the Documents that are evaluated together, with an index to find Blocks by type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from iaclint.model.block import Block, Document
from iaclint.model.value import Truth, Value

T = TypeVar("T")


class Project:
    """Documents that mean one thing together.

    root       its folder as shown to people
    documents  in path order; all are indexed, whichever of them are reported on
    """

    def __init__(self, root: str, documents: Iterable[Document]) -> None:
        self.root = root
        self.documents = list(documents)
        self._memo: dict[object, object] = {}
        for document in self.documents:
            document.project = self

    @cached_property
    def _by_type(self) -> dict[str, list[Block]]:
        index: dict[str, list[Block]] = {}
        for document in self.documents:
            for block in document.blocks if document.language == "terraform" else document.walk():
                index.setdefault(block.type, []).append(block)
        return index

    def blocks(self, type: str, kind: str = "") -> list[Block]:
        """All Blocks of a type (in Terraform top-level ones), of one kind if given."""
        blocks = self._by_type.get(type, [])
        return [block for block in blocks if block.kind == kind] if kind else blocks

    def resource(self, address: str) -> Block | None:
        """The resource or data source an address (with or without attribute) begins with."""
        words = address.split(".")
        kind = "resource"
        if words[0] == "data":
            kind, words = "data", words[1:]
        if len(words) < 2:
            return None
        for block in self._by_type.get(words[0], ()):
            if block.kind == kind and block.name == words[1]:
                return block
        return None

    def refers_to(self, value: Value, subject: Block, identities: tuple[str, ...] = ()) -> Truth:
        """Whether a Value names the subject: by reference, or by the literal of an identity argument.

        None when the Value is unknown and does not mention a resource of the subject's type.
        """
        address = subject.address
        for reference in value.references:
            if reference == address or reference.startswith(address + "."):
                return True
        text = value.text
        for identity in identities:
            name = subject.get(identity)
            if text is not None and name.text == text:
                return True
            if value.references and set(value.references) & set(name.references):
                return True
        if value.is_unknown:
            others = [reference for reference in value.references if reference.startswith(subject.type + ".")]
            return False if others else None
        return False

    def companions(
        self, subject: Block, type: str, by: str, identities: tuple[str, ...] = ()
    ) -> tuple[list[Block], Truth]:
        """The resources of a type whose argument `by` names the subject, and whether any does.

        The Truth is None when there is none but some candidate's target is unknown.
        """
        found: list[Block] = []
        unknown = False
        for candidate in self.blocks(type, "resource"):
            if candidate is subject:
                continue
            for value in candidate.each(by):
                truth = self.refers_to(value, subject, identities)
                if truth:
                    found.append(candidate)
                    break
                unknown = unknown or truth is None
        return found, True if found else None if unknown else False

    def follow(self, value: Value) -> Block | None:
        """The resource or data source a Value refers to, if it stands in this Project."""
        for reference in value.references:
            block = self.resource(reference)
            if block is not None:
                return block
        return None

    def walk(self, kind: str = "") -> Iterator[Block]:
        """All Blocks of the Project, of one kind if given."""
        for document in self.documents:
            for block in document.walk():
                if not kind or block.kind == kind:
                    yield block

    def memo(self, key: object, compute: Callable[[], T]) -> T:
        """Compute something once per Project (an index a check needs)."""
        if key not in self._memo:
            self._memo[key] = compute()
        return self._memo[key]  # type: ignore[return-value]
