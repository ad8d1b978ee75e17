"""Severities keep what docs/severity.md says of them."""

from __future__ import annotations

import re

from iaclint.engine.api import load_all_rules
from iaclint.rules.rule import CRITICAL, INFO, LOW, Severity
from tests.running import ROOT

GUIDE = (ROOT / "docs" / "severity.md").read_text(encoding="utf-8")


def test_examples_of_the_guide_have_the_severity_it_gives_them() -> None:
    rules = load_all_rules()
    given = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \|", GUIDE, re.MULTILINE))

    assert set(given.values()) == {str(one) for one in Severity}
    assert {name: str(rules[name].severity) for name in given} == given


def test_the_guide_defines_every_level_and_names_only_rules() -> None:
    levels = [str(one) for one in sorted(Severity, reverse=True)]
    confidences = {rule.confidence for rule in load_all_rules().values()}
    named = {word for word in re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", GUIDE) if not word.startswith("-")}

    assert re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE) == [*levels, "high", "medium", "low"]
    assert confidences == {"high", "medium", "low"}
    assert named <= set(load_all_rules())


def test_hygiene_is_off_by_default_and_low_at_most() -> None:
    wrong = [
        one.name for one in load_all_rules().values() if "hygiene" in one.tags and (one.default or one.severity > LOW)
    ]

    assert wrong == []


def test_what_harms_nobody_or_is_seldom_right_is_off_by_default() -> None:
    wrong = [
        one.name
        for one in load_all_rules().values()
        if one.default and (one.severity is INFO or one.confidence == "low")
    ]

    assert wrong == []


def test_what_is_critical_has_high_confidence() -> None:
    wrong = [one.name for one in load_all_rules().values() if one.severity is CRITICAL and one.confidence != "high"]

    assert wrong == []
