"""The type that several types have in common, as a conditional or a list of mixed elements needs it."""

from __future__ import annotations

from collections.abc import Sequence

from iaclint.evaluate.terraform_type_constraints import ANY, PRIMITIVE, Attribute, Type

DOUBT = Type("doubt")
"""A type that is not known."""


def has_doubt(type: Type) -> bool:
    """Whether a part of the type is not known."""
    return type.kind == "doubt" or any(map(has_doubt, _parts(type)))


def holds_any(type: Type) -> bool:
    """Whether a part of the type is open."""
    return type.kind == "any" or any(map(holds_any, _parts(type)))


def _parts(type: Type) -> list[Type]:
    element = [type.element] if type.element is not None else []
    return [*element, *type.elements, *(attribute.type for attribute in type.attributes)]


def convertible(source: Type, target: Type) -> bool:
    """Whether there is a conversion at all; one from a string may still fail, one in doubt may not be there."""
    kind, other = target.kind, source.kind
    if {"any", "doubt"} & {kind, other}:
        return True
    if kind in PRIMITIVE or other in PRIMITIVE:
        return source == target or (kind in PRIMITIVE and other in PRIMITIVE and "string" in (kind, other))
    if kind == "tuple":
        return other == "tuple" and len(source.elements) == len(target.elements) and all(
            map(_fits, source.elements, target.elements)
        )  # fmt: skip
    element = target.element or ANY
    if kind in ("list", "set"):
        if other in ("list", "set"):
            return _fits(source.element or ANY, element)
        return other == "tuple" and _all_fit(source.elements, element)
    attributes = {one.name: one.type for one in source.attributes}
    if kind == "map":
        if other == "map":
            return _fits(source.element or ANY, element)
        return other == "object" and _all_fit(list(attributes.values()), element)
    if other == "map":
        return all(_fits(source.element or ANY, one.type) for one in target.attributes)
    return other == "object" and all(
        one.name in attributes and _fits(attributes[one.name], one.type) for one in target.attributes
    )  # fmt: skip


def _fits(source: Type, target: Type) -> bool:
    return source == target or convertible(source, target)


def _all_fit(sources: Sequence[Type], element: Type) -> bool:
    if not sources:
        return True
    if element.kind == "any":
        found = unify(sources)
        if found is None or (found.kind == "any" and any(one.kind != "any" for one in sources)):
            return False
        element = found
    return all(_fits(one, element) for one in sources)


def unify(types: Sequence[Type]) -> Type | None:
    """The type that Values of all these types can be converted to; None where there is none."""
    kinds = [one.kind for one in types]
    if any(map(has_doubt, types)):
        # a string stays one, whatever else there is
        return Type("string") if "string" in kinds and set(kinds) <= {"string", "any", "doubt"} else DOUBT
    if not types:
        return None
    present = set(kinds)
    settled = present - {"any"}
    has_any = "any" in present
    for kind in ("map", "list", "set"):
        if settled == {kind}:
            return ANY if has_any else _unified_collections(kind, types)
    if settled == {"map", "object"}:
        found = _in_place(types, "object", _unified_to_map)
        if found is not None and found.kind == "map":
            return found
    elif settled == {"list", "tuple"}:
        found = _in_place(types, "tuple", _unified_to_list)
        if found is not None and found.kind == "list":
            return found
    elif settled == {"object"}:
        return ANY if has_any else _unified_objects(types)
    elif settled == {"tuple"}:
        return ANY if has_any else _unified_tuples(types)
    elif {"object", "tuple"} <= present:
        return None
    for index in _preferred(types):
        if all(_fits(one, types[index]) for one in types):
            return types[index]
    return None


def _unified_collections(kind: str, types: Sequence[Type]) -> Type | None:
    element = unify([one.element or ANY for one in types])
    return None if element is None else Type(kind, element)


def _in_place(types: Sequence[Type], kind: str, together) -> Type | None:  # type: ignore[no-untyped-def]
    """The common type after those of one kind are taken together as one collection."""
    found = together([one for one in types if one.kind == kind])
    return None if found is None else unify([found if one.kind == kind else one for one in types])


def _unified_to_map(types: Sequence[Type]) -> Type | None:
    element = unify([attribute.type for one in types for attribute in one.attributes])
    found = None if element is None else Type("map", element)
    return found if found is not None and all(_fits(one, found) for one in types) else None


def _unified_to_list(types: Sequence[Type]) -> Type | None:
    element = unify([inner for one in types for inner in one.elements])
    found = None if element is None else Type("list", element)
    return found if found is not None and all(_fits(one, found) for one in types) else None


def _unified_objects(types: Sequence[Type]) -> Type | None:
    names = [attribute.name for attribute in types[0].attributes]
    if any([attribute.name for attribute in one.attributes] != names for one in types):
        return _unified_to_map(types)
    attributes: list[Attribute] = []
    for index, name in enumerate(names):
        found = unify([one.attributes[index].type for one in types])
        if found is None:
            return None
        attributes.append(Attribute(name, found))
    result = Type("object", attributes=tuple(attributes))
    return result if all(_fits(one, result) for one in types) else _unified_to_map(types)


def _unified_tuples(types: Sequence[Type]) -> Type | None:
    if any(len(one.elements) != len(types[0].elements) for one in types):
        return _unified_to_list(types)
    elements: list[Type] = []
    for across in zip(*(one.elements for one in types), strict=True):
        found = unify(across)
        if found is None:
            return None
        elements.append(found)
    result = Type("tuple", elements=tuple(elements))
    return result if all(_fits(one, result) for one in types) else _unified_to_list(types)


# --- which type is to be preferred --------------------------------------------------


def _preferred(types: Sequence[Type]) -> list[int]:
    """The indices of the types, the more general first, otherwise as they come."""
    count = len(types)
    after: list[list[int]] = [[] for _ in types]
    before = [0] * count
    for first in range(count):
        for second in range(first + 1, count):
            order = _compare(types[first], types[second])
            if order < 0:
                after[first].append(second)
                before[second] += 1
            elif order > 0:
                after[second].append(first)
                before[first] += 1
    queue = [index for index in range(count) if not before[index]]
    for index in queue:
        for one in after[index]:
            before[one] -= 1
            if not before[one]:
                queue.append(one)
    return queue


_GENERALITY = {"list": 0, "tuple": 1, "set": 2, "map": 0, "object": 1}
_SEQUENCES, _MAPPINGS = frozenset({"list", "tuple", "set"}), frozenset({"map", "object"})


def _compare(one: Type, other: Type) -> int:
    """Less than 0 where the first is the more general type, 0 where there is no telling."""
    first, second = one.kind, other.kind
    if first == "any" or second == "any":
        return (first == "any") - (second == "any")
    if first == second == "object":
        return _compare_parts(
            [attribute.type for attribute in one.attributes], [attribute.type for attribute in other.attributes]
        ) if [a.name for a in one.attributes] == [a.name for a in other.attributes] else 0  # fmt: skip
    if first == second == "tuple":
        return _compare_parts(one.elements, other.elements) if len(one.elements) == len(other.elements) else 0
    if first in PRIMITIVE and second in PRIMITIVE:
        return (second == "string") - (first == "string")
    if first == second:
        return _compare(one.element or ANY, other.element or ANY)
    if {first, second} <= _SEQUENCES or {first, second} <= _MAPPINGS:
        return -1 if _GENERALITY[first] < _GENERALITY[second] else 1
    return 0


def _compare_parts(first: Sequence[Type], second: Sequence[Type]) -> int:
    signs = {_compare(one, other) for one, other in zip(first, second, strict=True)}
    lower, higher = any(sign < 0 for sign in signs), any(sign > 0 for sign in signs)
    return 0 if lower == higher else -1 if lower else 1


__all__ = ["DOUBT", "convertible", "has_doubt", "holds_any", "unify"]
