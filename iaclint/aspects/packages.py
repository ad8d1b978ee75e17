"""Packages that are installed: by package managers in shell texts, and by Ansible's package modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from iaclint.aspects.package_versions import (
    GAP,
    Named,
    apk_package,
    apt_package,
    cargo_package,
    composer_package,
    conda_package,
    gem_package,
    go_package,
    is_local,
    module_package,
    npm_package,
    pip_package,
    plain_package,
    rpm_package,
    written,
)
from iaclint.aspects.shell import TYPES as _SHELL_TYPES
from iaclint.aspects.shell import commands, start_texts, windows_commands
from iaclint.model.aspects import Package, PackageInstall, ShellCommand, Word
from iaclint.model.block import Block
from iaclint.model.value import Value
from iaclint.source import Span

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_PIP = re.compile(r"pip[\d.]*")


class Manager(NamedTuple):
    """How a package manager's command line is read.

    installs      subcommands that install; `whole` those that install what a file lists
    values        options whose value is the next word
    split         a package word as name and version
    files         options that name a file of packages
    constraints   options that name a file of versions
    versions      options that give the version of all packages
    alone         whether no package at all means the project's own list
    prefixes      words that may come before the subcommand: `yarn global add`
    """

    installs: frozenset[str]
    values: frozenset[str]
    split: Callable[[str], Named]
    whole: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    constraints: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    alone: bool = False
    prefixes: frozenset[str] = frozenset()


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_APT = Manager(
    _set("install"),
    _set("-t --target-release --default-release -o --option -c --config-file -a --host-architecture"),
    apt_package,
)
_DNF = Manager(
    _set("install localinstall reinstall"),
    _set(
        "--enablerepo --disablerepo -c --config -x --exclude --installroot --releasever --setopt --repo --repoid -d -e "
        "-R --enableplugin --disableplugin --forcearch --repofrompath --comment --advisory --downloaddir --destdir"
    ),
    rpm_package, prefixes=_set("module"),
)
_PIP_MANAGER = Manager(
    _set("install"),
    _set(
        "-r --requirement -c --constraint -e --editable -t --target -i --index-url --extra-index-url -f --find-links "
        "--trusted-host --proxy --timeout --retries --root --prefix --src --upgrade-strategy --platform "
        "--python-version --implementation --abi --global-option --install-option --no-binary --only-binary "
        "--progress-bar --cache-dir --log --cert --client-cert --exists-action --report --config-settings -C "
        "--root-user-action --python --default-timeout --use-feature --use-deprecated -b --build -d --download"
    ),
    pip_package, files=_set("-r --requirement"), constraints=_set("-c --constraint"),
)
_NPM = Manager(
    _set("install i in add isntall"),
    _set("--prefix --registry --cache -C --workspace -w --loglevel --tag --userconfig --omit --include --only --dir"),
    npm_package, whole=_set("ci clean-install install-clean"), alone=True,
)
_YARN = _NPM._replace(installs=_set("add"), whole=_set("install"), values=_NPM.values | _set("--cwd --modules-folder"))
_YARN = _YARN._replace(prefixes=_set("global"))
_CONDA = Manager(
    _set("install create"), _set("-c --channel -n --name -p --prefix --file -f --solver --repodata-fn --env-spec"),
    conda_package, files=_set("--file -f"), prefixes=_set("env"),
)

MANAGERS = {
    "apt-get": _APT,
    "apt": _APT,
    "aptitude": _APT._replace(values=_APT.values | _set("-w -F -s -d")),
    "apk": Manager(
        _set("add"),
        _set(
            "-t --virtual -X --repository -p --root --keys-dir --repositories-file --wait --arch --cache-dir "
            "--cache-max-age --timeout --progress-fd"
        ),
        apk_package,
    ),
    "yum": _DNF,
    "dnf": _DNF,
    "microdnf": _DNF,
    "tdnf": _DNF,
    "zypper": Manager(
        _set("install in"),
        # `-n` before the subcommand is a flag
        _set("-r --repo --from -R --root -c --config -t --type --cache-dir -p --plus-repo -D --reposd-dir --name"),
        apk_package,
    ),
    "npm": _NPM,
    "pnpm": _NPM._replace(installs=_set("add install i")),
    "yarn": _YARN,
    "gem": Manager(
        _set("install i"),
        _set(
            "-v --version -i --install-dir -n --bindir -s --source -P --trust-policy -p --http-proxy --platform "
            "-B --bulk-threshold --build-root -g --file"
        ),
        gem_package, files=_set("-g --file"), versions=_set("-v --version"),
    ),
    "go": Manager(
        _set("install get"),
        _set("-ldflags -tags -o -mod -modfile -gcflags -asmflags -p -C -buildmode -compiler -pkgdir -toolexec"),
        go_package,
    ),
    "cargo": Manager(
        _set("install binstall"),
        _set(
            "--version --vers --git --rev --tag --branch --path --features -F --root --registry --index -j --jobs "
            "--target --target-dir --profile --bin --example --config -Z --color"
        ),
        cargo_package, files=_set("--path"), versions=_set("--version --vers"),
    ),
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "pipx": Manager(
        _set("install inject"), _set("--suffix --python --preinstall --pip-args -i --index-url"), pip_package
    ),
    "uv": Manager(
        _set("add install"),
        _set(
            "-r --requirements -c --constraints --index --index-url -i --default-index --extra-index-url -f "
            "--find-links --python -p --with --with-editable --group --extra --optional --tag --rev --branch "
            "--directory --project --package --script --marker -m --from --cache-dir"
        ),
        pip_package, whole=_set("sync"), files=_set("-r --requirements"), constraints=_set("-c --constraints"),
        prefixes=_set("tool"),
    ),
    "poetry": Manager(
        _set("add"), _set("-G --group -E --extras --python --platform --source --markers -C --directory -P --project"),
        pip_package, whole=_set("install sync"),
    ),
    "composer": Manager(
        _set("require"), _set("-d --working-dir --prefer-install --ignore-platform-req --apcu-autoloader-prefix"),
        composer_package, whole=_set("install"), prefixes=_set("global"),
    ),
    "dotnet": Manager(
        _set("install add"),
        _set(
            "--version -v --verbosity --tool-path --framework -f --add-source --source -s --configfile --tool-manifest "
            "-n --package-directory --arch -a"
        ),
        plain_package, whole=_set("restore"), versions=_set("--version"), prefixes=_set("tool"),
    ),
    "choco": Manager(
        _set("install"),
        _set(
            "--version -s --source --params --package-parameters --install-arguments --ia -u --user -p --password "
            "--execution-timeout --timeout -c --cache --checksum --checksum-type --proxy"
        ),
        plain_package, versions=_set("--version"),
    ),
    "bun": _NPM._replace(whole=frozenset()),
    "pacman": Manager(_set("install"), _set("-b --dbpath -r --root --config --cachedir --ignore --assume-installed"),
                      plain_package),
}

_PACMAN = re.compile(r"-S[yuw]*\Z|--sync\Z")

MODULES = {
    "ansible.builtin.apt": ("apt", apt_package),
    "ansible.builtin.yum": ("yum", rpm_package),
    "ansible.builtin.dnf": ("dnf", rpm_package),
    "ansible.builtin.dnf5": ("dnf", rpm_package),
    "ansible.builtin.package": ("package", apt_package),
    "ansible.builtin.pip": ("pip", pip_package),
    "community.general.apk": ("apk", apk_package),
    "community.general.npm": ("npm", npm_package),
    "community.general.yarn": ("yarn", npm_package),
    "community.general.pnpm": ("pnpm", npm_package),
    "community.general.gem": ("gem", gem_package),
    "community.general.zypper": ("zypper", apk_package),
    "community.general.cargo": ("cargo", cargo_package),
}

TYPES: dict[str, frozenset[str] | None] = {
    **_SHELL_TYPES, "ansible": frozenset(MODULES) | (_SHELL_TYPES["ansible"] or frozenset()),
}


def package_installs(block: Block) -> list[PackageInstall]:
    """The installations a Block states."""
    if block.language == "ansible" and block.type in MODULES:
        return list(_module(block))
    found = commands(block) or windows_commands(block)
    installs = [install for command in found if (install := install_of(command)) is not None]
    for text in start_texts(block):
        from iaclint.aspects.cloud_init import start_packages

        installs += start_packages(text, block)
    return installs


# --- shell --------------------------------------------------------------------------


def install_of(command: ShellCommand) -> PackageInstall | None:
    """What a shell command installs; None when it installs nothing."""
    name, words = _manager_words(command)
    manager = MANAGERS.get(name) if name != "pip" else _PIP_MANAGER
    if manager is None:
        return None
    operands, options = split_words(words, manager.values)
    if operands and operands[0].text in manager.prefixes:
        if operands[0].text == "module":
            manager = manager._replace(split=module_package)
        operands = operands[1:]
    elif name == "dotnet":
        operands = _dotnet_operands(operands)
    if not operands:
        # `yarn` alone installs what package.json lists
        is_bare = name == "yarn" and not words
        return PackageInstall(command.block, name, [], command, True) if is_bare else None
    subcommand, places = operands[0].text, operands[1:]
    if subcommand in manager.whole:
        return PackageInstall(command.block, name, [], command, True)
    if subcommand not in manager.installs or _only_shows(options):
        return None
    requirements = any(option in manager.files for option, _ in options) or (manager.alone and not places)
    install = PackageInstall(command.block, name, [], command, requirements)
    version = _common_version(options, manager)
    for place in places:
        for text in place.fields or (written(place),):
            is_option = bool(place.fields) and text.startswith("-")
            is_removed = manager.split is apt_package and text.endswith("-")
            if not is_option and not is_removed:
                install.packages.extend(_packages(text, place, manager.split, version))
    if name == "cargo":
        _cargo_git(install, options)
    if name == "pip":
        for option, word in options:
            if option in ("-e", "--editable") and word is not None:
                install.packages.extend(_packages(written(word), word, pip_package, version))
    return install


def _manager_words(command: ShellCommand) -> tuple[str, Sequence[Word]]:
    name, words = command.name, command.words
    if _PIP.fullmatch(name):
        return "pip", words
    if _PYTHON.fullmatch(name):
        return _python_module(words)
    if name == "pacman":
        rest = [word for word in words if not _PACMAN.match(word.known)]
        return (name, [_INSTALL, *rest]) if len(rest) < len(words) else ("", [])
    if name == "uv" and words and words[0].text == "pip":
        return "pip", words[1:]
    return name, words


_INSTALL = Word("install", "install", Span(0, 0))
"""Stands for the subcommand where an option says it."""


def _python_module(words: Sequence[Word]) -> tuple[str, Sequence[Word]]:
    """`python -m pip`, `-mpip`, `-Im pip`: what the module is given; nothing for any other module or script."""
    at = 0
    while at < len(words):
        text = words[at].known
        at += 1
        if text in ("-W", "-X"):
            at += 1
        elif not text.startswith("-") or text.startswith("--") or "c" in text:
            break
        elif "m" in text:
            module = text.partition("m")[2]
            if not module:
                module, at = words[at].known if at < len(words) else "", at + 1
            return ("pip", words[at:]) if module == "pip" else ("", [])
    return "", []


def _dotnet_operands(operands: list[Word]) -> list[Word]:
    """`add package NAME`, `add PROJECT package NAME`, less what is no package; `install` alone is of workloads."""
    names = [word.text for word in operands[:3]]
    if names[:1] == ["add"] and "package" in names:
        return [operands[0], *operands[names.index("package") + 1 :]]
    return operands if names[:1] == ["restore"] else []


def split_words(words: Sequence[Word], values: frozenset[str]) -> tuple[list[Word], list[tuple[str, Word | None]]]:
    """Operands, and options with the Word that holds their value (that of `--option=value` is the whole word)."""
    operands: list[Word] = []
    options: list[tuple[str, Word | None]] = []
    at, only_operands = 0, False
    while at < len(words):
        word = words[at]
        text = word.known
        at += 1
        if only_operands or not word.startswith("-") or text == "-":
            operands.append(word)
        elif word.text == "--":
            only_operands = True
        elif "=" in text and text.startswith("--"):
            options.append((text.split("=", 1)[0], word))
        elif word.text in values:
            options.append((word.text or "", words[at] if at < len(words) else None))
            at += 1
        elif text[:2] in values and not text.startswith("--") and len(text) > 2:
            options.append((text[:2], word))
        else:
            options.append((text, None))
    return operands, options


def _only_shows(options: list[tuple[str, Word | None]]) -> bool:
    return any(option in ("--help", "--dry-run", "--just-print", "--simulate") for option, _ in options)


def _common_version(options: list[tuple[str, Word | None]], manager: Manager) -> str | None:
    """A version that options give to all packages: None for none, "" when a file or a variable says it."""
    found: str | None = None
    for option, word in options:
        if option in manager.constraints:
            found = found or ""
        elif option in manager.versions and word is not None:
            text = word.text or ""
            found = text.split("=", 1)[1] if text.startswith("--") and "=" in text else text.removeprefix("-v")
    return found


def _packages(text: str, place: Word | Value, split: Callable[[str], Named], version: str | None) -> Iterator[Package]:
    if is_local(text):
        return
    named = split(text)
    pinned = named.version if named.version is not None else version
    yield Package(named.name.replace(GAP, ""), "" if pinned is not None and GAP in pinned else pinned, place)


def _cargo_git(install: PackageInstall, options: list[tuple[str, Word | None]]) -> None:
    given = dict(options)
    pinned = given.get("--rev") or given.get("--tag")
    if pinned is not None:
        for package in install.packages:
            package.version = package.version or pinned.text or ""
    url = given.get("--git")
    if url is not None and not install.packages:
        install.packages.append(Package(url.known, (pinned.text or "") if pinned is not None else None, url))


# --- Ansible ------------------------------------------------------------------------


def _module(block: Block) -> Iterator[PackageInstall]:
    manager, split = MODULES[block.type]
    state = block.get("state")
    if state.is_(("absent", "removed", "build-dep")):
        return
    name = block.get("name")
    version = block.get("version")
    pinned = None if version.is_missing else (version.text or "")
    if pinned is None and state.is_("latest"):
        pinned = "latest"
    lists_file = any(not block.get(one).is_missing for one in ("requirements", "path", "gemfile"))
    install = PackageInstall(block, manager, [], None, lists_file and (name.is_missing or manager == "pip"))
    for value in name.items if name.kind == "list" else [name]:
        if value.is_missing:
            continue
        text = written(value)
        for one in text.split(",") if split is not pip_package else [text]:
            if one.strip():
                install.packages.extend(_packages(one.strip(), value, split, pinned))
    if install.packages or install.requirements:
        yield install
