"""CloudFront: how a distribution reaches the origins it takes content from."""

from __future__ import annotations

import re

from iaclint.checks.aws._beside import refer_to_new
from iaclint.model.block import Node
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    Intent,
    be_filled,
    bind,
    contain_none,
    differ,
    every,
    in_terraform,
    opposite,
    related,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
DISTRIBUTION = "aws_cloudfront_distribution"
ANSIBLE = "community.aws.cloudfront_distribution"
OFF = some(where("enabled", False), where("state", "absent"))

_BUCKET = r".+\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?"


def _is_bucket(origin: Node, project: Project) -> Truth:
    name = origin.at("domain_name")
    if name.text is not None:
        return re.fullmatch(_BUCKET, name.text) is not None and "s3-website" not in name.text
    return any(re.fullmatch(r"aws_s3_bucket\..+\.bucket_(?:regional_)?domain_name", one) for one in name.references)


def _is_website(origin: Node, project: Project) -> Truth:
    # the endpoint that serves a bucket as a web site knows no HTTPS
    name = origin.at("domain_name")
    return "s3-website" in name.known_text or any("website" in one for one in name.references)


BUCKET = related("it is a bucket", _is_bucket)
IDENTIFIED = where("s3_origin_config.origin_access_identity", be_filled)
OVER_TLS = opposite(where("custom_origin_config.origin_protocol_policy", "http-only"))
NO_WEBSITE = opposite(related("it is a bucket's web site", _is_website))

requirement(
    "aws-cloudfront-origin-plain-http",
    severity=MEDIUM,
    cwe=319,
    title="CloudFront fetches content over plain HTTP",
    why="Anybody between CloudFront and the origin can read and change what viewers then get over HTTPS.",
    terraform=bind(
        f"{DISTRIBUTION}: custom_origin_config.origin_protocol_policy", each="origin", where=NO_WEBSITE,
    ),
    ansible=bind(f"{ANSIBLE}: custom_origin_config.origin_protocol_policy", each="origins", where=NO_WEBSITE),
    must=differ("http-only"),
    unless=OFF,
    fix=set_to("https-only", at_most=UNSAFE, note="the origin must answer HTTPS with a valid certificate"),
    references=(GUIDE + "using-https-cloudfront-to-custom-origin.html",),
    aliases=(in_terraform("CKV2_AWS_72"),),
    tags=("network", "encryption"),
)

requirement(
    "aws-cloudfront-origin-http-allowed",
    severity=LOW,
    cwe=319,
    title="CloudFront fetches content over plain HTTP where a viewer asks so",
    why="Between CloudFront and the origin such requests and answers can be read and changed.",
    terraform=bind(
        f"{DISTRIBUTION}: custom_origin_config.origin_protocol_policy", each="origin", where=NO_WEBSITE,
    ),
    ansible=bind(f"{ANSIBLE}: custom_origin_config.origin_protocol_policy", each="origins", where=NO_WEBSITE),
    must=differ("match-viewer"),
    unless=OFF,
    fix=set_to("https-only", at_most=UNSAFE, note="the origin must answer HTTPS with a valid certificate"),
    references=(GUIDE + "using-https-cloudfront-to-custom-origin.html",),
    aliases=(in_terraform("CKV2_AWS_72"),),
    tags=("network", "encryption"),
    default=False,
)



def _only_tls12(value: Value, element: Node, project: Project) -> Intent:
    new = ["TLSv1.2"]
    return Intent("speak TLS 1.2 alone", (Set(value, new),), UNSAFE, None, "the origin must know TLS 1.2")


requirement(
    "aws-cloudfront-origin-outdated-tls",
    severity=MEDIUM,
    cwe=327,
    title="CloudFront speaks outdated versions of SSL or TLS with an origin",
    why="SSL 3, TLS 1.0 and TLS 1.1 are broken or given up; an attacker on the way can make both sides fall back to them.",
    terraform=bind(f"{DISTRIBUTION}: custom_origin_config.origin_ssl_protocols", each="origin", where=OVER_TLS),
    ansible=bind(f"{ANSIBLE}: custom_origin_config.origin_ssl_protocols", each="origins", where=OVER_TLS),
    must=contain_none("SSLv3", "TLSv1", "TLSv1.1"),
    unless=OFF,
    fix=_only_tls12,
    references=(GUIDE + "DownloadDistValuesOrigin.html",),
    aliases=(in_terraform("CKV2_AWS_54"),),
    tags=("encryption", "network"),
)

requirement(
    "aws-cloudfront-origin-bucket-open",
    severity=MEDIUM,
    cwe=284,
    title="CloudFront fetches from a bucket without showing who it is",
    why="The bucket must then be open to everybody, who can go around the distribution, its firewall and its logs.",
    terraform=bind(f"{DISTRIBUTION}: origin_access_control_id", each="origin", where=every(BUCKET, opposite(IDENTIFIED))),
    must=be_filled,
    unless=OFF,
    fix=refer_to_new(
        "origin_access_control_id", "aws_cloudfront_origin_access_control",
        {
            "name": None, "origin_access_control_origin_type": "s3", "signing_behavior": "always",
            "signing_protocol": "sigv4",
        },
        at_most=UNSAFE, note="the bucket's policy must let in the distribution",
    ),
    references=(GUIDE + "private-content-restricting-access-to-s3.html",),
    aliases=(in_terraform("CKV2_AWS_46"),),
    tags=("identity",),
)
