"""How a value is spelled in a Dockerfile, after the habit of what stands there."""

from __future__ import annotations

import re

from iaclint.edits.fix import Withheld
from iaclint.model.block import Block
from iaclint.model.value import Value

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=~^-]+")
_SPLIT_AT_BLANKS = frozenset({"FROM", "EXPOSE", "COPY", "ADD", "VOLUME"})
_VERBATIM = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL", "MAINTAINER"})


def spelled(target: Value, block: Block, text: str, is_verbatim: bool) -> str:
    """The text as it stands for a Value: JSON, quoted as before, or plain; raises Withheld where it cannot be.

    is_verbatim  whether the text is Dockerfile text already (`$NAME` is a variable)
    """
    _one_line(text)
    is_flag = target.name.startswith("--")
    if block.node.is_exec and not is_flag:
        return _json(text)
    if is_verbatim:
        return text
    if block.type in _VERBATIM and not is_flag:
        return _shell_text(text)
    raw = block.document.source.slice(target.span) if target.kind != "list" else ""
    if target.name == "as" and not _PLAIN.fullmatch(text):
        raise Withheld("the name of a stage is plain")
    return _word(text, raw[:1] if raw[:1] == raw[-1:] and len(raw) > 1 else "", block, is_flag)


def spelled_part(target: Value, block: Block, raw: str, text: str) -> str:
    """The text as a part of a Value whose spelling is `raw`."""
    _one_line(text)
    if block.node.is_exec and not target.name.startswith("--"):
        return _json(text)[1:-1]
    if block.type in _VERBATIM and not target.name.startswith("--"):
        return _shell_text(text)
    if text and not _PLAIN.fullmatch(text):
        raise Withheld("the new text would need quotes")
    return text


def flag_text(name: str, text: str, is_verbatim: bool, block: Block) -> str:
    """`--name=text`."""
    _one_line(text)
    if not is_verbatim and not _PLAIN.fullmatch(text):
        raise Withheld("a flag's value is plain")
    return f"{name}={text}"


def pair_text(name: str, text: str, is_verbatim: bool, block: Block) -> str:
    """`name=text`."""
    _one_line(text)
    if not re.fullmatch(r"[\w.-]+", name):
        raise Withheld("the name is not plain")
    return f"{name}={text if is_verbatim else _word(text, '', block, False)}"


def _one_line(text: str) -> None:
    if not text.isprintable():
        raise Withheld("the new text holds control characters")


def _json(text: str) -> str:
    from json import dumps

    return dumps(text, ensure_ascii=False)


def _shell_text(text: str) -> str:
    if "<<" in text or text.startswith("["):
        raise Withheld("the new text would be read in another way")
    return text


def _word(text: str, quote: str, block: Block, is_flag: bool) -> str:
    if quote == "'" and "'" not in text:
        return f"'{text}'"
    if quote not in ("'", '"') and _PLAIN.fullmatch(text):
        return text
    splits = is_flag or block.type in _SPLIT_AT_BLANKS
    if splits and any(char.isspace() for char in text):
        raise Withheld("the new text holds blanks")
    # a flag's quotes go before variables are replaced, so nothing in it can be kept from that
    if is_flag and not _PLAIN.fullmatch(text):
        raise Withheld("a flag's value is plain")
    escape = block.node.escape
    body = "".join(escape + char if char in ('"', "$", escape) else char for char in text)
    return f'"{body}"'


__all__ = ["flag_text", "pair_text", "spelled", "spelled_part"]
