"""The shell text of an instruction, and the words of an exec form."""

from __future__ import annotations

import re
from collections.abc import Callable

from iaclint.model.block import Block
from iaclint.model.value import Value
from iaclint.parsers.dockerfile.instructions import Instruction
from iaclint.parsers.dockerfile.lines import Heredoc
from iaclint.parsers.dockerfile.words import Range, json_strings, json_text
from iaclint.parsers.embedded import EmbeddedText
from iaclint.source import Span

_COMMANDS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_SHELL_NAMES = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_SHELL_OPTION = re.compile(r"-[a-zA-Z]*c")
_SHEBANG_SHELL = re.compile(rb"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:/\S*/)?(?:sh|bash|ash|dash|zsh|ksh)(?:\s|$)")


def shell_text(instruction: Block) -> EmbeddedText | None:
    """What a POSIX shell or bash is given to run; None where no such shell is, or it cannot be told.

    A shell form's text is as long as in the file: continuations, and comment and empty lines within them,
    are blanked so that the shell sees one line, as it does in a build. Only a continuation that cuts a word
    in two is left out.
    """
    node = instruction.node
    if not isinstance(node, Instruction) or instruction.type not in _COMMANDS or "command" not in instruction.arguments:
        return None
    if node.is_exec:
        return _exec_text(instruction, node)
    if node.dialect not in ("posix", "bash"):
        return None
    script = _script_heredoc(node)
    if script is not None:
        return _heredoc_text(instruction, script)
    if any(not heredoc.is_terminated for heredoc in node.heredocs):
        return None
    return _shell_form(instruction, node)


def windows_text(instruction: Block) -> EmbeddedText | None:
    """What PowerShell or cmd is given to run, as `shell_text` gives it for a POSIX shell; else None."""
    node = instruction.node
    if not isinstance(node, Instruction) or instruction.type not in _COMMANDS or "command" not in instruction.arguments:
        return None
    if node.is_exec or node.heredocs or node.dialect not in ("powershell", "cmd"):
        return None
    return _shell_form(instruction, node)


def exec_words(instruction: Block) -> list[Value]:
    """The words of an exec form; none for a shell form."""
    value = instruction.get("command")
    return value.items if isinstance(instruction.node, Instruction) and instruction.node.is_exec else []


def dialect(instruction: Block) -> str:
    """What an instruction's shell form is written in: "posix", "bash", "powershell", "cmd" or "unknown"."""
    return instruction.node.dialect if isinstance(instruction.node, Instruction) else "unknown"


def _script_heredoc(node: Instruction) -> Heredoc | None:
    """The here-document that is the whole command: `RUN <<EOF`."""
    if len(node.heredocs) == 1 and node.logical.span(*node.command) == node.heredocs[0].word:
        return node.heredocs[0]
    return None


def _heredoc_text(instruction: Block, heredoc: Heredoc) -> EmbeddedText | None:
    data = instruction.document.source.data[heredoc.body.start : heredoc.body.end]
    if not heredoc.is_terminated or (data.startswith(b"#!") and not _SHEBANG_SHELL.match(data)):
        return None

    def spell(text: str, offset: int) -> str | None:
        return None if heredoc.name in (line.strip() for line in text.splitlines()) else text

    return EmbeddedText(instruction.document, _without_cr(data), [(0, heredoc.body.start)], spell)


def _shell_form(instruction: Block, node: Instruction) -> EmbeddedText:
    data = instruction.document.source.data
    span = node.logical.span(*node.command)
    text = bytearray()
    starts = [(0, span.start)]
    at = span.start
    for gap in node.logical.gaps:
        if span.start <= gap.start and gap.end <= span.end:
            text += data[at : gap.start]
            if _cuts_word(data, gap):
                starts.append((len(text), gap.end))
            else:
                text += b" " * (gap.end - gap.start)
            at = gap.end
    text += data[at : span.end]
    if node.heredocs:
        text += _heredoc_lines(data, span.end, node.heredocs)
    return EmbeddedText(instruction.document, bytes(text), starts, _one_line(node.escape))


def _cuts_word(data: bytes, gap: Span) -> bool:
    """Whether a continuation stands within a word: blanks there would make two of it."""
    return not data[gap.start - 1 : gap.start].isspace() and not data[gap.end : gap.end + 1].isspace()


def _heredoc_lines(data: bytes, start: int, heredocs: list[Heredoc]) -> bytes:
    """The lines of here-documents behind a command; a CR is blanked, but never behind a terminator."""
    lines = _without_cr(data[start : heredocs[-1].end.end])
    for heredoc in heredocs[:-1]:
        at = heredoc.end.end - start
        if lines[at : at + 2] == b" \n":
            lines = lines[:at] + b"\n " + lines[at + 2 :]
    return lines


def _without_cr(text: bytes) -> bytes:
    return text.replace(b"\\\r\n", b" \\\n").replace(b"\r\n", b" \n")


def _one_line(escape: str) -> Callable[[str, int], str | None]:
    def spell(text: str, offset: int) -> str | None:
        if "<<" in text:
            return None
        joined = re.sub(r"\\(\r?\n)", lambda match: escape + match[1], text)
        for line in joined.split("\n")[:-1]:
            if not line.rstrip("\r").endswith(escape):
                return None
        return joined

    return spell


def _exec_text(instruction: Block, node: Instruction) -> EmbeddedText | None:
    """The script of `["sh", "-c", "script"]` when the JSON string has no escapes."""
    logical = node.logical
    strings = json_strings(logical.text, *node.command) or []
    if len(strings) < 3:
        return None
    words = [json_text(logical.text[start:end]) for start, end in strings[:2]]
    start, end = strings[2]
    inner = Range(start + 1, end - 1)
    text = logical.text[inner.start : inner.end]
    if words[0].rsplit("/", 1)[-1] not in _SHELL_NAMES or not _SHELL_OPTION.fullmatch(words[1]) or b"\\" in text:
        return None
    span = logical.span(*inner)
    if span.end - span.start != len(text):
        return None
    return EmbeddedText(instruction.document, text, [(0, span.start)], _json_spelling)


def _json_spelling(text: str, offset: int) -> str | None:
    if not text.isprintable():
        return None
    return text.replace("\\", "\\\\").replace('"', '\\"')


__all__ = ["dialect", "exec_words", "shell_text", "windows_text"]
