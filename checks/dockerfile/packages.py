"""Package managers in RUN: whether they ask, what they leave behind, and how old what they install is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.checks.dockerfile._image import (
    following,
    is_mounted,
    later,
    mentions,
    run_commands,
    ships,
    stage_of,
    subcommand,
)
from iaclint.model.aspects import ShellCommand, Word
from iaclint.model.block import Block
from iaclint.model.intent import AddCommand, AddWord, Intent, Remove, RemoveCommand, ReplaceWord, Step
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, MEDIUM, UNSAFE, Finding, in_dockerfile, rule

PRACTICES = "https://docs.docker.com/build/building/best-practices/#apt-get"
APT = ("apt-get", "apt")
YUM = ("yum", "dnf", "microdnf", "tdnf")

interactive_install = rule(
    "interactive-install",
    severity=LOW,
    cwe=710,
    title="A package manager waits for an answer",
    why="Nobody is there to answer during a build: it stops, or goes on with the answer no.",
    references=(PRACTICES,),
    aliases=(
        in_dockerfile("DL3014", "AVD-DS-0021", "KICS:77783205-c4ca-4f80-bb80-c777f267c547", manager="apt-get"),
        in_dockerfile("DL3030", "AC_DOCKER_0004", "KICS:6e19193a-8753-436d-8a09-76dcff91bb03", manager="yum"),
        in_dockerfile("DL3038", "KICS:7ebd323c-31b7-4e5b-b26f-de5e9e477af8", manager=("dnf", "microdnf")),
        in_dockerfile("DL3034", manager="zypper"),
        in_dockerfile("KICS:45e1fca5-f90e-465d-825f-c2cb63fa3944", manager="zypper", final=True),
    ),
    tags=("container", "availability"),
)

recommended_packages = rule(
    "recommended-packages",
    severity=INFO,
    cwe=1104,
    title="apt installs packages that are merely recommended",
    why="Each package nobody asked for is more to keep up to date and more for an intruder to use.",
    default=False,
    references=(PRACTICES,),
    aliases=(in_dockerfile("DL3015", "AVD-DS-0029", "AC_DOCKER_0014", "KICS:7384dfb2-fcd1-4fbf-91cd-6c44c318c33c"),),
    tags=("hygiene",),
)

apt_in_script = rule(
    "apt-in-script",
    severity=INFO,
    cwe=758,
    title="apt is used in a script",
    why="apt is made for people: its options and its output change between versions, those of apt-get do not.",
    default=False,
    references=("https://manpages.debian.org/apt.8",),
    aliases=(in_dockerfile("DL3027", "CKV_DOCKER_9", "AC_DOCKER_0002", "KICS:b84a0b47-2e99-4c9f-8933-98bcabe2b94d"),),
    tags=("hygiene",),
)

package_update_alone = rule(
    "package-update-alone",
    severity=MEDIUM,
    cwe=1104,
    title="The package index is updated in an instruction of its own",
    why="Its layer is cached: when the installation behind it changes, it still uses the old index, and installs old "
    "packages with known faults, or fails.",
    references=(PRACTICES,),
    aliases=(
        in_dockerfile("CKV_DOCKER_5", "AVD-DS-0017", "AC_DOCKER_0049", "KICS:9bae49be-0aa3-4de5-bab2-4c3a069e40cd"),
    ),
    tags=("supply-chain", "container"),
)

distribution_upgrade = rule(
    "distribution-upgrade",
    severity=INFO,
    cwe=1357,
    title="All packages of the base image are upgraded",
    why="What is in the image then depends on the day it was built. A newer base image brings the same updates.",
    default=False,
    references=("https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often",),
    aliases=(
        in_dockerfile("AVD-DS-0024", "AC_DOCKER_0052", manager=APT),
        in_dockerfile("AC_DOCKER_0039", manager="apk"),
        in_dockerfile("AC_DOCKER_0029", manager="yum"),
        in_dockerfile("AC_DOCKER_0003", manager="dnf"),
        in_dockerfile("DL3035", manager="zypper"),
    ),
    tags=("hygiene",),
)


# --- asking -------------------------------------------------------------------------

_ASKS = {
    **dict.fromkeys(APT, frozenset({"install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "remove", "purge"})),
    **dict.fromkeys(YUM, frozenset({"install", "update", "upgrade", "groupinstall", "localinstall", "reinstall", "remove"})),
    "zypper": frozenset({"install", "in", "update", "up", "dup", "dist-upgrade", "remove", "rm", "patch"}),
}
_YES = {
    **dict.fromkeys(APT, ("-y", "--yes", "--assume-yes", "-qq", "--force-yes", "--trivial-only", "-s", "--dry-run", "-d")),
    **dict.fromkeys(YUM, ("-y", "--assumeyes", "--assumeno", "--downloadonly")),
    "zypper": ("-n", "--non-interactive", "-y", "--no-confirm", "--dry-run", "-D"),
}
_VALUES = {
    **dict.fromkeys(APT, ("-t", "--target-release", "-o", "--option", "-c", "--config-file")),
    **dict.fromkeys(YUM, ("--enablerepo", "--disablerepo", "-c", "--installroot", "--releasever", "--setopt", "-x", "-d", "-e")),
    "zypper": ("-r", "--repo", "-R", "--root", "-c", "--config", "--plus-repo", "-p"),
}
_SETTINGS = {
    **dict.fromkeys(APT, ("Assume-Yes", "Assume-yes", "assume-yes")),
    **dict.fromkeys(YUM, ("assumeyes",)),
    "zypper": ("ZYPP_NON_INTERACTIVE", "non_interactive"),
}


@interactive_install.check(dockerfile="RUN")
def asks(block: Block, project: Project) -> Iterator[Finding]:
    """No option, no setting and no `yes |` that answers."""
    for command in run_commands(block):
        name = command.name
        if name not in _ASKS or _answers(command) or subcommand(command, *_VALUES[name]) not in _ASKS[name]:
            continue
        if any(mentions(block, setting) for setting in _SETTINGS[name]) or _only_mends(command):
            continue
        word, flag = next(one for one in command.words if one.text in _ASKS[name]), "-y"
        if name == "zypper":
            word, flag = command.name_word, "--non-interactive"
        intents = (Intent(f"add {flag}", (AddWord(command, flag, word),)),)
        facets = {"manager": name, "final": ships(block)}
        yield Finding(command, f"{name} {subcommand(command, *_VALUES[name])} asks before it goes on", intents, facets)


def _only_mends(command: ShellCommand) -> bool:
    """`apt-get -f install` without a package: most often there is nothing to mend, and nothing is asked."""
    if command.name not in APT or command.flag("-f", "--fix-broken") is None:
        return False
    return len(command.operands(*_VALUES[command.name])) == 1


def _answers(command: ShellCommand) -> bool:
    words = [word for word in command.words if not _is_quiet(word)]
    if any(word.text is None and (not word.parts or word.parts[0] is None) for word in words):
        # a variable that stands alone may hold the option
        return True
    if command.flag(*_YES[command.name]) is not None or any(redirect.operator.startswith("<") for redirect in command.redirects):
        return True
    quiet = [word for word in command.words if _is_quiet(word)]
    if len(quiet) > 1 or any(word.known in ("-q=2", "--quiet=2") or word.known.count("q") > 1 for word in quiet):
        return command.name in APT
    return command.pipeline[:1] != [command] and bool(command.pipeline)


def _is_quiet(word: Word) -> bool:
    return bool(re.fullmatch(r"-q+|-q=\d|--quiet(=\d)?", word.known))


# --- apt ----------------------------------------------------------------------------


@recommended_packages.check(dockerfile="RUN")
def with_recommended(block: Block, project: Project) -> Iterator[Finding]:
    """apt-get install without the option, nor a setting that says the same."""
    for command in run_commands(block):
        if command.name not in APT or subcommand(command, *_VALUES[command.name]) != "install":
            continue
        if command.flag("--no-install-recommends", "--install-recommends") is not None or _has_variable_option(command):
            continue
        if mentions(block, "Install-Recommends"):
            continue
        word = next(one for one in command.words if one.text == "install")
        note = "what works only with a recommended package breaks"
        step = AddWord(command, "--no-install-recommends", word)
        intents = (Intent("add --no-install-recommends", (step,), UNSAFE, None, note),)
        yield Finding(command, "recommended packages are installed too", intents)


def _has_variable_option(command: ShellCommand) -> bool:
    operands = command.words[: next((at for at, word in enumerate(command.words) if word.text == "install"), 0) + 2]
    return any(word.text is None and (not word.parts or word.parts[0] is None) for word in operands)


_SAME = frozenset({"install", "update", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean", "build-dep"})
_OF_CACHE = frozenset({"search", "show", "policy", "depends", "rdepends"})


@apt_in_script.check(dockerfile="RUN")
def apt_command(block: Block, project: Project) -> Iterator[Finding]:
    """apt, whose subcommands apt-get (and apt-cache) mostly share."""
    for command in run_commands(block):
        if command.name != "apt" or not command.words:
            continue
        verb = subcommand(command, *_VALUES["apt"])
        steps: tuple[Step, ...] = ()
        if verb in _SAME or verb in _OF_CACHE:
            steps = (ReplaceWord(command.name_word, "apt-get" if verb in _SAME else "apt-cache"),)
        elif verb == "full-upgrade":
            word = next(one for one in command.words if one.text == verb)
            steps = (ReplaceWord(command.name_word, "apt-get"), ReplaceWord(word, "dist-upgrade"))
        intents = (Intent("use apt-get", steps),) if steps and command.name_word.text == "apt" else ()
        yield Finding((block, command.name_word), "apt is made for people, not for scripts", intents)


# --- updates --------------------------------------------------------------------------

_UPDATES = {
    **dict.fromkeys(APT, frozenset({"update"})), "apk": frozenset({"update"}),
    **dict.fromkeys(YUM, frozenset({"update", "check-update", "makecache", "upgrade"})),
    "zypper": frozenset({"refresh", "ref"}), "pacman": frozenset({"-Sy", "-Syu", "-Syy", "-Syyu", "-Su"}),
}
_INSTALLS = {
    **dict.fromkeys(APT, frozenset({"install", "build-dep"})), "apk": frozenset({"add"}),
    **dict.fromkeys(YUM, frozenset({"install", "groupinstall"})), "zypper": frozenset({"install", "in"}),
    "pacman": frozenset({"-S"}),
}
_FAMILY = {"apt": "apt-get"}


def _verb(command: ShellCommand) -> str:
    if command.name == "pacman":
        return (command.words[0].text or "") if command.words else ""
    return subcommand(command, *_VALUES.get(command.name, ()))


def _family(command: ShellCommand) -> str:
    return _FAMILY.get(command.name, command.name)


def _does(block: Block, family: str, verbs: dict[str, frozenset[str]]) -> list[ShellCommand]:
    return [one for one in run_commands(block) if _family(one) == family and _verb(one) in verbs.get(one.name, ())]


def _refreshes(command: ShellCommand) -> bool:
    """Whether an installation fetches the index itself."""
    return command.name == "apk" and command.flag("-U", "--update", "--update-cache", "--no-cache") is not None


@package_update_alone.check(dockerfile="RUN")
def update_alone(block: Block, project: Project) -> Iterator[Finding]:
    """An update whose index another instruction of the stage installs from."""
    for command in run_commands(block):
        family = _family(command)
        if command.name not in _UPDATES or _verb(command) not in _UPDATES[command.name]:
            continue
        if any(one.name == "install" or _does_install(one, family) for one in following(command)):
            continue
        if is_mounted(block, "/var/lib/apt/lists", "/var/cache/apk", "/var/cache/dnf", "/var/cache/yum"):
            continue
        user = _first_dependent(block, family)
        if user is not None:
            also = ((user, "installed from that index"),)
            yield Finding(
                command, "the index of a cached layer is installed from", _merge(block, command, user, family), also=also
            )
            return


def _does_install(command: ShellCommand, family: str) -> bool:
    return _family(command) == family and _verb(command) in _INSTALLS.get(command.name, ())


def _first_dependent(block: Block, family: str) -> ShellCommand | None:
    """The first installation behind it that has no update of its own."""
    for run in later(block, "RUN"):
        if _does(run, family, _UPDATES):
            return None
        for one in _does(run, family, _INSTALLS):
            if not _refreshes(one):
                return one
    return None


def _merge(block: Block, update: ShellCommand, user: ShellCommand, family: str) -> tuple[Intent, ...]:
    """Move the update before the installation, when nothing else needs it where it is."""
    if run_commands(block) != [update] or family in YUM or block.get("form").text != "shell":
        return ()
    if user.block.get("form").text != "shell" or user.context or update.wrappers != user.wrappers:
        return ()
    stage = stage_of(block)
    others = [run for run in later(block, "RUN") if run is not user.block and _does(run, family, _INSTALLS)]
    is_base = any(one.kind == "stage" and one.get("image").text == (stage.name if stage else "") for one in block.document.blocks)
    if others or is_base or stage is None or block.parent is not stage.block:
        return ()
    text = block.get("command").text or ""
    if "\n" in text or "\\" in text or "#" in text:
        return ()
    steps: tuple[Step, ...] = (Remove(block), AddCommand(user, text.strip(), before=True))
    return (Intent("update and install in one instruction", steps),)


_UPGRADES = {
    **dict.fromkeys(APT, frozenset({"upgrade", "dist-upgrade", "full-upgrade"})), "apk": frozenset({"upgrade"}),
    **dict.fromkeys(YUM, frozenset({"update", "upgrade", "distro-sync"})),
    "zypper": frozenset({"update", "up", "dup", "dist-upgrade"}),
}


@distribution_upgrade.check(dockerfile="RUN")
def upgrades_all(block: Block, project: Project) -> Iterator[Finding]:
    """An upgrade without naming packages."""
    for command in run_commands(block):
        operands = command.operands(*_VALUES.get(command.name, ()))
        if command.name not in _UPGRADES or _verb(command) not in _UPGRADES[command.name] or len(operands) > 1:
            continue
        intents: tuple[Intent, ...] = ()
        if not command.context:
            note = "faults that the base image still has are no longer repaired"
            intents = (Intent("leave updates to the base image", (RemoveCommand(command),), UNSAFE, None, note),)
        yield Finding(command, f"{command.name} upgrades all packages", intents, {"manager": command.name})
