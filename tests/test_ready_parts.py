"""What others install as it is: the GitHub action and the pre-commit hooks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
MAIN = "from iaclint.cli import main; main()"


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        ("main.tf", True), ("a/b.tofu", True), ("play.yml", True), ("x/Dockerfile", True), ("Dockerfile.prod", True),
        ("app.dockerfile", True), ("Containerfile", True), ("main.py", False), ("notes/Dockerfile/readme.md", False),
        ("tf", False), ("main.tfvars.bak", False),
    ],
)  # fmt: skip
def test_hooks_are_given_our_files_only(path: str, is_ours: bool) -> None:
    for hook in read(".pre-commit-hooks.yaml"):
        assert (re.search(hook["files"], path) is not None) == is_ours, hook["id"]


def test_hooks_name_commands_that_exist() -> None:
    hooks = {hook["id"]: hook["entry"].split() for hook in read(".pre-commit-hooks.yaml")}

    assert set(hooks) == {"iaclint", "iaclint-fix"}
    for words in hooks.values():
        run = subprocess.run([sys.executable, "-c", MAIN, *words[1:], "--help"], capture_output=True)
        assert run.returncode == 0


def test_action_passes_its_inputs_through_the_environment() -> None:
    for step in read("action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]


@pytest.mark.skipif(os.name == "nt", reason="the action's script is for bash")
def test_action_checks_what_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/Dockerfile").write_text("FROM debian:latest\n")
    (tmp_path / "bin").mkdir()
    shim = tmp_path / "iaclint/bin/iaclint"
    shim.parent.mkdir(parents=True)
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{MAIN}" "$@"\n')
    shim.chmod(0o755)
    script = read("action.yml")["runs"]["steps"][1]["run"]
    inputs = {"PATHS": "infra $(touch owned)", "ARGUMENTS": "--select latest-image", "SARIF": "out file.sarif"}
    environment = {**os.environ, **inputs, "RUNNER_TEMP": str(tmp_path), "PYTHONPATH": str(ROOT)}

    wrong = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    environment["PATHS"] = "infra"
    right = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert wrong.returncode == 2
    assert not (tmp_path / "owned").exists()
    assert right.returncode == 1
    assert right.stdout.startswith("::")
    assert (tmp_path / "out file.sarif").is_file()
