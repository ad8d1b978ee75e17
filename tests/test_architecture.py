"""Who may import whom: the table in docs/architecture.md is what import-linter enforces."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.running import ROOT

ROW = re.compile(r"^\| `iaclint\.(\w+)`[^|]*\|[^|]*\| ([^|]+) \|$", re.MULTILINE)


def allowed() -> dict[str, set[str]]:
    """The table: package -> packages it may import."""
    rows = dict(ROW.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8")))
    table = {}
    for package, cell in rows.items():
        named = set(re.findall(r"`(\w+)`", cell))
        if cell.startswith("everything but"):
            named = set(rows) - named
        elif cell.startswith("everything"):
            named = set(rows)
        elif "nothing of ours" not in cell:
            named.add("source")  # the bottom of all: spans are part of every word above it
        table[package] = named | {package}
    return table


def imports_of(path: Path) -> set[str]:
    """The packages of ours a module imports, in functions too, for type checking left out."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who imports whom"
            module = node.module or ""
            found |= {f"iaclint.{alias.name}" for alias in node.names} if module == "iaclint" else {module}
        pending += ast.iter_child_nodes(node)
    return {name.split(".")[1] for name in found if name.startswith("iaclint.")} - {"__version__"}


def modules_of(package: str) -> list[Path]:
    single = ROOT / f"iaclint/{package}.py"
    return [single] if single.exists() else sorted((ROOT / "iaclint" / package).resolve().rglob("*.py"))


@pytest.mark.parametrize("package", sorted(allowed()))
def test_package_imports_only_what_the_table_allows(package: str) -> None:
    modules = modules_of(package)
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules
        for name in imports_of(path)
        if name not in allowed()[package]
    }

    assert modules, f"docs/architecture.md names iaclint.{package}, which is not there"
    assert wrong == set()


def test_every_package_stands_in_the_table() -> None:
    there = {path.stem for path in (ROOT / "iaclint").iterdir() if not path.name.startswith(("_", "py.typed", "."))}

    assert there - {"__init__"} == set(allowed())


def test_import_linter_enforces_the_table() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    forbidden = {
        one["name"]: {name.removeprefix("iaclint.") for name in one["forbidden_modules"]}
        for one in contracts
        if one["type"] == "forbidden"
    }
    table = allowed()

    assert forbidden == {name: set(table) - may for name, may in table.items() if set(table) - may}


def test_checks_and_fixers_are_links_that_git_and_tools_follow() -> None:
    for name in ("checks", "fixers"):
        link = ROOT / "iaclint" / name
        assert link.is_symlink(), f"iaclint/{name} must be a symbolic link"
        assert link.readlink() == Path("..") / name
        assert (link / "__init__.py").is_file()


def test_start_up_loads_nothing_a_front_end_may_never_need() -> None:
    """Importing the command line loads no parser, no rule and none of the libraries that prove a fix."""
    heavy = ("hcl2", "ruamel.yaml", "libcst", "lark", "dockerfile_parse", "tree_sitter", "yaml", "iaclint.checks.")
    program = f"import sys, iaclint.cli; print([n for n in sys.modules if n.startswith({heavy!r})])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert output.strip() == "[]"
