"""Terraform's functions of regular expressions."""

from __future__ import annotations

from iaclint.evaluate.terraform_conversions import STRING, object_type
from iaclint.evaluate.terraform_functions import Call, structural
from iaclint.evaluate.terraform_matching import Groups, matches, search
from iaclint.evaluate.terraform_patterns import Pattern, read
from iaclint.evaluate.terraform_type_constraints import Type
from iaclint.evaluate.terraform_values import MAX_TEXT, Mistake, Null, Unknowable
from iaclint.model.value import Value


@structural("string", "string")
def regex(call: Call, pattern: Value, text: Value) -> Value | None:
    compiled = _checked(str(pattern.data))
    found = search(compiled, str(text.data))
    if found is None:
        raise Mistake
    return _result(compiled, str(text.data), found, call)


@structural("string", "string")
def regexall(call: Call, pattern: Value, text: Value) -> Value | None:
    compiled = _checked(str(pattern.data))
    found = [_result(compiled, str(text.data), one, call) for one in matches(compiled, str(text.data))]
    element = STRING
    if compiled.names:
        element = Type("tuple", elements=(STRING,) * len(compiled.names))
        if compiled.names[0]:
            element = object_type(dict.fromkeys(compiled.names, STRING))
    return call.list_of(found, element)


def _checked(pattern: str) -> Pattern:
    compiled = read(pattern)
    if len({bool(name) for name in compiled.names}) > 1:
        raise Mistake
    return compiled


def _result(pattern: Pattern, text: str, groups: Groups, call: Call) -> Value:
    if not pattern.names:
        return call.new("string", text[groups[0] : groups[1]])
    items: list[Value] = []
    for slot in range(1, len(pattern.names) + 1):
        start, end = groups[2 * slot], groups[2 * slot + 1]
        if start is None or end is None:
            items.append(Null("missing", None, call.scope.document, call.span, element=STRING))
        else:
            items.append(call.new("string", text[start:end]))
    if pattern.names[0]:
        return call.new("map", dict(zip(pattern.names, items, strict=True)))
    return call.new("list", items)


def substituted(text: str, pattern: str, template: str) -> str:
    """The text with all matches replaced; `$1` and `${name}` in the template stand for groups."""
    compiled = read(pattern)
    found: list[str] = []
    at = size = 0
    for groups in matches(compiled, text):
        start, end = groups[0] or 0, groups[1] or 0
        found += [text[at:start], _expanded(template, compiled, groups, text)]
        size += len(found[-1])
        if size > MAX_TEXT:
            raise Unknowable
        at = end
    return "".join([*found, text[at:]])


def _expanded(template: str, pattern: Pattern, groups: Groups, text: str) -> str:
    found: list[str] = []
    while template:
        before, dollar, template = template.partition("$")
        found.append(before)
        if not dollar:
            break
        if template.startswith("$"):
            found.append("$")
            template = template[1:]
            continue
        name, rest = _name(template)
        if not name:
            found.append("$")
            continue
        template = rest
        slot = _slot(name, pattern)
        if slot is not None and groups[2 * slot] is not None:
            found.append(text[groups[2 * slot] : groups[2 * slot + 1]])
    return "".join(found)


def _name(template: str) -> tuple[str, str]:
    is_braced = template.startswith("{")
    at = start = int(is_braced)
    while at < len(template) and (template[at].isalnum() or template[at] == "_"):
        at += 1
    name = template[start:at]
    if not is_braced:
        return name, template[at:]
    return (name, template[at + 1 :]) if template[at : at + 1] == "}" else ("", template)


def _slot(name: str, pattern: Pattern) -> int | None:
    if name.isdecimal() and (len(name) == 1 or name[0] != "0"):
        number = int(name) if len(name) < 9 else len(pattern.names) + 1
        return number if number <= len(pattern.names) else None
    return pattern.names.index(name) + 1 if name in pattern.names else None
