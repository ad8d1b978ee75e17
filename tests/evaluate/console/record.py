"""What `terraform console` answers to the expressions of the tables beside this file.

    python -m tests.evaluate.console.record            writes the answers into the tables
    python -m tests.evaluate.console.record - < lines  prints the answers to one expression a line

A table holds entries of

    > expression, over as many lines as it takes
    = its value as jsonencode gives it, ERROR where evaluating it fails, INVALID where terraform refuses to
      read it, ? where it differs each time
    : its type, where it is a collection

The expressions stand in a folder with the files of `fixture` and may use the locals of `fixture/context.tf`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).parent
FIXTURE = HERE / "fixture"
ERROR, INVALID, VARYING = "ERROR", "INVALID", "?"
_FAULT = re.compile(r"on v(\d+)\.tf line \d+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One expression with its recorded answer and type ("" where none is recorded)."""

    expression: str
    answer: str = ""
    type: str = ""


def tables() -> list[Path]:
    """The tables, in order of name."""
    return sorted(HERE.glob("*.txt"))


def read(path: Path) -> list[Entry]:
    """The entries of a table."""
    return [part for part in _parts(path.read_text("utf-8")) if isinstance(part, Entry)]


def _parts(text: str) -> Iterator[Entry | str]:
    lines: list[str] = []
    answer = kind = ""
    for line in [*text.split("\n"), ""]:
        mark, rest = line[:1], line[2:]
        if lines and (mark in ("", "#") or (mark == ">" and answer)):
            yield Entry("\n".join(lines), answer, kind)
            lines, answer, kind = [], "", ""
        if mark == ">":
            lines.append(rest)
        elif mark == "=":
            answer = rest
        elif mark == ":":
            kind = rest
        elif line:
            yield line


def write(path: Path, answers: dict[str, Entry]) -> None:
    """Renew the answers of a table; its comments stay."""
    written: list[str] = []
    for part in _parts(path.read_text("utf-8")):
        if isinstance(part, str):
            written += ["", part] if written else [part]
            continue
        entry = answers[part.expression]
        written += [f"> {line}" for line in part.expression.split("\n")]
        written.append(f"= {entry.answer}")
        if entry.type:
            written.append(f": {entry.type}")
    path.write_text("\n".join(written) + "\n", "utf-8")


def record(expressions: Iterable[str], *, types: bool = True) -> dict[str, Entry]:
    """The answers of the terraform on PATH to each expression; `types`: also their types, one call each."""
    found: dict[str, Entry] = {}
    left = list(dict.fromkeys(expressions))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
        _write_locals(Path(folder), left)
        while refused := _console(folder, "1")[1]:
            # each stands in a file of its own, so none spoils its neighbours
            for index in refused:
                found[left[index]] = Entry(left[index], INVALID)
                (Path(folder) / f"v{index}.tf").unlink()
        indices = [index for index, expression in enumerate(left) if expression not in found]
        for index, value in zip(indices, _values(folder, indices), strict=True):
            found[left[index]] = Entry(left[index], value)
        if types:
            for index in indices:
                expression, entry = left[index], found[left[index]]
                if entry.answer[:1] in ("[", "{"):
                    kind, fault = _console(folder, f"type(local.v{index})")
                    found[expression] = replace(entry, type="" if fault else " ".join(kind.split()))
    return found


def _write_locals(folder: Path, expressions: list[str]) -> None:
    for index, expression in enumerate(expressions):
        value = f"v{index} = try((\n{expression}\n), null)"
        text = f'j{index} = try(nonsensitive(jsonencode((\n{expression}\n))), "{ERROR}")'
        (folder / f"v{index}.tf").write_text(f"locals {{\n{value}\n{text}\n}}\n", "utf-8")


def _values(folder: str, indices: list[int]) -> list[str]:
    """The answers of these expressions; what terraform itself calls unknown differs each time."""
    # the console's own quotes are not those of JSON
    joined = ", ".join(f"local.j{index}" for index in indices)
    answer, _ = _console(folder, f"base64encode(jsonencode([{joined}]))")
    if answer[:1] == '"':
        values: list[str] = json.loads(b64decode(answer))
        return values
    if len(indices) == 1:
        return [VARYING]
    middle = len(indices) // 2
    return _values(folder, indices[:middle]) + _values(folder, indices[middle:])


def _console(folder: str, line: str) -> tuple[str, set[int]]:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        ["terraform", "console", "-no-color"], input=line + "\n", cwd=folder, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    output = done.stdout + done.stderr
    faults = {int(number) for number in _FAULT.findall(output)}
    if not done.stdout and not faults:
        raise RuntimeError(output)
    return done.stdout, faults


def main(arguments: list[str]) -> None:
    """Record everything, or answer what stands on standard input."""
    if arguments:
        expressions = [line for line in sys.stdin.read().split("\n") if line]
        for expression, entry in record(expressions).items():
            print(f"> {expression}\n= {entry.answer}" + (f"\n: {entry.type}" if entry.type else ""))
        return
    everything = {path: read(path) for path in tables()}
    fixed = {entry.expression: entry for one in everything.values() for entry in one if entry.answer == VARYING}
    known = {entry.expression: entry for one in everything.values() for entry in one}
    answers = record(known, types=False)
    # types are asked for one at a time: those of what has not changed are kept
    kept = {text: known[text] for text, entry in answers.items() if known[text].answer == entry.answer}
    typed = record((text for text, entry in answers.items() if text not in kept and entry.answer[:1] in ("[", "{")))
    for path in everything:
        write(path, {**answers, **kept, **typed, **fixed})


if __name__ == "__main__":
    main(sys.argv[1:])
