"""ARG and ENV of Dockerfiles, with Docker's scopes, as a build without `--build-arg` sees them.

- an ARG before the first FROM counts in FROM lines, and in a stage that declares it again;
- an ENV wins over an ARG of the same name, and goes on into stages built from this one;
- an ARG without default is unknown: somebody is expected to pass it;
- a name a stage does not declare is unknown: the base image may set it;
- what Compose and Bake files give an ARG is its value, where they all give the same.
"""

from __future__ import annotations

import re

from iaclint.model.block import Block, Document
from iaclint.model.builds import Build, given_argument
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.dockerfile.expansion import Binding, Lookup
from iaclint.parsers.dockerfile.instructions import Instruction
from iaclint.parsers.dockerfile.values import Written, evaluate_alone, value_of

_SCRIPTS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_EXPANDED = re.compile(rb"\$\{?([A-Za-z_]\w*)")
_PLATFORM = frozenset({
    "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
    "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT",
})  # fmt: skip
"""What BuildKit sets for FROM lines by itself."""


def prepare(project: Project) -> None:
    """Evaluate every argument that depends on variables, in the Project's Dockerfiles."""
    for document in project.documents:
        if document.language == "dockerfile":
            _evaluate(document, project.builds)


class _Scope:
    """The variables at a place of a stage."""

    def __init__(
        self, environment: dict[str, Value], preset: dict[str, Value], builds: tuple[Build, ...] = ()
    ) -> None:
        self.builds = builds
        self.environment = environment
        self._owns = False
        self.arguments: dict[str, Value] = {}
        self.preset = preset
        """The ARGs before the first FROM: what a declaration without default takes."""

    def set(self, entries: dict[str, Value]) -> None:
        """Set variables; the mapping that was inherited belongs to another stage too."""
        if not self._owns:
            self._owns, self.environment = True, dict(self.environment)
        self.environment.update(entries)

    def lookup(self, name: str) -> Binding:
        if name in self.environment:
            return Binding(f"ENV {name}", self.environment[name])
        if name in self.arguments:
            return Binding(f"ARG {name}", self.arguments[name])
        return Binding(f"ENV {name}")

    def lookup_preset(self, name: str) -> Binding:
        return Binding(f"ARG {name}", self.preset.get(name))


def _evaluate(document: Document, builds: tuple[Build, ...] = ()) -> None:
    preset: dict[str, Value] = {}

    def lookup_preset(name: str) -> Binding:
        if name in preset:
            return Binding(f"ARG {name}", preset[name])
        return Binding(f"ARG {name}", None, is_unset=name not in _PLATFORM)

    at_end: dict[str, dict[str, Value]] = {}
    for block in document.blocks:
        if block.kind != "stage":
            if block.type == "ARG":
                _force(document, block, lookup_preset)
                preset.update(_values(block, builds))
            continue
        _force(document, block, lookup_preset)
        base = (block.get("image").text or "").lower()
        scope = _Scope(at_end.get(base, {}), preset, builds)
        for instruction in block.blocks:
            _evaluate_instruction(document, instruction, scope, lookup_preset)
        at_end[block.name.lower()] = scope.environment
    document.evaluate = evaluate_alone


def _evaluate_instruction(document: Document, block: Block, scope: _Scope, lookup_preset: Lookup) -> None:
    if block.type == "FROM":
        _force(document, block, lookup_preset)
    elif block.type == "ARG":
        _force(document, block, scope.lookup, scope.lookup_preset)
        scope.arguments.update(_values(block, scope.builds))
    else:
        _force(document, block, scope.lookup)
        if block.type == "ENV":
            scope.set(block.get("pairs").entries)
        elif block.type in _SCRIPTS and isinstance(block.node, Instruction):
            block.node.variables = _mentioned(document, block, scope)


def _mentioned(document: Document, block: Block, scope: _Scope) -> dict[str, str]:
    """What is known of the variables that a script names: of ENV and ARG in a build, of ENV alone at run time."""
    data = document.source.data[block.span.start : block.span.end]
    if b"$" not in data:
        return {}
    found: dict[str, str] = {}
    for name in {match[1].decode() for match in _EXPANDED.finditer(data)}:
        value = scope.environment.get(name)
        if value is None and block.type == "RUN" and name not in scope.environment:
            value = scope.arguments.get(name)
        if value is not None and value.text is not None:
            found[name] = value.text
    return found


def _values(block: Block, builds: tuple[Build, ...]) -> dict[str, Value]:
    """What an ARG declares: its defaults, or what every build gives; where builds differ nobody knows."""
    defaults = block.get("pairs").entries
    if not builds:
        return defaults
    found: dict[str, Value] = {}
    for name, default in defaults.items():
        is_given, text = given_argument(builds, name, default.text)
        if is_given and text != default.text:
            kind = "unknown" if text is None else "string"
            value = Value(kind, text, block.document, default.span, name=name, holder=block)
            found[name] = value
        else:
            found[name] = default
    return found


def _force(document: Document, block: Block, lookup: Lookup, lookup_unset: Lookup | None = None) -> None:
    """Compute the Values that depend on variables now; all others are computed when asked for."""
    for argument in block.arguments.values():
        written = argument.expression
        if not isinstance(written, Written) or not written.has_variables:
            continue
        scoped = _declaring(written, lookup, lookup_unset) if lookup_unset else lookup
        document.evaluate = lambda one, use=scoped: value_of(one.expression, document, one.block, use)  # type: ignore[misc]
        _ = argument.value


def _declaring(written: Written, lookup: Lookup, lookup_unset: Lookup) -> Lookup:
    """For an ARG: the names it declares without default take what stands before the first FROM."""
    declared = {item.name for item in written.items if item.kind == "unset"}
    return lambda name: lookup_unset(name) if name in declared else lookup(name)


__all__ = ["prepare"]
