"""Which resource an argument names: by reference, by the literal of its name, or by the same expression.

A Value mentions more than it means: `true ? aws_x.a.id : aws_x.b.id` mentions both. What it means is found by going
back to where it was written. Where it may mean something that is not known, that is kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from iaclint.model.block import Block
from iaclint.model.value import Reference, Truth, Value

Find = Callable[[str], Block | None]
"""The resource or data source of a Reference: `Project.resource`."""

_MARKS = frozenset({"(sensitive)"})
_MAX_STEPS = 50
_OWN = re.compile(r"([a-z]+)_([a-z0-9]+)\w*\.[\w-]+\.(?:arn|id)")
_NAMING = frozenset({"", "id", "arn", "bucket", "name"})
"""Attributes by which one resource names another."""


class Target(NamedTuple):
    """What an argument means, as one that names a resource of some type.

    references  those to resources of the type, of which it may mean any
    is_certain  whether it means one of them, and nothing else
    value       where it was written: what is compared with names
    """

    references: tuple[str, ...]
    is_certain: bool
    value: Value


def target_of(value: Value, prefix: str, identities: tuple[str, ...], find: Find) -> Target:
    """What a Value means as the name of a resource; `prefix` is how an address of the type begins: "aws_s3_bucket."."""
    node, argument_of = _way_back(value, prefix, find)
    if argument_of:
        return Target((argument_of,), True, value)
    typed = tuple(one for one in node.references if one.startswith(prefix))
    if typed:
        others = [one for one in node.references if one not in _MARKS and not one.startswith(prefix)]
        return Target(typed, not others or _is_address(node, prefix, others), value)
    if node.is_unknown and _is_of_another_service(node, prefix):
        return Target((), True, value)
    looked_up = _looked_up(node, prefix, identities, find) if node.is_unknown else None
    return looked_up or Target((), False, node if node.is_unknown else value)


def written_for(value: Value, prefix: str, find: Find) -> Value:
    """The Value, perhaps far from here, whose expression says which resource of a type is meant."""
    return _way_back(value, prefix, find)[0]


def _way_back(value: Value, prefix: str, find: Find) -> tuple[Value, str]:
    """The same, and the reference to it where that is an argument of a resource of the type."""
    node = value
    for _ in range(_MAX_STEPS):
        origin = node.origin
        if origin is None:
            break
        typed = [one for one in node.references if one.startswith(prefix)]
        for one in typed:
            if _argument(one, find) is origin:
                return node, one
        is_within = origin.document is node.document and node.span.covers(origin.span)
        if not is_within and typed != [one for one in origin.references if one.startswith(prefix)]:
            break
        node = origin
    return node, ""


def _argument(reference: str, find: Find) -> Value | None:
    """The Value of the argument that a reference leads to."""
    block, words = find(reference), reference.split(".")
    name = words[3 if words[0] == "data" else 2] if len(words) == (4 if words[0] == "data" else 3) else ""
    argument = block.arguments.get(name) if block is not None else None
    return argument.value if argument is not None else None


def _looked_up(node: Value, prefix: str, identities: tuple[str, ...], find: Find) -> Target | None:
    """What `data.aws_s3_bucket.b.id` means, or `aws_s3_bucket_versioning.b.id`: the bucket their arguments name."""
    if len(node.references) != 1 or prefix.startswith("data."):
        return None
    reference = node.references[0]
    is_data = reference.startswith("data." + prefix)
    if not is_data and not (reference.startswith(prefix[:-1] + "_") and reference.endswith(".id")):
        return None
    block = find(reference)
    if block is None:
        return None
    for identity in identities:
        given = block.get(identity)
        if not given.is_missing:
            typed = tuple(one for one in given.references if one.startswith(prefix))
            # one step is enough: whoever looks up what was looked up gets nothing certain
            return Target(typed, bool(typed) and len(typed) == len(given.references), given)
    return None


def _is_of_another_service(node: Value, prefix: str) -> bool:
    """Whether it is the id or ARN of a resource of another service: `aws_ebs_volume.v.arn` where EFS is looked for."""
    provider, _, rest = prefix.partition("_")
    found = _OWN.fullmatch(node.references[0]) if node.references else None
    if found is None or found[1] != provider or found[2] == rest.partition("_")[0].rstrip("."):
        return False
    head = ".".join(node.references[0].split(".")[:2])
    return len(node.references) == 1 or _address(re.escape(head)).fullmatch(_written(node)) is not None


def _written(node: Value) -> str:
    return node.document.source.slice(node.span)


def _is_address(node: Value, prefix: str, others: list[str]) -> bool:
    """Whether nothing stands there but an address: of the type, or of a variable, local or output that leads there."""
    written = _written(node)
    if _address(re.escape(prefix) + r"[\w-]+").fullmatch(written) is not None:
        # all else it mentions stands in brackets
        return True
    found = _address(r"((?:var|local|module)\.[\w-]+)").fullmatch(written)
    return found is not None and all(one == found[1] or one.startswith(found[1] + ".") for one in others)


@cache
def _address(head: str) -> re.Pattern[str]:
    index = r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]"
    return re.compile(rf'\s*(?:"\$\{{\s*)?(?:resource\.)?{head}(?:{index}|\.[\w*-]+)*(?:\s*\}}")?\s*')


def prefix_of(subject: Block) -> str:
    """How the addresses of resources or data sources of the subject's type begin."""
    return f"data.{subject.type}." if subject.kind == "data" else f"{subject.type}."


def names(target: Target, subject: Block, identities: tuple[str, ...]) -> Truth:
    """Whether an argument names the subject; None when that cannot be known."""
    address = subject.address
    for one in target.references:
        if (one == address or one.startswith(address + ".")) and is_of(one, subject):
            return True
    if target.is_certain:
        return False
    answers = [_is_same(target.value, subject.get(identity)) for identity in identities]
    if any(answers):
        return True
    return None if _may_be(target.value, answers) else False


def _may_be(value: Value, answers: list[Truth]) -> bool:
    if value.is_unknown:
        return not answers or None in answers
    return value.text is not None and None in answers


def is_of(reference: str, subject: Block) -> bool:
    """Whether a reference of the right address means the subject's module and instance."""
    if not isinstance(reference, Reference):
        return True
    if reference.module != subject.document.module_instance:
        return False
    key, own = reference.key, subject.addressable.instance
    return key in ("", "[*]", own) or not own


def _is_same(value: Value, name: Value) -> Truth:
    if value.is_missing or name.is_missing:
        # a name that the provider chooses is written nowhere
        return False
    if value.text is not None and name.text is not None:
        return value.text == name.text
    if value.is_known and name.is_known:
        return False
    if not shape_of(value).agrees_with(shape_of(name)):
        return False
    return True if set(value.references) & set(name.references) - _MARKS else None


class Shape(NamedTuple):
    """What is known of a text: how it begins and ends, and whether that is all of it."""

    start: str
    end: str
    is_whole: bool

    def agrees_with(self, other: Shape) -> bool:
        """Whether a text may be of both shapes."""
        if self.is_whole and other.is_whole:
            return self.start == other.start
        if self.is_whole or other.is_whole:
            whole, part = (self, other) if self.is_whole else (other, self)
            return whole.start.startswith(part.start) and whole.start.endswith(part.end)
        starts = self.start.startswith(other.start) or other.start.startswith(self.start)
        return starts and (self.end.endswith(other.end) or other.end.endswith(self.end))


def shape_of(value: Value) -> Shape:
    """What is known of a Value's text."""
    text, parts = value.text, value.parts
    if text is not None:
        return Shape(text, text, True)
    return Shape(parts[0] or "", parts[-1] or "", False) if parts else Shape("", "", False)


class Candidates:
    """The resources of a type by what one of their arguments means, so that few are looked at for a subject."""

    def __init__(self, blocks: list[Block], by: str, subjects: list[Block], find: Find) -> None:
        self._all = [(block, list(block.each(by))) for block in blocks]
        self._subjects = subjects
        self._find = find
        self._views: dict[tuple[str, tuple[str, ...]], _View] = {}

    def of(self, subject: Block, identities: tuple[str, ...]) -> tuple[list[Block], Truth]:
        """Those that name a Block, in order, and whether any does."""
        prefix = prefix_of(subject)
        view = self._views.get((prefix, identities))
        if view is None:
            targets = [
                (block, target_of(value, prefix, identities, self._find))
                for block, values in self._all
                for value in values
            ]
            view = self._views[prefix, identities] = _View(targets, self._subjects, identities)
        found = view.naming(subject)
        return (found, True) if found else (found, None if view.may_name(subject) else False)


class _View:
    """Candidates as seen by subjects of one type."""

    def __init__(
        self, targets: list[tuple[Block, Target]], subjects: list[Block], identities: tuple[str, ...]
    ) -> None:
        self._targets, self._identities = targets, identities
        self._by_address: dict[str, list[int]] = {}
        self._by_text: dict[str, list[int]] = {}
        self._by_reference: dict[str, list[int]] = {}
        doubts: set[Shape] = set()
        for index, (_, target) in enumerate(targets):
            for reference in target.references:
                words = reference.split(".")
                address = ".".join(words[: 3 if words[0] == "data" else 2])
                module = reference.module if isinstance(reference, Reference) else ""
                self._by_address.setdefault(f"{module} {address}", []).append(index)
            if target.is_certain:
                continue
            value = target.value
            if value.text is not None:
                self._by_text.setdefault(value.text, []).append(index)
            for reference in value.references:
                self._by_reference.setdefault(str(reference), []).append(index)
            if value.is_unknown:
                doubts.add(shape_of(value))
        owned = {subject.get(name).text for subject in subjects for name in identities} if identities else set()
        # the name of another resource is not that of this one
        self._doubts = sorted(doubts | {Shape(text, text, True) for text in self._by_text.keys() - owned})
        self._has_doubt = bool(doubts)

    def naming(self, subject: Block) -> list[Block]:
        """Those that name a Block."""
        near = self._near(subject) if subject.language == "terraform" else range(len(self._targets))
        found: dict[int, Block] = {}
        for index in near:
            block, target = self._targets[index]
            if block is not subject and id(block) not in found and names(target, subject, self._identities):
                found[id(block)] = block
        return list(found.values())

    def _near(self, subject: Block) -> Iterable[int]:
        address = subject.address
        near = {
            *self._by_address.get(f"{subject.document.module_instance} {address}", ()),
            *self._by_address.get(f" {address}", ()),
        }
        for identity in self._identities:
            name = subject.get(identity)
            if name.text is not None:
                near.update(self._by_text.get(name.text, ()))
            for reference in name.references:
                near.update(self._by_reference.get(str(reference), ()))
        return sorted(near)

    def may_name(self, subject: Block) -> bool:
        """Whether one of them, of which none is known to name it, may do so."""
        own = [subject.get(name) for name in self._identities]
        if not own:
            return self._has_doubt
        return any(self._may_be(name) for name in own if not name.is_missing) or (
            self._has_doubt and all(name.is_missing for name in own)
        )

    def _may_be(self, name: Value) -> bool:
        shape = shape_of(name)
        return any(one.agrees_with(shape) for one in self._doubts)


# --- modules that are not at hand -------------------------------------------------------------

_VENDOR = re.compile(r"(?:registry\.terraform\.io/)?terraform-aws-modules/[\w-]+/aws(?://.*)?")
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = frozenset({"aws", "azurerm", "google", "this", "association", "attachment", "configuration", "resource"})


class Given:
    """What is handed to modules that are not at hand: they may make companions of it."""

    def __init__(self, calls: Iterable[Block]) -> None:
        self._by_address: dict[str, list[tuple[Block, str]]] = {}
        self._by_text: dict[str, list[Block]] = {}
        for call in calls:
            for value in _handed(call) if is_away(call) else ():
                for reference in value.references:
                    address = ".".join(reference.split(".")[:2])
                    self._by_address.setdefault(address, []).append((call, reference))
                if value.text is not None:
                    self._by_text.setdefault(value.text, []).append(call)

    def may_hold_beside(self, call: Block, type: str, by: str) -> bool:
        """Whether a module may make a resource of this type for what another call gives as output `by`."""
        reference = f"module.{call.name}.{by}"
        return any(
            one == reference and isinstance(one, Reference) and one.module == call.document.module_instance
            and other is not call and _may_make(other, type, by)
            for other, one in self._by_address.get(f"module.{call.name}", ())
        )

    def may_hold(self, subject: Block, type: str, identities: tuple[str, ...]) -> bool:
        """Whether a module may make a companion of this type for the Block."""
        address = subject.address
        for call, reference in self._by_address.get(address, ()):
            is_name = reference[len(address) + 1 :] in _NAMING
            if is_name and is_of(reference, subject) and _may_make(call, type, subject.type):
                return True
        texts = {subject.get(name).text for name in identities} - {None}
        return any(
            _may_make(call, type, subject.type) for text in texts for call in self._by_text.get(str(text), ())
        )


def is_away(call: Block) -> bool:
    """Whether the files of the module that a Block calls are not at hand."""
    module = call.document.module
    return call.language == "terraform" and module is not None and module.called(call.name) is None


def _handed(call: Block) -> Iterator[Value]:
    """The arguments by themselves and the elements of lists: what stands in a map is rarely more than mentioned."""
    for name, argument in call.arguments.items():
        if name in ("source", "version", "providers", "depends_on", "count", "for_each"):
            continue
        value = argument.value
        yield from value.items if value.kind == "list" else [value] if value.kind != "map" else []


def _may_make(call: Block, type: str, subject: str) -> bool:
    """Whether the module may make a resource of the type: what a vendor's module is for stands in its name."""
    source = call.get("source").text
    if source is None or _VENDOR.fullmatch(source) is None:
        return True
    wanted = set(_WORD.findall(type)) - set(_WORD.findall(subject)) - _COMMON
    return bool(wanted & set(_WORD.findall(" ".join([source, *call.arguments]).lower())))


__all__ = ["Candidates", "Given", "Target", "is_away", "names", "prefix_of", "target_of", "written_for"]
