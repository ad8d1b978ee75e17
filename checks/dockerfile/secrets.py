"""Files with credentials that are copied into an image."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from iaclint.checks.dockerfile._image import ships
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.rules import HIGH, Finding, in_dockerfile, rule

copied_secret = rule(
    "copied-secret",
    severity=HIGH,
    cwe=538,
    confidence="medium",
    title="A file with credentials is copied into the image",
    why="Whoever can pull the image has it, even when a later instruction deletes the file: the layer keeps it.",
    references=("https://docs.docker.com/build/building/secrets/",),
    aliases=(in_dockerfile("AVD-DS-0031"),),
    remedy="give it to the one RUN that needs it with --mount=type=secret, or to the container when it starts",
    tags=("container", "secret"),
)

_NAMES = (
    ".env", ".env.local", ".env.prod", ".env.production", ".netrc", "_netrc", ".git-credentials", ".pgpass", ".my.cnf",
    ".npmrc", ".pypirc", ".htpasswd", ".dockercfg", ".vault-token", ".s3cfg", ".boto", "kubeconfig", "terraform.tfstate",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pfx", "*.p12", "*.keystore", "*.ppk", ".aws", ".ssh", ".gnupg",
    ".kube", ".azure", "private.key", "private.pem", "privkey.pem", "privatekey.pem", "server.key", "tls.key", "ssl.key",
    "*-key.pem", "*_key.pem", "*.jks", "*.kdbx", "application_default_credentials.json", "*.agekey", ".vault_pass",
    ".vault_pass.txt", ".terraformrc", ".databrickscfg", "terraform.tfstate.backup", ".env.staging",
)
_PATHS = ("*.aws/credentials", "*.docker/config.json", "*.kube/config", "*.ssh/*", "*.cargo/credentials*")
_PUBLIC = ("*.pub", "*public-key.pem", "*public_key.pem", "*pub-key.pem", "*pub_key.pem", "*signing-key.pem", "*/known_hosts", "*/authorized_keys", "*.ssh/config")


@copied_secret.check(dockerfile="COPY|ADD")
def file_with_credentials(block: Block, project: Project) -> Iterator[Finding]:
    """A name that only files with credentials have, from the context into the final image."""
    if not ships(block):
        return
    if "--from" in block.arguments:
        return
    for source in block.get("sources").items:
        path = (source.text or "").rstrip("/")
        name = path.rsplit("/", 1)[-1].lower()
        if not name or any(fnmatch.fnmatchcase(path.lower(), one) for one in _PUBLIC):
            continue
        is_named = any(fnmatch.fnmatchcase(name, one) for one in _NAMES)
        if is_named or any(fnmatch.fnmatchcase(path.lower(), one) for one in _PATHS):
            yield Finding(source, "a file that holds credentials is copied into the image")
