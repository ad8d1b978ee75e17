"""Values that are defined by themselves."""

import re
from collections.abc import Iterator

from iaclint.model.block import Argument, Document
from iaclint.model.project import Project
from iaclint.rules import HIGH, Finding, rule

_LOCAL = re.compile(rb"\blocal\.([^\W\d][\w-]*)")

terraform_cycle = rule(
    "terraform-cycle",
    severity=HIGH,
    cwe=1047,
    title="Local value depends on itself",
    why="Terraform refuses the whole module, and what follows from the value cannot be checked.",
    references=("https://developer.hashicorp.com/terraform/language/block/locals",),
    remedy="break the circle: give one of the locals a value that does not come from the others",
)


@terraform_cycle.check(documents=True)
def cycles(document: Document, project: Project) -> Iterator[Finding]:
    """Locals of a file that lead back to themselves, also through other files of the module."""
    own = [argument for block in document.blocks if block.kind == "locals" for argument in block.arguments.values()]
    if not own or document.language != "terraform":
        return
    circular = project.memo(("circular locals", document.module_instance), lambda: _circular(document, project))
    for argument in own:
        if id(argument) in circular:
            others = " -> ".join(f"local.{name}" for name in circular[id(argument)])
            yield Finding(argument, f"`local.{argument.name}` depends on itself: {others}")


def _locals(documents: list[Document]) -> dict[str, dict[str, Argument]]:
    """What each module instance declares as locals."""
    found: dict[str, dict[str, Argument]] = {}
    for one in documents:
        for block in one.blocks if one.language == "terraform" else ():
            if block.kind == "locals":
                found.setdefault(one.module_instance, {}).update(block.arguments)
    return found


def _circular(document: Document, project: Project) -> dict[int, list[str]]:
    """The arguments of all locals that depend on themselves, each with a way round."""
    if not document.module_instance:
        # a root's are its own: nothing that it calls is opened for them
        arguments = _locals(project.documents).get("", {})
    else:
        found_in = project.memo("locals of modules", lambda: _locals(project.all_documents))
        arguments = found_in.get(document.module_instance, {})
    graph = {name: _mentioned(argument) & arguments.keys() for name, argument in arguments.items()}
    _peel(graph)
    # the name may stand in plain text: what is evaluated knows better, and is asked only about the few that are left
    for name in graph:
        graph[name] &= {reference.removeprefix("local.") for reference in arguments[name].value.references}
    _peel(graph)
    found: dict[int, list[str]] = {}
    for name in graph:
        way = _way_round(name, graph)
        if way:
            found[id(arguments[name])] = way
    return found


def _peel(graph: dict[str, set[str]]) -> None:
    """Take away what leads to nothing, again and again: only what leads into a circle is left."""
    users: dict[str, list[str]] = {}
    for name, targets in graph.items():
        for target in targets:
            users.setdefault(target, []).append(name)
    ends = [name for name, targets in graph.items() if not targets]
    while ends:
        name = ends.pop()
        del graph[name]
        for user in users.get(name, ()):
            graph[user].discard(name)
            if not graph[user]:
                ends.append(user)


def _way_round(start: str, graph: dict[str, set[str]]) -> list[str]:
    before: dict[str, str] = {}
    queue = [start]
    for name in queue:
        for target in sorted(graph[name]):
            if target == start:
                way = [start, name] if name != start else [start]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return [start, *reversed(way[1:-1]), start] if len(way) > 1 else [start, start]
            if target not in before:
                before[target] = name
                queue.append(target)
    return []


def _mentioned(argument: Argument) -> set[str]:
    data, (start, end) = argument.block.document.source.data, argument.span
    return {match[1].decode("utf-8", "replace") for match in _LOCAL.finditer(data, start, end)}
