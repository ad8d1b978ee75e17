"""Tools told to trust any server, or any package, in settings rather than at one download."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.model.aspects import ShellCommand, Word
from iaclint.model.block import Block
from iaclint.model.finding import Place
from iaclint.model.intent import Intent, Remove, RemoveCommand, RemoveWord, Step
from iaclint.model.project import Project
from iaclint.rules import HIGH, UNSAFE, Finding, in_dockerfile, rule

certificates_not_checked = rule(
    "certificates-not-checked",
    severity=HIGH,
    cwe=295,
    title="A tool is set to accept any certificate",
    why="Anybody on the way can answer in the server's place, now and in every later step: what is installed is theirs.",
    references=(
        "https://docs.npmjs.com/cli/using-npm/config#strict-ssl", "https://pip.pypa.io/en/stable/cli/pip/#cmdoption-trusted-host",
        "https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue", "https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpsslVerify",
    ),
    aliases=(
        in_dockerfile("CKV2_DOCKER_4", setting="--trusted-host"),
        in_dockerfile("CKV2_DOCKER_5", setting="PYTHONHTTPSVERIFY"),
        in_dockerfile("CKV2_DOCKER_6", setting="NODE_TLS_REJECT_UNAUTHORIZED"),
        in_dockerfile("CKV2_DOCKER_12", setting="NPM_CONFIG_STRICT_SSL"),
        in_dockerfile("CKV2_DOCKER_13", setting="strict-ssl"),
        in_dockerfile("CKV2_DOCKER_14", setting="GIT_SSL_NO_VERIFY"),
        in_dockerfile("CKV2_DOCKER_15", setting="sslverify"),
        in_dockerfile("CKV2_DOCKER_16", setting="PIP_TRUSTED_HOST"),
    ),
    fix_safety="What is fetched must then come from servers whose certificates are valid for this machine.",
    tags=("supply-chain",),
)

unsigned_repository = rule(
    "unsigned-repository",
    severity=HIGH,
    cwe=347,
    title="A package repository is trusted without a signature",
    why="Whoever can answer in the server's place, or writes to the mirror, has what they like installed as root.",
    references=("https://manpages.debian.org/sources.list.5", "https://dnf.readthedocs.io/en/latest/conf_ref.html"),
    remedy="install the repository's key, and name it with signed-by= or gpgkey=",
    tags=("supply-chain",),
)

_OFF = frozenset({"0", "false", "no", "off", "n"})
_SWITCHED_OFF_BY = frozenset({"NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY", "NPM_CONFIG_STRICT_SSL", "YARN_STRICT_SSL"})
"""Environment variables that switch the check off when they say no."""
_SKIPPED_BY = frozenset({"GIT_SSL_NO_VERIFY", "CURL_INSECURE", "BUNDLE_SSL_VERIFY_NONE"})
"""Environment variables that switch the check off whatever they say."""
_NOTE = "servers must have a valid certificate"


def _is_switch(name: str, text: str | None) -> bool:
    upper = name.upper()
    if upper in _SWITCHED_OFF_BY:
        return text is not None and text.strip().lower() in _OFF
    if upper in _SKIPPED_BY:
        # git takes an explicit no at its word
        return text is not None and text.strip().lower() not in ("", *_OFF)
    if upper == "PIP_TRUSTED_HOST":
        return text is not None and any(not _is_own(host) for host in text.split())
    return upper == "GOINSECURE" and bool(text)


def _is_own(host: str) -> bool:
    bare = host.partition(":")[0].lower()
    return bare == "localhost" or bare.startswith("127.")


@certificates_not_checked.check(dockerfile="ENV|ARG")
def variable(block: Block, project: Project) -> Iterator[Finding]:
    """ENV and ARG of the variables that the tools look at."""
    for name, value in block.get("pairs").entries.items():
        if value.origin is None and _is_switch(name, value.text):
            yield _found(value, f"{name}={value.text}", name.upper(), (Remove(value),))


@certificates_not_checked.check(aspect=ShellCommand)
def in_command(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """Variables before a command or in export, options of package managers, and their configuration."""
    for name, word in command.assignments.items():
        if _is_switch(name, _value_of(word, name)):
            yield _found((command.block, word), f"{name}={_value_of(word, name)}", name.upper(), ())
    if command.name in ("export", "declare"):
        for word in command.words:
            name, equals, text = word.known.partition("=")
            if equals and word.text is not None and _is_switch(name, text):
                yield _found((command.block, word), word.text, name.upper(), ())
        return
    switch = _switch(command)
    if switch is None:
        return
    word, setting, steps = switch
    yield _found((command.block, word), word.raw, setting, steps)


def _value_of(word: Word, name: str) -> str | None:
    return None if word.text is None else word.text.removeprefix(f"{name}=")


def _found(place: Place, written: str, setting: str, steps: tuple[Step, ...]) -> Finding:
    intents = (Intent(f"remove `{written}`", steps, UNSAFE, None, _NOTE),) if steps else ()
    return Finding(place, f"`{written}` has any certificate accepted", intents, {"setting": setting})


_PIP = re.compile(r"pip[\d.]*|python[\d.]*|uv")
_YUM = frozenset({"yum", "dnf", "microdnf", "tdnf", "yum-config-manager"})
_VERIFY_PEER = re.compile(r"Acquire::https(?:::[^=]+)?::Verify-(?:Peer|Host)[=\s\"]+(?:false|no|0|off)\b", re.IGNORECASE)
_SSLVERIFY = re.compile(r"(?:.*\.)?sslverify\s*=\s*(?:false|0|no|off)\b", re.IGNORECASE)
_WRITERS = frozenset({"echo", "printf", "tee"})


def _switch(command: ShellCommand) -> tuple[Word, str, tuple[Step, ...]] | None:
    """The word that switches the check off, the setting's name, and how to take it away."""
    name, words = command.name, command.words
    if name in ("npm", "yarn", "pnpm"):
        return _of_npm(command)
    if _PIP.fullmatch(name):
        return _of_pip(command)
    if name in _YUM:
        for word in words:
            if _SSLVERIFY.fullmatch(word.known.removeprefix("--setopt=")) or word.text == "--nosslverify":
                steps = (RemoveWord(word),) if word.startswith("--") else ()
                return word, "sslverify", steps
    if name in ("apt-get", "apt"):
        for index, word in enumerate(words):
            if _VERIFY_PEER.search(word.known):
                option = words[index - 1] if index else word
                both: tuple[Step, ...] = (RemoveWord(option), RemoveWord(word))
                return word, "Verify-Peer", both if option.text in ("-o", "--option") else ()
    if name in _WRITERS:
        for word in words:
            if _VERIFY_PEER.search(word.known):
                return word, "Verify-Peer", ()
            if _SSLVERIFY.search(word.known) and name != "tee":
                return word, "sslverify", ()
    return None


def _of_npm(command: ShellCommand) -> tuple[Word, str, tuple[Step, ...]] | None:
    words = command.words
    texts = [word.known for word in words]
    for index, text in enumerate(texts):
        if text == "--no-strict-ssl" or (text.startswith("--strict-ssl=") and text.partition("=")[2] in _OFF):
            return words[index], "strict-ssl", (RemoveWord(words[index]),)
        # `npm config set strict-ssl false`, `npm config set strict-ssl=false`, `npm set ...`
        is_set = "set" in texts[:index]
        if is_set and text == "strict-ssl" and index + 1 < len(texts) and texts[index + 1] in _OFF:
            return words[index], "strict-ssl", _whole(command)
        if is_set and text.partition("=")[0] == "strict-ssl" and text.partition("=")[2] in _OFF:
            return words[index], "strict-ssl", _whole(command)
    return None


def _of_pip(command: ShellCommand) -> tuple[Word, str, tuple[Step, ...]] | None:
    words = command.words
    if command.name.startswith("python") and (len(words) < 2 or words[1].text != "pip"):
        return None
    for index, word in enumerate(words):
        value = words[index + 1] if index + 1 < len(words) else None
        if word.text == "--trusted-host" and value is not None and not _is_own(value.known):
            return word, "--trusted-host", (RemoveWord(word), RemoveWord(value))
        if word.startswith("--trusted-host=") and not _is_own(word.known.partition("=")[2]):
            return word, "--trusted-host", (RemoveWord(word),)
        is_set = index > 0 and words[index - 1].text == "set"
        if is_set and word.known.endswith(".trusted-host") and value is not None and not _is_own(value.known):
            return word, "--trusted-host", _whole(command)
    return None


def _whole(command: ShellCommand) -> tuple[Step, ...]:
    return () if command.context else (RemoveCommand(command),)


_TRUSTED = re.compile(r"\bdeb(?:-src)?\s+\[[^\[\]]*\b(?:trusted|allow-insecure)=yes\b[^\[\]]*\]\s+(?!file:|cdrom:|copy:)", re.IGNORECASE)
_DEB822 = re.compile(r"^\s*(?:Trusted|Allow-Insecure):\s*yes\b", re.IGNORECASE | re.MULTILINE)
_GPGCHECK = re.compile(r"^\s*gpgcheck\s*=\s*(?:0|no|false|off)\b", re.IGNORECASE | re.MULTILINE)
_UNAUTHENTICATED = re.compile(
    r"(?:APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)[=\s\"]+(?:true|yes|1)\b", re.IGNORECASE
)


@unsigned_repository.check(aspect=ShellCommand)
def written(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """`[trusted=yes]` and `gpgcheck=0` where a file is written or an option given."""
    if command.name in ("echo", "printf", "tee", "add-apt-repository", "cat", "apt-get", "apt", "yum-config-manager"):
        for word in command.words:
            switch = _signature_switch(word.known, command.name)
            if switch:
                yield Finding((command.block, word), f"`{switch}` lets anybody's packages in")
                return
    if command.name in ("yum", "dnf", "microdnf", "tdnf", "yum-config-manager"):
        for word in command.words:
            text = word.known.removeprefix("--setopt=")
            if re.fullmatch(r"(?:[\w*-]+\.)?gpgcheck=(?:0|no|false|off)", text, re.IGNORECASE):
                steps = (RemoveWord(word),) if word.startswith("--setopt=") else ()
                intents = (Intent(f"remove `{word.raw}`", steps, UNSAFE, None, "packages must be signed"),) if steps else ()
                yield Finding((command.block, word), f"`{text}` lets anybody's packages in", intents)
                return


def _signature_switch(text: str, name: str) -> str:
    if name in ("echo", "printf", "tee", "add-apt-repository"):
        if _TRUSTED.search(text):
            return "trusted=yes"
        # printf's own escapes stand for the line ends
        lines = text.replace("\\n", "\n")
        if _GPGCHECK.search(lines) and not re.search(r"\brepo_gpgcheck\s*=\s*1", lines):
            return "gpgcheck=0"
        if _DEB822.search(lines):
            return "Trusted: yes"
    match = _UNAUTHENTICATED.search(text)
    return " ".join(match[0].split()).replace('"', "") if match else ""
