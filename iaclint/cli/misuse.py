"""Words the user gave that mean nothing: one line each, with the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable

from iaclint.policy.config import LEVELS, nearest


class Misuse(Exception):
    """The command cannot be carried out as given; one clear line, exit code 2."""


def one_of(option: str, word: str, words: Iterable[str]) -> str:
    """The word, if it is one of the right ones. Raises Misuse."""
    right = tuple(words)
    if word not in right:
        raise Misuse(f"{option} takes {', '.join(right[:-1])} or {right[-1]}, not {word!r}{nearest(word, right)}")
    return word


def level(word: str) -> str:
    """A severity's name. Raises Misuse."""
    return one_of("--severity", word.lower(), LEVELS)


def selectors(words: Iterable[str]) -> tuple[str, ...]:
    """Comma-separated words, each option of them in order."""
    return tuple(one.strip() for word in words for one in word.split(",") if one.strip())


def values(words: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE pairs. Raises Misuse."""
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise Misuse(f"--value takes NAME=VALUE, not {word!r}")
        found[name.strip()] = value
    return found


__all__ = ["Misuse", "level", "one_of", "selectors", "values"]
