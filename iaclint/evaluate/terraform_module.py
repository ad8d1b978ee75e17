"""What the expressions of one module may refer to: variables, locals, resources, the modules it calls.

Every module instance has Documents of its own, read from the same source, so each Value is evaluated once
and with the arguments of its own call. Nothing is evaluated, and no called module opened, before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from iaclint.evaluate.terraform_instances import MAX_INSTANCES, instances_of, is_repeated, keys_of
from iaclint.evaluate.terraform_values import SENSITIVE, alike
from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Reference, Value
from iaclint.parsers.hcl.overrides import is_override, merge
from iaclint.source import Span

MAX_DEPTH = 80
MAX_NESTED = 20
"""How many arguments may be evaluated within each other before the innermost is put first."""
MAX_CALLS = 24
"""How deep modules may call each other."""
MAX_MODULES = 20_000
"""How many module instances one root may have."""
STEPS_OF_ARGUMENT = 20_000
STEPS_OF_MODULE = 1_000_000

_APART = frozenset({"test", "plan"})
"""Kinds of Documents that belong to no module."""

Compute = Callable[["Module", Argument], Value]


class Library(Protocol):
    """Where the files of called modules come from."""

    def module(self, folder: str, source: str, path: str) -> tuple[str, list[Document]] | None:
        """The folder and Documents that a call's `source` means, seen from the caller's folder.

        `path` is the address of the called module without keys, "module.net". None where it is not at hand.
        """

    def relative(self, folder: str, root: str) -> str:
        """A module's folder as `path.module` gives it, seen from the root module's."""

    def text(self, path: str, folder: str) -> str | None:
        """The text of a file, by a path relative to a folder; None where it may not or cannot be read."""

    def configuration(self, path: str) -> Document | None:
        """A Terragrunt file, by its absolute path; None where it may not or cannot be read."""

    def has(self, path: str) -> bool | None:
        """Whether there is a file of that absolute path; None where it may not be looked for."""


class Deferred(BaseException):
    """An evaluation went too deep: these arguments are to be evaluated first, each from the top, the last one first."""

    def __init__(self, arguments: list[Argument]) -> None:
        self.arguments = arguments


class State:
    """What all modules of a tree share while they are evaluated.

    depth    how deep the expression is that is being evaluated
    nested   the arguments being evaluated, each needed by the one before
    steps    how many more steps the current argument may take (one element, to be shared)
    left     how many more steps all of them may take
    waiting  arguments put off until another is evaluated
    cycles   arguments found to depend on themselves
    missing  the sources of called modules that are not at hand, as they are written
    doubtful the References of what only expressions that are right lead to
    """

    __slots__ = ("active", "cycles", "depth", "doubtful", "left", "missing", "modules", "nested", "steps", "waiting")

    def __init__(self) -> None:
        self.depth = 0
        self.nested: list[Argument] = []
        self.active: set[int] = set()
        self.waiting: set[int] = set()
        self.steps = [STEPS_OF_ARGUMENT]
        self.left = 0
        self.modules = 0
        self.cycles: list[Argument] = []
        self.missing: set[str] = set()
        self.doubtful: set[str] = set()


class Module:
    """The Documents of one module instance, and the state of their evaluation.

    inputs   values given to variables from outside; they win over tfvars and defaults
    parent   the module that calls it, by the Block `call`; None for a root
    folder   where its files are, "" where that does not matter
    settings what sets the variables of a root; found among its own files when None
    is_open  whether variables may be given something else that cannot be known
    """

    def __init__(
        self,
        documents: Iterable[Document],
        compute: Compute,
        inputs: Mapping[str, Value] | None = None,
        *,
        folder: str = "",
        library: Library | None = None,
        parent: Module | None = None,
        call: Block | None = None,
        settings: Mapping[str, Argument | Value] | None = None,
        is_open: bool = False,
    ) -> None:
        self.documents = [one for one in documents if one.language == "terraform" and one.kind not in _APART]
        if any(is_override(document.path) for document in self.documents):
            merge(self.documents)
        self.inputs = inputs or {}
        self.folder = folder
        self.library = library
        self.parent, self.call = parent, call
        self.state: State = parent.state if parent is not None else State()
        self.read_documents: dict[int, tuple[Value, Value | None]] = {}
        self._compute = compute
        self._given, self._is_open = settings, is_open
        # each byte that is written may take a step of its own
        self.state.left += STEPS_OF_MODULE + sum(len(one.source.data) for one in self.documents)
        self.state.modules += 1
        self._variables: dict[str, Value | None] = {}
        self._instances: dict[int, list[Block]] = {}
        self._references: dict[tuple[str, str], Reference] = {}
        self._called: dict[str, list[Module] | None] = {}
        self.path = self.instance = ""
        if parent is not None and call is not None:
            own = f"module.{call.name}"
            self.path = f"{parent.path}.{own}" if parent.path else own
            own += call.instance
            self.instance = f"{parent.instance}.{own}" if parent.instance else own
        for document in self.documents:
            document.module, document.evaluate, document.instances = self, self.evaluate, self.instances
            document.module_path, document.module_instance, document.caller = self.path, self.instance, call

    @property
    def root(self) -> Module:
        """The module at the top of the calls."""
        module = self
        while module.parent is not None:
            module = module.parent
        return module

    @property
    def depth(self) -> int:
        """How many calls it is away from the root."""
        return self.path.count("module.")

    @property
    def steps(self) -> list[int]:
        """How many more steps the current argument may take."""
        return self.state.steps

    def file(self, path: str) -> str | None:
        """The text of a file that `file()` and its like name, relative to the root module's folder.

        None where it cannot be read, is no UTF-8, is too large or lies outside of the project.
        """
        return self.library.text(path, self.root.folder) if self.library is not None else None

    @cached_property
    def written(self) -> str:
        """What `path.module` is."""
        root = self.root
        return self.library.relative(self.folder, root.folder) if self.library is not None and root is not self else "."

    # --- what is written --------------------------------------------------------

    @cached_property
    def _blocks(self) -> dict[tuple[str, ...], Block]:
        index: dict[tuple[str, ...], Block] = {}
        for document in self.documents:
            if document.kind != "tfvars":
                for block in document.blocks:
                    index.setdefault((block.kind, block.type, block.name), block)
                    if block.kind == "check":
                        for inner in block.children("data"):
                            index.setdefault(("data", *inner.labels[:2]), inner)
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
    def _settings(self) -> Mapping[str, Argument | Value]:
        if self.parent is not None:
            return {}
        if self._given is not None:
            return self._given
        from iaclint.evaluate.terraform_inputs import settings

        return settings(self.documents, None)

    @cached_property
    def given(self) -> dict[str, Value]:
        """What the command line and the environment set of a root's variables."""
        return {
            name: one.value
            for name, one in self._settings.items()
            if isinstance(one, Argument) and one.block.document.kind == "input"
        }

    def resource(self, kind: str, type: str, name: str) -> Block | None:
        """The resource or data source of that name."""
        return self._blocks.get((kind, type, name))

    def instances(self, block: Block) -> list[Block]:
        """The instances of a top-level Block: none where it is absent, itself where it stands for all."""
        if not is_repeated(block) or block.instance:
            return [block]
        key = id(block)
        found = self._instances.get(key)
        if found is None:
            # who asks for it while its own count is looked at gets it as it is
            self._instances[key] = [block]
            try:
                found = instances_of(block)
            finally:
                del self._instances[key]
            self._instances[key] = found
        return found

    def keyed(self, block: Block) -> list[tuple[str | int, Block]] | None:
        """The keys of a repeated Block, each with the Block that stands for it; None where they are not known."""
        keys = keys_of(block)
        if keys is None or len(keys) > MAX_INSTANCES:
            return None
        instances = self.instances(block)
        if len(instances) == 1 and not instances[0].instance:
            # it stands for all
            instances *= len(keys)
        return [(key, one) for (key, _), one in zip(keys, instances, strict=True)]

    # --- what it means ----------------------------------------------------------

    def variable(self, name: str) -> Value | None:
        """The Value a variable takes, where it is written; None where nothing gives it one."""
        if name not in self._variables:
            self._variables[name] = None
            try:
                value = self._variable(name)
            except BaseException:
                del self._variables[name]
                raise
            self._variables[name] = value
        return self._variables[name]

    def _variable(self, name: str) -> Value | None:
        block = self._blocks.get(("variable", "variable", name))
        value = self.inputs.get(name)
        if value is None and self.call is not None and name in self.call.arguments:
            value = self.call.arguments[name].value
        if value is None:
            setting = self._settings.get(name)
            if setting is None and block is not None and not self._is_open:
                setting = block.arguments.get("default")
            value = setting.value if isinstance(setting, Argument) else setting
        if value is None or block is None:
            return value
        from iaclint.evaluate.terraform_types import variable_value

        return variable_value(value, block)

    def local(self, name: str) -> Value | None:
        """The Value of a local, where it is written; None where there is none or it depends on itself."""
        argument = self._locals.get(name)
        if argument is None or (id(argument) in self.state.active and argument._value is None):
            return None
        return argument.value

    def output(self, name: str) -> Value | None:
        """The Value of an output; None where there is none."""
        block = self._blocks.get(("output", "output", name))
        argument = block.arguments.get("value") if block is not None else None
        if block is None or argument is None:
            return None
        value = argument.value
        is_hidden = block.get("sensitive").is_(True) or block.get("ephemeral").is_(True)
        if is_hidden and SENSITIVE not in value.references:
            value = alike(
                value, value.data, value.document, value.span, name=value.name, name_span=value.name_span,
                holder=value.holder, origin=value.origin, parts=value.parts, references=(*value.references, SENSITIVE),
            )  # fmt: skip
        return value

    # --- the modules it calls ---------------------------------------------------

    def reference(self, address: str, key: str = "") -> Reference:
        """A Reference from within this module; always the same object, which makes comparing them cheap."""
        found = self._references.get((address, key))
        if found is None:
            found = self._references[address, key] = Reference.to(address, self.instance, key)
        return found

    def call_of(self, name: str) -> Block | None:
        """The `module` Block of that name."""
        return self._blocks.get(("module", "module", name))

    def called(self, name: str) -> list[Module] | None:
        """The instances of a module that is called; None where its files are not at hand."""
        if name not in self._called:
            self._called[name] = None
            call = self.call_of(name)
            try:
                found = self._open(call) if call is not None else None
            except BaseException:
                del self._called[name]
                raise
            self._called[name] = found
        return self._called[name]

    def _open(self, call: Block) -> list[Module] | None:
        source = call.get("source").text
        if source is None or self.library is None or self.depth >= MAX_CALLS:
            return None
        path = f"{self.path}.module.{call.name}" if self.path else f"module.{call.name}"
        found = self.library.module(self.folder, source, path)
        if found is None:
            if not call.get("source").references:
                self.state.missing.add(source)
            return None
        folder, documents = found
        ancestor: Module | None = self
        while ancestor is not None:
            if ancestor.folder == folder:
                return None
            ancestor = ancestor.parent
        modules = []
        for one in self.instances(call):
            if self.state.modules >= MAX_MODULES:
                return None
            copies = [document.copy() for document in documents]
            for document in copies:
                document.project = call.document.project
            modules.append(Module(copies, self._compute, folder=folder, library=self.library, parent=self, call=one))
        return modules

    def below(self, wanted: Callable[[Block], bool] | None = None) -> Iterator[Module]:
        """All module instances this one calls, whole trees deep; of its own calls only those wanted."""
        stack = list(reversed(self._children(wanted)))
        while stack:
            module = stack.pop()
            yield module
            stack.extend(reversed(module._children(None)))

    def _children(self, wanted: Callable[[Block], bool] | None) -> list[Module]:
        found: list[Module] = []
        for document in self.documents:
            for block in document.blocks:
                if block.kind == "module" and (wanted is None or wanted(block)):
                    found += self.called(block.name) or []
        return found

    # --- evaluating -------------------------------------------------------------

    def evaluate(self, argument: Argument) -> Value:
        """The Value of an argument: what `Document.evaluate` is set to."""
        if not self.state.nested:
            return self._from_the_top(argument)
        return self._evaluate(argument)

    def _from_the_top(self, argument: Argument) -> Value:
        # a chain of any length is walked with a stack: what lies too deep is evaluated first
        state, stack = self.state, [argument]
        try:
            while True:
                top = stack[-1]
                try:
                    value: Value = top.block.document.module._evaluate(top)
                except Deferred as deferred:
                    # all on the way there are, so that what needs many such is not begun anew for each
                    state.waiting.add(id(top))
                    state.waiting.update(map(id, deferred.arguments[:-1]))
                    stack += deferred.arguments
                    continue
                stack.pop()
                if not stack:
                    return value
                top._value = value
                state.waiting.discard(id(stack[-1]))
        finally:
            state.waiting.clear()

    def _evaluate(self, argument: Argument) -> Value:
        state, key = self.state, id(argument)
        if key in state.active or key in state.waiting or state.left <= 0:
            if state.left > 0 and len(state.cycles) < 100:
                state.cycles.append(argument)
            span = argument.span
            return Value(
                "unknown", None, argument.block.document, Span(argument.name_span.end, span.end),
                name=argument.name, name_span=argument.name_span, holder=argument.block,
            )  # fmt: skip
        if len(state.nested) >= MAX_NESTED:
            raise Deferred([*state.nested[1:], argument])
        state.active.add(key)
        state.nested.append(argument)
        steps, state.steps = state.steps, [STEPS_OF_ARGUMENT]
        try:
            return self._compute(self, argument)
        finally:
            state.left -= STEPS_OF_ARGUMENT - max(0, state.steps[0])
            state.steps = steps
            state.nested.pop()
            state.active.discard(key)
