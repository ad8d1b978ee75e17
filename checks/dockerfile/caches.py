"""What package managers leave behind in the image: indices and caches.

Only what reaches the final image counts, and only where no cache is mounted in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.shell import commands
from iaclint.checks.dockerfile._image import (
    following,
    is_mounted,
    later,
    mentions,
    removes,
    run_commands,
    ships,
    subcommand,
)
from iaclint.model.aspects import PackageInstall, ShellCommand
from iaclint.model.block import Block
from iaclint.model.intent import AddCommand, AddWord, Intent, RemoveCommand, ReplaceWord, Step
from iaclint.model.project import Project
from iaclint.rules import INFO, Finding, in_dockerfile, rule

PRACTICES = "https://docs.docker.com/build/building/best-practices/#apt-get"
APT = ("apt-get", "apt")
YUM = ("yum", "dnf", "microdnf", "tdnf")

apt_lists_kept = rule(
    "apt-lists-kept",
    severity=INFO,
    cwe=459,
    title="The package index stays in the image",
    why="It makes the image larger, and lets a later installation use it when it is long out of date.",
    default=False,
    references=(PRACTICES,),
    aliases=(
        in_dockerfile("DL3009"),
        in_dockerfile("KICS:df746b39-6564-4fed-bf85-e9c44382303c", cleaned=False),
    ),
    tags=("hygiene",),
)

apk_cache_kept = rule(
    "apk-cache-kept",
    severity=INFO,
    cwe=459,
    title="The package index stays in the image",
    why="It makes the image larger, and lets a later installation use it when it is long out of date.",
    default=False,
    references=("https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper",),
    aliases=(in_dockerfile("DL3019", "AVD-DS-0025", "KICS:ae9c56a6-3ed1-4ac0-9b54-31267f51151d"),),
    tags=("hygiene",),
)

rpm_cache_kept = rule(
    "rpm-cache-kept",
    severity=INFO,
    cwe=459,
    title="The package manager's cache stays in the image",
    why="It makes the image larger by the index and the packages, which nobody needs any more.",
    default=False,
    references=("https://dnf.readthedocs.io/en/latest/command_ref.html#clean-command",),
    aliases=(
        in_dockerfile("DL3032", "AVD-DS-0015", "AC_DOCKER_0009", "KICS:00481784-25aa-4a55-8633-3136dfcf4f37", manager="yum"),
        in_dockerfile("DL3040", "AVD-DS-0019", "AC_DOCKER_00025", "KICS:295acb63-9246-4b21-b441-7c1f1fb62dc0", manager="dnf"),
        in_dockerfile("DL3040", "AVD-DS-0027", manager="microdnf"),
        in_dockerfile("DL3036", "AVD-DS-0020", "KICS:38300d1a-feb2-4a48-936a-d1ef1cd24313", manager="zypper"),
    ),
    tags=("hygiene",),
)

pip_cache_kept = rule(
    "pip-cache-kept",
    severity=INFO,
    cwe=459,
    title="pip's cache stays in the image",
    why="It holds every package a second time, which nobody needs any more.",
    default=False,
    references=("https://pip.pypa.io/en/stable/topics/caching/",),
    aliases=(in_dockerfile("DL3042", "AC_DOCKER_0031", "KICS:f2f903fb-b977-461e-98d7-b3e2185c6118"),),
    tags=("hygiene",),
)

yarn_cache_kept = rule(
    "yarn-cache-kept",
    severity=INFO,
    cwe=459,
    title="Yarn's cache stays in the image",
    why="It holds every package a second time, which nobody needs any more.",
    default=False,
    references=("https://classic.yarnpkg.com/en/docs/cli/cache/",),
    aliases=(in_dockerfile("DL3060"),),
    tags=("hygiene",),
)

_APT_VALUES = ("-t", "--target-release", "-o", "--option", "-c", "--config-file")
_INSTALLING = frozenset(("install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep"))


@apt_lists_kept.check(dockerfile="RUN")
def lists_stay(block: Block, project: Project) -> Iterator[Finding]:
    """An update in the final image, for an installation there or in a later instruction, that leaves its index.

    What a later instruction removes is in the update's layer all the same.
    """
    found = run_commands(block)
    updates = [one for one in found if one.name in APT and subcommand(one, *_APT_VALUES) == "update"]
    installs = _installs(block)
    if not updates or updates[-1].context == "substitution" or not ships(block) or is_mounted(block, "/var/lib/apt/lists"):
        return
    if any(removes(one, "/var/lib/apt/lists") or _is_distclean(one) for one in found):
        return
    if not installs and not any(_installs(run) for run in later(block, "RUN")):
        return
    intents: tuple[Intent, ...] = ()
    if installs and not installs[-1].context:
        step = AddCommand(installs[-1], "rm -rf /var/lib/apt/lists/*")
        intents = (Intent("remove the index", (step,)),)
    cleaned = any(one.name in APT and subcommand(one) in ("clean", "autoclean") for one in found)
    yield Finding(updates[-1], "the index it fetches stays in the image", intents, {"cleaned": cleaned})


def _installs(run: Block) -> list[ShellCommand]:
    return [one for one in run_commands(run) if one.name in APT and subcommand(one, *_APT_VALUES) in _INSTALLING]


def _is_distclean(command: ShellCommand) -> bool:
    return command.name in APT and subcommand(command) in ("distclean", "dist-clean")

@apk_cache_kept.check(dockerfile="RUN")
def apk_index(block: Block, project: Project) -> Iterator[Finding]:
    """apk add that leaves its index in the final image."""
    found = run_commands(block)
    adds = [one for one in found if one.name == "apk" and subcommand(one, "-t", "--virtual", "-X", "--repository") == "add"]
    if not adds or not ships(block) or is_mounted(block, "/var/cache/apk", "/etc/apk/cache"):
        return
    if any(removes(one, "/var/cache/apk") for one in found):
        return
    updates = [one for one in found if one.name == "apk" and subcommand(one) == "update"]
    for command in adds:
        if command.flag("--no-cache", "--no-network") is not None or _may_hold_options(command):
            continue
        steps: list[Step] = [_no_cache(command)]
        if command is adds[-1] and all(not one.context for one in updates) and len(found) > len(updates):
            # what the option fetches anew, an update need not fetch
            steps += [RemoveCommand(one) for one in updates]
        yield Finding(command, "the index it fetches stays in the image", (Intent("add --no-cache", tuple(steps)),))


def _no_cache(command: ShellCommand) -> Step:
    for word in command.words:
        if word.text in ("-U", "--update", "--update-cache"):
            return ReplaceWord(word, "--no-cache")
    return AddWord(command, "--no-cache", next(word for word in command.words if word.text == "add"))


def _may_hold_options(command: ShellCommand) -> bool:
    first = next((word for word in command.words if word.text is None), None)
    return first is not None and first is command.words[0]


_RPM_CLEAN = {**{name: f"{name} clean all" for name in YUM}, "zypper": "zypper clean --all"}
_RPM_VALUES = ("--enablerepo", "--disablerepo", "-c", "--installroot", "--releasever", "--setopt", "-x", "-r", "--repo", "-R")
_FILLING = frozenset((
    "install", "in", "update", "up", "upgrade", "dup", "groupinstall", "reinstall", "localinstall", "makecache",
    "check-update", "refresh", "ref", "dist-upgrade", "patch",
))
_RPM_FOLDERS = ("/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/zypp", "/var/cache/tdnf")


@rpm_cache_kept.check(dockerfile="RUN")
def rpm_cache(block: Block, project: Project) -> Iterator[Finding]:
    """An installation in the final image without a clean behind it."""
    found = run_commands(block)
    users = [one for one in found if one.name in _RPM_CLEAN and subcommand(one, *_RPM_VALUES) in _FILLING]
    if not users or not ships(block) or is_mounted(block, *_RPM_FOLDERS):
        return
    command = users[-1]
    for one in found:
        if (one.name in _RPM_CLEAN and subcommand(one, *_RPM_VALUES) in ("clean", "cc")) or removes(one, *_RPM_FOLDERS):
            return
    intents: tuple[Intent, ...] = ()
    if not command.context:
        sudo = "sudo " if command.wrappers[:1] == ("sudo",) else ""
        intents = (Intent("clean the cache", (AddCommand(command, sudo + _RPM_CLEAN[command.name]),)),)
    yield Finding(command, f"the cache of {command.name} stays in the image", intents, {"manager": command.name})


@pip_cache_kept.check(aspect=PackageInstall, language="dockerfile")
def pip_cache(install: PackageInstall, project: Project) -> Iterator[Finding]:
    """pip install in the final image, where neither option, environment nor removal keeps the cache out."""
    command, block = install.command, install.block
    if install.manager != "pip" or command is None or block.type != "RUN" or not ships(block):
        return
    if command.name == "uv" or command.flag("--no-cache-dir", "--cache-dir") is not None:
        return
    if "PIP_NO_CACHE_DIR" in command.assignments or mentions(block, "PIP_NO_CACHE_DIR") or mentions(block, "no-cache-dir ="):
        return
    if any(value.text is None for value in block.get("--mount").items) or _caches_pip(block):
        return
    if any(_removes_cache(one) for one in following(command)):
        return
    word = next((one for one in command.words if one.text == "install"), None)
    if word is None:
        return
    yield Finding(
        command, "what pip downloads stays in the image",
        (Intent("add --no-cache-dir", (AddWord(command, "--no-cache-dir", word),)),),
    )


def _caches_pip(block: Block) -> bool:
    # a cache for pip may be mounted into any home
    return any("type=cache" in (value.text or "") or "type=tmpfs" in (value.text or "") for value in block.get("--mount").items)


def _removes_cache(command: ShellCommand) -> bool:
    if command.name == "rm":
        return any(word.known.rstrip("/*").endswith((".cache", ".cache/pip")) for word in command.operands())
    return "cache" in [word.text for word in command.words] and "purge" in [word.text for word in command.words]


@yarn_cache_kept.check(aspect=PackageInstall, language="dockerfile")
def yarn_cache(install: PackageInstall, project: Project) -> Iterator[Finding]:
    """yarn in the final image, whose cache no later command of the instruction cleans."""
    command, block = install.command, install.block
    if install.manager != "yarn" or command is None or block.type != "RUN" or not ships(block) or _caches_pip(block):
        return
    later = [one for one in commands(block) if one.name == "yarn" and {"cache", "clean"} <= {word.text for word in one.words}]
    if later or command.flag("--cache-folder") is not None or mentions(block, "YARN_CACHE_FOLDER"):
        return
    if any(_removes_cache(one) or removes(one, "/usr/local/share/.cache") for one in following(command)):
        return
    intents: tuple[Intent, ...] = ()
    if not command.context:
        intents = (Intent("clean the cache", (AddCommand(command, "yarn cache clean"),)),)
    yield Finding(command, "what yarn downloads stays in the image", intents)
