"""The command of a command, shell, raw or script call, as a shell would read it."""

from __future__ import annotations

from iaclint.model.block import Block
from iaclint.parsers.ansible.freeform import words
from iaclint.parsers.ansible.keywords import COMMANDS
from iaclint.parsers.ansible.tasks import command_text
from iaclint.parsers.ansible.values import Piece
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.yaml import YamlNode, embedded_text


def script(module: Block) -> EmbeddedText | None:
    """The text of the `cmd` argument with Jinja blanked as gaps; None where there is none or it cannot be mapped."""
    argument = module.arguments.get("cmd")
    if argument is None or module.type not in COMMANDS:
        return None
    node = argument.expression if argument.expression is not None else module.node
    if not isinstance(node, YamlNode):
        return None
    text = embedded_text(node, module.document)
    if text is None or not isinstance(argument, Piece):
        return text
    plain = embedded_text(node, module.document, jinja=False)
    if plain is None or node.kind != "scalar":
        return None
    start = 0
    if module.header_span.start >= node.span.start:
        # `action: shell ls`: the module's name is no part of the command
        first = next(words(plain.text), None)
        start = first.end if first is not None else 0
    blanked = command_text(plain.text, start)
    text.text = bytes(
        32 if two == 32 else three for two, three in zip(blanked, text.text, strict=True)
    )
    return text
