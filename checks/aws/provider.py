"""How a program logs in to AWS itself: the provider's block, and temporary credentials in playbooks."""

from __future__ import annotations

from iaclint.rules import HIGH, LOW, UNSAFE, be_false, be_filled, bind, in_ansible, lacks, requirement, set_to

PROVIDER = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs"
STS = "community.aws.sts_session_token|amazon.aws.sts_assume_role"

requirement(
    "aws-provider-certificate-unchecked",
    severity=HIGH,
    cwe=295,
    title="The AWS provider does not check certificates",
    why="Anybody on the way can pose as AWS, read what is set up, and answer with settings of his own.",
    terraform="provider.aws: insecure",
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="an endpoint with a certificate of its own is then refused"),
    references=(PROVIDER,),
    tags=("network",),
)

requirement(
    "aws-session-without-mfa",
    severity=LOW,
    cwe=308,
    title="Temporary credentials are asked for without a second factor",
    why="Whoever obtains the long-lived key alone can then become the role as well.",
    ansible=bind(f"{STS}: mfa_token", when=lacks("mfa_serial_number")),
    must=be_filled,
    remedy="Give `mfa_serial_number` and `mfa_token`, the token from a prompt.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html",),
    aliases=(in_ansible("KICS:eee107f9-b3d8-45d3-b9c6-43b5a7263ce1", type="amazon.aws.sts_assume_role"),),
    tags=("identity",),
    default=False,
)
