"""Configuration: `iaclint.toml`, or `[tool.iaclint]` in `pyproject.toml`, nearest upwards of the first path."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

FILE_NAME = "iaclint.toml"

LEVELS = ("info", "low", "medium", "high", "critical")
"""Severities by name, ascending."""


class ConfigError(Exception):
    """The configuration cannot be used; one clear line, exit code 2."""


@dataclass(slots=True)
class Config:
    """What the configuration says; every field has the default that holds without a file.

    select, ignore, extend_select  as on the command line
    severity            the name of the lowest severity that makes a run fail
    exclude             gitignore patterns of files that are not looked at
    per_file_ignores    gitignore pattern -> rule names, globs, tags or aliases
    ignore_addresses    the same names -> globs over addresses (`aws_s3_bucket.logs`)
    values              what `needs-value` repairs ask for
    severity_overrides  rule name -> name of a severity
    var_files           files of Terraform variables, relative to the configuration's folder
    max_file_size       in bytes; larger files are named and not read
    jobs                processes; 0: one per core
    baseline            the file of the findings that are known, relative to the configuration's folder; "": none
    respect_gitignore   whether files git ignores are passed over
    trusted_registries, label_schema, strict_labels  see `iaclint.model.settings`
    hadolint            whether a `.hadolint.yaml` beside or above a Dockerfile holds for it
    shellcheck          whether ShellCheck looks at shell scripts where it is installed
    origin              the file it was read from, "" for the defaults
    root                the folder its patterns are relative to, "" for the working directory
    given               the keys that the file states
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severity: str = "low"
    exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ignore_addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    severity_overrides: dict[str, str] = field(default_factory=dict)
    var_files: tuple[str, ...] = ()
    max_file_size: int = 5 * 1024 * 1024
    jobs: int = 1
    baseline: str = ""
    respect_gitignore: bool = True
    trusted_registries: tuple[str, ...] = ()
    label_schema: dict[str, str] = field(default_factory=dict)
    strict_labels: bool = False
    hadolint: bool = True
    shellcheck: bool = True
    origin: str = ""
    root: str = ""
    given: frozenset[str] = frozenset()

    def relative(self, path: str) -> str | None:
        """A path as the patterns see it; None when it lies outside the configuration's folder."""
        relative = os.path.relpath(os.path.abspath(path), self.root or os.getcwd()).replace(os.sep, "/")
        return None if relative == ".." or relative.startswith("../") else relative

    def ignores(self, path: str, rule: str, address: str, also: Iterable[str] = ()) -> bool:
        """Whether a finding of this rule, in this file, of this address is switched off.

        `also` are further names it goes by: its aliases, its rule's tags.
        """
        if not self.per_file_ignores and not self.ignore_addresses:
            return False
        names = (rule, *also)
        for selector, addresses in self.ignore_addresses.items():
            if _means(selector, names, rule) and any(fnmatch.fnmatchcase(address, one) for one in addresses):
                return True
        return self._ignores_in_file(path, names, rule)

    def _ignores_in_file(self, path: str, names: tuple[str, ...], rule: str) -> bool:
        patterns = [
            pattern
            for pattern, selectors in self.per_file_ignores.items()
            if any(_means(selector, names, rule) for selector in selectors)
        ]
        relative = self.relative(path) if patterns else None
        if relative is None:
            return False
        from iaclint.policy.patterns import matches

        return any(matches((pattern,), relative) for pattern in patterns)


def means(selector: str, names: Iterable[str]) -> bool:
    """Whether a selector is `all`, one of the names, or a glob that matches one."""
    return (
        selector == "all"
        or selector in names
        or ("*" in selector and any(fnmatch.fnmatchcase(name, selector) for name in names))
    )


def _means(selector: str, names: Iterable[str], rule: str) -> bool:
    if means(selector, names):
        return True
    from iaclint.rules.frameworks import selects

    return selects(selector, rule)


def load(start: str, explicit: str | None = None) -> Config:
    """The configuration that holds for a path: the explicit file, or the nearest upwards of `start`.

    Looking upwards ends at the folder that holds `.git`. Raises ConfigError.
    """
    if explicit is not None:
        if not os.path.isfile(explicit):
            raise ConfigError(f"there is no configuration file {explicit!r}")
        return _config(_read(explicit, is_named=True) or {}, explicit)
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        for name in (FILE_NAME, "pyproject.toml"):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                table = _read(path)
                if table is not None:
                    return _config(table, path)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return Config()
        folder = parent


def _read(path: str, *, is_named: bool = False) -> dict[str, Any] | None:
    """The iaclint table of a file; None where a pyproject.toml has none."""
    is_shared = os.path.basename(path) == "pyproject.toml"
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: cannot be read: {error.strerror or error}") from error
    if is_shared and b"iaclint" not in data:
        return None  # somebody else's file, and theirs to get right
    import tomllib

    try:
        table: Any = tomllib.loads(data.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{_shown(path)}: is no valid TOML: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{_shown(path)}: is no valid TOML: not UTF-8, or nested too deep") from error
    if is_shared or (is_named and set(table) == {"tool"}):
        tool = table.get("tool")
        table = tool.get("iaclint") if isinstance(tool, dict) else None
        if table is not None and not isinstance(table, dict):
            raise ConfigError(f"{_shown(path)}: tool.iaclint must be a table")
    return table  # type: ignore[no-any-return]


def _shown(path: str) -> str:
    relative = os.path.relpath(path).replace(os.sep, "/")
    return path if relative.startswith("../") else relative


def _config(table: dict[str, Any], path: str) -> Config:
    origin = _shown(path)
    config = Config(origin=origin, root=os.path.dirname(os.path.abspath(path)))
    given = []
    for written, value in table.items():
        key = written.replace("_", "-")
        reader = _READERS.get(key)
        if reader is None:
            raise ConfigError(f"{origin}: there is no key {written!r}{nearest(key, _READERS)}")
        try:
            setattr(config, key.replace("-", "_"), reader(value))
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{origin}: {written} {error}") from error
        given.append(key)
    config.given = frozenset(given)
    return config


def nearest(word: str, words: Iterable[str]) -> str:
    """`; did you mean X?` for the nearest of the right words, or ""."""
    import difflib

    near = difflib.get_close_matches(word, list(words), 1, 0.5)
    return f"; did you mean {near[0]}?" if near else ""


def level(word: object) -> str:
    """The name of a severity; ValueError says which there are."""
    if isinstance(word, str) and word.lower() in LEVELS:
        return word.lower()
    raise ValueError(f"must be one of {', '.join(LEVELS)}, not {word!r}{nearest(str(word), LEVELS)}")


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("must be a list of strings")
    return tuple(value)


def _patterns(value: object) -> tuple[str, ...]:
    patterns = _words(value)
    if patterns:
        from iaclint.policy.patterns import is_valid

        for one in patterns:
            if not is_valid(one):
                raise ValueError(f"holds {one!r}, which is no pattern")
    return patterns


def _lists(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not all(isinstance(one, list) for one in value.values()):
        raise TypeError("must be a table of lists of strings")
    return {key: _words(one) for key, one in value.items()}


def _file_ignores(value: object) -> dict[str, tuple[str, ...]]:
    lists = _lists(value)
    _patterns(list(lists))
    return lists


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise TypeError("must be a table of strings")
    return dict(value)


def _levels(value: object) -> dict[str, str]:
    return {name: level(word) for name, word in _strings(value).items()}


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("must be a whole number, 0 or more")
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("must be a number of bytes above 0")
    return value


def _file(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("must be a file's name")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


_READERS: dict[str, Any] = {
    "select": _words,
    "ignore": _words,
    "extend-select": _words,
    "severity": level,
    "exclude": _patterns,
    "per-file-ignores": _file_ignores,
    "ignore-addresses": _lists,
    "severity-overrides": _levels,
    "values": _strings,
    "var-files": _words,
    "max-file-size": _size,
    "jobs": _count,
    "baseline": _file,
    "respect-gitignore": _flag,
    "trusted-registries": _words,
    "label-schema": _strings,
    "strict-labels": _flag,
    "hadolint": _flag,
    "shellcheck": _flag,
}

KEYS = tuple(_READERS)
"""Every key a configuration may hold, in the order `iaclint config` prints them."""
