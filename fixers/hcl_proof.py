"""The proof of a Terraform fix: a second, independent reader sees exactly the declared effects.

python-hcl2 is given only the touched top-level blocks. Where it does not read the original block (it refuses
some valid files, and runs over a heredoc's end that has a blank behind it), two readings of the syntax tree
are compared instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Effect
from iaclint.fixers.hcl_syntax import (
    addresses,
    elem_value,
    gaps_of,
    key_text,
    labels_of,
    members_of,
    name_of,
    root_of,
    text_of,
    unwrapped,
)  # fmt: skip
from iaclint.fixers.hcl_text import BLOCK_MARK
from iaclint.model.intent import Expression

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENT_KEYS = frozenset({"__comments__", "__inline_comments__", "__start_line__", "__end_line__"})
_BLANKS = re.compile(r"\s+")
_LONG_HEREDOC = re.compile(r"<<-?\w+.*\n(?:.*\n)*?[ \t]*\w+[ \t]+\r?$", re.MULTILINE)
_MAX_DEPTH = 60

Reader = Callable[[str], Any]
"""Reads the text of one top-level block or attribute as plain data; raises ValueError where it cannot."""


def prove(before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
    """None where the second reader finds the effects and nothing else; else what is not as declared."""
    if before.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _prove_json(before, after, effects)
    roots = root_of(before), root_of(after)
    if roots[1].has_error and not roots[0].has_error:
        return "the file would no longer parse"
    if reason := _lost_comment(*roots, effects):
        return reason
    parts_before, parts_after = dict(addresses(roots[0])), dict(addresses(roots[1]))
    declared: dict[Any, list[Effect]] = {}
    for effect in effects:
        declared.setdefault(effect.path[0], []).append(effect)
    for address in dict.fromkeys([*parts_before, *parts_after, *declared]):
        old, new = parts_before.get(address), parts_after.get(address)
        if old is None and new is None:
            return f"{_named(address)} is not there"
        texts = tuple(text_of(one) if one is not None else "" for one in (old, new))
        if address not in declared:
            if texts[0] != texts[1]:
                return f"{_named(address)} would change"
        elif reason := _prove_part(texts[0], texts[1], declared[address]):
            return f"{_named(address)}: {reason}"
    return None


def _named(address: Any) -> str:
    return ".".join(str(word) for word in address)


def _lost_comment(before: Node, after: Node, effects: Sequence[Effect]) -> str | None:
    lost = Counter(_comments(before)) - Counter(_comments(after))
    if lost and not any(effect.action == "remove" for effect in effects):
        return "a comment would be lost"
    return "a comment would be added" if Counter(_comments(after)) - Counter(_comments(before)) else None


def _comments(root: Node) -> Iterable[str]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            yield text_of(node).rstrip()
        stack.extend(node.named_children)


def _prove_part(before: str, after: str, effects: list[Effect]) -> str | None:
    readers: list[Reader] = [_by_tree]
    if not _LONG_HEREDOC.search(before) and _reads(_by_hcl2, before):
        readers = [_by_hcl2, _by_tree]
    return next((reason for reader in readers if (reason := _compared(reader, before, after, effects))), None)


def _reads(reader: Reader, text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _compared(reader: Reader, before: str, after: str, effects: list[Effect]) -> str | None:
    try:
        expected = {"": reader(before)} if before else {}
        _carry_out(expected, effects, reader)
        found = {"": reader(after)} if after else {}
    except ValueError as error:
        return str(error)
    except RecursionError:
        return "it is nested too deeply"
    return None if found == expected else "the second reader sees another change than the one declared"


def _carry_out(data: Any, effects: list[Effect], reader: Reader) -> None:
    """Change plain data as the effects say; indices are those of the data before."""
    removals = [effect for effect in effects if effect.action == "remove"]
    for effect in effects:
        if effect.action != "remove":
            holder, last = _holder(data, ("", *effect.path[1:]), effect.action == "insert")
            new = _canonical_new(effect.after, reader)
            if effect.action == "insert" and isinstance(holder, list):
                holder.insert(last, new)
            elif (last in holder if isinstance(holder, dict) else last < len(holder)) == (effect.action == "insert"):
                raise ValueError(f"`{last}` is {'already' if effect.action == 'insert' else 'not'} there")
            else:
                holder[last] = new
    for effect in sorted(removals, key=lambda one: [str(word).zfill(8) for word in one.path[1:]], reverse=True):
        path: tuple[Any, ...] = ("", *effect.path[1:])
        holder, last = _holder(data, path, False)
        try:
            removed = holder.pop(last)
        except (KeyError, IndexError):
            raise ValueError(f"`{last}` is not there") from None
        if holder == [] and _is_block(removed):
            # where the last nested block of a type is gone, its name is gone too
            around, name = _holder(data, path[:-1], False)
            del around[name]


def _is_block(data: Any) -> bool:
    # a label stands around the block's own map
    while isinstance(data, dict) and BLOCK_MARK not in data and len(data) == 1:
        data = next(iter(data.values()))
    return isinstance(data, dict) and BLOCK_MARK in data


def _holder(data: Any, path: tuple[Any, ...], create: bool) -> tuple[Any, Any]:
    for at, word in enumerate(path[:-1]):
        if create and at == len(path) - 2 and isinstance(path[-1], int) and isinstance(data, dict):
            data.setdefault(word, [])
        try:
            data = data[word]
        except (KeyError, IndexError, TypeError):
            raise ValueError(f"`{word}` is not there") from None
    if not isinstance(data, dict | list) or isinstance(data, list) != isinstance(path[-1], int):
        raise ValueError(f"`{path[-1]}` is not there")
    return data, path[-1]


# --- one form for both readers ----------------------------------------------------------------------------------


def _canonical_new(new: Any, reader: Reader) -> Any:
    if isinstance(new, Expression):
        return reader(f"x = {new.text}\n")
    if isinstance(new, str):
        return ("text", new)
    if isinstance(new, list):
        return [_canonical_new(one, reader) for one in new]
    if isinstance(new, dict):
        return {name: _canonical_new(one, reader) for name, one in new.items()}
    return new


def _string(raw: str) -> tuple[str, str]:
    """A quoted string: its text where it is plain, else as written."""
    import json

    inner = raw[1:-1]
    if not raw.startswith('"<<') and not re.search(r"(?<!\$)\$\{|(?<!%)%\{", inner):
        try:
            return "text", str(json.loads(raw)).replace("$${", "${").replace("%%{", "%{")
        except ValueError:
            pass
    return "template", raw


def _expression(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return "expression", _BLANKS.sub("", text)


# --- python-hcl2 ------------------------------------------------------------------------------------------------


def _by_hcl2(text: str) -> Any:
    import hcl2

    try:
        data = hcl2.loads(text.replace("\r\n", "\n").rstrip() + "\n")
        node = members_of(root_of(text.encode("utf-8", "surrogateescape")))[0]
        for word in (name_of(node), *((0, *labels_of(node)) if node.type == "block" else ())):
            data = data[word] if isinstance(word, int) else _entry(data, str(word))
        return _canonical(data)
    except ValueError:
        raise
    except Exception as error:  # the library raises lark's, its own and plain errors alike
        raise ValueError(f"the second reader cannot read it ({type(error).__name__})") from None


def _entry(data: dict[str, Any], word: str) -> Any:
    return data[word] if word in data else data[f'"{word}"']


def _canonical(data: Any) -> Any:
    if isinstance(data, dict):
        return {_plain_key(name): _canonical(one) for name, one in data.items() if name not in _COMMENT_KEYS}
    if isinstance(data, list):
        return [_canonical(one) for one in data]
    if isinstance(data, str):
        if data.startswith('"'):
            return _string(data)
        return _expression(data[2:-1] if data.startswith("${") else data)
    return data


def _plain_key(name: Any) -> str:
    text = str(name)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


# --- the syntax tree --------------------------------------------------------------------------------------------


def _by_tree(text: str) -> Any:
    members = members_of(root_of(text.encode("utf-8", "surrogateescape")))
    if len(members) != 1 or members[0].has_error:
        raise ValueError("it cannot be read")
    node = members[0]
    return _block(node, 0) if node.type == "block" else _value(node.named_children[-1], 0)


def _block(block: Node, depth: int) -> dict[str, Any]:
    if depth > _MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    data: dict[str, Any] = {BLOCK_MARK: True}
    for one in members_of(block):
        if one.type == "attribute":
            if name_of(one) in data:
                raise ValueError(f"`{name_of(one)}` is written twice")
            data[name_of(one)] = _value(one.named_children[-1], depth + 1)
            continue
        nested: Any = _block(one, depth + 1)
        for name in reversed(labels_of(one)):
            nested = {name: nested}
        blocks = data.setdefault(name_of(one), [])
        if not isinstance(blocks, list):
            raise ValueError(f"`{name_of(one)}` is written twice")
        blocks.append(nested)
    return data


def _value(node: Node, depth: int) -> Any:
    inner, text = unwrapped(node), text_of(node)
    if depth < _MAX_DEPTH:
        if inner.type == "tuple":
            return [_value(one, depth + 1) for one in inner.children if one.type == "expression"]
        if inner.type == "object":
            elements = [one for one in inner.children if one.type == "object_elem"]
            return {key_text(one): _value(elem_value(one), depth + 1) for one in elements}
    if inner.type in ("string_lit", "quoted_template"):
        return _string(text) if not any(True for _ in gaps_of(inner)) else ("template", text)
    if inner.type == "heredoc_template":
        return "template", text.replace("\r\n", "\n")
    plain = {"true": True, "false": False, "null": None}
    if text in plain:
        return plain[text]
    if inner.type == "numeric_lit" and re.fullmatch(r"\d+\.\d+", text):
        return float(text)
    return _expression(text)


# --- JSON -------------------------------------------------------------------------------------------------------


def _prove_json(before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
    import json

    try:
        stack = [(json.loads(before.decode("utf-8-sig")), json.loads(after.decode("utf-8-sig")))]
    except (ValueError, RecursionError):
        return "the file is no JSON"
    changed: list[tuple[Any, Any]] = []
    while stack:
        old, new = stack.pop()
        if isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
            stack.extend((old[name], new[name]) for name in old)
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            stack.extend(zip(old, new, strict=True))
        elif type(old) is not type(new) or old != new:
            changed.append((old, new))
    declared = [(effect.before, effect.after) for effect in effects]
    as_text = sorted(map(repr, changed)), sorted(map(repr, declared))
    return None if as_text[0] == as_text[1] else "the second reader sees another change than the one declared"
