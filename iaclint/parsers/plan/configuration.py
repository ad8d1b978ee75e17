"""The `configuration` of a plan: what was written for each resource, and what an expression refers to.

Blocks made by `dynamic`, and those that a provider takes as attributes (`ingress { }` of a security group), do not
stand in it; nor do locals. An expression is `{"constant_value": ...}`, or `{"references": [...]}`, or, where it calls
functions without a reference, `{}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from iaclint.model.value import Reference
from iaclint.parsers.plan.addresses import Step, joined, steps_of

MAX_CALLS = 24
"""How many module borders a reference is followed across."""
MAX_REFERENCES = 100
MAX_INSTANCES = 100

Key = tuple[str, str, str, str]
"""Module path, mode ("managed" or "data"), type and name."""

_EXTRA_COMPANIONS = {
    "aws_vpc_security_group_ingress_rule": "aws_security_group",
    "aws_vpc_security_group_egress_rule": "aws_security_group",
    "aws_route": "aws_route_table",
    "azurerm_network_security_rule": "azurerm_network_security_group",
    "azurerm_subnet": "azurerm_virtual_network",
    "azurerm_route": "azurerm_route_table",
}
_WITHOUT_ADDRESS = ("each.", "count.", "path.", "self.", "terraform.")
_STRINGS_OF_COMPANIONS = frozenset({"acl", "policy"})


class Configuration:
    """What the modules of a plan's configuration say.

    is_known   whether the plan has a configuration at all
    modules    module path -> what stands there
    instances  module path -> the instances of it that the plan has resources for
    """

    def __init__(self, data: Any, fix: Any) -> None:
        self.modules: dict[str, dict[str, Any]] = {}
        self.instances: dict[str, list[str]] = {}
        self._resources: dict[Key, dict[str, Any]] = {}
        self._resolved: dict[tuple[str, str], tuple[Reference, ...]] = {}
        self._fix = fix
        root = _object(data).get("root_module")
        self.is_known = isinstance(root, dict)
        stack = [("", _object(root))]
        while stack:
            path, module = stack.pop()
            self.modules[path] = module
            for one in _objects(module.get("resources")):
                key = (path, str(one.get("mode")), str(one.get("type")), self._fix(str(one.get("name"))))
                self._resources[key] = one
            for name, call in _object(module.get("module_calls")).items():
                if isinstance(call, dict) and len(self.modules) + len(stack) < 50_000:
                    own = f"module.{name}"
                    stack.append((f"{path}.{own}" if path else own, _object(call.get("module"))))
        self._companions = frozenset(self._find_companions())

    def expressions(self, key: Key) -> dict[str, Any] | None:
        """What was written for each argument of a resource; None where that is not known."""
        resource = self._resources.get(key)
        return None if resource is None else _object(resource.get("expressions"))

    def sources(self) -> Iterator[tuple[str, str, str]]:
        """Every module call: the calling module's path, the call's name and what `source` says."""
        for path, module in self.modules.items():
            for name, call in _object(module.get("module_calls")).items():
                if isinstance(call, dict) and isinstance(call.get("source"), str):
                    yield path, name, call["source"]

    # --- resources that write into others ------------------------------------------

    def _find_companions(self) -> Iterator[tuple[str, str, str]]:
        for (path, mode, type, _), resource in self._resources.items():
            if mode != "managed":
                continue
            for reference in _mentioned(resource.get("expressions")):
                steps = steps_of(reference)
                if len(steps) < 2 or steps[0].name in ("module", "data", "var", "local", "each"):
                    continue
                other = steps[0].name
                if type.startswith(other + "_") or _EXTRA_COMPANIONS.get(type) == other:
                    yield path, other, steps[1].name

    def has_companion(self, key: Key) -> bool:
        """Whether another resource of the module is there to fill in blocks of this one.

        The provider then shows them in both: the rules of an `aws_security_group_rule` in the group too.
        """
        path, mode, type, name = key
        return mode == "managed" and (path, type, name) in self._companions

    # --- what an expression refers to ------------------------------------------------

    def references(self, expression: Any, module: str) -> tuple[Reference, ...]:
        """The references of an expression written in a module instance, also across the borders of modules."""
        names = _object(expression).get("references")
        if not isinstance(names, list):
            return ()
        found: dict[Reference, None] = {}
        for name in names[:MAX_REFERENCES]:
            if isinstance(name, str):
                found.update(dict.fromkeys(self._resolve(self._fix(name), module)))
        return tuple(found)[:MAX_REFERENCES]

    def _resolve(self, name: str, module: str) -> tuple[Reference, ...]:
        key = (name, module)
        if key not in self._resolved:
            found: dict[Reference, None] = {}
            seen = {key}
            pending = [(name, module)]
            for _ in range(MAX_CALLS):
                following: list[tuple[str, str]] = []
                for one, where in pending:
                    if not one.startswith(_WITHOUT_ADDRESS):
                        found[_reference(one, where)] = None
                    following += [further for further in self._beyond(one, where) if further not in seen]
                    seen.update(following)
                pending = following[:MAX_REFERENCES]
                if not pending:
                    break
            self._resolved[key] = tuple(found)[:MAX_REFERENCES]
        return self._resolved[key]

    def _beyond(self, name: str, module: str) -> Iterator[tuple[str, str]]:
        """Where a reference to a variable or a module's output leads: names, each with the module it is seen from."""
        steps = steps_of(name)
        if len(steps) < 2:
            return
        if steps[0].name == "var" and module:
            above = steps_of(module)
            caller = joined(above[:-2])
            calls = _object(self.modules.get(joined(above[:-2], keys=False), {}).get("module_calls"))
            written = _object(_object(calls.get(above[-1].name)).get("expressions")).get(steps[1].name)
            yield from ((one, caller) for one in _names(written))
        elif steps[0].name == "module" and len(steps) >= 3:
            path = steps_of(module)
            called = [*path, Step("module", ""), Step(steps[1].name, "")]
            outputs = _object(self.modules.get(joined(called, keys=False), {}).get("outputs"))
            written = _object(outputs.get(steps[2].name)).get("expression")
            prefix = f"{module}.module.{steps[1].name}" if module else f"module.{steps[1].name}"
            key = steps[1].key
            for instance in self.instances.get(joined(called, keys=False), [prefix])[:MAX_INSTANCES]:
                if instance == prefix + key or (key in ("", "[*]") and instance.startswith(prefix)):
                    yield from ((one, instance) for one in _names(written))


def _reference(name: str, module: str) -> Reference:
    steps = steps_of(name)
    at = 2 if steps and steps[0].name == "data" else 1
    key = steps[at].key if len(steps) > at else ""
    return Reference.to(joined(steps, keys=False), module, key)


def _names(expression: Any) -> list[str]:
    names = _object(expression).get("references")
    return [name for name in names if isinstance(name, str)][:MAX_REFERENCES] if isinstance(names, list) else []


def _mentioned(expressions: Any) -> Iterator[str]:
    stack = [expressions]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack.extend(one)
        elif isinstance(one, dict):
            names = one.get("references")
            if isinstance(names, list):
                yield from (name for name in names if isinstance(name, str))
            elif "constant_value" not in one:
                stack.extend(one.values())


def _object(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _objects(data: Any) -> Iterable[dict[str, Any]]:
    return (one for one in data if isinstance(one, dict)) if isinstance(data, list) else ()


# --- the expressions of one resource -----------------------------------------------------


def is_expression(written: Any) -> bool:
    """Whether it is an argument's expression rather than blocks."""
    return isinstance(written, dict) and (not written or "constant_value" in written or "references" in written)


def is_constant(written: Any) -> bool:
    """Whether a literal was written."""
    return isinstance(written, dict) and "constant_value" in written


def blocks_written(written: Any) -> list[dict[str, Any]]:
    """What was written in each block of a name; none where nothing is known of it."""
    if isinstance(written, list):
        return [one for one in written if isinstance(one, dict)]
    return [written] if isinstance(written, dict) and not is_expression(written) else []


def block_for(written: list[dict[str, Any]], items: list[Any], index: int, is_ordered: bool) -> dict[str, Any] | None:
    """What was written for one of the blocks that a plan has of a name; None where there is no telling.

    A set has lost the order in which its blocks were written: they are told by their constants.
    """
    if len(written) != len(items):
        return None  # some are made by `dynamic`
    if len(items) == 1 or is_ordered:
        return written[index]
    item = _object(items[index])
    fitting = [one for one in written if _fits(one, item)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(written: dict[str, Any], item: dict[str, Any]) -> bool:
    return all(
        one["constant_value"] == item.get(name) for name, one in written.items() if is_constant(one) and name in item
    )


def is_set_by_any(written: list[dict[str, Any]], name: str) -> bool:
    """Whether one of the blocks sets an argument."""
    return any(name in one for one in written)


def holds_inline_of_companions(name: str, value_type: str, is_block: bool) -> bool:
    """Whether an argument is of the kind that providers fill in from other resources: blocks, lists, policies."""
    return is_block or value_type.startswith(("list", "set")) or name in _STRINGS_OF_COMPANIONS


__all__ = [
    "Configuration", "Key", "block_for", "blocks_written", "holds_inline_of_companions", "is_constant", "is_expression",
    "is_set_by_any",
]  # fmt: skip
