"""Terraform's functions: the table they are entered in, and how one is called.

A function is written where its subject is, in one of the modules named in `_SUBJECTS`, and entered there with the types
of its parameters, to which arguments are converted as Terraform does it:

    plain        takes and gives Python's own data: what must be known in every part
    structural   takes Values and gives a loose one, so that what it gives keeps where it was written, or
                 something can be said although a part is unknown; None for unknown

Both raise Mistake for what Terraform certainly refuses and Unknowable for what cannot be known. A function that stands
in neither is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from iaclint.evaluate.terraform_conversions import BOOL, NUMBER, STRING, STRINGS, Type, converted
from iaclint.evaluate.terraform_type_constraints import ANY
from iaclint.evaluate.terraform_values import (
    ListOf,
    MapOf,
    Mistake,
    Rough,
    SetOf,
    Unknowable,
    fails,
    from_plain,
    in_order,
    references_of,
    seen,
)
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_expressions import Scope
    from iaclint.source import Span

F = TypeVar("F", bound=Callable[..., Any])

_SUBJECTS = {
    "text": "chomp endswith indent join lower replace split startswith strcontains strrev substr title trim trimprefix"
            " trimspace trimsuffix upper",
    "format": "format formatlist",
    "regex": "regex regexall",
    "numbers": "abs ceil floor log max min parseint pow range signum sum",
    "dates": "formatdate timeadd timecmp",
    "network": "cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "encoding": "base64decode base64encode base64sha256 base64sha512 csvdecode jsondecode jsonencode md5 sha1 sha256"
                " sha512 textdecodebase64 textencodebase64 urlencode uuidv5",
    "yaml": "yamldecode yamlencode",
    "files": "abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 filesha1"
             " filesha256 filesha512 pathexpand templatefile templatestring",
    "types": "can ephemeralasnull issensitive nonsensitive sensitive tobool tolist tomap tonumber toset tostring try",
    "collections": "alltrue anytrue coalesce coalescelist compact concat contains distinct element flatten index keys"
                   " length list lookup map merge one values",
    "terragrunt": "find_in_parent_folders get_env get_original_terragrunt_dir get_terragrunt_dir"
                  " read_terragrunt_config",
    "sequences": "chunklist matchkeys reverse setintersection setproduct setsubtract setunion slice sort transpose"
                 " zipmap",
}  # fmt: skip
_SUBJECT_OF = {name: subject for subject, names in _SUBJECTS.items() for name in names.split()}
NEVER_KNOWN = frozenset(
    {"base64gzip", "bcrypt", "fileset", "plantimestamp", "rsadecrypt", "timestamp", "uuid"}
)
"""What depends on the clock, on chance, on a private key, on the machine, or on how Go compresses."""


class Parameter(NamedTuple):
    """One parameter.

    type      what the argument is converted to
    is_plain  whether it is handed over as Python's own data
    is_open   whether it may be null or unknown; it is not converted then
    """

    type: Type
    is_plain: bool
    is_open: bool


class Function(NamedTuple):
    """An entry of the table; `rest` is the parameter that may be repeated."""

    run: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    rest: Parameter | None
    optional: int
    gives: Type | None
    is_plain: bool


class Call(NamedTuple):
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

    def converted(self, value: Value, type: Type) -> Value:
        """The Value as one of the type; raises Mistake and Unknowable."""
        return converted(value, type, self.scope.document, self.span)

    def set_of(self, items: list[Value], element: Type) -> Value:
        """A set of these elements, which are in order."""
        return SetOf("list", items, self.scope.document, self.span, references=self.references, element=element)

    def list_of(self, items: list[Value], element: Type | None) -> Value:
        """A list of elements of one type."""
        return ListOf("list", items, self.scope.document, self.span, references=self.references, element=element)

    def map_of(self, entries: dict[str, Value], element: Type | None) -> Value:
        """A map of elements of one type."""
        return MapOf("map", entries, self.scope.document, self.span, references=self.references, element=element)

    def like(self, value: Value, items: list[Value]) -> Value:
        """Items of a list, tuple or set as a list or tuple; of one whose type is in doubt as another."""
        if isinstance(value, ListOf | SetOf):
            return self.list_of(items, value.element)
        make = Rough if isinstance(value, Rough) else Value
        return make("list", items, self.scope.document, self.span, references=self.references)


FUNCTIONS: dict[str, Function] = {}

_WORDS = {
    "string": STRING, "number": NUMBER, "bool": BOOL, "any": ANY, "list": Type("list", ANY), "set": Type("set", ANY),
    "strings": STRINGS, "bools": Type("list", BOOL), "lists": Type("map", STRINGS),
    "set of strings": Type("set", STRING),
    "numbers": Type("list", NUMBER),
}  # fmt: skip


def plain(*parameters: str, gives: str = "", name: str = "") -> Callable[[F], F]:
    """Enter a function of plain data, under its own name or the given one.

    `parameters` are type words, the last one with `*` for any number of arguments. `any` is handed over as a Value.
    `gives` is the type of the result where its elements are of one type.
    """
    return _entered(parameters, gives, name, True)


def structural(*parameters: str, name: str = "") -> Callable[[F], F]:
    """Enter a function of a Call and Values. A parameter with `?` takes them as they are, be they null or unknown;
    one in brackets may be left out."""
    return _entered(parameters, "", name, False)


def _entered(words: tuple[str, ...], gives: str, name: str, is_plain: bool) -> Callable[[F], F]:
    parameters = [_parameter(word.strip("[]").rstrip("*"), is_plain) for word in words]
    rest = parameters.pop() if words and words[-1].endswith("*") else None
    optional = sum(word.startswith("[") for word in words)

    def enter(function: F) -> F:
        entry = Function(function, tuple(parameters), rest, optional, _WORDS[gives] if gives else None, is_plain)
        FUNCTIONS[name or function.__name__.strip("_")] = entry
        return function

    return enter


def _parameter(word: str, is_plain: bool) -> Parameter:
    type = _WORDS[word.rstrip("?")]
    return Parameter(type, is_plain and type.kind != "any", word.endswith("?"))


def call(name: str, arguments: list[Value], is_expanded: bool, scope: Scope, span: Span) -> Value:
    """The loose Value of a call; `is_expanded`: the last argument is a list of further ones (`f(x...)`)."""
    references = references_of(arguments)
    name = name.removeprefix("core::")
    function = _function(name)
    if function is None:
        return scope.unknown(span, references)
    try:
        if name in getattr(scope, "refused", ()):
            raise Mistake
        if is_expanded and arguments:
            arguments = [*arguments[:-1], *_expanded(arguments[-1])]
        scope.module.steps[0] -= len(arguments)
        result = _called(function, arguments, Call(scope, span, references))
    except Mistake:
        return scope.invalid(span, references)
    except (Unknowable, TypeError, ValueError, LookupError, ArithmeticError, AttributeError):
        return scope.unknown(span, references)
    return result if result is not None else scope.unknown(span, references)


def _function(name: str) -> Function | None:
    if name not in FUNCTIONS and name in _SUBJECT_OF:
        import_module(f"iaclint.evaluate.terraform_functions_{_SUBJECT_OF[name]}")
    return FUNCTIONS.get(name)


def _expanded(value: Value) -> list[Value]:
    if value.kind == "list" and not fails(value):
        return in_order(value)
    raise Unknowable if value.is_unknown and not fails(value) else Mistake


def _called(function: Function, arguments: list[Value], call: Call) -> Value | None:
    given = _given(function, arguments, call)
    if not function.is_plain:
        found: Value | None = function.run(call, *given)
        return found
    result = from_plain(function.run(*given), call.scope.document, call.span, type=function.gives)
    result.references = call.references
    return result


def _given(function: Function, arguments: list[Value], call: Call) -> list[object]:
    own = function.parameters
    count = len(arguments)
    if count < len(own) - function.optional or (function.rest is None and count > len(own)):
        raise Mistake
    given: list[object] = []
    is_unknown = False
    for index, value in enumerate(arguments):
        parameter = own[index] if index < len(own) else function.rest
        assert parameter is not None
        if parameter.is_open:
            given.append(value)
            continue
        if fails(value) or value.is_missing:
            raise Mistake
        if value.is_unknown:
            is_unknown = True
            continue
        try:
            made = call.converted(value, parameter.type)
            given.append(_data(made) if parameter.is_plain else made)
        except Mistake:
            raise
        except Unknowable:
            is_unknown = True
    if is_unknown:
        raise Unknowable
    return given


def _data(value: Value) -> object:
    from iaclint.evaluate.terraform_values import plain as data_of

    return data_of(value)


__all__ = ["FUNCTIONS", "NEVER_KNOWN", "Call", "call", "plain", "structural"]
