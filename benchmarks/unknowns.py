"""What keeps the values of Terraform arguments from being known, counted over trees of files.

    python benchmarks/unknowns.py FOLDER...          the commonest causes
    python benchmarks/unknowns.py --where TEXT ...   the places of the causes that hold a text
    python benchmarks/unknowns.py --top N ...        so many of them (40)

Looked at are the arguments of resources, data sources and providers, in every instance of every module. Each unknown
one is led back to where it starts: a variable nobody sets, an attribute the provider computes, a function.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from iaclint.engine.checking import read_file
from iaclint.engine.discovery import discover
from iaclint.engine.modules import Store, link
from iaclint.engine.projects import group, read_group
from iaclint.evaluate.terraform_documents import expression_of
from iaclint.evaluate.terraform_expressions import Scope, compute, scope_of, step_key
from iaclint.evaluate.terraform_for import bind, bound, elements, unknown_round
from iaclint.evaluate.terraform_instances import is_repeated
from iaclint.evaluate.terraform_module import Module
from iaclint.evaluate.terraform_values import fails
from iaclint.model.block import Argument, Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.hcl.literals import plain_key, unwrapped
from iaclint.policy.config import Config

MAX_SIZE = 2_000_000
MAX_DEPTH = 60
_KINDS = frozenset({"resource", "data", "provider", "ephemeral"})
_META = frozenset({"depends_on", "provider", "providers"})
_FOR = frozenset({"for_expr"})
Causes = frozenset[str]


def holds_unknown(value: Value) -> bool:
    """Whether a Value, or anything in it, is not known."""
    stack = [value]
    while stack:
        one = stack.pop()
        if one.is_unknown:
            return True
        stack += one.items or one.entries.values()
    return False


class Trace:
    """Leads unknown Values of one Project back to what they start from."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Causes] = {}
        self._depth = 0

    def of_argument(self, argument: Argument) -> Causes:
        """Why an argument is not known; nothing where it is."""
        block = argument.block
        node: Any = argument.expression
        if not hasattr(node, "start_byte"):
            return frozenset({"(expression in JSON)"})
        return self.of_node(node, scope_of(block.document.module, block))

    def of_node(self, node: Any, scope: Scope) -> Causes:
        """Why an expression is not known."""
        bindings = tuple((name, id(value)) for name, value in scope.bindings.items())
        key = (scope.module.instance, scope.document.path, node.start_byte + scope.base, node.end_byte, bindings)
        if key in self._known:
            return self._known[key]
        if self._depth > MAX_DEPTH:
            return frozenset({"(too deep to trace)"})
        self._known[key] = frozenset()
        self._depth += 1
        try:
            scope.module.state.steps = [1_000_000]
            value = compute(node, scope)
            # what fails is passed over by `try`
            is_cause = holds_unknown(value) and not fails(value)
            found = self._of_node(unwrapped(node), scope) if is_cause else frozenset()
        finally:
            self._depth -= 1
        self._known[key] = found
        return found

    def _of_node(self, node: Any, scope: Scope) -> Causes:
        kind = node.type
        if kind in _FOR or (node.children and node.children[0].type in ("for_tuple_expr", "for_object_expr")):
            return self._of_for(node, scope)
        if kind == "function_call":
            name = next((scope.text(one) for one in node.children if one.type == "identifier"), "?")
            return self._below(node, scope) or frozenset({f"function {name}"})
        children = [one for one in node.children if one.type != "comment"]
        if children and children[0].type == "variable_expr":
            return self._of_name(children, scope)
        if kind == "variable_expr":
            return self._of_name([node], scope)
        return self._below(node, scope) or frozenset({f"({kind})"})

    def _below(self, node: Any, scope: Scope) -> Causes:
        found: set[str] = set()
        stack = list(node.children)
        while stack:
            one = stack.pop()
            if one.type == "object_elem":
                key, expression = one.child_by_field_name("key"), one.child_by_field_name("val")
                stack += [expression] if expression is not None else []
                stack += [key] if key is not None and plain_key(key, scope.data) is None else []
            elif one.type == "expression":
                found |= self.of_node(one, scope)
            elif one.is_named and any(child.type == "variable_expr" for child in one.children):
                children = [child for child in one.children if child.type != "comment"]
                first = next(index for index, child in enumerate(children) if child.type == "variable_expr")
                last = next((at for at in range(first + 1, len(children)) if not _is_step(children[at])), len(children))
                found |= self._of_name(children[first:last], scope)
                stack += children[:first] + children[last:]
            elif one.is_named:
                stack += one.children
        return frozenset(found)

    def _of_for(self, node: Any, scope: Scope) -> Causes:
        inner = node.children[0] if node.children[0].type in ("for_tuple_expr", "for_object_expr") else node
        intro = next((one for one in inner.children if one.type == "for_intro"), None)
        if intro is None:
            return frozenset({"(for)"})
        names, collection = bind(intro, scope)
        pairs = elements(collection, scope)
        if pairs is None:
            return self._below(intro, scope) or frozenset({"(for over what cannot be walked)"})
        found: set[str] = set()
        for key, item in pairs[:20]:
            one = bound(names, key, item, scope)
            for child in inner.children:
                if child.type == "expression":
                    found |= self.of_node(child, one)
                elif child.type == "for_cond":
                    found |= self._below(child, one)
        if not pairs:
            found |= self._below(inner, unknown_round(names, collection, scope))
        return frozenset(found) or frozenset({"(for)"})

    # --- names --------------------------------------------------------------------

    def _of_name(self, nodes: list[Any], scope: Scope) -> Causes:
        name, steps, module = scope.text(nodes[0]), nodes[1:], scope.module
        names = _names_of(steps, scope)
        first = names[0] if names else ""
        if name in scope.bindings:
            return self._of_value(scope.bindings[name], scope, names)
        if name == "var":
            return self._of_variable(first, module, names[1:], scope)
        if name == "local":
            local = module.local(first)
            return self._of_value(local, scope, names[1:]) if local is not None else frozenset({"local that is none"})
        if name in ("each", "count"):
            return frozenset({f"{name} of symbolic instance"})
        if name in ("path", "terraform", "self"):
            return frozenset({f"{name}.{first}"})
        if name == "module":
            return self._of_module(first, names[1:], scope)
        if name == "data":
            return self._of_resource("data", first, names[1:], steps[1:], scope)
        return self._of_resource("resource", name, names, steps, scope)

    def _of_variable(self, name: str, module: Module, rest: list[str], scope: Scope) -> Causes:
        value = module.variable(name)
        if value is None:
            if module.resource("variable", "variable", name) is None:
                return frozenset({"variable that is not declared"})
            return frozenset({"variable without default" if module.parent is None else "variable its call leaves out"})
        return self._of_value(value, scope, rest)

    def _of_module(self, name: str, rest: list[str], scope: Scope) -> Causes:
        call, called = scope.module.call_of(name), scope.module.called(name)
        if call is None:
            return frozenset({"module that is not called"})
        if called is None:
            return frozenset({f"module from {_kind_of_source(call.get('source').text)}"})
        if not called:
            return frozenset({"module that has no instance"})
        found: set[str] = set()
        output = next((one for one in rest if one and not one.startswith("[")), "")
        for module in called[:5]:
            value = module.output(output)
            found |= self._of_value(value, scope, []) if value is not None else {"module as a whole"}
        return frozenset(found) or frozenset({"module of unknown instance"})

    def _of_resource(self, kind: str, type: str, names: list[str], steps: list[Any], scope: Scope) -> Causes:
        name = names[0] if names else ""
        block = scope.module.resource(kind, type, name)
        if block is None:
            return frozenset({f"{kind} {type} that is not declared"})
        attribute = next((one for one in names[1:] if one and not one.startswith("[")), "")
        if not attribute:
            return frozenset({f"{kind} {type} as a whole"})
        if attribute not in block.arguments:
            noun = "data source" if kind == "data" else "computed attribute of"
            return frozenset({f"{noun} {type}"})
        instances = block.document.instances(block)
        if is_repeated(block) and any(one.is_symbolic for one in instances):
            return frozenset({f"instance of symbolic {kind}"})
        if not instances:
            return frozenset({f"{kind} that has no instance"})
        found: set[str] = set()
        for one in instances[:5]:
            found |= self.of_argument(one.arguments[attribute])
        return frozenset(found) or frozenset({f"argument of {kind} left to the provider"})

    def _of_value(self, value: Value, scope: Scope, rest: list[str]) -> Causes:
        """Why a Value that a name leads to, or what lies below it by that path, is not known."""
        for name in rest:
            below = value.entries.get(name.strip('[]"')) if value.kind == "map" else None
            if below is None:
                break
            value = below
        if not holds_unknown(value):
            return frozenset()
        sources = [value]
        while sources[-1].origin is not None:
            sources.append(sources[-1].origin)
        while sources[-1].holder is not None and isinstance(sources[-1].holder, Value) and len(sources) < 50:
            # what an unknown collection holds is written where the collection is
            holder = sources[-1].holder
            if holder.kind != "unknown" and sources[-1].span != holder.span:
                break
            sources.append(holder)
        for one in reversed(sources):
            module = one.document.module
            found = expression_of(one, module) if module is not None else None
            if found is not None and holds_unknown(one):
                causes = self.of_node(_outermost_for(found[0]), found[1])
                if causes:
                    return causes
        argument = _argument_of(sources[-1])
        if argument is not None and argument.expression is not None:
            return self.of_argument(argument)
        return frozenset({"(value without expression)"})


def _argument_of(value: Value) -> Argument | None:
    node: Any = value
    while isinstance(node.holder, Value):
        node = node.holder
    return node.holder.arguments.get(node.name) if isinstance(node.holder, Block) else None


def _outermost_for(node: Any) -> Any:
    # within it names are bound that mean nothing outside
    found, below, above = node, node, node.parent
    while above is not None and above.type not in ("attribute", "block"):
        if above.type in ("for_tuple_expr", "for_object_expr") and below.type != "for_intro":
            found = above
        below, above = above, above.parent
    return found.parent.parent if found is not node else node


def _is_step(node: Any) -> bool:
    return node.type in ("get_attr", "index", "splat")


def _names_of(steps: list[Any], scope: Scope) -> list[str]:
    found: list[str] = []
    for step in steps:
        if step.type == "splat":
            found += ["[*]", *_names_of([one for one in step.children[0].children if _is_step(one)], scope)]
        else:
            found.append(_name_of(step, scope))
    return found


def _name_of(step: Any, scope: Scope) -> str:
    if step.type == "get_attr":
        return scope.text(step)[1:].strip()
    key = step_key(step, scope) if step.type == "index" else None
    return f"[{key.text}]" if key is not None and key.text is not None else "[*]"


def _kind_of_source(source: str | None) -> str:
    if source is None:
        return "an unknown source"
    if source.startswith((".", "/")):
        return "a folder that is not at hand"
    if "::" in source or source.startswith(("github.com", "git@", "bitbucket.org", "http")):
        return "git or another address"
    return "a registry: " + re.sub(r"//.*", "", source)


# --- running --------------------------------------------------------------------------


def projects(folder: str) -> Iterator[tuple[Project, list[Document]]]:
    """The Terraform Projects of a tree, as a run checks them, with the Documents that are walked."""
    os.chdir(folder)
    store, reached = Store(), set[str]()
    first, after = link(group(discover(["."], Config())[0], MAX_SIZE), read_file, {})
    for index, one in enumerate((*first, *after)):
        if one.language != "terraform":
            continue
        if index >= len(first) and os.path.dirname(one.members[0].absolute) in reached:
            continue
        reading = read_group(one, read_file, {}, MAX_SIZE, store)
        reached |= reading.reached
        yield reading.project, [*reading.reported, *reading.called]


def arguments(documents: list[Document]) -> Iterator[Argument]:
    """All arguments of all instances of what is looked at."""
    for document in documents:
        for written in document.blocks:
            if written.kind in _KINDS:
                for instance in document.instances(written):
                    for block in instance.walk():
                        if block.type != "lifecycle":
                            yield from (one for name, one in block.arguments.items() if name not in _META)


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--top", type=int, default=40)
    parser.add_argument("--where", default="")
    options = parser.parse_args()
    sys.setrecursionlimit(10_000)
    causes: Counter[str] = Counter()
    total = unknown = 0
    for folder in [os.path.abspath(one) for one in options.folders]:
        for project, documents in projects(folder):
            trace = Trace()
            for argument in arguments(documents):
                total += 1
                if not holds_unknown(argument.value):
                    continue
                unknown += 1
                found = trace.of_argument(argument) or frozenset({"(not traced)"})
                causes.update(found)
                if options.where and any(re.search(options.where, one) for one in found):
                    document = argument.block.document
                    line = document.source.position(argument.span.start).line
                    text = " ".join(document.source.slice(argument.span).split())[:150]
                    print(f"{folder}/{document.path}:{line} [{project.root}] {text}  <- {', '.join(sorted(found))}")
    print(f"{total} arguments, {unknown} of them not known or not known in every part")
    for cause, count in causes.most_common(options.top):
        print(f"{count:7}  {cause}")


if __name__ == "__main__":
    main()
