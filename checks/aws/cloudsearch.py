"""CloudSearch."""

from __future__ import annotations

from iaclint.rules import MEDIUM, UNSAFE, VIOLATED, be_true, equal, in_terraform, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/cloudsearch/latest/developerguide/configuring-domain-endpoint-options.html"

requirement(
    "aws-cloudsearch-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="CloudSearch domain accepts plain HTTP",
    why="What is searched for and what is found can be read by everybody on the way.",
    terraform="aws_cloudsearch_domain: endpoint_options.enforce_https",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="clients that speak plain HTTP are cut off"),
    references=(GUIDE,),
    aliases=(in_terraform("CKV_AWS_220"),),
    tags=("encryption", "network"),
)

requirement(
    "aws-cloudsearch-weak-tls",
    severity=MEDIUM,
    cwe=326,
    title="CloudSearch domain accepts outdated versions of TLS",
    why="TLS 1.0 and 1.1 have known faults and are refused by browsers and auditors alike.",
    terraform="aws_cloudsearch_domain: endpoint_options.tls_security_policy",
    must=equal("Policy-Min-TLS-1-2-2019-07"),
    when_missing=VIOLATED,
    fix=set_to("Policy-Min-TLS-1-2-2019-07", at_most=UNSAFE, note="clients that know only TLS 1.0 or 1.1 are cut off"),
    references=(GUIDE,),
    aliases=(in_terraform("CKV_AWS_218"),),
    tags=("encryption",),
)
