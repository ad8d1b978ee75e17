"""Cognito: how users prove who they are, and who gets credentials without doing so."""

from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_false,
    be_one_of,
    be_present,
    bind,
    every,
    in_terraform,
    lacks,
    requirement,
    set_path,
    set_to,
    together,
    where,
)

MFA = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html"
GUESTS = "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html"
POOL = "aws_cognito_user_pool"
AUTHENTICATOR = set_path("software_token_mfa_configuration", {"enabled": True})

requirement(
    "aws-cognito-user-pool-without-mfa",
    severity=LOW,
    cwe=308,
    title="Users of the Cognito user pool cannot use a second factor",
    why="A password that was guessed, or leaked by another site, is enough to be that user.",
    terraform=(
        bind(f"{POOL}: mfa_configuration", fix=together(
            "let users add an authenticator", set_to("OPTIONAL"), AUTHENTICATOR,
        )),
        bind(
            f"{POOL}: software_token_mfa_configuration", when=every(
                where("mfa_configuration", be_one_of("ON", "OPTIONAL")), lacks("sms_configuration"), lacks("email_mfa_configuration"),
                lacks("web_authn_configuration"),
            ),
            must=be_present, fix=AUTHENTICATOR, message="no second factor is set up for the users of the pool",
        ),
    ),
    must=be_one_of("ON", "OPTIONAL"),
    when_missing=VIOLATED,
    references=(MFA,),
    aliases=(in_terraform("KICS:ec28bf61-a474-4dbe-b414-6dd3a067d6f0"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-cognito-guest-access",
    severity=MEDIUM,
    cwe=287,
    title="The Cognito identity pool gives credentials to guests",
    why="Anybody who knows the pool's id, which stands in every app and page that uses it, gets AWS credentials without "
    "logging in.",
    terraform="aws_cognito_identity_pool: allow_unauthenticated_identities",
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="those who do not log in are locked out"),
    references=(GUESTS,),
    aliases=(in_terraform("CKV_AWS_366"),),
    tags=("identity",),
)
