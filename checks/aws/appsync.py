"""AppSync: what GraphQL APIs note, cache and stand behind."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    MEDIUM,
    VIOLATED,
    Needed,
    add_companion,
    be_absent,
    be_false,
    be_present,
    be_true,
    bind,
    companion,
    differ,
    in_terraform,
    requirement,
    set_path,
    set_to,
    some,
    subject,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/appsync/latest/devguide/"
API = "aws_appsync_graphql_api"
CACHE = "aws_appsync_api_cache"
MODULE = "module:terraform-aws-modules/appsync/aws"
CACHED = where("caching_enabled", be_true)

requirement(
    "aws-appsync-not-logged",
    severity=LOW,
    cwe=778,
    title="Requests to the GraphQL API are not logged",
    why="An attack on the API leaves no record of where it came from and what it reached.",
    terraform=(
        bind(
            f"{API}: log_config",
            fix=set_to(
                {"cloudwatch_logs_role_arn": Needed("appsync-log-role", "ARN of a role that may write logs"), "field_log_level": "ERROR"}
            ),
        ),
        bind(
            f"{MODULE}: logging_enabled", must=be_true, when_missing=VIOLATED, unless=where("create_graphql_api", be_false),
            fix=together("log requests", set_to(True), set_path("log_field_log_level", "ERROR")),
        ),
    ),
    must=be_present,
    references=(GUIDE + "monitoring.html",),
    aliases=(in_terraform("CKV_AWS_193", "CKV_AWS_194", type=API),),
    tags=("logging",),
)

requirement(
    "aws-appsync-fields-not-logged",
    severity=LOW,
    cwe=778,
    title="Errors in the fields of the GraphQL API are not logged",
    why="Which data somebody asked for, and was refused, cannot be told afterwards.",
    terraform=(
        f"{API}: log_config.field_log_level",
        bind(f"{MODULE}: log_field_log_level", when=where("logging_enabled", be_true)),
    ),
    must=differ("NONE"),
    fix=set_to("ERROR"),
    references=(GUIDE + "monitoring.html",),
    aliases=(in_terraform("CKV_AWS_194", type=API),),
    tags=("logging",),
)

requirement(
    "aws-appsync-cache-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Cached answers of the GraphQL API are not encrypted at rest",
    why="The cache keeps answers meant for single users; encryption costs nothing and clients do not notice it.",
    terraform=(f"{CACHE}: at_rest_encryption_enabled", bind(f"{MODULE}: cache_at_rest_encryption_enabled", when=CACHED)),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "enabling-caching.html",),
    aliases=(in_terraform("CKV_AWS_214", type=CACHE),),
    tags=("encryption",),
)

requirement(
    "aws-appsync-cache-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Traffic between the GraphQL API and its cache is not encrypted",
    why="Whoever can listen in the network reads answers meant for single users.",
    terraform=(f"{CACHE}: transit_encryption_enabled", bind(f"{MODULE}: cache_transit_encryption_enabled", when=CACHED)),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "enabling-caching.html",),
    aliases=(in_terraform("CKV_AWS_215", type=CACHE),),
    tags=("encryption", "network"),
)

requirement(
    "aws-appsync-without-waf",
    severity=LOW,
    cwe=693,
    title="No web application firewall stands before the GraphQL API",
    why="Floods of requests and common attacks reach the resolvers unfiltered.",
    terraform=f"{API}:",
    must=be_absent,
    unless=some(companion("aws_wafv2_web_acl_association", by="resource_arn"), where("visibility", "PRIVATE")),
    message="no web application firewall is associated with it",
    fix=add_companion(
        "aws_wafv2_web_acl_association",
        {"resource_arn": subject("arn"), "web_acl_arn": Needed("web-acl", "ARN of a WAF web ACL")},
    ),
    references=(GUIDE + "WAF-Integration.html",),
    aliases=(in_terraform("CKV2_AWS_33"),),
    tags=("network",),
    default=False,
)
