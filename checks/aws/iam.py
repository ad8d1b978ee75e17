"""Identity and access management: passwords of the account, keys, what is attached to whom."""

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    any_of,
    be_absent,
    be_at_least,
    be_between,
    be_false,
    be_none_of,
    be_one_of,
    be_true,
    bind,
    differ,
    each_item,
    equal,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    not_,
    opposite,
    requirement,
    set_to,
    some,
    where,
)

PASSWORDS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html"
PRACTICES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"
KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"
ROOT = "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"
ATTACHING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html"

POLICY = "aws_iam_account_password_policy"
ANSIBLE_POLICY = "amazon.aws.iam_password_policy"
MODULE = "module:terraform-aws-modules/iam/aws//modules/iam-account"
USER_MODULE = "module:terraform-aws-modules/iam/aws//modules/iam-user"
ROLE_MODULE = "module:terraform-aws-modules/iam/aws//modules/iam-assumable-role"
GONE = where("state", "absent")

requirement(
    "aws-iam-password-too-short",
    severity=MEDIUM,
    cwe=521,
    title="Passwords of the account may be shorter than 14 characters",
    why="Short passwords are guessed, and found in lists of stolen ones.",
    terraform=(
        f"{POLICY}: minimum_password_length",
        bind(f"{MODULE}: minimum_password_length", unless=where("create_account_password_policy", be_false)),
    ),
    ansible=bind(f"{ANSIBLE_POLICY}: min_pw_length", unless=GONE),
    must=be_at_least(14),
    when_missing=VIOLATED,
    fix=set_to(14),
    references=(PASSWORDS,),
    aliases=(
        in_terraform("CKV_AWS_10", "AVD-AWS-0063", "AC_AWS_0141", "AC_AWS_0142", "KICS:1bc1c685-e593-450e-88fb-19db4c82aa1d"),
        in_ansible("KICS:8bc2168c-1723-4eeb-a6f3-a1ba614b9a6d"),
    ),
    tags=("identity",),
)

requirement(
    "aws-iam-password-reuse",
    severity=LOW,
    cwe=521,
    title="Old passwords of the account may be used again",
    why="A password that has become known is soon in use again.",
    terraform=(
        f"{POLICY}: password_reuse_prevention",
        bind(f"{MODULE}: password_reuse_prevention", unless=where("create_account_password_policy", be_false)),
    ),
    ansible=bind(f"{ANSIBLE_POLICY}: pw_reuse_prevent", unless=GONE),
    must=be_at_least(1),
    when_missing=VIOLATED,
    fix=set_to(24),
    references=(PASSWORDS,),
    aliases=(
        in_terraform("CKV_AWS_13", "AVD-AWS-0056", "AC_AWS_0472", "KICS:89806cdc-9c2e-4bd1-a0dc-53f339bcfb2a"),
        in_ansible("KICS:6f5f5444-1422-495f-81ef-24cefd61ed2c"),
    ),
    tags=("identity",),
)

requirement(
    "aws-iam-password-reuse-soon",
    severity=LOW,
    cwe=521,
    title="Old passwords of the account may be used again after fewer than 24 others",
    why="Whoever must change a password goes through a short series of them, and is back at the one that was known.",
    terraform=f"{POLICY}|{MODULE}: password_reuse_prevention",
    ansible=bind(f"{ANSIBLE_POLICY}: pw_reuse_prevent", unless=GONE),
    must=any_of(equal(0), be_at_least(24)),
    fix=set_to(24),
    references=(PASSWORDS,),
    aliases=(in_terraform("CKV_AWS_13", "AVD-AWS-0056", "KICS:89806cdc-9c2e-4bd1-a0dc-53f339bcfb2a"),),
    tags=("identity",),
)

requirement(
    "aws-iam-password-never-expires",
    severity=LOW,
    cwe=262,
    title="Passwords of the account are valid for more than 90 days",
    why="Some standards ask for it; others hold that forced changes make passwords worse.",
    terraform=(
        f"{POLICY}: max_password_age",
        bind(f"{MODULE}: max_password_age", unless=where("create_account_password_policy", be_false)),
    ),
    ansible=bind(f"{ANSIBLE_POLICY}: pw_max_age", unless=GONE),
    must=be_between(1, 90),
    when_missing=VIOLATED,
    fix=set_to(90, at_most=UNSAFE, note="older passwords expire at once"),
    default=False,
    references=(PASSWORDS,),
    aliases=(
        in_terraform("CKV_AWS_9", "AVD-AWS-0062", "AC_AWS_0138", "KICS:ce60d060-efb8-4bfd-9cf7-ff8945d00d90"),
        in_ansible("KICS:3f2cf811-88fa-4eda-be45-7a191a18aba9"),
    ),
    tags=("identity", "hygiene"),
)


def _class_of_characters(word: str, terraform: str, ansible: str, *aliases: str) -> None:
    """A rule for one class of characters that passwords must hold."""
    requirement(
        f"aws-iam-password-without-{word}",
        severity=LOW,
        cwe=521,
        title=f"Passwords of the account need no {word.replace('-', ' ')}",
        why="The fewer kinds of characters a password is made of, the sooner it is guessed.",
        # the module asks for all kinds by itself
        terraform=(f"{POLICY}: {terraform}", bind(f"{MODULE}: {terraform}", when_missing="ok")),
        ansible=bind(f"{ANSIBLE_POLICY}: {ansible}", unless=GONE),
        must=be_true,
        when_missing=VIOLATED,
        fix=set_to(True),
        references=(PASSWORDS,),
        aliases=(in_terraform(*aliases),),
        tags=("identity",),
    )


_class_of_characters(
    "symbols", "require_symbols", "require_symbols",
    "CKV_AWS_14", "AVD-AWS-0060", "AC_AWS_0137", "KICS:bts2c3d4-e5f6-7890-ab12-cd34ef567890",
)
_class_of_characters(
    "numbers", "require_numbers", "require_numbers",
    "CKV_AWS_12", "AVD-AWS-0059", "AC_AWS_0136", "KICS:bts2c3d4-e5f6-7890-ab12-cd34ef567890",
)
_class_of_characters(
    "uppercase-letters", "require_uppercase_characters", "require_uppercase",
    "CKV_AWS_15", "AVD-AWS-0061", "AC_AWS_0135", "KICS:2c3d4ghwt-e5f6-7890-ab12-cd34ef567890",
)
_class_of_characters(
    "lowercase-letters", "require_lowercase_characters", "require_lowercase",
    "CKV_AWS_11", "AVD-AWS-0058", "AC_AWS_0134", "KICS:a1b2c3d4-e5f6-7890-ab12-cd34ef567890",
)

requirement(
    "aws-iam-password-unchangeable",
    severity=LOW,
    cwe=262,
    title="Users may not change their own passwords",
    why="A password that has become known stays valid until an administrator has time.",
    terraform=f"{POLICY}|{MODULE}: allow_users_to_change_password",
    ansible=bind(f"{ANSIBLE_POLICY}: allow_pw_change", unless=GONE, when_missing=VIOLATED),
    must=be_true,
    fix=set_to(True),
    references=(PASSWORDS,),
    aliases=(
        in_terraform("KICS:9ef7d25d-9764-4224-9968-fa321c56ef76"),
        in_ansible("KICS:e28ceb92-d588-4166-aac5-766c8f5b7472"),
    ),
    tags=("identity",),
)

requirement(
    "aws-iam-policy-on-user",
    severity=LOW,
    cwe=284,
    title="Policy is attached to a user rather than to a group or role",
    why="Rights given to single users are forgotten when their work changes.",
    terraform=(
        bind("aws_iam_user_policy|aws_iam_user_policy_attachment: user"),
        bind("aws_iam_policy_attachment: users.*"),
    ),
    ansible=bind("amazon.aws.iam_policy: iam_type", must=differ("user"), unless=GONE),
    must=be_absent,
    references=(PRACTICES,),
    remedy="Attach the policy to a group the user belongs to, or to a role.",
    aliases=(
        in_terraform("CKV_AWS_40", "KICS:b4378389-a9aa-44ee-91e7-ef183f11079e"),
        in_terraform("AVD-AWS-0143", type=("aws_iam_user_policy", "aws_iam_user_policy_attachment")),
        in_terraform("AC_AWS_0475", type="aws_iam_user_policy"),
        in_terraform("AC_AWS_0476", type="aws_iam_user_policy_attachment"),
        in_ansible("KICS:eafe4bc3-1042-4f88-b988-1939e64bf060"),
    ),
    tags=("identity",),
)

IS_ROOT = match(r"root|<root_account>", "no root user")

requirement(
    "aws-iam-root-access-key",
    severity=HIGH,
    cwe=250,
    title="An access key is made for a user named root",
    why="A key of the account's root user can do everything and cannot be restricted; a key of another user of that name is "
    "taken for one, or hides one.",
    terraform="aws_iam_access_key: user",
    ansible=(
        bind("amazon.aws.iam_access_key: user_name", unless=GONE),
        # gone from the collection since 3.0
        bind("community.aws.iam: name", when=where("access_key_state", be_one_of("active", "create", ignore_case=True)),
             unless=some(GONE, where("iam_type", differ("user")))),
    ),
    must=not_(IS_ROOT),
    unless=where("status", "Inactive"),
    references=(ROOT,),
    remedy="Delete the key and use roles.",
    aliases=(
        in_terraform(
            "CKV_AWS_348", "AVD-AWS-0141", "AC_AWS_0132", "KICS:970d224d-b42a-416b-81f9-8f4dfe70c4bc",
            "KICS:7081f85c-b94d-40fd-8b45-a4f1cac75e46",
        ),
        in_ansible("KICS:e71d0bc7-d9e8-4e6e-ae90-0a4206db6f40"),
    ),
    tags=("identity",),
)

requirement(
    "aws-iam-access-key",
    severity=MEDIUM,
    cwe=798,
    title="User is given a lasting access key",
    why="The key is valid until somebody remembers it, and its secret stands in Terraform's state.",
    terraform=(
        "aws_iam_access_key:",
        bind(
            USER_MODULE, unless=some(
                *(where(name, be_false) for name in ("create", "create_user", "create_iam_access_key", "create_access_key")),
                where("iam_access_key_status", "Inactive"), where("access_key_status", "Inactive"),
            ),
        ),
    ),
    ansible=(
        bind("amazon.aws.iam_access_key:", when=every(has("user_name"), opposite(GONE))),
        # gone from the collection since 3.0
        bind("community.aws.iam: access_key_state", must=be_none_of("active", "create", ignore_case=True), unless=GONE,
             message="user is given a lasting access key"),
    ),
    must=be_absent,
    message="user is given a lasting access key",
    unless=where("status", "Inactive"),
    references=(KEYS,),
    remedy="Let people and machines assume roles, whose credentials expire.",
    aliases=(
        in_terraform("AC_AWS_0133"),
        in_ansible("KICS:7f79f858-fbe8-4186-8a2c-dfd0d958a40f", type="community.aws.iam"),
    ),
    tags=("identity",),
)

NO_ADMIN = not_(match(r"(?:arn:aws[a-z-]*:iam::aws:policy/)?AdministratorAccess"), "no administrator policy")
NO_IAM = not_(match(r"(?:arn:aws[a-z-]*:iam::aws:policy/)?IAMFullAccess"), "no policy for all of IAM")
NARROWER = need("policy-arn", "ARN of a policy that allows what is needed", at_most=UNSAFE, note="all other rights end")
ATTACHED = (
    "aws_iam_policy_attachment|aws_iam_role_policy_attachment|aws_iam_user_policy_attachment|aws_iam_group_policy_attachment"
)
ANSIBLE_HOLDERS = "amazon.aws.iam_role|amazon.aws.iam_user|amazon.aws.iam_group"

requirement(
    "aws-iam-administrator-access",
    severity=HIGH,
    cwe=250,
    title="Administrator rights are attached",
    why="Whoever obtains these credentials, or runs code with them, owns the whole account.",
    terraform=(
        bind(f"{ATTACHED}: policy_arn", fix=NARROWER),
        bind("aws_ssoadmin_managed_policy_attachment: managed_policy_arn", fix=NARROWER),
        "data.aws_iam_policy: name",
        "data.aws_iam_policy: arn",
        bind("aws_iam_role: managed_policy_arns", must=each_item(NO_ADMIN)),
        bind("aws_iam_role_policy_attachments_exclusive: policy_arns", must=each_item(NO_ADMIN)),
        bind(f"{ROLE_MODULE}|{USER_MODULE}: attach_admin_policy", must=be_false),
        bind(f"{ROLE_MODULE}: custom_role_policy_arns", must=each_item(NO_ADMIN)),
        bind(f"{USER_MODULE}: policy_arns", must=each_item(NO_ADMIN)),
    ),
    ansible=bind(f"{ANSIBLE_HOLDERS}: managed_policies", must=each_item(NO_ADMIN), unless=GONE),
    must=NO_ADMIN,
    references=(PRACTICES, ATTACHING),
    remedy="Attach a policy that allows what is needed.",
    aliases=(
        in_terraform("CKV_AWS_274"),
        in_terraform("CKV_AWS_275", type="aws_iam_policy"),
    ),
    tags=("identity",),
)

requirement(
    "aws-iam-full-access",
    severity=HIGH,
    cwe=269,
    title="Rights over all identities are attached",
    why="Whoever holds them gives themselves every other right, so they are as good as an administrator's.",
    terraform=(
        bind(f"{ATTACHED}: policy_arn", fix=NARROWER),
        bind("aws_ssoadmin_managed_policy_attachment: managed_policy_arn", fix=NARROWER),
        "data.aws_iam_policy: name",
        "data.aws_iam_policy: arn",
        bind("aws_iam_role: managed_policy_arns", must=each_item(NO_IAM)),
        bind("aws_iam_role_policy_attachments_exclusive: policy_arns", must=each_item(NO_IAM)),
        bind(f"{ROLE_MODULE}: custom_role_policy_arns", must=each_item(NO_IAM)),
        bind(f"{USER_MODULE}: policy_arns", must=each_item(NO_IAM)),
    ),
    ansible=bind(f"{ANSIBLE_HOLDERS}: managed_policies", must=each_item(NO_IAM), unless=GONE),
    must=NO_IAM,
    references=(PRACTICES, ATTACHING),
    remedy="Attach a policy that allows what is needed.",
    aliases=(in_terraform("CKV2_AWS_56"),),
    tags=("identity",),
)

requirement(
    "aws-iam-console-user",
    severity=LOW,
    cwe=287,
    title="User may log in to the console with a password",
    why="People should come through single sign-on, where logins are watched and end with the employment.",
    terraform=(
        "aws_iam_user_login_profile:",
        bind(USER_MODULE, unless=some(*(
            where(name, be_false) for name in ("create", "create_user", "create_iam_user_login_profile", "create_login_profile")
        ))),
    ),
    ansible=bind("amazon.aws.iam_user: password", unless=GONE),
    must=be_absent,
    message="user may log in to the console with a password",
    default=False,
    references=(PRACTICES,),
    aliases=(in_terraform("CKV2_AWS_22", "KICS:9ec311bf-dfd9-421f-8498-0b063c8bc552"),),
    tags=("identity", "hygiene"),
)
