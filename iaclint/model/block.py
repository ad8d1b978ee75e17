"""Block, Argument and Document: the one tree all languages are read into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from iaclint.model.value import Value
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.model.project import Project


class Argument:
    """A name with what is written for it. Its Value is computed when asked for, once."""

    __slots__ = ("_value", "block", "expression", "name", "name_span", "span")

    def __init__(
        self,
        block: Block,
        name: str,
        name_span: Span,
        span: Span,
        expression: object = None,
        value: Value | None = None,
    ) -> None:
        self.block = block
        self.name = name
        self.name_span = name_span
        self.span = span
        """From the name to the end of the expression."""
        self.expression = expression
        """What the parser kept for the evaluator; opaque to everybody else."""
        self._value = value

    @property
    def value(self) -> Value:
        """The evaluated Value."""
        if self._value is None:
            self._value = self.block.document.evaluate(self)
        return self._value

    def __repr__(self) -> str:
        return f"<Argument {self.name}>"


class Block:
    """The one node type all languages share.

    kind         Terraform: "resource", "data", "variable", "locals", "module", "provider", "terraform",
                 "output" ...; "block" for a nested one. Ansible: "play", "task", "handler", "module"
                 (a task's module call), "vars", "inventory", "config". Dockerfile: "stage",
                 "instruction". Anywhere: "command" (a shell command)
    type         "aws_s3_bucket", "amazon.aws.s3_bucket", "RUN", "curl"; a nested block's own name
    name         a resource's or task's name; "" where there is none
    labels       all labels of a Terraform block
    arguments    name -> Argument, in file order; a repeated name keeps the last one
    blocks       nested Blocks in file order (a `dynamic` block stands here as its content)
    span         the whole block
    header_span  its first line's telling part: `resource "x" "y"`, `FROM image`, `- name: text`
    body_span    between the braces, or None where the language has none
    parent       the Block around it
    is_symbolic  whether it stands for an unknown number of instances (`count`, `dynamic`, a loop)
    instance     which of a resource's instances it is: `["key"]` or `[0]`; "" where it is all of them
    node         what the parser kept for its fixer; opaque to checks
    """

    __slots__ = (
        "_blocks",
        "_expanded",
        "arguments",
        "body_span",
        "document",
        "expand",
        "header_span",
        "instance",
        "is_symbolic",
        "kind",
        "labels",
        "name",
        "node",
        "parent",
        "span",
        "type",
    )

    def __init__(
        self,
        document: Document,
        kind: str,
        type: str,
        *,
        span: Span,
        header_span: Span,
        name: str = "",
        labels: tuple[str, ...] = (),
        body_span: Span | None = None,
        parent: Block | None = None,
        node: Any = None,
    ) -> None:
        self.document = document
        self.kind = kind
        self.type = type
        self.name = name
        self.labels = labels
        self.span = span
        self.header_span = header_span
        self.body_span = body_span
        self.parent = parent
        self.node = node
        self.is_symbolic = False
        self.instance = ""
        self.arguments: dict[str, Argument] = {}
        self._blocks: list[Block] = []
        self._expanded: list[Block] | None = None
        self.expand: Callable[[Block], list[Block]] | None = None
        """Set by a parser to build `blocks` late (dynamic blocks, embedded commands)."""

    def __repr__(self) -> str:
        return f"<Block {self.kind} {self.type} {self.name}>"

    @property
    def blocks(self) -> list[Block]:
        """The nested Blocks, in file order."""
        if self.expand is None:
            return self._blocks
        if self._expanded is None:
            self._expanded = self._blocks
            try:
                self._expanded = self.expand(self)
            except BaseException:
                self._expanded = None
                raise
        return self._expanded

    def copy(self, document: Document, parent: Block | None = None, make: type[Block] | None = None) -> Block:
        """The same source read once more, for another Document or instance: nothing is evaluated yet."""
        twin = self._twin(document, parent, make or type(self))
        stack = [(self, twin)]
        while stack:
            block, other = stack.pop()
            # what an override file writes stands in a Block of its own
            holders = {id(block): other}
            for name, one in block.arguments.items():
                holder = holders.get(id(one.block))
                if holder is None:
                    holder = holders[id(one.block)] = one.block._twin(one.block.document, other, type(one.block))
                    holder.arguments, holder._blocks = other.arguments, other._blocks
                other.arguments[name] = Argument(holder, one.name, one.name_span, one.span, one.expression)
            for child in block._blocks:
                below = child._twin(document if child.document is self.document else child.document, other, type(child))
                other._blocks.append(below)
                stack.append((child, below))
        return twin

    def _twin(self, document: Document, parent: Block | None, make: type[Block]) -> Block:
        twin = make(
            document, self.kind, self.type, span=self.span, header_span=self.header_span, name=self.name,
            labels=self.labels, body_span=self.body_span, parent=parent, node=self.node,
        )  # fmt: skip
        twin.expand, twin.instance, twin.is_symbolic = self.expand, self.instance, self.is_symbolic
        return twin

    @property
    def language(self) -> str:
        """ "terraform", "ansible" or "dockerfile"."""
        return self.document.language

    @property
    def is_addressable(self) -> bool:
        """Whether findings are addressed by this Block rather than by one around it."""
        return self.kind != "block" and self.kind != "command" and self.kind != "module"

    @property
    def address(self) -> str:
        """`aws_s3_bucket.b`, `data.aws_x.y`, the task's name, `RUN` of stage `build` ...

        As it is written in its own module. Unique names are the document's business: see `Document.address_of`.
        """
        block = self.addressable
        return block.document.address_of(block)

    @property
    def addressable(self) -> Block:
        """The nearest Block around (or being) this one that has an address."""
        block: Block = self
        while not block.is_addressable and block.parent is not None:
            block = block.parent
        return block

    @property
    def full_address(self) -> str:
        """The address seen from the root module: `module.net.aws_vpc.this`, without instance keys."""
        own, path = self.address, self.document.module_path
        return f"{path}.{own}" if path else own

    @property
    def instance_address(self) -> str:
        """The full address with the keys of instances: `module.net["a"].aws_vpc.this[0]`."""
        own, path = self.address + self.addressable.instance, self.document.module_instance
        return f"{path}.{own}" if path else own

    def get(self, name: str) -> Value:
        """The argument's Value, or a missing Value."""
        argument = self.arguments.get(name)
        if argument is not None:
            return argument.value
        from iaclint.model.value import missing  # not at the top: it imports this module

        return missing(self, (name,))

    def at(self, path: str) -> Value:
        """The Value at a dotted path: through nested blocks, maps and (their first) list elements."""
        from iaclint.model.paths import at

        return at(self, path)

    def each(self, path: str) -> Iterator[Value]:
        """All Values at a dotted path: one per nested block and list element on the way."""
        from iaclint.model.paths import each

        return each(self, path)

    def children(self, type: str) -> list[Block]:
        """The nested Blocks of a type."""
        blocks = self._blocks
        if self.expand is not None and (
            self._expanded is not None or any(one.type == "dynamic" and type in one.labels for one in blocks)
        ):
            # dynamic blocks of other types need not be evaluated
            blocks = self.blocks
        return [block for block in blocks if block.type == type]

    def walk(self) -> Iterator[Block]:
        """This Block and all below it, in file order."""
        stack = [self]
        while stack:
            block = stack.pop()
            yield block
            stack.extend(reversed(block.blocks))

    def walk_written(self) -> Iterator[Block]:
        """This Block and all below it as they are written: `dynamic` blocks and their contents for themselves."""
        stack = [self]
        while stack:
            block = stack.pop()
            yield block
            stack.extend(reversed(block._blocks))

    def up(self, kind: str) -> Block | None:
        """The nearest Block of this kind around (or being) this one."""
        block: Block | None = self
        while block is not None and block.kind != kind:
            block = block.parent
        return block


class Problem(NamedTuple):
    """Something of the file that could not be read."""

    span: Span
    message: str


class Document:
    """One Source parsed.

    language   "terraform", "ansible" or "dockerfile"
    kind       what the file is in its language: "module", "tfvars"; "playbook", "tasks", "handlers",
               "vars", "inventory", "config", "requirements"; "dockerfile"
    blocks     the top-level Blocks
    comments   spans of comments that mention iaclint
    problems   syntax errors; the rest of the file is read all the same
    platforms  which rule packages may apply: "aws", "azurerm", "google", "kubernetes", "ansible" ...
    tree       the parser's own tree, for fixers; opaque to checks
    module_path      in Terraform, the module it belongs to: "module.net", "" for the root
    module_instance  the same with the keys of instances: `module.net["a"]`
    caller     the `module` Block that calls this module, None for the root
    module     what its evaluator keeps for it; opaque to checks
    instances  gives the instances of one of its top-level Blocks, none where it is absent
    """

    def __init__(self, source: Source, language: str, kind: str) -> None:
        self.source = source
        self.language = language
        self.kind = kind
        self.blocks: list[Block] = []
        self.comments: list[Span] = []
        self.problems: list[Problem] = []
        self.platforms: set[str] = {language}
        self.tree: Any = None
        self.project: Project | None = None
        self.evaluate: Callable[[Argument], Value] = _no_evaluator
        self.module_path = ""
        self.module_instance = ""
        self.caller: Block | None = None
        self.module: Any = None
        self.instances: Callable[[Block], list[Block]] = _itself
        self.kept: dict[object, Any] = {}
        """What has been worked out from the text alone; copies share it."""
        self._addresses: dict[int, str] | None = None

    @property
    def path(self) -> str:
        """The Source's path as shown."""
        return self.source.path

    def copy(self) -> Document:
        """The same source read once more, as another module instance sees it; nothing is evaluated yet."""
        twin = Document(self.source, self.language, self.kind)
        twin.comments, twin.problems, twin.platforms, twin.tree = (
            self.comments, self.problems, self.platforms, self.tree,
        )  # fmt: skip
        twin.kept = self.kept
        twin.blocks = [block.copy(twin) for block in self.blocks]
        return twin

    def walk(self) -> Iterator[Block]:
        """All Blocks in file order."""
        for block in self.blocks:
            yield from block.walk()

    def address_of(self, block: Block) -> str:
        """The address of an addressable Block; set by the language's parser through `name_blocks`."""
        if block.language == "terraform":
            if block.kind == "resource":
                return f"{block.type}.{block.name}"
            words = [block.kind, *block.labels]
            return ".".join(words)
        if self._addresses is None:
            self._addresses = {}
            seen: dict[str, int] = {}
            for one in self.walk():
                if one.is_addressable:
                    plain = _plain_address(one)
                    count = seen[plain] = seen.get(plain, 0) + 1
                    self._addresses[id(one)] = plain if count == 1 else f"{plain}#{count}"
        return self._addresses.get(id(block)) or _plain_address(block)


def _plain_address(block: Block) -> str:
    # stages by name, instructions as stage/KEYWORD, tasks as play/task
    own = block.name or block.type
    if block.kind == "instruction":
        own = block.type
    parent = block.parent
    while parent is not None and not parent.is_addressable:
        parent = parent.parent
    return f"{_plain_address(parent)}/{own}" if parent is not None else own


def _itself(block: Block) -> list[Block]:
    return [block]


def _no_evaluator(argument: Argument) -> Value:
    raise LookupError(f"no evaluator for {argument.name}")


Node = Block | Value
"""Anything with a path below it."""

__all__ = ["Argument", "Block", "Document", "Node", "Problem"]
