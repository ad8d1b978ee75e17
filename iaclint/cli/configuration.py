"""The configuration for a run, and `iaclint config`, which shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.cli.misuse import Misuse
from iaclint.cli.output import note, write
from iaclint.policy.config import KEYS, Config, ConfigError, load

if TYPE_CHECKING:
    from collections.abc import Iterator


def configuration(start: str, explicit: str | None, without: bool) -> Config:
    """What is in force for a path. Raises Misuse."""
    if without and explicit is not None:
        raise Misuse("--config and --no-config exclude each other")
    if without:
        return Config(hadolint=False)
    try:
        return load(start, explicit)
    except ConfigError as error:
        raise Misuse(str(error)) from error


def show(start: str, explicit: str | None, without: bool) -> int:
    """Print the configuration in force as TOML, each key with where it comes from."""
    config = configuration(start, explicit, without)
    width = max(map(len, KEYS))
    lines = [f"# {config.origin or 'no configuration file: defaults'}"]
    for key in KEYS:
        origin = config.origin if key in config.given else "default"
        lines.append(f"{key.ljust(width)} = {_toml(getattr(config, key.replace('-', '_')))}  # {origin}")
    write("\n".join(lines) + "\n")
    for problem in _unknown_rules(config):
        note(f"iaclint: {problem}")
    return 0


def _toml(value: object) -> str:
    import json

    if isinstance(value, dict):
        pairs = [f"{json.dumps(name, ensure_ascii=False)} = {_toml(one)}" for name, one in value.items()]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # a JSON string, number or boolean is one of TOML, too
    return json.dumps(value, ensure_ascii=False)


def _unknown_rules(config: Config) -> Iterator[str]:
    from iaclint.engine.api import load_all_rules
    from iaclint.policy.config import means, nearest
    from iaclint.rules import frameworks

    rules = load_all_rules()
    known = {*rules, *(tag for one in rules.values() for tag in one.tags)}
    known |= {alias for one in rules.values() for alias in one.all_aliases()}
    known |= set(frameworks.FRAMEWORKS)
    named = {
        "select": config.select,
        "ignore": config.ignore,
        "extend-select": config.extend_select,
        "severity-overrides": tuple(config.severity_overrides),
        "ignore-addresses": tuple(config.ignore_addresses),
        "per-file-ignores": tuple(one for names in config.per_file_ignores.values() for one in names),
    }
    for key, names in named.items():
        for name in names:
            if not means(name, known) and not any(frameworks.selects(name, rule) for rule in rules):
                likely = frameworks.known() if frameworks.is_selector(name) else known
                yield f"{config.origin}: {key} names no rule, tag, control or alias: {name!r}{nearest(name, likely)}"
