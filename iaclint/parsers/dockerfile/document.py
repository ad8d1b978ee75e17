"""A Dockerfile as a Document: stages, their instructions, and the shell each is written for."""

from __future__ import annotations

import re

from iaclint.model.block import Argument, Block, Document, Problem
from iaclint.parsers import directives
from iaclint.parsers.dockerfile.instructions import Instruction, build
from iaclint.parsers.dockerfile.lines import Script, split
from iaclint.parsers.dockerfile.values import Written, evaluate_alone
from iaclint.source import Source, Span

_SHELLS = {
    "sh": "posix", "ash": "posix", "dash": "posix", "busybox": "posix", "bash": "bash", "zsh": "bash", "ksh": "bash",
    "pwsh": "powershell", "powershell": "powershell", "cmd": "cmd",
}  # fmt: skip
_SHELL_SAID = re.compile(rb"#[ \t]*hadolint[ \t]+shell[ \t]*=[ \t]*([^\s]+)")
"""A comment by which another linter is told the shell of an image."""
_WINDOWS = ("windows", "nanoserver", "servercore")


def parse(source: Source) -> Document:
    """Read a Dockerfile; whatever cannot be read becomes a Problem, the rest is read all the same."""
    document = Document(source, "dockerfile", "dockerfile")
    script = split(source.data)
    document.tree = script
    document.evaluate = evaluate_alone
    document.problems.extend(script.problems)
    document.comments = [span for span in sorted(script.comments) if directives.is_one(source.data, *span)]
    stages: list[Block] = []
    for statement in script.statements:
        block = build(document, statement)
        if block.type == "FROM":
            stages.append(_stage(document, block, len(stages)))
            document.blocks.append(stages[-1])
        elif stages:
            block.parent = stages[-1]
            stages[-1].blocks.append(block)
            stages[-1].span = Span(stages[-1].span.start, block.span.end)
        else:
            document.blocks.append(block)
            if block.type != "ARG" and script.statements:
                document.problems.append(Problem(block.header_span, f"{_shown(block)} stands before the first FROM"))
    if not stages:
        document.problems.append(Problem(Span(source.start, source.start), "no FROM instruction"))
    _set_dialects(document, stages)
    document.problems.sort()
    return document


def pieces(document: Document) -> list[bytes]:
    """The file's bytes, cut into its pieces; joined they are the file."""
    script: Script = document.tree
    return [document.source.data[piece.span.start : piece.span.end] for piece in script.pieces]


def _shown(block: Block) -> str:
    return block.type.encode("ascii", "replace").decode()[:40]


def _stage(document: Document, block: Block, index: int) -> Block:
    alias = written_text(block, "as")
    stage = Block(
        document, "stage", "stage", name=alias or str(index), span=block.span, header_span=block.header_span
    )
    for name in ("image", "--platform"):
        argument = block.arguments.get(name)
        if argument is not None:
            stage.arguments[name] = Argument(stage, name, argument.name_span, argument.span, argument.expression)
    block.parent = stage
    stage.blocks.append(block)
    return stage


def written_text(block: Block, name: str) -> str:
    """An argument's text as written, or "" where it is absent or holds variables."""
    argument = block.arguments.get(name)
    written = argument.expression if argument is not None else None
    if not isinstance(written, Written) or written.pieces is None or written.has_variables:
        return ""
    return "".join(str(piece) for piece in written.pieces)


def _set_dialects(document: Document, stages: list[Block]) -> None:
    at_end: dict[str, str] = {}
    data = document.source.data
    said = [
        (span.start, _dialect_of(match[1].decode("utf-8", "replace")))
        for span in document.comments
        if (match := _SHELL_SAID.match(data, span.start, span.end))
    ]
    said.reverse()
    for stage in stages:
        dialect = _first_dialect(document, stage, at_end)
        while said and said[-1][0] < stage.span.start:
            said.pop()
        for block in stage.blocks:
            while said and said[-1][0] < block.span.start:
                dialect = said.pop()[1]
            node: Instruction = block.node
            if block.type == "SHELL":
                dialect = _shell_dialect(block)
            node.dialect = dialect
            for nested in block.blocks:
                nested.node.dialect = dialect
        at_end[stage.name.lower()] = dialect


def _first_dialect(document: Document, stage: Block, at_end: dict[str, str]) -> str:
    argument = stage.arguments.get("image")
    if argument is None:
        return "unknown"
    image = document.source.slice(argument.expression.span).lower()  # type: ignore[attr-defined]
    if image in at_end:
        return at_end[image]
    if any(word in image for word in _WINDOWS):
        return "cmd"
    # somebody who asks for the backtick writes for Windows; a variable image leaves that open
    return "unknown" if document.tree.escape == "`" and "$" in image else "posix"


def _shell_dialect(block: Block) -> str:
    argument = block.arguments.get("command")
    items = argument.expression.items if argument is not None else []  # type: ignore[attr-defined]
    for item in reversed(items):
        dialect = _dialect_of("".join(item.pieces))
        if dialect != "unknown":
            return dialect
    return "unknown"


def _dialect_of(shell: str) -> str:
    name = shell.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")
    return _SHELLS.get(name, "unknown")


__all__ = ["parse", "pieces", "written_text"]
