"""Fixing Dockerfiles: span edits in the file's own style, each proved by a second reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from iaclint.edits.edit import Edit, apply
from iaclint.edits.fix import Draft, Effect, Unsupplied, Withheld
from iaclint.evaluate.dockerfile import prepare
from iaclint.fixers.dockerfile import carry_out, effect_of_body_edits, prove
from iaclint.model.block import Block, Document
from iaclint.model.intent import (
    AddInstructionFlag,
    Append,
    DropEmptyLines,
    Expression,
    InsertInstruction,
    Needed,
    NewBlock,
    Remove,
    ReplaceInstruction,
    ReplaceText,
    Set,
    SetApart,
    Step,
)
from iaclint.model.project import Project
from iaclint.parsers.dockerfile import parse
from iaclint.source import Source, Span

Steps = Callable[[Document], "Step | list[Step]"]


def read(data: bytes) -> Document:
    document = parse(Source("Dockerfile", data))
    prepare(Project(".", [document]))
    return document


def nth(document: Document, keyword: str, index: int = 0) -> Block:
    return [block for block in document.walk() if block.type == keyword][index]


def fix(text: str | bytes, steps: Steps, **values: str) -> str:
    """The text after the steps; the fix must have its proof, and must not be proved without its effects."""
    data = text if isinstance(text, bytes) else text.encode()
    document = read(data)
    draft = Draft(values)
    wanted = steps(document)
    for step in wanted if isinstance(wanted, list) else [wanted]:
        carry_out(step, draft)
    after = apply(data, draft.edits)
    effects = [effect for _, effect in draft.effects]
    assert prove(data, after, effects) is None
    assert prove(data, after, effects[1:]) is not None
    assert prove(data, data, effects) is not None
    assert prove(data, after + b"\nUSER other\n", effects) is not None
    assert len(draft.impacts) >= 1
    return after.decode()


def withheld(text: str, steps: Steps) -> str:
    with pytest.raises(Withheld) as caught:
        fix(text, steps)
    return str(caught.value)


# --- values -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "new", "expected"),
    [
        ("FROM a\nUSER root # x\n", "USER user", "app", "FROM a\nUSER app\n"),
        ("FROM a\nUSER 'root'\n", "USER user", "app", "FROM a\nUSER 'app'\n"),
        ("FROM a\nUSER root\n", "USER user", "$x", 'FROM a\nUSER "\\$x"\n'),
        ("FROM a:1\n", "FROM image", "a:2", "FROM a:2\n"),
        ("FROM a\nENV A=1 B=2 C=3\n", "ENV pairs.B", "x y", 'FROM a\nENV A=1 B="x y" C=3\n'),
        ("FROM a\nENV A \\\n  1\n", "ENV pairs.A", "2", "FROM a\nENV A \\\n  2\n"),
        ("FROM a\nARG A\n", "ARG pairs.A", "2", "FROM a\nARG A=2\n"),
        ("FROM a\nARG A=\n", "ARG pairs.A", "2", "FROM a\nARG A=2\n"),
        ("FROM a\nENV A=1\n", "ENV pairs.B", "2", "FROM a\nENV A=1 B=2\n"),
        ("FROM a\nCOPY --chmod=777 x y\n", "COPY --chmod", "755", "FROM a\nCOPY --chmod=755 x y\n"),
        ("FROM a\nCOPY --link x y\n", "COPY --link", False, "FROM a\nCOPY --link=false x y\n"),
        ("FROM a\nCOPY x y\n", "COPY --chmod", "755", "FROM a\nCOPY --chmod=755 x y\n"),
        ('FROM a\nCOPY ["x", "y z"]\n', "COPY destination", 'q"', 'FROM a\nCOPY ["x", "q\\""]\n'),
        ("FROM a\nCMD x y\n", "CMD command", ["x", "y"], 'FROM a\nCMD ["x", "y"]\n'),
        ("FROM a\nRUN x \\\n # n\n y\n", "RUN --network", "none", "FROM a\nRUN --network=none x \\\n # n\n y\n"),
        ("FROM a\nONBUILD USER root\n", "USER user", "app", "FROM a\nONBUILD USER app\n"),
    ],
)
def test_set(text: str, path: str, new: str | bool | list[str], expected: str) -> None:
    keyword, _, name = path.partition(" ")
    assert fix(text, lambda document: Set(nth(document, keyword).at(name), new)) == expected


def test_an_expression_is_written_as_it_is() -> None:
    step: Steps = lambda d: Set(nth(d, "USER").get("user"), Expression("$APP"))  # noqa: E731
    assert fix("FROM a\nUSER root\n", step) == "FROM a\nUSER $APP\n"


def test_what_a_variable_holds_is_changed_where_it_is_written() -> None:
    data = b"FROM a\nARG U=root\nUSER $U\n"
    draft = Draft()
    carry_out(Set(nth(read(data), "USER").get("user"), "app"), draft)
    assert draft.at_origin
    assert apply(data, draft.edits) == b"FROM a\nARG U=app\nUSER $U\n"


def test_a_stage_s_image_is_that_of_its_from() -> None:
    assert fix("FROM a:1 AS b\n", lambda d: Set(d.blocks[0].get("image"), "a:2")) == "FROM a:2 AS b\n"


def test_needed_values_come_from_the_configuration() -> None:
    step: Steps = lambda d: Set(nth(d, "USER").get("user"), Needed("user", "who runs it"))  # noqa: E731
    assert fix("FROM a\nUSER root\n", step, user="app") == "FROM a\nUSER app\n"
    with pytest.raises(Unsupplied):
        fix("FROM a\nUSER root\n", step)


def test_part_of_a_text_is_replaced() -> None:
    assert fix("FROM a:latest AS b\n", lambda d: ReplaceText(nth(d, "FROM").get("image"), "latest", "1.2")) == (
        "FROM a:1.2 AS b\n"
    )
    step: Steps = lambda d: ReplaceText(nth(d, "RUN").get("command"), "http:", "https:")  # noqa: E731
    assert fix("FROM a\nRUN x http://y \\\n  z\n", step) == "FROM a\nRUN x https://y \\\n  z\n"


def test_in_doubt_nothing_is_set() -> None:
    assert "exactly once" in withheld("FROM aa\n", lambda d: ReplaceText(nth(d, "FROM").get("image"), "a", "b"))
    assert "exactly once" in withheld("FROM a\n", lambda d: ReplaceText(nth(d, "FROM").get("image"), "x", "b"))
    assert "blanks" in withheld("FROM a\nCOPY x y\n", lambda d: Set(nth(d, "COPY").get("destination"), "a b"))
    assert "control" in withheld("FROM a\nUSER x\n", lambda d: Set(nth(d, "USER").get("user"), "a\nRUN x"))
    assert "without =" in withheld("FROM a\nENV A b\n", lambda d: Set(nth(d, "ENV").at("pairs.B"), "1"))
    assert "has no NewBlock" in withheld("FROM a\n", lambda d: NewBlock(nth(d, "FROM"), "x", "y", {}))


# --- taking away --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keyword", "path", "expected"),
    [
        ("FROM a\nCOPY --link --chmod=1 x y\n", "COPY", "--chmod", "FROM a\nCOPY --link x y\n"),
        ("FROM a\nRUN --security=insecure \\\n  x\n", "RUN", "--security", "FROM a\nRUN x\n"),
        ("FROM a\nEXPOSE 80 22 443\n", "EXPOSE", "ports.*", "FROM a\nEXPOSE 22 443\n"),
        ("FROM a\nENV A=1 \\\n    B=2 \\\n    C=3\n", "ENV", "pairs.B", "FROM a\nENV A=1 \\\n    C=3\n"),
        ("FROM a\nENV A=1 \\\n    B=2\n", "ENV", "pairs.B", "FROM a\nENV A=1\n"),
        ("FROM a\nENV A=1\nUSER b\n", "ENV", "pairs.A", "FROM a\nUSER b\n"),
        ('FROM a\nCMD ["a", "b"]\n', "CMD", "command.*", 'FROM a\nCMD ["b"]\n'),
    ],
)
def test_remove_a_part(text: str, keyword: str, path: str, expected: str) -> None:
    assert fix(text, lambda document: Remove(nth(document, keyword).at(path))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\n# why\nUSER root\nRUN x\n", "FROM a\n# why\nRUN x\n"),
        ("FROM a\nUSER root", "FROM a"),
        ("FROM a\r\nUSER root\r\nRUN x\r\n", "FROM a\r\nRUN x\r\n"),
        ("FROM a\r\nUSER root", "FROM a"),
        ("FROM a\n  USER \\\n  root\n\nRUN x\n", "FROM a\n\nRUN x\n"),
    ],
)
def test_remove_an_instruction_with_its_lines(text: str, expected: str) -> None:
    assert fix(text, lambda document: Remove(nth(document, "USER"))) == expected


def test_what_must_stay_is_not_removed() -> None:
    assert "whole instruction" in withheld("FROM a\n", lambda d: Remove(nth(d, "FROM")))
    assert "whole instruction" in withheld("FROM a\nONBUILD USER b\n", lambda d: Remove(nth(d, "USER")))
    assert "comment" in withheld("FROM a\nRUN x \\\n# n\n y\n", lambda d: Remove(nth(d, "RUN")))
    assert "last element" in withheld("FROM a\nEXPOSE 1\n", lambda d: Remove(nth(d, "EXPOSE").at("ports.*")))
    assert "comment" in withheld("FROM a\nENV A=1 \\\n# n\n B=2\n", lambda d: Remove(nth(d, "ENV").at("pairs.A")))
    assert "do without" in withheld("FROM a\nUSER b\n", lambda d: Remove(nth(d, "USER").get("user")))


# --- whole instructions -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        ("FROM a\nRUN x \\\n  y\nCMD z\n", False, "FROM a\nRUN x \\\n  y\nUSER u\nCMD z\n"),
        ("FROM a\nRUN x", False, "FROM a\nRUN x\nUSER u"),
        ("FROM a\r\nRUN x\r\n", False, "FROM a\r\nRUN x\r\nUSER u\r\n"),
        ("from a\nrun x\n", False, "from a\nrun x\nuser u\n"),
        ("FROM a\nrun x\n", False, "FROM a\nrun x\nUSER u\n"),
        ("FROM a\nRUN <<E\nx\nE\nCMD z\n", False, "FROM a\nRUN <<E\nx\nE\nUSER u\nCMD z\n"),
        ("FROM a\n\n# why x\n  RUN x\n", True, "FROM a\n\n  USER u\n# why x\n  RUN x\n"),
        ("\ufeffFROM a\nRUN x\n", True, "\ufeffFROM a\nUSER u\nRUN x\n"),
        ("# escape=`\nFROM a\nRUN x `\n  y\n", False, "# escape=`\nFROM a\nRUN x `\n  y\nUSER u\n"),
    ],
)
def test_insert_an_instruction(text: str, before: bool, expected: str) -> None:
    assert fix(text, lambda document: InsertInstruction(nth(document, "RUN"), "USER u", before)) == expected


def test_insert_behind_a_stage() -> None:
    text = "FROM a AS b\nRUN x\n\nFROM c\n"
    assert fix(text, lambda d: InsertInstruction(d.blocks[0], "USER u")) == "FROM a AS b\nRUN x\nUSER u\n\nFROM c\n"


def test_insert_before_the_first_from_keeps_the_byte_order_mark_first() -> None:
    text = "\ufeffFROM a\n"
    assert fix(text, lambda d: InsertInstruction(nth(d, "FROM"), "ARG V=1", True)) == "\ufeffARG V=1\nFROM a\n"


def test_only_one_whole_instruction_is_inserted() -> None:
    for text in ("USER a\nUSER b", "USER a \\", "# x", "FOO x", "RUN <<E"):
        withheld("FROM a\n", lambda d, text=text: InsertInstruction(nth(d, "FROM"), text))  # type: ignore[misc]
    assert "does not end" in withheld("FROM a\nRUN x \\\n", lambda d: InsertInstruction(nth(d, "RUN"), "USER u"))


def test_replace_an_instruction() -> None:
    assert fix("FROM a\nADD --chown=b x y\n", lambda d: ReplaceInstruction(nth(d, "ADD"), "COPY")) == (
        "FROM a\nCOPY --chown=b x y\n"
    )
    assert fix("from a\nadd x y\n", lambda d: ReplaceInstruction(nth(d, "ADD"), "COPY")) == "from a\ncopy x y\n"
    label: Steps = lambda d: ReplaceInstruction(nth(d, "MAINTAINER"), "LABEL", 'm="me b"')  # noqa: E731
    assert fix("FROM a\nMAINTAINER me \\\n b\n", label) == 'FROM a\nLABEL m="me b"\n'
    assert fix("FROM a\nONBUILD ADD x y\n", lambda d: ReplaceInstruction(nth(d, "ADD"), "COPY")) == (
        "FROM a\nONBUILD COPY x y\n"
    )
    assert "comment" in withheld(
        "FROM a\nRUN x \\\n# n\n y\n", lambda d: ReplaceInstruction(nth(d, "RUN"), arguments="z")
    )


def test_add_a_flag_behind_those_that_stand_there() -> None:
    assert fix("FROM a\nCOPY --link x y\n", lambda d: AddInstructionFlag(nth(d, "COPY"), "--chmod=0755")) == (
        "FROM a\nCOPY --link --chmod=0755 x y\n"
    )
    assert "already" in withheld("FROM a\nCOPY --link x y\n", lambda d: AddInstructionFlag(nth(d, "COPY"), "--link"))
    assert "no flag" in withheld("FROM a\nCOPY x y\n", lambda d: AddInstructionFlag(nth(d, "COPY"), "--a=b c"))


def test_several_steps_on_one_instruction_are_proved_together() -> None:
    text = "FROM a\nADD x y\nUSER root\n"
    assert fix(
        text,
        lambda d: [
            ReplaceInstruction(nth(d, "ADD"), "COPY"),
            AddInstructionFlag(nth(d, "ADD"), "--chmod=1"),
            AddInstructionFlag(nth(d, "ADD"), "--chown=b"),
            Remove(nth(d, "USER")),
            InsertInstruction(nth(d, "ADD"), "USER app"),
        ],
    ) == "FROM a\nCOPY --chmod=1 --chown=b x y\nUSER app\n"


# --- the proof ----------------------------------------------------------------------


def body_edit(text: str, old: str, new: str) -> tuple[bytes, bytes, Effect]:
    """An edit within the RUN, as the shell fixer makes them."""
    data = text.encode()
    document = read(data)
    at = data.index(old.encode())
    edit = Edit("Dockerfile", Span(at, at + len(old)), new)
    return data, apply(data, [edit]), effect_of_body_edits(document, nth(document, "RUN"), [edit])


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN x && old \\\n  # n\n  y\nUSER u\n",
        "FROM a\r\nRUN x && old \\\r\n  y\r\nUSER u\r\n",
        "FROM a\nRUN <<E\nold\nE\nUSER u\n",
        "FROM a\nONBUILD RUN old\nUSER u\n",
        "FROM a\nRUN x \\\n\n  old\nUSER u\n",
    ],
)
def test_the_effect_of_edits_within_a_body_is_proved(text: str) -> None:
    data, after, effect = body_edit(text, "old", "new -y")
    assert effect.before != effect.after
    assert prove(data, after, [effect]) is None
    assert prove(data, after.replace(b"new", b"odd"), [effect]) is not None
    assert prove(data, after.replace(b"USER u", b"USER v"), [effect]) is not None


def test_an_edit_that_breaks_the_instruction_is_withheld() -> None:
    with pytest.raises(Withheld):
        body_edit("FROM a\nRUN old\n", "old", "new\nUSER u")


def test_a_lost_comment_is_no_proof() -> None:
    data = b"FROM a\n# n\nUSER x\n"
    effect = Effect((1,), "set", "x", "y", "")
    assert prove(data, b"FROM a\n# n\nUSER y\n", [effect]) is None
    assert prove(data, b"FROM a\nUSER y\n", [effect]) == "a comment would change"


def test_a_new_problem_is_no_proof() -> None:
    assert prove(b"FROM a\nUSER x\n", b"FROM a\nUSER\n", [Effect((1,), "set", "x", "", "")]) is not None


def test_effects_that_do_not_begin_with_what_stands_there_are_no_proof() -> None:
    data, after = b"FROM a\nUSER x\n", b"FROM a\nUSER y\n"
    assert prove(data, after, [Effect((1,), "set", "z", "y", "")]) is not None
    assert prove(data, after, [Effect((7,), "set", "x", "y", "")]) is not None
    assert prove(data, after, [Effect((), "set", "x", "y", "")]) is not None


# --- adding, and white space ---------------------------------------------------------


def test_append_writes_another_word_into_a_list() -> None:
    assert fix("FROM a\nEXPOSE 80\n", lambda d: Append(nth(d, "EXPOSE").get("ports"), "443/tcp")) == (
        "FROM a\nEXPOSE 80 443/tcp\n"
    )


def test_append_writes_another_string_into_a_json_array() -> None:
    assert fix('FROM a\nVOLUME ["/a"]\n', lambda d: Append(nth(d, "VOLUME").get("paths"), "/b c")) == (
        'FROM a\nVOLUME ["/a", "/b c"]\n'
    )


def test_append_writes_another_pair() -> None:
    assert fix("FROM a\nENV A=1\n", lambda d: Append(nth(d, "ENV").get("pairs"), "two words", "B")) == (
        'FROM a\nENV A=1 B="two words"\n'
    )


def test_append_writes_an_instruction_at_the_end_of_a_stage() -> None:
    text = "FROM a AS one\nRUN make\n\nFROM b\n"
    assert fix(text, lambda d: Append(d.blocks[0], Needed("label", "", 'x="', '"'), "LABEL"), label="1") == (
        'FROM a AS one\nRUN make\nLABEL x="1"\n\nFROM b\n'
    )


def test_append_knows_no_list_in_a_shell_form() -> None:
    assert "no list" in withheld("FROM a\nCMD make it\n", lambda d: Append(nth(d, "CMD").get("command"), "x"))
    assert "only a stage" in withheld("FROM a\nRUN x\n", lambda d: Append(nth(d, "RUN"), "x", "RUN"))


def carried_out(text: str, steps: Callable[[Document], Step]) -> str:
    """The text after a step that changes white space alone: the proof finds no difference in what is said."""
    document, draft = read(text.encode()), Draft({})
    carry_out(steps(document), draft)
    after = apply(text.encode(), draft.edits)
    assert draft.effects == []
    assert prove(text.encode(), after, []) is None
    return after.decode()


def test_empty_lines_within_an_instruction_go_and_comments_stay() -> None:
    text = "FROM a\n\nRUN x && \\\n\n  # why\n \t\n  y\n\nUSER b\n"
    wanted = "FROM a\n\nRUN x && \\\n  # why\n  y\n\nUSER b\n"
    assert carried_out(text, lambda d: DropEmptyLines(nth(d, "RUN"))) == wanted


def test_an_instruction_is_set_apart_from_the_comment_above_alone() -> None:
    text = "# one\n# two\r\nFROM a\r\nUSER b\r\n"
    assert carried_out(text, lambda d: SetApart(nth(d, "FROM"))) == "# one\n# two\r\n\r\nFROM a\r\nUSER b\r\n"
    assert "no comment" in withheld("FROM a\nUSER b\n", lambda d: SetApart(nth(d, "USER")))


def test_a_keyword_may_be_given_another_case() -> None:
    assert carried_out("FROM a\nrun x\n", lambda d: ReplaceInstruction(nth(d, "RUN"), "RUN")) == "FROM a\nRUN x\n"
