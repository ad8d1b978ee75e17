"""What the documentation tells people to put into their editors can be read by these, and starts the server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def words(data: Any) -> list[list[str]]:
    """Every list of strings, and every command with its arguments, in a piece of data."""
    if isinstance(data, dict):
        found = [one for value in data.values() for one in words(value)]
        program = data.get("command") or data.get("path")
        if isinstance(program, str):
            found.append([program, *(data.get("args") or data.get("arguments") or [])])
        return found
    return [data] if isinstance(data, list) and all(isinstance(one, str) for one in data) else []


def test_toml_and_json_snippets_start_the_server() -> None:
    (helix,) = snippets("toml")
    on_save, sublime, zed = snippets("json")

    assert ["iaclint", "server"] in words(tomllib.loads(helix))
    assert ["iaclint", "server"] in words(json.loads(sublime))
    assert ["iaclint", "server"] in words(json.loads(zed))
    assert json.loads(f"{{{on_save}}}") == {"editor.codeActionsOnSave": {"source.fixAll.iaclint": "explicit"}}


@pytest.mark.parametrize(
    ("language", "program", "arguments"),
    [("lua", "luac", ["-p", "-"]), ("elisp", "emacs", ["--batch", "--eval", "(progn (read-from-string {}) nil)"])],
)
def test_snippet_in_a_language_of_its_own_can_be_read(language: str, program: str, arguments: list[str]) -> None:
    (text,) = snippets(language)

    assert text.count("(") == text.count(")") and text.count("{") == text.count("}")
    assert re.search(r'"iaclint",? "server"', text)
    if shutil.which(program) is None:
        return
    filled = [one.replace("{}", json.dumps(text)) for one in arguments]
    subprocess.run([program, *filled], input=text, text=True, check=True, capture_output=True)


def test_extension_starts_the_same_program_and_its_lock_file_names_no_host() -> None:
    folder = ROOT / "editors" / "vscode"
    manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    command = manifest["contributes"]["configuration"]["properties"]["iaclint.command"]

    assert command["default"] == ["iaclint", "server"]
    assert "iaclint.command" in manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert '"resolved"' not in (folder / "package-lock.json").read_text(encoding="utf-8")
