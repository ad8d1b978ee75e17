"""The way from a plan back to the source it was made of: resource by address, argument by name, element by content.

A Value of the plan is found again in three degrees: where the source has the same Value, where the source has an
expression that nobody could evaluate before planning, and where all that is known is the Block that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

from iaclint.model.block import Argument, Block, Document, Node
from iaclint.model.intent import Append, Applicability, Intent, NewBlock, Remove, ReplaceText, Set, Step
from iaclint.model.paths import at
from iaclint.model.value import Value, missing
from iaclint.parsers.plan.addresses import without_keys

Embedded = Callable[[Value], Value | None]
"""The document within a string of the source: `iaclint.evaluate.terraform.document_value`."""

T = TypeVar("T", Block, Value)

MAX_DEPTH = 200
_REPEATED = ("count", "for_each")


class Traced(NamedTuple):
    """Where something of a plan is written.

    node         the Block or Value of the source; a missing Value where the source leaves it out
    is_exact     whether it is the very argument or Block, rather than what stands around it
    contradicts  whether a literal is written there that is not what the plan has: the plan is out of date
    """

    node: Node
    is_exact: bool
    contradicts: bool = False


class Trace:
    """The source of one plan."""

    def __init__(self, documents: Iterable[Document], embedded: Embedded = lambda value: None) -> None:
        """`documents`: of the root module and of the modules it calls, ready to be evaluated."""
        self._embedded = embedded
        self._exact: dict[tuple[str, str, str, str], Block] = {}
        self._any: dict[tuple[str, str, str, str], Block] = {}
        for document in documents:
            if document.kind in ("tfvars", "plan"):
                continue
            for block in document.blocks:
                if block.kind in ("resource", "data"):
                    self._exact.setdefault((document.module_instance, block.kind, block.type, block.name), block)
                    self._any.setdefault((document.module_path, block.kind, block.type, block.name), block)

    def block(self, planned: Block) -> Block | None:
        """The Block of the source for a resource instance of the plan; None where the source does not have it."""
        document = planned.document
        own = (planned.kind, planned.type, planned.name)
        written = self._exact.get((document.module_instance, *own)) or self._any.get(
            (without_keys(document.module_instance), *own)
        )
        if written is None or not planned.instance:
            return written
        instances = written.document.instances(written)
        return next((one for one in instances if one.instance == planned.instance), written)

    def node(self, planned: Node | Argument) -> Traced | None:
        """Where a Block, Argument or Value of the plan is written; None where its resource is not in the source."""
        if isinstance(planned, Argument):
            planned = planned.value
        way = _way(planned)
        written = self.block(way[0]) if way and isinstance(way[0], Block) else None
        if written is None:
            return None
        node: Node = written
        for above, below in pairwise(way):
            following = self._step(node, above, below)
            if following is None:
                return Traced(node, is_exact=False)
            node = following
        same = isinstance(node, Block) or isinstance(planned, Block)
        return Traced(node, is_exact=True, contradicts=not same and _contradicts(node, planned))

    def origin(self, planned: Value) -> Value | None:
        """The Value of the source that a Value of the plan comes from."""
        traced = self.node(planned)
        if traced is None or not traced.is_exact or traced.contradicts or not isinstance(traced.node, Value):
            return None
        return None if traced.node.is_missing else traced.node

    def intent(self, intent: Intent, is_repeated: bool) -> Intent | None:
        """The repair carried out in the source; None where it has no exact place there.

        `is_repeated`: whether the resource is one of several instances.
        """
        steps: list[Step] = []
        at_most = intent.at_most
        for step in intent.steps:
            moved = self._moved(step, is_repeated)
            if moved is None:
                return None
            steps.append(moved)
            if isinstance(moved, Set) and (moved.target.is_unknown or moved.target.references):
                # an expression gives way to a literal
                at_most = Applicability.UNSAFE if at_most is Applicability.SAFE else at_most
        return intent._replace(steps=tuple(steps), at_most=at_most)

    # --- one step of the way -----------------------------------------------------------

    def _step(self, node: Node, above: Node, below: Node) -> Node | None:
        if isinstance(below, Block):
            return _nested(node, above, below)
        if below.is_missing and below.path:
            return _left_out(node, below)
        if isinstance(above, Block):
            return _argument(node, below)
        if above.kind in ("string", "unknown") and isinstance(node, Value):
            return self._embedded(node)
        if above.kind == "list":
            return _element(node, above, below)
        if above.kind == "map":
            return _entry(node, below)
        return None

    def _moved(self, step: Step, is_repeated: bool) -> Step | None:
        if isinstance(step, NewBlock):
            after = self.node(step.after)
            if is_repeated or after is None or not isinstance(after.node, Block) or not after.is_exact:
                return None
            return None if any(name in after.node.arguments for name in _REPEATED) else step._replace(after=after.node)
        if not isinstance(step, Set | Remove | Append | ReplaceText):
            return None
        traced = self.node(step.target)
        if traced is None or not traced.is_exact or traced.contradicts:
            return None
        if isinstance(step, Set | ReplaceText):
            if not isinstance(traced.node, Value):
                return None
            if isinstance(step, ReplaceText) and traced.node.text != step.target.text:
                return None
            return step._replace(target=traced.node)
        if isinstance(step, Append) and isinstance(traced.node, Value) and traced.node.kind != "list":
            return None
        if isinstance(step, Remove) and isinstance(traced.node, Value) and traced.node.is_missing:
            return None
        return step._replace(target=traced.node)


def _way(planned: Node) -> list[Node]:
    """From the resource down to a node: nested Blocks and Values, each held by the one before."""
    way: list[Node] = [planned]
    while len(way) < MAX_DEPTH:
        last = way[-1]
        if isinstance(last, Block):
            if last.is_addressable:
                return way[::-1]
            if last.parent is None:
                return []
            way.append(last.parent)
        elif last.holder is None:
            return []
        else:
            way.append(last.holder)
    return []


def _nested(node: Node, above: Node, planned: Block) -> Node | None:
    if isinstance(node, Block):
        written = node.children(planned.type)
        if not written and planned.type in node.arguments:
            # blocks that are written as an argument: `ingress = [{ ... }]`
            return _element_like(node.arguments[planned.type].value, planned, above)
        siblings = above.children(planned.type) if isinstance(above, Block) else []
        return _same(written, siblings, planned)
    return None


def _element_like(value: Value, planned: Block, above: Node) -> Node | None:
    if value.kind == "map":
        return value
    siblings = above.children(planned.type) if isinstance(above, Block) else []
    return _same(value.items, siblings, planned)


def _same(written: list[T], siblings: list[Block], planned: Block) -> T | None:
    """Which of the written blocks is the planned one: the only one, or the one that says most alike."""
    if len(written) == 1:
        return written[0]
    ranked = sorted(((_likeness(one, planned), -index) for index, one in enumerate(written)), reverse=True)
    if not ranked or ranked[0][0] < 0:
        return None
    best = [-index for likeness, index in ranked if likeness == ranked[0][0]]
    if len(best) == 1:
        return written[best[0]]
    position = next((index for index, one in enumerate(siblings) if one is planned), -1)
    return written[position] if len(written) == len(siblings) and position in best else None


def _likeness(written: Node, planned: Block) -> int:
    """How many arguments are the same; -1 where one certainly is not."""
    count = 0
    for name, value in _scalars(written):
        argument = planned.arguments.get(name)
        if argument is None or not value.is_known:
            continue
        # not its `value`, whose origin may be what is looked for
        other: Value = planned.document.tree.planned(argument)
        if not other.is_known:
            continue
        if not _equal(value, other):
            return -1
        count += 1
    return count


def _scalars(node: Node) -> Iterator[tuple[str, Value]]:
    if isinstance(node, Block):
        yield from ((name, argument.value) for name, argument in node.arguments.items())
    else:
        yield from node.entries.items()


def _argument(node: Node, planned: Value) -> Node | None:
    if not planned.name:
        # the whole Block as a Value
        if isinstance(node, Block):
            return Value("map", {}, node.document, node.header_span, holder=node)
        return node
    if isinstance(node, Value):
        return _entry(node, planned)
    argument = node.arguments.get(planned.name)
    if argument is not None:
        return argument.value
    children = node.children(planned.name)
    if not children:
        return missing(node, (planned.name,))
    return children[0] if len(children) == 1 else None


def _left_out(node: Node, planned: Value) -> Node | None:
    if isinstance(node, Value) and not node.is_known:
        return None
    found = at(node, ".".join(planned.path))
    if found.is_missing and found.path and found.holder is not node and isinstance(found.holder, Value):
        # an expression on the way
        return found if found.holder.is_known else None
    return found


def _entry(node: Node, planned: Value) -> Node | None:
    if isinstance(node, Block):
        return _argument(node, planned)
    if node.kind != "map" or "*unknown*" in node.entries:
        return None
    found = node.entries.get(planned.name)
    return found if found is not None else missing(node, (planned.name,))


def _element(node: Node, above: Value, planned: Value) -> Node | None:
    if isinstance(node, Block) or node.kind != "list":
        # a lone element may be written without a list: the actions of a policy
        return node if isinstance(node, Value) and node.is_known and _equal(node, planned) else None
    same = [one for one in node.items if _equal(one, planned)]
    if len(same) == 1:
        return same[0]
    index = next((at for at, one in enumerate(above.items) if one is planned), -1)
    if len(node.items) != len(above.items) or index < 0:
        return None
    one = node.items[index]
    return one if _equal(one, planned) or not one.is_known or one.kind in ("list", "map") else None


# --- whether two Values are the same -------------------------------------------------------


def _equal(written: Value, planned: Value) -> bool:
    """Whether both are known and mean the same; lists as sets, which a plan has in an order of its own."""
    stack = [(written, planned)]
    for _ in range(10_000):
        if not stack:
            return True
        one, other = stack.pop()
        if one.kind == "list" and other.kind == "list":
            if len(one.items) != len(other.items):
                return False
            if all(item.text is not None for item in (*one.items, *other.items)):
                if sorted(_text(item) for item in one.items) != sorted(_text(item) for item in other.items):
                    return False
                continue
            stack.extend(zip(one.items, other.items, strict=True))
        elif one.kind == "map" and other.kind == "map":
            names = {name for name, entry in one.entries.items() if not entry.is_missing}
            if not names <= other.entries.keys():
                return False
            stack.extend((one.entries[name], other.entries[name]) for name in names)
        elif one.text is None or other.text is None or not _alike(one, other):
            return False
    return False


def _text(value: Value) -> str:
    return (value.text or "").strip().lower()


def _alike(one: Value, other: Value) -> bool:
    # providers change the case of what they store, and trim it
    return _text(one) == _text(other) or (one.number is not None and one.number == other.number)


def _contradicts(written: Node, planned: Node) -> bool:
    """Whether a literal of the source certainly is not what the plan has."""
    if isinstance(written, Block) or isinstance(planned, Block):
        return False
    is_literal = written.is_known and written.origin is None and not written.references
    if not is_literal or planned.is_unknown:
        return False
    if planned.is_missing:
        return bool(written.data) or written.kind in ("bool", "number")
    if (written.text or "").lstrip().startswith(("{", "[")) or written.kind in ("list", "map"):
        return False  # documents are stored in a form of their own, and lists may have been added to
    return not _equal(written, planned)


__all__ = ["Trace", "Traced"]
