"""Writes the pages that are made of data, so that none can be stale: every rule, controls, what is left out."""

from __future__ import annotations

import csv
import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iaclint.rules.rule import Alias, Rule

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "rules"
LANGUAGES = {
    "Terraform": ("hcl", (".tf", ".tofu", ".tfvars")),
    "Ansible": ("yaml", (".yml", ".yaml", ".cfg")),
    "Dockerfile": ("dockerfile", (".dockerfile", "Dockerfile", "Containerfile")),
}
NOT_COVERED = Path(__file__).resolve().parent / "not-covered"
PEERS = {"CKV": "Checkov", "AVD-": "Trivy", "KICS:": "KICS", "AC_": "Terrascan", "DL": "hadolint"}
HADOLINT_TABLE = "<!-- the table of hadolint's ids -->"
CWE = "https://cwe.mitre.org/data/definitions/{}.html"


def on_files(files: Any, config: Any) -> Any:
    """Called by mkdocs with all pages; adds the generated ones."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by mkdocs with the text of every page; fills in what is made from the rules."""
    return markdown.replace(HADOLINT_TABLE, hadolint_table()) if HADOLINT_TABLE in markdown else markdown


def hadolint_table() -> str:
    """Every id of hadolint's that a rule knows, with the rule."""
    from iaclint.engine.api import load_all_rules

    rows: dict[tuple[str, str], str] = {}
    for rule in load_all_rules().values():
        for alias in rule.aliases:
            if re.fullmatch(r"DL\d+", alias.id):
                on = "on" if rule.default else "off unless selected"
                link = f"[`{rule.name}`](rules/{rule.name}.md)"
                rows[alias.id, rule.name] = f"| `{alias.id}` | {link} | {rule.severity} | {on} |"
    return "\n".join(["| hadolint | here | severity | |", "|---|---|---|---|", *(rows[key] for key in sorted(rows))])


def pages() -> dict[str, str]:
    """Path -> Markdown of every generated page."""
    from iaclint.engine.api import load_all_rules

    rules = load_all_rules()
    written = {f"rules/{name}.md": rule_page(rule) for name, rule in rules.items()}
    written["rules/index.md"] = index_page(rules)
    written["rules/controls.md"] = controls_page(list(rules))
    written["rules/not-covered.md"] = not_covered_page()
    return written


def index_page(rules: dict[str, Rule]) -> str:
    """All rules, most severe first."""
    ordered = sorted(rules.values(), key=lambda one: (-one.severity, one.name))
    rows = [f"| [`{rule.name}`]({rule.name}.md) | {rule.severity} | {cell(rule.title)} |" for rule in ordered]
    return "\n".join(["# Rules", "", "| rule | severity | what is wrong |", "|---|---|---|", *rows]) + "\n"


def controls_page(rules: list[str]) -> str:
    """Every control of every framework, with the rules that answer it."""
    from iaclint.rules import frameworks

    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for rule in rules:
        for one in frameworks.mappings(rule):
            for control in one.controls:
                found.setdefault((one.framework, one.version), {}).setdefault(control, []).append(rule)
    parts = ["# Controls", "Which rules answer a control, and [how to select them](../frameworks.md)."]
    for framework, title in frameworks.FRAMEWORKS.items():
        for (_, version), controls in sorted((key, value) for key, value in found.items() if key[0] == framework):
            parts += [f"## {title} {version}", "| control | rules |\n|---|---|"]
            for control, names in sorted(controls.items(), key=lambda one: in_order(one[0])):
                parts[-1] += f"\n| {control} | {', '.join(f'[{name}]({name}.md)' for name in names)} |"
    return "\n\n".join(parts) + "\n"


def in_order(control: str) -> list[tuple[bool, int, str]]:
    """A key that puts 2.10 behind 2.9, and AC-3 before AC-21."""
    import re

    words = re.findall(r"\d+|[A-Za-z]+", control)
    return [(not word.isdigit(), int(word) if word.isdigit() else 0, word) for word in words]


def not_covered_page() -> str:
    """What other tools check and no rule does, with the reason."""
    by_tool: dict[str, list[str]] = {}
    for path in sorted(NOT_COVERED.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                tool = next((name for start, name in PEERS.items() if row["id"].startswith(start)), "Others")
                line = f"| `{row['id']}` | {cell(row['name'])} | {cell(sentence(row['reason']))} |"
                by_tool.setdefault(tool, []).append(line)
    parts = ["# Not covered", "What other tools check and iaclint does not, on purpose, with the reason."]
    for tool, lines in sorted(by_tool.items()):
        parts += [f"## {tool}", "\n".join(["| id | what it reports | why there is no rule |", "|---|---|---|", *lines])]
    return "\n\n".join(parts) + "\n"


def rule_page(rule: Rule) -> str:
    """Why, an example with its finding and its fix in each language, references, and peers' ids."""
    facts = [f"severity **{rule.severity}**", f"confidence {rule.confidence}"]
    if rule.cwe is not None:
        facts.append(f"[CWE-{rule.cwe}]({CWE.format(rule.cwe)})")
    from iaclint.rules import frameworks

    tags = (*rule.tags, *frameworks.tags(rule.name))
    if tags:
        facts.append("tags " + ", ".join(f"`{tag}`" for tag in tags))
    if not rule.default:
        facts.append("off unless selected")
    parts = [f"# {rule.name}", f"{rule.title}.", " · ".join(facts), "## Why", rule.why]
    shown = [part for language, path in examples(rule.name) for part in example(language, path)]
    parts += shown or project_example(rule.name)
    if rule.remedy:
        parts += ["## What to write instead", sentence(rule.remedy)]
    if rule.fix_safety:
        parts += ["## Fix safety", rule.fix_safety]
    parts += ["## Suppress it", fenced("", f"# iaclint: ignore[{rule.name}] the reason")]
    answered = frameworks.mappings(rule.name)
    if answered:
        rows = [
            f"| {frameworks.FRAMEWORKS[one.framework]} {one.version} | {', '.join(one.controls)} | {one.source} |"
            for one in answered
        ]
        parts += ["## Controls", "\n".join(["| framework | controls | mapped by |", "|---|---|---|", *rows])]
    if rule.references:
        parts += ["## References", "\n".join(f"- <{one}>" for one in rule.references)]
    if rule.aliases:
        parts += ["## Known elsewhere as", "\n".join(f"- {alias_line(one)}" for one in rule.aliases)]
    return "\n\n".join(parts) + "\n"


def examples(name: str) -> Iterator[tuple[str, Path]]:
    """The first reported fixture of each language."""
    folder = FIXTURES / name
    inputs = sorted(folder.iterdir()) if folder.is_dir() else []
    for language, (_, endings) in LANGUAGES.items():
        for path in inputs:
            if path.name.endswith(endings) and path.with_name(path.name + ".out").is_file():
                yield language, path
                break


def example(language: str, path: Path) -> list[str]:
    """One fixture: as it is, what is said of it, and what the fix makes of it."""
    bad = path.read_text(encoding="utf-8")
    out = path.with_name(path.name + ".out").read_text(encoding="utf-8")
    parts = [f"## {language}", fenced(LANGUAGES[language][0], bad), fenced("text", out)]
    fixed = path.with_name(path.name + ".fixed")
    if fixed.is_file():
        after = fixed.read_text(encoding="utf-8")
        diff = difflib.unified_diff(bad.splitlines(), after.splitlines(), path.name, path.name, lineterm="")
        parts.append("`--fix` (with `--unsafe-fixes` where the finding says unsafe) gives:")
        parts.append(fenced("diff", "\n".join(diff)))
    return parts


def project_example(name: str) -> list[str]:
    """The first reported fixture of several files, for a rule that has no other."""
    folder = FIXTURES / name
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        inside, beside = path / "expected.out", path.with_name(path.name + ".out")
        if path.is_dir() and (inside.is_file() or beside.is_file()):
            files = [one for one in sorted(path.rglob("*")) if one.is_file() and one.suffix not in (".out", ".fixed")]
            parts = ["## Example"]
            for file in files:
                parts += [f"`{file.relative_to(path).as_posix()}`", fenced("", file.read_text(encoding="utf-8"))]
            return [*parts, fenced("text", (inside if inside.is_file() else beside).read_text(encoding="utf-8"))]
    return []


def fenced(language: str, text: str) -> str:
    """A code block; four backticks, so that no text can end it."""
    return f"````{language}\n{text.rstrip()}\n````"


def alias_line(alias: Alias) -> str:
    """A peer's id with the condition under which it holds."""
    conditions = [f"{name} {' or '.join(map(str, allowed))}" for name, allowed in alias.when]
    return f"`{alias.id}`" + (f" ({', '.join(conditions)})" if conditions else "")


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def cell(text: str) -> str:
    return text.replace("|", "\\|")
