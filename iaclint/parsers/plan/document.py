"""The resources of a plan as Blocks, with exact spans in its JSON."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from iaclint.facts.terraform import schema
from iaclint.model.block import Argument, Block, Document, Problem
from iaclint.model.value import Reference, Value
from iaclint.parsers.hcl.json import value_of
from iaclint.parsers.plan import masks
from iaclint.parsers.plan.addresses import without_keys
from iaclint.parsers.plan.blocks import Field, PlanBlock, Resource, fill, tree
from iaclint.parsers.plan.configuration import Configuration, is_constant
from iaclint.parsers.plan.reader import Change, Fault, Member, Members, Reader
from iaclint.source import Source, Span

_GONE = ({"delete"}, {"forget"}, {"delete", "forget"})
_IDENTITIES = ("id", "arn", "self_link")
_MIN_IDENTITY = 4
_POLICY_DOCUMENT = "data.aws_iam_policy_document."


class Plan:
    """A plan as read.

    documents   one Document for each module instance that has resources, the root's first
    root        the root module's Document, which has the problems of the file
    origin      tells the Value of the source that an argument's Value comes from, where the source is at hand
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.documents: list[Document] = []
        self.configuration = Configuration(None, str)
        self.root = self._document("")
        self.members: Members = {}
        self._by_module = {"": self.root}
        self._changes: dict[str, tuple[frozenset[str], Any, Any]] = {}
        self._identities: dict[str, list[Reference]] = {}
        self._data_blocks: set[tuple[str, str]] = set()
        self.origin: Callable[[Value], Value | None] = _no_source
        self.embedded: dict[int, tuple[Value, Any]] = {}
        try:
            with _without_collector():
                self._reader = Reader(source.data, source.start)
                self.members = self._reader.read()
                self._read()
        except Fault as fault:
            end = min(fault.offset + 1, len(source.data))
            self.root.problems.append(Problem(Span(fault.offset, end), fault.message))

    def _document(self, instance: str) -> Document:
        document = Document(self.source, "terraform", "plan")
        document.evaluate = self.evaluate
        document.module_instance = instance
        document.module_path = without_keys(instance) if instance else ""
        document.tree = self
        self.documents.append(document)
        return document

    def _read(self) -> None:
        version = self.members.get("format_version")
        major = str(version.data).partition(".")[0] if version is not None else "1"
        if version is not None and major not in ("0", "1"):
            raise Fault(version.start, f"format version {major} of plans is not known; 0 and 1 are")
        written = self.members.get("configuration")
        self.configuration = Configuration(written.data if written is not None else None, self._reader.true_text)
        self._changes = dict(self._read_changes())
        found = [*self._resources("planned_values"), *self._resources("prior_state")]
        seen: set[str] = set()
        for module, resource in found:
            address = self._text(resource, "address")
            if address and address not in seen:
                seen.add(address)
                self._add(module, address, resource)
        for document in self.documents:
            self.configuration.instances.setdefault(document.module_path, []).append(document.module_instance)
        from iaclint.parsers.hcl.structure import platforms

        for document in self.documents:
            document.platforms |= platforms(document.blocks)
        self.root.platforms = set().union(*(document.platforms for document in self.documents))

    def _read_changes(self) -> Iterator[tuple[str, tuple[frozenset[str], Any, Any]]]:
        member = self.members.get("resource_changes")
        for one in member.data if member is not None else ():
            if isinstance(one.data, Change):
                change: Change = one.data
                actions = change.actions if isinstance(change.actions, list) else ()
                names = frozenset(name for name in actions if isinstance(name, str))
                yield change.address, (names, change.unknown, change.sensitive)

    def _resources(self, part: str) -> Iterator[tuple[str, Members]]:
        """The resources of the planned values, or the data sources of the prior state, each with its module."""
        member = self.members.get(part)
        values = member.data if member is not None else {}
        if part == "prior_state":
            values = values["values"].data if "values" in values else {}
        root = values.get("root_module") if isinstance(values, dict) else None
        stack: list[Member] = [root] if root is not None else []
        while stack:
            module = stack.pop()
            if not isinstance(module.data, dict):
                continue
            path = self._text(module.data, "address")
            if "resources" in module.data:
                for one in module.data["resources"].data:
                    if isinstance(one.data, dict) and (part == "planned_values" or _mode(one.data) == "data"):
                        yield path, one.data
            if "child_modules" in module.data:
                stack.extend(reversed(module.data["child_modules"].data))

    def _text(self, members: Members, name: str) -> str:
        member = members.get(name)
        return self._reader.true_text(member.data) if member is not None and isinstance(member.data, str) else ""

    # --- one resource -------------------------------------------------------------------

    def _add(self, module: str, address: str, resource: Members) -> None:
        actions, unknown, sensitive = self._changes.get(address, (frozenset[str](), None, None))
        type, name = self._text(resource, "type"), self._text(resource, "name")
        values = resource.get("values")
        if set(actions) in _GONE or not type or not name or values is None:
            return
        if "sensitive_values" in resource and not sensitive:
            sensitive = resource["sensitive_values"].data
        document = self._by_module.get(module)
        if document is None:
            document = self._by_module[module] = self._document(module)
        mode = _mode(resource)
        kind = "data" if mode == "data" else "resource"
        header = resource["address"]
        block = PlanBlock(
            document, kind, type, name=name, labels=(type, name), span=_around(resource),
            header_span=Span(header.key_start, header.end), body_span=Span(values.start + 1, values.end - 1),
        )  # fmt: skip
        own = f"{kind}.{type}.{name}" if kind == "data" else f"{type}.{name}"
        block.instance = address.removeprefix(f"{module}.{own}" if module else own)
        document.blocks.append(block)
        key = (document.module_path, mode, type, name)
        entry = Resource(
            schema(type) if kind == "resource" else None, "create" in actions,
            "create" not in actions and self.configuration.has_companion(key),
        )  # fmt: skip
        written = self.configuration.expressions(key)
        members = self._reader.members(values.start)
        fill(block, list(members.values()), entry, "", unknown, sensitive, written)
        self._note(block, members, own)

    def _note(self, block: Block, members: Members, own: str) -> None:
        module = block.document.module_instance
        if block.type == "aws_iam_policy_document":
            self._data_blocks.add((own, module))
        for name in _IDENTITIES:
            member = members.get(name)
            if member is not None and isinstance(member.data, str) and len(member.data) >= _MIN_IDENTITY:
                reference = Reference.to(f"{own}.{name}", module, block.instance)
                self._identities.setdefault(member.data, []).append(reference)

    # --- values -------------------------------------------------------------------------

    def evaluate(self, argument: Argument) -> Value:
        """The Value of an argument: `Document.evaluate` of a plan's Documents."""
        value = self.planned(argument)
        value.origin = self.origin(value)
        return value

    def planned(self, argument: Argument) -> Value:
        """A Value of an argument that does not know where it comes from, made anew each time."""
        field: Field = argument.expression  # type: ignore[assignment]
        document = argument.block.document
        node = tree(self.source.data, field.start)
        if node is None:
            value = Value("unknown", None, document, argument.name_span)
        else:
            value = value_of(node, document, None, embedded=True)
        value.name, value.name_span, value.holder = argument.name, argument.name_span, argument.block
        masks.apply(value, field.unknown if field.start is not None else True, field.sensitive)
        self._refer(value, argument, field)
        return value

    def _refer(self, value: Value, argument: Argument, field: Field) -> None:
        document = argument.block.document
        written = self.configuration.references(field.written, document.module_instance)
        if value.kind == "string" and any(self._is_judged_itself(one) for one in written):
            value.kind, value.data = "unknown", None
        stack = [value]
        while stack:
            one = stack.pop()
            if one.kind in ("list", "map"):
                stack.extend([*one.items, *one.entries.values()])
            found = written if one is value or one.is_unknown else ()
            if one.kind == "string" and not is_constant(field.written) and argument.name not in _IDENTITIES:
                # locals are not in the configuration, but what they led to may be known by its id
                found = (*found, *self._identities.get(self._latin(str(one.data)), ())[:20])
            if found:
                one.references = tuple(dict.fromkeys((*found, *one.references)))

    def _latin(self, text: str) -> str:
        return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")

    def _is_judged_itself(self, reference: Reference) -> bool:
        """Whether it is a policy of a data source in the plan: rules look at that one, as they do in the source."""
        if not reference.startswith(_POLICY_DOCUMENT) or not reference.endswith(".json"):
            return False
        return (reference.removesuffix(".json"), reference.module) in self._data_blocks


@contextmanager
def _without_collector() -> Iterator[None]:
    # nothing becomes garbage while a plan is read, and looking for it would take half of the time
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_source(value: Value) -> Value | None:
    return None


def _mode(resource: Members) -> str:
    return str(resource["mode"].data) if "mode" in resource else "managed"


def _around(members: Members) -> Span:
    return Span(min(one.key_start for one in members.values()), max(one.end for one in members.values()))


__all__ = ["Plan"]
