"""Commands of PowerShell and cmd, as far as what they fetch and install can be told: words and pipelines.

No grammar: blanks part words, quotes keep them together, `;`, `|`, `&` and brackets part commands. A word with a
variable in it is unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iaclint.model.aspects import ShellCommand
from iaclint.parsers.shell_exec import SplitText
from iaclint.parsers.shell_words import ScriptWord
from iaclint.source import Span

if TYPE_CHECKING:
    from iaclint.model.block import Block
    from iaclint.parsers.embedded import EmbeddedText

MAX_SCRIPTS_WITHIN = 3
SHELLS = frozenset({"powershell", "pwsh"})
EVALUATES = frozenset({"iex", "invoke-expression"})
"""What runs the text it is given."""

METHOD = "WebClient"
"""What `.DownloadFile('url', 'file')` is called; its words are the arguments."""

_TOKEN = re.compile(
    rb"""(?P<blank>[ \t\r\f\v,]+)|(?P<separator>\|\||&&|[;|&\n(){}])"""
    rb"""|(?P<word>(?:'(?:[^']|'')*+'|"(?:[^"`\\]|[`\\].|"")*+"|[`\\][^\n]|[^\s,;|&(){}'"`\\])+)|(?P<other>.)""",
    re.DOTALL,
)
_QUOTED = re.compile(rb"""'((?:[^']|'')*+)'|"((?:[^"`\\]|[`\\].|"")*+)\"""", re.DOTALL)
_UNKNOWN = re.compile(rb"\$\w|\$\{|\$\(|%\w+%|%~")
_METHOD = re.compile(rb"\.Download(?:File|String|Data)(?:Async)?\Z", re.IGNORECASE)
_WITH_VALUE = re.compile(r"[-/](?:ex\w*|ep|version|v|inputformat|outputformat|windowstyle|w|f|file)\Z", re.IGNORECASE)


def parse(text: EmbeddedText, block: Block) -> list[ShellCommand]:
    """The commands in source order; a download whose text is evaluated has the evaluating one in its pipeline."""
    found: list[ShellCommand] = []
    todo = [(0, len(text.text), 0)]
    while todo:
        start, end, depth = todo.pop()
        for command in _Reader(text, block, start, end).read():
            found.append(command)
            inner = _inner_script(command) if depth < MAX_SCRIPTS_WITHIN else None
            if inner is not None:
                todo.append((*inner, depth + 1))
    found.sort(key=lambda command: command.span.start)
    return found


class _Reader:
    def __init__(self, text: EmbeddedText, block: Block, start: int, end: int) -> None:
        self.text, self.block = text, block
        self.start, self.end = start, end
        self.script = SplitText(text, block)
        self.found: list[ShellCommand] = []
        self.words: list[ScriptWord] = []
        self.separator = ""
        self.open: list[ShellCommand | None] = []
        self.method: ShellCommand | None = None

    def read(self) -> list[ShellCommand]:
        """All commands between the bounds."""
        for match in _TOKEN.finditer(self.text.text, self.start, self.end):
            if match.lastgroup == "separator":
                self._separate(match.group().decode())
            elif match.lastgroup == "word":
                self.words.append(self._word(match.start(), match.end()))
        self._finish()
        return self.found

    def _separate(self, separator: str) -> None:
        command = self._finish()
        if separator == "(":
            self.method = command if command is not None and command.name == METHOD else None
            self.open.append(command)
        elif separator == ")" and self.open:
            self.open.pop()
        self.separator = separator

    def _finish(self) -> ShellCommand | None:
        words, self.words = self.words, []
        if not words:
            return None
        if self.method is not None:
            self.method.words += words
            self.method = None
            return None
        words = _within_shell(words)
        name = _name(words[0])
        span = Span(words[0].span.start, words[-1].span.end)
        command = ShellCommand(
            self.block, name, words[0], list(words[1:]), span, separator=self.separator, script=self.script
        )
        command.pipeline = [command]
        if self.separator == "|" and self.found:
            self.found[-1].pipeline.append(command)
            command.pipeline = self.found[-1].pipeline
        for around in self.open:
            if around is not None and around.name.lower() in EVALUATES:
                command.pipeline.append(around)
                break
        self.found.append(command)
        return command

    def _word(self, start: int, end: int) -> ScriptWord:
        raw = self.text.text[start:end]
        known = _QUOTED.sub(lambda match: match[1] if match[1] is not None else match[2], raw)
        is_known = not _UNKNOWN.search(raw) or raw.startswith(b"'")
        decoded = known.decode("utf-8", "surrogateescape")
        head = decoded if is_known else _UNKNOWN.split(known, maxsplit=1)[0].decode("utf-8", "surrogateescape")
        return ScriptWord(
            decoded if is_known else None, raw.decode("utf-8", "surrogateescape"), self.text.span(start, end),
            (decoded,) if is_known else (head, None), (), self.script, start, end,
        )  # fmt: skip


def _name(word: ScriptWord) -> str:
    if _METHOD.search(word.raw.encode("utf-8", "surrogateescape")):
        return METHOD
    text = word.text or ""
    return re.split(r"[\\/]", text)[-1].removesuffix(".exe")


def _within_shell(words: list[ScriptWord]) -> list[ScriptWord]:
    """`powershell -Command iwr ...` without the shell and its options; as it is where the script is one quoted word."""
    if _name(words[0]).lower() not in SHELLS:
        return words
    at = 1
    while at < len(words) and words[at].raw[:1] in "-/":
        at += 2 if _WITH_VALUE.match(words[at].raw) else 1
    return words[at:] if at < len(words) and words[at].raw[:1] not in "\"'" else words


def _inner_script(command: ShellCommand) -> tuple[int, int] | None:
    """Where the text of `powershell -Command "..."` stands, where it is one quoted word."""
    if command.name.lower() not in SHELLS:
        return None
    words = command.words
    for index, word in enumerate(words):
        is_script = index == len(words) - 1 and word.raw[:1] in "\"'" and len(word.raw) > 1
        if is_script and isinstance(word, ScriptWord):
            return word.start + 1, word.end - 1
    return None


__all__ = ["EVALUATES", "METHOD", "parse"]
