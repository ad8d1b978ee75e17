"""Load balancers: what stands before them and behind them, and how they are run."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._modules import ALB, ELB, before, beside_call, since
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    add_companion,
    be_absent,
    be_filled,
    be_one_of,
    be_true,
    bind,
    companion,
    differ,
    every,
    has,
    in_terraform,
    lacks,
    need,
    requirement,
    rule,
    set_path,
    set_to,
    some,
    subject,
    together,
    where,
)

FIREWALL = "https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html"
SHIELD = "https://docs.aws.amazon.com/waf/latest/developerguide/ddos-advanced-summary.html"
ATTRIBUTES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"
TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html"
HEALTH = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
POLICIES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-options.html"
ZONES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html"
LOG4J = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"
BALANCERS = "aws_lb|aws_alb"
TARGET_GROUPS = "aws_lb_target_group|aws_alb_target_group"
GONE = where("state", "absent")
PRIVATE = some(where("internal", be_true), where("load_balancer_type", be_one_of("network", "gateway")))
ASSOCIATIONS = "aws_wafv2_web_acl_association|aws_wafregional_web_acl_association"
WEB_ACL = Needed("web-acl", "ARN of the WAF web ACL")

requirement(
    "aws-lb-without-waf",
    severity=LOW,
    cwe=693,
    title="No web application firewall stands before the load balancer",
    why="Injection, known exploits and floods of requests reach the application as they are.",
    terraform=(
        bind(
            f"{BALANCERS}:", unless=some(PRIVATE, companion(ASSOCIATIONS, by="resource_arn")),
            fix=add_companion("aws_wafv2_web_acl_association", {"resource_arn": subject("arn"), "web_acl_arn": WEB_ACL}),
        ),
        bind(
            f"{ALB}: associate_web_acl", must=be_true, when_missing=VIOLATED, when=since(9),
            unless=some(PRIVATE, has("web_acl_arn"), beside_call(ASSOCIATIONS, by="resource_arn")),
            fix=together("put a web ACL before it", set_to(True), set_path("web_acl_arn", WEB_ACL)),
        ),
    ),
    must=be_absent,
    message="no web application firewall stands before the load balancer",
    default=False,
    references=(FIREWALL,),
    aliases=(in_terraform("CKV2_AWS_28", "KICS:0afa6ab8-a047-48cf-be07-93a2f8c34cf7"),),
    tags=("network", "hygiene"),
)

requirement(
    "aws-shield-advanced-missing",
    severity=LOW,
    cwe=400,
    title="Nothing but the free protection stands against floods of traffic",
    why="An attack by volume takes the service down, or makes it scale at the owner's expense.",
    terraform="aws_eip|aws_lb|aws_alb|aws_elb|aws_cloudfront_distribution|aws_globalaccelerator_accelerator|aws_route53_zone:",
    must=be_absent,
    message="Shield Advanced does not protect it",
    unless=some(has("vpc.vpc_id"), where("internal", be_true), companion("aws_shield_protection", by="resource_arn")),
    default=False,
    references=(SHIELD,),
    remedy="Where the account has Shield Advanced, add an `aws_shield_protection` for it.",
    aliases=(in_terraform("KICS:084c6686-2a70-4710-91b1-000393e54c12"),),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-lb-passes-ambiguous-requests",
    severity=MEDIUM,
    cwe=444,
    title="Load balancer only watches requests that servers read differently",
    why="A request that two servers cut at different places lets an attacker slip one of their own into another's connection.",
    terraform=f"{BALANCERS}|aws_elb|{ALB}: desync_mitigation_mode",
    ansible=bind("amazon.aws.elb_application_lb: http_desync_mitigation_mode", unless=GONE),
    must=differ("monitor"),
    fix=set_to("defensive"),
    references=(ATTRIBUTES,),
    aliases=(in_terraform("CKV_AWS_328")),
    tags=("network",),
)

IN_ZONES = where("load_balancer_type", be_one_of("network", "gateway"))

requirement(
    "aws-lb-cross-zone-disabled",
    severity=LOW,
    cwe=400,
    title="Load balancer serves each zone by itself",
    why="Targets of a zone with few of them are overloaded, and a zone that has lost them answers nobody.",
    terraform=(
        bind(f"aws_elb|{ELB}: cross_zone_load_balancing"),
        bind(f"{BALANCERS}: enable_cross_zone_load_balancing", when=IN_ZONES, when_missing=VIOLATED),
        bind(
            f"{ALB}: enable_cross_zone_load_balancing", when_missing=VIOLATED,
            when=every(IN_ZONES, some(has("enable_cross_zone_load_balancing"), before(9))),
        ),
    ),
    ansible=(
        bind("amazon.aws.elb_classic_lb: cross_az_load_balancing", when=has("listeners"), unless=GONE),
        bind("community.aws.elb_network_lb: cross_zone_load_balancing", when=has("listeners"), unless=GONE),
    ),
    must=be_true,
    fix=set_to(True),
    default=False,
    references=(ZONES,),
    aliases=(
        in_terraform("CKV_AWS_138", type="aws_elb"),
        in_terraform("CKV_AWS_152", type=("aws_lb", "aws_alb")),
    ),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-lb-target-plaintext",
    severity=LOW,
    cwe=319,
    title="Load balancer talks to its targets in plain HTTP",
    why="Whoever has got into the network reads and changes what visitors and the application say to each other.",
    terraform=(
        f"{TARGET_GROUPS}: protocol",
        bind(f"{ALB}: protocol", each="target_groups.*"),
        bind(f"{ALB}: backend_protocol", each="target_groups"),
    ),
    ansible=bind("community.aws.elb_target_group: protocol", unless=GONE),
    must=be_one_of("HTTPS", "TLS", "TCP", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC", ignore_case=True),
    fix=set_to("HTTPS", at_most=UNSAFE, note="the targets have to speak TLS at that port"),
    default=False,
    references=(TARGETS,),
    aliases=(in_terraform("CKV_AWS_378", "AC_AWS_0492")),
    tags=("encryption", "hygiene"),
)

SPEAKS_HTTP = where("protocol", be_one_of("HTTP", "HTTPS"))
CHECK_PATH = ("health-check-path", "path that answers only when the application is well")

requirement(
    "aws-lb-target-without-health-check",
    severity=LOW,
    cwe=693,
    title="Target group checks the health of its targets at the root of the site only",
    why="A page that always answers keeps a broken instance in service; one that needs a login takes a good one out.",
    terraform=(
        bind(
            f"{TARGET_GROUPS}: health_check.path", when=every(SPEAKS_HTTP, has("health_check")),
            unless=where("health_check.protocol", "TCP"), fix=need(*CHECK_PATH),
        ),
        bind(
            f"{TARGET_GROUPS}: health_check.path", when=every(SPEAKS_HTTP, lacks("health_check")),
            fix=set_path("health_check", {"path": Needed(*CHECK_PATH)}),
        ),
    ),
    ansible=bind(
        "community.aws.elb_target_group: health_check_path", unless=GONE, fix=need(*CHECK_PATH),
        when=where("protocol", be_one_of("http", "https", ignore_case=True)),
    ),
    must=be_filled,
    message="the target group names no path that tells whether a target is well",
    default=False,
    references=(HEALTH,),
    aliases=(in_terraform("CKV_AWS_261")),
    tags=("availability", "hygiene"),
)

# --- classic load balancers say themselves what of TLS they accept -------------------

OLD_PROTOCOLS = frozenset({"Protocol-SSLv2", "Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1"})
OLD_POLICIES = frozenset({
    "ELBSecurityPolicy-2011-08", "ELBSecurityPolicy-2014-01", "ELBSecurityPolicy-2014-10", "ELBSecurityPolicy-2015-02",
    "ELBSecurityPolicy-2015-03", "ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2016-08",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
})  # fmt: skip
WEAK_CIPHER = ("NULL", "EXP", "RC4", "RC2", "DES", "MD5", "ADH", "ANON", "IDEA", "SEED", "KRB5")
CUT_OFF = "clients that know nothing newer are cut off"

weak_protocol = rule(
    "aws-elb-weak-protocol",
    severity=MEDIUM,
    cwe=326,
    title="Classic load balancer accepts outdated versions of TLS",
    why="SSL and TLS before 1.2 have known faults and are refused by browsers and auditors alike.",
    references=(POLICIES,),
    aliases=(
        in_terraform("CKV_AWS_213", "AC_AWS_0172"),
        in_terraform("KICS:126c1788-23c2-4a10-906c-ef179f4f96ec", reference=False),
    ),
    tags=("encryption",),
)

weak_cipher = rule(
    "aws-elb-weak-cipher",
    severity=MEDIUM,
    cwe=327,
    title="Classic load balancer accepts a broken cipher",
    why="What is encrypted with it can be read by those who record the traffic.",
    references=(POLICIES,),
    aliases=(in_terraform("KICS:4a800e14-c94a-442d-9067-5a2e9f6c0a4c", "AC_AWS_0171"),),
    tags=("encryption",),
)


@weak_protocol.check(terraform="aws_load_balancer_policy")
def old_protocol(policy: Block, project: Project) -> Iterator[Finding]:
    """An old protocol that is switched on, or a policy of AWS that includes one."""
    for attribute in policy.children("policy_attribute"):
        name, value = attribute.get("name"), attribute.get("value")
        if name.text in OLD_PROTOCOLS and value.is_(True):
            intent = Intent("switch it off", (Set(value, "false"),), UNSAFE, None, CUT_OFF)
            yield Finding(name, f"{name.text} is accepted", (intent,), {"reference": False})
        elif name.is_("Reference-Security-Policy") and value.text in OLD_POLICIES:
            intent = Intent("use a policy of TLS 1.2", (Set(value, "ELBSecurityPolicy-TLS-1-2-2017-01"),), UNSAFE, None, CUT_OFF)
            yield Finding(value, f"{value.text} accepts versions before TLS 1.2", (intent,), {"reference": True})


@weak_cipher.check(terraform="aws_load_balancer_policy")
def broken_cipher(policy: Block, project: Project) -> Iterator[Finding]:
    """A cipher that is switched on, and whose name tells that it is broken."""
    for attribute in policy.children("policy_attribute"):
        name, value = attribute.get("name"), attribute.get("value")
        text = (name.text or "").upper()
        known = not text.startswith(("PROTOCOL-", "REFERENCE-", "SERVER-", "PUBLICKEY"))
        if known and value.is_(True) and any(word in text for word in WEAK_CIPHER):
            intent = Intent("switch it off", (Set(value, "false"),), UNSAFE, None, CUT_OFF)
            yield Finding(name, f"the cipher {name.text} is accepted", (intent,))


# --- Log4j ---------------------------------------------------------------------------

without_bad_inputs = rule(
    "aws-lb-waf-without-known-exploits",
    severity=LOW,
    cwe=917,
    title="The web ACL of a load balancer does not know the exploits of Log4j",
    why="Requests that make Java servers load code from elsewhere are still sent around; this group of rules stops them.",
    default=False,
    references=(LOG4J,),
    remedy="Add the group `AWSManagedRulesKnownBadInputsRuleSet` to the web ACL.",
    aliases=(in_terraform("CKV2_AWS_76"),),
    tags=("network", "hygiene"),
)


@without_bad_inputs.check(terraform="aws_wafv2_web_acl_association")
def acl_without_group(association: Block, project: Project) -> Iterator[Finding]:
    """The association of a load balancer with an ACL of this Project that lacks the group of rules."""
    balancer = project.follow(association.get("resource_arn"))
    acl = project.follow(association.get("web_acl_arn"))
    if balancer is None or balancer.type not in ("aws_lb", "aws_alb") or balancer.get("internal").is_(True):
        return
    if acl is None or acl.type != "aws_wafv2_web_acl" or any(one.is_symbolic for one in acl.children("rule")):
        return
    names = list(acl.each("rule.statement.managed_rule_group_statement.name"))
    if not any(one.is_unknown or one.is_("AWSManagedRulesKnownBadInputsRuleSet") for one in names):
        yield Finding(association, f"{acl.address} lacks the rules against exploits of Log4j")
