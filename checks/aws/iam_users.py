"""Users of IAM and their groups: how they log in, how many keys they have, and whether they are needed at all."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    VIOLATED,
    Finding,
    be_absent,
    be_at_least,
    be_filled,
    be_true,
    bind,
    in_ansible,
    in_terraform,
    need,
    related,
    requirement,
    rule,
    set_to,
    where,
)

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
PRACTICES = GUIDE + "best-practices.html"
PASSWORDS = GUIDE + "id_credentials_passwords_admin-change-user.html"
GROUPS = GUIDE + "id_groups.html"
KEYS = GUIDE + "id_credentials_access-keys.html"
MFA = GUIDE + "id_credentials_mfa_configure-api-require.html"
USER_MODULE = "module:terraform-aws-modules/iam/aws//modules/iam-user"
GONE = where("state", "absent")

requirement(
    "aws-iam-user",
    severity=LOW,
    cwe=287,
    title="A person or program is given a user of IAM",
    why="Users have credentials that do not expire; people who come through single sign-on, and programs with roles, do not.",
    terraform=f"aws_iam_user|{USER_MODULE}",
    ansible=bind("amazon.aws.iam_user", unless=GONE),
    must=be_absent,
    message="a user of IAM is made",
    references=(PRACTICES,),
    remedy="Let people come through IAM Identity Center, and programs assume roles.",
    aliases=(in_terraform("CKV_AWS_273", type="aws_iam_user"),),
    tags=("identity", "hygiene"),
    default=False,
)

requirement(
    "aws-iam-weak-first-password",
    severity=LOW,
    cwe=521,
    title="The first password of a user is short, or may be kept",
    why="Whoever made the user, and the state of Terraform, know that password.",
    terraform=(
        bind("aws_iam_user_login_profile: password_length", must=be_at_least(14), when_missing="ok", fix=set_to(20)),
        "aws_iam_user_login_profile: password_reset_required",
        bind(f"{USER_MODULE}: password_length", must=be_at_least(14), when_missing="ok", fix=set_to(20)),
        bind(f"{USER_MODULE}: password_reset_required", when_missing="ok"),
    ),
    ansible=bind("amazon.aws.iam_user: password_reset_required", when=where("password", be_filled), unless=GONE),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(PASSWORDS,),
    aliases=(in_terraform("KICS:b592ffd4-0577-44b6-bd35-8c5ee81b5918", "AC_AWS_0148"),),
    tags=("identity",),
)

several_keys = rule(
    "aws-iam-several-access-keys",
    severity=LOW,
    cwe=798,
    title="The user has more than one access key",
    why="A second key that is always there is one nobody misses when it is stolen, and nobody dares to delete.",
    references=(KEYS,),
    remedy="Keep one key; make a second one only while the first is replaced.",
    aliases=(in_terraform("KICS:3561130e-9c5f-485b-9e16-2764c82763e5", "AVD-AWS-0167"),),
    tags=("identity",),
)


@several_keys.check(terraform="aws_iam_access_key")
def more_than_one_key(key: Block, project: Project) -> Iterator[Finding]:
    """Two active keys that name the same user."""
    user = key.get("user")
    if not _is_active(key) or (user.text is None and not user.references):
        return
    others = [one for one in project.blocks("aws_iam_access_key", "resource") if one is not key and one.span != key.span]
    for other in others:
        theirs = other.get("user")
        same = user.text == theirs.text if user.text is not None else (
            theirs.is_unknown and user.references == theirs.references and _is_plain(user) and _is_plain(theirs)
        )  # fmt: skip
        if same and _is_active(other):
            yield Finding(user, "the user has more than one access key", (), {}, ((other.get("user"), "the other one"),))
            return


def _is_active(key: Block) -> bool:
    status = key.get("status")
    return status.is_missing or status.is_("Active")


def _is_plain(value: Value) -> bool:
    """Whether it is one reference that names one user, not an element of several."""
    return len(value.references) == 1 and not value.references[0].startswith(("each.", "count.", "local.", "var."))


# --- groups -------------------------------------------------------------------------------


def _has_members(element: Node, project: Project) -> Truth:
    group = element if isinstance(element, Block) else element.block
    if group is None:
        return None
    answers = [
        project.companions(group, "aws_iam_group_membership", "group", ("name",))[1],
        project.companions(group, "aws_iam_user_group_membership", "groups.*", ("name",))[1],
        project.companions(group, "aws_iam_user_group_membership", "groups", ("name",))[1],
    ]
    return True if True in answers else None if None in answers else False


requirement(
    "aws-iam-group-without-users",
    severity=LOW,
    cwe=1164,
    title="The group has no users",
    why="Rights that nobody holds are not looked after, until somebody is added to them.",
    terraform=(
        bind("aws_iam_group", must=be_absent, unless=related("has members", _has_members),
             message="nobody is a member of the group"),
        bind("aws_iam_group_membership: users", message="nobody is a member of the group"),
    ),
    ansible=bind("amazon.aws.iam_group: users", unless=GONE, message="nobody is a member of the group"),
    must=be_filled,
    references=(GROUPS,),
    aliases=(
        in_terraform("CKV2_AWS_14", "KICS:fc101ca7-c9dd-4198-a1eb-0fbe92e80044"),
        in_ansible("KICS:f509931b-bbb0-443c-bd9b-10e92ecf2193"),
    ),
    tags=("identity", "hygiene"),
    default=False,
)


def _has_group(element: Node, project: Project) -> Truth:
    user = element if isinstance(element, Block) else element.block
    if user is None:
        return None
    answers = [
        project.companions(user, "aws_iam_user_group_membership", "user", ("name",))[1],
        project.companions(user, "aws_iam_group_membership", "users.*", ("name",))[1],
        project.companions(user, "aws_iam_group_membership", "users", ("name",))[1],
    ]
    return True if True in answers else None if None in answers else False


requirement(
    "aws-iam-user-without-group",
    severity=LOW,
    cwe=284,
    title="The user belongs to no group",
    why="Rights are then given to the user alone, and forgotten when the work changes.",
    terraform=bind("aws_iam_user", unless=related("belongs to a group", _has_group)),
    must=be_absent,
    message="the user belongs to no group",
    references=(GROUPS,),
    remedy="Add the user to a group that holds the rights, by `aws_iam_user_group_membership`.",
    aliases=(in_terraform("CKV2_AWS_21"),),
    tags=("identity", "hygiene"),
    default=False,
)

# --- Ansible's own session ----------------------------------------------------------------

requirement(
    "aws-sts-assume-role-without-mfa",
    severity=LOW,
    cwe=308,
    title="A role is assumed without a second factor",
    why="The access key that Ansible runs with is enough to come by the rights of the role.",
    ansible=(
        bind("amazon.aws.sts_assume_role: mfa_serial_number", fix=need("mfa-serial", "serial number or ARN of the device")),
        bind("amazon.aws.sts_assume_role: mfa_token", when=where("mfa_serial_number", be_filled),
             fix=need("mfa-token", "variable with the code of the device")),
    ),
    must=be_filled,
    references=(MFA,),
    aliases=(in_ansible("KICS:eee107f9-b3d8-45d3-b9c6-43b5a7263ce1"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-iam-role-module-without-mfa",
    severity=MEDIUM,
    cwe=308,
    title="The role can be assumed without a second factor",
    why="The module asks for one by default; without it, a stolen access key of a trusted account is enough.",
    terraform="module:terraform-aws-modules/iam/aws//modules/iam-assumable-role: role_requires_mfa",
    must=be_true,
    unless=where("trusted_role_services", be_filled),
    fix=set_to(True),
    references=(MFA,),
    tags=("identity",),
    default=False,
)
