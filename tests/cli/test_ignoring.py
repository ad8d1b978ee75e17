"""`iaclint ignore` writes comments that silence what they are meant for, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.cli.running import run
from tests.running import inside, lint

TERRAFORM = """resource "aws_ebs_volume" "a" {
  availability_zone = "x"
  size              = 1
  encrypted         = false
}

resource "aws_ebs_volume" "b" {
  availability_zone = "x"
  size              = 2
}
"""
DOCKERFILE = "FROM debian:latest\nRUN apt-get update && \\\n    apt-get install -y \\\n      curl\n"
PLAY = "- hosts: all\n  tasks:\n    - name: one\n      ansible.builtin.shell: curl http://x | sh\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(TERRAFORM)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "play.yml").write_text(PLAY)
    return tmp_path


def test_comments_silence_in_every_language(project: Path) -> None:
    before = lint(project)
    names = sorted({one.rule.name for one in before.findings})
    with inside(project):
        assert run(["ignore", "--select", ",".join(names), "--reason", "it is a test", "--add"]) == 0
    after = lint(project)

    assert len(before.findings) >= 5
    assert after.findings == []
    assert len(after.suppressed) == len(before.findings)
    for name, text in (("main.tf", TERRAFORM), ("Dockerfile", DOCKERFILE), ("play.yml", PLAY)):
        lines = (project / name).read_text().splitlines(keepends=True)
        assert "".join(line for line in lines if "# iaclint: ignore[" not in line) == text
        assert any(line.endswith("] it is a test\n") for line in lines)


def test_nothing_is_written_without_being_told(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with inside(project):
        run(["ignore", "--select", "latest-image", "--reason", "so", "--until", "2099-01-31"])

    assert (project / "Dockerfile").read_text() == DOCKERFILE
    assert "+# iaclint: ignore[latest-image] until=2099-01-31 so\n" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--reason", "x"], "wants --select"),
        (["--select", "latest-image"], "wants --reason"),
        (["--select", "latest-image", "--reason", " "], "wants --reason"),
        (["--select", "latest-image", "--reason", "x", "--until", "soon"], "takes a date"),
        (["--select", "latest-image", "--reason", "x", "--until", "2020-01-31"], "that day is over"),
    ],
)
def test_wrong_words_are_one_clear_line(
    project: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with inside(project):
        assert run(["ignore", *words]) == 2

    assert says in capsys.readouterr().err


def test_file_that_takes_no_comment_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"resource": {"aws_ebs_volume": {"a": {"availability_zone": "x", "size": 1, "encrypted": false}}}}\n'
    (tmp_path / "main.tf.json").write_text(text)
    with inside(tmp_path):
        assert run(["ignore", "--select", "aws-ebs-volume-unencrypted", "--reason", "x", "--add"]) == 3

    assert (tmp_path / "main.tf.json").read_text() == text
    assert "ignore-addresses" in capsys.readouterr().err


def test_reason_cannot_break_out_of_the_comment(project: Path) -> None:
    with inside(project):
        run(["ignore", "--select", "latest-image", "--reason", "a\nRUN rm -rf / \x1b", "--add"])

    assert (project / "Dockerfile").read_text() == f"# iaclint: ignore[latest-image] a RUN rm -rf /\n{DOCKERFILE}"
