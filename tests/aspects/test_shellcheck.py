"""ShellCheck's findings stand at their place in the file, its repairs are proved, and its absence is silent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from iaclint.aspects import shellcheck
from iaclint.engine.api import Options, Report, run
from iaclint.policy.config import Config
from tests.running import inside, loud_crashes

TEXT = 'FROM debian:12\nARG foo\nRUN true \\\n    # why\n    && echo "ä" $foo $bar; \\\n    cd /x\n'

FAKE = """#!{python}
import json, pathlib, sys
text = pathlib.Path("0.sh").read_bytes().decode()
at = text.index("$foo") + 1
def place(column, end, **more):
    return dict(line=1, endLine=1, column=column, endColumn=end, **more)
quotes = [place(at, at, replacement='"'), place(at + 4, at + 4, replacement='"')]
def comment(code, level, message, column, end, fix=None):
    return place(column, end, file="0.sh", code=code, level=level, message=message, fix=fix and dict(replacements=fix))
json.dump(dict(comments=[
    comment(2086, "info", "Double quote to prevent globbing.", at, at + 4, quotes),
    comment(2154, "warning", "foo is referenced but not assigned.", at, at + 4),
    comment(2154, "warning", "bar is referenced but not assigned.", at + 5, at + 9),
]), sys.stdout)
pathlib.Path({log!r}).open("a").write(json.dumps(sys.argv[1:]) + "\\n")
"""


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str = FAKE) -> Path:
    """Put a program called shellcheck on the PATH; the file its calls are written to."""
    log = folder / "calls"
    log.touch()
    tool = folder / "shellcheck"
    tool.write_text(text.replace("{python}", sys.executable).replace("{log!r}", repr(str(log))))
    tool.chmod(0o755)
    shellcheck._program.cache_clear()
    monkeypatch.setattr(shellcheck, "program", lambda: str(tool))
    return log


def check(folder: Path, text: str = TEXT, *, config: Config | None = None, fix: bool = False) -> Report:
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(text)
    with inside(folder), loud_crashes():
        config = config or Config(select=("shellcheck", "shellcheck-style"))
        return run(Options(["."], config, fix=fix, unsafe_fixes=fix))


def told(report: Report) -> list[tuple[str, str, int, int]]:
    return [(one.rule.name, one.aliases[0], one.start.line, one.start.column) for one in report.findings]


def test_findings_stand_at_their_place_through_continuations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, tmp_path)

    # of an ARG it is known who assigns it
    assert told(check(tmp_path / "x")) == [("shellcheck-style", "SC2086", 5, 17), ("shellcheck", "SC2154", 5, 22)]


def test_a_file_takes_one_process_and_no_configuration_of_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = installed(monkeypatch, tmp_path)
    check(tmp_path / "x", TEXT + "RUN a\nRUN b\n")
    (call,) = [json.loads(line) for line in log.read_text().splitlines()]

    assert call[:3] == ["--norc", "--format=json1", "--shell=sh"]
    assert call[4:] == ["0.sh", "1.sh", "2.sh"]


def test_repairs_are_unsafe_and_touch_what_they_name_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, tmp_path)
    folder = tmp_path / "x"
    (one, _) = check(folder).findings
    (step,) = one.intents[0].steps

    assert one.intents[0].at_most == "unsafe"
    assert [change[2] for change in step.changes] == ['"', '"']  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "config", [Config(select=("shellcheck",), shellcheck=False), Config(select=("latest-image",))]
)
def test_it_is_not_asked_where_it_is_not_wanted(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = installed(monkeypatch, tmp_path)
    check(tmp_path / "x", config=config)

    assert log.read_text() == ""


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 2\n", "#!/bin/sh\necho '{'\n", "#!/bin/sh\necho '[1]'\n",
                                  "#!/bin/sh\necho '{\"comments\": [{\"file\": \"0.sh\"}, 3]}'\n", "no program"])
def test_what_goes_wrong_with_it_is_silent(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, tmp_path, text)

    assert told(check(tmp_path / "x")) == []


def test_it_is_looked_for_in_absolute_folders_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, tmp_path)
    monkeypatch.undo()
    shellcheck._program.cache_clear()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none" / "python"))
    with inside(tmp_path):
        assert shellcheck._program(".") is None
        assert shellcheck._program(str(tmp_path)) == str(tmp_path / "shellcheck")
    shellcheck._program.cache_clear()


def test_one_code_is_selected_ignored_and_suppressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, tmp_path)
    folder = tmp_path / "x"

    assert [one[1] for one in told(check(folder, config=Config(select=("SC2086",))))] == ["SC2086"]
    ignoring = Config(select=("shellcheck", "shellcheck-style"), ignore=("SC2086",))
    assert [one[1] for one in told(check(folder, config=ignoring))] == ["SC2154"]
    commented = TEXT.replace("RUN", "# hadolint ignore=SC2154\nRUN")
    assert [one[1] for one in told(check(folder, commented))] == ["SC2086"]


def test_powershell_is_never_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = installed(monkeypatch, tmp_path)
    check(tmp_path / "x", 'FROM a\nSHELL ["pwsh", "-c"]\nRUN echo $foo\n')

    assert log.read_text() == ""


@pytest.mark.skipif(shellcheck.program() is None, reason="ShellCheck is not installed")
def test_the_real_program_is_understood_and_its_repair_holds(tmp_path: Path) -> None:
    report = check(tmp_path, fix=True)

    assert report.account is not None
    assert [one.aliases[0] for one, _ in report.account.fixed].count("SC2086") == 2
    assert 'echo "ä" "$foo" "$bar"; \\\n' in (tmp_path / "Dockerfile").read_text()
