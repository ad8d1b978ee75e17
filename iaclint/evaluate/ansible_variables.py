"""Where a Project defines Ansible variables, by level, and which names may change at run time."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value
from iaclint.parsers.ansible.kinds import VAULT_MARK
from iaclint.parsers.yaml import YamlNode, merged_pairs
from iaclint.source import Span

_INCLUDES = ("include_tasks", "include_role", "import_tasks", "import_role", "include")
_ROLE_KEYWORDS = frozenset(
    {"role", "name", "when", "tags", "become", "become_user", "delegate_to", "vars", "src", "version"}
)


@dataclass(slots=True, eq=False)
class Definition:
    """A variable with a literal somewhere: where it is written, and its Value once asked for."""

    document: Document
    block: Block
    node: YamlNode | None
    name: str
    name_span: Span | None
    container: YamlNode | None = None
    argument: Argument | None = None
    value: Value | None = None


Table = dict[str, list[Definition]]


@dataclass(slots=True)
class Variables:
    """All definitions of a Project by level, and the names that may change at run time."""

    group: dict[str, Table] = field(default_factory=dict)
    """By the folder that holds `group_vars/`."""
    role_vars: dict[str, Table] = field(default_factory=dict)
    role_defaults: dict[str, Table] = field(default_factory=dict)
    plays: list[tuple[Block, Table]] = field(default_factory=list)
    disturbed: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    open_plays: set[int] = field(default_factory=set)
    """Plays with `vars_files` that cannot be read: any variable may be set there."""
    has_hidden: bool = False
    """Whether a file of variables is encrypted: then no variable is certainly undefined."""
    _in_plays: dict[str, list[tuple[Block, Definition]]] | None = None

    def in_plays(self) -> dict[str, list[tuple[Block, Definition]]]:
        """The definitions of all plays by name, with the play; to be asked for when all are collected."""
        if self._in_plays is None:
            self._in_plays = {}
            for play, table in self.plays:
                for name, definitions in table.items():
                    self._in_plays.setdefault(name, []).extend((play, one) for one in definitions)
        return self._in_plays


def collect(documents: list[Document]) -> Variables:
    """All definitions of these Documents."""
    variables = Variables()
    by_path = {_normal(document.path): document for document in documents if document.kind == "vars"}
    named: set[int] = set()
    for document in documents:
        for play in document.blocks if document.kind == "playbook" else ():
            named.update(_collect_play(variables, play, by_path))
    for document in documents:
        if document.kind == "vars":
            variables.has_hidden = variables.has_hidden or document.source.data.startswith(VAULT_MARK)
            if id(document) not in named:
                _collect_file(variables, document)
        elif document.kind == "inventory":
            for block in document.walk():
                variables.disturbed.update(block.arguments)
        elif document.kind in ("playbook", "tasks", "handlers"):
            for block in document.walk():
                _collect_block(variables, block)
    tables = [*variables.group.values(), *variables.role_vars.values(), *variables.role_defaults.values()]
    variables.known = variables.disturbed.union(*tables, *(table for _, table in variables.plays))
    return variables


def _collect_file(variables: Variables, document: Document) -> None:
    words = document.path.replace("\\", "/").split("/")
    names = [name for block in document.blocks for name in block.arguments]
    table: Table | None = None
    if "group_vars" in words:
        at = words.index("group_vars")
        if words[at + 1].partition(".")[0] == "all":
            table = variables.group.setdefault("/".join(words[:at]), {})
    elif "host_vars" not in words:
        role, level, stem = role_of(document.path), _level(words), words[-1].partition(".")[0]
        is_main = stem == "main" or words[-2] == "main"
        if role is not None and level == "defaults" and is_main:
            table = variables.role_defaults.setdefault(role, {})
        elif role is not None and level == "vars" and is_main:
            table = variables.role_vars.setdefault(role, {})
    if table is None:
        # read only for some hosts, or when a task or play says so
        variables.disturbed.update(names)
        return
    for block in document.blocks:
        for name, argument in block.arguments.items():
            table.setdefault(name, []).append(
                Definition(document, block, None, name, argument.name_span, argument=argument)
            )


def _collect_block(variables: Variables, block: Block) -> None:
    if block.kind in ("task", "handler"):
        registered = _node(block, "register")
        if registered is not None and registered.kind == "scalar":
            variables.disturbed.add(registered.value)
        control = _node(block, "loop_control")
        if control is not None and control.kind == "mapping":
            variables.disturbed.update(value.value for key, value in control.pairs if key.value.endswith("_var"))
        if any(one.kind == "module" and one.type.rpartition(".")[2] in _INCLUDES for one in block.blocks):
            variables.disturbed.update(definitions_of_vars(block))
    elif block.kind == "module" and block.type.rpartition(".")[2] in ("set_fact", "add_host", "set_stats"):
        variables.disturbed.update(block.arguments)
    elif block.kind == "module" and block.type.rpartition(".")[2] == "include_vars":
        name = block.arguments.get("name")
        node = name.expression if name is not None else None
        if isinstance(node, YamlNode):
            variables.disturbed.add(node.value)


def _collect_play(variables: Variables, play: Block, by_path: dict[str, Document]) -> Iterator[int]:
    """A play's variables; those of its `vars_files` win over those of its `vars`."""
    table = definitions_of_vars(play)
    variables.plays.append((play, table))
    variables.disturbed.update(_prompted(play))
    variables.disturbed.update(_role_parameters(play))
    files = _node(play, "vars_files")
    if files is None:
        return
    folder = play.document.path.replace("\\", "/").rpartition("/")[0]
    for item in files.items or [files]:
        name = item.resolved().value
        document = by_path.get(_normal(f"{folder}/{name}" if folder else name)) if name else None
        if document is None or not document.blocks:
            variables.open_plays.add(id(play))
            continue
        yield id(document)
        for block in document.blocks:
            for name, argument in block.arguments.items():
                table[name] = [Definition(document, block, None, name, argument.name_span, argument=argument)]


def _normal(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/"))


def definitions_of_vars(block: Block) -> Table:
    """What the `vars` of a play, block or task define."""
    node = _node(block, "vars")
    if node is None or node.kind != "mapping":
        return {}
    return {
        key.value: [Definition(block.document, block, value, key.value, key.span, container=node)]
        for key, value in merged_pairs(node)
        if key.kind == "scalar"
    }


def _prompted(play: Block) -> Iterator[str]:
    node = _node(play, "vars_prompt")
    for item in node.items if node is not None else ():
        name = item.resolved().get("name") if item.resolved().kind == "mapping" else None
        if name is not None:
            yield name.value


def _role_parameters(play: Block) -> Iterator[str]:
    node = _node(play, "roles")
    for item in node.items if node is not None else ():
        role = item.resolved()
        if role.kind != "mapping":
            continue
        inner = role.get("vars")
        pairs = [*role.pairs, *(inner.resolved().pairs if inner is not None else ())]
        yield from (key.value for key, _ in pairs if key.kind == "scalar" and key.value not in _ROLE_KEYWORDS)


def _node(block: Block, name: str) -> YamlNode | None:
    argument = block.arguments.get(name)
    node = argument.expression if argument is not None else None
    return node.resolved() if isinstance(node, YamlNode) else None


# --- places -------------------------------------------------------------------------------


def _level(words: list[str]) -> str:
    return next((one for one in reversed(words[:-1]) if one in ("vars", "defaults")), "")


def role_of(path: str) -> str | None:
    """The folder of the role a file lies in: that above `tasks/`, `handlers/`, `vars/`, `defaults/`, `meta/`."""
    words = path.replace("\\", "/").split("/")[:-1]
    for index, word in enumerate(words):
        if word in ("tasks", "handlers", "vars", "defaults"):
            return "/".join(words[:index])
    return None


def near(group: dict[str, Table], path: str, role: str | None) -> list[Table]:
    """The group_vars beside a playbook or its inventory; for a role, all there are."""
    if role is not None:
        return list(group.values())
    folder = path.replace("\\", "/").rpartition("/")[0]
    own = group.get(folder)
    inventories = [table for place, table in group.items() if any(w.startswith("inventor") for w in place.split("/"))]
    return ([own] if own is not None else []) + inventories


__all__ = ["Definition", "Table", "Variables", "collect", "definitions_of_vars", "near", "role_of"]
