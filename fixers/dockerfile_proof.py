"""The proof of a Dockerfile fix: dockerfile-parse sees exactly the declared Effects, and nothing else.

dockerfile-parse does not know here-documents, ends an instruction at an empty line within a continuation, and
takes a doubled escape character for a continuation. So it is asked only about files it reads as we do before the
fix, and that announce no here-document; for the others our own list of instructions is compared instead.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from iaclint.edits.fix import Effect
from iaclint.parsers.dockerfile.document import parse
from iaclint.parsers.dockerfile.lines import Script, split
from iaclint.parsers.dockerfile.words import read_head
from iaclint.source import BOM, Source

Instructions = list[tuple[str, str]]
"""Keyword and logical value of each instruction."""


def prove(before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
    """None where the file differs exactly by the Effects, as the second reader sees it; else what is wrong."""
    document, changed = parse(Source("before", before)), parse(Source("after", after))
    if len(changed.problems) > len(document.problems):
        return f"the file would not be understood: {changed.problems[-1].message}"
    script, new_script = document.tree, changed.tree
    own, new = _instructions(script, before), _instructions(new_script, after)
    wanted = _applied(own, effects)
    if isinstance(wanted, str):
        return wanted
    if new != wanted:
        return "the instructions differ otherwise than declared"
    if _comments(before, script) != _comments(after, new_script):
        return "a comment would change"
    if any(statement.heredocs for one in (script, new_script) for statement in one.statements):
        return None
    if _read_second(before) != own:
        return None
    if _read_second(after) != wanted:
        return "the second reader sees another change than declared"
    return None


def logical_instructions(data: bytes) -> Instructions:
    """Keyword (upper-case) and logical value of each instruction; the lines of here-documents belong to it."""
    return _instructions(split(data), data)


def _instructions(script: Script, data: bytes) -> Instructions:
    found = []
    for statement in script.statements:
        text = statement.logical.text
        head = read_head(text)
        value = text[head.keyword_range.end :].strip()
        if statement.heredocs:
            value += data[statement.command_end : statement.end]
        found.append((head.keyword.upper(), value.decode("utf-8", "surrogateescape")))
    return found


def _comments(data: bytes, script: Script) -> list[bytes]:
    return [data[span.start : span.end] for span in sorted(script.comments)]


def _read_second(data: bytes) -> Instructions | None:
    import logging

    from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

    logging.getLogger("dockerfile_parse").setLevel(logging.CRITICAL)
    try:
        structure = DockerfileParser(fileobj=io.BytesIO(data.removeprefix(BOM))).structure
    except UnicodeDecodeError:
        return None
    return [(one["instruction"], one["value"].strip()) for one in structure if one["instruction"] != "COMMENT"]


def _applied(before: Instructions, effects: Sequence[Effect]) -> Instructions | str:
    """The instructions with the Effects carried out, or why they cannot be."""
    keywords = dict(enumerate(keyword for keyword, _ in before))
    values = dict(enumerate(value for _, value in before))
    removed: set[int] = set()
    inserted: dict[int, list[tuple[str, str]]] = {}
    changes: dict[int, list[Effect]] = {}
    for effect in effects:
        index = effect.path[0] if effect.path else None
        if not isinstance(index, int) or not 0 <= index < len(before) + (effect.action == "insert"):
            return "an effect has no place"
        if effect.action == "insert":
            inserted.setdefault(index, []).append((effect.after[0], effect.after[1]))
        elif effect.action == "remove" and list(before[index]) == list(effect.before):
            removed.add(index)
        elif effect.action == "set" and effect.path[1:] == ("keyword",) and keywords[index] == effect.before:
            keywords[index] = effect.after
        elif effect.action == "set" and len(effect.path) == 1 and before[index][1] == effect.before:
            changes.setdefault(index, []).append(effect)
        else:
            return "an effect does not begin with what stands there"
    for index, several in changes.items():
        combined = _combined(values[index], several)
        if combined is None:
            return "two effects change the same text"
        values[index] = combined
    result: Instructions = []
    for index in range(len(before) + 1):
        result.extend(inserted.get(index, ()))
        if index < len(before) and index not in removed:
            result.append((keywords[index], values[index]))
    return result


def _combined(text: str, effects: Sequence[Effect]) -> str | None:
    """A text with several changes carried out, each declared on the text as it was; None where they overlap."""
    # several insertions at one place come in the order they were declared, as their Edits do
    unique = dict.fromkeys(_difference(text, effect.after) for effect in effects)
    changes = sorted(unique, key=lambda change: change[:2])
    at, parts = 0, []
    for start, end, new in changes:
        if start < at:
            return None
        parts += [text[at:start], new]
        at = end
    return "".join((*parts, text[at:])).strip()


def _difference(before: str, after: Any) -> tuple[int, int, str]:
    """The range of `before` that is another text in `after`, and that text."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, len(before) - end, after[start : len(after) - end]


__all__ = ["logical_instructions", "prove"]
