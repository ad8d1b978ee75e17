"""Resources and called modules as objects: what their attributes are, as far as the text says.

The arguments that are written are known. What the provider fills in is unknown, with the Reference that says whose
attribute it is. A nested block is seen as the list it mostly is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iaclint.evaluate.terraform_expressions import Scope, compute, follow, step_key
from iaclint.evaluate.terraform_splats import splat
from iaclint.evaluate.terraform_values import Invalid, ListOf, Rough, Whole, references_of, roughly, seen, text_of
from iaclint.model.block import Block
from iaclint.model.value import Value
from iaclint.parsers.hcl.literals import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from iaclint.evaluate.terraform_module import Module
    from iaclint.model.block import Document
    from iaclint.model.value import Reference
    from iaclint.source import Span


class Subject(NamedTuple):
    """What a Whole stands for.

    module   the module that declares it
    address  without its key: "aws_vpc.this", "data.aws_ami.x", "module.net", "aws_x.y.block" of a nested block
    key      of its instance: `["a"]`, `[0]`; "" where it has none
    block    the resource, data source or nested block; None for a module
    called   the module that is called, None where it is not at hand
    is_doubtful  whether only the expressions that are right lead to it: see `_nested`
    """

    module: Module
    address: str
    key: str
    block: Block | None = None
    called: Module | None = None
    is_doubtful: bool = False

    @property
    def reference(self) -> Reference:
        """The Reference to it as a whole."""
        return self.module.reference(self.address, self.key if self.block is not None else "")

    def whole(self, document: Document, span: Span, references: tuple[str, ...] = ()) -> Whole:
        """The loose Value of it."""
        return Whole("unknown", None, document, span, references=references or (self.reference,), subject=self)


def collection(
    subjects: list[tuple[str | int, Subject]], is_count: bool, scope: Scope, span: Span, references: tuple[str, ...]
) -> Value:
    """All instances of a resource or module: a tuple or an object, as Terraform has it."""
    items = {key: one.whole(scope.document, span) for key, one in subjects}
    if is_count:
        return scope.new("list", list(items.values()), span, references)
    return scope.new("map", items, span, references)


def part(subject: Subject, steps: list[Node], scope: Scope, span: Span, mentioned: tuple[str, ...] = ()) -> Value:
    """What attributes and indices lead to from a resource or module; of none, itself."""
    if not steps:
        return subject.whole(scope.document, span, mentioned)
    if steps[0].type == "splat":
        # of a single object as of a list of it
        return splat(subject.whole(scope.document, span), steps[0], steps[1:], scope, span, mentioned)
    key = step_key(steps[0], scope)
    name = text_of(key) if key is not None and key.is_known else None
    if name is None:
        return scope.unknown(span, indices(steps, scope, references_of(first=(*mentioned, subject.reference))))
    whole = subject.reference
    rest = names(steps[1:], scope) if subject.block is not None else []
    reference = subject.module.reference(".".join([subject.address, name, *rest]), whole.key)
    if subject.is_doubtful:
        scope.module.state.doubtful.add(reference)
    others = tuple(one for one in mentioned if one is not whole and one is not reference)
    references = indices(steps, scope, (reference, *others))
    if subject.block is not None:
        return argument(subject, name, steps[1:], scope, span, references)
    return output(subject.called, name, steps[1:], scope, span, references)


def output(
    called: Module | None, name: str, steps: list[Node], scope: Scope, span: Span, references: tuple[str, ...]
) -> Value:
    """What an output of a called module says, or something in it."""
    raw = called.output(name) if called is not None else None
    return follow(raw, steps, scope, span, references) if raw is not None else scope.unknown(span, references)


def argument(
    subject: Subject, name: str, steps: list[Node], scope: Scope, span: Span, references: tuple[str, ...]
) -> Value:
    """What an argument or a nested block of a resource says, or something in it; references[0] is the one to it."""
    block = subject.block
    assert block is not None
    found = block.arguments.get(name)
    if found is None:
        return _nested(subject, name, steps, scope, span, references)
    return _filled(follow(found.value, steps, scope, span, references), scope, span, references)


def _filled(found: Value, scope: Scope, span: Span, references: tuple[str, ...]) -> Value:
    if found.is_missing or isinstance(found, Invalid):
        # null and what is not written is for the provider to fill in
        return scope.unknown(span, references)
    made = roughly(found)
    made.origin = found.origin
    return made


def _nested(
    subject: Subject, name: str, steps: list[Node], scope: Scope, span: Span, references: tuple[str, ...]
) -> Value:
    """What stands in a nested block, where it certainly is there: `x[0].a`, `x[*].a` and `x.a` of a single one.

    Without a schema it may be a list, a set or a single object. An expression that is right has only one of the
    meanings, but `try` may hide one that is wrong: what comes from there is kept in mind for it.
    """
    assert subject.block is not None
    blocks = subject.block.children(name)
    if not steps or not blocks or any(one.is_symbolic for one in blocks):
        return scope.unknown(span, references)
    shape = _shape(subject.block, name)
    inner = [
        subject._replace(address=f"{subject.address}.{name}", block=one, is_doubtful=subject.is_doubtful or not shape)
        for one in blocks
    ]
    if inner[0].is_doubtful:
        scope.module.state.doubtful.add(references[0])
    first, found = steps[0], None
    if first.type == "splat":
        # of a set the order is not known
        if shape != "block single" and (len(inner) == 1 or shape == "block list"):
            items = [one.whole(scope.document, span) for one in inner]
            make = Rough if shape == "" else ListOf
            listed = make("list", items, scope.document, span, references=references)
            found = splat(listed, first, steps[1:], scope, span, references)
    elif first.type == "get_attr":
        if len(inner) == 1 and shape in ("", "block single"):
            found = part(inner[0], steps, scope, span, references)
    elif shape in ("", "block list"):
        key = step_key(first, scope)
        index = key.data if key is not None and key.kind == "number" else None
        if isinstance(index, int) and 0 <= index < len(inner):
            found = part(inner[index], steps[1:], scope, span, references)
    return _filled(found, scope, span, references) if found is not None else scope.unknown(span, references)


def _shape(block: Block, name: str) -> str:
    """ "block list", "block set" or "block single" by the provider's schema; "" where it is not known."""
    path, top = [name], block
    while top.parent is not None:
        path.append(top.type)
        top = top.parent
    if top.kind != "resource":
        return ""
    from iaclint.facts.terraform import schema

    found = schema(top.type)
    row = found.row(".".join(reversed(path))) if found is not None else None
    return row.value_type if row is not None and row.is_block else ""


def attribute(whole: Whole, name: str) -> Value:
    """An attribute of a Whole, standing where that stands."""
    subject, document, span = whole.subject, whole.document, whole.span
    reference = subject.module.reference(f"{subject.address}.{name}", subject.reference.key)
    references = references_of(first=(reference, *(one for one in whole.references if one is not subject.reference)))
    raw: Value | None = None
    if subject.called is not None:
        raw = subject.called.output(name)
    elif subject.block is not None and name in subject.block.arguments:
        raw = subject.block.arguments[name].value
        raw = None if raw.is_missing or isinstance(raw, Invalid) else raw
    if raw is None:
        return Value("unknown", None, document, span, references=references)
    found = seen(raw, document, span, references)
    return roughly(found) if subject.called is None else found


# --- how they are written -----------------------------------------------------------


def attribute_name(step: Node, scope: Scope) -> str:
    """The name of a step `.name`."""
    return scope.text(step)[1:].strip()


def names(steps: Iterable[Node], scope: Scope) -> list[str]:
    """The attributes of an address: indices and splats left out."""
    found: list[str] = []
    for step in steps:
        if step.type == "get_attr":
            found.append(attribute_name(step, scope))
        elif step.type == "splat" and step.children:
            found.extend(names(step.children[0].children, scope))
    return found


def indices(steps: list[Node], scope: Scope, references: tuple[str, ...]) -> tuple[str, ...]:
    """The references and what stands in brackets, which is mentioned too."""
    for step in steps:
        if step.type == "index" and step.children:
            for child in step.children[0].named_children:
                if unwrapped(child).type not in ("numeric_lit", "string_lit"):
                    references = references_of(compute(child, scope), first=references)
    return references


__all__ = [
    "Subject",
    "argument",
    "attribute",
    "attribute_name",
    "collection",
    "indices",
    "names",
    "output",
    "part",
]
