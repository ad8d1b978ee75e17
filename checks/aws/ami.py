"""Machine images: how they are encrypted, whom they are shared with, and where they are taken from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from iaclint.model.block import Block, Node
from iaclint.model.intent import Intent, Needed, Remove, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    be_filled,
    be_true,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    need,
    requirement,
    rule,
    set_to,
    some,
    where,
)

ENCRYPTION = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html"
SHARING = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html"
FINDING = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/finding-an-ami.html"
BUILDER = "https://docs.aws.amazon.com/imagebuilder/latest/userguide/data-protection.html"
GONE = where("state", "absent")
KEY = ("kms-key", "ARN of a KMS key")


def _encrypt(value: Value, element: Node, project: Project) -> Intent | None:
    """A disk made from a snapshot is as that is, and must not say so itself."""
    return None if not element.at("snapshot_id").is_missing else set_to(True)(value, element, project)


requirement(
    "aws-ami-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Disk of a machine image is not encrypted",
    why="Whoever the image is shared with, or whoever steals its snapshot, reads everything that was built into it.",
    terraform=bind(
        "aws_ami: encrypted", each="ebs_block_device",
        # a disk made from a snapshot is encrypted as that is
        where=some(has("encrypted"), lacks("snapshot_id")),
    ),
    ansible=bind(
        "amazon.aws.ec2_ami: encrypted", each="device_mapping", unless=GONE,
        where=every(
            lacks("no_device"), lacks("virtual_name"), some(has("encrypted"), lacks("snapshot_id")),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=_encrypt,
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_204", "KICS:8bbb242f-6e38-4127-86d4-d8f0b2687ae2", "AC_AWS_0005"),
        in_ansible("KICS:97707503-a22c-4cd7-b7c0-f088fa7cf830"),
    ),
    tags=("encryption",),
)  # fmt: skip

requirement(
    "aws-ami-copy-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="The copy of a machine image is not encrypted",
    why="Whoever the copy is shared with, or whoever steals its snapshot, reads everything that was built into it.",
    terraform="aws_ami_copy: encrypted",
    ansible=bind("community.aws.ec2_ami_copy|amazon.aws.ec2_import_image: encrypted", unless=GONE),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_235")),
    tags=("encryption",),
)

requirement(
    "aws-ami-without-own-key",
    severity=LOW,
    cwe=311,
    title="Machine image is encrypted with the key that AWS manages",
    why="That key cannot be restricted further or withdrawn, and what it encrypts cannot be shared with another account.",
    terraform="aws_ami_copy: kms_key_id",
    ansible=bind("community.aws.ec2_ami_copy|amazon.aws.ec2_import_image: kms_key_id", unless=GONE),
    must=be_filled,
    fix=need(*KEY),
    default=False,
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_236")),
    tags=("encryption", "hygiene"),
)

requirement(
    "aws-imagebuilder-disk-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Disk of an image made by Image Builder is not encrypted",
    why="Every machine started from the image begins with a disk that anybody reads who gets hold of a snapshot.",
    terraform=(
        bind("aws_imagebuilder_image_recipe: ebs.encrypted", each="block_device_mapping", where=has("ebs")),
        bind(
            "aws_imagebuilder_container_recipe: ebs.encrypted", each="instance_configuration.block_device_mapping",
            where=has("ebs"),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(BUILDER,),
    aliases=(in_terraform("CKV_AWS_200", type="aws_imagebuilder_image_recipe"),),
    tags=("encryption",),
)

requirement(
    "aws-imagebuilder-without-own-key",
    severity=LOW,
    cwe=311,
    title="What Image Builder makes is encrypted with a key of AWS",
    why="That key cannot be restricted further or withdrawn, and images under it cannot be shared with another account.",
    terraform=(
        "aws_imagebuilder_component|aws_imagebuilder_container_recipe: kms_key_id",
        bind(
            "aws_imagebuilder_distribution_configuration: ami_distribution_configuration.kms_key_id", each="distribution",
            where=has("ami_distribution_configuration"),
        ),
        bind("aws_imagebuilder_image_recipe: ebs.kms_key_id", each="block_device_mapping", where=has("ebs")),
    ),
    must=be_filled,
    fix=need(*KEY),
    default=False,
    references=(BUILDER,),
    aliases=(
        in_terraform("CKV_AWS_180", type="aws_imagebuilder_component"),
        in_terraform("CKV_AWS_199", type="aws_imagebuilder_distribution_configuration"),
        in_terraform("CKV_AWS_200", type="aws_imagebuilder_image_recipe"),
    ),
    tags=("encryption", "hygiene"),
)

# --- whom an image is shared with ----------------------------------------------------

public_image = rule(
    "aws-ami-public",
    severity=HIGH,
    cwe=732,
    title="Machine image is public",
    why="Everybody can start it and read what was left in it: code, keys, histories. Public images are searched for that.",
    references=(SHARING,),
    fix_safety="Whoever starts the image in another account no longer can.",
    aliases=(
        in_terraform("CKV_AWS_205"),
        in_ansible("KICS:a19b2942-142e-4e2b-93b7-6cf6a6c8d90f"),
    ),
    tags=("identity",),
)
_EVERYBODY = "everybody else loses the image"


@public_image.check(terraform="aws_ami_launch_permission")
def permission_for_all(permission: Block, project: Project) -> Iterator[Finding]:
    """A permission for the group of all accounts."""
    group = permission.get("group")
    if group.is_("all"):
        intent = Intent("give it to one account", (Remove(group), Set(permission.get("account_id"), ACCOUNT)), UNSAFE, None, _EVERYBODY)
        yield Finding(group, "every AWS account may start the image", (intent,))


@public_image.check(terraform="aws_imagebuilder_distribution_configuration")
def distributed_to_all(configuration: Block, project: Project) -> Iterator[Finding]:
    """Images that are published as they are built."""
    for group in configuration.each("distribution.ami_distribution_configuration.launch_permission.user_groups"):
        for item in group.items:
            if item.is_("all"):
                intent = Intent("keep the images private", (Remove(item),), UNSAFE, None, _EVERYBODY)
                yield Finding(item, "every AWS account may start the images", (intent,))


@public_image.check(ansible="amazon.aws.ec2_ami")
def image_for_all(image: Block, project: Project) -> Iterator[Finding]:
    """Launch permissions for the group of all accounts."""
    permissions, groups = image.get("launch_permissions"), image.at("launch_permissions.group_names")
    if not image.get("state").is_("absent") and any(one.is_("all") for one in [*groups.items, groups]):
        intent = Intent("keep the image private", (Set(groups, []),), UNSAFE, None, _EVERYBODY)
        yield Finding(permissions, "every AWS account may start the image", (intent,))


ACCOUNT = Needed("account", "id of the account that may start the image")

shared_image = rule(
    "aws-ami-shared",
    severity=LOW,
    cwe=732,
    title="Machine image is shared with several accounts",
    why="What was left in the image is known to all of them, and nobody asks again whether each still needs it.",
    default=False,
    references=(SHARING,),
    remedy="Share through the organization, or with the account that needs it only.",
    aliases=(
        in_terraform("KICS:ba4e0031-3e9d-4d7d-b0d6-bd8f003f8698", "AC_AWS_0006", "CKV_AWS_205"),
        in_ansible("KICS:a19b2942-142e-4e2b-93b7-6cf6a6c8d90f"),
    ),
    tags=("identity", "hygiene"),
)


@shared_image.check(terraform="aws_ami_launch_permission")
def one_image_for_several(permission: Block, project: Project) -> Iterator[Finding]:
    """A permission for an image that another account may start too."""
    counted = project.memo("shared images", lambda: _shared(project))
    image = permission.get("image_id")
    if not permission.get("account_id").is_missing and counted[_image(image)] > 1:
        yield Finding(image, "several accounts may start the image")


def _shared(project: Project) -> Counter[str]:
    holders = {
        (_image(one.get("image_id")), one.get("account_id").text or one.address)
        for one in project.blocks("aws_ami_launch_permission", "resource")
        if not one.get("account_id").is_missing
    }
    return Counter(image for image, _ in holders if image)


def _image(value: Value) -> str:
    return value.text or " ".join(value.references)


@shared_image.check(ansible="amazon.aws.ec2_ami")
def image_for_several(image: Block, project: Project) -> Iterator[Finding]:
    """Launch permissions for two accounts or more."""
    if not image.get("state").is_("absent") and len(image.at("launch_permissions.user_ids").items) > 1:
        yield Finding(image.get("launch_permissions"), "several accounts may start the image")


# --- where an image comes from -------------------------------------------------------

any_owner = rule(
    "aws-ami-any-owner",
    severity=HIGH,
    cwe=829,
    title="The newest machine image of whoever published one is used",
    why="Anybody can publish an image whose name fits. As the newest it is the one that is started, with whatever is in it.",
    references=(FINDING,),
    aliases=(
        in_terraform("KICS:f317c3c2-58e5-4aa7-bb8e-3a7f6bcd274a", "AVD-AWS-0344"),
        in_terraform("CKV_AWS_386", named=True),
    ),
    tags=("supply-chain",),
)
OWNER = Needed("ami-owner", "id or alias of the account that publishes the image: amazon, self, 099720109477 ...")
_TELLING = frozenset({"owner-id", "owner-alias", "image-id"})


@any_owner.check(terraform="data.aws_ami")
def image_of_anybody(image: Block, project: Project) -> Iterator[Finding]:
    """The most recent image that fits, where neither `owners` nor a filter says whose it must be."""
    newest, owners = image.get("most_recent"), image.get("owners")
    if not newest.is_(True) or not (owners.is_missing or (owners.kind == "list" and not owners.items)):
        return
    if not image.get("executable_users").is_missing:
        return
    filters = list(image.each("filter.name"))
    if any(one.is_unknown or one.is_(tuple(_TELLING)) for one in filters):
        return
    intent = Intent("say whose image it must be", (Set(owners, [OWNER]),), UNSAFE, None, "another image may be found")
    facets = {"named": any(one.is_("name") for one in filters)}
    yield Finding(newest, "the newest image that fits is taken, whoever published it", (intent,), facets)
