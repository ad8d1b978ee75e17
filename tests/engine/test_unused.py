"""Suppression comments that silence nothing are told, and only where that is certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import lint

RULE = "aws-ebs-volume-unencrypted"
COMMENT = f"# iaclint: ignore[{RULE}] because\n"
VOLUME = 'resource "aws_ebs_volume" "a" {{\n  availability_zone = "x"\n  size = 1\n  encrypted = {}\n}}\n'


def unused(folder: Path, *paths: str, select: tuple[str, ...] = ("unused-suppression", RULE)) -> list[str]:
    report = lint(folder, *paths, select=select)
    return [one.message for one in report.findings if one.rule.name == "unused-suppression"]


@pytest.mark.parametrize(("encrypted", "count"), [("true", 1), ("false", 0)])
def test_comment_is_unused_where_nothing_is_found(tmp_path: Path, encrypted: str, count: int) -> None:
    (tmp_path / "main.tf").write_text(COMMENT + VOLUME.format(encrypted))

    assert unused(tmp_path) == [f"{RULE} would find nothing here"] * count


def test_rule_that_took_no_part_says_nothing_of_its_comments(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(COMMENT + VOLUME.format("true"))

    assert unused(tmp_path, select=("unused-suppression",)) == []


def test_module_whose_variables_are_open_may_have_more_to_say(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "on" {\n}\n' + COMMENT + VOLUME.format("var.on"))

    assert unused(tmp_path) == []


def test_comment_of_use_for_one_caller_is_of_use(tmp_path: Path) -> None:
    (tmp_path / "vol").mkdir()
    (tmp_path / "vol/main.tf").write_text('variable "on" {\n  default = true\n}\n' + COMMENT + VOLUME.format("var.on"))
    for name, on in (("a", "true"), ("b", "false")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(f'module "v" {{\n  source = "../vol"\n  on = {on}\n}}\n')

    assert unused(tmp_path) == []
    (tmp_path / "b/main.tf").unlink()
    assert unused(tmp_path) == [f"{RULE} would find nothing here"]


def test_wrong_comments_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        VOLUME.format("true")
        + "# iaclint: ignore[open-prot] x\n# iaclint: ignore-file[all] too late\n"
        + VOLUME.format("true")
    )

    assert unused(tmp_path) == [
        "no rule is called 'open-prot'; did you mean open-port?",
        "this silences nothing: it comes too late: ignore-file stands before any code",
    ]


def test_comment_above_tolerates_an_unused_one(tmp_path: Path) -> None:
    above = "# iaclint: ignore[unused-suppression] it comes and goes\n"
    (tmp_path / "main.tf").write_text(above + COMMENT + VOLUME.format("true"))

    assert unused(tmp_path) == []


def test_comment_in_a_module_silences_what_its_caller_writes(tmp_path: Path) -> None:
    (tmp_path / "vol").mkdir()
    (tmp_path / "vol/main.tf").write_text('variable "on" {\n}\n' + COMMENT + VOLUME.format("var.on"))
    (tmp_path / "main.tf").write_text('module "v" {\n  source = "./vol"\n  on = false\n}\n')
    report = lint(tmp_path, select=(RULE,))

    assert report.findings == []
    assert [one.path for one, _ in report.suppressed] == ["main.tf"]
