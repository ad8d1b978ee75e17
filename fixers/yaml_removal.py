"""Taking a key or an element out of a YAML file, with the line it stands on."""

from __future__ import annotations

from iaclint.edits.fix import Withheld
from iaclint.fixers.yaml_places import after_colon, check_no_comment, line_end, line_start, prefix
from iaclint.parsers.yaml import YamlFile, YamlNode
from iaclint.source import Span


def removal(file: YamlFile, parent: YamlNode, index: int) -> tuple[Span, str]:
    """The bytes of a pair or element with its own line, and what stands there instead."""
    pairs: list[tuple[YamlNode, YamlNode]] = parent.pairs or [(item, item) for item in parent.items]
    if len(pairs) == 1 and parent.kind == "mapping":
        raise Withheld("an empty mapping would remain")
    first, last = pairs[index][0].span.start, pairs[index][1].span.end
    if parent.style == "flow":
        return _flow_removal(file, parent, pairs, index)
    if len(pairs) == 1:
        above = file.parents.get(id(parent))
        if above is None or above[0].kind != "mapping" or parent.anchor or parent.tag:
            raise Withheld("an empty list would remain")
        line_end(file, last)
        start = after_colon(file, above[0].pairs[above[1]][0], parent)
        check_no_comment(file, Span(start, parent.span.end))
        return Span(start, last), " []"
    if parent.kind == "sequence":
        first = file.source.data.rfind(b"-", line_start(file, first), first) if index else parent.content_span.start
        if first < 0:
            raise Withheld("the dash stands on another line")
    if prefix(file, first).strip(" "):
        if index or parent.kind == "sequence" or prefix(file, first).strip(" -"):
            raise Withheld("it shares its line with something else")
        following = pairs[1][0].span.start
        check_no_comment(file, Span(last, following))
        return Span(first, following), ""
    return _line_removal(file, line_start(file, first), line_end(file, last)), ""


def _line_removal(file: YamlFile, start: int, end: int) -> Span:
    data = file.source.data
    for newline in (b"\r\n", b"\n", b"\r"):
        if data.startswith(newline, end):
            return Span(start, end + len(newline))
    # the last line has no newline, and neither shall the one before it
    while start > 0 and data[start - 1 : start] in (b"\n", b"\r"):
        start -= 1
        if data[start - 1 : start + 1] != b"\r\n":
            break
    return Span(start, end)


def _flow_removal(
    file: YamlFile, parent: YamlNode, pairs: list[tuple[YamlNode, YamlNode]], index: int
) -> tuple[Span, str]:
    if file.source.data[parent.content_span.start : parent.content_span.start + 1] not in (b"{", b"["):
        raise Withheld("the mapping has no braces")
    if index + 1 < len(pairs):
        span = Span(pairs[index][0].span.start, pairs[index + 1][0].span.start)
    elif index:
        span = Span(pairs[index - 1][1].span.end, pairs[index][1].span.end)
    else:
        span = Span(pairs[0][0].span.start, parent.span.end - 1)
    check_no_comment(file, span)
    return span, ""
