"""Changing `ansible.cfg`: the value alone, in the file's own spelling, and nothing where in doubt."""

from __future__ import annotations

import pytest

from iaclint.edits.edit import apply
from iaclint.edits.fix import Draft, Effect, Withheld
from iaclint.fixers import ini
from iaclint.model.intent import New, ReplaceText, Set
from iaclint.parsers.ansible import parse
from iaclint.source import Source


def changed(text: str, path: str, new: New) -> str:
    """The text after a Set, once the second reader has agreed."""
    document = parse(Source("ansible.cfg", text.encode()))
    assert document is not None
    draft = Draft({})
    ini.carry_out(Set(document.blocks[0].at(path), new), draft)
    after = apply(text.encode(), draft.edits)
    assert ini.prove(text.encode(), after, [effect for _, effect in draft.effects]) is None
    return after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[defaults]\nno_log = no\n", "[defaults]\nno_log = yes\n"),
        ("[defaults]\nno_log=False  ; why\n", "[defaults]\nno_log=True  ; why\n"),
        ("[defaults]\nno_log: off", "[defaults]\nno_log: on"),
        ("[defaults]\r\nforks=5\r\n\r\n[galaxy]\r\n", "[defaults]\r\nforks=5\r\nno_log=True\r\n\r\n[galaxy]\r\n"),
        ("[defaults]\n# nothing yet\n\n[galaxy]\n", "[defaults]\nno_log = True\n# nothing yet\n\n[galaxy]\n"),
        ("[defaults]", "[defaults]\nno_log = True"),
        ("[defaults]\npath = a\n  b ; two lines\n", "[defaults]\npath = a\n  b ; two lines\nno_log = True\n"),
    ],
)
def test_only_the_value_changes_and_keeps_the_spelling(before: str, after: str) -> None:
    assert changed(before, "defaults.no_log", True) == after


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("[galaxy]\nserver = x\n", True),
        ("[defaults]\nno_log = a\n  b\n", True),
        ("[defaults]\nno_log = no\nno_log = no\n", True),
        ("[defaults]\nno_log = no\n", "a ; b"),
        ("[defaults]\nno_log = no\n", ["a"]),
    ],
)
def test_in_doubt_nothing_changes(text: str, new: New) -> None:
    with pytest.raises(Withheld):
        changed(text, "defaults.no_log", new)


def test_part_of_a_value_is_replaced() -> None:
    text = b"[galaxy]\nserver = http://galaxy.example.com/\n"
    document = parse(Source("ansible.cfg", text))
    assert document is not None
    draft = Draft({})
    ini.carry_out(ReplaceText(document.blocks[0].at("galaxy.server"), "http://", "https://"), draft)
    assert apply(text, draft.edits) == b"[galaxy]\nserver = https://galaxy.example.com/\n"


def test_the_second_reader_sees_a_change_nobody_declared() -> None:
    effect = Effect(("ini", "defaults", "no_log"), "set", "no", "yes", "")

    assert ini.prove(b"[defaults]\nno_log=no\n", b"[defaults]\nno_log=yes\nforks=1\n", [effect]) is not None
    assert ini.prove(b"[defaults]\nno_log=no\n", b"no_log=yes\n", [effect]) is not None
