"""What the expressions of one root module may refer to: variables, locals, resources.

Each is evaluated once. Chains of locals are walked with a stack, so their length does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from iaclint.evaluate.terraform_values import UNKNOWN_KEY, SetOf, seen
from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value
from iaclint.source import Span

MAX_DEPTH = 80
STEPS_OF_ARGUMENT = 20_000
STEPS_OF_MODULE = 1_000_000
_LOCAL = re.compile(rb"\blocal\.([^\W\d][\w-]*)")
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")
_STANDARD = ("terraform.tfvars", "terraform.tfvars.json")

Compute = Callable[["Module", Argument], Value]


class Module:
    """The Documents of one folder, and the state of their evaluation.

    inputs   values given to variables by who calls the module; they win over tfvars and defaults
    depth    how deep the expression is that is being evaluated
    steps    how many more steps the current argument may take (one element, to be shared)
    """

    def __init__(self, documents: Iterable[Document], compute: Compute, inputs: Mapping[str, Value] | None = None):
        self.documents = [one for one in documents if one.language == "terraform"]
        self.inputs = inputs or {}
        self.depth = 0
        self.steps = [STEPS_OF_ARGUMENT]
        self.read_documents: dict[int, tuple[Value, Value | None]] = {}
        self._compute = compute
        # each byte that is written may take a step of its own
        self._left = STEPS_OF_MODULE + sum(len(one.source.data) for one in self.documents)
        self._active: set[int] = set()
        self._ready: set[str] = set()
        self._variables: dict[str, Value | None] = {}

    # --- what is written --------------------------------------------------------

    @cached_property
    def _blocks(self) -> dict[tuple[str, ...], Block]:
        index: dict[tuple[str, ...], Block] = {}
        for document in self.documents:
            if document.kind != "tfvars":
                for block in document.blocks:
                    index.setdefault((block.kind, block.type, block.name), block)
        return index

    @cached_property
    def _locals(self) -> dict[str, Argument]:
        found: dict[str, Argument] = {}
        for document in self.documents:
            for block in document.blocks:
                if block.kind == "locals":
                    found.update(block.arguments)
        return found

    @cached_property
    def _settings(self) -> dict[str, Argument]:
        documents = [document for document in self.documents if document.kind == "tfvars"]
        found: dict[str, Argument] = {}
        ranked = ((_rank(document.path), document) for document in documents)
        for _, document in sorted((one for one in ranked if one[0] is not None), key=lambda one: one[0] or (0, "")):
            for block in document.blocks:
                found.update(block.arguments)
        return found

    def resource(self, kind: str, type: str, name: str) -> Block | None:
        """The resource or data source of that name."""
        return self._blocks.get((kind, type, name))

    # --- what it means ----------------------------------------------------------

    def variable(self, name: str) -> Value | None:
        """The Value a variable takes, where it is written; None where nothing gives it one."""
        if name not in self._variables:
            self._variables[name] = None
            self._variables[name] = self._variable(name)
        return self._variables[name]

    def _variable(self, name: str) -> Value | None:
        block = self._blocks.get(("variable", "variable", name))
        value = self.inputs.get(name)
        if value is None:
            setting = self._settings.get(name) or (block.arguments.get("default") if block is not None else None)
            value = setting.value if setting is not None else None
        if value is None or block is None:
            return value
        return _converted(value, block)

    def local(self, name: str) -> Value | None:
        """The Value of a local, where it is written; None where there is none or it depends on itself."""
        argument = self._locals.get(name)
        if argument is None or (id(argument) in self._active and argument._value is None):
            return None
        return argument.value

    def evaluate(self, argument: Argument) -> Value:
        """The Value of an argument: what `Document.evaluate` is set to."""
        span = argument.span
        if self.depth == 0 and not self._active:
            self._prepare_locals(argument)
        key = id(argument)
        if key in self._active or self._left <= 0:
            return Value(
                "unknown", None, argument.block.document, Span(argument.name_span.end, span.end),
                name=argument.name, name_span=argument.name_span, holder=argument.block,
            )  # fmt: skip
        self._active.add(key)
        steps, self.steps = self.steps, [STEPS_OF_ARGUMENT]
        try:
            return self._compute(self, argument)
        finally:
            self._left -= STEPS_OF_ARGUMENT - max(0, self.steps[0])
            self.steps = steps
            self._active.discard(key)

    def _prepare_locals(self, argument: Argument) -> None:
        # innermost first, so that evaluating one never goes through a chain of others
        stack = [(name, False) for name in self._mentioned(argument)]
        while stack:
            name, is_entered = stack.pop()
            one = self._locals.get(name)
            if one is None or (name in self._ready and not is_entered):
                continue
            if is_entered:
                if one is not argument and one._value is None:
                    self._active.add(0)
                    try:
                        _ = one.value
                    finally:
                        self._active.discard(0)
                continue
            self._ready.add(name)
            stack.append((name, True))
            stack.extend((below, False) for below in self._mentioned(one))

    @staticmethod
    def _mentioned(argument: Argument) -> list[str]:
        data, (start, end) = argument.block.document.source.data, argument.span
        if data.find(b"local.", start, end) < 0:
            return []
        return [match[1].decode("ascii", "ignore") for match in _LOCAL.finditer(data, start, end)]


def _rank(path: str) -> tuple[int, str] | None:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    if name in _STANDARD:
        return _STANDARD.index(name), ""
    return (2, name) if name.endswith(_AUTOMATIC) else None


def _converted(value: Value, block: Block) -> Value:
    # a type may turn a list into a set and give values to what an object leaves out
    argument = block.arguments.get("type")
    if argument is None or value.kind not in ("list", "map"):
        return value
    document = block.document
    text = document.source.data[argument.name_span.end : argument.span.end].lstrip(b' =:"')
    if text.startswith(b"set(") and value.kind == "list":
        value = _as_set(value)
    return _opened(value, 0) if b"optional(" in text else value


def _as_set(value: Value) -> Value:
    return SetOf(
        "list", value.data, value.document, value.span, name=value.name, name_span=value.name_span,
        holder=value.holder, origin=value, references=value.references,
    )  # fmt: skip


def _opened(value: Value, depth: int) -> Value:
    """A copy whose maps may have more entries than are written."""
    if value.kind not in ("list", "map") or depth > MAX_DEPTH:
        return value
    result = seen(value, value.document, value.span)
    result.name, result.name_span, result.holder = value.name, value.name_span, value.holder
    if value.kind == "list":
        result.data = [_opened(item, depth + 1) for item in value.items]
        return result
    entries = {key: _opened(item, depth + 1) for key, item in value.entries.items()}
    for key, item in entries.items():
        if item.is_missing:
            # null takes the default that the type gives
            entries[key] = Value("unknown", None, item.document, item.span, name=key, holder=item.holder)
    entries.setdefault(UNKNOWN_KEY, Value("unknown", None, value.document, value.span, holder=result))
    result.data = entries
    return result
