"""Which setting a root module's variable gets, by Terraform's precedence.

From the weakest: its default, `TF_VAR_name`, `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and
`*.auto.tfvars.json` in the order of their names, then `--var-file` and `--var` as they were given.

What has no file of the module stands in a Document of kind "input": no place to report or to edit. Its text is
not kept, so that no report can show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from iaclint.evaluate.terraform_type_constraints import PRIMITIVE, constraint
from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value
from iaclint.source import Source, Span

PREFIX = "TF_VAR_"
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")
_STANDARD = ("terraform.tfvars", "terraform.tfvars.json")
_NOWHERE = Span(0, 0)


class VarFile(NamedTuple):
    """A file named on the command line: its path as shown, and what it holds."""

    path: str
    data: bytes


class Var(NamedTuple):
    """A variable set on the command line."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is given to root modules from outside of their folders.

    given        variable files and variables, in the order in which they were given: the last one wins
    environment  name and text of what the environment sets, `TF_VAR_` left out
    """

    given: tuple[VarFile | Var, ...] = field(default=(), repr=False)
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.given or self.environment)


def environment(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What an environment such as `os.environ` sets, for `Inputs.environment`."""
    found = ((name.removeprefix(PREFIX), text) for name, text in variables.items() if name.startswith(PREFIX))
    return tuple(sorted(one for one in found if one[0]))


def settings(documents: Iterable[Document], given: Inputs | None) -> dict[str, Argument]:
    """The Argument that sets each variable that is set at all, defaults left out."""
    documents = list(documents)
    found: dict[str, Argument] = {}
    if given is not None and given.environment:
        variables = _variables(documents)
        for name, text in given.environment:
            if name in variables:
                found[name] = _setting(PREFIX + name, name, text, variables[name])
    for document in _automatic(documents):
        for block in document.blocks:
            found.update(block.arguments)
    if given is not None and given.given:
        found.update(_from_command_line(documents, given))
    return found


def _variables(documents: list[Document]) -> dict[str, Block]:
    blocks = (block for document in documents if document.kind == "module" for block in document.blocks)
    return {block.name: block for block in blocks if block.kind == "variable"}


def _automatic(documents: list[Document]) -> Iterator[Document]:
    ranked = [(_rank(document.path), document) for document in documents if document.kind == "tfvars"]
    for rank, document in sorted(ranked, key=lambda one: one[0] or (0, "")):
        if rank is not None:
            yield document


def _rank(path: str) -> tuple[int, str] | None:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    if name in _STANDARD:
        return _STANDARD.index(name), ""
    return (2, name) if name.endswith(_AUTOMATIC) else None


def _from_command_line(documents: list[Document], inputs: Inputs) -> dict[str, Argument]:
    variables: dict[str, Block] | None = None
    found: dict[str, Argument] = {}
    for one in inputs.given:
        if isinstance(one, VarFile):
            for block in _document(one, documents).blocks:
                found.update(block.arguments)
            continue
        variables = _variables(documents) if variables is None else variables
        if one.name in variables:
            found[one.name] = _setting(f"--var {one.name}", one.name, one.text, variables[one.name])
    return found


def _document(file: VarFile, documents: list[Document]) -> Document:
    # a file of the folder itself is a place like any other
    for document in documents:
        if document.path == file.path and document.kind == "tfvars":
            return document
    return parsed(file)


@lru_cache(maxsize=32)
def parsed(file: VarFile) -> Document:
    """A variable file of the command line, read once for all the modules it is given to."""
    from iaclint.parsers.hcl import parse, parse_json

    is_json = file.path.endswith(".json")
    document = (parse_json if is_json else parse)(Source(file.path, file.data), "tfvars")
    document.kind = "input"
    if is_json:
        document.evaluate = _plain_json
    return document


def _plain_json(argument: Argument) -> Value:
    from iaclint.parsers.hcl.json import value_of
    from iaclint.parsers.hcl.json_tree import JsonNode

    node = argument.expression
    document = argument.block.document
    # in a variable file in JSON `${` means itself
    value = value_of(node, document, None, embedded=True) if isinstance(node, JsonNode) else None
    value = value if value is not None else Value("unknown", None, document, argument.span)
    value.name, value.name_span, value.holder = argument.name, argument.name_span, argument.block
    return value


# --- text from the environment and the command line ---------------------------------------------------------


def _setting(path: str, name: str, text: str, variable: Block) -> Argument:
    """A variable's text as Terraform reads it: as it is for a scalar, else as an expression."""
    holder = _nowhere(path)
    argument = variable.arguments.get("type")
    type = constraint(argument) if argument is not None else None
    if argument is None or (type is not None and type.kind in PRIMITIVE):
        value = Value("string", text, holder.document, _NOWHERE)
    else:
        found = _expression(path, text) if type is not None else None
        value = found if found is not None else Value("unknown", None, holder.document, _NOWHERE)
    value.name, value.name_span, value.holder = name, _NOWHERE, holder
    return Argument(holder, name, _NOWHERE, _NOWHERE, None, value)


def _nowhere(path: str) -> Block:
    document = Document(Source(path, b""), "terraform", "input")
    holder = Block(document, "tfvars", "tfvars", span=_NOWHERE, header_span=_NOWHERE, body_span=_NOWHERE)
    document.blocks = [holder]
    return holder


def _expression(path: str, text: str) -> Value | None:
    from iaclint.parsers.hcl import parse

    document = parse(Source(path, b"x = " + text.strip().encode("utf-8", "surrogateescape") + b"\n"), "tfvars")
    document.kind = "input"
    arguments = document.blocks[0].arguments
    if document.problems or list(arguments) != ["x"] or document.blocks[0].blocks:
        return None
    value = arguments["x"].value
    document.source, document.tree = Source(path, b""), None
    _forget_places(value)
    return value


def _forget_places(value: Value) -> None:
    stack = [value]
    while stack:
        one = stack.pop()
        one.span = _NOWHERE
        one.name_span = one.name_span and _NOWHERE
        stack.extend(one.items)
        stack.extend(one.entries.values())


__all__ = ["Inputs", "Var", "VarFile", "environment", "parsed", "settings"]
