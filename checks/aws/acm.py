"""Certificates: those that ACM issues, and those that are brought along."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._modules import ACM
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    VIOLATED,
    Finding,
    be_true,
    bind,
    differ,
    each_item,
    has,
    in_ansible,
    in_terraform,
    match,
    not_,
    requirement,
    rule,
    set_to,
    where,
)

IMPORTED = "https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html"
RENEWAL = "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"
PRACTICES = "https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html"
LIFECYCLE = "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle"
BODIES = ("certificate_body", "certificate")
HOLDERS = "aws_acm_certificate|aws_iam_server_certificate|aws_api_gateway_domain_name"
GONE = where("state", "absent")

requirement(
    "aws-acm-without-transparency-log",
    severity=LOW,
    cwe=295,
    title="Certificate is kept out of the public transparency logs",
    why="Browsers refuse certificates that are in no log, and nobody notices one that was issued to somebody else.",
    terraform=(
        # what a private authority issues is in no log anyway
        bind(
            "aws_acm_certificate: options.certificate_transparency_logging_preference", must=differ("DISABLED"),
            unless=has("certificate_authority_arn"), fix=set_to("ENABLED"),
        ),
        bind(f"{ACM}: certificate_transparency_logging_preference", must=be_true, fix=set_to(True)),
    ),
    must=be_true,
    references=(PRACTICES,),
    aliases=(in_terraform("CKV_AWS_234"),),
    tags=("encryption",),
)

requirement(
    "aws-acm-wildcard",
    severity=LOW,
    cwe=295,
    title="Certificate is for every name of a domain",
    why="Whoever takes the key of one service can then pass for all the others.",
    terraform=(
        f"aws_acm_certificate|{ACM}: domain_name",
        bind(f"aws_acm_certificate|{ACM}: subject_alternative_names", must=each_item(not_(match(r"\*\..*")))),
    ),
    must=not_(match(r"\*\..*"), "single names"),
    default=False,
    references=(PRACTICES,),
    remedy="Name the hosts the certificate is for.",
    aliases=(in_terraform("CKV2_AWS_71"),),
    tags=("encryption", "hygiene"),
)

requirement(
    "aws-acm-destroyed-before-created",
    severity=LOW,
    cwe=1188,
    title="A certificate goes before its successor is there",
    why="A change of its names fails, or takes the service down: a certificate in use cannot be deleted.",
    terraform="aws_acm_certificate: lifecycle.create_before_destroy",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    default=False,
    references=(LIFECYCLE,),
    aliases=(in_terraform("CKV_AWS_233"),),
    tags=("availability", "hygiene"),
)

expired = rule(
    "aws-certificate-expired",
    severity=MEDIUM,
    cwe=298,
    title="Certificate has expired",
    why="Clients refuse it; those taught to ignore that no longer notice a forged one either.",
    references=(IMPORTED, RENEWAL),
    remedy="Bring a new certificate, or let ACM issue and renew one.",
    aliases=(
        in_terraform("KICS:c3831315-5ae6-4fa8-b458-3d4d5ab7a3f6"),
        in_ansible("KICS:5a443297-19d4-4381-9e5b-24faf947ec22"),
    ),
    tags=("encryption",),
)

weak = rule(
    "aws-certificate-short-key",
    severity=MEDIUM,
    cwe=326,
    title="Certificate has a key that can be factored",
    why="RSA keys of less than 2048 bits are within reach of attackers who then pass for the service.",
    references=(IMPORTED,),
    remedy="Make a key of 2048 bits or more, or one on an elliptic curve, and a new certificate for it.",
    aliases=(
        in_terraform("KICS:874d68a3-bfbe-4a4b-aaa0-9e74d7da634b"),
        in_ansible("KICS:d5ec2080-340a-4259-b885-f833c4ea6a31"),
    ),
    tags=("encryption",),
)


def _bodies(block: Block) -> Iterator[Value]:
    if not block.get("state").is_("absent"):
        yield from (block.get(name) for name in BODIES if name in block.arguments)


@expired.check(terraform=HOLDERS, ansible="community.aws.acm_certificate|amazon.aws.iam_server_certificate")
def certificate_of_the_past(block: Block, project: Project) -> Iterator[Finding]:
    """A certificate whose time is over."""
    from datetime import UTC, datetime

    from iaclint.aspects.certificates import certificate_of

    for body in _bodies(block):
        found = certificate_of(body)
        if found is not None and found.not_after < datetime.now(UTC):
            yield Finding(body, f"the certificate expired on {found.not_after:%Y-%m-%d}")


@weak.check(terraform=HOLDERS, ansible="community.aws.acm_certificate|amazon.aws.iam_server_certificate")
def certificate_of_a_short_key(block: Block, project: Project) -> Iterator[Finding]:
    """A certificate for an RSA key of less than 2048 bits."""
    from iaclint.aspects.certificates import certificate_of

    for body in _bodies(block):
        found = certificate_of(body)
        if found is not None and found.rsa_bits is not None and found.rsa_bits < 2048:
            yield Finding(body, f"the key of the certificate has {found.rsa_bits} bits")



@weak.check(terraform=f"aws_acm_certificate|{ACM}")
def short_key_asked_for(block: Block, project: Project) -> Iterator[Finding]:
    """A certificate that ACM is asked to issue for such a key."""
    algorithm = block.get("key_algorithm")
    if algorithm.is_("RSA_1024"):
        intent = Intent("ask for 2048 bits", (Set(algorithm, "RSA_2048"),))
        yield Finding(algorithm, "the key of the certificate will have 1024 bits", (intent,))
