"""Value: what stands at a place in a file, and whether it can be known.

A Value is known (a string, number, bool, list or map), *unknown* (it depends on what cannot be
read statically) or *missing* (absent, or null). Comparisons have three answers, True, False and
None for unknown; `bool(value)` raises, so nobody writes `if not block.encrypted` by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.model.block import Block, Document

Truth = bool | None
"""True, False, or None when it cannot be known."""

Literal = str | int | float | bool | None

_TRUE = {
    "terraform": frozenset({"true", "1"}),
    "ansible": frozenset({"true", "yes", "on", "1", "y", "t"}),
    "dockerfile": frozenset({"true", "1"}),
}
_FALSE = {
    "terraform": frozenset({"false", "0"}),
    "ansible": frozenset({"false", "no", "off", "0", "n", "f"}),
    "dockerfile": frozenset({"false", "0"}),
}


class Reference(str):
    """An address that an expression mentions, as it is written there but for indices.

    module  the module it was written in, as `Document.module_instance` says
    key     the index of the instance: `["a"]`, `[0]`; "" where none is written, "[*]" where it is not known

    It equals a plain string of the same text, and another Reference only of the same module and key.
    """

    __slots__ = ("key", "module")
    module: str
    key: str

    @classmethod
    def to(cls, address: str, module: str, key: str = "") -> Reference:
        """The reference to an address from within a module."""
        self = cls(address)
        self.module, self.key = module, key
        return self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Reference):
            return self.module == other.module and self.key == other.key and str.__eq__(self, other)
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class Value:
    """What stands at a place.

    kind        "string", "number", "bool", "list", "map", "unknown" or "missing"
    data        str, int or float, bool, list[Value], dict[str, Value]; None when unknown or missing
    document    the Document it stands in
    span        the bytes of the expression as written; of a missing one, its holder's header
    name        the argument or key it belongs to ("" for list elements)
    name_span   the bytes of that name, or None
    holder      the Block or map or list Value that holds it (for a missing one: that should)
    path        for a missing Value: the names still to be created below `holder`
    origin      the Value that wrote the literal, when that stands elsewhere (a variable's default)
    references  addresses the expression mentions, without indices: "aws_s3_bucket.b.id", "var.name";
                in Terraform each is a Reference that knows its module and index
    parts       of a string with unknown gaps: its known parts, None for each gap

    `elements_keyed_by` tells what Terraform calls the key of an element: its "index", the "element" itself as in a
    set, or "unknown" where it may be either.
    """

    elements_keyed_by: ClassVar[str] = "index"

    __slots__ = (
        "data",
        "document",
        "holder",
        "kind",
        "name",
        "name_span",
        "origin",
        "parts",
        "path",
        "references",
        "span",
    )

    def __init__(
        self,
        kind: str,
        data: object,
        document: Document,
        span: Span,
        *,
        name: str = "",
        name_span: Span | None = None,
        holder: Block | Value | None = None,
        path: tuple[str, ...] = (),
        origin: Value | None = None,
        references: tuple[str, ...] = (),
        parts: tuple[str | None, ...] | None = None,
    ) -> None:
        self.kind = kind
        self.data = data
        self.document = document
        self.span = span
        self.name = name
        self.name_span = name_span
        self.holder = holder
        self.path = path
        self.origin = origin
        self.references = references
        self.parts = parts

    def __bool__(self) -> bool:
        raise TypeError("a Value may be unknown: use is_(), is_not(), is_known or is_missing")

    def __repr__(self) -> str:
        return f"<Value {self.name or '?'}: {self.kind} {self.data!r}>"

    # --- what is known ----------------------------------------------------------

    @property
    def is_known(self) -> bool:
        """Whether a literal, list or map stands here."""
        return self.kind not in ("unknown", "missing")

    @property
    def is_unknown(self) -> bool:
        """Whether something stands here that cannot be read statically."""
        return self.kind == "unknown"

    @property
    def is_missing(self) -> bool:
        """Whether nothing (or null) stands here."""
        return self.kind == "missing"

    @property
    def is_written(self) -> bool:
        """Whether the name itself stands in the file, be it with null."""
        return self.kind != "missing" or self.name_span is not None

    @property
    def is_sensitive(self) -> bool:
        """Whether the language marks it as not to be shown (Terraform's `sensitive`)."""
        return "(sensitive)" in self.references

    @property
    def text(self) -> str | None:
        """The string, or a number or bool as a string would be converted; None otherwise."""
        if self.kind == "string":
            return str(self.data)
        if self.kind == "bool":
            return "true" if self.data else "false"
        if self.kind == "number":
            return str(self.data)
        return None

    @property
    def number(self) -> int | float | None:
        """The number, also when written as a string; None otherwise."""
        if self.kind == "number":
            return self.data  # type: ignore[return-value]
        if self.kind == "string":
            try:
                return int(str(self.data))
            except ValueError:
                try:
                    return float(str(self.data))
                except ValueError:
                    return None
        return None

    @property
    def boolean(self) -> bool | None:
        """The bool, also in the strings the language converts; None otherwise."""
        if self.kind == "bool":
            return bool(self.data)
        if self.kind in ("string", "number"):
            word, language = str(self.data).lower(), self.document.language
            if word in _TRUE[language]:
                return True
            if word in _FALSE[language]:
                return False
        return None

    @property
    def items(self) -> list[Value]:
        """The elements of a list; no elements for anything else."""
        return self.data if self.kind == "list" else []  # type: ignore[return-value]

    @property
    def entries(self) -> dict[str, Value]:
        """The entries of a map; none for anything else."""
        return self.data if self.kind == "map" else {}  # type: ignore[return-value]

    @property
    def known_text(self) -> str:
        """The known parts of a string joined, gaps left out: to look for a substring in."""
        if self.parts is not None:
            return "".join(part for part in self.parts if part is not None)
        return self.text or ""

    def is_(self, literal: Literal | Sequence[Literal]) -> bool:
        """Whether this is certainly the literal (or one of them); false when unknown or missing."""
        return self.equals(literal) is True

    def is_not(self, literal: Literal | Sequence[Literal]) -> bool:
        """Whether this is certainly another known value; false when unknown or missing."""
        return self.equals(literal) is False

    def equals(self, literal: Literal | Sequence[Literal]) -> Truth:
        """Compare with a literal or any of several, converting as the language does."""
        if not self.is_known:
            return None
        if isinstance(literal, list | tuple | set | frozenset):
            return any(self.equals(one) for one in literal)
        if isinstance(literal, bool):
            return self.boolean is literal
        if isinstance(literal, int | float):
            return self.number == literal
        if self.kind in ("list", "map"):
            return False
        return self.text == literal

    # --- going on from here -----------------------------------------------------

    def at(self, path: str) -> Value:
        """The Value at a dotted path below this one; a missing Value where there is none."""
        from iaclint.model.paths import at

        return at(self, path)

    def each(self, path: str) -> Iterator[Value]:
        """All Values at a dotted path below, through lists and repeated blocks."""
        from iaclint.model.paths import each

        return each(self, path)

    @property
    def source_value(self) -> Value:
        """Where the literal was written: the origin's origin, or this Value itself."""
        value = self
        while value.origin is not None:
            value = value.origin
        return value

    @property
    def trail(self) -> list[Value]:
        """The Values it came through, nearest first: a default, a local, a module's argument, the literal."""
        found: list[Value] = []
        value = self
        while value.origin is not None and len(found) < 50:
            value = value.origin
            found.append(value)
        return found

    @property
    def block(self) -> Block | None:
        """The Block this Value belongs to, through maps and lists."""

        node: Block | Value | None = self.holder
        while isinstance(node, Value):
            node = node.holder
        return node

    @property
    def argument_path(self) -> str:
        """The dotted path of names from the addressable Block or module call to this Value."""
        from iaclint.model.block import Block

        names = [*reversed(self.path)] if self.is_missing and not self.name_span else [self.name] if self.name else []
        node = self.holder
        while node is not None:
            if isinstance(node, Block):
                if node.is_addressable or node.kind == "module":
                    break
                names.append(node.type)
                node = node.parent
            else:
                if node.name:
                    names.append(node.name)
                node = node.holder
        return ".".join(reversed(names))


def missing(holder: Block | Value, path: tuple[str, ...]) -> Value:
    """The Value that says: below this holder, these names are not written."""
    from iaclint.model.block import Block

    document = holder.document
    span = holder.header_span if isinstance(holder, Block) else holder.name_span or holder.span
    return Value("missing", None, document, span, name=path[-1] if path else "", holder=holder, path=path)


def literal_of(value: Value) -> object:
    """The plain Python data of a fully known Value; raises ValueError where a part is unknown."""
    if value.kind == "list":
        return [literal_of(item) for item in value.items]
    if value.kind == "map":
        return {key: literal_of(item) for key, item in value.entries.items()}
    if value.kind == "unknown":
        raise ValueError("the value is not known statically")
    return value.data


__all__ = ["Literal", "Reference", "Truth", "Value", "literal_of", "missing"]
