"""Nothing peers check of AWS is forgotten: each of their ids is an alias of a rule, or in docs/not-covered."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.running import ROOT

PEERS = ROOT / "tests" / "peers_aws.tsv"
NOT_COVERED = sorted((ROOT / "docs" / "not-covered").glob("*.tsv"))


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def aliases() -> set[str]:
    from iaclint.engine.api import load_all_rules

    return {alias for rule in load_all_rules().values() for alias in rule.all_aliases()}


def left_out() -> dict[str, str]:
    """Id -> the file that says why it is not covered."""
    found: dict[str, str] = {}
    for path in NOT_COVERED:
        for row in rows(path):
            assert row["id"] not in found, f"{row['id']} stands in {found[row['id']]} and in {path.name}"
            found[row["id"]] = path.name
    return found


@pytest.mark.parametrize("tool", ["checkov", "kics", "trivy", "terrascan", "tfsec"])
def test_every_check_of_a_peer_is_covered_or_left_out_for_a_reason(tool: str) -> None:
    from iaclint.engine.api import load_all_rules

    known = aliases() | set(left_out()) | set(load_all_rules())
    checks = [row for row in rows(PEERS) if row["tool"] == tool]
    forgotten = [row["id"] for row in checks if not known & {row["id"], *(row["same_as"] or "").split()}]

    assert len(checks) > 100
    assert forgotten == []


def test_what_is_left_out_is_named_with_a_reason_and_has_no_rule() -> None:
    for path in NOT_COVERED:
        for row in rows(path):
            assert row["id"] and row["name"] and len(row["reason"]) > 20, f"{path.name}: {row}"

    assert set(left_out()) & aliases() == set()
