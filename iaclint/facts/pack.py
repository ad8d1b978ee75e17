"""Pack the provider tables into what `iaclint.facts.terraform` reads.

    python -m iaclint.facts.pack SOURCE_DIR [TARGET_DIR]

SOURCE_DIR holds one `PROVIDER.tsv` each (sorted by type and path) and a `README.md` whose table names
source, version and date. The same input gives the same bytes with the same zlib.

The file: the magic, a line `index-length dictionary-length`, the index (zlib), the dictionary (zlib), then
one zlib blob a type, made with the dictionary. The index is text: `source`, `version` and `date` lines,
then a line `type TAB offset TAB length` a type, offsets counted from the first blob.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections import Counter
from pathlib import Path

from iaclint.facts.terraform import COLUMNS, MAGIC, PROVIDERS

_DICTIONARY_SIZE = 32_000
_TABLE_LINE = re.compile(r"^\| `(\w+)\.tsv` \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)


def pack(source: Path, target: Path) -> list[Path]:
    """Write one `.dat` a provider; raises ValueError where a table is not as expected."""
    told = {name: (where, version) for name, where, version in _TABLE_LINE.findall((source / "README.md").read_text())}
    written = []
    for provider in PROVIDERS:
        if provider not in told:
            raise ValueError(f"README.md does not say where {provider}.tsv comes from")
        types = _read((source / f"{provider}.tsv").read_text("utf-8"))
        path = target / f"{provider}.dat"
        path.write_bytes(packed(types, *told[provider]))
        written.append(path)
    return written


def _read(table: str) -> dict[str, list[str]]:
    lines = table.splitlines()
    if lines[0].split("\t") != ["type", *COLUMNS]:
        raise ValueError(f"unexpected columns: {lines[0]}")
    types: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, rest = line.split("\t", 1)
        if rest.count("\t") != len(COLUMNS) - 1:
            raise ValueError(f"unexpected row: {line}")
        types.setdefault(name, []).append(rest)
    return types


def packed(types: dict[str, list[str]], source: str, version: str) -> bytes:
    """The bytes of one provider's file; `version` is `VERSION, DATE`."""
    dictionary = _dictionary(types)
    blobs, index, offset = [], [], 0
    for name in sorted(types):
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
        blob = squeeze.compress("\n".join(types[name]).encode()) + squeeze.flush()
        blobs.append(blob)
        index.append(f"{name}\t{offset}\t{len(blob)}\n")
        offset += len(blob)
    number, _, date = version.rpartition(", ")
    head = f"source\t{source.replace('`', '')}\nversion\t{number}\ndate\t{date}\n"
    table, words = zlib.compress((head + "".join(index)).encode(), 9), zlib.compress(dictionary, 9)
    return b"".join([MAGIC, f"{len(table)} {len(words)}\n".encode(), table, words, *blobs])


def _dictionary(types: dict[str, list[str]]) -> bytes:
    # rows repeat over types (`tags`, `timeouts.create`); zlib finds what stands last in a dictionary cheapest
    rows: Counter[str] = Counter()
    for lines in types.values():
        for line in lines:
            path, tail = line.split("\t", 1)
            rows[f"{path.rpartition('.')[2]}\t{tail}\n"] += 1
    chosen, size = [], 0
    for row, count in sorted(rows.items(), key=lambda item: (-item[1] * len(item[0]), item[0])):
        if count < 3 or size + len(row) > _DICTIONARY_SIZE:
            continue
        chosen.append(row)
        size += len(row)
    return "".join(reversed(chosen)).encode()[-_DICTIONARY_SIZE:]


if __name__ == "__main__":
    for made in pack(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent):
        print(made, made.stat().st_size)
