"""Project: the Documents that are evaluated together, with an index to find Blocks by type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from iaclint.model.block import Block, Document
from iaclint.model.builds import Build
from iaclint.model.companions import Candidates, Given, names, prefix_of, target_of
from iaclint.model.settings import DEFAULTS, Settings
from iaclint.model.value import Reference, Truth, Value

T = TypeVar("T")


class Project:
    """Documents that mean one thing together: in Terraform a root module with all it calls.

    root       its folder as shown to people
    documents  in path order; all are indexed, whichever of them are reported on
    settings   what the configuration settles that rules ask for
    builds     of a Dockerfile: the ways it is built, as far as Compose and Bake files say
    """

    def __init__(self, root: str, documents: Iterable[Document]) -> None:
        self.root = root
        self.documents = list(documents)
        self.settings: Settings = DEFAULTS
        self.builds: tuple[Build, ...] = ()
        self.called: Callable[[], list[Document]] = list
        """Gives the Documents of the modules that are called, each instance its own."""
        self._memo: dict[object, object] = {}
        self._instances: dict[tuple[str, str], list[Block]] = {}
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

    @cached_property
    def _by_instance(self) -> dict[tuple[str, str, str, str, str], Block]:
        # in a plan each instance stands for itself
        return {
            (document.module_instance, block.kind, block.type, block.name, block.instance): block
            for document in self.all_documents
            if document.kind == "plan"
            for block in document.blocks
        }

    def blocks(self, type: str, kind: str = "") -> list[Block]:
        """All Blocks of a type (in Terraform the instances of top-level ones), of one kind if given."""
        found = self._instances.get((type, kind))
        if found is None:
            written = [block for block in self._by_type.get(type, ()) if not kind or block.kind == kind]
            found = [one for block in written for one in block.document.instances(block)]
            self._instances[type, kind] = found
        return [*found]

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
        if block.document.kind == "plan":
            return self._instance_in_plan(block, key)
        instances = block.document.instances(block) if key else []
        return next((one for one in instances if one.instance == key), block)

    def _instance_in_plan(self, first: Block, key: str) -> Block | None:
        if key in ("", "[*]"):
            return first
        found = self._by_instance.get((first.document.module_instance, first.kind, first.type, first.name, key))
        # of a resource without instances the only one, whatever is written
        return found if found is not None or first.instance else first

    def _anywhere(self, kind: str, type: str, name: str) -> Block | None:
        for block in self._by_type.get(type, ()):
            if block.kind == kind and block.name == name:
                return block
        return None

    def refers_to(self, value: Value, subject: Block, identities: tuple[str, ...] = ()) -> Truth:
        """Whether a Value names the subject: by reference, or by the literal of an identity argument.

        None when that cannot be known: it may be another name of the same thing.
        """
        return names(target_of(value, prefix_of(subject), identities, self.resource), subject, identities)

    def companions(
        self, subject: Block, type: str, by: str, identities: tuple[str, ...] = ()
    ) -> tuple[list[Block], Truth]:
        """The resources of a type whose argument `by` names the subject, and whether any does.

        The Truth is None when there is none, but one may be: some candidate's target is not known, or the subject is
        handed to a module that is not at hand.
        """
        found, truth = self._candidates(subject, type, by).of(subject, identities)
        if truth is False and subject.language == "terraform" and subject.document.kind != "plan":
            truth = None if self.given_away.may_hold(subject, type, identities) else False
        return found, truth

    @cached_property
    def given_away(self) -> Given:
        """What modules are given that are not at hand."""
        return Given(self.blocks("module", "module"))

    def _candidates(self, subject: Block, type: str, by: str) -> Candidates:
        def compute() -> Candidates:
            subjects = self.blocks(subject.type, subject.kind)
            return Candidates(self.blocks(type, "resource"), by, subjects, self.resource)

        return self.memo(("candidates", subject.type, subject.kind, type, by), compute)

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
