"""`--output FILE`, the format chosen by itself in CI, the summary of a GitHub job, owners."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iaclint.cli.misuse import Misuse
from iaclint.cli.outputs import STEP_SUMMARY, Output, outputs, usual_format, write_step_summary
from iaclint.cli.running import run
from iaclint.engine.api import Report
from iaclint.policy.codeowners import find
from tests.running import inside

BAD = 'resource "aws_ebs_volume" "a" {\n  availability_zone = "x"\n  size = 1\n  encrypted = false\n}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(BAD)
    (tmp_path / "CODEOWNERS").write_text("* @everybody\n*.tf @platform @security # who knows\n/docs/ @writers\n")
    return tmp_path


def test_name_of_a_file_tells_its_format() -> None:
    names = {
        "a.sarif": "sarif", "b.html": "html", "gl-sast-report.json": "gitlab-sast", "c.json": "json", "d.xml": "junit",
        "checkstyle.xml": "checkstyle", "./a=b.md": "markdown",
    }  # fmt: skip

    assert [one.format for one in outputs(list(names))] == list(names.values())
    assert outputs(["junit=e"]) == [Output("e", "junit")]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("report", "does not tell the format"),
        ("junti=x.xml", "did you mean junit?"),
        ("json=", "the file is missing"),
        ("no/such/folder/a.json", "there is no folder"),
    ],
)
def test_wrong_output_says_what_is_right(word: str, says: str) -> None:
    with pytest.raises(Misuse, match=says.replace("?", r"\?")):
        outputs([word])


def test_several_outputs_of_one_run_agree(project: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    words = ["--output", "a.json", "--output", "b.sarif", "--output", "c.html", "--output", "rdjson=d"]
    with inside(project):
        assert run(["check", "--output-format", "json", *words]) == 1

    assert (project / "a.json").read_bytes() == capfdbinary.readouterr().out
    report = json.loads((project / "a.json").read_text())
    results = json.loads((project / "b.sarif").read_text())["runs"][0]["results"]
    assert [one["rule"] for one in report["findings"]] == [one["ruleId"] for one in results]
    assert "@platform @security" in (project / "c.html").read_text()
    assert json.loads((project / "d").read_text())["diagnostics"]
    assert {path.name for path in project.iterdir()} == {
        ".git", "CODEOWNERS", "main.tf", "a.json", "b.sarif", "c.html", "d",
    }  # fmt: skip


def test_output_that_cannot_be_written_fails_the_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "folder.json").mkdir()
    with inside(project):
        assert run(["check", "--output", "folder.json"]) == 2

    assert "is a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, "text"), ({"GITHUB_ACTIONS": "true"}, "github"), ({"TF_BUILD": "True"}, "azure"), ({"CI": "true"}, "text")],
)
def test_format_is_the_one_of_the_ci(environment: dict[str, str], expected: str) -> None:
    assert usual_format(environment) == expected


def test_github_run_annotates_and_adds_to_the_summary(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    summary = project / "summary"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv(STEP_SUMMARY, str(summary))
    with inside(project):
        run(["check", "--select", "aws-ebs-volume-unencrypted"])
        run(["check", "--select", "aws-ebs-volume-unencrypted", "--diff", "--unsafe-fixes"])

    out = capfd.readouterr().out
    assert out.startswith("::")
    assert "--- a/main.tf" in out
    assert summary.read_text().startswith("before\n## iaclint\n")
    assert summary.read_text().count("## iaclint") == 1


def test_full_summary_is_left_alone(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_bytes(b"x" * 1_000_000)
    write_step_summary(Report(), {STEP_SUMMARY: str(summary)})

    assert summary.stat().st_size == 1_000_000


def test_last_pattern_of_codeowners_decides(project: Path) -> None:
    owners = find(str(project))

    assert owners is not None
    assert owners.of(str(project / "main.tf")) == ("@platform", "@security")
    assert owners.of(str(project / "docs/a.tf")) == ("@writers",)
    assert owners.of(str(project / "Dockerfile")) == ("@everybody",)
    assert owners.of("/elsewhere") == ()


def test_section_of_codeowners_owns_what_names_nobody(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitlab").mkdir()
    (tmp_path / ".gitlab/CODEOWNERS").write_text("[Infra][2] @ops\n*.tf\nmy\\ file @me\n")
    owners = find(str(tmp_path))

    assert owners is not None
    assert owners.of(str(tmp_path / "a.tf")) == ("@ops",)
    assert owners.of(str(tmp_path / "my file")) == ("@me",)
