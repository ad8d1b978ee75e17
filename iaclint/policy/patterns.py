"""Path patterns as `.gitignore` writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")

Decision = Callable[[str], bool | None]
"""Given a path relative to the patterns' folder (a folder's ends with `/`): True where the last pattern
that matches takes it, False where that one starts with `!`, None where none matches."""


@lru_cache(maxsize=512)
def decision(patterns: tuple[str, ...]) -> Decision:
    """The patterns put together. Lines that are no valid pattern match nothing, as in git."""
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(patterns)
    except (ValueError, re.error):
        spec = GitIgnoreSpec.from_lines([one for one in patterns if is_valid(one)])

    # most paths match nothing: one search over all patterns at once tells so, several times faster
    sources = [pattern.regex.pattern for pattern in spec.patterns if pattern.regex is not None]
    some = re.compile("|".join(f"(?:{_NAMED_GROUP.sub('(?:', source)})" for source in sources))

    def decide(path: str) -> bool | None:
        if not sources or some.search(path) is None:
            return None
        return spec.check_file(path).include

    return decide


def is_valid(pattern: str) -> bool:
    """Whether git would understand the pattern."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([pattern])
    except (ValueError, re.error):
        return False
    return True


def matches(patterns: tuple[str, ...], path: str) -> bool:
    """Whether the patterns take a path, a pattern for a folder being one for all below it."""
    return bool(patterns) and decision(patterns)(path) is True
