"""What of a Dockerfile reaches the image it makes, and what a RUN says; shared by the rules beside this."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

from iaclint.aspects.shell import commands
from iaclint.aspects.stages import Stage, final_stage, mounts, stages
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block

_SETTERS = ("RUN", "ENV", "ARG", "COPY")


def stage_of(block: Block) -> Stage | None:
    """The stage an instruction stands in."""
    own = block.up("stage")
    return next((stage for stage in stages(block.document) if stage.block is own), None)


def ships(block: Block) -> bool:
    """Whether what the instruction writes is in the final image: its stage is the last one, or one that builds on."""
    stage, final = block.up("stage"), final_stage(block.document)
    return final is not None and any(one.block is stage for one in final.lineage())


def earlier(block: Block, *types: str) -> Iterator[Block]:
    """The instructions that hold at this one: those before it in its stage, and those of the stages it builds on."""
    stage = stage_of(block)
    while stage is not None:
        for one in stage.instructions(*types):
            if one.span.start >= block.span.start:
                break
            yield one
        stage = stage.base


def later(block: Block, type: str) -> Iterator[Block]:
    """The instructions of this keyword that follow in the same stage."""
    stage = stage_of(block)
    if stage is not None:
        found = stage.all_of(type)
        yield from found[bisect_right(found, block.span.start, key=lambda one: one.span.start) :]


def happens_before(block: Block, name: str, is_it: Callable[[Block], bool]) -> bool:
    """Whether some RUN before this instruction, in its stage or one it builds on, is of a kind; `name` is the kind's.

    Each RUN is asked once, however many instructions follow it.
    """
    stage = stage_of(block)
    while stage is not None:
        if _first(stage, name, ("RUN",), is_it) < block.span.start:
            return True
        stage = stage.base
    return False


def _first(stage: Stage, name: str, types: tuple[str, ...], is_it: Callable[[Block], bool]) -> int:
    """Where the first instruction of a kind begins; behind everything where there is none."""

    def look() -> int:
        nowhere = len(stage.block.document.source.data) + 1
        return next((one.span.start for one in stage.instructions(*types) if is_it(one)), nowhere)

    project = stage.block.document.project
    return look() if project is None else project.memo(("first", name, id(stage.block)), look)


def is_mounted(run: Block, *folders: str) -> bool:
    """Whether a cache or tmpfs is mounted at one of the folders (or around it), so that nothing stays in the image."""
    for value in run.get("--mount").items:
        if value.text is None:
            return True
    for _, options in mounts(run):
        target = (options.get("target") or options.get("dst") or options.get("destination") or "").rstrip("/")
        if options.get("type") not in ("cache", "tmpfs") or not target:
            continue
        if any(folder == target or folder.startswith(target + "/") for folder in folders):
            return True
    return False


def run_commands(block: Block) -> list[ShellCommand]:
    """The commands of a RUN; none for other instructions."""
    return commands(block) if block.type == "RUN" else []


def following(command: ShellCommand) -> Iterator[ShellCommand]:
    """The commands of the same instruction that come later."""
    found = False
    for one in commands(command.block):
        if found:
            yield one
        found = found or one is command


def subcommand(command: ShellCommand, *value_options: str) -> str:
    """The first word that is no option: `install` of `apt-get -q install curl`."""
    operands = command.operands(*value_options)
    return (operands[0].text or "") if operands else ""


def removes(command: ShellCommand, *folders: str) -> bool:
    """Whether `rm -r` (or find -delete) takes one of these folders, what is in it, or a folder around it away."""
    if command.name == "rm":
        places = command.operands()
    elif command.name == "find" and any(word.text in ("-delete", "rm") for word in command.words):
        places = command.words[:1]
    else:
        return False
    for word in places:
        place = word.known.rstrip("/*").replace("/{", "/").rstrip("/")
        for folder in folders:
            if place and (place == folder or folder.startswith(place + "/") or place.startswith(folder + "/")):
                return True
    return False


def mentions(block: Block, text: str) -> bool:
    """Whether a RUN, ENV or the like at or before this instruction writes the text: a setting made in a file."""
    source = block.document.source
    # nearly always the file says nothing of it
    if text.encode() not in source.data:
        return False
    if text in source.slice(block.span):
        return True
    stage = stage_of(block)
    while stage is not None:
        first = _first(stage, f"mentions {text}", _SETTERS, lambda one: text in source.slice(one.span))
        if first < block.span.start:
            return True
        stage = stage.base
    return False
