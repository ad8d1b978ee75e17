"""Project: the Documents that are evaluated together, with an index to find Blocks by type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from iaclint.model.block import Block, Document
from iaclint.model.value import Reference, Truth, Value

T = TypeVar("T")
_MARKS = frozenset({"(sensitive)"})


class Project:
    """Documents that mean one thing together: in Terraform a root module with all it calls.

    root       its folder as shown to people
    documents  in path order; all are indexed, whichever of them are reported on
    """

    def __init__(self, root: str, documents: Iterable[Document]) -> None:
        self.root = root
        self.documents = list(documents)
        self.called: Callable[[], list[Document]] = list
        """Gives the Documents of the modules that are called, each instance its own."""
        self._memo: dict[object, object] = {}
        for document in self.documents:
            document.project = self

    @cached_property
    def all_documents(self) -> list[Document]:
        """The Documents with those of the modules they call, whole trees deep."""
        return [*self.documents, *self.called()]

    @cached_property
    def _by_type(self) -> dict[str, list[Block]]:
        index: dict[str, list[Block]] = {}
        for document in self.all_documents:
            for block in document.blocks if document.language == "terraform" else document.walk():
                index.setdefault(block.type, []).append(block)
        return index

    @cached_property
    def _by_address(self) -> dict[tuple[str, str, str, str], Block]:
        index: dict[tuple[str, str, str, str], Block] = {}
        for document in self.all_documents:
            if document.language == "terraform":
                for block in document.blocks:
                    index.setdefault((document.module_instance, block.kind, block.type, block.name), block)
        return index

    def blocks(self, type: str, kind: str = "") -> list[Block]:
        """All Blocks of a type (in Terraform the instances of top-level ones), of one kind if given."""
        found: list[Block] = []
        for block in self._by_type.get(type, ()):
            if not kind or block.kind == kind:
                found.extend(block.document.instances(block))
        return found

    def resource(self, address: str) -> Block | None:
        """The resource or data source an address (with or without attribute) begins with.

        Of a Reference the one in its module, and the instance of its key; of a plain address the root's.
        """
        words = address.split(".")
        kind = "resource"
        if words[0] == "data":
            kind, words = "data", words[1:]
        if len(words) < 2:
            return None
        module = address.module if isinstance(address, Reference) else ""
        block = self._by_address.get((module, kind, words[0], words[1]))
        if block is None:
            return self._anywhere(kind, words[0], words[1]) if not module else None
        key = address.key if isinstance(address, Reference) else ""
        instances = block.document.instances(block) if key else []
        return next((one for one in instances if one.instance == key), block)

    def _anywhere(self, kind: str, type: str, name: str) -> Block | None:
        for block in self._by_type.get(type, ()):
            if block.kind == kind and block.name == name:
                return block
        return None

    def refers_to(self, value: Value, subject: Block, identities: tuple[str, ...] = ()) -> Truth:
        """Whether a Value names the subject: by reference, or by the literal of an identity argument.

        None when the Value is unknown and does not mention a resource of the subject's type.
        """
        address = subject.address
        for reference in value.references:
            if (reference == address or reference.startswith(address + ".")) and _is_of(reference, subject):
                return True
        text = value.text
        for identity in identities:
            name = subject.get(identity)
            if text is not None and name.text == text:
                return True
            if value.references and set(value.references) & set(name.references) - _MARKS:
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
        candidates = self.memo(("candidates", type, by), lambda: _Candidates(self.blocks(type, "resource"), by))
        for candidate, values in candidates.of(subject, identities):
            if candidate is not subject and any(self.refers_to(value, subject, identities) for value in values):
                found.append(candidate)
        if found:
            return found, True
        return found, None if candidates.are_unknown(subject) else False

    def follow(self, value: Value) -> Block | None:
        """The resource or data source a Value refers to, if it stands in this Project."""
        for reference in value.references:
            block = self.resource(reference)
            if block is not None:
                return block
        return None

    def walk(self, kind: str = "") -> Iterator[Block]:
        """All Blocks of the Project, of one kind if given."""
        for document in self.all_documents:
            for block in document.walk():
                if not kind or block.kind == kind:
                    yield block

    def memo(self, key: object, compute: Callable[[], T]) -> T:
        """Compute something once per Project (an index a check needs)."""
        if key not in self._memo:
            self._memo[key] = compute()
        return self._memo[key]  # type: ignore[return-value]


def _is_of(reference: str, subject: Block) -> bool:
    """Whether a reference of the right address means the subject's module and instance."""
    if not isinstance(reference, Reference):
        return True
    if reference.module != subject.document.module_instance:
        return False
    key, own = reference.key, subject.addressable.instance
    return key in ("", "[*]", own) or not own


class _Candidates:
    """The resources of a type by what one of their arguments mentions, so that few are looked at for a subject."""

    def __init__(self, blocks: list[Block], by: str) -> None:
        self._all = [(block, list(block.each(by))) for block in blocks]
        self._by_address: dict[str, list[int]] = {}
        self._by_text: dict[str, list[int]] = {}
        self._by_reference: dict[str, list[int]] = {}
        self._unknown: dict[str, bool] = {}
        for index, (_, values) in enumerate(self._all):
            for value in values:
                if value.text is not None:
                    self._by_text.setdefault(value.text, []).append(index)
                for reference in value.references:
                    self._by_reference.setdefault(str(reference), []).append(index)
                    words = reference.split(".")
                    address = ".".join(words[: 3 if words[0] == "data" else 2])
                    module = reference.module if isinstance(reference, Reference) else ""
                    self._by_address.setdefault(f"{module} {address}", []).append(index)

    def of(self, subject: Block, identities: tuple[str, ...]) -> list[tuple[Block, list[Value]]]:
        """Those that may refer to a Block, in order."""
        if subject.language != "terraform":
            return self._all
        address = subject.address
        near = {
            *self._by_address.get(f"{subject.document.module_instance} {address}", ()),
            *self._by_address.get(f" {address}", ()),
        }
        for identity in identities:
            name = subject.get(identity)
            if name.text is not None:
                near.update(self._by_text.get(name.text, ()))
            for reference in name.references:
                near.update(self._by_reference.get(str(reference), ()))
        return [self._all[index] for index in sorted(near)]

    def are_unknown(self, subject: Block) -> bool:
        """Whether one of them refers to something that cannot be known, and may be the subject."""
        if subject.type not in self._unknown:
            prefix = subject.type + "."
            self._unknown[subject.type] = any(
                value.is_unknown and not any(reference.startswith(prefix) for reference in value.references)
                for block, values in self._all
                for value in values
            )
        return self._unknown[subject.type]
