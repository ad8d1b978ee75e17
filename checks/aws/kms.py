"""Key Management Service: how long a key lives, and whether it can be lost."""

from iaclint.rules import (
    LOW,
    MEDIUM,
    VIOLATED,
    be_at_least,
    be_false,
    be_filled,
    be_present,
    be_true,
    bind,
    companion,
    differ,
    has,
    in_ansible,
    in_terraform,
    need,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"
ABSENT = where("state", "absent")
MODULE = "module:terraform-aws-modules/kms/aws"
NOT_ROTATABLE = some(
    where("is_enabled", be_false),
    where("customer_master_key_spec", differ("SYMMETRIC_DEFAULT")),
    where("key_usage", differ("ENCRYPT_DECRYPT")),
    has("custom_key_store_id"),
)

requirement(
    "aws-kms-key-not-rotated",
    severity=MEDIUM,
    cwe=324,
    title="The KMS key is never rotated",
    why="Everything is encrypted with the same key material for years, so whatever leaks of it opens all of that.",
    # only symmetric keys made by KMS itself can be rotated by it
    terraform=(
        bind("aws_kms_key: enable_key_rotation", unless=NOT_ROTATABLE),
        # the module rotates keys by itself
        bind(f"{MODULE}: enable_key_rotation", unless=NOT_ROTATABLE, when_missing="ok"),
    ),
    ansible=bind(
        "amazon.aws.kms_key: enable_key_rotation",
        unless=some(
            ABSENT,
            where("enabled", be_false),
            where("key_spec", differ("SYMMETRIC_DEFAULT")),
            where("key_usage", differ("ENCRYPT_DECRYPT")),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "rotate-keys.html",),
    aliases=(
        in_terraform("CKV_AWS_7", "AVD-AWS-0065", "AC_AWS_0160", "KICS:22fbfeac-7b5a-421a-8a27-7a2178bb910b"),
        in_ansible("KICS:af96d737-0818-4162-8c41-40d969bd65d1"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-kms-key-short-deletion-window",
    severity=LOW,
    cwe=693,
    title="The KMS key can be rescued for a few days only after it was deleted",
    why="When the window has passed, everything encrypted with the key is lost, also where the deletion was a mistake.",
    terraform=f"aws_kms_key|aws_kms_external_key|aws_kms_replica_key|{MODULE}: deletion_window_in_days",
    ansible=bind("amazon.aws.kms_key: pending_window", when=ABSENT),
    must=be_at_least(14),
    fix=set_to(30),
    references=(GUIDE + "deleting-keys.html",),
    tags=("availability",),
    default=False,
)

requirement(
    "aws-kms-key-disabled",
    severity=LOW,
    cwe=693,
    title="The KMS key is switched off",
    why="What is encrypted with the key cannot be read while it is off.",
    terraform=(f"aws_kms_key|{MODULE}: is_enabled", "aws_kms_external_key|aws_kms_replica_key: enabled"),
    ansible=bind("amazon.aws.kms_key: enabled", unless=ABSENT),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "enabling-keys.html",),
    aliases=(
        in_terraform("CKV_AWS_227", "KICS:7350fa23-dcf7-4938-916d-6a60b0c73b50", type="aws_kms_key"),
        in_ansible("KICS:133fee21-37ef-45df-a563-4d07edc169f4"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-kms-key-deletion-window-unstated",
    severity=LOW,
    cwe=693,
    title="The KMS key leaves its deletion window to the default of KMS",
    why="Thirty days are given by default, but nobody who reads the code can tell how long a deleted key can be rescued.",
    terraform="aws_kms_key: deletion_window_in_days",
    must=be_present,
    fix=set_to(30),
    references=(GUIDE + "deleting-keys.html",),
    aliases=(in_terraform("KICS:0b530315-0ea4-497f-b34c-4ff86268f59d"),),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-kms-key-policy-unstated",
    severity=LOW,
    cwe=732,
    title="The KMS key leaves its policy to the default of KMS",
    why="By default every identity of the account that some IAM policy allows may use the key, so nobody who reads the key "
    "can tell who does.",
    terraform=bind("aws_kms_key: policy", unless=companion("aws_kms_key_policy", by="key_id")),
    ansible=bind("amazon.aws.kms_key: policy", unless=some(ABSENT, has("grants"))),
    must=be_filled,
    fix=need("key-policy", "JSON of the key's policy"),
    references=(GUIDE + "key-policy-default.html",),
    aliases=(
        in_terraform("CKV2_AWS_64", "KICS:7ebc9038-0bde-479a-acc4-6ed7b6758899"),
        in_ansible("KICS:5b9d237a-57d5-4177-be0e-71434b0fef47"),
    ),
    tags=("identity", "hygiene"),
    default=False,
)
