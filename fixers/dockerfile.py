"""How Intents on Dockerfiles become Edits: values, flags, list elements and whole instructions.

What a shell command within an instruction needs is the business of `iaclint.fixers.shell`; it states
its Effect with `effect_of_body_edits`.

An Effect's path is (index of the instruction,), ONBUILD counting as one and comments not at all. Its `before`
and `after` are the instruction's logical value: what stands behind the keyword, continuations joined, for "set"
(path (index, "keyword") for the keyword); [keyword, logical value] for "remove" and "insert" (whose index is
that of the instruction it is inserted before).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from iaclint.edits.edit import Edit
from iaclint.edits.fix import Draft, Effect, Withheld
from iaclint.fixers.dockerfile_proof import logical_instructions, prove
from iaclint.fixers.dockerfile_text import flag_text, pair_text, spelled, spelled_part
from iaclint.model.block import Block, Document
from iaclint.model.intent import (
    AddInstructionFlag,
    Append,
    DropEmptyLines,
    Expression,
    Impact,
    InsertInstruction,
    Needed,
    New,
    Remove,
    ReplaceInstruction,
    ReplaceText,
    Set,
    SetApart,
    Step,
)
from iaclint.model.value import Value
from iaclint.parsers.dockerfile.instructions import KEYWORDS, REPEATABLE, Instruction
from iaclint.parsers.dockerfile.lines import Script, line_end, split
from iaclint.parsers.dockerfile.words import read_head
from iaclint.source import Span


def carry_out(step: Step, draft: Draft) -> None:
    """Add a step's Edits and Effects to the Draft.

    Raises Withheld where the place is not as expected, and Unsupplied where a value is needed.
    """
    if isinstance(step, Set):
        _set(step, draft)
    elif isinstance(step, Remove):
        _remove(step, draft)
    elif isinstance(step, ReplaceText):
        _replace_text(step, draft)
    elif isinstance(step, InsertInstruction):
        _insert(step, draft)
    elif isinstance(step, ReplaceInstruction):
        _replace_instruction(step, draft)
    elif isinstance(step, AddInstructionFlag):
        _add_flag(step.target, _supplied(step.flag, draft), draft)
    elif isinstance(step, Append):
        _append(step, draft)
    elif isinstance(step, DropEmptyLines):
        _drop_empty_lines(step.target, draft)
    elif isinstance(step, SetApart):
        _set_apart(step.target, draft)
    else:
        raise Withheld(f"a Dockerfile has no {type(step).__name__}")
    draft.impact(Impact.NONE)


# --- effects ----------------------------------------------------------------------


def logical(document: Document, block: Block, edits: Sequence[Edit] = ()) -> tuple[str, str]:
    """An instruction's upper-case keyword and logical value, after Edits within it.

    Raises Withheld where the Edits make anything else of it than one instruction.
    """
    outer = _outermost(block)
    data = document.source.data
    text, at = [f"# escape={outer.node.escape}\n".encode()], outer.span.start
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < at or edit.span.end > outer.span.end:
            raise Withheld("the edit is not within the instruction")
        text += [data[at : edit.span.start], edit.text.encode("utf-8", "surrogateescape")]
        at = edit.span.end
    found = logical_instructions(b"".join((*text, data[at : outer.span.end])))
    if len(found) != 1:
        raise Withheld("the edit would break the instruction in two")
    return found[0]


def effect_of_body_edits(document: Document, block: Block, edits: Sequence[Edit]) -> Effect:
    """The Effect of Edits within one instruction, its keyword unchanged; raises Withheld in doubt."""
    keyword, before = logical(document, block)
    new_keyword, after = logical(document, block, edits)
    if keyword != new_keyword:
        raise Withheld("the edit would change the instruction's keyword")
    return Effect((_index(block),), "set", before, after, f"{block.address}: changed")


def _outermost(block: Block) -> Block:
    while block.parent is not None and block.parent.kind == "instruction":
        block = block.parent
    if not isinstance(block.node, Instruction):
        raise Withheld("that is no instruction")
    return block


def _script(document: Document) -> Script:
    script = document.tree
    if not isinstance(script, Script):
        raise Withheld("that is no Dockerfile")
    return script


def _index(block: Block) -> int:
    statement = _outermost(block).node.statement
    for index, one in enumerate(_script(block.document).statements):
        if one is statement:
            return index
    raise Withheld("the instruction is not in its file")


def _edit_within(block: Block, edits: list[Edit], text: str, draft: Draft) -> None:
    effect = effect_of_body_edits(block.document, block, edits)
    for edit in edits:
        draft.edit(block.document, edit.span.start, edit.span.end, edit.text)
    draft.effect(block.document, effect.path, effect.action, effect.before, effect.after, f"{block.address}: {text}")


def _edit(block: Block, start: int, end: int, text: str) -> Edit:
    return Edit(block.document.path, Span(start, end), text)


# --- values -----------------------------------------------------------------------


def _instruction_of(target: Value) -> Block:
    block = target.block
    if block is not None and block.kind == "stage" and block.blocks:
        block = block.blocks[0]
    if block is None or not isinstance(block.node, Instruction):
        raise Withheld("the value stands in no instruction")
    return block


def _written(target: Value, draft: Draft) -> Value:
    """Where the literal stands: the ARG or ENV a word names."""
    if target.origin is not None:
        draft.at_origin = True
    return target.source_value


def _supplied(new: New, draft: Draft) -> str:
    if isinstance(new, Needed):
        return draft.supply(new)
    if isinstance(new, Expression):
        return new.text
    if isinstance(new, bool):
        return "true" if new else "false"
    if isinstance(new, str | int | float):
        return str(new)
    raise Withheld("a Dockerfile cannot write that value")


def _set(step: Set, draft: Draft) -> None:
    target = _written(step.target, draft)
    block = _instruction_of(target)
    if isinstance(step.new, list):
        texts = [_supplied(one, draft) for one in step.new]
        _set_list(target, block, texts, draft)
        return
    text = _supplied(step.new, draft)
    is_verbatim = isinstance(step.new, Expression)
    if target.is_missing:
        _create(target, block, text, is_verbatim, draft)
        return
    span = target.span
    if target.kind in ("list", "map") or target.name == "form":
        raise Withheld("that cannot become one word")
    if target.name_span == span:
        # ARG NAME: the name alone stands there
        edit = _edit(block, span.end, span.end, "=" + spelled(target, block, text, is_verbatim))
    elif target.name.startswith("--") and target.kind == "bool":
        edit = _edit(block, span.end, span.end, "=" + text)
    else:
        edit = _edit(block, span.start, span.end, spelled(target, block, text, is_verbatim))
    _edit_within(block, [edit], f"{target.name or 'value'} changed", draft)


def _set_list(target: Value, block: Block, texts: list[str], draft: Draft) -> None:
    if target.is_missing or target.name not in ("command", "sources", "ports", "paths"):
        raise Withheld("there is no list to replace")
    if target.name == "command":
        from json import dumps

        text = "[" + ", ".join(dumps(one, ensure_ascii=False) for one in texts) + "]"
        if block.node.heredocs:
            raise Withheld("the command reads a here-document")
    elif block.node.is_exec or not texts:
        raise Withheld("the list is written as a JSON array")
    else:
        text = " ".join(spelled(target, block, one, False) for one in texts)
    _edit_within(block, [_edit(block, *target.span, text)], f"{target.name} changed", draft)


def _create(target: Value, block: Block, text: str, is_verbatim: bool, draft: Draft) -> None:
    names = target.path
    if len(names) == 1 and names[0].startswith("--"):
        _add_flag(block, flag_text(names[0], text, is_verbatim, block), draft)
        return
    holder = target.holder
    if isinstance(holder, Value) and holder.name == "pairs" and len(names) == 1:
        if any(_is_old_form(block, value) for value in holder.entries.values()):
            raise Withheld("the instruction has the form without =")
        end = holder.span.end
        edit = _edit(block, end, end, " " + pair_text(names[0], text, is_verbatim, block))
        _edit_within(block, [edit], f"{names[0]} added", draft)
        return
    raise Withheld(f"{block.type} cannot be given {'.'.join(names)}")


def _is_old_form(block: Block, value: Value) -> bool:
    if value.name_span is None or value.name_span == value.span:
        return False
    return block.document.source.data[value.name_span.end : value.name_span.end + 1] != b"="


def _replace_text(step: ReplaceText, draft: Draft) -> None:
    target = _written(step.target, draft)
    block = _instruction_of(target)
    new = _supplied(step.new, draft)
    raw = block.document.source.slice(target.span)
    if target.is_missing or target.kind in ("list", "map") or raw.count(step.old) != 1 or not step.old:
        raise Withheld("the text does not stand there exactly once")
    start = target.span.start + len(raw[: raw.index(step.old)].encode("utf-8", "surrogateescape"))
    end = start + len(step.old.encode("utf-8", "surrogateescape"))
    edit = _edit(block, start, end, spelled_part(target, block, raw, new))
    _edit_within(block, [edit], f"{target.name or 'value'} changed", draft)


def _append(step: Append, draft: Draft) -> None:
    """One more word of a list or pair of a map; of a stage, one more instruction at its end."""
    target = step.target
    if isinstance(target, Block):
        if target.kind != "stage":
            raise Withheld("only a stage holds instructions")
        text = _supplied(step.new, draft)
        _insert(InsertInstruction(target, f"{step.name} {text}" if step.name else text), draft)
        return
    block = _instruction_of(target)
    if target.is_missing or target.kind not in ("list", "map"):
        raise Withheld("there is no list to add to")
    if target.kind == "map":
        if not step.name:
            raise Withheld("a pair needs a name")
        from iaclint.model.value import missing

        text, is_verbatim = _supplied(step.new, draft), isinstance(step.new, Expression)
        _create(missing(target, (step.name,)), block, text, is_verbatim, draft)
        return
    if not target.items or target.name.startswith("--") or (target.name == "command" and not block.node.is_exec):
        raise Withheld("there is no list to add to")
    last = target.items[-1]
    text = spelled(last, block, _supplied(step.new, draft), isinstance(step.new, Expression))
    joint = ", " if block.node.is_exec else " "
    _edit_within(block, [_edit(block, last.span.end, last.span.end, joint + text)], f"{target.name} added to", draft)


# --- taking away --------------------------------------------------------------------


def _remove(step: Remove, draft: Draft) -> None:
    if isinstance(step.target, Block):
        _remove_instruction(step.target, draft)
        return
    target = step.target
    block = _instruction_of(target)
    holder = target.holder
    if target.is_missing:
        raise Withheld("there is nothing to remove")
    if target.name.startswith("--"):
        flags = target.items if target.kind == "list" else [target]
        edits = [_without_flag(block, flag) for flag in flags]
        _edit_within(block, edits, f"{target.name} removed", draft)
    elif isinstance(holder, Value) and holder.kind in ("list", "map"):
        siblings = list(holder.items or holder.entries.values())
        if len(siblings) < 2:
            if holder.name != "pairs":
                raise Withheld("the last element cannot be taken away")
            _remove_instruction(block, draft)
            return
        _edit_within(block, [_without_sibling(block, target, siblings)], f"{target.name or 'element'} removed", draft)
    else:
        raise Withheld(f"{block.type} cannot do without {target.name}")


def _without_flag(block: Block, flag: Value) -> Edit:
    """Take out a flag, and what stands between it and the next word."""
    node: Instruction = block.node
    starts = [one.name_span.start for one in node.flags if one.name_span is not None]
    if flag.name_span is None or flag.name_span.start not in starts:
        raise Withheld("that is no flag of the instruction")
    following = [*starts, node.body_span.start][starts.index(flag.name_span.start) + 1]
    between = block.document.source.slice(Span(flag.span.end, following))
    if between.replace(node.escape, " ").strip():
        raise Withheld("a comment stands beside the flag")
    return _edit(block, flag.name_span.start, following, "")


def _without_sibling(block: Block, target: Value, siblings: list[Value]) -> Edit:
    place = next((index for index, one in enumerate(siblings) if one.span == target.span), -1)
    starts = [one.name_span.start if one.name_span is not None else one.span.start for one in siblings]
    written = block.arguments[target.holder.name].expression if isinstance(target.holder, Value) else None
    if place < 0 or starts != sorted(starts) or len(getattr(written, "items", ())) != len(siblings):
        raise Withheld("the element is not in its list")
    if place + 1 < len(siblings):
        edit = _edit(block, starts[place], starts[place + 1], "")
    else:
        edit = _edit(block, siblings[place - 1].span.end, target.span.end, "")
    if any(edit.span.covers(note) for note in block.node.notes):
        raise Withheld("a comment stands beside the element")
    return edit


def _remove_instruction(block: Block, draft: Draft) -> None:
    document = block.document
    if block.kind != "instruction" or block.type == "FROM" or _outermost(block) is not block:
        raise Withheld("only a whole instruction can be removed")
    if block.node.notes:
        raise Withheld("a comment stands within the instruction")
    data = document.source.data
    start, end = _line_start(document, block.span.start), line_end(data, block.span.end)
    if not data[start:end].endswith(b"\n"):
        # the last line of the file: the newline before it goes, so that the file still ends without one
        start -= 2 if data[:start].endswith(b"\r\n") else 1 if data[:start].endswith(b"\n") else 0
    keyword, value = logical(document, block)
    draft.edit(document, start, end, "")
    draft.effect(document, (_index(block),), "remove", [keyword, value], None, f"{block.address}: removed")


def _line_start(document: Document, offset: int) -> int:
    return max(document.source.data.rfind(b"\n", 0, offset) + 1, document.source.start)


# --- whole instructions -------------------------------------------------------------


def _insert(step: InsertInstruction, draft: Draft) -> None:
    document = step.anchor.document
    text = _in_file_case(document, _supplied(step.text, draft))
    if step.anchor.kind == "stage":
        anchor = step.anchor.blocks[0 if step.before else -1]
    else:
        anchor = _outermost(step.anchor)
    before = step.before
    keyword, value = _single_instruction(text, anchor.node.escape)
    start = _line_start(document, anchor.span.start)
    indent = document.source.slice(Span(start, anchor.span.start))
    newline = "\r\n" if document.source.newline == "\r\n" else "\n"
    if before:
        at = _above_comments(document, start)
        draft.edit(document, at, at, f"{indent}{text}{newline}")
    else:
        if anchor.node.is_dangling or any(not heredoc.is_terminated for heredoc in anchor.node.heredocs):
            raise Withheld("the instruction before it does not end")
        draft.edit(document, anchor.span.end, anchor.span.end, f"{newline}{indent}{text}")
    index = _index(anchor) + (0 if before else 1)
    draft.effect(document, (index,), "insert", None, [keyword, value], f"{anchor.address}: {keyword} added")


def _above_comments(document: Document, start: int) -> int:
    """Where the comments that directly precede a line begin: they belong to it."""
    for piece in reversed(_script(document).pieces):
        if piece.span.end == start and piece.kind == "comment":
            start = piece.span.start
        elif piece.span.end < start:
            break
    return start


def _single_instruction(text: str, escape: str) -> tuple[str, str]:
    found = logical_instructions(f"# escape={escape}\n{text}".encode("utf-8", "surrogateescape"))
    script = split(f"# escape={escape}\n{text}".encode("utf-8", "surrogateescape"))
    if len(found) != 1 or "\n" in text or "\r" in text or found[0][0] not in KEYWORDS:
        raise Withheld("the new text is not one instruction")
    if script.statements[0].is_dangling or script.problems:
        raise Withheld("the new instruction does not end")
    return found[0]


def _in_file_case(document: Document, text: str) -> str:
    """The text with its keyword as the file writes keywords: lower-case where all are."""
    statements = _script(document).statements
    if statements and all(read_head(one.logical.text).keyword.islower() for one in statements):
        return re.sub(r"\A\s*\S+", lambda match: match[0].lower(), text)
    return text


def _replace_instruction(step: ReplaceInstruction, draft: Draft) -> None:
    block, document = step.target, step.target.document
    node = block.node
    if not isinstance(node, Instruction):
        raise Withheld("that is no instruction")
    edits = []
    if step.keyword is not None:
        # another keyword is written as this file writes them; the same one in another case is meant as it is given
        is_same = step.keyword.upper() == node.keyword.upper()
        keyword = step.keyword.lower() if node.keyword.islower() and not is_same else step.keyword
        if keyword.upper() not in KEYWORDS:
            raise Withheld(f"{keyword} is no instruction")
        edits.append(_edit(block, *node.keyword_span, keyword))
    if step.arguments is not None:
        if node.notes or node.heredocs or node.is_dangling:
            raise Withheld("a comment or a here-document stands within the instruction")
        text, start = _supplied(step.arguments, draft), node.keyword_span.end
        if "\n" in text or "\r" in text:
            raise Withheld("the new arguments are more than a line")
        data = document.source.data
        while data[start : start + 1] in (b" ", b"\t"):
            start += 1
        lead = "" if start > node.keyword_span.end else " "
        edits.append(_edit(block, start, node.statement.end, lead + text))
    _replace_within(block, edits, draft)


def _drop_empty_lines(block: Block, draft: Draft) -> None:
    """What the instruction says stays as it is, so there is no Effect: the proof finds no difference."""
    node, document = _outermost(block).node, block.document
    data = document.source.data
    if node.heredocs or node.is_dangling:
        raise Withheld("the instruction does not end with its last line")
    for gap in node.logical.gaps:
        at = line_end(data, gap.start)
        while at < gap.end:
            following = line_end(data, at)
            if not data[at:following].strip() and following <= gap.end:
                draft.edit(document, at, following, "")
            at = following


def _set_apart(block: Block, draft: Draft) -> None:
    document = block.document
    start = _line_start(document, _outermost(block).span.start)
    if _above_comments(document, start) == start:
        raise Withheld("there is no comment right above it")
    newline = "\r\n" if document.source.newline == "\r\n" else "\n"
    draft.edit(document, start, start, newline)


def _replace_within(block: Block, edits: list[Edit], draft: Draft) -> None:
    document, index = block.document, _index(block)
    keyword, value = logical(document, block)
    new_keyword, new_value = logical(document, block, edits)
    for edit in edits:
        draft.edit(document, edit.span.start, edit.span.end, edit.text)
    text = f"{block.address}: replaced"
    if keyword != new_keyword:
        draft.effect(document, (index, "keyword"), "set", keyword, new_keyword, text)
    if value != new_value:
        draft.effect(document, (index,), "set", value, new_value, text)


def _add_flag(block: Block, flag: str, draft: Draft) -> None:
    node = block.node
    if not isinstance(node, Instruction) or not re.fullmatch(r"--[a-z][a-z-]*(=\S+)?", flag):
        raise Withheld("that is no flag of an instruction")
    name = flag.partition("=")[0]
    if name not in REPEATABLE and name in block.arguments:
        raise Withheld(f"{name} stands there already")
    end = node.flags[-1].span.end if node.flags else node.keyword_span.end
    _edit_within(block, [_edit(block, end, end, " " + flag)], f"{flag} added", draft)


__all__ = ["carry_out", "effect_of_body_edits", "logical", "prove"]
