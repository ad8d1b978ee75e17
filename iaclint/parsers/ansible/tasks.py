"""Plays, tasks and module calls as Blocks."""

from __future__ import annotations

from iaclint.facts import ansible as facts
from iaclint.model.block import Argument, Block, Document
from iaclint.parsers.ansible.freeform import unquote, words
from iaclint.parsers.ansible.keywords import (
    BLOCK_LISTS,
    COMMAND_OPTIONS,
    COMMANDS,
    FREE_FORM_NAMES,
    IMPORT_PLAYBOOK,
    PLATFORMS,
    TASK_LISTS,
    is_task_keyword,
)
from iaclint.parsers.ansible.values import Piece
from iaclint.parsers.yaml import YamlNode, embedded_text, merged_pairs
from iaclint.source import Span

MAX_TASKS = 20_000
"""Tasks of one file; aliases could make them countless."""
MAX_DEPTH = 60

_Waiting = tuple[Block | None, YamlNode, str, int, tuple[str, ...]]


class TaskReader:
    """Reads the plays and tasks of one Document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MAX_TASKS

    def plays(self, root: YamlNode) -> None:
        """The items of a playbook."""
        for item in root.items:
            node = item.resolved()
            if node.kind != "mapping":
                continue
            pairs = merged_pairs(node)
            play = self._block("play", "play", node, pairs, None)
            lists = [(key.value, value) for key, value in pairs if key.value in TASK_LISTS]
            self._arguments(play, [pair for pair in pairs if pair[0].value not in TASK_LISTS])
            self.document.blocks.append(play)
            collections = _collections(play, ())
            for name, value in sorted(lists, key=lambda one: one[1].span.start):
                self.tasks(play, value, "handler" if name == "handlers" else "task", collections)

    def tasks(self, parent: Block | None, root: YamlNode, kind: str, collections: tuple[str, ...] = ()) -> None:
        """The items of a list of tasks, with those of their blocks."""
        stack: list[_Waiting] = [(parent, root, kind, 0, collections)]
        while stack:
            above, node, kind, depth, names = stack.pop()
            node = node.resolved()
            if node.kind == "sequence":
                stack.extend((above, item, kind, depth, names) for item in reversed(node.items))
            elif node.kind == "mapping" and depth <= MAX_DEPTH and self.left > 0 and not node.is_cut:
                self.left -= 1
                stack.extend(reversed(self._task(above, node, kind, depth, names)))

    def _task(
        self, parent: Block | None, node: YamlNode, kind: str, depth: int, names: tuple[str, ...]
    ) -> list[_Waiting]:
        pairs = merged_pairs(node)
        keys = {key.value for key, _ in pairs if key.kind == "scalar"}
        is_block = "block" in keys
        task = self._block(kind, "block" if is_block else "task", node, pairs, parent)
        task.is_symbolic = any(key == "loop" or key.startswith("with_") for key in keys)
        (parent.blocks if parent is not None else self.document.blocks).append(task)
        if is_block:
            self._arguments(task, [pair for pair in pairs if pair[0].value not in BLOCK_LISTS])
            names = _collections(task, names)
            lists = [value for key, value in pairs if key.value in BLOCK_LISTS]
            return [(task, value, kind, depth + 1, names) for value in sorted(lists, key=lambda one: one.span.start)]
        self._arguments(task, [pair for pair in pairs if is_task_keyword(pair[0].value)], skip=_CALLS)
        self._module(task, pairs, _collections(task, names))
        return []

    def _block(
        self, kind: str, type: str, node: YamlNode, pairs: list[tuple[YamlNode, YamlNode]], parent: Block | None
    ) -> Block:
        name = next((value.resolved().value for key, value in pairs if key.value == "name"), "")
        return Block(
            self.document, kind, type, span=node.span, header_span=header_span(self.document, node),
            name=name, parent=parent, node=node,
        )  # fmt: skip

    def _arguments(
        self, block: Block, pairs: list[tuple[YamlNode, YamlNode]], skip: frozenset[str] = frozenset()
    ) -> None:
        for key, value in pairs:
            if key.kind == "scalar" and key.value not in skip:
                name = "import_playbook" if key.value in IMPORT_PLAYBOOK else key.value
                block.arguments[name] = yaml_argument(block, name, key, value)

    # --- the module call --------------------------------------------------------------

    def _module(self, task: Block, pairs: list[tuple[YamlNode, YamlNode]], collections: tuple[str, ...]) -> None:
        extra = next((value.resolved() for key, value in pairs if key.value == "args"), None)
        for key, value in pairs:
            if key.value in ("action", "local_action"):
                self._action(task, key, value, extra, collections)
                return
        found = module_key(pairs)
        if found is None:
            return
        key, value = found
        call = self._call(task, full_name(key.value, collections), key, value)
        self._fill(call, key, value.resolved(), extra)

    def _action(
        self, task: Block, key: YamlNode, value: YamlNode, extra: YamlNode | None, collections: tuple[str, ...]
    ) -> None:
        node = value.resolved()
        if node.kind == "mapping":
            name = node.get("module")
            if name is not None and "{{" not in name.value and name.kind == "scalar":
                call = self._call(task, full_name(name.value.strip(), collections), key, value)
                self._pairs(call, [pair for pair in merged_pairs(node) if pair[0].value != "module"])
                self._extra(call, extra)
            return
        text = embedded_text(node, self.document, jinja=False)
        first = next(words(text.text), None) if text is not None else None
        if text is None or first is None or first.equals >= 0:
            return
        name_text = text.text[first.start : first.end].decode("utf-8", "replace")
        if "{{" in name_text:
            return
        call = self._call(task, full_name(name_text, collections), key, value)
        call.header_span = text.span(first.start, first.end)
        self._free_form(call, call.header_span, node, first.end)
        self._extra(call, extra)

    def _call(self, task: Block, type: str, key: YamlNode, value: YamlNode) -> Block:
        call = Block(
            self.document, "module", type, span=Span(key.span.start, max(key.span.end, value.span.end)),
            header_span=key.span, parent=task, node=value.resolved(),
        )  # fmt: skip
        task.blocks.append(call)
        for prefix, platform in PLATFORMS.items():
            if type.startswith(prefix):
                self.document.platforms.add(platform)
        return call

    def _fill(self, call: Block, key: YamlNode, node: YamlNode, extra: YamlNode | None) -> None:
        if node.kind == "mapping":
            self._pairs(call, merged_pairs(node))
        elif node.kind == "scalar" and (node.value or node.style):
            self._free_form(call, key.span, node, 0)
        self._extra(call, extra)
        if node.is_cut or node.kind == "alias":
            _make_opaque(call)

    def _extra(self, call: Block, extra: YamlNode | None) -> None:
        if extra is None:
            return
        if extra.kind == "mapping" and not extra.is_cut:
            self._pairs(call, merged_pairs(extra))
        elif extra.kind != "scalar" or extra.value:
            _make_opaque(call)

    def _pairs(self, call: Block, pairs: list[tuple[YamlNode, YamlNode]]) -> None:
        for key, value in pairs:
            if key.kind != "scalar" or "{{" in key.value:
                _make_opaque(call)
                return
            name = self._parameter(call, key.value)
            call.arguments[name] = yaml_argument(call, name, key, value)

    def _parameter(self, call: Block, name: str) -> str:
        if call.type in COMMANDS and name in ("_raw_params", "free_form"):
            return "cmd"
        return facts.canonical(call.type, name)

    def _free_form(self, call: Block, name_span: Span, node: YamlNode, start: int) -> None:
        text = embedded_text(node, self.document, jinja=False)
        if text is None:
            _make_opaque(call)
            return
        raw = []
        for word in words(text.text):
            if word.start < start:
                continue
            name = text.text[word.start : max(word.equals, word.start)].decode("utf-8", "replace")
            if word.equals < 0 or (call.type in COMMANDS and name not in COMMAND_OPTIONS):
                raw.append(word)
                continue
            parameter = self._parameter(call, name)
            said = unquote(text.text[word.equals + 1 : word.end]).decode("utf-8", "replace")
            call.arguments[parameter] = Piece(
                call, parameter, text.span(word.start, word.equals), text.span(word.equals + 1, word.end), said
            )
        if raw:
            self._raw(call, name_span, node, text.text, raw[0].start, raw[-1].end, start)

    def _raw(
        self, call: Block, name_span: Span, node: YamlNode, text: bytes, first: int, last: int, start: int
    ) -> None:
        """What stands there besides `k=v`: the command, a file name, or a template that holds all arguments."""
        said = text[first:last].decode("utf-8", "replace")
        if call.type in COMMANDS:
            name = "cmd"
        elif call.type in FREE_FORM_NAMES:
            name = FREE_FORM_NAMES[call.type]
        elif said.startswith("{{"):
            _make_opaque(call)
            return
        else:
            name = "_raw_params"
        if not call.arguments and not start:
            span = Span(name_span.start, node.span.end)
            call.arguments[name] = Argument(call, name, name_span, span, node)
            return
        embedded = embedded_text(node, self.document, jinja=False)
        if embedded is not None:
            said = command_text(text, start).decode("utf-8", "replace").strip() if name == "cmd" else said
            call.arguments.setdefault(name, Piece(call, name, name_span, embedded.span(first, last), said))


_CALLS = frozenset({"action", "local_action", "args"})


def command_text(text: bytes, start: int) -> bytes:
    """A command's free form with its options (`chdir=...`) and what precedes `start` blanked, of the same length."""
    found = bytearray(text)
    found[:start] = b" " * start
    for word in words(text):
        if word.start >= start and word.equals >= 0:
            name = text[word.start : word.equals].decode("utf-8", "replace")
            if name in COMMAND_OPTIONS:
                found[word.start : word.end] = b" " * (word.end - word.start)
    return bytes(found)


def module_key(pairs: list[tuple[YamlNode, YamlNode]]) -> tuple[YamlNode, YamlNode] | None:
    """The key of a task that names its module: a known one, else one with dots, else the only one left."""
    others = [
        (key, value) for key, value in pairs if key.kind == "scalar" and key.value and not is_task_keyword(key.value)
    ]
    for pair in others:
        if facts.is_module(pair[0].value):
            return pair
    for pair in others:
        if pair[0].value.count(".") >= 2:
            return pair
    return others[0] if len(others) == 1 else None


def full_name(name: str, collections: tuple[str, ...] = ()) -> str:
    """The full name of a module as written in a task with these `collections`."""
    if "." not in name:
        for collection in collections:
            if facts.is_module(f"{collection}.{name}"):
                return facts.resolve(f"{collection}.{name}")
    return facts.resolve(name)


def header_span(document: Document, node: YamlNode) -> Span:
    """From an item's first key to the end of its line's content, a comment left out."""
    if not node.pairs:
        return node.span
    key, value = node.pairs[0]
    data = document.source.data
    line = document.source.line_span(document.source.line_number(key.span.start))
    colon = data.find(b":", key.span.end, line.end)
    end = max(key.span.end, colon + 1)
    if value.span.start < line.end and value.span.end > value.span.start:
        end = max(end, min(value.span.end, line.end))
    while end > key.span.end and data[end - 1] in b" \t\r\n":
        end -= 1
    return Span(key.span.start, end)


def yaml_argument(block: Block, name: str, key: YamlNode, value: YamlNode) -> Argument:
    """An argument that is a YAML pair."""
    return Argument(block, name, key.span, Span(key.span.start, max(key.span.end, value.span.end)), value)


def _collections(block: Block, inherited: tuple[str, ...]) -> tuple[str, ...]:
    argument = block.arguments.get("collections")
    node = argument.expression if argument is not None else None
    if not isinstance(node, YamlNode):
        return inherited
    return tuple(item.value for item in node.resolved().items if item.kind == "scalar") or inherited


def _make_opaque(call: Block) -> None:
    # arguments that cannot be seen: nothing is missing for certain
    call.arguments.clear()
    call.is_symbolic = True
