"""What Terraform providers say about the arguments of their resources.

The tables are packed one file a provider (`iaclint.facts.pack`); looking a type up reads only its own rows.
Facts state names, flags and values of the providers' schemas, dated: see `dated()`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

PROVIDERS = ("aws", "azurerm", "google", "kubernetes")
COLUMNS = (
    "path", "kind", "value_type", "presence", "default", "force_new", "sensitive", "write_only", "max_items",
    "allowed", "conflicts_with", "required_with", "deprecated", "exactly_one_of",
)
MAGIC = b"iaclint provider facts 1\n"


class Dated(NamedTuple):
    """Where a provider's table comes from: its source, the release, and the date (ISO)."""

    source: str
    version: str
    date: str


@dataclass(frozen=True, slots=True)
class Row:
    """One argument or nested block of a resource type.

    path            dotted, without indices: `root_block_device.encrypted`
    kind            "argument" (`name = value`) or "block" (`name { }`)
    value_type      "string", "bool", "int", "float", "list(..)", "set(..)", "map(..)", "object"; of a block
                    "block list", "block set" or "block single"
    presence        "required", "optional", "computed" (cannot be written) or "optional+computed"
    default         as the schema states it; None: none stated; "<expr>", "<func>": not a constant
    force_new       "yes": a change replaces the resource; "conditional": decided when planning; "no".
                    "yes" on a block is about adding or removing it; a change inside follows the child's row
    max_items       at most so many blocks or elements, or None
    allowed         the closed list of values (of a list: of its elements); empty: free, or not known
    conflicts_with, required_with, exactly_one_of   other paths, sometimes a sibling's bare name
    """

    path: str
    kind: str
    value_type: str
    presence: str
    default: str | None
    force_new: str
    sensitive: bool
    write_only: bool
    max_items: int | None
    allowed: tuple[str, ...]
    conflicts_with: tuple[str, ...]
    required_with: tuple[str, ...]
    deprecated: bool
    exactly_one_of: tuple[str, ...]

    @property
    def is_block(self) -> bool:
        """Whether it is written as a nested block."""
        return self.kind == "block"

    @property
    def is_repeated(self) -> bool:
        """Whether the block may stand more than once."""
        return self.is_block and self.value_type != "block single" and self.max_items != 1


class Schema:
    """The rows of one resource type, kept as text and parsed when asked for."""

    __slots__ = ("_below", "_rows", "_text", "type")

    def __init__(self, type: str, text: str) -> None:
        self.type = type
        self._text = f"\n{text}\n"
        self._rows: dict[str, Row | None] = {}
        self._below: dict[str, list[str]] | None = None

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.row(path) is not None

    def row(self, path: str) -> Row | None:
        """What is known of a dotted path; None when the schema has no such path."""
        if path not in self._rows:
            at = self._text.find(f"\n{path}\t") if path and "\t" not in path and "\n" not in path else -1
            line = self._text[at + len(path) + 2 : self._text.index("\n", at + 1)] if at >= 0 else ""
            self._rows[path] = _row(path, line) if line else None
        return self._rows[path]

    def children(self, path: str = "") -> list[Row]:
        """The rows right below a block (of the resource itself for the empty path), sorted by name."""
        if self._below is None:
            self._below = {}
            for line in self._text.splitlines()[1:]:
                below = line.partition("\t")[0]
                self._below.setdefault(below.rpartition(".")[0], []).append(below)
        return [row for below in self._below.get(path, ()) if (row := self.row(below)) is not None]

    def describes(self, path: str = "") -> bool:
        """Whether what stands below a path is listed, so that a name not listed does not exist.

        Very large schemas are cut off at some depth, and some attributes are made by reflection.
        """
        return (f"\n{path}." if path else "\n") in self._text and len(self._text) > 2


def _row(path: str, line: str) -> Row:
    (kind, value_type, presence, default, force_new, sensitive, write_only, max_items, allowed, conflicts, required,
     deprecated, exactly_one) = line.split("\t")
    return Row(
        path, kind, value_type, presence, "" if default == '""' else default or None, force_new, sensitive == "yes",
        write_only == "yes", int(max_items) if max_items else None,
        tuple("" if one == '""' else one for one in allowed.split("|")) if allowed else (),
        _paths(conflicts), _paths(required), deprecated == "yes", _paths(exactly_one),
    )


def _paths(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(",")) if cell else ()


class _Table:
    """One provider's file: its index, held as text, and where its blobs begin."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            if file.readline() != MAGIC:
                raise ValueError(f"{path.name} is not a table of provider facts")
            index, words = map(int, file.readline().split())
            self.index = b"\n" + zlib.decompress(file.read(index))
            self.dictionary = zlib.decompress(file.read(words))
            self.first = file.tell()

    def cells(self, name: str) -> list[str] | None:
        at = self.index.find(b"\n" + name.encode() + b"\t")
        if at < 0:
            return None
        return self.index[at + 1 : self.index.index(b"\n", at + 1)].decode().split("\t")

    def text(self, type: str) -> str | None:
        cells = self.cells(type)
        if cells is None:
            return None
        with self.path.open("rb") as file:
            file.seek(self.first + int(cells[1]))
            return zlib.decompressobj(-15, self.dictionary).decompress(file.read(int(cells[2]))).decode()


@cache
def _table(provider: str) -> _Table:
    return _Table(Path(__file__).with_name(f"{provider}.dat"))


@cache
def schema(type: str) -> Schema | None:
    """The schema of a resource type (`aws_s3_bucket`); None when no table has it."""
    provider, underscore, _ = type.partition("_")
    if not underscore or provider not in PROVIDERS or "\t" in type or "\n" in type:
        return None
    text = _table(provider).text(type)
    return None if text is None else Schema(type, text)


def dated() -> dict[str, Dated]:
    """Source, version and date of each provider's table."""
    return {
        provider: Dated(*((_table(provider).cells(name) or ["", ""])[1] for name in ("source", "version", "date")))
        for provider in PROVIDERS
    }


__all__ = ["Dated", "Row", "Schema", "dated", "schema"]
