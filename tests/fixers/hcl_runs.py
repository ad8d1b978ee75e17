"""Carrying out Intents on Terraform text, with all that must hold of every Fix checked on the way."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from textwrap import dedent

from iaclint.edits.edit import apply
from iaclint.edits.fix import Fix
from iaclint.evaluate.terraform import prepare
from iaclint.fixers import make_fix, prove
from iaclint.model import Block, Project
from iaclint.model.intent import Intent, New, Set, Step
from iaclint.parsers.hcl import parse
from iaclint.source import Source

TERRAFORM = shutil.which("terraform")
Making = Callable[[Block], Step]


def project_of(text: str | bytes, kind: str = "module") -> Project:
    """A Project of one file, main.tf."""
    data = text if isinstance(text, bytes) else text.encode()
    project = Project(".", [parse(Source("main.tf", data), kind)])
    prepare(project)
    return project


def fix_of(text: str | bytes, *makings: Making, values: Mapping[str, str] | None = None) -> Fix | str:
    """The Fix for steps made from the file's first block, or why it is withheld."""
    block = project_of(text).documents[0].blocks[0]
    return make_fix(Intent("repair it", tuple(making(block) for making in makings)), values or {})


def fixed(text: str | bytes, *makings: Making, values: Mapping[str, str] | None = None) -> str:
    """The repaired text; asserts that the Fix is proved, and formatted where the file was."""
    data = text if isinstance(text, bytes) else text.encode()
    fix = fix_of(data, *makings, values=values)
    assert isinstance(fix, Fix), fix
    after = apply(data, fix.edits)
    assert prove("terraform", data, after, [effect for _, effect in fix.effects]) is None
    if is_formatted(data):
        assert is_formatted(after), after.decode()
    return after.decode()


def withheld(text: str | bytes, *makings: Making) -> str:
    """The reason a Fix is withheld; asserts that it is."""
    reason = fix_of(text, *makings)
    assert isinstance(reason, str), reason
    return reason


def is_formatted(data: bytes) -> bool:
    """Whether `terraform fmt` would leave the text alone; False where there is no terraform."""
    if TERRAFORM is None:
        return False
    return _is_formatted(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n")


@cache
def _is_formatted(data: bytes) -> bool:
    assert TERRAFORM is not None
    return subprocess.run([TERRAFORM, "fmt", "-"], input=data, capture_output=True, check=False).stdout == data


def setting(path: str, new: New) -> Making:
    """A step that sets what stands (or should stand) at a path of the first block."""
    return lambda block: Set(block.at(path), new)


def check(before: str, after: str, *makings: Making) -> None:
    """Assert a repair, and the same in a file with CRLF and in one without final newline."""
    before, after = dedent(before).lstrip("\n"), dedent(after).lstrip("\n")

    assert fixed(before, *makings) == after
    assert fixed(before.replace("\n", "\r\n"), *makings) == after.replace("\n", "\r\n")
    assert fixed(before.rstrip("\n"), *makings) == after.rstrip("\n")
    assert fixed(b"\xef\xbb\xbf" + before.encode(), *makings) == "\ufeff" + after
