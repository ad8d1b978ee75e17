"""Where tasks and requirements fetch things from, and whether what arrives is what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from iaclint.model.aspects import Download
from iaclint.model.block import Block
from iaclint.model.intent import Intent, ReplaceText
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    alias,
    be_present,
    bind,
    differ,
    has,
    need,
    requirement,
    rule,
    set_to,
    some,
    start_with,
    where,
)

GET_URL = "https://docs.ansible.com/ansible/latest/collections/ansible/builtin/get_url_module.html"
GIT = "https://docs.ansible.com/ansible/latest/collections/ansible/builtin/git_module.html"
GALAXY = "https://docs.ansible.com/ansible/latest/galaxy/user_guide.html"

_HOST = re.compile(r"(?:http|ftp)://(?:[^/@\s]*@)?(\[[^\]/]*\]|[^/:?#\s]+)(?=[/:?#\s]|\Z)", re.IGNORECASE)
_HOME = ("localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp", ".test", ".invalid")
_SIGNED = frozenset({
    "ansible.builtin.yum_repository", "community.general.zypper_repository", "ansible.builtin.yum",
    "ansible.builtin.dnf", "ansible.builtin.dnf5",
})  # fmt: skip
"""What they fetch is signed."""

download_over_http = rule(
    "ansible-download-over-http",
    severity=MEDIUM,
    cwe=319,
    title="Something is fetched over plain HTTP",
    why="Anybody on the network path can read what is sent and put something else in place of what is fetched.",
    references=(GET_URL,),
    aliases=(alias("KICS:2e8d4922-8362-4606-8c14-aa10466a1ce3", language="ansible", type="ansible.builtin.uri"),),
    tags=("network", "supply-chain"),
    fix_safety="The server must answer on https:// too; most do.",
)

repository_over_http = rule(
    "ansible-repository-over-http",
    severity=LOW,
    cwe=319,
    title="Package repository is read over plain HTTP",
    why="The packages are signed, but anybody on the network path sees what is installed and can hold back updates.",
    references=("https://wiki.debian.org/SecureApt",),
    tags=("network", "supply-chain"),
    default=False,
    fix_safety="The mirror must answer on https:// too.",
)


@download_over_http.check(aspect=Download, language="ansible")
def plain_download(download: Download, project: Project) -> Iterator[Finding]:
    url = download.url
    # with a checksum (which a variable may give) the content is safe, whoever sends it
    if isinstance(url, Value) and download.checked is False and not _is_signed(download):
        yield from _plain(url, download.block.at("state"))


@download_over_http.check(ansible="ansible.builtin.yum_repository|ansible.builtin.deb822_repository")
def plain_key(module: Block, project: Project) -> Iterator[Finding]:
    """The key all packages are checked with: whoever replaces it signs what he likes."""
    for name in ("gpgkey", "signed_by"):
        value = module.at(name)
        for one in value.items or [value]:
            yield from _plain(one, module.at("state"))


@repository_over_http.check(aspect=Download, language="ansible")
def plain_repository(download: Download, project: Project) -> Iterator[Finding]:
    if isinstance(download.url, Value) and _is_signed(download):
        yield from _plain(download.url, download.block.at("state"))


@repository_over_http.check(ansible="ansible.builtin.apt_repository|ansible.builtin.deb822_repository")
def plain_apt_repository(module: Block, project: Project) -> Iterator[Finding]:
    for name in ("repo", "uris"):
        value = module.at(name)
        for one in value.items or [value]:
            yield from _plain(one, module.at("state"))


def _is_signed(download: Download) -> bool:
    block = download.block
    return block.type in _SIGNED and not (block.at("gpgcheck").is_(False) or block.at("disable_gpg_check").is_(True))


def _plain(url: Value, state: Value) -> Iterator[Finding]:
    text = url.text if url.text is not None else (url.parts[0] or "") if url.parts else ""
    host = public_host(text, whole=url.text is not None)
    if host is None or state.is_("absent"):
        return
    scheme = "http://" if "http://" in text else "HTTP://"
    intents = (
        Intent("use https", (ReplaceText(url, scheme, "https://"),), UNSAFE, None, "the server must offer https"),
    ) if text.count(scheme) == 1 else ()  # fmt: skip
    yield Finding(url, f"{host} is asked over plain HTTP", intents)


def public_host(text: str, *, whole: bool = True) -> str | None:
    """The host an unencrypted URL in the text names, where that is certainly none of one's own network."""
    match = _HOST.search(text)
    if match is None or (not whole and match.end() == len(text)):
        return None
    host = match[1].strip("[]").lower()
    try:
        return host if ip_address(host).is_global else None
    except ValueError:
        pass
    if "." not in host.strip(".") or any(host == one.lstrip(".") or host.endswith(one) for one in _HOME):
        return None
    return host


galaxy_over_http = rule(
    "ansible-galaxy-over-http",
    severity=MEDIUM,
    cwe=319,
    title="Roles and collections are fetched over plain HTTP",
    why="Anybody on the network path can put code of their own into the roles that run on every host, and read the "
    "token sent to the server.",
    references=(GALAXY,),
    aliases=(
        alias("KICS:d7dc9350-74bc-485b-8c85-fed22d276c43", language="ansible", type="config"),
    ),
    tags=("network", "supply-chain"),
    fix_safety="The server must answer on https:// too.",
)  # fmt: skip


@galaxy_over_http.check(ansible="config")
def plain_galaxy(config: Block, project: Project) -> Iterator[Finding]:
    for section in config.blocks:
        name = "server" if section.type == "galaxy" else "url" if section.type.startswith("galaxy_server.") else ""
        if name:
            yield from _plain(section.at(name), section.at("state"))


@galaxy_over_http.check(ansible="requirement")
def plain_requirement(requirement: Block, project: Project) -> Iterator[Finding]:
    for name in ("src", "source", "name"):
        if name in requirement.arguments:
            yield from _plain(requirement.at(name), requirement.at("state"))


requirement(
    "ansible-requirement-unpinned",
    severity=LOW,
    cwe=829,
    title="Role or collection has no version",
    why="Every installation takes whatever was published last, and with it whatever somebody who took over the "
    "author's account put there.",
    ansible="requirement: version",
    must=be_present,
    message="no version is given",
    fix=need("requirement-version", "version of the role or collection"),
    references=(GALAXY,),
    tags=("supply-chain",),
    default=False,
)

requirement(
    "ansible-git-unpinned",
    severity=LOW,
    cwe=829,
    title="Repository is checked out without a version",
    why="Each run may deploy other code than the last, and whoever can push to the repository runs code on the host.",
    ansible=(
        bind("ansible.builtin.git: version", unless=some(where("clone", False), where("update", False))),
        bind("community.general.hg: revision", must=be_present),
    ),
    must=differ("HEAD"),
    when_missing=VIOLATED,
    message="whatever was pushed last is checked out",
    fix=need("git-version", "tag or commit to check out"),
    references=(GIT,),
    aliases=(alias("ansible-lint:latest", language="ansible"),),
    tags=("supply-chain",),
)

requirement(
    "ansible-git-host-key-unchecked",
    severity=MEDIUM,
    cwe=322,
    title="Git takes any host key the server offers",
    why="Somebody who poses as the server is believed, and their code is checked out and deployed.",
    ansible="ansible.builtin.git: accept_hostkey",
    must=differ(True),
    message="any host key is accepted",
    unless=where("repo", start_with("http://", "https://", "/", "file://")),
    fix=set_to(False, at_most=UNSAFE, note="the host's key must be known: add it with ansible.builtin.known_hosts"),
    references=(GIT,),
    tags=("supply-chain",),
    fix_safety="Checking out fails until the server's key is in known_hosts: add it with the known_hosts module.",
)

requirement(
    "ansible-download-unverified",
    severity=LOW,
    cwe=494,
    title="File is downloaded without a checksum",
    why="Whoever takes over the server, or the account that publishes there, decides what is put on the host.",
    ansible=(
        bind("ansible.builtin.get_url: checksum", unless=has("sha256sum")),
        bind("ansible.windows.win_get_url: checksum", unless=has("checksum_url")),
    ),
    must=be_present,
    message="no `checksum` is given",
    fix=need("download-checksum", "checksum as sha256:DIGEST"),
    references=(GET_URL,),
    tags=("supply-chain",),
    default=False,
)
