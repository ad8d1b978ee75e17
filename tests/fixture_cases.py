"""The cases below `fixtures/rules/NAME/`: a file is a Project of its own, a sub-folder is one Project."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.running import FIXTURES

RULES = FIXTURES / "rules"
EXPECTED = (".out", ".fixed")
_BESIDE = {"values.toml", "README.md"}
_NEAR_MISS = re.compile(rb"#\s*(?:ok|near miss)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """One input with what is expected of it."""

    rule: str
    path: Path

    @property
    def name(self) -> str:
        """`rule/file`, or `rule/folder`."""
        return f"{self.rule}/{self.path.name}"

    @property
    def is_project(self) -> bool:
        """Whether it is a folder whose files mean one thing together."""
        return self.path.is_dir()

    @property
    def out(self) -> Path:
        """Where what must be printed stands; absent: nothing."""
        inside = self.path / "expected.out"
        return inside if inside.is_file() else self.path.with_name(self.path.name + ".out")

    @property
    def expected_out(self) -> str:
        """What must be printed."""
        return self.out.read_text(encoding="utf-8") if self.out.is_file() else ""

    def inputs(self) -> Iterator[tuple[str, Path]]:
        """The files of the case: the path within the Project, and where it stands."""
        if not self.is_project:
            yield self.path.name, self.path
            return
        for file in sorted(self.path.rglob("*")):
            if file.is_file() and file.suffix not in EXPECTED:
                yield file.relative_to(self.path).as_posix(), file

    def fixed(self, path: str) -> Path:
        """Where a file's text after all fixes stands; absent: fixing changes nothing."""
        return self.path / f"{path}.fixed" if self.is_project else self.path.with_name(f"{path}.fixed")

    def copy_to(self, folder: Path) -> Path:
        """Lay the inputs, and only them, into a new folder."""
        folder.mkdir(parents=True)
        for name, file in self.inputs():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        return folder

    def near_misses(self) -> int:
        """How many things it holds that look like the fault and are none."""
        marked = sum(len(_NEAR_MISS.findall(file.read_bytes())) for _, file in self.inputs())
        return marked + (not self.expected_out)


def all_cases() -> list[Case]:
    """Every case of every rule, in order."""
    cases: list[Case] = []
    for folder in sorted(RULES.iterdir()) if RULES.is_dir() else []:
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        inputs = (path for path in sorted(folder.iterdir()) if path.suffix not in EXPECTED)
        cases.extend(Case(folder.name, path) for path in inputs if path.name not in _BESIDE)
    return cases


def orphans() -> list[Path]:
    """Expectations that belong to no input."""
    expected = (path for path in sorted(RULES.rglob("*")) if path.suffix in EXPECTED and path.name != "expected.out")
    return [path for path in expected if not path.with_suffix("").exists()]
