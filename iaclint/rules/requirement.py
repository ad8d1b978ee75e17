"""Requirements: Checks stated as data.

    requirement(
        "aws-ebs-volume-unencrypted", severity=HIGH, cwe=311,
        title="EBS volume is not encrypted at rest",
        why="...",
        terraform="aws_ebs_volume: encrypted",
        ansible="amazon.aws.ec2_vol: encrypted",
        must=be_true, when_missing=VIOLATED, fix=set_to(True),
        aliases=("CKV_AWS_3", ...),
    )

A binding `"keys: path"` names where the requirement holds: Block keys with `|` between them and
globs, then the dotted path. Where bindings differ in more than that, `bind(...)` states the
difference. The path may end on a nested block; `each` names the repeated element that path, `where`
and `fix` are relative to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from iaclint.model.block import Block, Node
from iaclint.model.finding import Finding
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules.conditions import Condition
from iaclint.rules.predicates import Predicate
from iaclint.rules.repairs import Repair
from iaclint.rules.rule import Alias, Check, Rule, Severity, rule

VIOLATED = "violated"
"""A missing Value breaks the requirement (the documented default is the wrong one)."""
OK = "ok"
"""A missing Value is fine (the documented default is right, or not known)."""


@dataclass(slots=True, eq=False)
class Binding:
    """Where and how a requirement holds. What is None is taken from the requirement."""

    keys: str
    path: str
    each: str = ""
    must: Predicate | None = None
    when: Condition | None = None
    unless: Condition | None = None
    where: Condition | None = None
    when_missing: str | None = None
    when_parent_missing: str | None = None
    fix: Repair | tuple[Repair, ...] | None = None
    message: str | None = None
    at: str | None = None


def bind(spec: str, **differences: Any) -> Binding:
    """A binding `"keys: path"` with what differs from the requirement it stands in."""
    keys, _, path = spec.partition(": ") if ": " in spec else (spec.rstrip(":"), "", "")
    return Binding(keys.strip(), path.strip(), **differences)


Bindings = str | Binding | Iterable[str | Binding]


def requirement(
    name: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    must: Predicate,
    terraform: Bindings = (),
    ansible: Bindings = (),
    dockerfile: Bindings = (),
    when: Condition | None = None,
    unless: Condition | None = None,
    each: str = "",
    where: Condition | None = None,
    when_missing: str = OK,
    when_parent_missing: str | None = None,
    fix: Repair | tuple[Repair, ...] | None = None,
    message: str = "",
    cwe: int | None = None,
    confidence: str = "high",
    references: Iterable[str] = (),
    aliases: Iterable[str | Alias | tuple[Alias, ...]] = (),
    tags: Iterable[str] = (),
    default: bool = True,
    fix_safety: str = "",
    remedy: str = "",
) -> Rule:
    """Declare a Rule whose Check is this table entry.

    must          what the Value at the path must be
    when_missing  VIOLATED or OK: what an absent argument means, from the documented default
    when_parent_missing  the same where a block on the way is absent (default: as when_missing)
    when, unless  guards on the Block; with `when` unknown or `unless` unknown nothing is reported
    each, where   the repeated element (`ingress`), and a guard on that element
    fix           a repair, or several with the preferred one first
    message       what is wrong here, with {path}, {value}, {wanted}; made from the title when empty

    A finding's facet `path` is the binding's path (behind that of `each`), for aliases that hold of one path only.
    """
    declared = rule(
        name,
        severity=severity,
        title=title,
        why=why,
        cwe=cwe,
        confidence=confidence,
        references=references,
        aliases=aliases,
        tags=tags,
        default=default,
        fix_safety=fix_safety,
        remedy=remedy,
    )
    for language, given in (("terraform", terraform), ("ansible", ansible), ("dockerfile", dockerfile)):
        for one in (given,) if isinstance(given, str | Binding) else given:
            binding = bind(one) if isinstance(one, str) else one
            missing_means = binding.when_missing or when_missing
            entry = _Entry(
                declared,
                binding.path,
                binding.each or each,
                binding.must or must,
                binding.when or when,
                binding.unless or unless,
                binding.where or where,
                missing_means,
                binding.when_parent_missing or when_parent_missing or missing_means,
                _as_tuple(binding.fix if binding.fix is not None else fix),
                binding.message or message,
                binding.at,
            )
            keys = tuple(key.strip() for key in binding.keys.split("|"))
            declared.checks.append(Check(language, keys, entry.violations))
    return declared


def _as_tuple(fix: Repair | tuple[Repair, ...] | None) -> tuple[Repair, ...]:
    return () if fix is None else fix if isinstance(fix, tuple) else (fix,)


class _Entry(NamedTuple):
    rule: Rule
    path: str
    each: str
    must: Predicate
    when: Condition | None
    unless: Condition | None
    where: Condition | None
    when_missing: str
    when_parent_missing: str
    fixes: tuple[Repair, ...]
    message: str
    at: str | None

    def violations(self, block: Block, project: Project) -> Iterator[Finding]:
        # cheap first: most Blocks satisfy the requirement, so guards are asked only about the others
        for element in elements(block, self.each) if self.each else (block,):
            for value in element.each(self.path) if self.path else (_whole(element),):
                if not self._is_violated(value):
                    continue
                if self.when is not None and self.when(block, project) is not True:
                    return
                if self.unless is not None and self.unless(block, project) is not False:
                    return
                if self.where is not None and self.where(element, project) is not True:
                    continue
                intents = tuple(intent for fix in self.fixes if (intent := fix(value, element, project)) is not None)
                place = element.at(self.at) if self.at else value
                facets = {"path": f"{self.each}.{self.path}" if self.each else self.path}
                yield Finding(place, self._message(value), intents, facets)

    def _is_violated(self, value: Value) -> bool:
        if value.is_missing and not self.must.about_presence:
            means = self.when_parent_missing if len(value.path) > 1 else self.when_missing
            return means == VIOLATED
        return self.must(value) is False

    def _message(self, value: Value) -> str:
        path = value.argument_path or self.path
        title = _within_a_sentence(self.rule.title)
        if self.message:
            return self.message.format(path=path, value=_shown(value), wanted=self.must.wanted)
        if value.is_missing:
            return f"{title}: `{path}` is {'null' if value.is_written else 'not set'}"
        shown = _shown(value)
        return f"{title}: `{path}` is {shown}" if shown else f"{title} (`{path}`)"


def _whole(element: Node) -> Value:
    return element if isinstance(element, Value) else _block_value(element)


def _block_value(block: Block) -> Value:
    return Value("map", {}, block.document, block.header_span, holder=block)


_PROPER_NAMES = frozenset({
    "Amazon", "Ansible", "Apache", "Aurora", "Azure", "Cassandra", "Cognito", "Docker", "Elasticsearch", "Fargate",
    "Git", "Glue", "Google", "Helm", "Kafka", "Kibana", "Kinesis", "Kubernetes", "Lambda", "Linux", "Memcached",
    "Neptune", "Redis", "Redshift", "Route", "Synapse", "Terraform", "Tiller", "Windows", "Yarn",
})  # fmt: skip
"""Names among the words titles begin with, which keep their capital within a sentence."""


def _within_a_sentence(title: str) -> str:
    """A title after other words: its first word in lower case, unless that is a name or an acronym."""
    word = title.split(maxsplit=1)[0].strip(",").removesuffix("'s")
    is_name = word in _PROPER_NAMES or any(letter.isupper() for letter in word[1:])
    return title if is_name else title[0].lower() + title[1:]


_HARMLESS = re.compile(r"[\w.:/*@-]{0,48}")


def _shown(value: Value) -> str:
    if value.kind in ("bool", "number"):
        return value.text or ""
    if value.kind == "string" and _HARMLESS.fullmatch(str(value.data)):
        return f'"{value.data}"'
    return ""


__all__ = ["OK", "VIOLATED", "Binding", "bind", "requirement"]
