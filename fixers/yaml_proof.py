"""The proof of an edit of YAML: ruamel.yaml, which shares no code with our reader, sees only the declared effects."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iaclint.edits.edit import Edit, apply
from iaclint.edits.fix import Effect, Withheld
from iaclint.fixers.yaml_places import path_of
from iaclint.model.block import Document
from iaclint.parsers.yaml import YamlFile, YamlNode, comments, parse
from iaclint.parsers.yaml_scalars import STANDARD_TAG, construct, implicit_tag
from iaclint.source import Source

_SIMPLE = frozenset(STANDARD_TAG + kind for kind in ("str", "int", "float", "bool", "null"))
_REMOVED = object()


@dataclass
class _Map:
    """A mapping with its keys in order, duplicates kept."""

    pairs: list[list[Any]]

    def position(self, key: Any) -> int | None:
        for index in range(len(self.pairs) - 1, -1, -1):
            if self.pairs[index][0] == key:
                return index
        return None


def prove(before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
    """Why `after` is not `before` with just these effects, or None when it is."""
    old, new = parse(Source("before", before)), parse(Source("after", after))
    if len(new.problems) > len(old.problems):
        return f"the result would not parse: {new.problems[-1].message}"
    reason = _lost_comments(old, new, effects)
    if reason is None:
        reason = _difference(_own_data(old), _own_data(new), effects)
    if reason is not None:
        return reason
    try:
        first = _ruamel_data(before)
    except _Unreadable:
        # valid files that ruamel refuses: a tab after `key:`, some plain scalars in flow collections,
        # templates; the comparison of our own trees above has to do then
        return None
    try:
        second = _ruamel_data(after)
    except _Unreadable as error:
        return f"the second reader refuses the result: {error}"
    return _difference(first, second, effects)


def effect_of_scalar_edits(document: Document, node: YamlNode, edits: Sequence[Edit]) -> Effect:
    """What edits within a scalar do to its value; raises Withheld where it would not be one scalar any more."""
    file = document.tree
    if not isinstance(file, YamlFile):
        raise Withheld("the file was not read as YAML")
    path = path_of(file, node)
    inside = [edit for edit in edits if edit.path == document.path and node.span.covers(edit.span)]
    changed = parse(Source(document.path, apply(document.source.data, inside)))
    after = _node_at(changed, path)
    if changed.problems and not file.problems:
        raise Withheld("the text cannot be written there")
    if after is None or after.kind != "scalar":
        raise Withheld("the text would not stay one scalar")
    old, new = node.plain(), after.plain()
    name = ".".join(str(part) for part in path[1:])
    return Effect(path, "set", old, new, f"{name}: text changed")


def _node_at(file: YamlFile, path: Sequence[Any]) -> YamlNode | None:
    if not path or path[0] >= len(file.documents):
        return None
    node: YamlNode | None = file.documents[path[0]]
    for part in path[1:]:
        if node is None:
            return None
        if node.kind == "sequence":
            node = node.items[part] if isinstance(part, int) and part < len(node.items) else None
        else:
            found = [value for key, value in node.pairs if key.kind == "scalar" and _typed(key.plain()) == _typed(part)]
            node = found[-1] if found else None
    return node


def _lost_comments(old: YamlFile, new: YamlFile, effects: Sequence[Effect]) -> str | None:
    texts = [Counter(file.source.slice(span).rstrip() for span in comments(file)) for file in (old, new)]
    if texts[1] - texts[0]:
        return "a comment would appear or change"
    if texts[0] - texts[1] and not any(effect.action == "remove" for effect in effects):
        return "a comment would be lost"
    return None


# --- plain data ---------------------------------------------------------------------


def _typed(value: object) -> Any:
    # 1, 1.0 and True are equal to Python, not to YAML
    return value if isinstance(value, str) else (type(value).__name__, repr(value))


def _plain(new: object) -> Any:
    if isinstance(new, dict):
        return _Map([[_typed(key), _plain(value)] for key, value in new.items()])
    if isinstance(new, list | tuple):
        return [_plain(item) for item in new]
    return _typed(new)


def _scalar(tag: str, text: str) -> Any:
    return _typed(construct(tag, text)) if tag in _SIMPLE or tag in ("", "str") else (tag, text)


def _own_data(file: YamlFile) -> list[Any]:
    return [_own_node(root) if root is not None else _typed(None) for root in file.documents]


def _own_node(node: YamlNode) -> Any:
    # depth is bounded by the parser
    if node.kind == "alias":
        return ("*", node.value)
    tag = node.tag if node.tag and node.tag not in _SIMPLE else ""
    if node.kind == "mapping":
        data: Any = _Map([[_own_node(key), _own_node(value)] for key, value in node.pairs])
    elif node.kind == "sequence":
        data = [_own_node(item) for item in node.items]
    else:
        return (tag, node.value) if tag else _typed(node.plain())
    return (tag, data) if tag and not tag.startswith(STANDARD_TAG) else data


class _Unreadable(Exception):
    """ruamel.yaml does not read the text."""


def _ruamel_data(data: bytes) -> list[Any]:
    from ruamel.yaml import YAML

    reader = YAML(typ="rt", pure=True)
    reader.allow_duplicate_keys = True
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    try:
        return [_ruamel_node(root, set()) for root in reader.compose_all(text)]
    except Exception as error:  # whatever a foreign parser raises means that it cannot read this
        raise _Unreadable(str(error).split("\n", 1)[0]) from error


def _ruamel_node(node: Any, seen: set[int]) -> Any:
    if node is None:
        return _typed(None)
    if node.anchor and id(node) in seen:
        return ("*", node.anchor)
    seen.add(id(node))
    tag = str(node.tag or "")
    if node.id == "scalar":
        if not node.style and tag.startswith(STANDARD_TAG):
            # after `---` ruamel forgets the version, and would read `yes` as text
            tag = implicit_tag(node.value)
        # the round-trip scanner marks the places of folds with a bell character
        return _scalar(tag, node.value.replace("\a", "") if node.style == ">" else node.value)
    if node.id == "mapping":
        data: Any = _Map([[_ruamel_node(key, seen), _ruamel_node(value, seen)] for key, value in node.value])
    else:
        data = [_ruamel_node(item, seen) for item in node.value]
    return (tag, data) if tag and not tag.startswith(STANDARD_TAG) else data


# --- effects ------------------------------------------------------------------------


def _difference(before: list[Any], after: list[Any], effects: Sequence[Effect]) -> str | None:
    expected = copy.deepcopy(before)
    places = []
    for effect in effects:
        holder = _holder(expected, effect.path)
        if holder is None:
            return f"the declared place is not found: {effect.text}"
        places.append((holder, effect))
    inserts: list[tuple[list[Any], int, Any]] = []
    for holder, effect in places:
        reason = _carry_out(holder, effect, inserts)
        if reason is not None:
            return reason
    # from the back, so that indices stay those of the text before; of several at one place the last first
    order = sorted(range(len(inserts)), key=lambda number: (inserts[number][1], number))
    for number in reversed(order):
        items, index, value = inserts[number]
        items.insert(index, value)
    if _without_removed(expected) != after:
        return "the second reader sees other changes than those declared"
    return None


def _holder(data: list[Any], path: Sequence[Any]) -> Any:
    at: Any = data
    for part in path[:-1]:
        if isinstance(at, tuple) and len(at) == 2:
            at = at[1]
        if isinstance(at, _Map):
            position = at.position(_typed(part))
            if position is None:
                return None
            at = at.pairs[position][1]
        elif isinstance(at, list) and isinstance(part, int) and part < len(at):
            at = at[part]
        else:
            return None
    at = at[1] if isinstance(at, tuple) and len(at) == 2 else at
    return at if isinstance(at, _Map | list) else None


def _carry_out(holder: _Map | list[Any], effect: Effect, inserts: list[tuple[list[Any], int, Any]]) -> str | None:
    part, value = effect.path[-1], _plain(effect.after)
    if isinstance(holder, _Map):
        position = holder.position(_typed(part))
        if effect.action == "remove" and position is not None:
            holder.pairs[position][1] = _REMOVED
        elif effect.action == "set" and position is not None:
            holder.pairs[position][1] = value
        elif effect.action == "set":
            holder.pairs.append([_typed(part), value])
        else:
            return f"the effect does not fit the file: {effect.text}"
        return None
    if not isinstance(part, int) or part > len(holder) - (effect.action != "insert"):
        return f"the effect does not fit the file: {effect.text}"
    if effect.action == "insert":
        inserts.append((holder, part, value))
    else:
        holder[part] = _REMOVED if effect.action == "remove" else value
    return None


def _without_removed(data: Any) -> Any:
    if isinstance(data, _Map):
        return _Map([[key, _without_removed(value)] for key, value in data.pairs if value is not _REMOVED])
    if isinstance(data, list):
        return [_without_removed(item) for item in data if item is not _REMOVED]
    if isinstance(data, tuple) and isinstance(data[1], _Map | list):
        return (data[0], _without_removed(data[1]))
    return data
