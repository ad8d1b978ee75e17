"""Shell scripts embedded in other languages, read with tree-sitter-bash as ShellCommands."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from iaclint.model.aspects import Redirect, ShellCommand
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.shell_inner import text_within
from iaclint.parsers.shell_statements import Sequence, Statement, StatementReader
from iaclint.parsers.shell_words import MAX_FIELDS, ScriptWord, WordReader, span_of
from iaclint.parsers.shell_wrappers import base_name, command_start, script_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iaclint.model.block import Block
    from iaclint.parsers.shell_variables import Variables

MAX_SCRIPTS_WITHIN = 5
"""How deep `sh -c 'sh -c ...'` is followed."""

_REDIRECT_CHARACTERS = frozenset("<>&|-")
_KEYWORD_COMMANDS = frozenset({"declaration_command", "unset_command"})


@dataclass(slots=True, eq=False)
class ScriptParse:
    """One script read: what ShellCommand.script holds.

    commands    all of its commands in source order, those of `sh -c` texts within it included
    has_errors  whether a part of it could not be read; what is outside that part is given
    statements  where a command stands among its neighbours, by the command's id()
    """

    text: EmbeddedText
    block: Block
    has_errors: bool = False
    commands: list[ShellCommand] = field(default_factory=list)
    statements: dict[int, Statement] = field(default_factory=dict)

    def statement(self, command: ShellCommand) -> Statement | None:
        """Where one of this script's own commands stands."""
        return self.statements.get(id(command))


def parse(text: EmbeddedText, block: Block, environment: Mapping[str, str] | None = None) -> list[ShellCommand]:
    """All commands of a script in source order; `environment` is what it is started with. Never raises."""
    return parse_script(text, block, environment=environment).commands


def parse_has_errors(text: EmbeddedText, block: Block) -> bool:
    """Whether a part of the script could not be read."""
    return parse_script(text, block).has_errors


def parse_script(
    text: EmbeddedText, block: Block, depth: int = 0, context: str = "", environment: Mapping[str, str] | None = None
) -> ScriptParse:
    """Read a script; `depth` counts the scripts around it, `context` is where in the outermost it stands."""
    script = ScriptParse(text, block)
    tree = _parser().parse(text.text)
    script.has_errors = tree.root_node.has_error
    statements = StatementReader(tree.root_node, len(text.text))
    variables = statements.variables
    variables.environment = environment or {}
    words = WordReader(text, variables.lookup, variables.several, script)
    variables.settle(lambda node: _value(node, words), lambda nodes: _looped(nodes, words))
    commands: list[tuple[int, ShellCommand]] = []
    for sequence in statements.sequences:
        for statement in sequence.statements:
            command = _command(statement, script, words, context)
            if command is not None:
                statement.command = command
                script.statements[id(command)] = statement
                commands.append((statement.start, command))
    for sequence in reversed(statements.sequences):
        _link_pipelines(sequence)
    commands.sort(key=lambda pair: pair[0])
    for _, command in commands:
        script.commands.append(command)
        if depth < MAX_SCRIPTS_WITHIN:
            script.commands.extend(_script_within(command, script, depth, variables))
    return script


@cache
def _parser() -> Any:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _value(node: Any, words: WordReader) -> str | None:
    if node.type == "variable_assignment":  # `X=` has no value node
        return ""
    parts, _ = words.parts(node)
    return None if None in parts else "".join(part for part in parts if part is not None)


def _looped(nodes: list[Any], words: WordReader) -> list[str] | None:
    """The words a loop goes through, None where one is not known."""
    found: list[str] = []
    for word in words.words(nodes):
        # a pattern stands for the files that match it
        if (word.text is None and not word.fields) or any(mark in word.raw for mark in "*?[{~"):
            return None
        found += word.fields or [str(word.text)]
        if len(found) > MAX_FIELDS:
            return None
    return found


# --- one command --------------------------------------------------------------------


def _command(statement: Statement, script: ScriptParse, reader: WordReader, context: str) -> ShellCommand | None:
    node = statement.node
    leading: list[Any] = []
    arguments: list[Any] = []
    redirects = list(statement.redirects)
    if node.type == "command":
        for child in node.children:
            if child.type in ("file_redirect", "herestring_redirect", "heredoc_redirect"):
                redirects.append(child)
            elif child.type == "variable_assignment" and not arguments:
                leading.append(child)
            elif child.type != "comment":
                arguments.append(child)
    elif node.type == "test_command":
        arguments = _test_words(node)
    elif node.type in _KEYWORD_COMMANDS:
        arguments = [child for child in node.children if child.type != "comment"]
    else:
        return None
    arguments.extend(statement.extra)
    for redirect in redirects:
        # in `> x | y` behind a here-document's start the grammar takes `y` for a second target
        if not redirect.has_error:
            arguments.extend(redirect.children_by_field_name("destination")[1:])
    if not arguments:
        return None
    arguments.sort(key=lambda one: one.start_byte)
    words = reader.words(arguments)
    at, wrappers, assigning = command_start(words)
    command = ShellCommand(
        script.block, base_name(words[at]), words[at], list(words[at + 1 :]), span_of(words, script.text),
        wrappers, list(words[:at]),
        separator=statement.before.text if statement.before is not None else "",
        context=statement.sequence.context or context, script=script,
    )
    _assignments(command, [words[index] for index in assigning], leading, reader)
    for redirect in redirects:
        _redirect(redirect, command, reader)
    return command


def _test_words(node: Any) -> list[Any]:
    # `[ a = b ]` comes as nested expressions: its words are the operands and operators below them
    found: list[Any] = []
    stack = list(reversed(node.children[:-1]))
    while stack:
        one = stack.pop()
        if one.type.endswith("_expression"):
            stack.extend(reversed(one.children))
        else:
            found.append(one)
    return found


def _assignments(command: ShellCommand, given: list[ScriptWord], leading: list[Any], reader: WordReader) -> None:
    for node in leading:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        word = reader.word(node if value is None else value)
        if value is None:
            word.text, word.raw, word.parts = "", "", ("",)
        command.assignments[name.text.decode("utf-8", "replace")] = word
        start = min(reader.text.offset(node.start_byte), command.span.start)
        command.span = command.span._replace(start=start)
    for whole in given:
        name = whole.known.split("=", 1)[0]
        start = whole.start + len(name.encode("utf-8", "surrogateescape")) + 1
        parts = (whole.parts[0] or "")[len(name) + 1 :] if whole.parts else ""
        text = whole.text[len(name) + 1 :] if whole.text is not None else None
        command.assignments[name] = ScriptWord(
            text, whole.raw[len(name) + 1 :], reader.text.span(min(start, whole.end), whole.end),
            (parts, *whole.parts[1:]), whole.variables, whole.script, start, whole.end,
        )


def _redirect(node: Any, command: ShellCommand, reader: WordReader) -> None:
    operator, target, end = "", None, node.end_byte
    for child in node.children:
        if child.type == "file_descriptor":
            operator += child.text.decode("utf-8", "replace")
        elif not child.is_named and child.type not in ("\n", ";"):
            if target is None and set(child.type) <= _REDIRECT_CHARACTERS:
                operator += child.type
                end = child.end_byte
        elif child.type == "heredoc_start" or (target is None and node.type != "heredoc_redirect"):
            target = reader.word(child)
            end = child.end_byte
    redirect = Redirect(operator, target, reader.text.span(node.start_byte, end))
    if target is not None:
        target.redirect = redirect
    command.redirects.append(redirect)


# --- what belongs together ------------------------------------------------------------


def _link_pipelines(sequence: Sequence) -> None:
    for group in sequence.pipelines():
        members = [member for member in map(_only_command, group) if member is not None]
        for member in members:
            if len(members) > 1 or not member.pipeline:
                member.pipeline = members


def _only_command(statement: Statement) -> ShellCommand | None:
    # `(curl url) | sh`: a group of one command stands for it; of more there is no telling which one speaks
    while statement.command is None:
        if statement.node.type not in ("subshell", "compound_statement") or len(statement.inner) != 1:
            return None
        statements = statement.inner[0].statements
        if len(statements) != 1:
            return None
        statement = statements[0]
    return statement.command


# --- sh -c 'script' -------------------------------------------------------------------


def _script_within(
    command: ShellCommand, script: ScriptParse, depth: int, variables: Variables
) -> list[ShellCommand]:
    word = script_word(command.name, command.words)
    if not isinstance(word, ScriptWord):
        return []
    text = text_within(word, script.text, _parser())
    if text is None:
        return []
    inherited = {name: value for name in variables.environment if (value := variables.inherited(name)) is not None}
    return parse_script(text, script.block, depth + 1, command.context, inherited).commands
