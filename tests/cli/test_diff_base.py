"""`check --diff-base REV` reports what a change introduces, and runs nothing the repository configures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from iaclint.cli.running import run
from tests.running import inside

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
RULE = "aws-ebs-volume-unencrypted"
BAD = 'resource "aws_ebs_volume" "{}" {{\n  availability_zone = "x"\n  size = {}\n  encrypted = {}\n}}\n'


def git(folder: Path, *words: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "vol").mkdir()
    (tmp_path / "vol/main.tf").write_text('variable "on" {\n  type = bool\n}\n' + BAD.format("v", 1, "var.on"))
    (tmp_path / "main.tf").write_text(
        BAD.format("old", 2, "false") + 'module "v" {\n  source = "./vol"\n  on = true\n}\n'
    )
    git(tmp_path, "init")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "one")
    git(tmp_path, "branch", "base")
    return tmp_path


def new(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    capsys.readouterr()
    with inside(folder):
        run(["check", ".", "--select", RULE, "--diff-base", "base", "--output-format", "json", *words])
    return [one["resource"] for one in json.loads(capsys.readouterr().out)["findings"]]


def test_old_findings_are_known_wherever_they_have_moved(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(repository, capsys) == []
    (repository / "main.tf").rename(repository / "all.tf")
    (repository / "new.tf").write_text(BAD.format("young", 3, "false"))

    assert new(repository, capsys) == ["aws_ebs_volume.young"]


def test_change_elsewhere_that_makes_a_fault_is_seen(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = repository / "main.tf"
    main.write_text(main.read_text().replace("on = true", "on = false"))

    assert new(repository, capsys) == ["module.v.aws_ebs_volume.v"]


def test_what_others_repaired_meanwhile_is_not_this_changes_fault(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "checkout", "-b", "mine")
    git(repository, "checkout", "base")
    (repository / "main.tf").write_text("")
    git(repository, "commit", "-am", "repaired")
    git(repository, "checkout", "mine")

    assert new(repository, capsys) == []


def test_taken_away_suppression_is_a_new_finding(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (repository / "main.tf").read_text()
    (repository / "main.tf").write_text(f"# iaclint: ignore[{RULE}] because\n{text}")
    git(repository, "commit", "-am", "silent")
    git(repository, "branch", "-f", "base")
    (repository / "main.tf").write_text(text)

    assert new(repository, capsys) == ["aws_ebs_volume.old"]


def test_configuration_holds_for_both_trees(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "iaclint.toml").write_text(f'[per-file-ignores]\n"sub/" = ["{RULE}"]\n')
    (repository / "sub").mkdir()
    (repository / "sub/a.tf").write_text(BAD.format("quiet", 3, "false"))

    assert new(repository, capsys) == []


def test_nothing_the_repository_configures_is_run(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for key in ("core.fsmonitor", "filter.evil.smudge", "diff.evil.textconv", "core.sshCommand", "core.pager"):
        git(repository, "config", key, f"touch {repository}/owned")
    (repository / ".gitattributes").write_text("*.tf filter=evil diff=evil\n")
    new(repository, capsys)

    assert not (repository / "owned").exists()


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:main.tf"])
def test_wrong_revision_is_one_clear_line(repository: Path, revision: str, capsys: pytest.CaptureFixture[str]) -> None:
    with inside(repository):
        assert run(["check", f"--diff-base={revision}"]) == 2

    assert "git knows no commit" in capsys.readouterr().err


def test_folder_without_repository_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with inside(tmp_path):
        assert run(["check", "--diff-base", "HEAD"]) == 2

    assert "not a git repository" in capsys.readouterr().err
