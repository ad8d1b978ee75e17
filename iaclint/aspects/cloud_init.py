"""What a machine runs when it first starts: start scripts, and cloud-init's `#cloud-config`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from iaclint.model.aspects import Package, PackageInstall, ShellCommand, Word
from iaclint.model.block import Block, Document
from iaclint.parsers.embedded import EmbeddedText
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.parsers.yaml import YamlNode

MAX_SIZE = 200_000
"""Bytes of a text that is read; clouds take 16 to 256 kilobytes."""

_SHEBANG = re.compile(rb"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:/\S*/)?(?:sh|bash|ash|dash|zsh|ksh)(?:\s|$)")
_CLOUD_CONFIG = re.compile(rb"(?:##[^\n]*\n)?#cloud-config[ \t]*\r?\n")


def start_commands(text: EmbeddedText, block: Block) -> Iterator[ShellCommand]:
    """The commands of a start script for a POSIX shell, or of cloud-init's configuration."""
    from iaclint.parsers.shell import parse

    if len(text.text) > MAX_SIZE:
        return
    if _SHEBANG.match(text.text):
        yield from parse(text, block)
        return
    root = _configuration(text)
    if root is None:
        return
    mapping, document = root
    for key in ("bootcmd", "runcmd"):
        items = mapping.get(key)
        for item in items.resolved().items if items is not None else ():
            yield from _item(item.resolved(), document, text, block)
    files = mapping.get("write_files")
    for file in files.resolved().items if files is not None else ():
        content = file.resolved().get("content")
        if content is not None and file.resolved().get("encoding") is None:
            inner = _through(content, document, text)
            if inner is not None and _SHEBANG.match(inner.text):
                yield from parse(inner, block)


def start_packages(text: EmbeddedText, block: Block) -> Iterator[PackageInstall]:
    """What `packages` of cloud-init's configuration names."""
    root = _configuration(text) if len(text.text) <= MAX_SIZE else None
    listed = root[0].get("packages") if root is not None else None
    if listed is None:
        return
    found: list[Package] = []
    for item in listed.resolved().items:
        node = item.resolved()
        names = [one.resolved() for one in node.items] if node.kind == "sequence" else [node]
        if names and all(one.kind == "scalar" for one in names):
            span = text.span(names[0].span.start, names[0].span.end)
            version = names[1].value if len(names) > 1 else None
            is_known = "$_" not in names[0].value
            word = Word(names[0].value if is_known else None, names[0].value, span)
            found.append(Package(names[0].value if is_known else "", version if is_known else "", word))
    if found:
        yield PackageInstall(block, "package", found)


def _configuration(text: EmbeddedText) -> tuple[YamlNode, Document] | None:
    """The mapping that a `#cloud-config` holds, and a Document of the text alone."""
    if not _CLOUD_CONFIG.match(text.text):
        return None
    from iaclint.parsers.yaml import parse

    source = Source(text.document.path, text.text)
    file = parse(source)
    documents = [node for node in file.documents if node is not None]
    if file.problems or len(documents) != 1 or documents[0].kind != "mapping":
        return None
    document = Document(source, "ansible", "vars")
    document.tree = file
    return documents[0], document


def _item(node: YamlNode, document: Document, text: EmbeddedText, block: Block) -> Iterator[ShellCommand]:
    """One command of `runcmd`: a text for the shell, or a list of words."""
    from iaclint.parsers.shell import parse
    from iaclint.parsers.shell_exec import words_command
    from iaclint.parsers.shell_words import ScriptWord
    from iaclint.parsers.shell_wrappers import script_word

    if node.kind == "scalar":
        inner = _through(node, document, text)
        if inner is not None:
            yield from parse(inner, block)
        return
    nodes = [one.resolved() for one in node.items]
    if not nodes or any(one.kind != "scalar" for one in nodes):
        return
    words = []
    for one in nodes:
        head, gap, _ = one.value.partition("$_")
        span = text.span(one.span.start, one.span.end)
        parts: tuple[str | None, ...] = (head, None) if gap else (one.value,)
        words.append(ScriptWord(None if gap else one.value, one.value, span, parts))
    command = words_command(block, words, None)
    if command is None:
        return
    yield command
    script = script_word(command.name, command.words)
    for one, word in zip(nodes, words, strict=True):
        inner = _through(one, document, text) if word is script else None
        if inner is not None:
            yield from parse(inner, block)


class _Through(EmbeddedText):
    """A YAML scalar's text within a text within a file."""

    __slots__ = ("inner", "outer")

    def __init__(self, inner: EmbeddedText, outer: EmbeddedText) -> None:
        super().__init__(outer.document, inner.text, [(0, 0)], self._spell)
        self.inner, self.outer = inner, outer
        at = inner.text.find(b"$_")
        while at >= 0:
            name = outer.gaps.get(inner.offset(at))
            if name is not None:
                self.gaps[at] = name
            at = inner.text.find(b"$_", at + 2)

    def offset(self, inner: int) -> int:
        """The file's byte offset for an offset of the inner text."""
        return self.outer.offset(self.inner.offset(inner))

    def span(self, start: int, end: int) -> Span:
        """The file's bytes for a range of the inner text."""
        span = self.inner.span(start, end)
        return self.outer.span(span.start, span.end)

    def _spell(self, text: str, offset: int) -> str | None:
        # what YAML would need depends on the place within the text, which the file's offset does not tell
        return text if text.isascii() and not set(text) & set("\"'\\:#{}\n$%`") else None


def _through(node: YamlNode, document: Document, text: EmbeddedText) -> EmbeddedText | None:
    from iaclint.parsers.yaml import embedded_text

    inner = embedded_text(node, document, jinja=False)
    return _Through(inner, text) if inner is not None else None


__all__ = ["start_commands", "start_packages"]
