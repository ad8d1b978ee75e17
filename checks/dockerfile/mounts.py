"""What a RUN is given for its time alone: caches, secrets, and rights the others do not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.shell import commands
from iaclint.aspects.stages import mounts
from iaclint.checks.dockerfile._image import ships
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Remove, Set
from iaclint.model.project import Project
from iaclint.rules import HIGH, INFO, MEDIUM, UNSAFE, Finding, rule

RUN = "https://docs.docker.com/reference/dockerfile/#run"

shared_package_cache = rule(
    "shared-package-cache",
    severity=INFO,
    cwe=362,
    title="apt's cache is shared by builds that run at once",
    why="apt needs it for itself: two builds at a time disturb each other, and one fails or installs what the other left half done.",
    default=False,
    references=(RUN + "---mounttypecache",),
    tags=("hygiene",),
)

mounted_secret_kept = rule(
    "mounted-secret-kept",
    severity=HIGH,
    cwe=538,
    title="A mounted secret is written into the image",
    why="The mount is there so that the secret leaves no trace; a copy of it stays in the layer for everybody who can pull the image.",
    references=("https://docs.docker.com/build/building/secrets/", RUN + "---mounttypesecret"),
    remedy="read it where it is mounted; `target=` mounts it where a program looks for it, `env=` gives it as a variable",
    tags=("container", "secret"),
)

privileged_build_step = rule(
    "privileged-build-step",
    severity=MEDIUM,
    cwe=250,
    title="A build step runs with the host's rights or in its network",
    why="What it installs and runs reaches the machine that builds: services on its loopback, or all its devices and files.",
    references=(RUN + "---security", RUN + "---network"),
    fix_safety="A step that really needs it fails.",
    tags=("container", "supply-chain"),
)

_APT_FOLDERS = ("/var/cache/apt", "/var/lib/apt", "/var/lib/apt/lists", "/var/cache/apt/archives")


@shared_package_cache.check(dockerfile="RUN")
def shared_cache(block: Block, project: Project) -> Iterator[Finding]:
    """A cache mount for apt without sharing=locked (or private), which is not the default."""
    for value, options in mounts(block):
        target = options.get("target") or options.get("dst") or options.get("destination") or ""
        if options.get("type") != "cache" or target.rstrip("/") not in _APT_FOLDERS:
            continue
        sharing = options.get("sharing", "shared")
        if sharing == "shared":
            text = value.text or ""
            wanted = text.replace("sharing=shared", "sharing=locked") if "sharing=" in text else f"{text},sharing=locked"
            intents = (Intent("lock it", (Set(value, wanted),)),) if value.origin is None else ()
            yield Finding(value, f"the cache at {target} is not locked", intents)


@mounted_secret_kept.check(dockerfile="RUN")
def secret_kept(block: Block, project: Project) -> Iterator[Finding]:
    """cp, mv, install or `cat ... >` of what a secret mount gives, where the copy is not taken away again."""
    places = [place for _, options in mounts(block) if (place := _secret_at(options))]
    if not places or not ships(block):
        return
    found = commands(block)
    for command in found:
        copy = _copy_of(command, places)
        if copy and not any(_takes_away(one, copy) for one in found) and not copy.startswith(("/dev/", "/run/", "/tmp/")):
            yield Finding(command, f"the secret is written to {copy}, which stays in the image")


def _secret_at(options: dict[str, str]) -> str:
    if options.get("type") != "secret":
        return ""
    target = options.get("target") or options.get("dst") or options.get("destination")
    if target:
        return target
    return f"/run/secrets/{options['id']}" if options.get("id") else ""


def _copy_of(command: ShellCommand, places: list[str]) -> str:
    """Where a command writes a copy of one of the places; "" where it does not, or that is not known."""
    operands = command.operands("-m", "-o", "-g", "-t", "--mode", "--owner", "--group")
    if command.name in ("cp", "mv", "install", "ln") and len(operands) == 2 and operands[0].text in places:
        # a link to the mount leads nowhere once it is gone
        return "" if command.name == "ln" else operands[1].known
    if command.name in ("cat", "base64") and any(word.text in places for word in command.words):
        writes = [one for one in command.redirects if re.fullmatch(r"1?>[>|]?", one.operator)]
        if writes and writes[-1].target is not None and len(command.pipeline) < 2:
            return writes[-1].target.known
    return ""


def _takes_away(command: ShellCommand, path: str) -> bool:
    return command.name in ("rm", "shred", "unlink") and any(
        path == word.known or path.startswith(word.known.rstrip("/*") + "/") for word in command.operands() if word.known.strip("/*")
    )


@privileged_build_step.check(dockerfile="RUN")
def with_rights_of_host(block: Block, project: Project) -> Iterator[Finding]:
    """`--security=insecure` and `--network=host`."""
    for name, wrong in (("--security", "insecure"), ("--network", "host")):
        flag = block.get(name)
        if flag.is_(wrong):
            note = "a step that really needs it fails"
            intents = (Intent(f"remove {name}={wrong}", (Remove(flag),), UNSAFE, None, note),)
            yield Finding(flag, f"RUN {name}={wrong}", intents)
