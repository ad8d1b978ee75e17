"""What is given on the command line or in the environment is never quoted: it may be a secret.

Wherever a finding would tell such a value, or one computed of it, it tells which variable it was given for. `true` and
`false` are told as they are. A repair that would have to be made there, or write such a value down, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from iaclint.model.block import Block
from iaclint.model.finding import Finding, block_of, place_of
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_module import Module
    from iaclint.model.intent import Intent

INPUT = "input"
MAX_LEAVES = 5_000
TELLING = 8
"""From how many characters on a given text is looked for in all that is said, whatever it is said of."""
_TOLD = frozenset({"", "true", "false", "null"})


def conceal(finding: Finding) -> None:
    """Take what was given from outside out of all that a finding says; to be called once it is settled."""
    module: Module = place_of(finding.place)[0].module
    given = module.root.given
    known = finding.intents
    finding.intents = tuple(one for one in known if not _is_for_input(one))
    texts = _texts(finding, module, given)
    if texts:
        mask = _Mask(texts)
        finding.message = mask(finding.message)
        finding.related = tuple(replace(one, message=mask(one.message)) for one in finding.related)
        finding.instances = tuple(dict.fromkeys(map(mask, finding.instances)))
        finding.resource = mask(finding.resource)
        finding.intents = tuple(
            one._replace(title=mask(one.title), note=mask(one.note))
            for one in finding.intents
            if not _writes(one, texts)
        )
    finding.is_open_to_repair = finding.is_open_to_repair and (bool(finding.intents) or not known)
    finding.repairs = tuple(
        (intent.title, tuple((one.name, one.hint) for one in intent.needed())) for intent in finding.intents
    )


# --- what may not be told ----------------------------------------------------------------------------------


def _texts(finding: Finding, module: Module, given: Mapping[str, Value]) -> dict[str, str]:
    """Text -> variable, of all that was given and may be quoted."""
    found: dict[str, str] = {}
    for name, value in given.items():
        found.update((one, name) for one in _leaf_texts(value) if len(one) >= TELLING)
    for leaf in _near(finding, module):
        text = leaf.text
        origin = _given_for(leaf, given) if text is not None and text not in _TOLD else None
        if text is not None and origin is not None:
            found.setdefault(text, origin)
            # what it was made of may be quoted as well
            if origin in given:
                found.update((raw, found.get(raw, origin)) for raw in _leaf_texts(given[origin]))
    return found


def _leaf_texts(value: Value) -> Iterator[str]:
    for leaf in _leaves(value):
        if leaf.text is not None and leaf.text not in _TOLD:
            yield leaf.text


def _near(finding: Finding, module: Module) -> Iterator[Value]:
    """The Values that the message may be about: of those that have been evaluated."""
    places = [finding.place, *(place for place, _ in finding.also)]
    blocks: dict[int, Block] = {}
    for place in places:
        if isinstance(place, Value):
            yield place
            yield from _leaves(place)
        block = block_of(place)
        if block is not None:
            blocks[id(block.addressable)] = block.addressable
    caller: Block | None = module.call
    while caller is not None:
        blocks[id(caller)] = caller
        caller = caller.document.caller
    for block in blocks.values():
        for one in _evaluated(block):
            yield from _leaves(one)


def _evaluated(block: Block) -> Iterator[Value]:
    stack = [block]
    while stack:
        one = stack.pop()
        yield from getattr(one, "bindings", {}).values()
        for argument in one.arguments.values():
            if argument._value is not None:
                yield argument._value
        stack.extend(one._blocks if one._expanded is None else one._expanded)


def _leaves(value: Value) -> Iterator[Value]:
    stack, left = [value], MAX_LEAVES
    while stack and left:
        left -= 1
        one = stack.pop()
        if one.kind == "map":
            # a key may have been given as well
            for key in one.entries:
                yield Value("string", key, one.document, one.span, holder=one)
        below = one.items or list(one.entries.values())
        stack.extend(reversed(below))
        if not below:
            yield one


def _given_for(value: Value, given: Mapping[str, Value]) -> str | None:
    """The variable that a Value was given for, or is computed of ("" if untold); None where it is written in a file."""
    one: Value | Block | None = value
    span = value.source_value.span
    text = value.text or ""
    is_written = text in _slice(value.source_value)
    while isinstance(one, Value):
        source = one.source_value
        if source.document.kind == INPUT:
            return _name_of(source, given) or _referred(one, given) or ""
        if not is_written:
            name = _referred(one, given)
            if name is not None:
                return name
        # what has no place of its own was computed with what holds it
        above = source.holder
        if not isinstance(above, Value) or (above.span != span and source.document is above.document):
            return None
        one, span = above, above.source_value.span
    return None


def _slice(value: Value) -> str:
    return value.document.source.slice(value.span)


def _name_of(value: Value, given: Mapping[str, Value]) -> str | None:
    top = value
    while isinstance(top.holder, Value):
        top = top.holder
    return top.name if top.name in given else None


def _referred(value: Value, given: Mapping[str, Value]) -> str | None:
    for reference in value.references:
        if reference.startswith("var.") and not getattr(reference, "module", ""):
            name = reference[4:].partition(".")[0]
            if name in given:
                return name
    return None


# --- how it is taken out ------------------------------------------------------------------------------------


class _Mask:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        words = sorted(texts, key=len, reverse=True)
        pattern = "|".join(_pattern(word) for word in words)
        self._pattern = re.compile(f"([`\"']?)({pattern})(\\1)")

    def __call__(self, text: str) -> str:
        return self._pattern.sub(self._instead, text)

    def _instead(self, match: re.Match[str]) -> str:
        name = self._texts[match[2]]
        return f"the value given for var.{name}" if name else "a value given from outside"


def _pattern(word: str) -> str:
    escaped = re.escape(word)
    return escaped if len(word) >= TELLING else rf"(?<![\w.\-]){escaped}(?![\w\-]|\.\w)"


# --- repairs ------------------------------------------------------------------------------------------------


def _is_for_input(intent: Intent) -> bool:
    """Whether a step would have to change what was given."""
    for step in intent.steps:
        target: Any = getattr(step, "target", None)
        if isinstance(target, Value):
            one: object = target
            while isinstance(one, Value):
                if one.source_value.document.kind == INPUT:
                    return True
                one = one.holder
    return False


def _writes(intent: Intent, texts: Mapping[str, str]) -> bool:
    stack: list[Any] = [list(step[1:]) for step in intent.steps]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            if any(len(text) >= TELLING and text in one for text in texts):
                return True
        elif isinstance(one, dict):
            stack.extend(one.keys())
            stack.extend(one.values())
        elif isinstance(one, list | tuple):
            stack.extend(one)
    return False


__all__ = ["INPUT", "conceal"]
