"""Fixers turn Intents into Edits, one module a language, loaded when a fix is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from iaclint.edits.edit import EditConflict, merge
from iaclint.edits.fix import Draft, Effect, Fix, Unsupplied, Withheld
from iaclint.model.block import Document
from iaclint.model.intent import (
    AddCommand,
    AddInstructionFlag,
    AddWord,
    Applicability,
    DropEmptyLines,
    Impact,
    InsertInstruction,
    Intent,
    NewBlock,
    RemoveCommand,
    RemoveWord,
    ReplaceInstruction,
    ReplaceWord,
    RewriteScript,
    SetApart,
    Step,
)  # fmt: skip

if TYPE_CHECKING:
    from iaclint.edits.edit import Edit

_SHELL = (AddWord, ReplaceWord, RemoveWord, AddCommand, RemoveCommand, RewriteScript)


def document_of(step: Step) -> Document | None:
    """The Document a step's target stands in; None for a step on shell words, which know their own place."""
    if isinstance(step, _SHELL):
        return None
    if isinstance(step, NewBlock):
        return step.after.document
    if isinstance(step, InsertInstruction):
        return step.anchor.document
    if isinstance(step, ReplaceInstruction | AddInstructionFlag | DropEmptyLines | SetApart):
        return step.target.document
    return step.target.document


def carry_out(step: Step, draft: Draft) -> None:
    """Write one step into the Draft; raises Withheld in doubt, Unsupplied where a value is lacking."""
    carry_out_all((step,), draft)


def carry_out_all(steps: Sequence[Step], draft: Draft) -> None:
    """Write steps into the Draft; those on one language's files are joined, so that two may fill one new block."""
    terraform: list[Step] = []
    ansible: list[Step] = []
    for step in steps:
        document = document_of(step)
        language = "shell" if document is None else document.language
        if language == "terraform":
            terraform.append(step)
        elif language == "shell":
            from iaclint.fixers import shell

            shell.carry_out(step, draft)
        elif language == "ansible" and document is not None and document.kind == "config":
            from iaclint.fixers import ini

            ini.carry_out(step, draft)
        elif language == "ansible":
            ansible.append(step)
        elif language == "dockerfile":
            from iaclint.fixers import dockerfile

            dockerfile.carry_out(step, draft)
        else:
            raise Withheld(f"there is no fixer for {language}")
    if ansible:
        from iaclint.fixers import yaml

        yaml.carry_out_all(ansible, draft)
    if terraform:
        from iaclint.fixers import hcl

        hcl.carry_out_all(terraform, draft)


def prove(language: str, before: bytes, after: bytes, effects: Sequence[Effect]) -> str | None:
    """Whether the language's second reader sees exactly the effects: None, or the reason why not."""
    if language == "terraform":
        from iaclint.fixers import hcl

        return hcl.prove(before, after, effects)
    if language == "ansible" and effects and effects[0].path[:1] == ("ini",):
        from iaclint.fixers import ini

        return ini.prove(before, after, effects)
    if language == "ansible":
        from iaclint.fixers import yaml

        return yaml.prove(before, after, effects)
    if language == "dockerfile":
        from iaclint.fixers import dockerfile

        return dockerfile.prove(before, after, effects)
    return f"there is no second reader for {language}"


def make_fix(intent: Intent, values: Mapping[str, str]) -> Fix | str:
    """The Fix that carries an Intent out, or the reason it is withheld.

    A Fix that lacks values has no Edits, the impact needs-value and the applicability manual.
    """
    from iaclint.fixers.applicability import judge

    draft = Draft(values)
    try:
        carry_out_all(intent.steps, draft)
        edits = tuple(_merged(draft.edits))
    except Unsupplied as lacking:
        needs = (lacking.needed,)
        return Fix(intent.title, Applicability.MANUAL, Impact.NEEDS_VALUE, needs=needs, note=intent.note)
    except (Withheld, EditConflict) as reason:
        return str(reason)
    if not edits:
        return "there is nothing to change"
    applicability, impact = judge(intent, draft)
    effects = tuple((document.path, effect) for document, effect in draft.effects)
    return Fix(intent.title, applicability, impact, edits, effects, note=intent.note)


def _merged(edits: Sequence[Edit]) -> Iterator[Edit]:
    for path in dict.fromkeys(edit.path for edit in edits):
        yield from merge(edit for edit in edits if edit.path == path)


__all__ = ["carry_out", "carry_out_all", "document_of", "make_fix", "prove"]
