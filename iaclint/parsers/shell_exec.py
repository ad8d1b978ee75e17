"""Commands that no shell reads: words given one by one (exec form, `argv`), or split at blanks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iaclint.model.aspects import ShellCommand
from iaclint.parsers.shell_words import ScriptWord
from iaclint.parsers.shell_wrappers import base_name, command_start
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.model.block import Block, Document
    from iaclint.model.value import Value
    from iaclint.parsers.embedded import EmbeddedText

_WORD = re.compile(rb"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+""", re.DOTALL)
_PIECE = re.compile(
    rb"""'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)"|\\(?P<escaped>.)|(?P<plain>[^'"\\]+)""", re.DOTALL
)
_VARIABLE = re.compile(rb"\$(?:\{(\w+)\}|(_+|\w+))")


@dataclass(slots=True, eq=False)
class ExecForm:
    """What ShellCommand.script holds where the words are values of a list."""

    block: Block
    values: list[Value]

    @property
    def document(self) -> Document:
        """The Document the list stands in."""
        return self.block.document


@dataclass(slots=True, eq=False)
class SplitText:
    """What ShellCommand.script holds where a text is split into words without a shell."""

    text: EmbeddedText
    block: Block

    @property
    def document(self) -> Document:
        """The Document the text stands in."""
        return self.block.document


def exec_command(block: Block, values: Sequence[Value]) -> ShellCommand | None:
    """The command that a list of words starts."""
    script = ExecForm(block, list(values))
    words = [_value_word(value, script) for value in values]
    return _command(block, words, script)


def words_command(block: Block, words: list[ScriptWord], script: object) -> ShellCommand | None:
    """The command that words read elsewhere start."""
    return _command(block, words, script)


def split_command(text: EmbeddedText, block: Block) -> ShellCommand | None:
    """The command a text means when split as Ansible's command module does; None when it is empty."""
    script = SplitText(text, block)
    words = [_split_word(match, text, script) for match in _WORD.finditer(text.text)]
    return _command(block, words, script)


def _command(block: Block, words: list[ScriptWord], script: object) -> ShellCommand | None:
    if not words:
        return None
    at, wrappers, assigning = command_start(words)
    span = Span(words[0].span.start, words[-1].span.end)
    command = ShellCommand(
        block, base_name(words[at]), words[at], list(words[at + 1 :]), span, wrappers, list(words[:at]), script=script
    )
    command.pipeline = [command]
    for index in assigning:
        name, _, text = words[index].known.partition("=")
        whole = words[index]
        command.assignments[name] = ScriptWord(
            text if whole.text is not None else None, whole.raw, whole.span, (text, *whole.parts[1:]),
            whole.variables, script, whole.start, whole.end,
        )
    return command


def _value_word(value: Value, script: ExecForm) -> ScriptWord:
    parts = value.parts if value.parts is not None else (value.text,)
    return ScriptWord(
        value.text, value.document.source.slice(value.span), value.span, parts, value.references, script
    )


def _split_word(match: re.Match[bytes], text: EmbeddedText, script: SplitText) -> ScriptWord:
    parts: list[str | None] = []
    names: list[str] = []
    for piece in _PIECE.finditer(match.group()):
        kind = piece.lastgroup or "plain"
        raw = piece.group(kind)
        if kind == "double":
            raw = re.sub(rb'\\(["\\])', rb"\1", raw)
        start = match.start() + piece.start(kind)
        _expand(raw, start if raw == piece.group(kind) else None, text, parts, names)
    joined: list[str | None] = []
    for part in parts:
        if part is not None and joined and joined[-1] is not None:
            joined[-1] += part
        else:
            joined.append(part)
    known: Any = None if None in joined else "".join(part for part in joined if part is not None)
    return ScriptWord(
        known, match.group().decode("utf-8", "surrogateescape"), text.span(match.start(), match.end()),
        tuple(joined), tuple(names), script, match.start(), match.end(),
    )


def _expand(raw: bytes, start: int | None, text: EmbeddedText, parts: list[str | None], names: list[str]) -> None:
    # the module expands environment variables, whatever the quotes
    at = 0
    for match in _VARIABLE.finditer(raw):
        parts.append(raw[at : match.start()].decode("utf-8", "surrogateescape"))
        parts.append(None)
        gap = text.gaps.get(start + match.start()) if start is not None else None
        names.append(gap or (match[1] or match[2]).decode("utf-8", "replace"))
        at = match.end()
    parts.append(raw[at:].decode("utf-8", "surrogateescape"))
    parts[:] = [part for part in parts if part != ""] or [""]
