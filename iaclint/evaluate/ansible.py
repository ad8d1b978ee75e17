"""Ansible variables: what a template certainly stands for, as far as the Project's own files tell.

Only what no other file of the Project contradicts is known. Extra variables of the command line cannot be seen and
are ignored; a role's default is taken as Terraform's variable defaults are.
"""

from __future__ import annotations

import re

from iaclint.evaluate.ansible_variables import Definition, Table, Variables, collect, definitions_of_vars, near, role_of
from iaclint.model.block import Argument, Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.ansible.values import Render, split_template, value_of, value_of_argument

_MAX_DEPTH = 12
_MAX_TEXT = 100_000
_MAGIC = frozenset(
    {"item", "inventory_hostname", "inventory_hostname_short", "groups", "group_names", "hostvars", "play_hosts",
     "role_path", "role_name", "playbook_dir", "inventory_dir", "inventory_file", "omit", "vars", "environment"}
)  # fmt: skip


def prepare(project: Project) -> None:
    """Let the arguments of the Project's Ansible Documents evaluate with its variables."""
    documents = [document for document in project.documents if document.language == "ansible"]
    if not documents:
        return
    evaluator = _Evaluator(documents)
    for document in documents:
        document.evaluate = evaluator.evaluate


class _Evaluator:
    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self._variables: Variables | None = None
        self.active: set[int] = set()
        self.local: dict[int, Table] = {}

    @property
    def variables(self) -> Variables:
        # found out when the first template asks
        if self._variables is None:
            self._variables = collect(self.documents)
        return self._variables

    def evaluate(self, argument: Argument) -> Value:
        """An argument's Value."""
        return value_of_argument(argument, self._render(argument.block))

    def _render(self, block: Block) -> Render:
        return lambda text, unknown: self._template(text, unknown, block)

    def _template(self, text: str, unknown: Value, block: Block) -> Value:
        pieces = split_template(text)
        if any(not isinstance(piece, str) and piece[0] == "{%" for piece in pieces):
            return unknown
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            found = self._expression(pieces[0][1], unknown, block) if pieces[0][0] == "{{" else None
            return found if found is not None else unknown
        said: list[str | None] = []
        origins: list[Value] = []
        for piece in pieces:
            if isinstance(piece, str):
                said.append(piece)
            elif piece[0] == "{{":
                value = self._expression(piece[1], unknown, block)
                said.append(_as_text(value))
                if value is not None and value.origin is not None:
                    origins.append(value.origin)
        known = [one for one in said if one is not None]
        if sum(map(len, known)) > _MAX_TEXT:
            return unknown
        unknown.parts = tuple(said)
        if len(known) < len(said):
            return unknown
        return _copy(unknown, "string", "".join(known), origins[0] if len(origins) == 1 else None)

    def _expression(self, text: str, place: Value, block: Block) -> Value | None:
        """What `name`, `name | default(literal)`, `name | bool` or a literal stands for; None when unknown."""
        match = _EXPRESSION.match(text)
        if match is None:
            literal = _literal(text.strip())
            return None if literal is None else _copy(place, *literal)
        name, path, default, cast = match["name"], match["path"], match["default"], match["cast"]
        found = self._lookup(name, block)
        if found is None:
            if default is None or path or self._may_be_defined(name, block):
                return None
            if default.strip() == "omit":
                return _copy(place, "missing", None)
            literal = _literal(default.strip())
            return None if literal is None else _copy(place, *literal)
        for step in re.findall(r"\w+", path or ""):
            entry = found.entries.get(step)
            if entry is None:
                return None
            found = entry
        if not found.is_known:
            return None
        if cast in ("bool", "int"):
            data = found.boolean if cast == "bool" else found.number
            return None if data is None else _copy(place, "bool" if cast == "bool" else "number", data, found)
        return _copy(place, "string" if cast == "string" and found.text is not None else found.kind,
                     found.text if cast == "string" and found.text is not None else found.data, found)  # fmt: skip

    # --- which definition holds ---------------------------------------------------------

    def _lookup(self, name: str, block: Block) -> Value | None:
        if name in _MAGIC:
            return None
        above: Block | None = block
        play: Block | None = None
        while above is not None:
            if above.kind == "play":
                play = above
            elif above.kind in ("task", "handler"):
                own = self._own(above).get(name)
                if own:
                    return self._agreed(own)
            above = above.parent
        variables = self.variables
        if name in variables.disturbed or id(play) in variables.open_plays:
            return None
        role = role_of(block.document.path)
        levels = self._levels(name, play, role, block.document.path)
        for index, level in enumerate(levels):
            if level:
                value = self._agreed(level)
                below = [one for other in levels[index + 1 :] for one in other] if play is None and index == 1 else []
                others = below if value is not None else []
                if play is not None:
                    others = [one for table in variables.role_vars.values() for one in table.get(name, ())]
                return value if value is not None and all(self._is_same(value, one) for one in others) else None
        return None

    def _levels(self, name: str, play: Block | None, role: str | None, path: str) -> list[list[Definition]]:
        variables = self.variables
        plays = [one for block, one in variables.in_plays().get(name, ()) if play is None or block is play]
        group = [one for table in near(variables.group, path, role) for one in table.get(name, ())]
        if role is None:
            return [[], plays, group, []]
        return [
            variables.role_vars.get(role, {}).get(name, []), plays, group,
            variables.role_defaults.get(role, {}).get(name, []),
        ]  # fmt: skip

    def _own(self, task: Block) -> Table:
        table = self.local.get(id(task))
        if table is None:
            table = self.local[id(task)] = definitions_of_vars(task)
        return table

    def _may_be_defined(self, name: str, block: Block) -> bool:
        if name in _MAGIC or name.startswith("ansible_") or self._is_local(name, block):
            return True
        variables = self.variables
        play = block.up("play")
        is_open = id(play) in variables.open_plays if play is not None else bool(variables.open_plays)
        return name in variables.known or variables.has_hidden or is_open

    def _is_local(self, name: str, block: Block) -> bool:
        above: Block | None = block
        while above is not None:
            if above.kind in ("task", "handler") and name in self._own(above):
                return True
            above = above.parent
        return False

    def _agreed(self, definitions: list[Definition]) -> Value | None:
        """The Value all definitions of a level give; None when it is unknown or they differ."""
        first = self._value(definitions[0])
        if first is None or not all(self._is_same(first, one) for one in definitions[1:]):
            return None
        return first

    def _is_same(self, value: Value, other: Definition) -> bool:
        another = self._value(other)
        return another is not None and another.kind == value.kind and _plain(another) == _plain(value) is not None

    def _value(self, definition: Definition) -> Value | None:
        if id(definition) in self.active or len(self.active) >= _MAX_DEPTH:
            return None
        if definition.value is None:
            self.active.add(id(definition))
            try:
                definition.value = self._read(definition)
            finally:
                self.active.discard(id(definition))
        return definition.value if definition.value.is_known else None

    def _read(self, definition: Definition) -> Value:
        if definition.argument is not None:
            # not through `.value`: a cycle met here must not be remembered as the argument's Value
            return value_of_argument(definition.argument, self._render(definition.block))
        node, holder = definition.node, definition.block
        assert node is not None
        place: Block | Value = holder
        written = holder.arguments.get("vars")
        if written is not None and definition.container is not None:
            place = Value(
                "map", {}, definition.document, definition.container.span,
                name="vars", name_span=written.name_span, holder=holder,
            )  # fmt: skip
        return value_of(
            node, definition.document, place, definition.name, definition.name_span, self._render(holder)
        )


# --- templates ------------------------------------------------------------------------------


_EXPRESSION = re.compile(
    r"""\s*(?P<name>(?!(?:true|false|none|True|False|None|not|lookup|query|q)\b)[A-Za-z_]\w*)
        (?P<path>(?:\.[A-Za-z_]\w*|\[(?:'\w+'|"\w+")\])*)\s*
        (?:\|\s*(?:default|d)\(\s*(?P<default>'[^'\\]*'|"[^"\\]*"|-?\d+|[A-Za-z]+)\s*(?:,\s*[Tt]rue\s*)?\)\s*)?
        (?:\|\s*(?P<cast>bool|int|string)\s*)?\Z""",
    re.X,
)
_LITERAL = re.compile(r"""'([^'\\]*)'\Z|"([^"\\]*)"\Z""")


def _literal(text: str) -> tuple[str, object] | None:
    match = _LITERAL.match(text)
    if match is not None:
        return "string", match[1] if match[1] is not None else match[2]
    if text in ("true", "True", "false", "False"):
        return "bool", text in ("true", "True")
    if re.fullmatch(r"-?\d{1,18}", text):
        return "number", int(text)
    return None


def _as_text(value: Value | None) -> str | None:
    if value is None or value.kind == "bool":
        # as text, a bool is spelled as Python does
        return None if value is None else str(value.data)
    return value.text


def _copy(place: Value, kind: str, data: object, origin: Value | None = None) -> Value:
    return Value(
        kind, data, place.document, place.span, name=place.name, name_span=place.name_span, holder=place.holder,
        origin=origin, references=place.references,
    )  # fmt: skip


def _plain(value: Value) -> object:
    from iaclint.model.value import literal_of

    try:
        return literal_of(value)
    except ValueError:
        return None


__all__ = ["prepare"]
