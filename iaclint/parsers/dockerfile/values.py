"""What is written for an argument, and the Value it makes under given variables."""

from __future__ import annotations

from dataclasses import dataclass, field

from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value
from iaclint.parsers.dockerfile.expansion import Lookup, Piece, Variable, expand, nothing_known
from iaclint.source import Span


@dataclass(slots=True)
class Written:
    """A scalar, list or map as it stands in the file.

    kind    "string", "bool" (a flag without value), "list", "map", or "unset" (`ARG NAME`)
    pieces  of a string; None where its quotes or braces do not close
    items   of a list or map (their names are the keys)
    """

    kind: str
    span: Span
    pieces: tuple[Piece, ...] | None = None
    name: str = ""
    name_span: Span | None = None
    items: list[Written] = field(default_factory=list)

    @property
    def has_variables(self) -> bool:
        """Whether its Value depends on variables."""
        if any(isinstance(piece, Variable) for piece in self.pieces or ()):
            return True
        return any(item.kind == "unset" or item.has_variables for item in self.items)


def value_of(written: Written, document: Document, holder: Block | Value, lookup: Lookup) -> Value:
    """The Value of what is written, variables replaced."""
    value = Value(
        written.kind, None, document, written.span, name=written.name, name_span=written.name_span, holder=holder
    )
    if written.kind == "list":
        value.data = [value_of(item, document, value, lookup) for item in written.items]
    elif written.kind == "map":
        value.data = {item.name: value_of(item, document, value, lookup) for item in written.items}
    elif written.kind == "bool":
        value.data = True
    elif written.kind == "unset":
        value.kind = "unknown"
        binding = lookup(written.name)
        if binding.value is not None and binding.value.text is not None:
            value.kind, value.data, value.origin = "string", binding.value.text, binding.value
    elif written.pieces is None:
        value.kind = "unknown"
    else:
        _fill(value, written.pieces, lookup)
    return value


def _fill(value: Value, pieces: tuple[Piece, ...], lookup: Lookup) -> None:
    if all(isinstance(piece, str) for piece in pieces):
        value.data = "".join(str(piece) for piece in pieces)
        return
    expansion = expand(pieces, lookup)
    value.references = tuple(expansion.references)
    text = expansion.text
    if text is None:
        value.kind, value.parts = "unknown", tuple(expansion.parts)
    else:
        value.data, value.origin = text, expansion.whole


def evaluate_alone(argument: Argument) -> Value:
    """The evaluator of a Document nobody prepared: every variable is unknown."""
    written = argument.expression
    assert isinstance(written, Written)
    return value_of(written, argument.block.document, argument.block, nothing_known)


__all__ = ["Written", "evaluate_alone", "value_of"]
