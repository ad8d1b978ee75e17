"""Credentials written as literals where a credential belongs."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.credentials import CONNECTION_PASSWORDS, is_default_password, names_a_credential
from iaclint.checks.secrets._likeness import is_credential
from iaclint.model.aspects import Credential
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import CRITICAL, HIGH, Finding, in_ansible, in_dockerfile, in_terraform, rule

OWASP = "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"

plaintext_secret = rule(
    "plaintext-secret",
    severity=CRITICAL,
    cwe=798,
    title="A credential stands in the code",
    why="Everybody who can read the repository, a fork, a backup or the state file has it; taking it out of the text does "
    "not help, it must be revoked. A default password is known anyway, and what attackers try first.",
    references=(OWASP, "https://cwe.mitre.org/data/definitions/798.html"),
    aliases=(
        in_terraform("KICS:487f4be7-3fd9-4506-a07a-eae252180c08"),
        in_terraform("CKV_AWS_41", type="aws"),
        in_terraform("CKV_AWS_45", type="aws_lambda_function"),
        in_terraform("AVD-AWS-0036", "AC_AWS_0095", type="aws_ecs_task_definition"),
        in_ansible("KICS:f34508b9-f574-4330-b42d-88c44cced645", type="amazon.aws.lambda"),
        in_ansible("KICS:487f4be7-3fd9-4506-a07a-eae252180c08"),
    ),
    remedy="choose another (and revoke this one), keep it in a vault, and refer to that",
    tags=("secret",),
)

secret_in_image = rule(
    "secret-in-image",
    severity=CRITICAL,
    cwe=798,
    title="A credential is built into the image",
    why="ENV and ARG stay readable in the image's configuration and history for everybody who can pull it.",
    references=("https://docs.docker.com/build/building/secrets/",),
    aliases=(in_dockerfile("KICS:487f4be7-3fd9-4506-a07a-eae252180c08", "AVD-DS-0031", "DL3064", "buildkit:SecretsUsedInArgOrEnv"),),
    remedy="revoke it; give it to the one RUN that needs it with --mount=type=secret, or to the container when it starts",
    tags=("secret", "container"),
)

secret_build_argument = rule(
    "secret-build-argument",
    severity=HIGH,
    cwe=522,
    title="A credential is taken as a build argument or environment variable",
    why="The value given at build time stays in the image's history, readable for everybody who can pull it.",
    references=("https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",),
    aliases=(in_dockerfile("AVD-DS-0031", "DL3064", "buildkit:SecretsUsedInArgOrEnv"),),
    remedy="give it to the RUN that needs it with --mount=type=secret",
    tags=("secret", "container"),
)


@plaintext_secret.check(aspect=Credential)
def literal(credential: Credential, project: Project) -> Iterator[Finding]:
    """A known text in a credential's place, in Terraform or Ansible."""
    value = credential.value
    if credential.block.language == "dockerfile" or value.kind != "string":
        return
    # passwords for logging in to hosts have a rule of their own
    if credential.block.language == "ansible" and credential.name in CONNECTION_PASSWORDS:
        return
    # a default that is written at its variable is reported there, once
    if _is_reported_at_its_variable(value):
        return
    if is_credential(str(value.data), credential.name):
        what = "a default password" if is_default_password(str(value.data)) else "a credential in plain text"
        yield Finding(value, f"`{credential.name}` holds {what}")


def _is_reported_at_its_variable(value: Value) -> bool:
    origin = value.origin
    if origin is None or origin.block is None:
        return False
    kind, type = origin.block.kind, origin.block.type
    if kind not in ("variable", "vars", "play", "task", "handler") and type not in ("group", "host"):
        return False
    return names_a_credential(origin.block.name if origin.block.kind == "variable" else origin.name)


@secret_in_image.check(aspect=Credential, language="dockerfile")
def in_image(credential: Credential, project: Project) -> Iterator[Finding]:
    """A known text for an ENV or ARG whose name says secret."""
    value = credential.value
    if value.kind == "string" and value.origin is None and is_credential(str(value.data), credential.name):
        yield Finding(value, f"`{credential.name}` is set to a credential in the image")


@secret_build_argument.check(aspect=Credential, language="dockerfile")
def asked_for(credential: Credential, project: Project) -> Iterator[Finding]:
    """An ARG (or an ENV filled from one) whose name says secret, without a literal."""
    value = credential.value
    if credential.kind == "build argument" and (value.is_missing or value.is_unknown):
        yield Finding(value, f"build argument `{credential.name}` takes a credential")
    elif credential.kind == "environment" and (value.is_unknown or value.origin is not None):
        yield Finding(value, f"`{credential.name}` keeps a credential in the image's environment")
