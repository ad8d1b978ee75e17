"""Code fetched from the network and run at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.model.aspects import Download, ShellCommand, Word
from iaclint.model.intent import Intent, RemoveWord, ReplaceWord
from iaclint.model.project import Project
from iaclint.rules import HIGH, LOW, MEDIUM, UNSAFE, Finding, in_dockerfile, rule

FETCHERS = frozenset({"curl", "wget", "fetch", "aria2c"})
INTERPRETERS = frozenset(
    {
        "sh",
        "bash",
        "dash",
        "ash",
        "zsh",
        "ksh",
        "python",
        "python2",
        "python3",
        "perl",
        "ruby",
        "node",
        "php",
        "pwsh",
        "source",
        ".",
    }
)
EVALUATES = frozenset({"iex", "invoke-expression"})
"""PowerShell's `eval`."""
CURL = "https://curl.se/docs/manpage.html"

pipe_to_shell = rule(
    "pipe-to-shell",
    severity=HIGH,
    cwe=494,
    title="A download is run without being looked at",
    why="Whoever controls the server, its name or the way to it runs code here, with these privileges; a connection that "
    "breaks off halfway runs half a script.",
    references=("https://cwe.mitre.org/data/definitions/494.html", "https://slsa.dev/spec/v1.0/threats"),
    remedy="download to a file, compare its checksum with one kept in the repository, then run it",
    tags=("supply-chain",),
)


@pipe_to_shell.check(aspect=ShellCommand)
def piped_download(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """`curl ... | sh`, and `sh -c "$(curl ...)"` or `bash <(curl ...)`."""
    if command.name in FETCHERS and command.pipeline:
        at = next((index for index, one in enumerate(command.pipeline) if one is command), len(command.pipeline))
        for follower in command.pipeline[at + 1 :]:
            if _reads_a_program(follower):
                yield Finding(command, f"the output of {command.name} is run by {follower.name} unseen")
                return
    if command.name in INTERPRETERS or command.name == "eval":
        for word in command.words:
            if _substitutes_download(word):
                yield Finding(command, f"{command.name} runs what it downloads unseen")
                return


@pipe_to_shell.check(aspect=Download, language="dockerfile")
def evaluated_download(download: Download, project: Project) -> Iterator[Finding]:
    """`iwr ... | iex`, and `iex ((New-Object Net.WebClient).DownloadString(...))`."""
    command = download.command
    if command is not None and any(one.name.lower() in EVALUATES for one in command.pipeline if one is not command):
        yield Finding(command, f"what {download.tool} fetches is run unseen")


def _reads_a_program(command: ShellCommand) -> bool:
    """Whether an interpreter takes its program from standard input."""
    if command.name not in INTERPRETERS:
        return False
    if command.flag("-c", "-m", "-e", "-n", "-p") is not None and command.name not in (
        "sh",
        "bash",
        "dash",
        "ash",
        "zsh",
        "ksh",
    ):
        return False  # `python -m json.tool`, `perl -pe`: the program is given, the input is data
    if command.flag("-c") is not None:
        return False
    operands = command.operands()
    # `bash -s -- --option` takes arguments; a named script takes the input as data
    return not operands or operands[0].text == "-" or command.flag("-s") is not None


def _substitutes_download(word: Word) -> bool:
    raw = word.raw.lstrip("\"'")
    return raw.startswith(("$(", "<(", "`")) and any(
        raw[2:].lstrip().startswith(f"{tool} ") for tool in ("curl", "wget")
    )


insecure_download = rule(
    "insecure-download",
    severity=HIGH,
    cwe=295,
    title="A download does not verify the server's certificate",
    why="Anybody on the way can answer in the server's place, and what comes back is installed or run.",
    references=(CURL, "https://www.gnu.org/software/wget/manual/wget.html"),
    aliases=(in_dockerfile("CKV2_DOCKER_2", tool="curl"), in_dockerfile("CKV2_DOCKER_3", tool="wget")),
    fix_safety="The download fails from now on if the server's certificate is not valid for this machine.",
    tags=("supply-chain",),
)


@insecure_download.check(aspect=Download)
def unverified(download: Download, project: Project) -> Iterator[Finding]:
    """`curl -k`, `wget --no-check-certificate`, `git -c http.sslVerify=false`."""
    command = download.command
    # modules with `validate_certs: false` are a rule of their own: it covers more than downloads
    if download.verifies is not False or command is None or not isinstance(download.switch, Word):
        return
    if _is_local(download.url_text or ""):
        return
    switch = download.switch
    step = _without_switch(switch)
    intents = (
        (Intent(_cure(step, switch), (step,), UNSAFE, None, "the server's certificate must be valid"),) if step else ()
    )
    message = f"`{switch.raw}` makes {download.tool} trust any server"
    yield Finding((download.block, switch), message, intents, {"tool": download.tool})


def _cure(step: RemoveWord | ReplaceWord, switch: Word) -> str:
    return f"remove `{switch.raw}`" if isinstance(step, RemoveWord) else f"write `{step.text}` for `{switch.raw}`"


def _without_switch(switch: Word) -> RemoveWord | ReplaceWord | None:
    text = switch.text or ""
    if text.startswith("--") or text == "-k":
        return RemoveWord(switch) if "=" not in text else None
    if text.startswith("-") and "k" in text and text[1:].isalpha():
        return ReplaceWord(switch, text.replace("k", "", 1))
    return None


plaintext_download = rule(
    "plaintext-download",
    severity=MEDIUM,
    cwe=319,
    title="A download is not encrypted",
    why="Without TLS nobody proves who answers: anybody on the way can put other content in place of what is fetched.",
    references=(CURL,),
    fix_safety="The server must answer over HTTPS.",
    tags=("supply-chain",),
)


@plaintext_download.check(aspect=Download)
def over_http(download: Download, project: Project) -> Iterator[Finding]:
    """`curl http://...`, `wget http://...`: modules have a rule of their own."""
    text = download.url_text or ""
    if download.command is None or not text.startswith(("http://", "ftp://")) or _is_local(text) or download.checked:
        return
    if not isinstance(download.url, Word):
        return
    url = download.url
    intents: tuple[Intent, ...] = ()
    if text.startswith("http://") and url.raw.count("http://") == 1:
        step = ReplaceWord(url, url.raw.replace("http://", "https://"))
        intents = (Intent("fetch it over HTTPS", (step,), UNSAFE, None, "the server must answer over HTTPS"),)
    yield Finding((download.block, url), f"{download.tool} fetches over {text.partition(':')[0].upper()}", intents)


def _is_local(url: str) -> bool:
    """Whether a URL names this machine or a private network, where no stranger stands in between."""
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
    if host in ("localhost", "host.docker.internal", "metadata.google.internal") or "." not in host:
        return True
    if host.endswith((".local", ".internal", ".localdomain", ".svc", ".test", ".lan")):
        return True
    parts = host.split(".")
    if not all(part.isdigit() for part in parts) or len(parts) != 4:
        return False
    first, second = int(parts[0]), int(parts[1])
    return first in (10, 127) or (first, second) in ((192, 168), (169, 254)) or (first == 172 and 16 <= second <= 31)


unauthenticated_packages = rule(
    "unauthenticated-packages",
    severity=HIGH,
    cwe=347,
    title="Packages are installed without checking their signatures",
    why="The signature is what ties a package to its distributor; without it a mirror or anybody on the way can replace it.",
    references=("https://wiki.debian.org/SecureApt", "https://dnf.readthedocs.io/en/latest/conf_ref.html"),
    aliases=(
        in_dockerfile("CKV2_DOCKER_7", tool="apk"),
        in_dockerfile("CKV2_DOCKER_8", switch="--allow-unauthenticated", tool="apt-get"),
        in_dockerfile("CKV2_DOCKER_9", switch="--nogpgcheck"),
        in_dockerfile("CKV2_DOCKER_10", tool="rpm"),
        in_dockerfile("CKV2_DOCKER_11", switch="--force-yes"),
    ),
    fix_safety="The installation fails from now on if a package is not signed by a key that is trusted here.",
    tags=("supply-chain",),
)

UNSIGNED: dict[str, tuple[str, ...]] = {
    "apt-get": ("--allow-unauthenticated", "--force-yes"),
    "apt": ("--allow-unauthenticated", "--force-yes"),
    "aptitude": ("--allow-untrusted",),
    "yum": ("--nogpgcheck",),
    "dnf": ("--nogpgcheck", "--no-gpgchecks"),
    "microdnf": ("--nogpgcheck",),
    "zypper": ("--no-gpg-checks",),
    "apk": ("--allow-untrusted",),
    "rpm": ("--nosignature", "--nodigest"),
}


@unauthenticated_packages.check(aspect=ShellCommand)
def unsigned(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """A package manager's switch that skips signatures."""
    for name in UNSIGNED.get(command.name, ()):
        switch = command.flag(name)
        if switch is not None and switch.text == name:
            intent = Intent(f"remove `{name}`", (RemoveWord(switch),), UNSAFE, None, "the packages must be signed")
            message = f"`{name}` lets {command.name} install unsigned packages"
            yield Finding((command.block, switch), message, (intent,), {"tool": command.name, "switch": name})


unverified_host_key = rule(
    "unverified-host-key",
    severity=MEDIUM,
    cwe=295,
    title="SSH connects without knowing the other side's key",
    why="Anybody on the way can pose as the server, read what is sent, and receive the credentials or the code.",
    references=("https://man.openbsd.org/ssh_config#StrictHostKeyChecking",),
    remedy="put the server's key into known_hosts beforehand",
    tags=("network",),
)


@unverified_host_key.check(aspect=ShellCommand)
def any_host_key(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """`ssh -o StrictHostKeyChecking=no` and its like."""
    if command.name not in ("ssh", "scp", "sftp", "rsync", "git", "ssh-copy-id", "autossh"):
        return
    for word in command.words:
        if "stricthostkeychecking=no" in word.known.lower().replace(" ", "="):
            if not _stays_on_this_machine(command):
                yield Finding((command.block, word), f"{command.name} accepts any host key")
            return


_SSH_VALUES = tuple(f"-{letter}" for letter in "BbcDEeFIiJLlmOoPpQRSWw")
_LOOPBACK = re.compile(r"(?:\w+://)?(?:[^@/\s]*@)?(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])(?=[:/]|\Z)", re.IGNORECASE)


def _stays_on_this_machine(command: ShellCommand) -> bool:
    """Whether every host the command connects to certainly is the machine itself."""
    if command.name == "git" or command.flag("-J") is not None:
        return False
    operands = [word.text for word in command.operands(*_SSH_VALUES)]
    if command.name in ("scp", "rsync"):
        # what names no host is a file of this machine
        targets = [text for text in operands if text is None or ":" in text.partition("/")[0] or "://" in text]
    else:
        targets = operands[:1]
    return bool(targets) and all(text is not None and _LOOPBACK.match(text) for text in targets)


unchecked_download = rule(
    "unchecked-download",
    severity=LOW,
    cwe=494,
    title="A downloaded program is not compared with a checksum",
    why="If the server or the release is tampered with, nothing here notices.",
    references=("https://cwe.mitre.org/data/definitions/494.html",),
    default=False,
    remedy="compare it with a checksum kept in the repository: echo '<sum>  file' | sha256sum -c",
    tags=("supply-chain",),
)

PROGRAMS = (
    ".sh",
    ".py",
    ".deb",
    ".rpm",
    ".apk",
    ".run",
    ".bin",
    ".jar",
    ".exe",
    ".tar.gz",
    ".tgz",
    ".tar.xz",
    ".zip",
    ".tar.bz2",
)


@unchecked_download.check(aspect=Download)
def without_checksum(download: Download, project: Project) -> Iterator[Finding]:
    """curl or wget of something that is a program, in a script that never compares a checksum."""
    text = download.url_text or ""
    if download.command is None or download.checked is not False or not text.startswith(("http://", "https://")):
        return
    if text.partition("?")[0].lower().endswith(PROGRAMS) and not _is_local(text):
        yield Finding(download.command, f"{download.tool} fetches a program that nothing is compared with")
