"""What a Terraform module's `source` names: the address the registry has it under, however it is fetched.

The registry takes its modules from repositories on GitHub named `terraform-PROVIDER-NAME`, so a call that fetches one
from there gets the same module.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HOSTS = ("registry.terraform.io/", "registry.opentofu.org/")
_GITHUB = re.compile(
    r"(?:git::)?(?:(?:https|ssh|git|http)://)?(?:[\w.-]+(?::[^@/]*)?@)?(?:www\.)?github\.com[/:]"
    r"(?P<owner>[\w.-]+)/terraform-(?P<provider>[A-Za-z0-9]+)-(?P<name>[\w-]+?)(?:\.git)?"
)
_RELEASE = re.compile(r"v?\d+(?:\.\d+){0,2}(?:-[\w.]+)?")
_USER = re.compile(r"(?<=//)[^/]*@|(?<=::)[^/@]*@(?=[\w.-]+:)|^[^/@:]*@(?=[\w.-]+:)")
_REF = re.compile(r"(?:^|&)ref=([^&]*)")


class ModuleSource(NamedTuple):
    """Which module a source names.

    address  `NAMESPACE/NAME/PROVIDER` of a module of the registry; of any other the source as it is written
    below    the path of the submodule within it, "" for the module itself
    release  the release that the source fixes, as a constraint would be written; "" where it fixes none
    is_git   whether it is fetched from a repository, so that the `version` of the call has no say
    """

    address: str
    below: str = ""
    release: str = ""
    is_git: bool = False

    @property
    def text(self) -> str:
        """The source as a call from the registry spells it."""
        return f"{self.address}//{self.below}" if self.below else self.address


def module_source_of(source: str) -> ModuleSource:
    """What a source names."""
    written, _, query = source.partition("?")
    # the `//` of `https://` begins no path
    scheme = written.find("://")
    start = scheme + 3 if scheme >= 0 else 0
    split = written.find("//", start)
    repository, below = (written, "") if split < 0 else (written[:split], written[split + 2 :])
    found = _GITHUB.fullmatch(repository) if "github.com" in repository else None
    if found is None:
        for host in _HOSTS:
            if repository.startswith(host):
                repository = repository.removeprefix(host)
                return ModuleSource(repository, below.strip("/"))
        if query or "::" in source or "://" in source:
            return ModuleSource(source)
        return ModuleSource(repository, below.strip("/"))
    ref = _REF.search(query)
    release = ref[1].removeprefix("refs/tags/") if ref is not None else ""
    address = f"{found['owner']}/{found['name']}/{found['provider']}"
    if repository.startswith("http") and not repository.endswith(".git"):
        # a page, which nothing fetches a module from
        return ModuleSource(source)
    return ModuleSource(address, below.strip("/"), release if _RELEASE.fullmatch(release) else "", True)


def remote(source: str) -> str:
    """A source as it may be told, without names of users, passwords and parameters; "" for a local one."""
    if source.startswith(("./", "../")) or source in (".", ".."):
        return ""
    return _USER.sub("", source.partition("?")[0])


__all__ = ["ModuleSource", "module_source_of", "remote"]
