"""Secrets Manager: which key protects a secret, and how long it stays the same."""

from iaclint.rules import (
    LOW,
    VIOLATED,
    Needed,
    add_companion,
    all_of,
    be_absent,
    be_at_most,
    be_filled,
    be_none_of,
    be_true,
    bind,
    companion,
    has,
    in_terraform,
    need,
    referenced,
    requirement,
    set_path,
    set_to,
    some,
    subject,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"
ABSENT = where("state", "absent")
MODULE = "module:terraform-aws-modules/secrets-manager/aws"
ROTATION = "aws_secretsmanager_secret_rotation"
LAMBDA = Needed("rotation-lambda", "ARN of the function that rotates the secret")

requirement(
    "aws-secretsmanager-secret-without-own-key",
    severity=LOW,
    cwe=311,
    title="The secret is encrypted with the key that AWS manages",
    why="That key cannot be restricted further, cannot be withdrawn, and cannot be used from another account.",
    terraform=(
        f"aws_secretsmanager_secret|{MODULE}: kms_key_id",
        bind("aws_secretsmanager_secret: kms_key_id", must=be_absent, fix=(),
             when=referenced("kms_key_id", "aws_kms_key", having=where("key_id", "alias/aws/secretsmanager"))),
    ),
    ansible=bind("community.aws.secretsmanager_secret: kms_key_id", unless=ABSENT),
    must=all_of(be_filled, be_none_of("alias/aws/secretsmanager")),
    message="the secret is encrypted with the key that AWS manages",
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "security-encryption.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_149", "AVD-AWS-0098", "AC_AWS_0500", "KICS:a2f548f2-188c-4fff-b172-e9a6acb216bd",
            "KICS:b0d3ef3f-845d-4b1b-83d6-63a5a380375f",
        ),
    ),
    tags=("encryption", "secret"),
    default=False,
)

requirement(
    "aws-secretsmanager-secret-not-rotated",
    severity=LOW,
    cwe=324,
    title="The secret is never rotated",
    why="A secret that leaked once stays useful for whoever has it, for years.",
    terraform=(
        bind(
            "aws_secretsmanager_secret",
            must=be_absent,
            unless=some(companion(ROTATION, by="secret_id", identities=("name",)), has("rotation_lambda_arn")),
            message="nothing rotates the secret",
            fix=add_companion(ROTATION, {
                "secret_id": subject("id"), "rotation_lambda_arn": LAMBDA, "rotation_rules": {"automatically_after_days": 30},
            }),
        ),
        bind(
            f"{MODULE}: enable_rotation", must=be_true, when_missing=VIOLATED, message="nothing rotates the secret",
            fix=together("rotate it", set_to(True), set_path("rotation_lambda_arn", LAMBDA),
                         set_path("rotation_rules", {"automatically_after_days": 30})),
        ),
    ),
    ansible=bind("community.aws.secretsmanager_secret: rotation_lambda", unless=ABSENT, fix=set_to(LAMBDA)),
    must=be_filled,
    references=(GUIDE + "rotating-secrets.html",),
    aliases=(in_terraform("CKV2_AWS_57"),),
    tags=("secret",),
    default=False,
)

requirement(
    "aws-secretsmanager-secret-rarely-rotated",
    severity=LOW,
    cwe=324,
    title="The secret is rotated less than every 90 days",
    why="The longer a secret stays the same, the longer a copy of it that leaked is of use.",
    terraform=f"{ROTATION}|{MODULE}: rotation_rules.automatically_after_days",
    ansible=bind(
        "community.aws.secretsmanager_secret: rotation_interval", when=has("rotation_lambda"), unless=ABSENT,
    ),
    must=be_at_most(90),
    fix=set_to(90),
    references=(GUIDE + "rotate-secrets_schedule.html",),
    aliases=(in_terraform("CKV_AWS_304"),),
    tags=("secret",),
)
