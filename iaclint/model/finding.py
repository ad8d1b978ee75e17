"""Finding: one violation of a Rule, at a place, with an Intent for each possible repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from iaclint.model.aspects import Redirect, ShellCommand, Word
from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value
from iaclint.source import Position, Span

if TYPE_CHECKING:
    from iaclint.model.intent import Intent
    from iaclint.rules.rule import Rule

Place = Block | Value | Argument | ShellCommand | tuple[Block, Word] | tuple[Block, Redirect] | tuple[Document, Span]
"""Where a fault stands: the wrong argument, the Block that lacks one, a word of a command ..."""


_NOWHERE = Span(0, 0)
_START = Position(1, 1, 0)


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a finding."""

    path: str
    start: Position
    end: Position
    message: str


@dataclass(slots=True)
class Finding:
    """One violation.

    A check gives the first part; the engine fills in the rest, which is plain data: reporters and
    other processes see only that.

    place     where it is wrong
    message   what is wrong here: lower case, no full stop, never a secret's text
    intents   possible repairs, the preferred one first
    facets    facts that conditional aliases look at: `{"port": 22}`
    also      further places with what they say
    """

    place: Place
    message: str
    intents: tuple[Intent, ...] = ()
    facets: Mapping[str, object] = field(default_factory=dict)
    also: tuple[tuple[Place, str], ...] = ()

    rule: Rule = field(default=None, repr=False)  # type: ignore[assignment]
    aliases: tuple[str, ...] = ()
    path: str = ""
    language: str = ""
    resource: str = ""
    instances: tuple[str, ...] = ()
    span: Span = _NOWHERE
    start: Position = _START
    end: Position = _START
    related: tuple[Related, ...] = ()
    used_at: tuple[str, Span] | None = None
    """Path and span of the fault itself, where the finding stands at the call of its module."""
    identity: tuple[str, ...] = ()
    """What the fingerprint is made of: rule, address, argument path, ordinal; never a value."""
    repairs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """What may be done: the title of each Intent, with (name, hint) of every value it needs."""
    fails: bool | None = None
    """Whether it fails a run where a peer's configuration settles that; None: by its severity."""
    is_open_to_repair: bool = True
    """Whether there is a file to repair it in: not of what only a plan or the command line says."""
    words: int = 0
    """A hash of the block's words that is alike for like blocks, where a baseline is made or used."""
    fixes: tuple[Any, ...] = ()
    """The Fixes computed from the intents (`iaclint.edits.fix.Fix`), the preferred one first."""

    @property
    def fingerprint(self) -> str:
        """A name for this finding that survives line moves."""
        from hashlib import sha256  # brings OpenSSL along, which a run without need of it should not pay for

        return sha256("\0".join(self.identity).encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Findings are always printed in this order."""
        return (self.path, self.span.start, self.span.end, self.rule.name, self.message)


def place_of(place: Place) -> tuple[Document, Span]:
    """The Document and the bytes a place means: an argument from its name on, a Block's header."""
    if isinstance(place, tuple):
        first, second = place
        if isinstance(first, Document):
            assert isinstance(second, Span)
            return first, second
        assert not isinstance(second, Span)
        return first.document, second.span
    if isinstance(place, Value):
        if place.name_span is not None and place.name_span.end <= place.span.start:
            return place.document, Span(place.name_span.start, place.span.end)
        return place.document, place.span
    if isinstance(place, Block):
        return place.document, place.header_span
    if isinstance(place, Argument):
        return place.block.document, place.span
    return place.document, place.span


def block_of(place: Place) -> Block | None:
    """The Block a place belongs to."""
    if isinstance(place, tuple):
        return place[0] if isinstance(place[0], Block) else None
    if isinstance(place, Block):
        return place
    return place.block
