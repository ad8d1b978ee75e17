"""Compares iaclint's verdicts on Dockerfiles with hadolint's, rule by rule, for the ids both know.

    hadolint.py FOLDER [FOLDER ...]             a table by rule
    hadolint.py FOLDER --rule DL3009 --examples 20    where they differ on one rule
    hadolint.py FOLDER --by file                the same, an instruction being of no matter

A verdict is (file, instruction, id). Which instruction is meant matters and not which of its lines: hadolint names the
first line, iaclint the command. hadolint's pragmas and configuration files are left aside on both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ID = re.compile(r"DL\d{4}")
NAME = re.compile(r"(?:docker|container)file(?:[._-].*)?|.*\.(?:docker|container)file", re.IGNORECASE)
OTHERS = (".cs", ".dockerignore", ".erb", ".j2", ".md", ".py", ".sh", ".template", ".tmpl", ".yml", ".yaml", ".json")
"""What is called after a Dockerfile and is none."""
AT_ONCE = 100
"""Files hadolint is given in one run."""


class Verdict(NamedTuple):
    """One id at one instruction of one file; `line` is where the instruction begins."""

    rule: str
    path: str
    line: int


class Sides(NamedTuple):
    """What each said, and the files each could not read."""

    ours: dict[Verdict, str]
    theirs: dict[Verdict, str]
    our_errors: dict[str, str]
    their_errors: dict[str, str]


def dockerfiles(folders: Iterable[Path]) -> list[str]:
    """The Dockerfiles below the folders, by their names."""
    found: set[str] = set()
    for folder in folders:
        for root, below, names in os.walk(folder):
            below[:] = [name for name in below if name != ".git"]
            found.update(os.path.normpath(os.path.join(root, name)) for name in names if is_dockerfile(name))
    return sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))


def is_dockerfile(name: str) -> bool:
    return NAME.fullmatch(name) is not None and not name.lower().endswith(OTHERS)


def program(name: str) -> str:
    """The program beside this interpreter, else the one on the PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed")
    return found


def said(command: list[str]) -> str:
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return run.stdout or run.stderr


class Instructions:
    """Where the instructions of each file begin, to tell lines of one from lines of another."""

    def __init__(self) -> None:
        self._starts: dict[str, list[int]] = {}

    def start(self, path: str, line: int) -> int:
        """The first line of the instruction that a line belongs to; the line itself between instructions."""
        starts = self._starts.get(path)
        if starts is None:
            starts = self._starts[path] = list(_starts(path))
        at = bisect_right(starts, line) - 1
        return starts[at] if at >= 0 else line


def _starts(path: str) -> Iterator[int]:
    from iaclint.parsers.dockerfile import parse
    from iaclint.source import Source

    source = Source(path, Path(path).read_bytes())
    for block in parse(source).walk():
        if block.kind == "instruction":
            yield source.position(block.span.start).line


def ours(files: list[str], places: Instructions, jobs: int) -> tuple[dict[Verdict, str], dict[str, str]]:
    """iaclint's verdicts with their messages, and the files it could not read whole."""
    command = [program("iaclint"), "check", "--select", "all", "--no-config", "--output-format", "json"]
    report = json.loads(said([*command, "--jobs", str(jobs), *files]))
    verdicts: dict[Verdict, str] = {}
    errors = {one["path"]: str(one["message"]) for one in report["errors"]}
    for finding in (*report["findings"], *report["suppressed"]):
        path, line = finding["path"], finding["start"]["line"]
        if finding["rule"] == "syntax-error":
            errors.setdefault(path, f"line {line}: {finding['message']}")
        for id in finding["aliases"]:
            if ID.fullmatch(id):
                verdicts.setdefault(Verdict(id, path, places.start(path, line)), f"{line}: {finding['message']}")
    return verdicts, errors


def theirs(files: list[str], places: Instructions) -> tuple[dict[Verdict, str], dict[str, str]]:
    """hadolint's verdicts with their messages, and the files it could not read."""
    verdicts: dict[Verdict, str] = {}
    errors: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "hadolint.yaml"
        settings.write_text("ignored: []\noverride:\n  info: [DL1001, DL3057]\n", encoding="utf-8")
        for at in range(0, len(files), AT_ONCE):
            command = [program("hadolint"), "--no-fail", "--disable-ignore-pragma", "-c", str(settings), "-f", "json"]
            for one in _list(said([*command, *files[at : at + AT_ONCE]])):
                path, line, id = one["file"], int(one["line"]), one["code"]
                if id == "DL1000":
                    errors[path] = f"line {line}: {' '.join(one['message'].split())}"
                elif ID.fullmatch(id):
                    verdicts.setdefault(Verdict(id, path, places.start(path, line)), f"{line}: {one['message']}")
    return verdicts, errors


def _list(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)
    return found if isinstance(found, list) else []


def compare(files: list[str], jobs: int, by: str) -> Sides:
    """Both sides' verdicts over the files both could read."""
    places = Instructions()
    our_verdicts, our_errors = ours(files, places, jobs)
    their_verdicts, their_errors = theirs(files, places)
    unread = their_errors.keys()
    kept = [
        {
            (one if by == "instruction" else one._replace(line=0)): message
            for one, message in verdicts.items()
            if one.path not in unread
        }
        for verdicts in (our_verdicts, their_verdicts)
    ]
    return Sides(kept[0], kept[1], our_errors, their_errors)


def print_table(sides: Sides) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in sides.ours.keys() | sides.theirs.keys():
        side = "both" if one in sides.ours and one in sides.theirs else "ours" if one in sides.ours else "theirs"
        counts[one.rule][side] += 1
    print(f"{'rule':8} {'both':>6} {'only ours':>10} {'only theirs':>12}")
    for rule, count in sorted(counts.items()):
        print(f"{rule:8} {count['both']:6} {count['ours']:10} {count['theirs']:12}")
    total = sum(counts.values(), Counter())
    print(f"{'all':8} {total['both']:6} {total['ours']:10} {total['theirs']:12}")


def print_examples(sides: Sides, rules: set[str], number: int) -> None:
    """The first differences of each rule, spread over the files: at most two of one file."""
    for title, these, others in (
        ("only ours", sides.ours, sides.theirs), ("only theirs", sides.theirs, sides.ours),
    ):
        shown: Counter[str] = Counter()
        of_file: Counter[tuple[str, str]] = Counter()
        for one in sorted(these.keys() - others.keys()):
            if (rules and one.rule not in rules) or shown[one.rule] >= number or of_file[one.rule, one.path] >= 2:
                continue
            shown[one.rule] += 1
            of_file[one.rule, one.path] += 1
            print(f"{title}: {one.rule} {one.path}:{these[one]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="where the Dockerfiles are")
    parser.add_argument("--rule", action="append", default=[], help="show the differences of this id only")
    parser.add_argument("--examples", type=int, default=3, help="differences to show of each rule and side (3)")
    parser.add_argument("--by", choices=("instruction", "file"), default="instruction", help="what is compared")
    parser.add_argument("--jobs", type=int, default=1, help="processes of iaclint (1)")
    arguments = parser.parse_args()
    files = dockerfiles(arguments.folders)
    if not files:
        raise SystemExit("no Dockerfiles there")
    sides = compare(files, arguments.jobs, arguments.by)
    print(f"{len(files)} Dockerfiles; not read by us {len(sides.our_errors)}, by hadolint {len(sides.their_errors)}")
    for name, errors in (("we", sides.our_errors), ("hadolint", sides.their_errors)):
        for path, message in sorted(errors.items())[: arguments.examples]:
            print(f"{name}: {path}: {message}")
    print_table(sides)
    print_examples(sides, set(arguments.rule), arguments.examples)


if __name__ == "__main__":
    main()
