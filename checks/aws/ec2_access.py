"""What EC2 instances may do in the account: their roles, and keys in their start scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policy_holders import actions_of_holders, key_of
from iaclint.checks.aws._modules import AUTOSCALING, INSTANCE
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    Finding,
    be_filled,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    need,
    opposite,
    requirement,
    rule,
    some,
    where,
)

ROLES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html"
USER_DATA = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html"
INSTANCES = "aws_instance|aws_spot_instance_request"
STARTED = f"{INSTANCES}|aws_launch_configuration|aws_launch_template|{INSTANCE}|{AUTOSCALING}"
IN_TASKS = (
    "amazon.aws.ec2|amazon.aws.ec2_instance|amazon.aws.ec2_launch_template|amazon.aws.ec2_spot_instance"
    "|community.aws.autoscaling_launch_config"
)
CREATES = every(some(has("image_id"), has("image")), opposite(where("state", "absent")))
TEMPLATED = has("launch_template")
PROFILE = "iam_instance_profile"

requirement(
    "aws-ec2-without-role",
    severity=LOW,
    cwe=522,
    title="Instance has no IAM role",
    why="Software on it that needs AWS is then given access keys, which do not expire and get copied.",
    terraform=(
        f"{INSTANCES}: {PROFILE}",
        bind(f"{INSTANCE}: {PROFILE}", unless=some(TEMPLATED, has("create_iam_instance_profile"))),
    ),
    ansible=bind(f"amazon.aws.ec2_instance: {PROFILE}", when=CREATES, unless=TEMPLATED),
    must=be_filled,
    unless=TEMPLATED,
    fix=need("instance-profile", "name of an instance profile"),
    default=False,
    references=(ROLES,),
    aliases=(in_terraform("CKV2_AWS_41")),
    tags=("identity", "hygiene"),
)

# --- keys in start scripts -----------------------------------------------------------

access_keys = rule(
    "aws-ec2-access-keys",
    severity=HIGH,
    cwe=522,
    title="Instance is handed AWS access keys instead of a role",
    why="Start scripts can be read by every user and program of the machine and by whoever may describe it; keys in them "
    "do not expire, while a role gives out new ones every few hours.",
    references=(USER_DATA, ROLES),
    remedy="Give the instance a role with `iam_instance_profile`, and revoke the keys.",
    aliases=(
        in_terraform("KICS:0b93729a-d882-4803-bdc3-ac429a21f158"),
        in_terraform("KICS:d7b9d850-3e06-4a75-852f-c46c2e92240b", type=("aws_instance", "module:*"), literal=True),
        in_terraform("CKV_AWS_46", literal=True),
        in_terraform("AVD-AWS-0029", type=("aws_instance", "aws_launch_template"), literal=True),
        in_terraform("AVD-AWS-0129", type="aws_launch_template", literal=True),
        in_terraform("AVD-AWS-0122", type="aws_launch_configuration", literal=True),
        in_ansible("KICS:c2f15af3-66a0-4176-a56e-e4711e502e5c", literal=True),
    ),
    tags=("secret", "identity"),
)

private_keys = rule(
    "aws-ec2-private-key-in-user-data",
    severity=CRITICAL,
    cwe=522,
    title="Start script of an instance holds a private key",
    why="Base64 is no encryption: every user and program of the machine, and whoever may describe it, gets the key.",
    references=(USER_DATA,),
    remedy="Replace the key, keep the new one in Secrets Manager, and let the instance fetch it with its role.",
    aliases=(
        in_terraform("KICS:443488f5-c734-460b-a36d-5b3f330174dc", type=("aws_launch_configuration", "module:*")),
        in_terraform("AC_AWS_0168", type="aws_launch_configuration"),
        in_ansible("KICS:c09f4d3e-27d2-4d46-9453-abbe9687a64e"),
    ),
    tags=("secret",),
)

_ARGUMENTS = ("user_data", "user_data_base64", "launch_specification.user_data")
_KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")
_LITERAL = re.compile(
    r"aws_secret_access_key\"?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])", re.IGNORECASE
)
# a value that the machine finds out itself, from the metadata service or a vault, is none that was handed over
_ASSIGNED = re.compile(r"aws_(?:access_key_id|secret_access_key)\"?\s*[=:]\s*(?![\s\"']*(?:\$\(|`))\S", re.IGNORECASE)
_FILE = re.compile(r"(?:>|\btee\b|\bcp\b)[^\n;|&]*\.aws/credentials\b")
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----")


def _scripts(block: Block) -> Iterator[tuple[Value, str, bool]]:
    """The start scripts of a machine as text, and whether they are written in base64."""
    for path in _ARGUMENTS:
        value = block.at(path)
        text = value.known_text
        if not text.strip():
            continue
        decoded = _decoded(text) if value.text is not None else None
        yield value, decoded if decoded is not None else text, decoded is not None


def _decoded(text: str) -> str | None:
    import base64
    import binascii

    compact = "".join(text.split())
    if len(compact) < 16 or len(compact) % 4:
        return None
    try:
        return base64.b64decode(compact, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


@private_keys.check(terraform=STARTED, ansible=IN_TASKS)
def encoded_private_key(block: Block, project: Project) -> Iterator[Finding]:
    """A private key in base64; one in plain text is found wherever it stands."""
    for value, text, is_encoded in _scripts(block):
        if is_encoded and _PRIVATE.search(text):
            yield Finding(value, "a private key stands in the start script, encoded in base64")


@access_keys.check(terraform=STARTED, ansible=IN_TASKS)
def keys_in_script(block: Block, project: Project) -> Iterator[Finding]:
    """A start script that sets access keys, or writes a file of credentials."""
    for value, text, is_encoded in _scripts(block):
        is_literal = bool(_KEY_ID.search(text) or _LITERAL.search(text))
        if not (is_literal or _ASSIGNED.search(text) or _FILE.search(text)):
            continue
        facets = {"literal": is_literal}
        where_it_stands = "the start script" + (", encoded in base64" if is_encoded else "")
        if is_literal or not block.at(PROFILE).is_missing or block.language != "terraform":
            yield Finding(value, f"access keys stand in {where_it_stands}", (), facets)
        else:
            also = ((value, "they are handed over here"),)
            yield Finding(block, f"the instance has no role, but access keys in {where_it_stands}", (), facets, also)


@access_keys.check(terraform=INSTANCES)
def keys_by_provisioner(instance: Block, project: Project) -> Iterator[Finding]:
    """A provisioner that sets access keys, or copies a file of credentials."""
    for provisioner in instance.children("provisioner"):
        texts = [one.known_text for one in provisioner.get("inline").items]
        written = "\n".join(texts)
        target = provisioner.get("destination").known_text
        if target.endswith(".aws/credentials") or _ASSIGNED.search(written) or _FILE.search(written):
            literal = bool(_KEY_ID.search(written) or _LITERAL.search(written))
            yield Finding(provisioner, "access keys are put on the instance", (), {"literal": literal})


# --- whose role it is ----------------------------------------------------------------

shared_role = rule(
    "aws-ec2-role-shared-with-public",
    severity=MEDIUM,
    cwe=250,
    confidence="medium",
    title="Public and private instances have the same role",
    why="Whoever breaks into the machine on the Internet may do all that the machines behind it need to.",
    default=False,
    references=(ROLES,),
    remedy="Give the public instances a role of their own.",
    aliases=(in_terraform("KICS:c53c7a89-f9d7-4c7b-8b66-8a555be99593"),),
    tags=("identity",),
)


@shared_role.check(terraform=f"aws_instance|{INSTANCE}")
def role_of_private_instances(instance: Block, project: Project) -> Iterator[Finding]:
    """A public instance whose profile a private one has too."""
    profile = instance.get(PROFILE)
    if not profile.is_missing and _is_public(instance, project) is True:
        private = project.memo("profiles of private instances", lambda: _private_profiles(project))
        other = private.get(_name_of(profile))
        if other is not None:
            also = ((other.get(PROFILE), f"{other.address} is private and has it too"),)
            yield Finding(profile, "the public instance has the role of a private one", (), {}, also)


def _private_profiles(project: Project) -> dict[str, Block]:
    found: dict[str, Block] = {}
    calls = [one for one in project.blocks("module", "module") if "ec2-instance" in (one.get("source").text or "")]
    for block in (*project.blocks("aws_instance", "resource"), *calls):
        profile = block.get(PROFILE)
        if not profile.is_missing and _is_public(block, project) is False:
            found.setdefault(_name_of(profile), block)
    return found


def _name_of(profile: Value) -> str:
    return " ".join(".".join(one.split(".")[:2]) for one in profile.references) or profile.text or ""


def _is_public(instance: Block, project: Project) -> bool | None:
    """By its own setting, by its subnet's, or by the name of the subnets a VPC module makes."""
    if instance.get("associate_public_ip_address").is_(True):
        return True
    value = instance.get("subnet_id")
    subnet = project.follow(value)
    if subnet is not None and subnet.type == "aws_subnet":
        switch = subnet.get("map_public_ip_on_launch")
        return False if switch.is_missing else switch.boolean
    if any(re.search(r"^module\.[\w-]+\.public_subnets\b", one) for one in value.references):
        return True
    if any(re.search(r"^module\.[\w-]+\.(?:private|intra|database)_subnets\b", one) for one in value.references):
        return False
    return None


administrator = rule(
    "aws-ec2-administrator-role",
    severity=HIGH,
    cwe=250,
    title="Instance may do everything in the account",
    why="One hole in any program on the machine hands over the whole account, through the credentials of its role.",
    default=False,
    references=(ROLES, "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"),
    remedy="Allow the role the actions that the machine needs.",
    aliases=(
        in_terraform("AC_AWS_0477", type="aws_instance"),
        in_terraform("AC_AWS_0488", type="aws_launch_configuration"),
    ),
    tags=("identity",),
)
_MANAGED = "policy/AdministratorAccess"


@administrator.check(terraform=f"{INSTANCES}|aws_launch_configuration|aws_launch_template")
def role_of_administrators(instance: Block, project: Project) -> Iterator[Finding]:
    """A profile whose role is allowed every action on everything."""
    for path in (PROFILE, f"{PROFILE}.name", f"{PROFILE}.arn"):
        value = instance.at(path)
        profile = project.follow(value)
        role = project.follow(profile.get("role")) if profile is not None else None
        if role is not None and role.type == "aws_iam_role" and _allows_everything(role, project):
            yield Finding(value, f"{role.address} may do everything in the account")
            return


def _allows_everything(role: Block, project: Project) -> bool:
    actions = actions_of_holders(project).get(("role", key_of(role)), [])
    if any(action.text in ("*", "*:*") for action in actions):
        return True
    attachments = project.companions(role, "aws_iam_role_policy_attachment", "role", ("name",))[0]
    managed = [*(one.get("policy_arn") for one in attachments), *role.get("managed_policy_arns").items]
    return any(one.known_text.endswith(_MANAGED) for one in managed)
