"""Changes to shell commands: words and commands added, replaced and taken out, within one line or many.

Only the bytes concerned change: comments between continued lines, the backslashes and the style in
which a list is broken into lines stay as they are.
"""

from __future__ import annotations

import json
import re
from typing import Any

from iaclint.edits.edit import Edit
from iaclint.edits.fix import Draft, Withheld
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block, Document
from iaclint.model.intent import (
    AddCommand,
    AddWord,
    Impact,
    Needed,
    RemoveCommand,
    RemoveWord,
    ReplaceWord,
    RewriteScript,
    Step,
)
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.shell import ScriptParse
from iaclint.parsers.shell_exec import ExecForm, SplitText
from iaclint.parsers.shell_statements import Operator, Statement
from iaclint.parsers.shell_words import ScriptWord
from iaclint.parsers.yaml import YamlFile, YamlNode
from iaclint.source import Span

_BREAK = r"[ \t]*[\\`][ \t]*\r?\n"
_LEADING = re.compile(rf"({_BREAK}[ \t]*)(&&|;)([ \t]*)")
_TRAILING = re.compile(rf"([ \t]*)(&&|;)({_BREAK}[ \t]*)")
_NOTE = re.compile(r"(?m)^[ \t]*(?:#[^\n]*)?\n")
_JOINING = frozenset({"&&", ";", "newline"})
_PLAIN_GAP = re.compile(r"(?:[ \t]|[\\`][ \t]*\r?\n)*")


def carry_out(step: Step, draft: Draft) -> None:
    """Add the Edits of a step on a shell command to a Draft; raises Withheld where it cannot be done safely."""
    before = len(draft.edits)
    if isinstance(step, AddWord):
        block = _add_word(step, draft)
    elif isinstance(step, ReplaceWord):
        block = _replace_word(step, draft)
    elif isinstance(step, RemoveWord):
        block = _remove_word(step, draft)
    elif isinstance(step, AddCommand):
        block = _add_command(step, draft)
    elif isinstance(step, RemoveCommand):
        block = _remove_command(step, draft)
    elif isinstance(step, RewriteScript):
        block = _rewrite_script(step, draft)
    else:
        raise Withheld(f"{type(step).__name__} is no change to a shell command")
    if len(draft.edits) > before:
        _declare(block, draft, before)


def _rewrite_script(step: RewriteScript, draft: Draft) -> Block:
    text: EmbeddedText = step.script
    for start, end, new in step.changes:
        at = text.offset(start) if end > start or start == 0 else text.span(start - 1, start).end
        span = text.span(start, end) if end > start else Span(at, at)
        replaced = text.document.source.data[span.start : span.end]
        if replaced != text.text[start:end] or (start and text.document.source.data[at - 1 : at] == b"\\"):
            raise Withheld("what is to be replaced is spelled otherwise in the file")
        draft.edit(text.document, span.start, span.end, _spell(step, new, at))
    return step.block


# --- words --------------------------------------------------------------------------


def _add_word(step: AddWord, draft: Draft) -> Block:
    command = step.command
    text = _text(step.text, draft)
    after = step.after if step.after is not None else _last_word(command)
    if not isinstance(after, ScriptWord):
        raise Withheld("the command's words have no place in the file")
    script = after.script
    if isinstance(script, ExecForm):
        new = "".join(", " + json.dumps(word, ensure_ascii=False) for word in _exec_words(text))
        draft.edit(command.document, after.span.end, after.span.end, new)
    else:
        _edit(script, draft, None, after, " " + text)
    return command.block


def _last_word(command: ShellCommand) -> Any:
    return max((command.name_word, *command.words), key=lambda word: word.span.end)


def _replace_word(step: ReplaceWord, draft: Draft) -> Block:
    word = _script_word(step.word)
    text = _text(step.text, draft)
    script = word.script
    if isinstance(script, ExecForm):
        words = _exec_words(text)
        if len(words) != 1:
            raise Withheld("one word of a list can only become one word")
        draft.edit(script.document, word.span.start, word.span.end, json.dumps(words[0], ensure_ascii=False))
    else:
        _edit(script, draft, word.span.start, word, text)
    return _block_of(script)


def _remove_word(step: RemoveWord, draft: Draft) -> Block:
    word = _script_word(step.word)
    script = word.script
    if isinstance(script, ExecForm):
        _remove_value(word, script, draft)
        return script.block
    span = word.redirect.span if word.redirect is not None else word.span
    if word.redirect is not None and word.redirect.operator.startswith("<<"):
        raise Withheld("a here-document cannot be taken out")
    _offset(script, word.end, True)
    data = script.text.document.source.data
    start = span.start
    while start > 0 and data[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    if data[start - 1 : start] in (b"\n", b"\r", b""):
        # the word begins its line: the blanks behind it go, the indent stays
        _remove_line_start(span, script, draft)
    else:
        draft.edit(script.text.document, start, span.end, "")
    return _block_of(script)


def _remove_line_start(span: Span, script: Any, draft: Draft) -> None:
    document = script.text.document
    data, end = document.source.data, span.end
    while data[end : end + 1] in (b" ", b"\t"):
        end += 1
    start = span.start
    following = re.compile(rb"[\\`][ \t]*\r?\n").match(data, end)
    if following is not None:
        # nothing else stands on the line
        start, end = data.rfind(b"\n", 0, span.start) + 1, following.end()
    elif data[end : end + 1] in (b"\n", b"\r", b""):
        raise Withheld("the word stands alone on the last line")
    draft.edit(document, start, end, "")


def _remove_value(word: ScriptWord, script: ExecForm, draft: Draft) -> None:
    spans = [value.span for value in script.values]
    if word.span not in spans or spans.index(word.span) == 0:
        raise Withheld("the first word of a list names the program")
    before = spans[spans.index(word.span) - 1]
    between = script.document.source.slice(Span(before.end, word.span.start))
    if not re.fullmatch(r"\s*,\s*", between):
        raise Withheld("something stands between the words of the list")
    draft.edit(script.document, before.end, word.span.end, "")


def _script_word(word: object) -> ScriptWord:
    if not isinstance(word, ScriptWord) or word.script is None:
        raise Withheld("the word has no place in a script")
    return word


def _exec_words(text: str) -> list[str]:
    if re.search(r"['\"\\$]", text):
        raise Withheld("quotes and variables mean nothing in a list of words")
    return text.split()


# --- commands -----------------------------------------------------------------------


def _add_command(step: AddCommand, draft: Draft) -> Block:
    command = step.command
    script, statement = _place(command)
    group = _pipeline(statement)
    first, last = group[0], group[-1]
    if any(one.negated or one.has_heredoc for one in group):
        raise Withheld("the command is negated or has a here-document")
    beside = first.before if step.before else last.after
    if beside is not None and beside.text not in _JOINING:
        raise Withheld(f"`{beside.text}` joins the command to another one")
    joint = _joint(script, first, last, step)
    place = first.start if step.before else last.end
    offset = _offset(script, place, not step.before)
    spelled = _spell(script, step.text, offset)
    draft.edit(command.document, offset, offset, spelled + joint if step.before else joint + spelled)
    return command.block


def _joint(script: ScriptParse, first: Statement, last: Statement, step: AddCommand) -> str:
    """What stands between the command and the new one, as it does between the list's other commands."""
    statements = first.sequence.statements
    order = sorted(range(1, len(statements)), key=lambda index: _distance(index, first, last, step.before))
    operator = step.operator
    neighbour = (first.before or last.after) if step.before else (last.after or first.before)
    in_turn = neighbour is not None and neighbour.text in (";", "newline")
    if operator == "&&" and neighbour is not None and in_turn and _exits_on_error(statements):
        # `a && new; b` would no longer exit where `a; b` did
        operator = neighbour.text
    for index in order:
        before = statements[index].before
        if before is None or before.text not in ("&&", ";"):
            continue
        gap = _outer(script, statements[index - 1].end, statements[index].start)
        for pattern in (_LEADING, _TRAILING):
            match = pattern.fullmatch(_NOTE.sub("", gap) if "\n" in gap else gap)
            if match is not None:
                return match[1] + (";" if operator == "newline" else operator) + match[3]
        break
    if operator == "newline":
        return _spell(script, "\n", _offset(script, last.end, True))
    broken = "" if step.before else _own_line(script, first, last)
    if broken:
        return f"{operator}{broken}" if operator == ";" else f"{broken}{operator} "
    return f"{operator} " if operator == ";" else f" {operator} "


def _own_line(script: ScriptParse, first: Statement, last: Statement) -> str:
    """A line break in a Dockerfile, behind a command that is itself broken into lines; empty for any other."""
    document = script.text.document
    offset = _offset(script, last.end, True)
    written = document.source.slice(Span(_offset(script, first.start, False), offset))
    if document.language != "dockerfile" or "\n" not in written:
        return ""
    newline = "\r\n" if document.source.newline == "\r\n" else "\n"
    indent = document.source.indent_at(offset)
    return _spell(script, f" \\{newline}{indent}", offset)


def _distance(index: int, first: Statement, last: Statement, before: bool) -> int:
    # the gap on the side of the insertion tells the style best
    return abs(index - (first.index if before else last.index + 1)) * 2 + (index > last.index) * before


def _exits_on_error(statements: list[Statement]) -> bool:
    for statement in statements:
        command = statement.command
        if command is not None and command.name == "set" and any(
            re.fullmatch(r"-[a-zA-Z]*e[a-zA-Z]*", word.known) or word.text == "errexit" for word in command.words
        ):
            return True
    return False


def _remove_command(step: RemoveCommand, draft: Draft) -> Block:
    command = step.command
    script, statement = _place(command)
    statements = statement.sequence.statements
    if len(statements) == 1:
        raise Withheld("it is the only command")
    if statement.negated or statement.has_heredoc:
        raise Withheld("the command is negated or has a here-document")
    before, after = statement.before, statement.after
    following = statements[statement.index + 1] if statement.index + 1 < len(statements) else None
    for operator in (before, after):
        if operator is not None and operator.text not in _JOINING:
            raise Withheld(f"`{operator.text}` depends on the command")
    if following is None:
        _remove_last(script, statement, statements[-2], draft)
    elif before is not None and (before.text == "&&" or after is None or after.text != "&&"):
        _remove_inner(script, statement, before, following, draft)
    else:
        _remove_up_to(script, statement, following, draft)
    return command.block


def _remove_last(script: ScriptParse, statement: Statement, previous: Statement, draft: Draft) -> None:
    _require_plain(_outer(script, previous.end, statement.start), statement.before)
    end = statement.after.end if statement.after is not None else statement.end
    start = _offset(script, previous.end, True)
    kept = "" if statement.after is None else statement.after.text
    draft.edit(script.text.document, start, _offset(script, end, True), kept)


def _remove_up_to(script: ScriptParse, statement: Statement, following: Statement, draft: Draft) -> None:
    """Take the command out with the operator behind it: `a && b` becomes `b`."""
    _require_plain(_outer(script, statement.end, following.start), statement.after)
    start, end = _offset(script, statement.start, False), _offset(script, following.start, False)
    draft.edit(script.text.document, start, end, "")


def _remove_inner(
    script: ScriptParse, statement: Statement, before: Operator, following: Statement, draft: Draft
) -> None:
    """Take the command out with the operator before it, its own lines as a whole."""
    document = script.text.document
    data = document.source.data
    end = _offset(script, statement.end, True)
    at = _offset(script, statement.start if before.text == "newline" else before.start, False)
    line_start = data.rfind(b"\n", 0, at) + 1
    rest = re.compile(rb"[ \t]*[\\`]?[ \t]*\r?\n").match(data, end)
    begins_line = not data[line_start:at].strip()
    if begins_line and rest is not None and before.text != ";":
        _require_plain(_outer(script, before.end, statement.start), None)
        draft.edit(document, line_start, rest.end(), "")
        return
    if before.text != "newline" and statement.after is not None and statement.after.text == before.text:
        # the operators stand at the line ends, or all is on one line: the one behind goes
        _remove_up_to(script, statement, following, draft)
        return
    _require_plain(_outer(script, statement.sequence.statements[statement.index - 1].end, statement.start), before)
    previous = statement.sequence.statements[statement.index - 1]
    draft.edit(document, _offset(script, previous.end, True), end, "")


def _require_plain(gap: str, operator: Operator | None) -> None:
    text = gap.replace(operator.text, "", 1) if operator is not None and operator.text != "newline" else gap
    if operator is not None and operator.text == "newline":
        text = text.replace("\n", "").replace("\r", "")
    if not _PLAIN_GAP.fullmatch(text):
        raise Withheld("a comment stands between the commands")


def _place(command: ShellCommand) -> tuple[ScriptParse, Statement]:
    script = command.script
    if not isinstance(script, ScriptParse):
        raise Withheld("no shell reads this command")
    if script.has_errors:
        raise Withheld("a part of the script could not be read")
    statement = script.statement(command)
    if statement is None:
        raise Withheld("the command's place in the script is not known")
    return script, statement


def _pipeline(statement: Statement) -> list[Statement]:
    for group in statement.sequence.pipelines():
        if any(one is statement for one in group):
            return group
    return [statement]


# --- text ---------------------------------------------------------------------------


def _text(text: str | Needed, draft: Draft) -> str:
    return draft.supply(text) if isinstance(text, Needed) else text


def _offset(script: ScriptParse | SplitText, inner: int, is_end: bool) -> int:
    """The file's offset of a place in the script; that of an end is right behind the byte before it."""
    text = script.text
    if not is_end:
        return text.offset(inner)
    offset = text.span(inner - 1, inner).end
    last = text.document.source.data[offset - 1 : offset]
    if last == b"\\" and text.text[inner - 1 : inner] not in (b"\\", b"\n"):
        raise Withheld("the place falls within an escape")
    return offset


def _outer(script: ScriptParse, start: int, end: int) -> str:
    """The file's text between the end of one statement and the start of another."""
    first, second = _offset(script, start, True), _offset(script, end, False)
    return script.text.document.source.slice(Span(first, max(first, second)))


def _spell(script: Any, text: str, offset: int) -> str:
    embedded = script.script if isinstance(script, RewriteScript) else script.text
    spelled: str | None = embedded.spell(text, offset)
    if spelled is None:
        raise Withheld("the text cannot be written there")
    return spelled


def _edit(script: Any, draft: Draft, start: int | None, word: ScriptWord, text: str) -> None:
    """Write text over a word from `start` on, or behind it."""
    if not isinstance(script, ScriptParse | SplitText):
        raise Withheld("the command's words have no place in the file")
    end = _offset(script, word.end, True)
    at = end if start is None else start
    draft.edit(script.text.document, at, end, _spell(script, text, at))


def _block_of(script: Any) -> Block:
    block: Block = script.block
    return block


# --- what changes -------------------------------------------------------------------


def _declare(block: Block, draft: Draft, first: int) -> None:
    """State the effect of all Edits in the text so far: several steps in one script are one change."""
    document = block.document
    effects = list(draft.effects)
    draft.effects.clear()
    if document.language == "dockerfile":
        from iaclint.fixers.dockerfile import effect_of_body_edits

        edits = _edits_within(draft, document, block.span)
        draft.effects.append((document, effect_of_body_edits(document, block, edits)))
        draft.impact(Impact.NONE)
    elif document.language == "ansible":
        from iaclint.fixers.yaml import effect_of_scalar_edits

        node = _scalar_of(document, draft.edits[-1])
        edits = _edits_within(draft, document, node.span)
        draft.effects.append((document, effect_of_scalar_edits(document, node, edits)))
        draft.impact(Impact.IN_PLACE)
    else:
        _rewrite_terraform(document, draft, first)
        draft.impact(Impact.IN_PLACE)
    new = draft.effects[:]
    changed = {effect.path for _, effect in new}
    draft.effects[:] = [one for one in effects if one[0] is not document or one[1].path not in changed]
    draft.effects.extend(new)


def _rewrite_terraform(document: Document, draft: Draft, first: int) -> None:
    from iaclint.fixers.hcl_changes import Changes
    from iaclint.fixers.hcl_syntax import root_of

    if document.path.endswith(".json"):
        raise Withheld("a script in JSON is not changed")
    edits = draft.edits[first:]
    del draft.edits[first:]
    changes = Changes(draft)
    for edit in edits:
        node = root_of(document.source.data).descendant_for_byte_range(edit.span.start, edit.span.end)
        while node is not None and node.type != "expression":
            node = node.parent
        if node is None:
            raise Withheld("the text's place in the document is not known")
        changes.rewrite(document, node, edit.span, edit.text, "script changed")
    changes.write()


def _edits_within(draft: Draft, document: Document, span: Span) -> list[Edit]:
    return [edit for edit in draft.edits if edit.path == document.path and span.covers(edit.span)]


def _scalar_of(document: Document, edit: Edit) -> YamlNode:
    """The YAML scalar an Edit falls into."""
    if isinstance(document.tree, YamlFile):
        for node in document.tree.nodes():
            if node.kind == "scalar" and node.span.covers(edit.span):
                return node
    raise Withheld("the text's place in the document is not known")
