"""CloudFront: how viewers reach a distribution, and what is noted of them."""

from __future__ import annotations

from iaclint.model.intent import New
from iaclint.rules import (
    INFO,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Needed,
    be_at_least,
    be_filled,
    be_none_of,
    be_present,
    be_true,
    bind,
    differ,
    every,
    exists,
    has,
    in_ansible,
    in_terraform,
    lacks,
    need,
    not_,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)
from iaclint.rules.repairs import Repair

GUIDE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
ANSIBLE = "community.aws.cloudfront_distribution"
MODULE = "module:terraform-aws-modules/cloudfront/aws"
OFF = some(where("enabled", False), where("state", "absent"), where("create_distribution", False))
# with CloudFront's own certificate the version is TLSv1 whatever is written
DEFAULT_CERTIFICATE = where("viewer_certificate.cloudfront_default_certificate", be_true)

requirement(
    "aws-cloudfront-plain-http",
    severity=MEDIUM,
    cwe=319,
    title="The CloudFront distribution serves plain HTTP",
    why="Anybody on the way can read and change what viewers send and get, session cookies included.",
    terraform=(
        "aws_cloudfront_distribution: default_cache_behavior.viewer_protocol_policy",
        "aws_cloudfront_distribution: ordered_cache_behavior.viewer_protocol_policy",
        f"{MODULE}: default_cache_behavior.viewer_protocol_policy",
        f"{MODULE}: ordered_cache_behavior.viewer_protocol_policy",
    ),
    ansible=(
        bind(f"{ANSIBLE}: default_cache_behavior.viewer_protocol_policy", unless=OFF),
        bind(f"{ANSIBLE}: cache_behaviors.viewer_protocol_policy", unless=OFF),
    ),
    must=differ("allow-all"),
    fix=set_to("redirect-to-https", at_most=UNSAFE, note="programs that do not follow redirects stop working"),
    references=(GUIDE + "using-https-viewers-to-cloudfront.html",),
    aliases=(
        in_terraform("CKV_AWS_34", "AVD-AWS-0012", "AC_AWS_0024", "KICS:55af1353-2f62-4fa0-a8e1-a210ca2708f5"),
        in_ansible("KICS:a6d27cf7-61dc-4bde-ae08-3b353b609f76"),
    ),
    tags=("network", "encryption"),
)

requirement(
    "aws-cloudfront-outdated-tls",
    severity=MEDIUM,
    cwe=327,
    title="The CloudFront distribution accepts outdated versions of TLS",
    why="SSL 3, TLS 1.0 and TLS 1.1 are broken or given up; an attacker on the way can make both sides fall back to them.",
    terraform=(
        bind("aws_cloudfront_distribution: viewer_certificate.minimum_protocol_version", unless=some(OFF, DEFAULT_CERTIFICATE)),
        # what it takes where nothing is said depends on the module's version
        bind(f"{MODULE}: viewer_certificate.minimum_protocol_version", when_missing="ok", unless=some(OFF, DEFAULT_CERTIFICATE)),
    ),
    ansible=bind(
        f"{ANSIBLE}: viewer_certificate.minimum_protocol_version", when_missing="ok", unless=some(OFF, DEFAULT_CERTIFICATE),
    ),
    must=be_none_of("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016"),
    when_missing=VIOLATED,
    when_parent_missing="ok",
    fix=set_to("TLSv1.2_2021", at_most=UNSAFE, note="viewers that know no TLS 1.2 are locked out"),
    references=(GUIDE + "secure-connections-supported-viewer-protocols-ciphers.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_174", "AVD-AWS-0013", "AC_AWS_0023", "KICS:00e5e55e-c2ff-46b3-a757-a7a1cd802456",
            "KICS:5c0003fb-9aa0-42c1-9da3-eb0e332bef21",
        ),
        in_ansible("KICS:d0c13053-d2c8-44a6-95da-d592996e9e67", "KICS:218413a0-c716-4b94-9e08-0bb70d854709"),
    ),
    tags=("encryption", "network"),
)

CERTIFICATE = Needed("acm-certificate", "ARN of an ACM certificate in us-east-1")


def _own_certificate(holder: str = "viewer_certificate") -> Repair:
    return together(
        "use a certificate of your own",
        set_path(f"{holder}.cloudfront_default_certificate", False),
        set_path(f"{holder}.acm_certificate_arn", CERTIFICATE),
        set_path(f"{holder}.ssl_support_method", "sni-only"),
        set_path(f"{holder}.minimum_protocol_version", "TLSv1.2_2021"),
        at_most=UNSAFE,
    )


requirement(
    "aws-cloudfront-default-certificate",
    severity=LOW,
    cwe=327,
    title="The CloudFront distribution uses the default certificate",
    why="With it viewers may connect with TLS 1.0, whatever version the distribution asks for.",
    terraform=(
        bind("aws_cloudfront_distribution: viewer_certificate.cloudfront_default_certificate", when_parent_missing=VIOLATED),
        f"{MODULE}: viewer_certificate.cloudfront_default_certificate",
    ),
    ansible=(
        bind(f"{ANSIBLE}: viewer_certificate.cloudfront_default_certificate"),
        bind(f"{ANSIBLE}: viewer_certificate", must=be_present, when=every(lacks("distribution_id"), lacks("alias"))),
    ),
    must=not_(be_true, "false"),
    unless=OFF,
    fix=_own_certificate(),
    references=(GUIDE + "cnames-and-https-procedures.html",),
    aliases=(
        in_terraform(
            "CKV2_AWS_42", "CKV_AWS_174", "AVD-AWS-0013", "KICS:3a1e94df-6847-4c0e-a3b6-6c6af4e128ef",
            "KICS:00e5e55e-c2ff-46b3-a757-a7a1cd802456",
        ),
        in_ansible("KICS:fb8f8929-afeb-4c46-99f0-a6cf410f7df4", "KICS:d0c13053-d2c8-44a6-95da-d592996e9e67"),
    ),
    tags=("encryption",),
    default=False,
)

LOGS: dict[str, New] = {"bucket": Needed("log-bucket", "name of the bucket that collects access logs", suffix=".s3.amazonaws.com")}

requirement(
    "aws-cloudfront-not-logged",
    severity=LOW,
    cwe=778,
    title="Requests to CloudFront are not logged",
    why="An attack on the site leaves no record of where it came from and what it reached.",
    terraform=(
        bind(
            "aws_cloudfront_distribution: logging_config", fix=set_to(LOGS),
            # the second version of the logs is set up beside the distribution
            unless=some(OFF, exists("aws_cloudwatch_log_delivery_source|aws_cloudwatch_log_delivery")),
        ),
        bind(
            f"{MODULE}: logging_config", must=be_filled, fix=set_to(LOGS),
            unless=some(OFF, has("enable_v2_logging"), exists("aws_cloudwatch_log_delivery_source|aws_cloudwatch_log_delivery")),
        ),
    ),
    ansible=(
        bind(f"{ANSIBLE}: logging", must=be_present, unless=some(OFF, has("distribution_id")), fix=set_to({"enabled": True, **LOGS})),
        bind(f"{ANSIBLE}: logging.enabled", must=be_true, unless=OFF, fix=set_to(True)),
    ),
    must=be_present,
    references=(GUIDE + "AccessLogs.html",),
    aliases=(
        in_terraform("CKV_AWS_86", "AVD-AWS-0010", "AC_AWS_0025", "KICS:94690d79-b3b0-43de-b656-84ebef5753e5"),
        in_ansible("KICS:d31cb911-bf5b-4eb6-9fc3-16780c77c7bd"),
    ),
    tags=("logging",),
)

requirement(
    "aws-cloudfront-without-waf",
    severity=LOW,
    cwe=693,
    title="No web application firewall stands before CloudFront",
    why="Floods of requests and common attacks reach the origin unfiltered.",
    terraform=f"aws_cloudfront_distribution|{MODULE}: web_acl_id",
    ansible=bind(f"{ANSIBLE}: web_acl_id", when=lacks("distribution_id")),
    must=be_filled,
    unless=OFF,
    fix=need("web-acl", "ARN of a WAF web ACL"),
    references=("https://docs.aws.amazon.com/waf/latest/developerguide/cloudfront-features.html",),
    aliases=(
        in_terraform("CKV_AWS_68", "AVD-AWS-0011", "AC_AWS_0032", "KICS:1419b4c6-6d5c-4534-9cf6-6a5266085333"),
        in_ansible("KICS:22c80725-e390-4055-8d14-a872230f6607"),
    ),
    tags=("network",),
    default=False,
)

requirement(
    "aws-cloudfront-serves-nothing",
    severity=INFO,
    cwe=1164,
    title="The CloudFront distribution is switched off, or has no origin",
    why="What it was meant to shield is reached without it, or not at all.",
    terraform="aws_cloudfront_distribution: enabled",
    ansible=(
        bind(f"{ANSIBLE}: enabled", unless=where("state", "absent")),
        bind(
            f"{ANSIBLE}: origins", must=be_present, fix=(),
            unless=some(where("state", "absent"), has("default_origin_domain_name"), has("distribution_id"), has("alias")),
        ),
    ),
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="it goes into service"),
    references=(GUIDE + "HowToUpdateDistribution.html",),
    aliases=(
        in_terraform("CKV_AWS_216", "KICS:1bc367f6-901d-4870-ad0c-71d79762ef52"),
        in_ansible("KICS:b25398a2-0625-4e61-8e4d-a1bb23905bf6"),
    ),
    tags=("hygiene",),
    default=False,
)

requirement(
    "aws-cloudfront-without-root-object",
    severity=LOW,
    cwe=548,
    title="The CloudFront distribution names no default root object",
    why="A request for `/` then goes to the origin as it is, and a bucket may answer with the list of its objects.",
    terraform=f"aws_cloudfront_distribution|{MODULE}: default_root_object",
    ansible=bind(f"{ANSIBLE}: default_root_object", when=lacks("distribution_id")),
    must=be_filled,
    unless=OFF,
    fix=need("default-root-object", "object to answer `/` with, such as index.html", at_most=UNSAFE),
    references=(GUIDE + "DefaultRootObject.html",),
    aliases=(in_terraform("CKV_AWS_305", type="aws_cloudfront_distribution"),),
    tags=("hygiene",),
    default=False,
)

requirement(
    "aws-cloudfront-without-failover",
    severity=LOW,
    cwe=693,
    title="The CloudFront distribution has no second origin to fall back to",
    why="When the only origin fails, so does the site.",
    terraform="aws_cloudfront_distribution: origin_group.member",
    must=be_present,
    unless=OFF,
    remedy="Put two origins into an `origin_group`, and let the cache behaviours use the group.",
    references=(GUIDE + "high_availability_origin_failover.html",),
    aliases=(in_terraform("CKV_AWS_310"),),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-cloudfront-served-everywhere",
    severity=INFO,
    cwe=284,
    title="The CloudFront distribution answers requests from every country",
    why="Where all users are in a few countries, requests from elsewhere are mostly attacks.",
    terraform=bind(
        "aws_cloudfront_distribution: restrictions.geo_restriction.restriction_type", unless=OFF,
        fix=together(
            "serve chosen countries only", set_to("whitelist"),
            set_path("restrictions.geo_restriction.locations", [Needed("served-country", "two letters of a country to serve")]),
            at_most=UNSAFE, note="all other countries are shut out",
        ),
    ),
    must=differ("none"),
    references=(GUIDE + "georestrictions.html",),
    aliases=(in_terraform("CKV_AWS_374", "AC_AWS_0026"),),
    tags=("network", "hygiene"),
    default=False,
)

requirement(
    "aws-cloudfront-without-headers-policy",
    severity=LOW,
    cwe=693,
    title="CloudFront adds no security headers to what it serves",
    why="Without them browsers accept plain HTTP, framing by other sites, and content of another type than declared.",
    terraform=(
        "aws_cloudfront_distribution: default_cache_behavior.response_headers_policy_id",
        bind("aws_cloudfront_distribution: response_headers_policy_id", each="ordered_cache_behavior"),
    ),
    must=be_filled,
    unless=OFF,
    # the policy that AWS keeps under the name SecurityHeadersPolicy
    fix=set_to("67f7725c-6f97-4210-82d7-5512b31e9d03", at_most=UNSAFE, note="pages can then not be framed by other sites"),
    references=(GUIDE + "using-managed-response-headers-policies.html",),
    aliases=(in_terraform("CKV2_AWS_32"),),
    tags=("network", "hygiene"),
    default=False,
)

HSTS = "security_headers_config.strict_transport_security"

requirement(
    "aws-cloudfront-headers-without-hsts",
    severity=LOW,
    cwe=319,
    title="Header policy of CloudFront does not keep browsers on HTTPS for a year",
    why="A browser that was not told so can be lured to plain HTTP, where its traffic is read and changed.",
    terraform=(
        bind(f"aws_cloudfront_response_headers_policy: {HSTS}.access_control_max_age_sec", when_parent_missing="ok"),
        bind(
            f"aws_cloudfront_response_headers_policy: {HSTS}", must=be_present,
            fix=set_to({"access_control_max_age_sec": 31536000, "include_subdomains": True, "override": True}, at_most=UNSAFE),
        ),
    ),
    must=be_at_least(31536000),
    fix=set_to(31536000, at_most=UNSAFE, note="browsers remember it: HTTP must never be needed again"),
    references=(GUIDE + "understanding-response-headers-policies.html",),
    aliases=(in_terraform("CKV_AWS_259"),),
    tags=("encryption", "hygiene"),
    default=False,
)
