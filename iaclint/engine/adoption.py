"""What hadolint's configuration means for Dockerfiles here: selection, severities, settings, the exit code.

Its ids are names of our rules (their aliases). Our own configuration and the command line win: an id that they
select stays on, a severity they settle stays, and so do their registries, labels and failing severity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from iaclint.engine.registry import Selection
from iaclint.policy.config import LEVELS
from iaclint.policy.hadolint import level_of
from iaclint.rules.rule import Severity

if TYPE_CHECKING:
    from iaclint.model.finding import Finding
    from iaclint.policy.config import Config
    from iaclint.policy.hadolint import Hadolint

T = TypeVar("T")


def selection(own: Selection, peer: Hadolint) -> Selection:
    """Our selection, less what hadolint ignores, with what its `override` gives a severity: that is wanted."""
    extend = () if own.select else tuple(peer.levels)
    return Selection(own.select, (*own.extend, *extend), own.ignore, yielding=peer.ignored)


def configuration(own: Config, peer: Hadolint) -> Config:
    """Our configuration, with hadolint's registries and labels where ours says nothing of them."""
    given = own.given
    return replace(
        own,
        hadolint=False,  # it has been read
        trusted_registries=_first(peer.trusted_registries, own.trusted_registries, "trusted-registries" in given),
        label_schema=_first(peer.label_schema, own.label_schema, "label-schema" in given),
        strict_labels=_first(peer.strict_labels, own.strict_labels, "strict-labels" in given),
    )


def _first(peer: T | None, own: T, is_given: bool) -> T:
    return own if is_given or peer is None else peer


def judge(findings: Iterable[Finding], own: Config, peer: Hadolint) -> None:
    """Give findings the severities and the say over the exit code that hadolint's configuration gives their ids."""
    for finding in findings:
        overridden = [peer.levels[one] for one in finding.aliases if one in peer.levels]
        if overridden and finding.rule.name not in own.severity_overrides:
            level = max(map(LEVELS.index, overridden))
            finding.rule = replace(finding.rule, severity=Severity(level))
        elif overridden:
            level = int(finding.rule.severity)
        else:
            theirs = [LEVELS.index(level_of(one)) for one in finding.aliases if one.startswith("DL")]
            level = max([int(finding.rule.severity), *theirs])
        if peer.never_fails:
            finding.fails = False
        elif peer.threshold is not None:
            finding.fails = level >= LEVELS.index(peer.threshold)


__all__ = ["configuration", "judge", "selection"]
