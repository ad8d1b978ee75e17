"""Rules and the controls of published frameworks: the table is true to form, and its words select."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from iaclint.engine.api import load_all_rules
from iaclint.engine.registry import Selection, UnknownRule
from iaclint.policy.config import Config
from iaclint.rules import frameworks
from tests.running import ROOT

ROWS = [
    line.split("\t") for line in (ROOT / "iaclint/rules" / frameworks.TABLE).read_text(encoding="utf-8").splitlines()
]
FORMS = {
    "cis-aws": r"\d(\.\d{1,2}){1,2}",
    "nist-800-53": r"[A-Z]{2}-\d{1,2}(\((\d{1,2}|[a-z])\))*",
    "pci-dss": r"A?\d{1,2}(\.\d{1,2})+(\.?[a-z])?",
    "soc-2": r"(CC|A|C|PI|P)\d\.\d{1,2}",
}
VERSIONS = {
    "cis-aws": {"1.4.0", "3.0.0", "5.0.0"},
    "nist-800-53": {"5"},
    "pci-dss": {"3.2.1", "4.0", "4.0.1"},
    "soc-2": {"2017"},
}
SOURCE = re.compile(r"AWS Security Hub [A-Z][A-Za-z0-9]+\.\d+|Prowler [a-z][a-z0-9_]+")
S3 = "aws-s3-public-acl-accepted"


def taken(*selectors: str) -> set[str]:
    selection = Selection(selectors)
    selection.validate()
    return {name for name, rule in load_all_rules().items() if selection.includes(rule)}


def test_rows_are_of_rules_that_exist_and_come_once_in_order() -> None:
    keys = [tuple(row[:3]) for row in ROWS[1:]]

    assert ROWS[0] == ["rule", "framework", "version", "controls", "source"]
    assert {key[0] for key in keys} <= set(load_all_rules())
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("framework", frameworks.FRAMEWORKS)
def test_controls_have_the_form_of_their_framework(framework: str) -> None:
    mine = [row for row in ROWS[1:] if row[1] == framework]
    wrong = [
        (row[0], control) for row in mine for control in row[3].split() if not re.fullmatch(FORMS[framework], control)
    ]

    assert wrong == []
    assert {row[2] for row in mine} == VERSIONS[framework]
    assert all(len(set(row[3].split())) == len(row[3].split()) for row in mine)


def test_every_row_names_who_published_the_mapping() -> None:
    assert [row for row in ROWS[1:] if not all(SOURCE.fullmatch(one) for one in row[4].split(", "))] == []


def test_no_rule_claims_a_framework_besides_the_table() -> None:
    claimed = {name for name, rule in load_all_rules().items() if any(map(frameworks.is_selector, rule.tags))}

    assert claimed == set()


@pytest.mark.parametrize("framework", frameworks.FRAMEWORKS)
def test_a_framework_selects_its_rules_even_those_off_by_default(framework: str) -> None:
    chosen = taken(framework)

    assert chosen == {row[0] for row in ROWS[1:] if row[1] == framework}
    assert any(not load_all_rules()[name].default for name in chosen)


def test_a_control_selects_its_rules_and_one_above_those_below_it() -> None:
    assert S3 in taken("cis-aws:2.1.4")
    assert taken("cis-aws:2.1.4") < taken("cis-aws:2.1") < taken("cis-aws:2")
    assert taken("nist-800-53:SC-28(1)") <= taken("nist-800-53:SC-28") < taken("nist-800-53:SC")
    assert "aws-ebs-volume-unencrypted" in taken("nist-800-53:SC-28")
    assert taken("nist-800-53:SC-7(11)") <= taken("nist-800-53:SC-7")
    assert not frameworks.selects("nist-800-53:SC-2", "aws-ebs-volume-unencrypted")


def test_a_version_narrows_a_framework() -> None:
    assert S3 in taken("cis-aws@5.0.0:2.1.4") & taken("cis-aws@1.4.0:2.1.5") & taken("cis-aws@5")
    assert S3 not in taken("cis-aws@1.4.0:2.2.1") | taken("cis-aws@1.4.0:2.1.3")
    with pytest.raises(UnknownRule):
        taken("cis-aws@1.4.0:2.1.4")
    assert taken("pci-dss@4.0.1") < taken("pci-dss@4") < taken("pci-dss")


def test_a_control_can_be_ignored_wherever_a_rule_can() -> None:
    rule = load_all_rules()[S3]
    config = Config(per_file_ignores={"*.tf": ("cis-aws",)}, ignore_addresses={"nist-800-53:AC-21": ("aws_s3*",)})

    assert not Selection(ignore=("cis-aws:2.1.4",)).includes(rule)
    assert config.ignores("main.tf", S3, "aws_s3_account_public_access_block.a")
    assert config.ignores("main.yml", S3, "aws_s3_account_public_access_block.a")
    assert not config.ignores("main.yml", S3, "other")


@pytest.mark.parametrize(
    ("word", "nearest"), [("cis-aw", "cis-aws"), ("pcidss", "pci-dss"), ("nist-800-53:SC-281", "nist-800-53:SC-28")]
)
def test_an_unknown_framework_or_control_is_told_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(UnknownRule, match=re.escape(f"did you mean {nearest}")):
        Selection((word,)).validate()


def test_the_table_stays_unread_in_a_check_that_asks_for_no_framework(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_ebs_volume" "v" {\n  size = 1\n}\n')
    code = (
        "import sys\nsys.argv = ['iaclint', 'check', sys.argv[1], '--exit-zero', '--ignore', 'aws-kms-*']\n"
        "from iaclint.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "from iaclint.rules import frameworks\nprint(frameworks._table.cache_info().currsize, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert "aws-ebs-volume-unencrypted" in done.stdout
    assert done.stderr.strip() == "0"
