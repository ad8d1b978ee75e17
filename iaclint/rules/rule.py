"""Rule: one decision a user accepts separately; and the table of all that have been declared."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, NamedTuple

from iaclint.model.block import Block, Document
from iaclint.model.finding import Finding
from iaclint.model.module_sources import module_source_of
from iaclint.model.project import Project


class Severity(IntEnum):
    """How bad it is, from exploitability and blast radius."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


INFO = Severity.INFO
LOW = Severity.LOW
MEDIUM = Severity.MEDIUM
HIGH = Severity.HIGH
CRITICAL = Severity.CRITICAL


class Alias(NamedTuple):
    """A peer's id for (part of) a Rule. It holds for a finding whose facets match all conditions.

    Every finding has the facets `language`, and `type` (the Block's type); checks add their own.
    """

    id: str
    when: tuple[tuple[str, tuple[object, ...]], ...] = ()

    def holds(self, facets: Mapping[str, object]) -> bool:
        """Whether the alias applies to a finding with these facets; of a frozenset, any element counts."""
        for name, allowed in self.when:
            facet = facets.get(name)
            several = facet if isinstance(facet, frozenset) else (facet,)
            if not any(actual in allowed or _matches_glob(actual, allowed) for actual in several):
                return False
        return True


def _matches_glob(actual: object, allowed: tuple[object, ...]) -> bool:
    globs = [one for one in allowed if isinstance(one, str) and "*" in one]
    return isinstance(actual, str) and any(fnmatch.fnmatchcase(actual, glob) for glob in globs)


def alias(id: str, **when: object) -> Alias:
    """An alias under conditions: `alias("CKV_AWS_24", language="terraform", port=22)`.

    A tuple gives several allowed values; a string may be a glob.
    """
    return Alias(id, tuple((name, value if isinstance(value, tuple) else (value,)) for name, value in when.items()))


def in_terraform(*ids: str, **when: object) -> tuple[Alias, ...]:
    """Aliases that hold in Terraform only."""
    return tuple(alias(id, language="terraform", **when) for id in ids)


def in_ansible(*ids: str, **when: object) -> tuple[Alias, ...]:
    """Aliases that hold in Ansible only."""
    return tuple(alias(id, language="ansible", **when) for id in ids)


def in_dockerfile(*ids: str, **when: object) -> tuple[Alias, ...]:
    """Aliases that hold in Dockerfiles only."""
    return tuple(alias(id, language="dockerfile", **when) for id in ids)


Checker = Callable[[Any, Project], Iterable[Finding]]


class Check(NamedTuple):
    """What finds a Rule's violations: a function and what it wants to see.

    language  "terraform", "ansible", "dockerfile", or "" for any
    keys      dispatch keys of Blocks (see `block_key`), globs allowed; empty when it wants an aspect
    aspect    the Aspect class it wants to see instead
    documents whether it wants whole Documents
    run       called with the Block, Aspect or Document, and the Project
    """

    language: str
    keys: tuple[str, ...]
    run: Checker
    aspect: type | None = None
    documents: bool = False


@dataclass(slots=True, eq=False)
class Rule:
    """One decision a user accepts separately. Its name is its id."""

    name: str
    severity: Severity
    title: str
    """What is wrong, as a sentence without full stop; reads well on its own."""
    why: str
    """The consequence, in a paragraph a person in a hurry believes."""
    cwe: int | None = None
    confidence: str = "high"
    """ "high", "medium" or "low": how often a finding is worth acting on."""
    references: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    tags: tuple[str, ...] = ()
    default: bool = True
    """Whether it is on without being selected."""
    fix_safety: str = ""
    """What a fix may do beyond what the reader expects."""
    remedy: str = ""
    """What to write instead, where no fix says it."""
    codes: str = ""
    """A pattern of ids that its findings go by as well, each by its facet `code`: of another tool's findings."""
    origin: str = ""
    """The module that declares it."""
    checks: list[Check] = field(default_factory=list)

    def check(
        self,
        *,
        terraform: str = "",
        ansible: str = "",
        dockerfile: str = "",
        aspect: type | None = None,
        language: str = "",
        documents: bool = False,
    ) -> Callable[[Checker], Checker]:
        """Declare a function as a check of this Rule.

        `terraform`, `ansible`, `dockerfile`: Block keys it wants, `|` between them, globs allowed:
        `terraform="aws_s3_bucket|data.aws_iam_policy_document"`, `ansible="task|handler|ansible.builtin.copy"`,
        `dockerfile="RUN|stage"`. `aspect`: the Aspect it wants, of any language or the one named.
        `documents=True`: whole Documents of `language`.
        """

        def declare(function: Checker) -> Checker:
            for name, keys in (("terraform", terraform), ("ansible", ansible), ("dockerfile", dockerfile)):
                if keys:
                    self.checks.append(Check(name, tuple(key.strip() for key in keys.split("|")), function))
            if aspect is not None:
                self.checks.append(Check(language, (), function, aspect=aspect))
            elif documents:
                self.checks.append(Check(language, (), function, documents=True))
            return function

        return declare

    def __reduce__(self) -> tuple[Callable[..., Rule], tuple[str, str, Severity]]:
        # checks are functions and closures; another process finds them by importing the module
        return _declared, (self.name, self.origin, self.severity)

    def has_code(self, id: str) -> bool:
        """Whether a finding of it may go by this id."""
        return bool(self.codes) and re.fullmatch(self.codes, id) is not None

    def all_aliases(self) -> Iterator[str]:
        """Every peer's id, conditions left aside."""
        seen = set()
        for one in self.aliases:
            if one.id not in seen:
                seen.add(one.id)
                yield one.id


RULES: dict[str, Rule] = {}
"""All Rules declared so far, by name."""


def _declared(name: str, origin: str, severity: Severity) -> Rule:
    if name not in RULES:
        import importlib

        importlib.import_module(origin)
    found = RULES[name]
    return found if found.severity is severity else replace(found, severity=severity)


def rule(
    name: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    cwe: int | None = None,
    confidence: str = "high",
    references: Iterable[str] = (),
    aliases: Iterable[str | Alias | tuple[Alias, ...]] = (),
    tags: Iterable[str] = (),
    default: bool = True,
    fix_safety: str = "",
    remedy: str = "",
    codes: str = "",
) -> Rule:
    """Declare a Rule. Its checks are added with `@NAME.check(...)`.

    A second Rule of the same name is refused: modules must be imported as `iaclint.checks...`.
    """
    import sys

    origin = sys._getframe(1).f_globals.get("__name__", "")
    if origin == "iaclint.rules.requirement":
        origin = sys._getframe(2).f_globals.get("__name__", "")
    if name in RULES:
        raise ValueError(f"rule {name} is declared twice: in {RULES[name].origin} and {origin}")
    flat: list[Alias] = []
    for one in aliases:
        flat.extend((Alias(one),) if isinstance(one, str) else (one,) if isinstance(one, Alias) else one)
    declared = Rule(
        name,
        severity,
        title,
        why,
        cwe,
        confidence,
        tuple(references),
        tuple(flat),
        tuple(tags),
        default,
        fix_safety,
        remedy,
        codes,
        origin,
    )
    RULES[name] = declared
    return declared


def block_key(block: Block) -> str:
    """What a Block is found by: a resource's type, `data.TYPE`, `provider.NAME`, `module:SOURCE`,
    a module's full name, "task", "play", "stage", an instruction's keyword."""
    kind = block.kind
    if kind == "resource" or kind == "instruction":
        return block.type
    if kind == "module" and block.language == "terraform":
        source = block.get("source").text
        return f"module:{module_source_of(source).text}" if source else "module:"
    if kind == "module":
        return block.type
    if kind == "data" or kind == "provider" or kind == "ephemeral":
        return f"{kind}.{block.type}"
    return kind


__all__ = [
    "CRITICAL",
    "HIGH",
    "INFO",
    "LOW",
    "MEDIUM",
    "RULES",
    "Alias",
    "Check",
    "Checker",
    "Document",
    "Rule",
    "Severity",
    "alias",
    "block_key",
    "in_ansible",
    "in_dockerfile",
    "in_terraform",
    "rule",
]
