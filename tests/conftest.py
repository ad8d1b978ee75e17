"""What all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("iaclint", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("iaclint")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the caller's colours, terminal width or iaclint settings."""
    for name in [*os.environ]:
        if name.startswith("IACLINT_") or name in (
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
            "COLUMNS",
            "GITHUB_ACTIONS",
            "TF_BUILD",
            "GITHUB_STEP_SUMMARY",
        ):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(autouse=True)
def no_shellcheck(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found does not depend on whether ShellCheck is installed, but where that is what is tested."""
    if not request.module.__name__.endswith("test_shellcheck"):
        monkeypatch.setattr("iaclint.aspects.shellcheck.program", lambda: None)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether `--snapshot-update` was given: write what came out instead of comparing."""
    return bool(request.config.getoption("update_snapshots", False))
