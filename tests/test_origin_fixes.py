"""Repairs of values that come from elsewhere: made where they are written, once, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.engine.api import Options, Report, run
from iaclint.policy.config import Config
from tests.evaluate.trees import write
from tests.running import inside, lint, loud_crashes

EBS = "aws-ebs-volume-unencrypted"
VOLUME = """
    variable "encrypted" {
      type    = bool
      default = true
    }
    resource "aws_ebs_volume" "v" {
      availability_zone = "a"
      size              = 1
      encrypted         = var.encrypted
    }
"""


@pytest.fixture(autouse=True)
def repository(tmp_path: Path) -> None:
    """A repository ends where the test's folder does."""
    (tmp_path / ".git").mkdir()


def texts(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def fixed(folder: Path, rule: str, files: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The lines that fixing changes, (old, new) by `path:line`; asserts that nothing is left and nothing is undone."""
    write(folder, files)
    before = texts(folder)
    assert lint(folder, select=[rule]).findings
    report = lint(folder, select=[rule], fix=True)
    assert report.findings == []
    assert report.account is not None
    assert report.account.withheld == []
    after = texts(folder)
    assert lint(folder, select=[rule], fix=True).account is not None
    assert texts(folder) == after
    assert before.keys() == after.keys()
    changed = {}
    for path, text in before.items():
        old, new = text.splitlines(), after[path].splitlines()
        assert len(old) == len(new)
        pairs = enumerate(zip(old, new, strict=True), 1)
        changed.update({f"{path}:{number}": pair for number, pair in pairs if pair[0] != pair[1]})
    return {place: (old.strip(), new.strip()) for place, (old, new) in changed.items()}


def test_the_default_of_a_variable_is_repaired(tmp_path: Path) -> None:
    files = {"main.tf": VOLUME.replace("= true", "= false")}

    assert fixed(tmp_path, EBS, files) == {"main.tf:3": ("default = false", "default = true")}


def test_the_line_of_a_variable_file_is_repaired_rather_than_the_default(tmp_path: Path) -> None:
    files = {"main.tf": VOLUME.replace("= true", "= false"), "x.auto.tfvars": "a = 1\nencrypted = false # why\n"}

    assert fixed(tmp_path, EBS, files) == {
        "x.auto.tfvars:2": ("encrypted = false # why", "encrypted = true # why"),
    }  # fmt: skip


def test_a_variable_file_in_json_is_repaired(tmp_path: Path) -> None:
    files = {"main.tf": VOLUME, "terraform.tfvars.json": '{\n  "encrypted": false\n}\n'}

    assert fixed(tmp_path, EBS, files) == {"terraform.tfvars.json:2": ('"encrypted": false', '"encrypted": true')}


def test_the_argument_of_the_call_is_repaired_and_the_module_left_alone(tmp_path: Path) -> None:
    files = {"m/main.tf": VOLUME, "main.tf": """
        module "good" {
          source    = "./m"
          encrypted = true
        }
        module "bad" {
          source    = "./m"
          encrypted = false
        }
    """}  # fmt: skip

    assert fixed(tmp_path, EBS, files) == {"main.tf:7": ("encrypted = false", "encrypted = true")}


def test_a_value_two_calls_away_is_repaired_where_it_is_written(tmp_path: Path) -> None:
    files = {"m/main.tf": VOLUME, "outer/main.tf": """
        variable "encrypted" {}
        module "inner" {
          source    = "../m"
          encrypted = var.encrypted
        }
    """, "live/main.tf": """
        locals {
          secure = false
        }
        module "outer" {
          source    = "../outer"
          encrypted = local.secure
        }
    """}  # fmt: skip

    assert fixed(tmp_path, EBS, files) == {"live/main.tf:2": ("secure = false", "secure = true")}


def test_the_element_of_a_map_is_repaired_that_an_instance_comes_from(tmp_path: Path) -> None:
    files = {"m/main.tf": VOLUME, "main.tf": """
        module "disks" {
          source = "./m"
          for_each = {
            a = { encrypted = true }
            b = { encrypted = false }
          }
          encrypted = each.value.encrypted
        }
    """}  # fmt: skip

    assert fixed(tmp_path, EBS, files) == {
        "main.tf:5": ("b = { encrypted = false }", "b = { encrypted = true }"),
    }  # fmt: skip


def test_the_element_of_a_list_is_repaired_that_count_reaches(tmp_path: Path) -> None:
    files = {"main.tf": """
        locals {
          all = [
            true,
            false,
          ]
        }
        resource "aws_ebs_volume" "v" {
          count             = 2
          availability_zone = "a"
          size              = 1
          encrypted         = local.all[count.index]
        }
    """}  # fmt: skip

    assert fixed(tmp_path, EBS, files) == {"main.tf:4": ("false,", "true,")}


def test_what_a_module_itself_says_is_repaired_there_once_for_all_its_calls(tmp_path: Path) -> None:
    module = VOLUME.replace("var.encrypted", "false")
    calls = "".join(f'module "m{index}" {{\n  source = "../m"\n}}\n' for index in range(3))
    files = {"m/main.tf": module, "one/main.tf": calls, "two/main.tf": calls}

    assert fixed(tmp_path, EBS, files) == {
        "m/main.tf:8": ("encrypted         = false", "encrypted         = true"),
    }  # fmt: skip


def test_a_value_that_is_worked_out_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": VOLUME.replace("var.encrypted", "!var.encrypted")})
    before = texts(tmp_path)
    report = lint(tmp_path, select=[EBS], fix=True)

    assert len(report.findings) == 1
    assert texts(tmp_path) == before


def test_what_comes_from_the_command_line_is_edited_nowhere(tmp_path: Path) -> None:
    from iaclint.evaluate.terraform_inputs import Inputs, Var

    write(tmp_path, {"main.tf": VOLUME})
    before = texts(tmp_path)
    options = Options(
        [ "."], Config(), select=(EBS,), fix=True, unsafe_fixes=True, inputs=Inputs((Var("encrypted", "false"),))
    )  # fmt: skip
    with inside(tmp_path), loud_crashes():
        report = run(options)

    assert len(report.findings) == 1
    assert texts(tmp_path) == before


def test_a_module_outside_the_paths_is_not_written_to(tmp_path: Path) -> None:
    """PATHs choose what is reported and what is repaired."""
    write(tmp_path, {"m/main.tf": VOLUME.replace("= true", "= false"), "live/main.tf": """
        module "m" {
          source = "../m"
        }
    """})  # fmt: skip
    before = texts(tmp_path)
    report = lint(tmp_path, "live", select=[EBS], fix=True)

    assert report.findings == []
    assert texts(tmp_path) == before


def diff_of(folder: Path, *paths: str) -> Report:
    with inside(folder), loud_crashes():
        return run(Options([*paths] or ["."], Config(), select=(EBS,), diff=True, unsafe_fixes=True))


def test_the_diff_of_a_tree_with_shared_modules_shows_each_change_once(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "../m"\n}\n'
    write(tmp_path, {
        "m/main.tf": VOLUME.replace("var.encrypted", "false"),
        "one/main.tf": call,
        "two/main.tf": call + 'module "o" {\n  source    = "../o"\n  encrypted = false\n}\n',
        "o/main.tf": VOLUME,
    })  # fmt: skip
    before = texts(tmp_path)
    report = diff_of(tmp_path)

    lines = [line for line in report.diff.splitlines() if line.startswith(("-", "+"))]
    assert lines == [
        "--- a/m/main.tf", "+++ b/m/main.tf", "-  encrypted         = false", "+  encrypted         = true",
        "--- a/two/main.tf", "+++ b/two/main.tf", "-  encrypted = false", "+  encrypted = true",
    ]  # fmt: skip
    assert len(report.findings) == 2
    assert texts(tmp_path) == before


def test_fixing_what_two_roots_share_counts_as_one_repair(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "../m"\n}\n'
    write(tmp_path, {
        "m/main.tf": VOLUME.replace("var.encrypted", "false"), "one/main.tf": call, "two/main.tf": call,
    })  # fmt: skip
    report = lint(tmp_path, select=[EBS], fix=True)

    assert report.account is not None
    assert len(report.account.fixed) == 1


def test_one_default_that_several_calls_take_is_repaired_once(tmp_path: Path) -> None:
    calls = "".join(f'module "m{index}" {{\n  source = "./m"\n}}\n' for index in range(4))
    files = {"m/main.tf": VOLUME.replace("= true", "= false"), "main.tf": calls}

    assert fixed(tmp_path, EBS, files) == {"m/main.tf:3": ("default = false", "default = true")}


def test_a_fix_is_the_same_however_many_processes_check(tmp_path: Path) -> None:
    call = 'module "m" {{\n  source    = "../m"\n  encrypted = {0}\n}}\n'
    files = {f"r{index}/main.tf": call.format("true" if index % 2 else "false") for index in range(6)}
    write(tmp_path, {**files, "m/main.tf": VOLUME})
    with inside(tmp_path), loud_crashes():
        reports = [run(Options(["."], Config(), select=(EBS,), jobs=jobs)) for jobs in (1, 2)]

    found = [[(one.path, one.start, one.message, one.related, one.fingerprint) for one in report.findings]
             for report in reports]  # fmt: skip
    assert found[0] == found[1]
    assert len(found[0]) == 3
