"""New keys of the mappings of a YAML file: those of one Fix for one mapping are written together."""

from __future__ import annotations

from dataclasses import dataclass, field

from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers.yaml_places import check_no_comment, check_unshared, column, file_of, line_end, path_of, prefix
from iaclint.fixers.yaml_render import Plain, entry, habits_of
from iaclint.fixers.yaml_writing import flow_entry
from iaclint.model.block import Document
from iaclint.parsers.yaml import YamlFile, YamlNode
from iaclint.source import Span


@dataclass(slots=True)
class _Mapping:
    document: Document
    node: YamlNode
    entries: dict[str, Plain] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


class NewKeys:
    """What steps want to add, mapping by mapping.

    gone  ids of the nodes that the same Fix takes away: nothing is written behind those
    """

    def __init__(self, gone: set[int]) -> None:
        self.gone = gone
        self._mappings: dict[int, _Mapping] = {}

    def add(self, document: Document, node: YamlNode, name: str, new: Plain, told: str) -> None:
        """Note a new key; two that make the same mapping below it are put together."""
        file = file_of(document)
        check_unshared(file, node)
        if node.get(name) is not None:
            raise Withheld(f"{name} is written already")
        mapping = self._mappings.setdefault(id(node), _Mapping(document, node))
        mapping.entries[name] = _joined(mapping.entries[name], new) if name in mapping.entries else new
        mapping.told[name] = told

    def replaces(self, node: YamlNode) -> bool:
        """Whether new keys take the place of all that a mapping holds."""
        return id(node) in self._mappings and bool(node.pairs) and not self._kept(node)

    def _kept(self, node: YamlNode) -> list[tuple[YamlNode, YamlNode]]:
        return [pair for pair in node.pairs if id(pair[1]) not in self.gone]

    def write(self, draft: Draft) -> None:
        """Make Edits and Effects of all that was noted."""
        for mapping in self._mappings.values():
            file, node = file_of(mapping.document), mapping.node
            if node.style == "flow":
                self._write_flow(file, mapping, draft)
            else:
                self._write_block(file, mapping, draft)
            for name, new in mapping.entries.items():
                path = (*path_of(file, node), name)
                draft.effect(mapping.document, path, "set", None, new, mapping.told[name])

    def _write_flow(self, file: YamlFile, mapping: _Mapping, draft: Draft) -> None:
        node = mapping.node
        for number, (name, new) in enumerate(mapping.entries.items()):
            at, written = flow_entry(file, node, name, new)
            if self.replaces(node):
                start, end = node.pairs[0][0].span.start, node.pairs[-1][1].span.end
                check_no_comment(file, Span(start, end))
                written = written.removeprefix(", ")
                if number:
                    at, start, written = end, end, f", {written}"
                draft.edit(mapping.document, start, end, written)
            else:
                draft.edit(mapping.document, at, at, f", {written}" if number and not node.pairs else written)

    def _write_block(self, file: YamlFile, mapping: _Mapping, draft: Draft) -> None:
        node, habits = mapping.node, habits_of(file)
        indent = column(file, node)
        if any(prefix(file, key.span.start).strip(" -").startswith("?") for key, _ in node.pairs):
            raise Withheld("the mapping has complex keys")
        lines: list[str] = []
        for name, new in mapping.entries.items():
            first, *rest = entry(name, new, indent, habits)
            lines += [" " * indent + first, *rest]
        kept = self._kept(node)
        if not kept:
            start, end = node.pairs[0][0].span.start, node.pairs[-1][1].span.end
            line_end(file, end)
            check_no_comment(file, Span(start, end))
            draft.edit(mapping.document, start, end, habits.newline.join(lines).lstrip(" "))
            return
        at = line_end(file, kept[-1][1].span.end)
        draft.edit(mapping.document, at, at, habits.newline + habits.newline.join(lines))


def _joined(first: Plain, second: Plain) -> Plain:
    if isinstance(first, dict) and isinstance(second, dict):
        joined = dict(first)
        for name, new in second.items():
            joined[name] = _joined(joined[name], new) if name in joined else new
        return joined
    if first != second:
        raise Withheld("two steps write different values at one place")
    return first
