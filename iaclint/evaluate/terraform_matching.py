"""Running the program of a pattern: in time in proportion to the text, whatever the pattern.

The first alternative that matches wins, as in Perl. All threads of the program go through the text at once, the
preferred first, so none of it is looked at twice.
"""

from __future__ import annotations

from collections.abc import Callable

from iaclint.evaluate.terraform_patterns import MAX_WORK, Pattern, Ranges
from iaclint.evaluate.terraform_values import Unknowable

Groups = tuple[int | None, ...]


def search(pattern: Pattern, text: str, start: int = 0) -> Groups | None:
    """The first match from an offset: start and end of the whole and of each group; None where there is none."""
    if len(pattern.program) * (len(text) + 1) > MAX_WORK or (pattern.ignores and not text.isascii()):
        raise Unknowable
    empty: Groups = (None,) * (2 * len(pattern.names) + 2)
    threads: list[tuple[int, Groups]] = []
    best: Groups | None = None
    for at in range(start, len(text) + 1):
        if best is None:
            seen = {pc for pc, _ in threads}
            _follow(pattern, 0, empty, text, at, threads, seen)
        if not threads:
            if best is not None:
                break
            continue
        code = ord(text[at]) if at < len(text) else -1
        following: list[tuple[int, Groups]] = []
        seen = set()
        for pc, groups in threads:
            instruction = pattern.program[pc]
            if instruction[0] == "match":
                # those after it are less preferred
                best = groups
                break
            ranges: Ranges = instruction[1]  # type: ignore[assignment]
            if any(first <= code <= last for first, last in ranges):
                _follow(pattern, pc + 1, groups, text, at + 1, following, seen)
        threads = following
    return best


def _follow(
    pattern: Pattern, start: int, groups: Groups, text: str, at: int, threads: list[tuple[int, Groups]], seen: set[int]
) -> None:
    """Add what can be reached from an instruction without taking a character, the preferred first."""
    stack = [(start, groups)]
    while stack:
        pc, saved = stack.pop()
        if pc in seen:
            continue
        seen.add(pc)
        instruction = pattern.program[pc]
        kind = instruction[0]
        if kind == "jump":
            stack.append((instruction[1], saved))  # type: ignore[arg-type]
        elif kind == "split":
            stack += [(instruction[2], saved), (instruction[1], saved)]  # type: ignore[list-item]
        elif kind == "save":
            slot: int = instruction[1]  # type: ignore[assignment]
            stack.append((pc + 1, (*saved[:slot], at, *saved[slot + 1 :])))
        elif kind == "at":
            if _HOLDS[instruction[1]](text, at):  # type: ignore[index]
                stack.append((pc + 1, saved))
        else:
            threads.append((pc, saved))


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and (text[at].isalnum() or text[at] == "_")


_HOLDS: dict[str, Callable[[str, int], bool]] = {
    "start": lambda text, at: at == 0,
    "end": lambda text, at: at == len(text),
    "line": lambda text, at: at == 0 or text[at - 1] == "\n",
    "line end": lambda text, at: at == len(text) or text[at] == "\n",
    "word": lambda text, at: _is_word(text, at - 1) != _is_word(text, at),
    "no word": lambda text, at: _is_word(text, at - 1) == _is_word(text, at),
}


def matches(pattern: Pattern, text: str) -> list[Groups]:
    """All matches that do not overlap; an empty one right after another does not count."""
    found: list[Groups] = []
    at, last_end, work = 0, -1, 0
    while at <= len(text):
        match = search(pattern, text, at)
        if match is None:
            break
        start, end = match[0] or 0, match[1] or 0
        work += (end - at + 1) * len(pattern.program)
        if work > MAX_WORK:
            raise Unknowable
        if end > start or start != last_end:
            found.append(match)
        at = end if end > at else at + 1
        last_end = end
    return found


__all__ = ["Groups", "matches", "search"]
