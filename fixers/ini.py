"""The verbs of `ansible.cfg`: how steps change an INI file, by edits of spans."""

from __future__ import annotations

import re
from collections.abc import Sequence

from iaclint.edits.fix import Draft, Effect, Withheld
from iaclint.model.block import Block
from iaclint.model.intent import Impact, Needed, New, Remove, ReplaceText, Set, Step
from iaclint.model.value import Value
from iaclint.source import Span

MARK = "ini"
"""The first word of an Effect's path here; in YAML that is a document's number."""

_BOOLEANS = {"true": "false", "yes": "no", "on": "off"}
_SAFE_TEXT = re.compile(r"[^\s;#%][^\r\n;#%]*(?<!\s)")


def carry_out(step: Step, draft: Draft) -> None:
    """Write a step's Edits and Effects into the draft; Withheld or Unsupplied where that cannot be done."""
    if isinstance(step, Set):
        _set(step.target, step.new, draft)
    elif isinstance(step, ReplaceText):
        _replace_text(step, draft)
    elif isinstance(step, Remove) and isinstance(step.target, Value):
        _remove(step.target, draft)
    else:
        raise Withheld(f"{type(step).__name__} is no change of an INI file")
    draft.impact(Impact.IN_PLACE)


def prove(before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
    """Why `after` is not `before` with just these effects, as Python's configparser reads both; None when it is."""
    first, second = _read(before), _read(after)
    if first is None or second is None:
        return "the second reader refuses the file"
    for effect in effects:
        _, section, option = effect.path
        options = first.get(section)
        if options is None:
            return f"the section {section} is not there"
        if effect.action == "remove":
            options.pop(option, None)
        else:
            options[option] = str(effect.after)
    return None if first == second else "the second reader sees another change than the one declared"


def _read(data: bytes) -> dict[str, dict[str, str | None]] | None:
    from configparser import ConfigParser, Error

    # as Ansible reads it, but for case, repeated options and the section DEFAULT
    parser = ConfigParser(
        inline_comment_prefixes=(";",), interpolation=None, strict=False, default_section="\0", allow_no_value=True
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(data.decode("utf-8-sig", "surrogateescape"))
    except Error:
        return None
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _section(value: Value) -> Block:
    section = value.holder
    if value.document.kind != "config" or not isinstance(section, Block) or section.kind != "block":
        raise Withheld("the file is no ansible.cfg, or lacks the section")
    return section


def _set(value: Value, new: New, draft: Draft) -> None:
    section = _section(value)
    if isinstance(new, Needed):
        new = draft.supply(new)
    if not isinstance(new, str | bool | int):
        raise Withheld("such a value cannot be written in an INI file")
    if value.is_missing and value.name_span is None:
        if len(value.path) != 1:
            raise Withheld("it is not known where the value belongs")
        _insert(section, value.path[0], _spelled(new, ""), draft)
        return
    _check_single(section, value)
    before = value.document.source.slice(value.span)
    _write(section, value, value.span, before, _spelled(new, before), draft)


def _spelled(new: str | bool | int, before: str) -> str:
    if not isinstance(new, bool):
        if not _SAFE_TEXT.fullmatch(str(new)):
            raise Withheld("the value cannot be written on one line without quotes")
        return str(new)
    for yes, no in _BOOLEANS.items():
        if before.lower() in (yes, no):
            word = yes if new else no
            return word if before.islower() else word.upper() if before.isupper() else word.capitalize()
    return "True" if new else "False"


def _check_single(section: Block, value: Value) -> None:
    source = value.document.source
    if "\n" in source.slice(value.span) or "\r" in source.slice(value.span):
        raise Withheld("the value goes over several lines")
    name = re.escape(value.name.encode())
    body = source.data[section.span.start : section.span.end]
    if len(re.findall(rb"(?mi)^" + name + rb"[ \t]*[=:]", body)) != 1:
        raise Withheld("the option is written more than once")


def _write(section: Block, value: Value, span: Span, before: str, after: str, draft: Draft) -> None:
    document = value.document
    gap = " " if span.start == span.end and document.source.data[span.start - 1 : span.start] in (b"=", b":") else ""
    draft.edit(document, span.start, span.end, gap + after)
    _declare(section, value.name, "set", before, after, draft)


def _declare(section: Block, name: str, action: str, before: str | None, after: str | None, draft: Draft) -> None:
    text = f"{section.type}.{name}: {before if before is not None else 'unset'} -> {after or 'unset'}"
    draft.effect(section.document, (MARK, section.type, name), action, before, after, text)


def _insert(section: Block, name: str, text: str, draft: Draft) -> None:
    source = section.document.source
    around = " = "
    for argument in section.arguments.values():
        found = source.slice(Span(argument.name_span.end, argument.value.span.start))
        if found.strip() in ("=", ":") and not argument.value.is_missing:
            around = found
    at = source.line_span(source.line_number(max(section.span.end - 1, section.header_span.start))).end
    while at > section.span.start and source.data[at - 1 : at] in (b"\r", b"\n"):
        at -= 1
    draft.edit(section.document, at, at, f"{source.newline}{name}{around}{text}")
    _declare(section, name, "set", None, text, draft)


def _replace_text(step: ReplaceText, draft: Draft) -> None:
    value = step.target
    section = _section(value)
    new = draft.supply(step.new) if isinstance(step.new, Needed) else step.new
    before = value.document.source.slice(value.span)
    if value.is_missing or not step.old or before.count(step.old) != 1:
        raise Withheld("the text to replace is not found, or stands there more than once")
    after = before.replace(step.old, new)
    if not _SAFE_TEXT.fullmatch(after):
        raise Withheld("the value cannot be written on one line without quotes")
    _check_single(section, value)
    _write(section, value, value.span, before, after, draft)


def _remove(value: Value, draft: Draft) -> None:
    section = _section(value)
    if value.name_span is None:
        raise Withheld("it is not known where the value stands")
    _check_single(section, value)
    source = value.document.source
    line = source.line_span(source.line_number(value.name_span.start))
    rest = source.data[value.span.end : line.end]
    if rest.strip():
        raise Withheld("a comment stands behind the value")
    following = source.line_number(value.name_span.start) + 1
    end = source.line_span(following).start if following <= len(source.line_starts) else line.end
    draft.edit(value.document, line.start, end, "")
    _declare(section, value.name, "remove", source.slice(value.span), None, draft)
