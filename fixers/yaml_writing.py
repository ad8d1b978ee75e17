"""Where new YAML text goes, and how it reads there: in place of a node, or at the end of a collection."""

from __future__ import annotations

from typing import cast

from iaclint.edits.fix import Withheld
from iaclint.fixers.yaml_places import after_colon, check_no_comment, column, has_line_comment, is_in_flow, line_end
from iaclint.fixers.yaml_render import Plain, element, flow, habits_of, key_text, mapping, scalar, sequence
from iaclint.parsers.yaml import YamlFile, YamlNode
from iaclint.source import Span


def replacement(file: YamlFile, node: YamlNode, new: Plain) -> tuple[int, str]:
    """Where the replaced text starts (it ends with the node), and what stands there instead."""
    habits = habits_of(file)
    parent, index = file.parents.get(id(node), (None, 0))
    key = parent.pairs[index][0] if parent is not None and parent.kind == "mapping" else None
    start = _body_start(node)
    blank = "" if start > 0 and file.source.data[start - 1 : start] in (b" ", b"\t", b"[", b"{", b"(") else " "
    if not isinstance(new, list | dict):
        style = node.style if node.kind == "scalar" else ""
        text = scalar(new, habits, style, is_in_flow(file, node))
    elif not new or is_in_flow(file, node) or key is None or has_line_comment(file, node.span.end):
        text = flow(new, habits)
    else:
        below = column(file, cast(YamlNode, parent))
        if isinstance(new, dict):
            lines = mapping(new, below + habits.step, habits)
        else:
            deeper = column(file, node) if node.kind == "sequence" else below + habits.sequence_indent
            lines = sequence(new, deeper, habits)
        return after_colon(file, key, node), habits.newline + habits.newline.join(lines)
    if node.style == "block" and key is not None:
        return after_colon(file, key, node), " " + text
    if node.style == "block":
        raise Withheld("a nested block would become a single value")
    return start, blank + text


def _body_start(node: YamlNode) -> int:
    if node.kind == "scalar" and node.style in ("'", '"'):
        return node.content_span.start - 1
    return node.span.start if node.style in ("|", ">") else node.content_span.start


def flow_entry(file: YamlFile, node: YamlNode, name: str, new: Plain) -> tuple[int, str]:
    """Where a flow mapping takes another pair, and the text of the pair."""
    habits = habits_of(file)
    start = node.content_span.start
    if file.source.data[start : start + 1] != b"{":
        raise Withheld("the mapping has no braces")
    # as in JSON: where all keys are quoted, so is the new one
    styles = {key.style for key, _ in node.pairs}
    style = styles.pop() if len(styles) == 1 else ""
    style = style if style in ("'", '"') else ""
    written = f"{key_text(name, habits, style)}: {flow(new, habits, style)}"
    if not node.pairs:
        check_no_comment(file, node.content_span)
        return start + 1, written
    return node.pairs[-1][1].span.end, ", " + written


def appended(file: YamlFile, node: YamlNode, new: Plain) -> tuple[int, str]:
    """Where a sequence takes another element at its end, and the text of the element."""
    habits = habits_of(file)
    scalars = [item.style for item in node.items if item.kind == "scalar"]
    style = scalars[-1] if scalars and scalars[-1] in ("'", '"') else ""
    if node.style == "flow":
        written = flow(new, habits, style)
        if not node.items:
            check_no_comment(file, node.content_span)
            return node.content_span.start + 1, written
        return node.items[-1].span.end, ", " + written
    indent = column(file, node)
    at = line_end(file, node.items[-1].span.end)
    return at, habits.newline + habits.newline.join(element(new, indent, habits, style, gap_of(file, node)))


def gap_of(file: YamlFile, node: YamlNode) -> int:
    """The blanks between a block sequence's first dash and its element."""
    start = node.content_span.start + 1
    between = file.source.data[start : node.items[0].span.start]
    return len(between) if between and not between.strip(b" ") else 1


def has_blank_lines(file: YamlFile, parent: YamlNode, index: int) -> bool:
    """Whether blank lines stand between the elements beside this one."""
    items = parent.items
    other = index + 1 if index + 1 < len(items) else index - 1
    if other < 0 or other == index:
        return False
    first, second = sorted((items[index].span, items[other].span))
    lines = file.source.slice(Span(first.end, second.start)).splitlines()
    return any(not line.strip() for line in lines[1:])
