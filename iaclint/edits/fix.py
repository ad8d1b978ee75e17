"""Fix: a titled set of Edits with a declared effect; and Draft, in which a fixer writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from iaclint.edits.edit import Edit
from iaclint.model.block import Document
from iaclint.model.intent import Applicability, Impact, Needed
from iaclint.source import Span


class Withheld(Exception):
    """A fixer met something it did not expect, so it does nothing; the text says what."""


class Unsupplied(Exception):
    """A step needs a value that the configuration does not supply."""

    def __init__(self, needed: Needed) -> None:
        super().__init__(f"needs a value: {needed.name} ({needed.hint})")
        self.needed = needed


class Effect(NamedTuple):
    """What a Fix changes, as the second reader of the language will see it.

    path     of names and indices from the document's root to the place, as that reader has it
    action   "set", "remove" or "insert"
    before   what stood there (None: nothing), as plain data
    after    what stands there afterwards (None: nothing), as plain data
    text     for people: `aws_ebs_volume.data.encrypted: unset -> true`
    """

    path: tuple[Any, ...]
    action: str
    before: Any
    after: Any
    text: str


@dataclass(slots=True)
class Draft:
    """A Fix in the making: fixers add Edits and Effects to it.

    values  what the configuration supplies for Needed values
    """

    values: Mapping[str, str] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    effects: list[tuple[Document, Effect]] = field(default_factory=list)
    impacts: list[tuple[Impact, bool]] = field(default_factory=list)
    """One per step: its impact, and whether the path is known to Facts."""
    at_origin: bool = False
    """Whether some Edit goes to another place than the finding's (a variable's default)."""

    def edit(self, document: Document, start: int, end: int, text: str) -> None:
        """Replace bytes of a Document by text."""
        self.edits.append(Edit(document.path, Span(start, end), text))

    def effect(
        self, document: Document, path: tuple[Any, ...], action: str, before: Any, after: Any, text: str
    ) -> None:
        """Declare what the Edits change."""
        self.effects.append((document, Effect(path, action, before, after, text)))

    def impact(self, impact: Impact, known: bool = True) -> None:
        """State a step's impact, and whether Facts know the path."""
        self.impacts.append((impact, known))

    def supply(self, needed: Needed) -> str:
        """The configured value, or Unsupplied."""
        if needed.name not in self.values:
            raise Unsupplied(needed)
        return f"{needed.prefix}{self.values[needed.name]}{needed.suffix}"


class Fix(NamedTuple):
    """A repair ready to be proved and written.

    needs  the names of values it lacks: such a Fix has no Edits
    """

    title: str
    applicability: Applicability
    impact: Impact
    edits: tuple[Edit, ...] = ()
    effects: tuple[tuple[str, Effect], ...] = ()
    """(path of the file, Effect)"""
    needs: tuple[Needed, ...] = ()
    note: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether applying it removes the finding without outside values."""
        return bool(self.edits) and self.impact is not Impact.NEEDS_VALUE
