"""Which controls of published frameworks a Rule answers: `frameworks.tsv`, read only when somebody asks.

A row is a rule, a framework, its version, the controls (space between them) and who published that mapping. No row
is there without a source, so what no source maps has no controls.

A selector is `FRAMEWORK`, `FRAMEWORK:CONTROL`, and either with a version: `cis-aws`, `pci-dss:3.5.1`,
`cis-aws@3.0.0:2.1.4`, `pci-dss@4`. A control stands for those below it: `nist-800-53:SC-28` for SC-28(1), too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

FRAMEWORKS = {
    "cis-aws": "CIS AWS Foundations Benchmark",
    "nist-800-53": "NIST SP 800-53",
    "pci-dss": "PCI DSS",
    "soc-2": "SOC 2",
}
"""What a framework's tag stands for."""

TABLE = "frameworks.tsv"


class Mapping(NamedTuple):
    """That a Rule answers controls of one version of a framework.

    framework  its tag, of FRAMEWORKS
    version    as its publisher counts
    controls   their ids, ascending
    source     who published it: `AWS Security Hub EC2.7`, `Prowler vpc_flow_logs_enabled`, commas between several
    """

    framework: str
    version: str
    controls: tuple[str, ...]
    source: str

    def selectors(self) -> Iterator[str]:
        """Each control as a selector that means it alone of this version."""
        return (f"{self.framework}@{self.version}:{control}" for control in self.controls)


def mappings(rule: str) -> tuple[Mapping, ...]:
    """All mappings of a Rule by its name, the newest version of a framework first."""
    return _table().get(rule, ())


def tags(rule: str) -> tuple[str, ...]:
    """The tags of the frameworks that ask for what a Rule asks for."""
    return tuple(dict.fromkeys(one.framework for one in mappings(rule)))


def controls(rule: str) -> list[str]:
    """Every control a Rule answers, as selectors: `nist-800-53@5:SC-28`."""
    return [selector for one in mappings(rule) for selector in one.selectors()]


def is_selector(word: str) -> bool:
    """Whether a word is about a framework. Costs nothing: the table stays unread."""
    return word.partition(":")[0].partition("@")[0] in FRAMEWORKS


def selects(word: str, rule: str) -> bool:
    """Whether a selector takes a Rule; of a word that is about no framework, never."""
    if not is_selector(word):
        return False
    named, _, control = word.partition(":")
    framework, _, version = named.partition("@")
    return any(
        one.framework == framework
        and _covers(version, one.version, ".")
        and any(_covers(control, other, ".(-") for other in one.controls)
        for one in mappings(rule)
    )


def known() -> set[str]:
    """Every selector that takes a Rule and has no shorter form, for suggestions."""
    found = set(FRAMEWORKS)
    for several in _table().values():
        for one in several:
            found.add(f"{one.framework}@{one.version}")
            found.update(f"{one.framework}:{control}" for control in one.controls)
            found.update(one.selectors())
    return found


def _covers(wanted: str, actual: str, separators: str) -> bool:
    """Whether an id is the wanted one or below it; no wanted one covers all."""
    return not wanted or actual == wanted or (actual.startswith(wanted) and actual[len(wanted)] in separators)


@cache
def _table() -> dict[str, tuple[Mapping, ...]]:
    rows: dict[str, list[Mapping]] = {}
    with open(os.path.join(os.path.dirname(__file__), TABLE), encoding="utf-8") as file:
        next(file)
        for line in file:
            rule, framework, version, ids, source = line.rstrip("\n").split("\t")
            rows.setdefault(rule, []).append(Mapping(framework, version, tuple(ids.split()), source))
    order = list(FRAMEWORKS)
    for several in rows.values():
        several.sort(key=lambda one: _counted(one.version), reverse=True)
        several.sort(key=lambda one: order.index(one.framework))
    return {rule: tuple(several) for rule, several in rows.items()}


def _counted(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
