"""hadolint's configuration, read as far as it says something about findings: `.hadolint.yaml`, `.hadolint.yml`.

It holds for the Dockerfiles beside and below it, up to the folder with `.git`. What our own configuration
states wins; see `iaclint.engine.adoption`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

from iaclint.policy.config import ConfigError

FILE_NAMES = (".hadolint.yaml", ".hadolint.yml")
LEVELS = {"error": "high", "warning": "medium", "info": "low", "style": "info"}
"""hadolint's severities as ours."""

_IDS = {
    "error": "DL3000 DL3004 DL3011 DL3012 DL3020 DL3021 DL3023 DL3024 DL3026 DL3043 DL3044 DL3061 DL4000 DL4004",
    "info": "DL3001 DL3009 DL3010 DL3015 DL3019 DL3047 DL3049 DL3050 DL3059 DL3060 DL3066",
    "style": "DL3048",
}
_LEVEL_OF = {id: level for level, ids in _IDS.items() for id in ids.split()}
_ID = re.compile(r"(?:DL|SC)\d+\Z")


@dataclass(frozen=True, slots=True)
class Hadolint:
    """What a `.hadolint.yaml` says.

    origin              the file as shown
    ignored             ids whose findings are not wanted
    levels              id -> name of our severity, from `override`
    trusted_registries, label_schema, strict_labels  see `iaclint.model.settings`; None where it says nothing
    threshold           name of our severity that fails a run, None where it says nothing
    never_fails         whether no finding fails a run
    honours_comments    whether `# hadolint ignore=` counts
    """

    origin: str
    ignored: tuple[str, ...] = ()
    levels: dict[str, str] = field(default_factory=dict)
    trusted_registries: tuple[str, ...] | None = None
    label_schema: dict[str, str] | None = None
    strict_labels: bool | None = None
    threshold: str | None = None
    never_fails: bool = False
    honours_comments: bool = True


def level_of(id: str) -> str:
    """The severity hadolint gives a rule by itself, as one of ours; ShellCheck's are left to ours."""
    return LEVELS[_LEVEL_OF.get(id, "warning")] if id.startswith("DL") else "info"


def find(folder: str) -> str | None:
    """The configuration that holds for the Dockerfiles of a folder (an absolute path), or None."""
    while True:
        for name in FILE_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return path
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def read(path: str) -> Hadolint:
    """What the file says; keys about output say nothing to us. Raises ConfigError."""
    shown = os.path.relpath(path).replace(os.sep, "/")
    shown = path if shown.startswith("../") else shown
    table = _table(path)
    try:
        return Hadolint(
            shown,
            ignored=_ids(table.get("ignored"), "ignored"),
            levels=_levels(table.get("override")),
            trusted_registries=_words(table.get("trustedRegistries"), "trustedRegistries"),
            label_schema=_schema(table.get("label-schema")),
            strict_labels=_flag(table.get("strict-labels"), "strict-labels"),
            threshold=_threshold(table.get("failure-threshold")),
            never_fails=_flag(table.get("no-fail"), "no-fail") is True,
            honours_comments=_flag(table.get("disable-ignore-pragma"), "disable-ignore-pragma") is not True,
        )
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _table(path: str) -> dict[str, Any]:
    import yaml

    try:
        with open(path, "rb") as file:
            table = yaml.load(file.read(1_000_000), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError("is no valid YAML") from error
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise ConfigError("must hold a map")
    return table


def _words(value: object, key: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key} must be a list of strings")
    return tuple(value)


def _ids(value: object, key: str) -> tuple[str, ...]:
    return tuple(one for one in _words(value, key) or () if _ID.match(one))


def _levels(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("override must be a map")
    found: dict[str, str] = {}
    for level, ids in value.items():
        if level in LEVELS:
            found.update(dict.fromkeys(_ids(ids, f"override.{level}"), LEVELS[level]))
    return found


def _schema(value: object) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise ValueError("label-schema must be a map of strings")
    return dict(value)


def _flag(value: object, key: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


def _threshold(value: object) -> str | None:
    if value is None or value == "none":
        return None
    level = LEVELS.get(str(value).lower()) or ("info" if str(value).lower() == "ignore" else None)
    if level is None:
        raise ValueError(f"failure-threshold must be one of {', '.join(LEVELS)}, not {value!r}")
    return level


__all__ = ["FILE_NAMES", "LEVELS", "Hadolint", "find", "level_of", "read"]
