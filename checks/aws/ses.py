"""Simple Email Service: whether mail travels encrypted."""

from iaclint.rules import LOW, UNSAFE, VIOLATED, bind, equal, in_terraform, requirement, set_to

requirement(
    "aws-ses-tls-optional",
    severity=LOW,
    cwe=319,
    title="Mail is sent in plain text where the recipient's server offers no TLS",
    why="Whoever sits on the way can suppress encryption, and read or change the mail.",
    terraform=(
        "aws_ses_configuration_set: delivery_options.tls_policy",
        bind("aws_sesv2_configuration_set: delivery_options.tls_policy", must=equal("REQUIRE"),
             fix=set_to("REQUIRE", at_most=UNSAFE, note="mail to servers without TLS bounces")),
    ),
    must=equal("Require"),
    when_missing=VIOLATED,
    fix=set_to("Require", at_most=UNSAFE, note="mail to servers without TLS bounces"),
    references=("https://docs.aws.amazon.com/ses/latest/dg/security-protocols.html",),
    aliases=(in_terraform("CKV_AWS_365", type="aws_ses_configuration_set"),),
    tags=("network", "encryption"),
    default=False,
)
