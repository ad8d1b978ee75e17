"""Web application firewalls: what they let through, and what they note of it."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import Append, New
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    Finding,
    Intent,
    Needed,
    add_companion,
    be_absent,
    be_filled,
    be_present,
    bind,
    companion,
    in_terraform,
    lacks,
    requirement,
    rule,
    set_to,
    some,
    subject,
    where,
)

GUIDE = "https://docs.aws.amazon.com/waf/latest/developerguide/"
V2 = "aws_wafv2_web_acl"
CLASSIC = "aws_waf_web_acl|aws_wafregional_web_acl"
GONE = where("state", "absent")
LOG_DESTINATION = Needed("waf-log-destination", "ARN of a Firehose stream, log group or bucket whose name begins with aws-waf-logs-")

requirement(
    "aws-waf-not-logged",
    severity=LOW,
    cwe=778,
    title="Firewall notes nothing of the requests it sees",
    why="Nobody can tell what an attacker tried, nor what a rule wrongly keeps out.",
    terraform=(
        bind(
            f"{V2}:", must=be_absent, message="no logging configuration names this firewall",
            unless=companion("aws_wafv2_web_acl_logging_configuration", by="resource_arn"),
            fix=add_companion(
                "aws_wafv2_web_acl_logging_configuration",
                {"log_destination_configs": [LOG_DESTINATION], "resource_arn": subject("arn")},
            ),
        ),
        bind(f"{CLASSIC}: logging_configuration", fix=set_to({"log_destination": LOG_DESTINATION})),
    ),
    must=be_present,
    references=(GUIDE + "logging.html",),
    aliases=(in_terraform("CKV2_AWS_31", type=V2), in_terraform("CKV_AWS_176", type=tuple(CLASSIC.split("|")))),
    tags=("logging",),
)

RULES_BESIDE = companion("aws_wafv2_web_acl_rule|aws_wafv2_web_acl_rule_group_association", by="web_acl_arn")

requirement(
    "aws-waf-without-rules",
    severity=MEDIUM,
    cwe=693,
    title="Firewall has no rules",
    why="It lets everything through and only looks like protection.",
    terraform=(
        bind(f"{V2}: rule", when=lacks("rule_json"), unless=some(RULES_BESIDE, where("default_action.block", be_present))),
        bind("aws_wafregional_web_acl: rule", unless=where("default_action.type", "BLOCK")),
        bind("aws_waf_web_acl: rules", unless=where("default_action.type", "BLOCK")),
    ),
    ansible=bind(
        "community.aws.wafv2_web_acl|community.aws.waf_web_acl: rules", must=be_filled, unless=some(GONE, where("default_action", "Block")),
    ),
    must=be_present,
    remedy="Add the managed rule groups that fit what stands behind it, AWSManagedRulesCommonRuleSet for a start.",
    references=(GUIDE + "aws-managed-rule-groups-list.html",),
    aliases=(in_terraform("CKV_AWS_175"),),
    tags=("network",),
)

without_action = rule(
    "aws-waf-rule-without-action",
    severity=MEDIUM,
    cwe=693,
    title="Rule of a firewall does not say what to do",
    why="A request it matches is neither blocked nor counted; AWS refuses such a rule or takes it for no rule at all.",
    references=(GUIDE + "waf-rule-action.html",),
    aliases=(in_terraform("CKV_AWS_342"),),
    remedy="Give the rule an `action`, or an `override_action` where it uses a rule group.",
    tags=("network",),
)
RULE_BLOCKS = {
    V2: "rule", "aws_wafv2_rule_group": "rule", "aws_wafregional_web_acl": "rule", "aws_waf_web_acl": "rules",
    "aws_waf_rule_group": "activated_rule", "aws_wafregional_rule_group": "activated_rule",
}  # fmt: skip
ACTIONS = ("action", "override_action")


@without_action.check(terraform="|".join(RULE_BLOCKS))
def says_nothing(acl: Block, project: Project) -> Iterator[Finding]:
    """A rule with neither of both blocks, or with an empty one."""
    for one in acl.children(RULE_BLOCKS[acl.type]):
        if one.is_symbolic and not one.arguments:
            continue
        written = [block for name in ACTIONS for block in one.children(name)]
        if not written and all(one.get(name).is_missing for name in ACTIONS):
            yield Finding(one, "the rule does not say what to do with a request")
        for block in written:
            if not block.blocks and not block.arguments and not block.is_symbolic:
                yield Finding(block, f"`{block.type}` is empty: it does not say what to do with a request")


log4j = rule(
    "aws-waf-without-log4j-rules",
    severity=LOW,
    cwe=917,
    title="Firewall does not block requests that exploit Log4j",
    why="Requests with a lookup such as `${jndi:ldap://...}` are still sent to everything on the Internet; one forgotten "
    "program that logs them runs the attacker's code.",
    references=(GUIDE + "aws-managed-rule-groups-baseline.html",),
    aliases=(
        in_terraform("CKV_AWS_192"),
        in_terraform("CKV2_AWS_47", guards="cloudfront"),
        in_terraform("CKV2_AWS_77", guards="api"),
        in_terraform("CKV2_AWS_78", guards="appsync"),
    ),
    tags=("network",),
    default=False,
)
GROUP = "AWSManagedRulesKnownBadInputsRuleSet"
GUARDED = {
    "aws_api_gateway_": "api", "aws_apigatewayv2_": "api",
    "aws_appsync_graphql_api.": "appsync", "aws_cloudfront_": "cloudfront",
}  # fmt: skip


def _guards(acl: Block, project: Project) -> frozenset[str]:
    found = {"cloudfront"} if acl.get("scope").is_("CLOUDFRONT") else set()
    for one in project.companions(acl, "aws_wafv2_web_acl_association", "web_acl_arn")[0]:
        for reference in one.get("resource_arn").references:
            found |= {kind for prefix, kind in GUARDED.items() if reference.startswith(prefix)}
    return frozenset(found)


@log4j.check(terraform=V2)
def known_bad_inputs(acl: Block, project: Project) -> Iterator[Finding]:
    """The managed group is missing, or its rule is taken out or only counts."""
    if not acl.get("rule_json").is_missing or any(one.is_symbolic for one in acl.children("rule")):
        return
    facets = {"guards": _guards(acl, project)}
    groups = [group for one in acl.children("rule") for group in elements(one, "statement.managed_rule_group_statement")]
    if any(group.at("name").is_unknown for group in groups):
        return
    wanted = [group for group in groups if group.at("name").is_(GROUP)]
    if not wanted:
        yield Finding(acl, f"no rule uses `{GROUP}`", _use_group(acl), facets)
    for group in wanted:
        for name in [*group.each("excluded_rule.name"), *group.each("rule_action_override.name")]:
            text = name.text
            if text is not None and text.startswith("Log4JRCE") and not _blocks(name):
                yield Finding(name, f"`{text}` is taken out of `{GROUP}`", (), facets)


def _blocks(name: Value) -> bool:
    holder = name.holder
    return isinstance(holder, Block) and holder.type == "rule_action_override" and not holder.at("action_to_use.block").is_missing


def _use_group(acl: Block) -> tuple[Intent, ...]:
    numbers = [one.get("priority").number for one in acl.children("rule")]
    if any(number is None for number in numbers):
        return ()
    metrics: dict[str, New] = {
        "cloudwatch_metrics_enabled": True, "metric_name": "known-bad-inputs", "sampled_requests_enabled": True,
    }
    group: dict[str, New] = {
        "name": "known-bad-inputs", "priority": int(max([number or 0 for number in numbers], default=-1)) + 1,
        "override_action": {"none": {}}, "statement": {"managed_rule_group_statement": {"name": GROUP, "vendor_name": "AWS"}},
        "visibility_config": metrics,
    }  # fmt: skip
    note = "requests that look like attacks are blocked"
    return (Intent(f"use `{GROUP}`", (Append(acl, group, "rule"),), UNSAFE, None, note),)
