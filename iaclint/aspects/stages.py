"""The stages of a Dockerfile: which builds on which, which copies from which, and who runs the last one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from iaclint.model.block import Block, Document
from iaclint.model.value import Value


@dataclass(slots=True, eq=False)
class Stage:
    """One FROM with what follows.

    name         its alias, or its index
    index        from 0
    base         the earlier stage its FROM names, or None where it is an image
    image        the Value of the image
    is_final     whether it is what a build without `--target` makes
    is_target    whether it is that, or what a Compose or Bake file has built
    is_reachable whether a target is it, builds on it or takes files from it; where a name that is
                 not known is built on or copied from, every earlier stage may be meant
    sources      the stages its COPY, ADD and mounts take files from
    may_use_any  whether an unknown name in it may mean any earlier stage
    """

    block: Block
    name: str
    index: int
    image: Value
    base: Stage | None = None
    is_final: bool = False
    is_target: bool = False
    is_reachable: bool = False
    sources: list[Stage] = field(default_factory=list)
    may_use_any: bool = False
    _by_type: dict[str, list[Block]] = field(default_factory=dict, repr=False)

    def instructions(self, *types: str) -> Iterator[Block]:
        """Its instructions in order, FROM first; of these keywords if any are given."""
        if len(types) == 1:
            yield from self.all_of(types[0])
            return
        for block in self.block.blocks:
            if not types or block.type in types:
                yield block

    def all_of(self, type: str) -> list[Block]:
        """Its instructions of one keyword in order; not to be changed."""
        if not self._by_type:
            for block in self.block.blocks:
                self._by_type.setdefault(block.type, []).append(block)
        return self._by_type.get(type, [])

    def lineage(self) -> Iterator[Stage]:
        """The stage itself, the stage it builds on, and so on."""
        stage: Stage | None = self
        while stage is not None:
            yield stage
            stage = stage.base


def stages(document: Document) -> list[Stage]:
    """The stages in file order; none for other languages."""
    if document.project is not None:
        return document.project.memo(("stages", id(document)), lambda: _read(document))
    return _read(document)


def final_stage(document: Document) -> Stage | None:
    """The stage a build without `--target` makes."""
    found = stages(document)
    return found[-1] if found else None


def target_stages(document: Document) -> list[Stage]:
    """The stages that are built for themselves: the last one, and what Compose and Bake files name."""
    return [stage for stage in stages(document) if stage.is_target]


def effective_user(stage: Stage) -> Value | None:
    """The last USER of the stage, or of those it builds on; None where none is set."""
    for one in stage.lineage():
        users = [block for block in one.instructions("USER") if "user" in block.arguments]
        if users:
            return users[-1].get("user")
    return None


def mounts(instruction: Block) -> Iterator[tuple[Value, dict[str, str]]]:
    """Each `--mount` of a RUN whose text is known, with its options: {"type": "cache", "target": "/x"}."""
    for value in instruction.get("--mount").items:
        if value.text is not None:
            pairs = (option.partition("=") for option in value.text.split(","))
            yield value, {name.strip().lower(): text for name, _, text in pairs}


def _read(document: Document) -> list[Stage]:
    if document.language != "dockerfile":
        return []
    found: list[Stage] = []
    names: dict[str, Stage] = {}
    for block in document.blocks:
        if block.kind != "stage":
            continue
        image = block.get("image")
        stage = Stage(block, block.name, len(found), image, names.get((image.text or "").lower()))
        stage.may_use_any = image.is_unknown
        _add_sources(stage, names, found)
        found.append(stage)
        if "as" in block.blocks[0].arguments:
            names[stage.name.lower()] = stage
    if found:
        found[-1].is_final = True
        _mark_targets(found, names, document)
        _mark_reachable(found)
    return found


def _mark_targets(found: list[Stage], names: dict[str, Stage], document: Document) -> None:
    # the last stage stays one: nobody says that the builds written down are all there are
    found[-1].is_target = True
    for build in document.project.builds if document.project is not None else ():
        target = (build.target or "").lower()
        if target in names:
            names[target].is_target = True
        elif target.isascii() and target.isdigit() and len(target) < 9 and int(target) < len(found):
            found[int(target)].is_target = True


def _add_sources(stage: Stage, names: dict[str, Stage], earlier: list[Stage]) -> None:
    for block in stage.block.walk():
        values = [block.get("--from")] if block.type in ("COPY", "ADD") else block.get("--mount").items
        for value in values:
            if value.is_unknown:
                stage.may_use_any = True
                continue
            name = (value.text or "").lower()
            if value.name == "--mount":
                name = next((part[5:] for part in name.split(",") if part.startswith("from=")), "")
            if name in names:
                stage.sources.append(names[name])
            elif name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(earlier):
                stage.sources.append(earlier[int(name)])


def _mark_reachable(found: list[Stage]) -> None:
    # every edge goes to an earlier stage, so one walk backwards sees them all
    for stage in found:
        stage.is_reachable = stage.is_target
    reaches_all = False
    for stage in reversed(found):
        stage.is_reachable = stage.is_reachable or reaches_all
        if stage.is_reachable:
            reaches_all = reaches_all or stage.may_use_any
            for source in (*stage.sources, *([stage.base] if stage.base is not None else [])):
                source.is_reachable = True


__all__ = ["Stage", "effective_user", "final_stage", "mounts", "stages", "target_stages"]
