"""Terraform's functions, in two tables.

PLAIN       functions of fully known arguments: they take and give Python's own data (numbers, strings,
            bools, None, lists, dicts). What they raise means that the call is invalid: unknown.
STRUCTURAL  functions that pass Values on, so that what they give keeps where it was written, or that can
            say something although a part is unknown. They give a loose Value, or None for unknown.

A function that stands in neither is unknown. To add one: decorate it with `add_plain` or `add_structural`,
here, or in `terraform_functions_collections` when it is about lists and maps.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from iaclint.evaluate.terraform_values import MAX_TEXT, SetOf, Unknowable, from_plain, plain, references_of, seen
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_expressions import Scope
    from iaclint.source import Span

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where it stands and how its result is made."""

    scope: Scope
    span: Span
    references: tuple[str, ...]

    def new(self, kind: str, data: object) -> Value:
        """A loose Value of this call; a list's or map's items may stand elsewhere."""
        return self.scope.new(kind, data, self.span, self.references)

    def of(self, value: Value) -> Value:
        """One of the arguments, or an item of one, as the result."""
        return seen(value, self.scope.document, self.span, self.references)

    def set_of(self, items: list[Value]) -> Value:
        """A set."""
        return SetOf("list", items, self.scope.document, self.span, references=self.references)


PLAIN: dict[str, Callable[..., Any]] = {}
STRUCTURAL: dict[str, Callable[..., Value | None]] = {}


def add_plain(*names: str) -> Callable[[F], F]:
    """Register a function of plain data, under its own name or the given ones."""

    def add(function: F) -> F:
        PLAIN.update(dict.fromkeys(names or (function.__name__.strip("_"),), function))
        return function

    return add


def add_structural(*names: str) -> Callable[[F], F]:
    """Register a function of Values, under its own name or the given ones."""

    def add(function: F) -> F:
        STRUCTURAL.update(dict.fromkeys(names or (function.__name__.strip("_"),), function))
        return function

    return add


def call(name: str, arguments: list[Value], is_expanded: bool, scope: Scope, span: Span) -> Value:
    """The loose Value of a call; `is_expanded`: the last argument is a list of further ones (`f(x...)`)."""
    from iaclint.evaluate import terraform_functions_collections  # noqa: F401  adds its functions to the table

    references = references_of(arguments)
    name = name.removeprefix("core::")
    if is_expanded and arguments:
        if arguments[-1].kind != "list":
            return scope.unknown(span, references)
        arguments = [*arguments[:-1], *arguments[-1].items]
    structural = STRUCTURAL.get(name)
    scope.module.steps[0] -= len(arguments)
    if structural is not None:
        try:
            found = structural(Call(scope, span, references), *arguments)
        except (Unknowable, TypeError, ValueError, LookupError, ArithmeticError):
            found = None
        return found if found is not None else scope.unknown(span, references)
    function = PLAIN.get(name)
    if function is None:
        return scope.unknown(span, references)
    try:
        result = from_plain(function(*map(plain, arguments)), scope.document, span)
    except (Unknowable, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, re.error):
        return scope.unknown(span, references)
    result.references = references
    return result


# --- text -----------------------------------------------------------------------


def text(value: object) -> str:
    """A string, or a number or bool as Terraform writes it; ValueError for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("not a string")


def number(value: object) -> int | float:
    """A number, or one written in a string; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?\d{1,300}", value) else float(value)
    return value


add_plain("lower")(lambda value: text(value).lower())
add_plain("upper")(lambda value: text(value).upper())
add_plain("trimspace")(lambda value: text(value).strip())
add_plain("chomp")(lambda value: text(value).rstrip("\r\n"))
add_plain("trim")(lambda value, cutset: text(value).strip(text(cutset)))
add_plain("trimprefix")(lambda value, prefix: text(value).removeprefix(text(prefix)))
add_plain("trimsuffix")(lambda value, suffix: text(value).removesuffix(text(suffix)))
add_plain("startswith")(lambda value, prefix: text(value).startswith(text(prefix)))
add_plain("endswith")(lambda value, suffix: text(value).endswith(text(suffix)))
add_plain("strcontains")(lambda value, part: text(part) in text(value))
add_plain("abs")(lambda value: abs(number(value)))
add_plain("max")(lambda *values: max(map(number, values)))
add_plain("min")(lambda *values: min(map(number, values)))


@add_plain()
def join(separator: object, *lists: list[object]) -> str:
    return text(separator).join(text(one) for items in lists for one in items)


@add_plain()
def split(separator: object, value: object) -> list[str]:
    if text(separator) == "":
        return list(text(value))
    return text(value).split(text(separator))


@add_plain()
def replace(value: object, old: object, new: object) -> str:
    if len(text(old)) > 1 and text(old)[0] == text(old)[-1] == "/":
        # Go's expressions are not Python's, and may be hostile
        raise Unknowable
    if (text(value).count(text(old)) + 1) * (len(text(new)) + 1) > MAX_TEXT:
        raise Unknowable
    return text(value).replace(text(old), text(new))


_VERB = re.compile(r"%(%|s|d|q|v|t)")


@add_plain("format")
def _format(pattern: object, *arguments: object) -> str:
    written, rest = text(pattern), list(arguments)
    if "%" in _VERB.sub("", written):
        raise Unknowable

    def verb(match: re.Match[str]) -> str:
        if match[1] == "%":
            return "%"
        value = rest.pop(0)
        if match[1] == "q":
            raise Unknowable
        return str(int(number(value))) if match[1] == "d" else text(value)

    result = _VERB.sub(verb, written)
    if rest:
        raise ValueError("too many arguments")
    return result


# --- numbers --------------------------------------------------------------------


@add_plain("range")
def _range(*limits: object) -> list[int]:
    numbers = [number(limit) for limit in limits]
    if not all(isinstance(one, int) for one in numbers):
        raise Unknowable
    found = range(*numbers)  # type: ignore[arg-type]
    if len(found) > 1024:
        raise ValueError("too many")
    return list(found)


# --- JSON -----------------------------------------------------------------------


@add_plain()
def jsonencode(value: object) -> str:
    import json

    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # as Go writes them
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


@add_plain()
def jsondecode(value: object) -> object:
    import json

    from iaclint.parsers.hcl.json_tree import read

    # our own reader says first whether Python's would go too deep
    root, fault = read(text(value).encode("utf-8", "surrogatepass"))
    if root is None or fault is not None:
        raise ValueError("invalid JSON")
    return json.loads(text(value))


__all__ = ["PLAIN", "STRUCTURAL", "Call", "add_plain", "add_structural", "call", "number", "text"]
