"""The command line: what each command prints and where, exit codes, and what is said of mistakes."""

from __future__ import annotations

import importlib.util
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from iaclint import __version__
from iaclint.cli.running import run
from tests.running import ROOT

VOLUME = """resource "aws_ebs_volume" "d" {
  availability_zone = "a"
  size              = 1
  encrypted         = false
}
"""
RULE = "aws-ebs-volume-unencrypted"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of its own with one fault, as working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(VOLUME)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def process(*arguments: str, stdin: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from iaclint.cli import main; main()", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=cwd, timeout=100)


def complaint(capsys: Capture, *arguments: str) -> str:
    """What is said of a command that cannot be carried out: one line on standard error."""
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("iaclint: ")
    assert err.count("\n") == 1
    return err.removeprefix("iaclint: ").rstrip("\n")


# --- check ------------------------------------------------------------------------------------------


def test_the_current_folder_is_the_default(folder: Path, capsys: Capture) -> None:
    assert run(["check", "--select", RULE]) == 1
    assert capsys.readouterr().out.startswith(f"main.tf:4:3: high {RULE} ")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--severity", "high"], 1),
        (["--severity", "critical"], 0),
        (["--exit-zero"], 0),
        (["--ignore", RULE], 0),
        (["--ignore", f"x*,{RULE}"], 2),
        (["--ignore", f"open-*, {RULE}"], 0),
        (["--ignore", "open-*", "--ignore", "CKV_AWS_3"], 0),
        (["--diff", "--unsafe-fixes"], 1),
        (["--fix"], 1),
        (["--fix", "--unsafe-fixes"], 0),
    ],
)
def test_exit_code_follows_what_remains(options: list[str], code: int, folder: Path) -> None:
    assert run(["check", "--select", RULE, *options]) == code


def test_what_cannot_be_checked_is_3_after_findings_and_cleared_like_them(folder: Path) -> None:
    (folder / "gone.tf").symlink_to("nowhere.tf")

    assert run(["check", "--select", RULE]) == 1
    assert run(["check", "--select", RULE, "--severity", "critical"]) == 3
    assert run(["check", "--select", RULE, "--severity", "critical", "--exit-zero"]) == 0


def test_configuration_applies_and_the_command_line_wins(folder: Path, capsys: Capture) -> None:
    (folder / "iaclint.toml").write_text(f'select = ["{RULE}"]\nseverity = "critical"\n')

    assert run(["check"]) == 0
    assert run(["check", "--severity", "low"]) == 1
    assert run(["check", "--no-config", "--severity", "critical", "--select", RULE]) == 0
    (folder / "other.toml").write_text(f'ignore = ["{RULE}"]\n[severity-overrides]\n"{RULE}" = "info"\n')
    assert run(["check", "--config", "other.toml", "--select", RULE]) == 0


def test_overridden_severity_and_ignored_files_and_addresses(folder: Path, capsys: Capture) -> None:
    (folder / "iaclint.toml").write_text(f'[severity-overrides]\n"{RULE}" = "info"\n')
    assert run(["check", "--select", RULE]) == 0
    assert f" info {RULE} " in capsys.readouterr().out
    for table in ('[per-file-ignores]\n"*.tf" = ["encryption"]', f'[ignore-addresses]\n{RULE} = ["aws_ebs_volume.*"]'):
        (folder / "iaclint.toml").write_text(table + "\n")
        assert run(["check", "--select", RULE, "--output-format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["summary"] == {"files": 1, "findings": 0, "suppressed": 1}


def test_diff_is_all_of_standard_output_and_writes_nothing(folder: Path, capsys: Capture) -> None:
    run(["check", "--select", RULE, "--diff", "--unsafe-fixes"])
    out, err = capsys.readouterr()

    assert out.startswith("--- a/main.tf\n+++ b/main.tf\n")
    assert "Would fix 1 of 1 finding." in err
    assert (folder / "main.tf").read_text() == VOLUME


def test_diff_with_another_format_is_a_report_in_that_format(folder: Path, capsys: Capture) -> None:
    assert run(["check", "--select", RULE, "--diff", "--unsafe-fixes", "--output-format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["summary"]["findings"] == 1


def test_fix_writes_and_gives_account(folder: Path, capsys: Capture) -> None:
    run(["check", "--select", RULE, "--fix", "--unsafe-fixes"])

    assert "Fixed 1 of 1 finding." in capsys.readouterr().out
    assert (folder / "main.tf").read_text() == VOLUME.replace("= false", "= true")


def test_unsafe_fixes_alone_say_that_they_do_nothing(folder: Path, capsys: Capture) -> None:
    run(["check", "--unsafe-fixes"])

    assert "does nothing without --fix or --diff" in capsys.readouterr().err


def test_standard_input_is_checked_under_its_name(folder: Path) -> None:
    found = process("check", "--select", RULE, "--stdin-filename", "x.tf", "-", stdin=VOLUME, cwd=folder)

    assert found.stdout.startswith("x.tf:4:3: ")
    assert found.returncode == 1


def test_fixed_standard_input_is_all_of_standard_output(folder: Path) -> None:
    options = ("check", "--select", RULE, "--fix", "--unsafe-fixes", "--stdin-filename", "x.tf", "-")
    fixed = process(*options, stdin=VOLUME, cwd=folder)
    again = process(*options, stdin=fixed.stdout, cwd=folder)

    assert fixed.stdout == VOLUME.replace("= false", "= true")
    assert "Fixed 1 of 1 finding." in fixed.stderr
    assert again.stdout == fixed.stdout


# --- misuse ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "no such command 'chek'. Did you mean 'check'?"),
        (["check", "--fixx"], "no such option: --fixx"),
        (["check", "--output-format", "sarf"], "did you mean sarif?"),
        (["check", "--severity", "hihg"], "did you mean high?"),
        (["check", "--select", "aws-ebs-volume-unencryptd"], f"did you mean {RULE}?"),
        (["check", "--jobs", "many"], "'many' is not a valid int"),
        (["check", "--value", "bucket"], "--value takes NAME=VALUE, not 'bucket'"),
        (["check", "gone"], "gone does not exist"),
        (["check", "a\x1b[31mb"], "a\\x1b[31mb does not exist"),
        (["check", "-"], "standard input needs a name: --stdin-filename NAME -"),
        (["check", "--stdin-filename", "a.tf", "-", "b.tf"], "is checked alone"),
        (["check", "--stdin-filename", "a.tf", "b.tf"], "goes with `-` as the only PATH"),
        (["check", "--config", "gone.toml"], "there is no configuration file 'gone.toml'"),
        (["check", "--config", "a.toml", "--no-config"], "exclude each other"),
        (["rule", "aws-ebs-volume-unencryptd"], f"did you mean {RULE}?"),
        (["rules", "--output-format", "jsn"], "did you mean json?"),
    ],
)
def test_misuse_is_one_line_with_the_nearest_right_word(
    arguments: list[str], message: str, folder: Path, capsys: Capture
) -> None:
    assert message in complaint(capsys, *arguments)


def test_wrong_configuration_is_misuse(folder: Path, capsys: Capture) -> None:
    (folder / "iaclint.toml").write_text("selct = []\n")

    assert complaint(capsys, "check") == "iaclint.toml: there is no key 'selct'; did you mean select?"


def test_own_failure_is_one_line_and_quotes_nothing(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("hunter2")

    monkeypatch.setattr("iaclint.engine.api.run", fail)

    assert complaint(capsys, "check").startswith("internal error: ValueError in test_cli.py:")


def test_interruption_is_one_line_and_130(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("iaclint.engine.api.run", interrupt)

    assert run(["check"]) == 130
    assert capsys.readouterr().err == "iaclint: interrupted\n"


def test_reader_that_goes_away_is_no_fault(folder: Path) -> None:
    program = "from iaclint.cli import main; main()"
    arguments = [sys.executable, "-c", program, "check", "--select", RULE, "--output-format", "json"]
    reader, writer = os.pipe()
    os.close(reader)
    one = subprocess.run(arguments, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=100)
    os.close(writer)

    assert one.stderr == ""
    assert one.returncode == 1


# --- the other commands ---------------------------------------------------------------------------------


def test_version_and_help(capsys: Capture) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"iaclint {__version__}\n"
    assert run(["check", "--help"]) == 0
    out = capsys.readouterr().out
    assert "--unsafe-fixes" in out
    assert "Examples:" in out
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().out


def test_rules_lists_every_rule_with_all_its_metadata(capsys: Capture) -> None:
    from iaclint.engine.api import load_all_rules

    assert run(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert run(["rules", "--output-format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)

    assert [line.split()[0] for line in lines] == [one["name"] for one in listed] == list(load_all_rules())
    assert set(listed[0]) == {
        "name", "severity", "confidence", "title", "why", "cwe", "references", "aliases", "tags", "controls", "default",
        "languages", "remedy", "fix_safety",
    }  # fmt: skip


def test_rule_explains_by_name_and_by_a_peers_id(capsys: Capture) -> None:
    assert run(["rule", RULE]) == 0
    page = capsys.readouterr().out
    assert run(["rule", "CKV_AWS_3"]) == 0

    assert page == capsys.readouterr().out
    assert all(word in page for word in (RULE, "high", "CWE: https://", "CKV_AWS_3", "References:"))


def test_rule_shows_its_fixture_before_and_after(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "main.tf").write_text("bad\n")
    (tmp_path / "main.tf.out").write_text("1:1 high it is bad\n")
    (tmp_path / "main.tf.fixed").write_text("good\n")
    (tmp_path / "silent.tf").write_text("silent\n")
    monkeypatch.setattr("iaclint.cli.examples.folder", lambda _: tmp_path)

    assert run(["rule", RULE]) == 0
    page = capsys.readouterr().out
    assert "Example (main.tf):\n\n    bad\n\n    1:1 high it is bad\n\nFixed:\n\n    good\n" in page
    assert "silent" not in page


def test_config_shows_what_is_in_force_with_its_origin(folder: Path, capsys: Capture) -> None:
    import tomllib

    (folder / "iaclint.toml").write_text('jobs = 2\nselect = ["opn-port"]\n[values]\n"log bucket" = "ä\\"b"\n')

    assert run(["config"]) == 0
    out, err = capsys.readouterr()
    shown = tomllib.loads(out)
    assert (shown["jobs"], shown["values"], shown["severity"]) == (2, {"log bucket": 'ä"b'}, "low")
    assert [line.rsplit("  # ")[-1] for line in out.splitlines() if line.startswith(("jobs", "severity "))] == [
        "default", "iaclint.toml",
    ]  # fmt: skip
    assert "select names no rule, tag, control or alias: 'opn-port'; did you mean open-port?" in err


# --- terminals and start-up --------------------------------------------------------------------------------


@pytest.mark.parametrize(("no_color", "is_colored"), [("", True), ("1", False)])
def test_colours_are_for_terminals_only(no_color: str, is_colored: bool, folder: Path) -> None:
    terminal, side = pty.openpty()
    program = "from iaclint.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", program, "check", "--select", RULE], stdout=side, stderr=subprocess.DEVNULL, timeout=100,
        env={**os.environ, "NO_COLOR": no_color, "TERM": "xterm"},
    )  # fmt: skip
    os.close(side)
    seen = os.read(terminal, 100_000)
    os.close(terminal)

    assert (b"\x1b[" in seen) is is_colored


def test_progress_shows_after_a_while_and_leaves_no_trace(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iaclint.cli.progress import Counter, counter

    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    assert counter() is None, "standard error is no terminal here"
    progress = Counter()
    progress(1, 9)
    now += 2
    progress(5, 9)
    progress(6, 9)
    progress.clear()

    assert capsys.readouterr().err == "\rchecked 5 of 9 files\r" + " " * 20 + "\r"


def test_plain_check_loads_nothing_it_does_not_need(folder: Path) -> None:
    heavy = ("rich", "pygments", "tomllib", "pathspec", "hcl2", "ruamel", "libcst", "lark", "concurrent",
             "dockerfile_parse")  # fmt: skip
    program = (
        "import sys\nfrom iaclint.cli.running import run\nrun(['check', '--ignore', 'all'])\n"
        f"print([name for name in sys.modules if name.split('.')[0] in {heavy!r}])"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert output.splitlines()[-1] == "[]"


def test_empty_application_of_the_benchmark_has_our_commands_and_options() -> None:
    spec = importlib.util.spec_from_file_location("noop", ROOT / "benchmarks" / "noop.py")
    assert spec is not None and spec.loader is not None
    noop = importlib.util.module_from_spec(spec)
    sys.modules["noop"] = noop
    spec.loader.exec_module(noop)
    from iaclint.cli import app

    assert declared(noop) == declared(app)


def declared(module: ModuleType) -> dict[str, list[tuple[str | None, list[str], str | None]]]:
    import typer

    commands = getattr(typer.main.get_command(module.app), "commands")  # noqa: B009 the type does not say it is a group
    return {
        name: [(one.name, one.opts, getattr(one, "help", None)) for one in command.params]
        for name, command in commands.items()
    }
