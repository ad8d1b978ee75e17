"""How values, arguments and blocks are spelled in HCL: as `terraform fmt` writes them, before alignment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from iaclint.edits.fix import Withheld
from iaclint.facts.terraform import Schema
from iaclint.model.intent import Expression

BLOCK_MARK = "__is_block__"
"""In an Effect's data: this map is a nested block (the second reader's own mark)."""

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WIDTH = 80


def quoted(text: str) -> str:
    """A string literal; raises Withheld for characters no literal can hold."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """What stands between the quotes of a string literal."""
    if any(ord(character) < 0x20 and character not in _ESCAPES for character in text):
        raise Withheld("the new text holds a control character")
    plain = "".join(_ESCAPES.get(character, character) for character in text)
    return plain.replace("${", "$${").replace("%{", "%%{")


def key(name: str, always_quoted: bool = False) -> str:
    """An object's key."""
    return name if _IDENTIFIER.fullmatch(name) and not always_quoted else quoted(name)


def value(new: Any, indent: str = "", separator: str = " = ", one_line: bool = False) -> str:
    """An expression; its further lines are indented from `indent` on."""
    if isinstance(new, Expression):
        return new.text
    if new is None:
        return "null"
    if isinstance(new, bool):
        return "true" if new else "false"
    if isinstance(new, int | float):
        return repr(new)
    if isinstance(new, str):
        return quoted(new)
    if isinstance(new, list):
        return _list(new, indent, separator, one_line)
    return _object(new, indent, separator, one_line)


def _list(items: list[Any], indent: str, separator: str, one_line: bool) -> str:
    inline = "[" + ", ".join(value(item, indent, separator, True) for item in items) + "]"
    if one_line or (len(inline) <= _WIDTH and not any(isinstance(item, dict | list) for item in items)):
        return inline
    inner = indent + "  "
    lines = [f"{inner}{value(item, inner, separator)},\n" for item in items]
    return "[\n" + "".join(lines) + indent + "]"


def _object(entries: dict[str, Any], indent: str, separator: str, one_line: bool) -> str:
    if not entries:
        return "{}"
    if one_line:
        pairs = (f"{key(name)}{separator}{value(new, '', separator, True)}" for name, new in entries.items())
        return "{ " + ", ".join(pairs) + " }"
    inner = indent + "  "
    lines = [f"{inner}{key(name)}{separator}{value(new, inner, separator)}\n" for name, new in entries.items()]
    return "{\n" + "".join(lines) + indent + "}"


def shaped(new: Any, schema: Schema | None, path: str) -> Any:
    """A new value as it will stand at a path: maps that Facts call blocks get the mark, in lists."""
    row = schema.row(path) if schema is not None and path else None
    if isinstance(new, dict):
        if row is not None and row.is_block:
            return [block_data(new, schema, path)]
        if row is not None and row.value_type == "string":
            return Expression(f"jsonencode({value(new, one_line=True)})")
        return {name: shaped(one, schema, f"{path}.{name}") for name, one in new.items()}
    if isinstance(new, list):
        if row is not None and row.is_block:
            if not all(isinstance(one, dict) for one in new):
                raise Withheld(f"`{path}` is a block")
            return [block_data(one, schema, path) for one in new]
        return [shaped(one, None, "") for one in new]
    if row is not None and row.is_block:
        raise Withheld(f"`{path}` is a block")
    return new


def block_data(new: dict[str, Any], schema: Schema | None, path: str) -> dict[str, Any]:
    """The data of one nested block."""
    prefix = f"{path}." if path else ""
    for name, one in new.items():
        is_map = isinstance(one, dict) or (isinstance(one, list) and any(isinstance(item, dict) for item in one))
        if is_map and (schema is None or schema.row(prefix + name) is None):
            raise Withheld(f"it is not known whether `{prefix}{name}` is a block")
    return {**{name: shaped(one, schema, prefix + name) for name, one in new.items()}, BLOCK_MARK: True}


def is_blocks(data: Any) -> bool:
    """Whether shaped data stands for nested blocks."""
    return isinstance(data, list) and bool(data) and all(isinstance(one, dict) and BLOCK_MARK in one for one in data)


def block_lines(header: str, data: dict[str, Any], indent: str) -> str:
    """A nested block, a newline behind it: arguments first, then blocks with a blank line before each."""
    entries = {name: one for name, one in data.items() if name != BLOCK_MARK}
    if not entries:
        return f"{indent}{header} {{}}\n"
    return f"{indent}{header} {{\n{body_lines(entries.items(), indent + '  ')}{indent}}}\n"


def body_lines(entries: Iterable[tuple[str, Any]], indent: str) -> str:
    """The lines of a block's body."""
    entries = list(entries)
    lines = [argument_line(name, one, indent) for name, one in entries if not is_blocks(one)]
    blocks = [block_lines(name, one, indent) for name, many in entries if is_blocks(many) for one in many]
    return "\n".join([*(["".join(lines)] if lines else []), *blocks])


def argument_line(name: str, data: Any, indent: str) -> str:
    """An argument on its own line or lines."""
    return f"{indent}{name} = {value(data, indent)}\n"


_HARMLESS = re.compile(r"[\w.:/*@ -]{0,64}")
_SECRET = re.compile(r"passw|secret|token|key|credential|auth|private|pwd|cert", re.IGNORECASE)


def may_be_secret(name: str) -> bool:
    """Whether what stands under this name is better not shown to anybody."""
    return _SECRET.search(name) is not None


def shown(data: Any) -> str:
    """A value for people; what may be a secret or is long is cut short."""
    if isinstance(data, Expression):
        return data.text if len(data.text) <= 64 and "\n" not in data.text and '"' not in data.text else "..."
    if isinstance(data, str):
        return f'"{data}"' if _HARMLESS.fullmatch(data) else '"..."'
    if isinstance(data, list):
        return "block" if is_blocks(data) else "[" + ", ".join(shown(one) for one in data[:8]) + "]"
    if isinstance(data, dict):
        return "{ " + ", ".join(f"{name} = {shown(one)}" for name, one in data.items() if name != BLOCK_MARK) + " }"
    return value(data)
