"""The documentation is complete, and its links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from tests.running import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_hooks", ROOT / "docs" / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_has_a_page_with_an_example() -> None:
    from iaclint.engine.api import load_all_rules

    pages: dict[str, str] = hooks().pages()
    # what another program finds has no fixture: it need not be installed
    rules = [name for name, rule in load_all_rules().items() if name != "syntax-error" and not rule.codes]
    missing = [name for name in rules if "````text" not in pages[f"rules/{name}.md"]]

    assert len(pages) == len(load_all_rules()) + 3
    assert missing == []


def test_what_is_left_out_and_every_control_have_their_place_on_a_page() -> None:
    pages: dict[str, str] = hooks().pages()
    left_out = [
        line.split("\t")[0]
        for path in sorted((ROOT / "docs" / "not-covered").glob("*.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()[1:]
    ]

    assert left_out
    assert [one for one in left_out if f"| `{one}` |" not in pages["rules/not-covered.md"]] == []
    assert "| 2.1.4 | [aws-s3-bucket-without-public-access-block](" in pages["rules/controls.md"]
    assert "| NIST SP 800-53 5 | " in pages["rules/aws-ebs-volume-unencrypted.md"]


def test_links_between_pages_lead_somewhere() -> None:
    made = hooks().pages().keys()
    dead = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists() and target not in made
    ]

    assert dead == []


def test_readme_commands_name_what_is_there() -> None:
    """The folder the first command checks and the extra the second installs exist."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    checked = re.findall(r"iaclint check (\S+/\S+)$", readme, re.MULTILINE)

    assert checked
    assert all((ROOT / folder).is_dir() for folder in checked)
    assert Path(ROOT / ".ci" / "run").stat().st_mode & 0o111
