"""Intents: repairs as plain data on the model. Fixers turn them into Edits when asked.

A check says *what* should become true; how that is spelled in a language is the fixer's business.
A step that needs a value nobody can know holds `Needed(name, hint)`; the configuration may supply it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from iaclint.model.block import Block
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.model.aspects import ShellCommand, Word


class Applicability(StrEnum):
    """How far a Fix can be trusted to change only what is wrong."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    MANUAL = "manual"


class Impact(StrEnum):
    """What applying a Fix does to what is deployed."""

    NONE = "none"
    IN_PLACE = "in-place"
    REPLACEMENT = "replacement"
    DOWNTIME = "downtime"
    NEEDS_VALUE = "needs-value"


class Needed(NamedTuple):
    """A value that cannot be known: its name in `[tool.iaclint.values]`, and what it is for people.

    `prefix` and `suffix` are put around what the configuration supplies (`image@` + digest).
    """

    name: str
    hint: str
    prefix: str = ""
    suffix: str = ""


class Expression(NamedTuple):
    """Text in the language's own expression syntax: `aws_s3_bucket.b.id`, `lookup('env', 'X')`."""

    text: str


New = str | int | float | bool | None | Needed | Expression | list[Any] | dict[str, Any]
"""What a step may write. A dict is written as the language needs it there: block, object or map."""


class Set(NamedTuple):
    """Give a Value another content; a missing Value is created below its holder.

    `over_expression`: also where an expression stands, because what it refers to is the fault.
    """

    target: Value
    new: New
    over_expression: bool = False


class Remove(NamedTuple):
    """Take away an argument, map entry, list element, nested block or instruction, with its own line."""

    target: Value | Block


class Append(NamedTuple):
    """Add an element to a list Value, or one more nested block to a Block (`name` says which)."""

    target: Value | Block
    new: New
    name: str = ""


class NewBlock(NamedTuple):
    """Write a new top-level block (a companion resource, a task) right after the subject.

    `type` is a resource type or module name; `name` a label or task name.
    """

    after: Block
    type: str
    name: str
    arguments: dict[str, New]
    kind: str = "resource"


class ReplaceText(NamedTuple):
    """Replace part of a string Value's text (both as the value means it, before any escaping)."""

    target: Value
    old: str
    new: str | Needed


class AddWord(NamedTuple):
    """Write words into a shell command: right after `after`, or behind the command's last word."""

    command: ShellCommand
    text: str | Needed
    after: Word | None = None


class ReplaceWord(NamedTuple):
    """Write another word in place of one of a shell command."""

    word: Word
    text: str | Needed


class RemoveWord(NamedTuple):
    """Take a word (or a redirection) out of a shell command, with the blank before it."""

    word: Word


class AddCommand(NamedTuple):
    """Write a further shell command behind (or before) one, joined with `&&` (or another operator)."""

    command: ShellCommand
    text: str
    before: bool = False
    operator: str = "&&"


class RemoveCommand(NamedTuple):
    """Take a shell command out of its list, with the operator that joined it."""

    command: ShellCommand


class RewriteScript(NamedTuple):
    """Write other text at places of a shell script, given as offsets in it; places do not overlap.

    `script` is the text it was read from; opaque to checks.
    """

    block: Block
    script: Any
    changes: tuple[tuple[int, int, str], ...]


class InsertInstruction(NamedTuple):
    """Write a Dockerfile instruction on its own line before or after another one."""

    anchor: Block
    text: str | Needed
    before: bool = False


class ReplaceInstruction(NamedTuple):
    """Write another keyword or other arguments (as Dockerfile text) for an instruction."""

    target: Block
    keyword: str | None = None
    arguments: str | Needed | None = None


class AddInstructionFlag(NamedTuple):
    """Write a flag such as `--chmod=0755` behind a Dockerfile instruction's keyword."""

    target: Block
    flag: str | Needed


class DropEmptyLines(NamedTuple):
    """Take the empty lines out of a Dockerfile instruction that goes over several lines."""

    target: Block


class SetApart(NamedTuple):
    """Write an empty line between a Dockerfile instruction and the comment right above it."""

    target: Block


Step = (
    Set
    | Remove
    | Append
    | NewBlock
    | ReplaceText
    | AddWord
    | RewriteScript
    | ReplaceWord
    | RemoveWord
    | AddCommand
    | RemoveCommand
    | InsertInstruction
    | ReplaceInstruction
    | AddInstructionFlag
    | DropEmptyLines
    | SetApart
)


class Intent(NamedTuple):
    """One possible repair.

    title        the cure, in the imperative: "set `encrypted` to true"
    steps        carried out together or not at all
    at_most      a level the computed applicability is lowered to (never raised)
    impact       overrides the impact where the check knows better than the schema (downtime)
    note         why it is not safe, for the reader
    """

    title: str
    steps: tuple[Step, ...]
    at_most: Applicability = Applicability.SAFE
    impact: Impact | None = None
    note: str = ""

    def needed(self) -> tuple[Needed, ...]:
        """The values its steps ask for, in order."""
        found: dict[Needed, None] = {}
        stack: list[Any] = list(reversed(self.steps))
        while stack:
            one = stack.pop()
            if isinstance(one, Needed):
                found.setdefault(one)
            elif isinstance(one, dict):
                stack.extend(one.values())
            elif isinstance(one, list | tuple):
                stack.extend(one)
        return tuple(found)
