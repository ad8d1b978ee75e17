"""Certificates and signatures that modules are told not to check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from iaclint.model.block import Block, Node
from iaclint.model.intent import Intent, ReplaceText, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    UNSAFE,
    Finding,
    be_false,
    be_true,
    bind,
    has,
    in_ansible,
    requirement,
    rule,
    set_to,
    some,
    where,
)
from iaclint.rules.conditions import Condition

VERIFYING = frozenset({
    "validate_certs", "sslverify", "tls_verify", "tlsverify", "verify_ssl", "ssl_verify", "validate_certificate",
    "vcenter_validate_certs", "registry_validate_certs", "validate_registry_certs", "proxy_validate_certs",
    "remote_validate_certs", "hook_validate_certs", "destination_vcenter_validate_certs", "dnac_verify",
    "certificate_validation_enabled",
})  # fmt: skip
TRUSTING = frozenset({
    "insecure_skip_tls_verify", "tls_skip_verify", "skip_tls_certs_check", "insecure_ssl",
    "ignore_certificate_validation",
})  # fmt: skip
_URLS = ("url", "src", "repo", "baseurl", "repository_url", "endpoint", "host", "hostname", "api_url")

certificate_unchecked = rule(
    "ansible-certificate-unchecked",
    severity=HIGH,
    cwe=295,
    title="Module does not check the server's certificate",
    why="Anybody on the network path can pose as the server: read the credentials sent to it and answer with "
    "packages, scripts or settings of their own.",
    references=("https://docs.ansible.com/ansible/latest/collections/ansible/builtin/get_url_module.html",),
    aliases=(in_ansible("KICS:b47b98ab-e481-4a82-8bb1-1ab39fd36e33", type="community.aws.api_gateway"),),
    tags=("network", "supply-chain"),
    fix_safety="A server with a self-signed certificate is then refused: give its authority with `ca_path` or install "
    "it on the host first.",
)


@certificate_unchecked.check(ansible="*.*")
def module_trusts_anybody(module: Block, project: Project) -> Iterator[Finding]:
    if module.kind != "module" or not (VERIFYING | TRUSTING) & module.arguments.keys():
        return
    if any(is_loopback(module.get(name)) for name in _URLS) or _is_probe(module):
        return
    for name in module.arguments:
        if name in VERIFYING or name in TRUSTING:
            yield from _unchecked(module.at(name), name in VERIFYING)


@certificate_unchecked.check(ansible="play|task|handler")
def default_trusts_anybody(block: Block, project: Project) -> Iterator[Finding]:
    """The same in `module_defaults`."""
    if "module_defaults" in block.arguments:
        for defaults in block.get("module_defaults").entries.values():
            for name, value in defaults.entries.items():
                if name in VERIFYING or name in TRUSTING:
                    yield from _unchecked(value, name in VERIFYING)


def _unchecked(value: Value, wanted: bool) -> Iterator[Finding]:
    if value.boolean is (not wanted):
        shown = "true" if wanted else "false"
        note = "a server with a self-signed certificate is then refused"
        intent = Intent(f"set `{value.name}` to {shown}", (Set(value, wanted),), UNSAFE, None, note)
        yield Finding(value, f"the server's certificate is not checked: `{value.name}` is {value.text}", (intent,))


_PROBE = re.compile(r"/(?:healthz?|livez|readyz|ready|live|ping|status)/?(?:\?[^/]*)?\Z")
_TELLING = ("url_username", "url_password", "headers", "body", "src", "dest")


def _is_probe(module: Block) -> bool:
    """Whether a request only asks if a service answers: it hands over nothing, and nothing comes of the answer."""
    if module.type != "ansible.builtin.uri" or any(name in module.arguments for name in _TELLING):
        return False
    url = module.get("url")
    text = url.text if url.text is not None else (url.parts or ("",))[-1] or ""
    return _PROBE.search(text) is not None and module.get("return_content").boolean is not True


def is_loopback(value: Value) -> bool:
    """Whether a URL or host name certainly means the machine itself: nobody stands in between there."""
    text = value.text if value.text is not None else value.known_text
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


_PLACES = ("baseurl", "mirrorlist", "metalink", "repo", "uris")
_LOCAL = re.compile(r"(?:file|copy|cdrom):", re.IGNORECASE)


def _brings_nothing(repository: Node, project: Project) -> bool:
    """Whether a repository certainly is off, or all its URLs are of the machine itself: no stranger gets in there."""
    if repository.at("enabled").is_(False):
        return True
    values = [one for name in _PLACES for value in repository.each(name) for one in value.items or [value]]
    urls = [url for value in values if not value.is_missing for url in (_beginning(value).split() or [""])]
    return bool(urls) and all(_LOCAL.match(url) for url in urls)


def _beginning(value: Value) -> str:
    return value.text if value.text is not None else (value.parts or ("",))[0] or ""


unreachable = Condition(_brings_nothing, "off, or on the machine itself")

requirement(
    "ansible-package-signature-unchecked",
    severity=HIGH,
    cwe=347,
    title="Packages are installed without checking their signatures",
    why="Whoever controls the mirror, a proxy or the network path decides what is installed, as root.",
    ansible=(
        bind(
            "ansible.builtin.yum_repository: gpgcheck",
            unless=some(where("state", "absent"), unreachable),
            message="the repository's packages are not checked: `gpgcheck` is {value}",
        ),
        bind(
            "ansible.builtin.yum|ansible.builtin.dnf|ansible.builtin.dnf5|community.general.zypper"
            "|community.general.zypper_repository: disable_gpg_check",
            must=be_false,
            unless=some(where("state", "absent"), unreachable),
            fix=set_to(False, at_most=UNSAFE, note="unsigned packages are then refused"),
            message="the packages are not checked: `disable_gpg_check` is {value}",
        ),
        bind(
            "ansible.builtin.apt: allow_unauthenticated",
            must=be_false,
            fix=set_to(False, at_most=UNSAFE, note="unsigned packages are then refused"),
            message="packages are installed unsigned: `allow_unauthenticated` is {value}",
        ),
        bind(
            "ansible.builtin.apt: force",
            must=be_false,
            when=has("name"),
            fix=set_to(False, at_most=UNSAFE, note="unsigned packages and downgrades are then refused"),
            message="`force` makes apt install packages without a valid signature",
        ),
        bind(
            "ansible.builtin.deb822_repository: trusted",
            must=be_false,
            unless=some(where("state", "absent"), unreachable),
            fix=set_to(False, at_most=UNSAFE, note="an unsigned repository is then refused"),
            message="the repository is trusted unsigned: `trusted` is {value}",
        ),
        bind(
            "ansible.builtin.deb822_repository: allow_insecure",
            must=be_false,
            unless=some(where("state", "absent"), unreachable),
            fix=set_to(False, at_most=UNSAFE, note="an unsigned repository is then refused"),
            message="the repository is trusted unsigned: `allow_insecure` is {value}",
        ),
    ),
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="the repository's key must be known: give it with `gpgkey`"),
    references=(
        "https://docs.ansible.com/ansible/latest/collections/ansible/builtin/yum_repository_module.html",
        "https://docs.ansible.com/ansible/latest/collections/ansible/builtin/apt_module.html",
    ),
    tags=("supply-chain",),
    fix_safety="Installing fails until the key the packages are signed with is known to the host.",
)

repository_trusted = rule(
    "ansible-repository-trusted-unsigned",
    severity=HIGH,
    cwe=347,
    title="Package repository is trusted without a signature",
    why="`trusted=yes` has apt take whatever the server, or somebody posing as it, offers, and install it as root.",
    references=("https://manpages.debian.org/stable/apt/sources.list.5.en.html",),
    tags=("supply-chain",),
    fix_safety="An unsigned repository is then refused: have it signed and give its key with `signed-by=`.",
)

_TRUSTED = re.compile(r"\[(?:[^\[\]]*[ \t])?(trusted=yes|allow-insecure=yes)(?=[ \t\]])[^\[\]]*\]", re.IGNORECASE)


@repository_trusted.check(ansible="ansible.builtin.apt_repository")
def trusted_repository(module: Block, project: Project) -> Iterator[Finding]:
    repo = module.at("repo")
    text = repo.text if repo.text is not None else repo.known_text
    match = _TRUSTED.search(text)
    if match is None or module.at("state").is_("absent") or _LOCAL.match(text[match.end() :].lstrip()):
        return
    option = match[1]
    alone = f"[{option}] "
    old, new = (alone, "") if alone in text else (f"{option} ", "") if f"{option} " in text else (f" {option}", "")
    intent = Intent(f"remove `{option}`", (ReplaceText(repo, old, new),), UNSAFE, None, "unsigned packages are refused")
    yield Finding(repo, f"apt trusts this repository without a signature: `{option}`", (intent,))


