"""`iaclint rules` and `iaclint rule NAME`: what is looked for, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from iaclint.cli.misuse import Misuse, one_of
from iaclint.cli.output import wants_color, width_of, write
from iaclint.engine.api import load_all_rules
from iaclint.policy.config import nearest
from iaclint.reporters.printable import paint, wrap
from iaclint.rules import frameworks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iaclint.rules.rule import Rule


def list_rules(output_format: str) -> int:
    """Print every rule: a line each, or all their metadata as JSON."""
    one_of("--output-format", output_format, ("text", "json"))
    rules = load_all_rules()
    if output_format == "json":
        import json

        write(json.dumps([_data(one) for one in rules.values()], indent=2, ensure_ascii=False) + "\n")
        return 0
    color = wants_color(sys.stdout)
    width = max(map(len, rules), default=0)
    for one in rules.values():
        severity = paint(str(one.severity).ljust(8), str(one.severity), color)
        off = "" if one.default else " (off unless selected)"
        write(f"{one.name.ljust(width)}  {severity}  {one.title}{off}\n")
    return 0


def _data(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": str(rule.severity),
        "confidence": rule.confidence,
        "title": rule.title,
        "why": rule.why,
        "cwe": rule.cwe,
        "references": list(rule.references),
        "aliases": [
            {"id": one.id, "when": {name: list(allowed) for name, allowed in one.when}} for one in rule.aliases
        ],
        "tags": [*rule.tags, *frameworks.tags(rule.name)],
        "controls": [
            {
                "framework": one.framework,
                "version": one.version,
                "controls": list(one.controls),
                "source": one.source,
            }
            for one in frameworks.mappings(rule.name)
        ],
        "default": rule.default,
        "languages": sorted({check.language for check in rule.checks if check.language}),
        "remedy": rule.remedy,
        "fix_safety": rule.fix_safety,
    }


def explain(name: str) -> int:
    """Print all there is to know of a rule, with its example before and after."""
    rules = load_all_rules()
    found = [rules[name]] if name in rules else [one for one in rules.values() if name in one.all_aliases()]
    if not found:
        known = [*rules, *(alias for one in rules.values() for alias in one.all_aliases())]
        raise Misuse(f"no rule or alias is called {name!r}{nearest(name, known)}")
    color, width = wants_color(sys.stdout), min(width_of(sys.stdout), 100)
    write("\n\n\n".join("\n".join(_page(one, color, width)).rstrip() for one in found) + "\n")
    return 0


def _page(rule: Rule, color: bool, width: int) -> Iterator[str]:
    severity = str(rule.severity)
    yield f"{paint(rule.name, 'bold', color)}  {paint(severity, severity, color)}"
    yield f"{rule.title}."
    yield ""
    yield wrap(" ".join(rule.why.split()), width, "")
    if rule.remedy:
        yield "\n" + wrap(f"Remedy: {rule.remedy}", width, "  ")
    if rule.fix_safety:
        yield "\n" + wrap(f"Fix safety: {rule.fix_safety}", width, "  ")
    yield ""
    yield f"Confidence: {rule.confidence}" + ("" if rule.default else "; off unless selected")
    tags = (*rule.tags, *frameworks.tags(rule.name))
    if tags:
        yield f"Tags: {', '.join(tags)}"
    mappings = frameworks.mappings(rule.name)
    if mappings:
        yield "\n".join(("Controls:", *(f"  {wrap(_controls(one), width - 2, '    ')}" for one in mappings)))
    if rule.cwe is not None:
        yield f"CWE: https://cwe.mitre.org/data/definitions/{rule.cwe}.html"
    if rule.references:
        yield "\n".join(("References:", *(f"  {one}" for one in rule.references)))
    if rule.aliases:
        yield "\n".join(("Known elsewhere as:", *(f"  {_alias(one)}" for one in rule.aliases)))
    from iaclint.cli.examples import examples

    for example in examples(rule.name):
        yield f"\n{paint(f'Example ({example.file}):', 'bold', color)}\n"
        yield _indented(example.before)
        if example.printed:
            yield _indented(example.printed)
        if example.after is not None:
            yield f"{paint('Fixed:', 'bold', color)}\n"
            yield _indented(example.after)


def _controls(mapping: frameworks.Mapping) -> str:
    ids = ", ".join(mapping.controls)
    return f"{frameworks.FRAMEWORKS[mapping.framework]} {mapping.version}: {ids} (by {mapping.source})"


def _alias(alias: Any) -> str:
    conditions = [f"{name} {' or '.join(map(str, allowed))}" for name, allowed in alias.when]
    return f"{alias.id} ({', '.join(conditions)})" if conditions else str(alias.id)


def _indented(text: str) -> str:
    from iaclint.reporters.printable import printable

    return "".join(f"    {printable(line.expandtabs(4))}".rstrip() + "\n" for line in text.splitlines())
