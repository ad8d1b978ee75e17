"""The installed command, run as people run it: in a process of its own, on folders of files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.running import FIXTURES

COMMAND = Path(sys.executable).with_name("iaclint")
WEBSHOP = FIXTURES / "projects" / "webshop"
BROKEN = FIXTURES / "broken"
STYLES = ["text", "json", "sarif", "github", "gitlab", "junit", "azure", "checkstyle", "rdjson", "markdown", "html"]
LIMIT = 120
"""Seconds any run may take: far more than needed, so that only a hang fails."""

Run = subprocess.CompletedProcess[str]


def iaclint(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> Run:
    """Run the command; every run ends in time, without traceback, with one of the documented exit codes."""
    run = subprocess.run(
        [str(COMMAND), *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in run.stderr + run.stdout
    assert run.returncode in (0, 1, 2, 3)
    return run


def json_of(run: Run) -> dict[str, Any]:
    report = json.loads(run.stdout)
    assert isinstance(report, dict)
    return report


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def webshop(tmp_path: Path) -> Path:
    """A copy of the example project to write to."""
    return Path(shutil.copytree(WEBSHOP, tmp_path / "webshop"))


# --- the example project ---------------------------------------------------------------


def test_example_project_has_findings_in_every_language(webshop: Path) -> None:
    run = iaclint("check", ".", "--output-format", "json", cwd=webshop)
    report = json_of(run)

    assert run.returncode == 1
    assert {one["language"] for one in report["findings"]} == {"terraform", "ansible", "dockerfile"}
    assert report["errors"] == []


def test_json_keeps_its_contract(webshop: Path) -> None:
    report = json_of(iaclint("check", ".", "--output-format", "json", cwd=webshop))

    assert set(report) == {"version", "findings", "suppressed", "errors", "summary"}
    assert report["version"] == 1
    assert report["summary"]["findings"] == len(report["findings"])
    for finding in report["findings"]:
        data = (webshop / finding["path"]).read_bytes()
        assert set(finding) >= {
            "rule", "aliases", "controls", "severity", "confidence", "message", "path", "language", "resource",
            "instances", "start", "end", "related", "fingerprint", "fix", "fixes",
        }  # fmt: skip
        assert finding["start"]["offset"] <= finding["end"]["offset"] <= len(data)
        for position in (finding["start"], finding["end"]):
            before = data[: position["offset"]].decode()
            assert position["line"] == before.count("\n") + 1
            assert position["column"] == len(before) - (before.rfind("\n") + 1) + 1
        assert finding["fix"] is None or finding["fix"] in finding["fixes"] or not finding["fixes"]


def test_output_is_the_same_whatever_the_hash_seed_and_the_number_of_jobs(webshop: Path) -> None:
    outputs = {
        iaclint("check", ".", "--output-format", "json", "--jobs", jobs, cwd=webshop, PYTHONHASHSEED=seed).stdout
        for seed, jobs in (("0", "1"), ("1", "1"), ("2", "2"), ("3", "4"))
    }

    assert len(outputs) == 1


def test_secrets_are_in_no_output(webshop: Path) -> None:
    for style in STYLES:
        run = iaclint("check", ".", "--output-format", style, cwd=webshop)
        assert "kVeT9-rumba-41" not in run.stdout + run.stderr, style
    for flags in (("--diff",), ("--diff", "--unsafe-fixes"), ("--fix", "--unsafe-fixes")):
        run = iaclint("check", ".", *flags, cwd=webshop)
        assert "kVeT9-rumba-41" not in run.stdout + run.stderr, flags


def test_checking_and_diff_write_nothing(webshop: Path) -> None:
    before = snapshot(webshop)
    iaclint("check", ".", cwd=webshop)
    iaclint("check", ".", "--diff", "--unsafe-fixes", cwd=webshop)

    assert snapshot(webshop) == before


@pytest.mark.parametrize("flags", [(), ("--unsafe-fixes",)], ids=["safe", "all"])
def test_diff_applies_and_gives_what_fix_writes(webshop: Path, tmp_path: Path, flags: tuple[str, ...]) -> None:
    """`git apply` of the diff equals `--fix`, in every file whose change holds no secret."""
    shown = iaclint("check", ".", "--diff", *flags, cwd=webshop)
    patched = Path(shutil.copytree(webshop, tmp_path / "patched"))
    subprocess.run(["git", "init", "-q", "."], cwd=patched, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=patched, input=shown.stdout.encode(), check=True)
    shutil.rmtree(patched / ".git")
    original = snapshot(webshop)
    iaclint("check", ".", "--fix", *flags, cwd=webshop)
    fixed = snapshot(webshop)
    named = {name for name in fixed if f"+++ b/{name}" in shown.stdout}

    assert shown.returncode == 1
    assert named
    assert {name: data for name, data in snapshot(patched).items() if name in named} == {n: fixed[n] for n in named}
    assert {name for name in fixed if fixed[name] != original.get(name)} >= named


@pytest.mark.parametrize("flags", [(), ("--unsafe-fixes",)], ids=["safe", "all"])
def test_fixing_twice_is_fixing_once(webshop: Path, flags: tuple[str, ...]) -> None:
    before = json_of(iaclint("check", ".", "--output-format", "json", cwd=webshop))
    original = snapshot(webshop)
    iaclint("check", ".", "--fix", *flags, cwd=webshop)
    once = snapshot(webshop)
    iaclint("check", ".", "--fix", *flags, cwd=webshop)
    after = json_of(iaclint("check", ".", "--output-format", "json", cwd=webshop))

    assert once != original
    assert snapshot(webshop) == once
    assert len(after["findings"]) < len(before["findings"])
    assert not [one for one in after["findings"] if one["rule"] == "syntax-error"]


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
def test_fixed_terraform_is_formatted_as_terraform_would(webshop: Path) -> None:
    iaclint("check", ".", "--fix", "--unsafe-fixes", cwd=webshop)
    run = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", "."], cwd=webshop, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_standard_input_is_checked_and_fixed_under_a_name(tmp_path: Path) -> None:
    text = 'resource "aws_ebs_volume" "data" {\n  availability_zone = "a"\n  size              = 1\n}\n'
    found = iaclint(
        "check", "--stdin-filename", "main.tf", "--output-format", "json", "-", cwd=tmp_path, stdin=text
    )
    fixed = iaclint(
        "check", "--fix", "--unsafe-fixes", "--stdin-filename", "main.tf", "-", cwd=tmp_path, stdin=text
    )

    assert {one["path"] for one in json_of(found)["findings"]} == {"main.tf"}
    assert "encrypted" in fixed.stdout
    assert list(tmp_path.iterdir()) == []


# --- exit codes ------------------------------------------------------------------------


def test_exit_codes_tell_findings_misuse_and_unreadable_files_apart(tmp_path: Path) -> None:
    (tmp_path / "open.tf").write_text('resource "aws_ebs_volume" "data" {\n  encrypted = false\n}\n')
    (tmp_path / "fine").mkdir()
    (tmp_path / "fine" / "main.tf").write_text('locals {\n  name = "x"\n}\n')
    rule = "aws-ebs-volume-unencrypted"

    assert iaclint("check", "fine", cwd=tmp_path).returncode == 0
    assert iaclint("check", "open.tf", "--select", rule, cwd=tmp_path).returncode == 1
    assert iaclint("check", "open.tf", "--select", rule, "--exit-zero", cwd=tmp_path).returncode == 0
    assert iaclint("check", "open.tf", "--select", rule, "--severity", "critical", cwd=tmp_path).returncode == 0
    assert iaclint("check", "--no-such-option", cwd=tmp_path).returncode == 2
    assert iaclint("check", ".", "--select", "no-such-rule", cwd=tmp_path).returncode == 2
    assert iaclint("check", "no-such-folder", cwd=tmp_path).returncode in (2, 3)


def test_misuse_is_one_clear_line(tmp_path: Path) -> None:
    run = iaclint("check", ".", "--select", "no-such-rule", cwd=tmp_path)

    assert run.stdout == ""
    assert "no-such-rule" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


# --- files that are wrong ----------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in BROKEN.iterdir()))
def test_file_that_does_not_parse_is_a_finding_and_stays_as_it_is(name: str, tmp_path: Path) -> None:
    """It is reported as `syntax-error` and fixing leaves every byte that no finding is about."""
    shutil.copyfile(BROKEN / name, tmp_path / name)
    run = iaclint("check", name, "--output-format", "json", cwd=tmp_path)
    errors = [one for one in json_of(run)["findings"] if one["rule"] == "syntax-error"]
    iaclint("check", name, "--fix", "--unsafe-fixes", "--select", "syntax-error", cwd=tmp_path)

    assert run.returncode == 1
    assert errors
    assert all("\n" not in one["message"] for one in errors)
    assert (tmp_path / name).read_bytes() == (BROKEN / name).read_bytes()


def test_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    shutil.copytree(BROKEN, tmp_path / "all")
    (tmp_path / "all" / "good").mkdir()
    (tmp_path / "all" / "good" / "main.tf").write_text('resource "aws_ebs_volume" "d" {\n  encrypted = false\n}\n')
    report = json_of(iaclint("check", "all", "--output-format", "json", cwd=tmp_path))

    assert "aws-ebs-volume-unencrypted" in {
        one["rule"] for one in report["findings"] if one["path"] == "all/good/main.tf"
    }


def deep_hcl(folder: Path) -> None:
    (folder / "main.tf").write_text("locals {\n  x = " + "[" * 20_000 + "]" * 20_000 + "\n}\n")


def deep_blocks(folder: Path) -> None:
    (folder / "main.tf").write_text("a {\n" * 20_000 + "}\n" * 20_000)


def deep_yaml(folder: Path) -> None:
    (folder / "site.yml").write_text("- hosts: all\n  vars:\n    x: " + "[" * 20_000 + "]" * 20_000 + "\n")


def deep_shell(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM alpine:3.20\nRUN " + "$(" * 5_000 + "true" + ")" * 5_000 + "\n")


def alias_bomb(folder: Path) -> None:
    lines = ["- hosts: all", "  vars:", "    a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"    a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (folder / "site.yml").write_text("\n".join(lines) + "\n")


def recursive_alias(folder: Path) -> None:
    (folder / "site.yml").write_text("- hosts: all\n  vars: &v\n    again: *v\n")


def binary(folder: Path) -> None:
    (folder / "main.tf").write_bytes(bytes(range(256)) * 64)


def oversized(folder: Path) -> None:
    (folder / "main.tf").write_bytes(b'locals {\n  x = "' + b"x" * 6_000_000 + b'"\n}\n')


def empty(folder: Path) -> None:
    for name in ("main.tf", "site.yml", "Dockerfile"):
        (folder / name).write_bytes(b"")


def bom_only(folder: Path) -> None:
    for name in ("main.tf", "site.yml", "Dockerfile"):
        (folder / name).write_bytes(b"\xef\xbb\xbf")


def wrong_utf8(folder: Path) -> None:
    (folder / "main.tf").write_bytes(b'resource "aws_ebs_volume" "d" {\n  tags = { Name = "caf\xe9" }\n}\n')


def utf16(folder: Path) -> None:
    (folder / "main.tf").write_bytes('locals {\n  x = "y"\n}\n'.encode("utf-16"))


def link_circle(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "b").symlink_to(folder, target_is_directory=True)
    (folder / "one.tf").symlink_to("two.tf")
    (folder / "two.tf").symlink_to("one.tf")


def dangling_link(folder: Path) -> None:
    (folder / "main.tf").symlink_to("gone.tf")


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "main.tf")


def module_circle(folder: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (folder / one).mkdir()
        (folder / one / "main.tf").write_text(f'module "m" {{\n  source = "../{other}"\n}}\n')


def value_circle(folder: Path) -> None:
    (folder / "main.tf").write_text("locals {\n  a = local.b\n  b = local.a\n}\n")


def role_circle(folder: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (folder / "roles" / one / "meta").mkdir(parents=True)
        (folder / "roles" / one / "meta" / "main.yml").write_text(f"dependencies:\n  - role: {other}\n")
        (folder / "roles" / one / "tasks").mkdir()
        (folder / "roles" / one / "tasks" / "main.yml").write_text("- ansible.builtin.include_tasks: main.yml\n")
    (folder / "site.yml").write_text("- hosts: all\n  roles: [a]\n")


def folder_named_like_a_file(folder: Path) -> None:
    (folder / "main.tf").mkdir()
    (folder / "Dockerfile").mkdir()


def newline_in_name(folder: Path) -> None:
    (folder / "a\nb.tf").write_text('resource "aws_ebs_volume" "d" {\n  encrypted = false\n}\n')


BAD_FOLDERS: list[Callable[[Path], None]] = [
    deep_hcl, deep_blocks, deep_yaml, deep_shell, alias_bomb, recursive_alias, binary, oversized, empty, bom_only,
    wrong_utf8, utf16, link_circle, dangling_link, fifo, module_circle, value_circle, role_circle,
    folder_named_like_a_file, newline_in_name,
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and named pipes")
@pytest.mark.parametrize("make", BAD_FOLDERS, ids=lambda make: make.__name__)
def test_no_input_brings_it_down(make: Callable[[Path], None], tmp_path: Path) -> None:
    """One clear line for what cannot be checked; no traceback, no hang; fixing leaves what is not understood."""
    folder = tmp_path / "input"
    folder.mkdir()
    make(folder)
    run = iaclint("check", ".", "--output-format", "json", cwd=folder)
    report = json_of(run)
    fixed = iaclint("check", ".", "--fix", "--unsafe-fixes", cwd=folder)

    assert run.returncode in (0, 1, 3)
    assert fixed.returncode in (0, 1, 3)
    assert all(error["message"] and "\n" not in error["message"] for error in report["errors"])
    assert bool(report["errors"]) <= (run.returncode in (1, 3))
    if make in (binary, oversized, utf16):
        assert report["errors"] or report["findings"], "what is not checked is named"


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {}\n")
    (tmp_path / "main.tf").chmod(0)
    run = iaclint("check", ".", "--output-format", "json", cwd=tmp_path)

    assert run.returncode == 3
    assert [error["path"] for error in json_of(run)["errors"]] == ["main.tf"]


# --- writing ------------------------------------------------------------------------------


VOLUME = b"""resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 10
}
"""


@pytest.mark.parametrize(
    "data",
    [VOLUME, VOLUME.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + VOLUME, VOLUME.rstrip(b"\n")],
    ids=["lf", "crlf", "bom", "no_final_newline"],
)
def test_fix_keeps_mode_bom_newlines_and_final_newline(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(data)
    path.chmod(0o640)
    iaclint("check", ".", "--fix", "--unsafe-fixes", cwd=tmp_path)
    after = path.read_bytes()

    assert after != data
    assert path.stat().st_mode & 0o777 == 0o640
    assert after.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\r\n") in (0 if b"\r\n" not in data else after.count(b"\n"),)
    assert after.endswith(b"\n") == data.endswith(b"\n")
    assert os.listdir(tmp_path) == ["main.tf"]


def test_fix_follows_a_link_to_its_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "main.tf").write_bytes(VOLUME)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "main.tf").symlink_to("../real/main.tf")
    iaclint("check", "project", "--fix", "--unsafe-fixes", cwd=tmp_path)

    assert (tmp_path / "project" / "main.tf").is_symlink()
    assert not (tmp_path / "real" / "main.tf").is_symlink()


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everything")
def test_folder_that_cannot_be_written_is_reported_and_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "main.tf").write_bytes(VOLUME)
    folder.chmod(0o500)
    try:
        run = iaclint("check", "locked", "--fix", "--unsafe-fixes", cwd=tmp_path)
    finally:
        folder.chmod(0o700)

    assert run.returncode in (1, 3)
    assert "main.tf" in run.stdout + run.stderr
    assert (folder / "main.tf").read_bytes() == VOLUME


def test_suppressed_finding_is_never_fixed(tmp_path: Path) -> None:
    rule = "aws-ebs-volume-unencrypted"
    text = f"# iaclint: ignore[{rule}] holds nothing but a cache\n".encode() + VOLUME
    (tmp_path / "main.tf").write_bytes(text)
    run = iaclint("check", ".", "--select", rule, "--fix", "--unsafe-fixes", cwd=tmp_path)
    report = json_of(iaclint("check", ".", "--select", rule, "--output-format", "json", cwd=tmp_path))

    assert run.returncode == 0
    assert (tmp_path / "main.tf").read_bytes() == text
    assert [one["rule"] for one in report["suppressed"]] == [rule]
