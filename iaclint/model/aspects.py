"""Aspects: facts that several languages state in their own way, in one form.

Each Aspect carries the Block it belongs to and the Values it was read from, so a finding can point
at the place and an Intent can change it. `iaclint.aspects` knows where each platform states them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iaclint.model.block import Block, Document
from iaclint.model.value import Value
from iaclint.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(eq=False, repr=False)
class Word:
    """One word of a shell command.

    text     the word after quote removal, or None when it holds an expansion that is unknown
    raw      the word as written
    span     in the file's bytes
    parts    known pieces of a word with expansions, None for each unknown gap
    variables names of the shell (or Jinja, Terraform) variables it expands
    fields   where an unquoted variable, or that of a `for` loop, makes several words of it: those, as far as known
    """

    text: str | None
    raw: str
    span: Span
    parts: tuple[str | None, ...] = ()
    variables: tuple[str, ...] = ()
    fields: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def known(self) -> str:
        """The known parts joined: to look for a prefix or substring in."""
        return self.text if self.text is not None else "".join(part for part in self.parts if part is not None)

    def startswith(self, prefix: str) -> bool:
        """Whether the word certainly begins so."""
        first = self.text if self.text is not None else (self.parts[0] if self.parts else None)
        return first is not None and first.startswith(prefix)


@dataclass(eq=False, repr=False)
class Redirect:
    """A redirection: operator (`>`, `>>`, `<`, `2>`, `<<`) and target word."""

    operator: str
    target: Word | None
    span: Span


@dataclass(eq=False, repr=False)
class ShellCommand:
    """A simple command of a shell text, wrappers such as sudo and env taken off.

    block       the Block it stands in (a RUN instruction, a task, a provisioner); its `type` is no command
    name        the command's base name (`curl`), or "" when unknown
    words       its words without the name, in order, redirections left out
    name_word   the word that names it
    wrappers    names of the wrappers taken off, outermost first: ("sudo", "env")
    wrapper_words the words of those wrappers (with their options)
    assignments NAME -> Word, as in `DEBIAN_FRONTEND=noninteractive apt-get ...`
    redirects   its redirections
    pipeline    all commands of the pipeline it belongs to, in order (itself included)
    separator   how it is joined to what stands before: "", "&&", "||", ";", "|", "|&", "&", "newline"
    context     "": top level; "subshell", "substitution", "if", "loop", "function", "test"
    script      the text it was parsed from; opaque to checks
    span        from the first word (wrappers and assignments included) to the last
    """

    block: Block
    name: str
    name_word: Word
    words: list[Word]
    span: Span
    wrappers: tuple[str, ...] = ()
    wrapper_words: list[Word] = field(default_factory=list)
    assignments: dict[str, Word] = field(default_factory=dict)
    redirects: list[Redirect] = field(default_factory=list)
    pipeline: list[ShellCommand] = field(default_factory=list)
    separator: str = ""
    context: str = ""
    script: object = None

    @property
    def document(self) -> Document:
        """The Document the command stands in."""
        return self.block.document

    def flag(self, *names: str) -> Word | None:
        """The word that gives one of these options: `-y`, `--yes`, also within `-qy` and `--opt=value`."""
        for word in self.words:
            text = word.known
            if text == "--" and word.text == "--":
                return None
            for name in names:
                if name in word.fields:
                    return word
                if text == name or (name.startswith("--") and text.startswith(name + "=")):
                    return word
                if len(name) == 2 and name[0] == "-" and name[1] != "-" and _is_cluster(text) and name[1] in text[1:]:
                    return word
        return None

    def option(self, *names: str) -> Word | None:
        """The Word that is the value of an option: of `-o value`, or the whole word `--opt=value`."""
        for index, word in enumerate(self.words):
            for name in names:
                if word.known.startswith(name + "="):
                    return word
                if word.text == name and index + 1 < len(self.words):
                    return self.words[index + 1]
        return None

    def operands(self, *value_options: str) -> list[Word]:
        """The words that are no options, nor the values of the options named."""
        found: list[Word] = []
        skip = False
        only_operands = False
        for word in self.words:
            if skip:
                skip = False
            elif only_operands or not word.known.startswith("-") or word.known == "-":
                found.append(word)
            elif word.text == "--":
                only_operands = True
            else:
                skip = word.text in value_options
        return found


def _is_cluster(text: str) -> bool:
    return len(text) > 1 and text[0] == "-" and text[1] != "-" and text[1:].isalpha()


@dataclass(eq=False, repr=False)
class Package:
    """One package asked for: name, the version it is pinned to (None: none, "": unknown), and its place."""

    name: str
    version: str | None
    place: Word | Value


@dataclass(eq=False, repr=False)
class PackageInstall:
    """Packages installed by a package manager: `apt-get install`, the apt module, `pip install -r` ...

    manager      "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper", "pip", "npm", "yarn", "pnpm", "gem",
                 "go", "cargo" ...
    command      the shell command, or None for a module
    requirements whether the packages come from a file (`-r requirements.txt`, `npm ci`)
    """

    block: Block
    manager: str
    packages: list[Package]
    command: ShellCommand | None = None
    requirements: bool = False


@dataclass(eq=False, repr=False)
class Download:
    """Something fetched over the network: curl, wget, ADD of a URL, get_url, unarchive, uri, git ...

    url       its place; None when there is no telling
    tool      "curl", "wget", "ADD", "ansible.builtin.get_url" ...
    checked   whether a checksum or signature is given: True, False, or None when unknown
    verifies  whether the server's certificate is verified: False when switched off
    switch    the Word or Value that switches verification off
    """

    block: Block
    tool: str
    url: Word | Value | None
    url_text: str | None
    checked: bool | None = None
    verifies: bool | None = True
    switch: Word | Value | None = None
    command: ShellCommand | None = None


@dataclass(eq=False, repr=False)
class ImageReference:
    """A container image named somewhere.

    image     without tag and digest: "docker.io/library/nginx" as written ("nginx")
    tag       None: none written; "" when unknown
    digest    None: none written; "" when unknown
    value     the Value that holds the reference
    """

    block: Block
    value: Value
    text: str | None
    image: str | None
    tag: str | None
    digest: str | None
    role: str = "run"
    """ "base" for FROM, "copy" for COPY --from, "run" where a container is run from it."""


@dataclass(eq=False, repr=False)
class NetworkRule:
    """One rule of a firewall: who may reach which ports.

    direction   "ingress" or "egress"
    protocol    "tcp", "udp", "icmp", "all"; None when unknown
    from_port, to_port  None when unknown; 0 to 65535 for all
    sources     Values of CIDRs (or prefix names: "Internet", "*"); destinations for egress
    ports       the Values the ports were read from
    allows      False for a deny rule, None when unknown
    stateless   whether the firewall forgets connections (a network ACL), so that answers need a rule of their own
    """

    block: Block
    element: Block | Value
    direction: str
    protocol: str | None
    from_port: int | None
    to_port: int | None
    sources: list[Value]
    ports: list[Value] = field(default_factory=list)
    allows: bool | None = True
    stateless: bool = False

    def covers(self, port: int) -> bool:
        """Whether the port is certainly within the rule's range."""
        return self.from_port is not None and self.to_port is not None and self.from_port <= port <= self.to_port

    def open_sources(self) -> Iterator[Value]:
        """The sources that are certainly the whole Internet."""
        for value in self.sources:
            if is_whole_internet(value.text):
                yield value


def is_whole_internet(text: str | None) -> bool:
    """Whether a CIDR or a prefix name means every address of IPv4 or IPv6; of several with commas between, any."""
    if text is None:
        return False
    words = [word.strip() for word in text.lower().split(",")]
    return any(word.endswith("/0") or word in ("*", "internet", "any") for word in words)


@dataclass(eq=False, repr=False)
class PolicyStatement:
    """One statement of an access policy (IAM JSON in any spelling).

    role        "identity", "resource" or "trust": what the policy is attached to
    effect      "Allow", "Deny" or None when unknown
    actions     the Values of Action; `not_actions` of NotAction, and so on
    principals  pairs of kind ("AWS", "Service", "Federated", "*") and Value
    conditions  the condition maps (empty: certainly none; None: unknown)
    element     the Block or map Value of the statement
    """

    block: Block
    element: Block | Value
    role: str
    effect: str | None
    actions: list[Value]
    not_actions: list[Value] = field(default_factory=list)
    resources: list[Value] = field(default_factory=list)
    not_resources: list[Value] = field(default_factory=list)
    principals: list[tuple[str, Value]] = field(default_factory=list)
    not_principals: list[tuple[str, Value]] = field(default_factory=list)
    conditions: list[tuple[str, str, Value]] | None = field(default_factory=list)
    """(operator, key, value) of each condition."""


@dataclass(eq=False, repr=False)
class Credential:
    """A place that holds a credential: a sensitive argument, an ENV name, a module's secret parameter.

    value  what stands there (its text is never printed)
    name   the name that gives it away: "password", "AWS_SECRET_ACCESS_KEY"
    kind   "argument", "variable", "environment", "url", "key" ...
    """

    block: Block
    value: Value
    name: str
    kind: str = "argument"


@dataclass(eq=False, repr=False)
class FilePermission:
    """The mode a file is given: chmod, COPY --chmod, the mode of a file module, file_permission.

    mode  the permission bits when known; None when unknown or not octal
    text  as written
    place the Value or Word that gives it
    """

    block: Block
    place: Word | Value
    text: str
    mode: int | None
    path: str | None = None
    command: ShellCommand | None = None
    adds: str = ""
    """For a symbolic mode (`a+w`, `o+w`, `u+s`): what it adds, normalised as "o+w"; several comma separated."""


@dataclass(eq=False, repr=False)
class Identity:
    """Who something runs as: USER, become_user, runAsUser, a service account.

    name   user name or id as text, None when unknown
    place  the Value or Block that says so
    """

    block: Block
    place: Value | Block
    name: str | None
    role: str = "user"


Aspect = (
    ShellCommand
    | PackageInstall
    | Download
    | ImageReference
    | NetworkRule
    | PolicyStatement
    | Credential
    | FilePermission
    | Identity
)
