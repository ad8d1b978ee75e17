"""Terraform that means harm: no crash, no hang, nothing read outside of the repository, memory bounded."""

from __future__ import annotations

import os
import random
import resource
import time
from pathlib import Path

import pytest

from iaclint.cli.running import run
from tests.running import inside, lint

ENCRYPTED = "aws-ebs-volume-unencrypted"
SECONDS = 60
"""Far more than any of these takes, and far less than what is not bounded would."""
MEGABYTES = 500
VOLUME = 'resource "aws_ebs_volume" "%s" {\n  availability_zone = "a"\n  %s\n}\n'

CASES: dict[str, dict[str, str]] = {
    "brackets": {
        "a.tf": "x = " + "[" * 100_000, "b.tf": "locals {\n x = " + "(" * 50_000 + "1" + ")" * 50_000 + "\n}\n",
        "c.tf": 'resource "a" "b" {\n x = ' + "{a=" * 50_000, "d.tf.json": "[" * 100_000,
        "e.tf.json": '{"locals":{"x":"' + '${\\"' * 5_000 + '"}}', "terragrunt.hcl": "inputs = " + "{a=" * 20_000,
        "plan.json": '{"format_version":"1.2","planned_values":' + "[" * 100_000,
    },
    "nested blocks": {"a.tf": 'resource "aws_ebs_volume" "v" {\n' + "a {\n" * 50_000 + "}\n" * 50_000 + "}\n"},
    "cyclic modules": {
        "main.tf": 'module "a" {\n  source = "./a"\n}\n',
        "a/main.tf": 'module "b" {\n  source = "../b"\n  x = module.b.y\n}\n',
        "b/main.tf": 'variable "x" {}\nmodule "a" {\n  source = "../a"\n}\noutput "y" {\n  value = var.x\n}\n',
    },
    "huge numbers": {
        "main.tf": VOLUME % ("a", "for_each = toset([for i in range(1000000) : tostring(i)])")
        + VOLUME % ("b", "count = 1000000000")
        + VOLUME % ("c", "encrypted = range(1e9)[5] == setproduct(range(1000), range(1000), range(1000))[0]")
        + 'locals {\n  r = flatten([for i in range(1000): [for j in range(1000): [for k in range(1000): k]]])\n}\n'
        + VOLUME % ("d", "encrypted = local.r[0] == 1")
        + 'module "m" {\n  source = "./m"\n  count  = 100000\n}\n',
        "m/main.tf": 'module "n" {\n  source = "./n"\n  count  = 100000\n}\n', "m/n/main.tf": VOLUME % ("a", ""),
    },
    "doubling": {
        "main.tf": 'locals {\n  a0 = "0123456789abcdef"\n'
        + "".join(f'  a{one + 1} = join("", [local.a{one}, local.a{one}])\n' for one in range(40))
        + "}\n" + VOLUME % ("a", 'encrypted = local.a40 == "x"'),
    },
    "files that read each other": {
        "a/terragrunt.hcl": 'include "r" {\n  path   = find_in_parent_folders("a/terragrunt.hcl")\n  expose = true\n}\n'
        'locals {\n  x = read_terragrunt_config("terragrunt.hcl").locals.x\n}\ninputs = { a = local.x }\n',
    },
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


@pytest.mark.parametrize("name", list(CASES))
def test_bad_input_costs_neither_crash_nor_hang(folder: Path, name: str) -> None:
    for path, text in CASES[name].items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = lint(folder)

    assert not [error for error in report.errors if "crashed" in error.message]
    assert time.process_time() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_are_read_without_a_crash(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    for name in ("main.tf", "a.tf.json", "terragrunt.hcl", "terraform.tfvars", "a.tftest.hcl"):
        (folder / name).write_bytes(bytes(chance.randrange(1, 256) for _ in range(5_000)))

    assert not [error for error in lint(folder).errors if "crashed" in error.message]


def test_a_module_that_calls_itself_through_a_link_ends(folder: Path) -> None:
    call = 'module "s" {\n  source = "./self"\n  count  = 2\n}\n'
    (folder / "main.tf").write_text(call + VOLUME % ("v", "encrypted = false"))
    (folder / "self").symlink_to(".")
    report = lint(folder, select=[ENCRYPTED])

    assert not report.errors and {finding.path for finding in report.findings} == {"main.tf"}


def test_nothing_outside_of_the_repository_is_read_nor_pipes_and_devices(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "outside").write_text("outside-text")
    (folder / "sub").mkdir()
    os.mkfifo(folder / "sub" / "fifo")
    os.mkfifo(folder / "x.tf")
    (folder / "sub" / "link").symlink_to("/etc/passwd")
    ways = [
        'templatefile("/etc/passwd", {})', 'file("../../outside")', 'templatefile("fifo", {})', 'file("fifo")',
        'file("link")', 'file("/dev/zero")', 'filebase64("/proc/self/environ")', 'file("${path.module}/../../outside")',
    ]  # fmt: skip
    arguments = "\n  ".join(f'a{index} = {way}' for index, way in enumerate(ways))
    (folder / "sub" / "main.tf").write_text(f'resource "aws_iam_policy" "p" {{\n  {arguments}\n}}\n')
    from iaclint.engine.checking import read_file
    from iaclint.engine.discovery import discover
    from iaclint.engine.modules import link
    from iaclint.engine.projects import group, read_group
    from iaclint.policy.config import Config

    opened: list[str] = []

    def read(path: str) -> bytes:
        opened.append(path)
        return read_file(path)

    with inside(folder):
        (one,), _ = link(group(discover(["sub"], Config())[0], 2_000_000), read, {})
        (block,) = read_group(one, read, {}).project.documents[0].blocks
        assert all(block.get(f"a{index}").is_unknown for index in range(len(ways)))
        assert all(path.endswith("sub/main.tf") for path in opened)
        run(["check", "."])
    out, err = capsys.readouterr()
    assert "root:" not in out + err and "outside-text" not in out + err and "Traceback" not in err
