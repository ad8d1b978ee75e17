"""The baseline: findings an old code base is known to have, so that a run fails on new ones only.

An entry says which rule found something at which address and argument of which file, and holds a hash of the block's
words that is similar for similar blocks (a SimHash; names and secrets left out). Findings meet entries one to one:

1. the same file, address and argument, and the same words;
2. the same file, address and argument, edited (where the address names nothing, only if the words are alike);
3. the same address and argument with like words in another file: moved;
4. the same argument with almost the same words under another address: renamed.

What meets no entry is new. An entry that nothing meets is done with, and is dropped.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from iaclint.engine.suppression import BASELINE, Suppression
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding

FILE_NAME = ".iaclint-baseline.json"
VERSION = 1
EDITED, MOVED, RENAMED = 18, 12, 6
"""How many of 64 bits may differ: the less else agrees, the fewer."""
_WORD = re.compile(r"\w+")
_LONGEST = 20_000
"""Bytes of a block that are looked at."""


class BaselineError(Exception):
    """The baseline cannot be read; one clear line."""


class Entry(NamedTuple):
    """A known finding. `path`: relative to the baseline's folder, with `/`."""

    rule: str
    path: str
    address: str
    argument: str
    words: int

    @property
    def is_named(self) -> bool:
        """Whether its address is a name somebody gave; instructions and such only have numbers."""
        return any(part and not part.isdecimal() and not part.isupper() for part in self.address.split("/"))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of a file."""

    path: str
    entries: tuple[Entry, ...]

    @property
    def folder(self) -> str:
        """What its paths are relative to."""
        return os.path.dirname(os.path.abspath(self.path))


def words_of(text: str, names: Iterable[str] = ()) -> int:
    """The SimHash of a text's words and pairs of words, without `names`: 64 bits."""
    from hashlib import blake2b

    left_out = set(names)
    words = [word for word in _WORD.findall(text) if word not in left_out]
    # each once: what every block repeats would drown what tells them apart
    features = {*words, *(f"{first} {second}" for first, second in pairwise(words))}
    sums = [0] * 64
    for word in features:
        bits = int.from_bytes(blake2b(word.encode("utf-8", "surrogateescape"), digest_size=8).digest(), "big")
        for index in range(64):
            sums[index] += 1 if bits >> index & 1 else -1
    return sum(1 << index for index, total in enumerate(sums) if total > 0)


def mark(findings: Iterable[Finding], spans: Callable[[Finding], Span | None], masked: Masked) -> None:
    """Give each finding the hash of the block it stands in. `masked`: the text of a span without its secrets."""
    for finding in findings:
        span = spans(finding)
        if span is not None:
            span = Span(span.start, min(span.end, span.start + _LONGEST))
            finding.words = words_of(masked(finding.path, span), re.findall(r"\w+", finding.resource))


Masked = Callable[[str, Span], str]


def entry(finding: Finding, folder: str) -> Entry:
    """The entry of a finding."""
    path = os.path.relpath(os.path.abspath(finding.path), folder).replace(os.sep, "/")
    argument = finding.identity[2] if len(finding.identity) > 2 else ""
    return Entry(finding.rule.name, path, finding.resource, argument, finding.words)


# --- the file ---------------------------------------------------------------------------------


def read(path: str) -> Baseline:
    """The baseline in a file. Raises BaselineError."""
    import json

    try:
        with open(path, "rb") as file:
            data: Any = json.loads(file.read())
        if data["version"] != VERSION:
            raise BaselineError(f"{path}: is of version {data['version']!r}, and this iaclint reads {VERSION}")
        entries = tuple(
            Entry(str(one["rule"]), str(one["path"]), str(one["address"]), str(one["argument"]), int(one["words"], 16))
            for one in data["findings"]
        )
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BaselineError(f"{path}: is no baseline (`iaclint baseline` writes one)") from error
    return Baseline(path, entries)


def as_text(entries: Iterable[Entry]) -> str:
    """The file's text: a line a finding, in order, so that a merge is easy."""
    import json

    rows = [json.dumps({**one._asdict(), "words": f"{one.words:016x}"}, ensure_ascii=True) for one in sorted(entries)]
    body = ",\n".join(f"  {row}" for row in rows)
    return (
        f'{{"version": {VERSION}, "findings": [\n{body}\n]}}\n'
        if rows
        else f'{{"version": {VERSION}, "findings": []}}\n'
    )


# --- which finding is which entry ---------------------------------------------------------------


def pairs(entries: Sequence[Entry], found: Sequence[Entry]) -> dict[int, int]:
    """Index of each found one that is known -> index of its entry."""
    met: dict[int, int] = {}
    _meet(entries, found, met, lambda one: one, lambda _one: 0)
    _meet(entries, found, met, lambda one: one[:4], lambda one: 64 if one.is_named else EDITED)
    _meet(entries, found, met, lambda one: (one.rule, one.address, one.argument), lambda _one: MOVED)
    _meet(entries, found, met, lambda one: (one.rule, one.argument), lambda _one: RENAMED)
    return met


def _meet(
    entries: Sequence[Entry],
    found: Sequence[Entry],
    met: dict[int, int],
    key: Callable[[Entry], Hashable],
    limit: Callable[[Entry], int],
) -> None:
    """Pair what is left and agrees in `key`, the most alike first."""
    taken = set(met.values())
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(entries):
        if index not in taken:
            waiting[key(one)].append(index)
    candidates = []
    for index, one in enumerate(found):
        if index not in met:
            for other in waiting.get(key(one), ()):
                distance = (one.words ^ entries[other].words).bit_count()
                if distance <= limit(one):
                    candidates.append((distance, entries[other].path != one.path, index, other))
    for _, _, index, other in sorted(candidates):
        if index not in met and other not in taken:
            met[index] = other
            taken.add(other)


def apply(report: Report, baseline: Baseline, *, is_judged: Callable[[str], bool], named: str = "") -> list[Entry]:
    """Move the known findings of a report to the suppressed ones; returns the entries that still hold, as they are now.

    `is_judged`: whether a rule took part in the run. An entry is over when its rule did, and its file was checked
    or is gone. `named`: what is said to know them, instead of the baseline's file.
    """
    folder = baseline.folder
    # what a comment silences is still there, and its entry with it
    everything = [*report.findings, *(finding for finding, _ in report.suppressed)]
    found = [entry(finding, folder) for finding in everything]
    met = pairs(baseline.entries, found)
    known = {index for index in met if index < len(report.findings)}
    reason = f"known since {named}" if named else "known from the baseline"
    by = Suppression(named or baseline.path, (), (), True, None, reason, Span(0, 0), 1, peer=BASELINE)
    report.suppressed += [(finding, by) for index, finding in enumerate(report.findings) if index in known]
    report.suppressed.sort(key=lambda pair: pair[0].sort_key())
    report.findings = [finding for index, finding in enumerate(report.findings) if index not in known]
    checked = {os.path.abspath(path) for path in report.paths} - {os.path.abspath(one.path) for one in report.errors}
    taken = set(met.values())
    left = []
    for index, one in enumerate(baseline.entries):
        if index in taken:
            continue
        path = os.path.abspath(os.path.join(folder, one.path))
        if not (is_judged(one.rule) and (path in checked or not os.path.lexists(path))):
            left.append(one)
    return [*left, *(found[index] for index in met)]
