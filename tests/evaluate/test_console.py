"""Every recorded answer of `terraform console` is what we compute, or we do not know."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from iaclint.evaluate.terraform import prepare
from iaclint.evaluate.terraform_conversions import ANY, Type, has_doubt, type_of
from iaclint.evaluate.terraform_functions_encoding import json_of
from iaclint.evaluate.terraform_values import Broken, Unknowable, fails
from iaclint.model import Project, Value
from iaclint.parsers.hcl import parse
from iaclint.source import Source
from tests.evaluate.console import record
from tests.evaluate.console.record import ERROR, FIXTURE, HERE, INVALID, VARYING, Entry

UNKNOWN = HERE / "unknown.list"
ENTRIES = [entry for path in record.tables() for entry in record.read(path)]
_SPACES = re.compile(r"\s+")
SHARE = 0.08
"""How many of the expressions with an answer may be unknown."""


class Files:
    """The files of the fixture, as a module asks for them."""

    def module(self, folder: str, source: str, path: str) -> None:
        """No module is at hand."""

    def relative(self, folder: str, root: str) -> str:
        """Where a module is."""
        return "."

    def text(self, path: str, folder: str) -> str | None:
        """The text of a file."""
        file = FIXTURE / path
        try:
            return file.read_bytes().decode() if file.is_file() else None
        except UnicodeDecodeError:
            return None

    def configuration(self, path: str) -> None:
        """No Terragrunt file is at hand."""

    def has(self, path: str) -> None:
        """Nor may it be looked for."""


@cache
def value_of(expression: str) -> Value:
    """What we make of an expression."""
    main = f"locals {{\n  it = (\n{expression}\n)\n}}\n"
    documents = [parse(Source("main.tf", main.encode()))]
    documents.append(parse(Source("context.tf", (FIXTURE / "context.tf").read_bytes())))
    project = Project(".", documents)
    prepare(project, library=Files())
    block = next(block for block in documents[0].blocks if block.kind == "locals")
    return block.arguments["it"].value


def written(value: Value) -> str | None:
    """The JSON of what we know in full; None where we do not."""
    if isinstance(value, Broken):
        return None
    try:
        return json_of(value)
    except Unknowable:
        return None


def identified(entry: Entry) -> str:
    """An expression as the name of a test."""
    return entry.expression.encode("unicode_escape").decode()[:80]


@pytest.mark.parametrize("entry", ENTRIES, ids=identified)
def test_an_expression_means_what_terraform_says_or_is_unknown(entry: Entry) -> None:
    ours = written(value_of(entry.expression))

    if entry.answer in (ERROR, INVALID, VARYING):
        assert ours is None
        return
    assert not fails(value_of(entry.expression))
    if ours is not None:
        assert ours == entry.answer


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.type], ids=identified)
def test_what_is_known_has_the_type_that_terraform_gives_it(entry: Entry) -> None:
    """`tolist`, `merge` or a conditional make lists and maps of what is written as tuples and objects."""
    value = value_of(entry.expression)
    found = type_of(value)

    if written(value) is not None and not has_doubt(found):
        wanted = _SPACES.sub("", entry.type)
        assert _SPACES.sub("", type_text(found)) == re.sub(r",([)\]}])", r"\1", wanted)


def type_text(type: Type) -> str:
    """A type as the console writes it, without blanks."""
    if type.kind in ("list", "set", "map"):
        return f"{type.kind}({type_text(type.element or ANY)})"
    if type.kind == "tuple":
        return f"tuple([{','.join(map(type_text, type.elements))}])"
    if type.kind == "object":
        return f"object({{{','.join(f'{one.name}:{type_text(one.type)}' for one in type.attributes)}}})"
    return "dynamic" if type.kind == "any" else type.kind


def test_what_is_unknown_is_listed() -> None:
    """The list holds the expressions that terraform knows and we do not: it must not grow unnoticed."""
    answered = [entry for entry in ENTRIES if entry.answer not in (ERROR, INVALID, VARYING)]
    unknown = [identified(entry) for entry in answered if written(value_of(entry.expression)) is None]

    assert unknown == UNKNOWN.read_text("utf-8").splitlines()
    assert len(unknown) < SHARE * len(answered)


def test_there_are_many_expressions_each_once() -> None:
    assert len(ENTRIES) >= 700 and len({entry.expression for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
def test_the_answers_are_those_of_terraform() -> None:
    version = json.loads(subprocess.run(["terraform", "version", "-json"], capture_output=True, check=True).stdout)
    if not version["terraform_version"].startswith("1.11."):
        pytest.skip("the answers are those of 1.11")
    lasting = [entry for entry in ENTRIES if entry.answer != VARYING]
    again = record.record((entry.expression for entry in lasting), types=False)

    for entry in lasting:
        assert again[entry.expression].answer == entry.answer, entry.expression


def test_the_tables_stand_beside_the_recorder() -> None:
    assert Path(record.__file__).parent == HERE and record.tables()
