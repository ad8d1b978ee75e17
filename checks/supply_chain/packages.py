"""Packages installed in whatever version there is at the time."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.aspects import Package, PackageInstall, Word
from iaclint.model.intent import Intent, Needed, ReplaceWord, Set, Step
from iaclint.model.project import Project
from iaclint.rules import LOW, UNSAFE, Finding, in_dockerfile, rule

SEPARATORS = {
    "apt-get": "=", "apt": "=", "aptitude": "=", "apk": "=", "zypper": "=", "yum": "-", "dnf": "-", "microdnf": "-",
    "tdnf": "-", "pip": "==", "npm": "@", "pnpm": "@", "yarn": "@", "gem": ":", "go": "@", "cargo": "@",
    "pipx": "==", "uv": "==", "poetry": "==", "composer": ":", "bun": "@",
}
"""What stands between a package's name and its version."""

DISTRIBUTION = frozenset({"apt-get", "apt", "aptitude", "apk", "zypper", "yum", "dnf", "microdnf", "tdnf"})
REGISTRY = frozenset({
    "pip", "npm", "pnpm", "yarn", "gem", "go", "cargo", "pipx", "uv", "poetry", "composer", "bun", "dotnet", "choco",
})  # fmt: skip
APT = ("apt-get", "apt", "aptitude")

unpinned_system_package = rule(
    "unpinned-system-package",
    severity=LOW,
    cwe=1357,
    title="A package of the distribution is installed without a version",
    why="The same Dockerfile makes another image tomorrow; what was tested is not what is shipped.",
    default=False,
    references=("https://docs.docker.com/build/building/best-practices/#version-pinning",),
    aliases=(
        in_dockerfile("DL3008", "KICS:965a08d7-ef86-4f14-8792-4a3b2098937e", manager=APT),
        in_dockerfile("DL3018", "KICS:d3499f6d-1651-41bb-a9a7-de925fea487b", manager="apk"),
        in_dockerfile("DL3033", "AC_DOCKER_0033", "KICS:6452c424-1d92-4deb-bb18-a03e95d579c4", manager="yum"),
        in_dockerfile("DL3041", "KICS:93d88cf7-f078-46a8-8ddc-178e03aeacf1", manager=("dnf", "microdnf")),
        in_dockerfile("DL3037", "KICS:562952e4-0348-4dea-9826-44f3a2c6117b", manager="zypper"),
    ),
    tags=("hygiene", "supply-chain"),
    fix_safety="Distributions take old versions off their mirrors, after which the build fails.",
)

unpinned_package = rule(
    "unpinned-package",
    severity=LOW,
    cwe=1357,
    title="A package is installed from a public registry without a version",
    why="Whoever takes over the package runs code with the next installation; a pinned version stays what it was.",
    default=False,
    references=(
        "https://pip.pypa.io/en/stable/topics/repeatable-installs/",
        "https://docs.npmjs.com/cli/commands/npm-install",
    ),
    aliases=(
        in_dockerfile("DL3013", "AC_DOCKER_0010", "KICS:02d9c71f-3ee8-4986-9c27-1a20d0d19bfc", manager="pip"),
        in_dockerfile("DL3016", "KICS:e36d8880-3f78-4546-b9a1-12f0745ca0d5", manager="npm"),
        in_dockerfile("DL3028", "KICS:22cd11f7-9c6c-4f6e-84c0-02058120b341", manager="gem"),
        in_dockerfile("DL3062", manager="go"),
    ),
    tags=("hygiene", "supply-chain"),
)


def _is_unpinned(package: Package) -> bool:
    place = package.place
    # `requests=2.7` is no version pip understands, but somebody meant one
    if isinstance(place, Word) and package.version is None and not place.fields and ("=" in place.known or place.text is None):
        return False
    return bool(package.name) and package.version in (None, "latest", "*")


def _finding(install: PackageInstall) -> Iterator[Finding]:
    packages = [package for package in install.packages if _is_unpinned(package)]
    if not packages:
        return
    names = ", ".join(package.name for package in packages[:3]) + (" and others" if len(packages) > 3 else "")
    place = packages[0].place
    facets = {"manager": install.manager}
    where = (install.block, place) if isinstance(place, Word) else place
    yield Finding(where, f"{install.manager} installs {names} in any version", _pin(install, packages), facets)


def _pin(install: PackageInstall, packages: list[Package]) -> tuple[Intent, ...]:
    separator = SEPARATORS.get(install.manager)
    if separator is None:
        return ()
    steps: list[Step] = []
    if install.command is None:
        version = install.block.get("version")
        if len(install.packages) > 1 or not version.is_missing or install.block.get("state").is_("latest"):
            return ()
        steps.append(Set(version, Needed(f"version:{packages[0].name}", f"version of {packages[0].name}")))
        return (Intent("name the version", tuple(steps), UNSAFE),)
    for package in packages:
        place = package.place
        if not isinstance(place, Word) or place.text is None or not place.text.startswith(package.name):
            return ()
        stem = place.text.removesuffix(f"{separator}{package.version}") if package.version else place.text
        needed = Needed(f"version:{package.name}", f"version of {package.name}", f"{stem}{separator}")
        steps.append(ReplaceWord(place, needed))
    return (Intent("name the versions", tuple(steps), UNSAFE, None, "a version that is withdrawn breaks the build"),)


@unpinned_system_package.check(aspect=PackageInstall)
def any_version_of_distribution(install: PackageInstall, project: Project) -> Iterator[Finding]:
    """apt, apk, yum, dnf, zypper on a command line; modules have `state` for it."""
    if install.manager in DISTRIBUTION and install.command is not None:
        yield from _finding(install)


@unpinned_package.check(aspect=PackageInstall)
def any_version_of_registry(install: PackageInstall, project: Project) -> Iterator[Finding]:
    """pip, npm, gem and their like; a file of requirements or a lock file says the versions itself."""
    if install.manager in REGISTRY:
        yield from _finding(install)
