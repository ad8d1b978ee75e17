"""Things fetched over the network: curl, wget and git in shell texts, ADD of a URL, Ansible's modules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from iaclint.aspects.shell import TYPES as _SHELL_TYPES
from iaclint.aspects.shell import commands, windows_commands
from iaclint.model.aspects import Download, ShellCommand, Word
from iaclint.model.block import Block
from iaclint.model.value import Truth, Value


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_REMOTE = re.compile(r"(?:https?|ftps?|git|ssh)://|git@", re.IGNORECASE)
_HASH_TOOL = re.compile(r"(?:sha(?:1|224|256|384|512)|md5|b2)sum|shasum")
_CURL_VALUES = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_WGET_VALUES = frozenset("aADeiIloOPQRtTUwXB")
_CURL_LONG = _set(
    "output header data data-raw data-binary data-urlencode request user user-agent referer cookie cookie-jar config "
    "connect-timeout max-time retry retry-delay retry-max-time proxy proxy-user form cacert capath cert key cert-type "
    "key-type pass range write-out resolve interface limit-rate max-redirs speed-limit speed-time tls-max ciphers "
    "upload-file url-query output-dir max-filesize noproxy netrc-file json aws-sigv4 oauth2-bearer pinnedpubkey "
    "dump-header continue-at socks5 socks5-hostname connect-to proto proto-redir proto-default unix-socket"
)
_WGET_LONG = _set(
    "output-document output-file append-output directory-prefix user password header user-agent tries timeout wait "
    "waitretry post-data post-file body-data body-file method ca-certificate ca-directory certificate private-key "
    "accept reject domains exclude-domains input-file base level limit-rate quota http-user http-password referer "
    "load-cookies save-cookies progress dns-timeout connect-timeout read-timeout execute bind-address cut-dirs "
    "include-directories exclude-directories retry-on-http-error proxy-user proxy-password secure-protocol"
)
_POWERSHELL = {
    "invoke-webrequest": "Invoke-WebRequest", "iwr": "Invoke-WebRequest", "invoke-restmethod": "Invoke-RestMethod",
    "irm": "Invoke-RestMethod", "curl": "Invoke-WebRequest", "wget": "Invoke-WebRequest", "webclient": "WebClient",
    "start-bitstransfer": "Start-BitsTransfer",
}  # fmt: skip
_GIT_VALUES = frozenset({
    "-b", "--branch", "--depth", "-o", "--origin", "-u", "--upload-pack", "--reference", "--template", "-c", "--config",
    "--separate-git-dir", "-j", "--jobs", "--filter", "--server-option", "--shallow-since", "--shallow-exclude", "-C",
    "--git-dir", "--work-tree", "--exec-path", "--namespace", "--revision",
})
_GIT_UNVERIFIED = re.compile(r"(?:-c|--config=)?http\.(?:.*\.)?sslverify=(?:false|0|no|off)", re.IGNORECASE)


class Module(NamedTuple):
    """How an Ansible module fetches: the parameters that say what, how it is checked and what is not verified.

    checksum   parameters that give a checksum
    confirms   boolean parameters that have a signature checked
    verify     boolean parameters that switch off verification when false
    """

    url: tuple[str, ...]
    checksum: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    verify: tuple[str, ...] = ("validate_certs",)


MODULES = {
    "ansible.builtin.get_url": Module(("url",), ("checksum", "sha256sum")),
    "ansible.windows.win_get_url": Module(("url",), ("checksum", "checksum_url")),
    "ansible.builtin.uri": Module(("url",)),
    "ansible.windows.win_uri": Module(("url",)),
    "ansible.builtin.unarchive": Module(("src",)),
    "ansible.builtin.git": Module(("repo",), (), ("verify_commit",), ()),
    "ansible.builtin.subversion": Module(("repo",)),
    "community.general.hg": Module(("repo",), verify=()),
    "ansible.builtin.apt": Module(("deb",)),
    "ansible.builtin.apt_key": Module(("url",), ("id",)),
    "ansible.builtin.rpm_key": Module(("key",), ("fingerprint",)),
    "ansible.builtin.yum_repository": Module(("baseurl", "mirrorlist", "metalink"), (), ("gpgcheck",), ("sslverify",)),
    "ansible.builtin.yum": Module((), verify=("validate_certs", "sslverify")),
    "ansible.builtin.dnf": Module((), verify=("validate_certs", "sslverify")),
    "ansible.builtin.dnf5": Module((), verify=("validate_certs", "sslverify")),
    "community.general.zypper_repository": Module(("repo",)),
    "community.general.maven_artifact": Module(("repository_url",)),
    "community.docker.docker_compose_v2": Module((), verify=("validate_certs",)),
}

TYPES: dict[str, frozenset[str] | None] = {
    "dockerfile": (_SHELL_TYPES["dockerfile"] or frozenset()) | {"ADD"},
    "ansible": (_SHELL_TYPES["ansible"] or frozenset()) | frozenset(MODULES),
    "terraform": None,
}


def downloads(block: Block) -> list[Download]:
    """What a Block fetches."""
    if block.language == "ansible" and block.type in MODULES:
        return list(_module(block, MODULES[block.type]))
    if block.language == "dockerfile" and block.type == "ADD":
        return list(_added(block))
    script = commands(block)
    found = [download for command in script for download in _of_command(command)]
    if not script:
        found = [download for command in windows_commands(block) for download in _of_windows(command)]
        for download in found:
            download.checked = None
        return found
    if found:
        checked = _is_checked(block, script)
        for download in found:
            download.checked = download.checked or checked
    return found


# --- shell --------------------------------------------------------------------------


def _of_command(command: ShellCommand) -> Iterator[Download]:
    if command.name == "curl":
        yield from _fetch(command, _CURL_VALUES, _CURL_LONG, ("k", "insecure", "proxy-insecure"))
    elif command.name == "wget":
        yield from _fetch(command, _WGET_VALUES, _WGET_LONG, ("", "no-check-certificate", ""))
    elif command.name == "git":
        yield from _git(command)
    elif command.name == "aria2c":
        yield from _aria(command)


def _aria(command: ShellCommand) -> Iterator[Download]:
    switch = next((word for word in command.words if word.text == "--check-certificate=false"), None)
    checked = True if any(word.startswith("--checksum=") for word in command.words) else None
    for url in command.operands("-d", "-o", "-x", "-s", "-j", "-k", "-i", "-l", "-U"):
        if _REMOTE.match(url.known):
            yield Download(command.block, "aria2c", url, url.text, checked, switch is None, switch, command)


def _of_windows(command: ShellCommand) -> Iterator[Download]:
    """What PowerShell and cmd fetch: the first word that is an address."""
    name = command.name.lower()
    if name == "git":
        yield from _git(command)
        return
    tool = _POWERSHELL.get(name)
    is_curl = tool is not None and name in ("curl", "wget") and _reads_options(command)
    if tool is None:
        return
    url = next((word for word in command.words if _REMOTE.match(word.known)), None)
    switch = None
    if is_curl and name == "curl":
        switch = command.flag("-k", "--insecure")
    elif not is_curl:
        switch = next((one for one in command.words if one.known.lower() == "-skipcertificatecheck"), None)
    if url is not None:
        tool = name if is_curl else tool
        yield Download(command.block, tool, url, url.text, None, switch is None, switch, command)


def _reads_options(command: ShellCommand) -> bool:
    """Whether `curl` is the program of that name, and no alias of a cmdlet."""
    dialect = getattr(command.block.node, "dialect", "")
    return dialect == "cmd" or any(word.startswith("--") for word in command.words)


def _fetch(
    command: ShellCommand, values: frozenset[str], long_values: frozenset[str], unsafe: tuple[str, str, str]
) -> Iterator[Download]:
    urls: list[Word] = []
    switch: Word | None = None
    at, words = 0, command.words
    while at < len(words):
        word, text = words[at], words[at].known
        at += 1
        if word.startswith("--") and len(text) > 2:
            name, given, value = text[2:].partition("=")
            if name == "url":
                urls.append(word if given else words[at] if at < len(words) else word)
            elif name == "no-insecure":
                switch = None
            elif name in unsafe and not (given and value in ("off", "false")):
                switch = word
            at += 1 if not given and (name in long_values or name == "url") else 0
        elif word.startswith("-") and len(text) > 1:
            letters, takes_next = _cluster(text[1:], values, command.name)
            if unsafe[0] and unsafe[0] in letters:
                switch = word
            at += takes_next
        else:
            urls.append(word)
    alone: list[Word | None] = [None] if switch is not None else []
    for url in urls or alone:
        text_of = url.text.removeprefix("--url=") if url is not None and url.text is not None else None
        yield Download(command.block, command.name, url, text_of, None, switch is None, switch, command)


def _cluster(letters: str, values: frozenset[str], tool: str) -> tuple[str, int]:
    """The flags of a cluster such as `fsSLo`, and whether its last one takes the next word."""
    flags: list[str] = []
    at = 0
    while at < len(letters):
        letter = letters[at]
        if tool == "wget" and letter == "n" and at + 1 < len(letters):
            at += 2  # -nv, -nc, -nd: one option of two letters
            continue
        flags.append(letter)
        if letter in values:
            return "".join(flags), int(at + 1 == len(letters))
        at += 1
    return "".join(flags), 0


def _git(command: ShellCommand) -> Iterator[Download]:
    operands = command.operands(*_GIT_VALUES)
    subcommand = operands[0].text if operands else None
    if subcommand == "config":
        yield from _git_config(command, operands[1:])
        return
    if subcommand not in ("clone", "fetch", "pull", "ls-remote", "submodule"):
        return
    switch = next((word for word in command.words if _GIT_UNVERIFIED.fullmatch(word.known)), None)
    if switch is None:
        word = command.assignments.get("GIT_SSL_NO_VERIFY")
        switch = word if word is not None and word.text not in (None, "", "0", "false") else None
    url = operands[1] if len(operands) > 1 and subcommand in ("clone", "fetch", "pull", "ls-remote") else None
    if subcommand != "clone" and switch is None and (url is None or not _REMOTE.match(url.known)):
        return
    yield Download(
        command.block, "git", url, url.text if url is not None else None, None, switch is None, switch, command
    )


def _git_config(command: ShellCommand, operands: Sequence[Word]) -> Iterator[Download]:
    if len(operands) == 2 and _GIT_UNVERIFIED.fullmatch(f"{operands[0].known}={operands[1].known}"):
        yield Download(command.block, "git", None, None, None, False, operands[1], command)


def _is_checked(block: Block, script: list[ShellCommand]) -> Truth:
    """Whether a checksum or signature is verified in this script; None when elsewhere, or in some other way."""
    found: Truth = False
    for command in script:
        truth = _verifies(command)
        if truth:
            return True
        if truth is None:
            found = None
    if found is False and block.kind == "instruction" and block.parent is not None:
        return None if _verifies_elsewhere(block.parent) else False
    return found


def _verifies_elsewhere(stage: Block) -> bool:
    """Whether any RUN of a stage checks something; found out once for a stage of many."""

    def look() -> bool:
        return any(_verifies(one) for run in stage.blocks if run.type == "RUN" for one in commands(run))

    project = stage.document.project
    return look() if project is None else project.memo(("verifies", id(stage)), look)


def _verifies(command: ShellCommand) -> Truth:
    name, words = command.name, command.words
    if _HASH_TOOL.fullmatch(name):
        return True if command.flag("-c", "--check") else None
    if name in ("gpg", "gpg2"):
        return command.flag("--verify", "--verify-files") is not None
    if name == "rpm":
        return command.flag("-K", "--checksig") is not None
    if name == "openssl":
        return None if words and words[0].known in ("dgst", "sha256", "sha512") else False
    if name == "cosign":
        return bool(words) and words[0].known.startswith("verify")
    if name in ("git", "slsa-verifier"):
        return bool(words) and words[0].known in ("verify-tag", "verify-commit", "verify-artifact")
    return name in ("gpgv", "gpgv2", "minisign", "signify", "jarsigner")


# --- Dockerfile ---------------------------------------------------------------------


def _added(block: Block) -> Iterator[Download]:
    checksum = block.get("--checksum")
    for source in block.get("sources").items:
        if _REMOTE.match(_beginning(source)):
            yield Download(block, "ADD", source, source.text, not checksum.is_missing)


def _beginning(value: Value) -> str:
    if value.text is not None:
        return value.text
    return (value.parts[0] or "") if value.parts else ""


# --- Ansible ------------------------------------------------------------------------


def _module(block: Block, module: Module) -> Iterator[Download]:
    verifies, switch = _verification(block, module)
    places = _places(block, module)
    if not places and switch is None:
        return
    nowhere: list[Value | None] = [None]
    for url in places or nowhere:
        text = url.text if url is not None else None
        yield Download(block, block.type, url, text, _confirmed(block, module), verifies, switch)


def _places(block: Block, module: Module) -> list[Value]:
    found: list[Value] = []
    for name in module.url:
        value = block.get(name)
        found.extend(one for one in (value.items if value.kind == "list" else [value]) if not one.is_missing)
    if block.type in ("ansible.builtin.unarchive", "ansible.builtin.apt", "ansible.builtin.rpm_key"):
        # these take files of the machine too
        return [value for value in found if _REMOTE.match(_beginning(value))]
    return found


def _verification(block: Block, module: Module) -> tuple[Truth, Value | None]:
    verifies: Truth = True
    for name in module.verify:
        value = block.get(name)
        if value.is_(False):
            return False, value
        if value.is_unknown:
            verifies = None
    return verifies, None


def _confirmed(block: Block, module: Module) -> Truth:
    found: Truth = False
    for name in module.checksum:
        value = block.get(name)
        if value.is_unknown:
            found = None
        elif not value.is_missing and value.text != "":
            return True
    for name in module.confirms:
        value = block.get(name)
        if value.is_(True):
            return True
        if value.is_unknown:
            found = None
    return found
