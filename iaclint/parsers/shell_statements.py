"""A shell script's syntax tree as flat sequences of statements and the operators between them.

tree-sitter-bash nests lists, pipelines and redirections in ways that do not follow precedence
(`a && b 2>&1 | c`), so they are laid flat again; the operators then say what belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from iaclint.parsers.shell_variables import EVERY, Assignment, Loop, Range, Variables

if TYPE_CHECKING:
    from iaclint.model.aspects import ShellCommand

MAX_DEPTH = 200
"""Statements within statements; what is nested deeper is not read."""

_HOLDS_SCRIPT = re.compile(rb"[$<>(]\(|`|\$\{")
_OPERATORS = frozenset({"&&", "||", "|", "|&", ";", "&", ";;", ";&", ";;&"})
_LAID_FLAT = frozenset({"list", "pipeline", "redirected_statement", "negated_command", "variable_assignments"})
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
_INTO_VARIABLES = {"read": 0, "mapfile": 0, "readarray": 0, "getopts": 1, "let": 0}


@dataclass(slots=True)
class Operator:
    """An operator between two statements, by its bytes in the inner text; "newline" is empty."""

    text: str
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Statement:
    """One element of a sequence: a simple command or a compound one.

    start, end  its bytes in the inner text, redirections included, heredoc bodies left out
    extra       argument nodes that the grammar put behind a heredoc's start
    inner       the sequences a compound statement holds
    """

    node: Any
    start: int
    end: int
    sequence: Sequence
    index: int
    redirects: list[Any] = field(default_factory=list)
    extra: list[Any] = field(default_factory=list)
    before: Operator | None = None
    after: Operator | None = None
    negated: bool = False
    has_heredoc: bool = False
    command: ShellCommand | None = None
    inner: list[Sequence] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Sequence:
    """Statements that follow one another: a script, a body, a condition, a substitution."""

    context: str
    bounds: Range
    certain: Range
    isolated: Range
    depth: int
    statements: list[Statement] = field(default_factory=list)

    def pipelines(self) -> Iterator[list[Statement]]:
        """The statements, those of a pipeline together."""
        group: list[Statement] = []
        for statement in self.statements:
            if group and (statement.before is None or statement.before.text not in ("|", "|&")):
                yield group
                group = []
            group.append(statement)
        if group:
            yield group


class StatementReader:
    """Lays a syntax tree flat: all sequences with their statements, and the assignments among them."""

    def __init__(self, root: Any, size: int) -> None:
        self.variables = Variables()
        self.sequences: list[Sequence] = []
        whole = (0, size + 1)
        self._todo: list[tuple[list[Any], Sequence]] = []
        self._push(root.children, Sequence("", whole, whole, whole, 0), None)
        while self._todo:
            nodes, sequence = self._todo.pop()
            self._read(nodes, sequence)

    def _push(self, nodes: list[Any], sequence: Sequence, owner: Statement | None) -> None:
        if sequence.depth > MAX_DEPTH:
            return
        self.sequences.append(sequence)
        if owner is not None:
            owner.inner.append(sequence)
        self._todo.append((nodes, sequence))

    # --- one sequence -----------------------------------------------------------

    def _read(self, nodes: list[Any], sequence: Sequence) -> None:
        self._lay_flat(nodes, sequence)
        for group in _chains(sequence):
            for index, statement in enumerate(group):
                self._look_into(statement, _certain(group, index) if index else sequence.certain)

    def _lay_flat(self, nodes: list[Any], sequence: Sequence) -> None:
        stack = list(reversed(nodes))
        operator: Operator | None = None
        negate = False
        statements = sequence.statements
        while stack:
            node = stack.pop()
            kind = node.type
            if kind in _LAID_FLAT and not (kind == "redirected_statement" and node.child_by_field_name("body") is None):
                stack.extend(reversed(node.children))
            elif kind == "!":
                negate = True
            elif kind in _OPERATORS:
                operator = Operator(kind, node.start_byte, node.end_byte)
                if statements:
                    statements[-1].after = operator
            elif kind in _REDIRECTS and statements:
                stack.extend(reversed(_redirect(node, statements[-1])))
            elif node.is_named and kind not in ("comment", "ERROR", "heredoc_body", "heredoc_end"):
                if statements and operator is None:
                    operator = Operator("newline", node.start_byte, node.start_byte)
                    statements[-1].after = operator
                statement = Statement(
                    node, node.start_byte, node.end_byte, sequence, len(statements), before=operator, negated=negate
                )
                statements.append(statement)
                operator, negate = None, False

    # --- what a statement holds ---------------------------------------------------

    def _look_into(self, statement: Statement, certain: Range) -> None:
        sequence = statement.sequence
        isolated = sequence.isolated
        joined = (statement.before, statement.after)
        if any(one is not None and one.text in ("|", "|&", "&") for one in joined):
            # each member of a pipeline runs in its own process
            certain = isolated = (statement.start, statement.end + 1)
        read = _COMPOUND.get(statement.node.type)
        if read is not None:
            read(self, statement, certain, isolated)
        else:
            self._simple(statement, certain, isolated)
        for node in (*statement.redirects, *statement.extra):
            self._substitutions(node, statement, certain, isolated)

    def _simple(self, statement: Statement, certain: Range, isolated: Range) -> None:
        node = statement.node
        kind = node.type
        if kind == "variable_assignment":
            self._assign(node, certain, isolated)
        elif kind == "declaration_command":
            for child in node.children:
                if child.type == "variable_assignment":
                    self._assign(child, certain, isolated)
        elif kind == "unset_command":
            for child in node.children[1:]:
                self._unknown(child.text.decode("utf-8", "replace"), child.start_byte, isolated)
        elif kind == "command":
            self._command_assignments(node, isolated)
        self._substitutions(node, statement, certain, isolated)

    def _assign(self, node: Any, certain: Range, isolated: Range) -> None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None:
            return
        plain = name.type == "variable_name" and any(child.type == "=" for child in node.children)
        text = (name.children[0] if name.child_count else name).text.decode("utf-8", "replace")
        # the value counts from behind the assignment on
        known = (node if value is None else value) if plain else None
        self.variables.add(Assignment(text, node.end_byte - 1, known, certain, isolated))

    def _unknown(self, name: str, position: int, isolated: Range) -> None:
        self.variables.add(Assignment(name, position, None, isolated, isolated))

    def _command_assignments(self, node: Any, isolated: Range) -> None:
        name = node.child_by_field_name("name")
        text = name.text if name is not None else b""
        arguments = node.children_by_field_name("argument")
        if text in (b"eval", b".", b"source"):
            self._unknown(EVERY, node.end_byte - 1, isolated)
        elif text.decode("utf-8", "replace") in _INTO_VARIABLES:
            for argument in arguments:
                name_of = argument.text.decode("utf-8", "replace").strip("\"'").split("=", 1)[0].rstrip("+-*/%")
                self._unknown(name_of, node.end_byte - 1, isolated)
        elif text == b"printf" and len(arguments) > 1 and arguments[0].text == b"-v":
            self._unknown(arguments[1].text.decode("utf-8", "replace"), node.end_byte - 1, isolated)

    def _substitutions(self, node: Any, statement: Statement, certain: Range, isolated: Range) -> None:
        text = node.text or b""
        if not _HOLDS_SCRIPT.search(text):
            return
        depth = statement.sequence.depth
        stack = [node]
        while stack:
            one = stack.pop()
            if one.type in ("command_substitution", "process_substitution"):
                own = (one.start_byte, one.end_byte)
                self._push(one.children, Sequence("substitution", own, own, own, depth + 1), None)
                continue
            if one.type in ("expansion", "binary_expression", "postfix_expression", "unary_expression"):
                self._assigning_expression(one, isolated)
            stack.extend(reversed(one.children))

    def _assigning_expression(self, node: Any, isolated: Range) -> None:
        # `${X:=y}`, `$((X++))`, `((X = 1))`
        changes = any(
            child.type in (":=", "=", "++", "--") or (child.type.endswith("=") and child.type not in _COMPARISONS)
            for child in node.children
        )
        if changes:
            for child in node.children:
                if child.type in ("variable_name", "word"):
                    self._unknown(child.text.decode("utf-8", "replace"), node.end_byte - 1, isolated)

    # --- compound statements ------------------------------------------------------

    def _body(
        self, nodes: list[Any], statement: Statement, context: str, isolated: Range, certain: Range | None = None
    ) -> None:
        if not nodes:
            return
        bounds = (nodes[0].start_byte, nodes[-1].end_byte)
        depth = statement.sequence.depth + 1
        self._push(nodes, Sequence(context, bounds, certain or bounds, isolated, depth), statement)

    def _group(self, statement: Statement, certain: Range, isolated: Range) -> None:
        node = statement.node
        if node.children and node.children[0].type == "((":
            self._substitutions(node, statement, certain, isolated)
        else:
            self._body(node.children, statement, statement.sequence.context, isolated, certain)

    def _subshell(self, statement: Statement, certain: Range, isolated: Range) -> None:
        node = statement.node
        own = (node.start_byte, node.end_byte)
        self._body(node.children, statement, "subshell", own, own)

    def _if(self, statement: Statement, certain: Range, isolated: Range) -> None:
        stack = [statement.node]
        while stack:
            group: list[Any] = []
            # the first condition is always carried out
            is_first = stack[0] is statement.node
            for child in stack.pop().children:
                if child.type in ("if", "elif", "else", "fi"):
                    continue
                if child.type == "then":
                    self._body(group, statement, "test", isolated, certain if is_first else None)
                    group = []
                elif child.type in ("elif_clause", "else_clause"):
                    stack.append(child)
                else:
                    group.append(child)
            self._body(group, statement, "if", isolated)

    def _loop(self, statement: Statement, certain: Range, isolated: Range) -> None:
        node = statement.node
        self.variables.loops.append((node.start_byte, node.end_byte))
        conditions = node.children_by_field_name("condition") if node.type == "while_statement" else []
        self._body(conditions, statement, "test", isolated)
        body = node.child_by_field_name("body")
        variable = node.child_by_field_name("variable")
        if variable is not None:
            name = variable.text.decode("utf-8", "replace")
            self._unknown(name, variable.start_byte, isolated)
            values = node.children_by_field_name("value")
            if node.type == "for_statement" and values:
                self.variables.over.append(Loop(name, values, (node.start_byte, node.end_byte)))
        for child in node.children:
            if child.type in ("do_group", "compound_statement") or child == body:
                self._body(child.children, statement, "loop", isolated)
            elif child.is_named and child not in conditions:
                self._substitutions(child, statement, certain, isolated)

    def _case(self, statement: Statement, certain: Range, isolated: Range) -> None:
        for child in statement.node.children:
            if child.type != "case_item":
                self._substitutions(child, statement, certain, isolated)
                continue
            body: list[Any] = []
            at_body = False
            for part in child.children:
                if at_body:
                    body.append(part)
                at_body = at_body or part.type == ")"
            self._body(body, statement, "if", isolated)

    def _function(self, statement: Statement, certain: Range, isolated: Range) -> None:
        body = statement.node.child_by_field_name("body")
        if body is not None:
            self.variables.functions.append((body.start_byte, body.end_byte))
            self._body([body], statement, "function", isolated)


_COMPARISONS = frozenset({"==", "!=", "<=", ">=", "=~"})
_COMPOUND = {
    "compound_statement": StatementReader._group,
    "subshell": StatementReader._subshell,
    "if_statement": StatementReader._if,
    "while_statement": StatementReader._loop,
    "for_statement": StatementReader._loop,
    "c_style_for_statement": StatementReader._loop,
    "case_statement": StatementReader._case,
    "function_definition": StatementReader._function,
}


def _redirect(node: Any, statement: Statement) -> list[Any]:
    """Give a redirection to the statement before it; the nodes that the grammar hung below a heredoc's start."""
    statement.redirects.append(node)
    if node.type != "heredoc_redirect":
        statement.end = max(statement.end, node.end_byte)
        return []
    statement.has_heredoc = True
    inner = []
    for index, child in enumerate(node.children):
        if child.type in ("<<", "<<-", "heredoc_start", "file_descriptor"):
            statement.end = max(statement.end, child.end_byte)
        elif node.field_name_for_child(index) == "argument":
            statement.extra.append(child)
            statement.end = max(statement.end, child.end_byte)
        elif child.type not in ("heredoc_body", "heredoc_end"):
            inner.append(child)
    return inner


def _certain(chain: list[Statement], index: int) -> Range:
    """How far what a later member of a chain does has certainly been done: up to the next `||`."""
    either = [at for at, one in enumerate(chain) if one.before is not None and at and one.before.text == "||"]
    if any(at <= index for at in either):
        return (chain[index].start, chain[index].end + 1)
    end = chain[either[0]].start if either else chain[-1].end + 1
    return (chain[0].start, end)


def _chains(sequence: Sequence) -> Iterator[list[Statement]]:
    """Statements joined by `&&`, `||` or `|`: those behind the first one may not be carried out."""
    group: list[Statement] = []
    for statement in sequence.statements:
        if group and (statement.before is None or statement.before.text not in ("&&", "||", "|", "|&")):
            yield group
            group = []
        group.append(statement)
    if group:
        yield group
