"""Finding the rules: every module below `iaclint.checks` counts, and is imported only when needed.

A folder named after a platform is imported when a file mentions that platform; any other folder is
about what is at stake and serves all languages, or those its package names in `LANGUAGES`.
"""

from __future__ import annotations

import fnmatch
import importlib
import os
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from iaclint.rules import frameworks
from iaclint.rules.rule import RULES, Check, Rule

PLATFORM_FOLDERS = {
    "aws": "aws",
    "azurerm": "azure",
    "google": "google",
    "kubernetes": "kubernetes",
    "dockerfile": "dockerfile",
    "ansible": "ansible",
    "terraform": "terraform",
}
"""Which folder of checks a platform mentioned in a Document asks for."""


INDEX = "index.tsv"
"""Beside the folders of checks: which module wants which Blocks. `pytest tests/engine/test_index.py --snapshot-update`
makes it again."""


class UnknownRule(LookupError):
    """A selector that names no rule; the text suggests the nearest."""


def load_all() -> dict[str, Rule]:
    """Import every module of checks and return all Rules by name, in order."""
    for folder in _folders():
        _load(folder)
    return {name: RULES[name] for name in sorted(RULES)}


def load_for(platforms: Iterable[str], keys: Iterable[str] | None = None) -> None:
    """Import the checks for these platforms and those that serve every platform.

    With `keys`, the dispatch keys of all Blocks there are, modules of checks that want other Blocks only are left
    out; `checks/index.tsv` tells which.
    """
    wanted = set(platforms)
    keys = None if keys is None else set(keys)
    for folder in _folders():
        if folder in PLATFORM_FOLDERS.values():
            if any(PLATFORM_FOLDERS.get(platform) == folder for platform in wanted):
                _load(folder) if keys is None else _load_wanted(folder, keys)
        elif _serves(folder, wanted):
            _load(folder)


def _load_wanted(folder: str, keys: set[str]) -> None:
    index = _index(folder)
    for name in index.always:
        _import(folder, name)
    for key in keys:
        for name in index.exact.get(key, ()):
            _import(folder, name)
    for glob, names in index.globs.items():
        if any(fnmatch.fnmatchcase(key, glob) for key in keys):
            for name in names:
                _import(folder, name)


@cache
def _import(folder: str, name: str) -> None:
    importlib.import_module(f"iaclint.checks.{folder}.{name}")


class _Index(NamedTuple):
    """Which modules of a folder want which Blocks."""

    always: list[str]
    exact: dict[str, list[str]]
    globs: dict[str, list[str]]


@cache
def _index(folder: str) -> _Index:
    """What `checks/index.tsv` says of a folder. A module that has been changed since is always wanted."""
    import iaclint.checks

    (root,) = iaclint.checks.__path__
    entries: dict[str, tuple[str, str]] = {}
    with open(os.path.join(root, INDEX), encoding="utf-8") as file:
        for line in file:
            module, size, keys = line.rstrip("\n").split("\t")
            if module.startswith(f"{folder}."):
                entries[module.partition(".")[2]] = (size, keys)
    index = _Index([], {}, {})
    with os.scandir(os.path.join(root, folder)) as files:
        for entry in files:
            if not entry.name.endswith(".py") or entry.name.startswith("_"):
                continue
            name = entry.name[:-3]
            size, keys = entries.get(name, ("", "*"))
            if keys == "*" or size != str(entry.stat().st_size):
                index.always.append(name)
                continue
            for key in keys.split():
                (index.globs if "*" in key else index.exact).setdefault(key, []).append(name)
    index.always.sort()
    return index


def index_text() -> str:
    """What `checks/index.tsv` is to hold: module, its size in bytes, and the keys its checks want; "*" for all."""
    import iaclint.checks

    load_all()
    (root,) = iaclint.checks.__path__
    wanted: dict[str, set[str]] = {}
    for rule in RULES.values():
        keys = wanted.setdefault(rule.origin.removeprefix("iaclint.checks."), set())
        for check in rule.checks:
            keys.update(check.keys if check.aspect is None and not check.documents else ("*",))
    lines = []
    for folder in sorted(set(PLATFORM_FOLDERS.values()) & set(_folders())):
        for entry in sorted(os.listdir(os.path.join(root, folder))):
            if entry.endswith(".py") and not entry.startswith("_"):
                module = f"{folder}.{entry[:-3]}"
                size = os.path.getsize(os.path.join(root, folder, entry))
                keys = wanted.get(module, set())
                lines.append(f"{module}\t{size}\t{'*' if '*' in keys or not keys else ' '.join(sorted(keys))}\n")
    return "".join(lines)


@cache
def _folders() -> tuple[str, ...]:
    import iaclint.checks

    (root,) = iaclint.checks.__path__
    return tuple(
        sorted(entry.name for entry in os.scandir(root) if entry.is_dir() and not entry.name.startswith(("_", ".")))
    )


def _serves(folder: str, platforms: set[str]) -> bool:
    languages = getattr(importlib.import_module(f"iaclint.checks.{folder}"), "LANGUAGES", None)
    return languages is None or bool(platforms & set(languages))


@cache
def _load(folder: str) -> None:
    package = importlib.import_module(f"iaclint.checks.{folder}")
    names = sorted(name[:-3] for name in os.listdir(package.__path__[0]) if name.endswith(".py") and name[0] != "_")
    for name in names:
        _import(folder, name)


class Selection:
    """Which rules are on, from `--select`, `--extend-select`, `--ignore` and the configuration.

    A selector is `all`, a name, a glob over names, a tag, a framework or control of one (see rules.frameworks),
    or a peer's id. A conditional alias turns its rule on, but only findings for which the alias holds are reported.
    """

    def __init__(
        self,
        select: Iterable[str] = (),
        extend: Iterable[str] = (),
        ignore: Iterable[str] = (),
        *,
        yielding: Iterable[str] = (),
    ) -> None:
        self.yielding = frozenset(yielding)
        """Ids that are ignored unless they, or the rule by its name, are selected: a peer's configuration says so."""
        self.select = tuple(select)
        self.extend = tuple(extend)
        self.ignore = tuple(ignore)
        self._ignored, self._extended = _Selectors.of(self.ignore), _Selectors.of(self.extend)
        self._wanted = _Selectors.of((*self.select, *self.extend))

    def validate(self) -> None:
        """Raise UnknownRule for a selector that means no rule at all."""
        selectors = (*self.select, *self.extend, *self.ignore)
        unmet = [one for one in selectors if one != "all" and one not in RULES and one not in frameworks.FRAMEWORKS]
        if not unmet:
            return
        rules = load_all()
        known = set(rules) | {tag for one in rules.values() for tag in one.tags}
        known |= {alias for one in rules.values() for alias in one.all_aliases()}
        known |= set(frameworks.FRAMEWORKS)
        for one in unmet:
            if one in known or ("*" in one and any(fnmatch.fnmatchcase(name, one) for name in known)):
                continue
            if any(frameworks.selects(one, name) or rule.has_code(one) for name, rule in rules.items()):
                continue
            import difflib

            likely = frameworks.known() if frameworks.is_selector(one) else known
            near = difflib.get_close_matches(one, likely, 1, 0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownRule(f"no rule, tag, control or alias is called {one!r}{hint}")

    def includes(self, rule: Rule) -> bool:
        """Whether the rule may report anything."""
        if self._ignored.mean(rule):
            return False
        if not self.select:
            return rule.default or self._extended.touch(rule)
        return self._wanted.touch(rule)

    def keeps(self, rule: Rule, aliases: Iterable[str]) -> bool:
        """Whether a finding of an included rule, for which these aliases hold, is reported."""
        holding = set(aliases)
        if holding & set(self.ignore):
            return False
        if holding & self.yielding and not any(
            one == rule.name or one in holding for one in (*self.select, *self.extend)
        ):
            return False
        if not self.select and rule.default:
            return True
        return self._wanted.mean(rule) or not holding.isdisjoint(self._wanted.words)


class _Selectors(NamedTuple):
    """Selectors, so arranged that hundreds of them are compared with hundreds of rules in no time.

    words     all of them
    patterns  those that mean more than a name, tag or alias
    """

    words: frozenset[str]
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, selectors: Iterable[str]) -> _Selectors:
        words = frozenset(selectors)
        return cls(words, tuple(one for one in words if "*" in one or frameworks.is_selector(one)))

    def mean(self, rule: Rule) -> bool:
        """Whether one of them takes the whole rule."""
        return (
            "all" in self.words
            or rule.name in self.words
            or not self.words.isdisjoint(rule.tags)
            or any(_matches(one, rule) for one in self.patterns)
        )

    def touch(self, rule: Rule) -> bool:
        """Whether one of them takes the rule or what one of its aliases stands for."""
        if not self.words:
            return False
        if self.mean(rule) or not self.words.isdisjoint(_ids(rule)):
            return True
        return bool(rule.codes) and any(map(rule.has_code, self.words))


def _matches(pattern: str, rule: Rule) -> bool:
    return ("*" in pattern and fnmatch.fnmatchcase(rule.name, pattern)) or frameworks.selects(pattern, rule.name)


@cache
def _ids(rule: Rule) -> frozenset[str]:
    return frozenset(rule.all_aliases())


class Dispatch:
    """Which checks want which Blocks, Aspects and Documents of one language."""

    def __init__(self, language: str, rules: Iterable[Rule]) -> None:
        self.exact: dict[str, list[tuple[Rule, Check]]] = {}
        self.globs: list[tuple[str, Rule, Check]] = []
        self.aspects: dict[type, list[tuple[Rule, Check]]] = {}
        self.documents: list[tuple[Rule, Check]] = []
        self._cache: dict[str, list[tuple[Rule, Check]]] = {}
        for rule in rules:
            for check in rule.checks:
                if check.language and check.language != language:
                    continue
                if check.aspect is not None:
                    self.aspects.setdefault(check.aspect, []).append((rule, check))
                elif check.documents:
                    self.documents.append((rule, check))
                for key in check.keys:
                    if "*" in key:
                        self.globs.append((key, rule, check))
                    else:
                        self.exact.setdefault(key, []).append((rule, check))

    def wanting(self, key: str) -> list[tuple[Rule, Check]]:
        """The checks that want Blocks of this key."""
        found = self._cache.get(key)
        if found is None:
            found = list(self.exact.get(key, ()))
            found += [(rule, check) for glob, rule, check in self.globs if fnmatch.fnmatchcase(key, glob)]
            self._cache[key] = found
        return found
