"""Writes a page for every rule, from the rule and its fixtures, so that no page can be stale."""

from __future__ import annotations

import difflib
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
CWE = "https://cwe.mitre.org/data/definitions/{}.html"


def on_files(files: Any, config: Any) -> Any:
    """Called by mkdocs with all pages; adds the generated ones."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Path -> Markdown of every generated page."""
    from iaclint.engine.api import load_all_rules

    rules = load_all_rules()
    written = {f"rules/{name}.md": rule_page(rule) for name, rule in rules.items()}
    written["rules/index.md"] = index_page(rules)
    return written


def index_page(rules: dict[str, Rule]) -> str:
    """All rules, most severe first."""
    ordered = sorted(rules.values(), key=lambda one: (-one.severity, one.name))
    rows = [f"| [`{rule.name}`]({rule.name}.md) | {rule.severity} | {cell(rule.title)} |" for rule in ordered]
    return "\n".join(["# Rules", "", "| rule | severity | what is wrong |", "|---|---|---|", *rows]) + "\n"


def rule_page(rule: Rule) -> str:
    """Why, an example with its finding and its fix in each language, references, and peers' ids."""
    facts = [f"severity **{rule.severity}**", f"confidence {rule.confidence}"]
    if rule.cwe is not None:
        facts.append(f"[CWE-{rule.cwe}]({CWE.format(rule.cwe)})")
    if rule.tags:
        facts.append("tags " + ", ".join(f"`{tag}`" for tag in rule.tags))
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
