"""Measures iaclint side by side with what is installed of Checkov, hadolint and Trivy.

    compare.py                      on a generated tree (see generate.py)
    compare.py --tree FOLDER        on a tree of yours
    compare.py --start-up           one small file, against an application that does nothing
    compare.py --parse              iaclint's reading of Terraform against tree-sitter alone

All commands are run in turn, round by round, so that a busy moment of the machine meets all of them. Time is CPU
time (user and system) of the command and everything it started, as the kernel accounts it; the table
shows the median and the range over the rounds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from generate import generate

HERE = Path(__file__).resolve().parent
DOCKERFILES = ("Dockerfile", "Containerfile")


@dataclass(slots=True)
class Contender:
    """A command, and what its runs took."""

    name: str
    command: list[str]
    note: str = ""
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    exits: set[int] = field(default_factory=set)


def cpu_and_wall(command: list[str], cwd: Path) -> tuple[float, float, int]:
    """Seconds of CPU time with all descendants, seconds that passed, and the exit code of one run."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    # wait4 gives the usage of this child and of the descendants it waited for, and of no other
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - started, process.returncode


def iaclint_command(*arguments: str) -> list[str]:
    """The command installed beside this interpreter, else the one on the PATH."""
    beside = Path(sys.executable).with_name("iaclint")
    found = str(beside) if beside.exists() else shutil.which("iaclint")
    if found is None:
        raise SystemExit("iaclint is not installed")
    return [found, *arguments]


def tree_contenders(tree: Path) -> list[Contender]:
    """What can check this tree, each with the languages it knows and without network."""
    dockerfiles = sorted(str(path) for path in tree.rglob("*") if path.is_file() and is_dockerfile(path))
    found = [
        Contender("iaclint", iaclint_command("check", str(tree), "--jobs", "1")),
        Contender("iaclint --jobs 2", iaclint_command("check", str(tree), "--jobs", "2")),
        Contender(
            "iaclint, JSON with fixes", iaclint_command("check", str(tree), "--jobs", "1", "--output-format", "json")
        ),
    ]
    if dockerfiles:
        only = iaclint_command("check", *dockerfiles, "--jobs", "1")
        found.append(Contender("iaclint, Dockerfiles", only))
    if checkov := shutil.which("checkov"):
        frameworks = ["terraform", "ansible", "dockerfile"]
        options = ["--framework", *frameworks, "--compact", "--quiet", "--skip-download", "--output", "json"]
        found.append(Contender("Checkov", [checkov, "--directory", str(tree), *options]))
    if trivy := shutil.which("trivy"):
        options = ["--skip-check-update", "--offline-scan", "--quiet", "--format", "json"]
        found.append(Contender("Trivy", [trivy, "config", *options, str(tree)]))
    if (hadolint := shutil.which("hadolint")) and dockerfiles:
        found.append(Contender("hadolint", [hadolint, "--no-fail", *dockerfiles], "Dockerfiles only"))
    return found


def is_dockerfile(path: Path) -> bool:
    name = path.name
    return name.startswith(DOCKERFILES) or name.lower().endswith((".dockerfile", ".containerfile"))


def start_up_contenders(folder: Path) -> list[Contender]:
    """One small file of each language, against an empty application and the bare interpreter."""
    files = {
        "main.tf": 'resource "aws_ebs_volume" "data" {\n  encrypted = true\n}\n',
        "site.yml": "- hosts: all\n  tasks:\n    - name: Ping\n      ansible.builtin.ping:\n",
        "Dockerfile": "FROM alpine:3.20\nUSER 1000\n",
    }
    found = [
        Contender("python -c pass", [sys.executable, "-c", "pass"]),
        Contender("empty application", [sys.executable, str(HERE / "noop.py")]),
        Contender("iaclint --help", iaclint_command("--help")),
    ]
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        found.append(Contender(f"iaclint check {name}", iaclint_command("check", name)))
    if hadolint := shutil.which("hadolint"):
        found.append(Contender("hadolint Dockerfile", [hadolint, "--no-fail", "Dockerfile"]))
    return found


def race(contenders: list[Contender], rounds: int, cwd: Path) -> None:
    """Run all in turn, round by round, after one round that only warms the disk's cache."""
    for number in range(rounds + 1):
        for one in contenders:
            cpu, wall, code = cpu_and_wall(one.command, cwd)
            one.exits.add(code)
            if number:
                one.cpu.append(cpu)
                one.wall.append(wall)


def print_table(contenders: list[Contender], reference: str) -> None:
    """Medians, ranges, and how many times the reference's CPU time each took."""
    base = statistics.median(next(one.cpu for one in contenders if one.name == reference))
    width = max(len(one.name) for one in contenders)
    print(f"{'':{width}}  {'CPU s':>8}  {'range':>15}  {'wall s':>8}  {'ratio':>7}  exit")
    for one in contenders:
        cpu, wall = statistics.median(one.cpu), statistics.median(one.wall)
        spread = f"{min(one.cpu):.3f}-{max(one.cpu):.3f}"
        exits = ",".join(map(str, sorted(one.exits)))
        print(
            f"{one.name:{width}}  {cpu:8.3f}  {spread:>15}  {wall:8.3f}  {cpu / base:6.2f}x  {exits}"
            + (f"  ({one.note})" if one.note else "")
        )
    print(f"ratio: CPU time in multiples of {reference!r}")


def compare_parsing(files: list[Path], rounds: int) -> None:
    """Throughput of reading Terraform into Blocks, against tree-sitter's parse and a walk over its nodes."""
    import tree_sitter
    import tree_sitter_hcl

    from iaclint.parsers.hcl import parse
    from iaclint.source import Source

    texts = [(str(path), path.read_bytes()) for path in files]
    size = sum(len(data) for _, data in texts)
    reader = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))

    def bare() -> None:
        for _, data in texts:
            cursor = reader.parse(data).walk()
            while True:
                if cursor.goto_first_child() or cursor.goto_next_sibling():
                    continue
                while cursor.goto_parent():
                    if cursor.goto_next_sibling():
                        break
                else:
                    break

    def ours() -> None:
        for path, data in texts:
            for _ in parse(Source(path, data)).walk():
                pass

    times = timed({"tree-sitter and a walk": bare, "iaclint": ours}, rounds)
    base = statistics.median(times["tree-sitter and a walk"])
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        print(f"{name:24} {size / middle / 1e6:7.2f} MB/s  {middle / base:5.2f}x")
    print(f"{len(texts)} files, {size} bytes; ratio: CPU time in multiples of the first")


def timed(work: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each, in turn, round by round, the first left out."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, function in work.items():
            started = time.process_time()
            function()
            if number:
                times[name].append(time.process_time() - started)
    return times


def terraform_files(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*.tf") if path.is_file())


def versions(contenders: Iterable[Contender]) -> str:
    """What each tool says its version is, so that a table can be read later."""
    said = []
    for tool in dict.fromkeys(one.command[0] for one in contenders):
        run = subprocess.run([tool, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        lines = (run.stdout or run.stderr).strip().splitlines()
        said.append(f"{Path(tool).name}: {lines[0] if lines else 'unknown'}")
    return "\n".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, help="measure on this folder instead of a generated one")
    parser.add_argument("--copies", type=int, default=50, help="projects to generate (50)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count (5)")
    parser.add_argument("--start-up", action="store_true", help="cold runs over one small file")
    parser.add_argument("--parse", action="store_true", help="throughput of reading Terraform")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if arguments.start_up:
            contenders = start_up_contenders(folder)
            race(contenders, arguments.rounds, folder)
            print_table(contenders, "empty application")
            return
        tree = arguments.tree.resolve() if arguments.tree else folder / "tree"
        if arguments.tree is None:
            print(f"generated: {generate(tree, arguments.copies)} bytes")
        if arguments.parse:
            compare_parsing(terraform_files(tree), arguments.rounds)
            return
        contenders = tree_contenders(tree)
        race(contenders, arguments.rounds, folder)
        print(versions(contenders))
        print_table(contenders, "iaclint")


if __name__ == "__main__":
    main()
