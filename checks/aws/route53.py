"""Route 53: query logs, DNSSEC, records, registered domains."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._modules import ROUTE53, since
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    add_companion,
    be_absent,
    be_false,
    be_filled,
    be_none_of,
    be_true,
    bind,
    companion,
    has,
    in_ansible,
    in_terraform,
    need,
    requirement,
    rule,
    set_to,
    some,
    subject,
    together,
    where,
)

LOGS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html"
DNSSEC = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html"
RECORDS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values.html"
LOCK = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-lock.html"
DANGLING = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html"
GONE = where("state", "absent")
# a zone of a VPC answers nobody outside
PRIVATE = some(has("vpc"), has("vpc_id"), has("vpcs"))

requirement(
    "aws-route53-zone-without-query-log",
    severity=LOW,
    cwe=778,
    title="Public DNS zone logs no queries",
    why="Probing for names and the misuse of a taken-over record leave no trace.",
    terraform="aws_route53_zone:",
    must=be_absent,
    message="the public DNS zone logs no queries",
    unless=some(PRIVATE, companion("aws_route53_query_log", by="zone_id")),
    fix=add_companion(
        "aws_route53_query_log",
        {
            "cloudwatch_log_group_arn": Needed("dns-log-group", "ARN of a log group in us-east-1 that Route 53 may write to"),
            "zone_id": subject("zone_id"),
        },
    ),
    default=False,
    references=(LOGS,),
    aliases=(in_terraform("CKV2_AWS_39", "KICS:7dbba512-e244-42dc-98bb-422339827967", "AC_AWS_0204"),),
    tags=("logging", "hygiene"),
)

_SIGNED = companion("aws_route53_hosted_zone_dnssec|aws_route53_key_signing_key", by="hosted_zone_id")

requirement(
    "aws-route53-zone-unsigned",
    severity=LOW,
    cwe=345,
    title="Public DNS zone is not signed",
    why="Whoever can forge an answer on the way sends visitors and mail to a machine of their own.",
    terraform=(
        bind(
            "aws_route53_zone:", unless=some(PRIVATE, _SIGNED),
            fix=together(
                "sign the zone",
                add_companion(
                    "aws_route53_key_signing_key",
                    {
                        "name": "main", "hosted_zone_id": subject("zone_id"),
                        "key_management_service_arn": Needed(
                            "dnssec-key", "ARN of an ECC_NIST_P256 KMS key in us-east-1 for signing"
                        ),
                    },
                ),
                add_companion("aws_route53_hosted_zone_dnssec", {"hosted_zone_id": subject("zone_id")}),
                at_most=UNSAFE,
                note="the domain fails once the registrar names a key that does not fit",
            ),
        ),
        bind(
            f"{ROUTE53}: enable_dnssec", must=be_true, when_missing=VIOLATED, when=since(6),
            unless=some(PRIVATE, where("private_zone", be_true), where("create_zone", be_false)),
            fix=set_to(True, at_most=UNSAFE, note="a key comes along; the registrar has to be told of it"),
        ),
    ),
    ansible=bind(
        "amazon.aws.route53_zone: dnssec", must=be_true, when_missing=VIOLATED, unless=some(GONE, PRIVATE),
        fix=set_to(True, at_most=UNSAFE, note="the zone needs an active key, and the registrar has to be told of it"),
    ),
    must=be_absent,
    message="the public DNS zone is not signed",
    default=False,
    references=(DNSSEC,),
    aliases=(in_terraform("CKV2_AWS_38")),
    tags=("network", "hygiene"),
)

requirement(
    "aws-route53-empty-record",
    severity=LOW,
    cwe=1188,
    title="DNS record says nothing",
    why="The name resolves to nothing, so whatever relies on it fails, or falls back to something weaker.",
    terraform=bind("aws_route53_record: records", unless=has("alias")),
    ansible=bind("amazon.aws.route53: value", unless=some(has("alias"), where("state", be_none_of("present", "create")))),
    must=be_filled,
    fix=need("dns-record-value", "what the name stands for"),
    references=(RECORDS,),
    aliases=(
        in_terraform("KICS:25db74bf-fa3b-44da-934e-8c3e005c0453", "AC_AWS_0205"),
        in_ansible("KICS:445dce51-7e53-4e50-80ef-7f94f14169e4"),
    ),
    tags=("availability",),
)

requirement(
    "aws-route53-domain-transferable",
    severity=MEDIUM,
    cwe=284,
    title="Registered domain may be transferred away",
    why="Whoever gets into the mailbox of its owner moves the domain to another registrar, and with it all mail and pages.",
    terraform="aws_route53domains_registered_domain|aws_route53domains_domain: transfer_lock",
    must=be_true,
    fix=set_to(True),
    references=(LOCK,),
    aliases=(in_terraform("CKV_AWS_377"),),
    tags=("network",),
)

dangling = rule(
    "aws-route53-loose-address",
    severity=LOW,
    cwe=672,
    confidence="low",
    title="DNS record points at an address written out by hand",
    why="When the address goes back to AWS, somebody else gets it, and with it everything sent to the name.",
    default=False,
    references=(DANGLING,),
    remedy="Refer to the resource that holds the address, or use an alias record.",
    aliases=(in_terraform("CKV2_AWS_23"),),
    tags=("network", "hygiene"),
)


@dangling.check(terraform="aws_route53_record")
def address_of_nobody(record: Block, project: Project) -> Iterator[Finding]:
    """A literal public address in a record of type A, which no resource of the Project is said to hold."""
    if not record.get("type").is_(("A", "AAAA")):
        return
    import ipaddress

    for value in record.get("records").items:
        try:
            address = ipaddress.ip_address((value.text or "").strip())
        except ValueError:
            continue
        if address.is_global and not value.references:
            yield Finding(value, f"nothing here holds the address {address}")
