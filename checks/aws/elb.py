"""Load balancers: listeners, TLS, headers, logs."""

from iaclint.checks.aws._modules import ALB, ELB, before
from iaclint.model.block import Block, Node
from iaclint.model.intent import Intent, Remove, Set, Step
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Needed,
    be_filled,
    be_none_of,
    be_one_of,
    be_present,
    be_true,
    bind,
    differ,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    match,
    need_path,
    opposite,
    referenced,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)

LISTENERS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html"
POLICIES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"
ATTRIBUTES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"
ACCESS_LOGS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html"
SCHEME = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html"

BALANCERS = "aws_lb|aws_alb"
LISTENERS_OF = "aws_lb_listener|aws_alb_listener"
ANSIBLE = "amazon.aws.elb_application_lb"
CLASSIC = "amazon.aws.elb_classic_lb"
GONE = where("state", "absent")
NO_ANSWER = be_none_of("redirect", "fixed-response")
# only an application load balancer reads headers
READS_NO_HEADERS = where("load_balancer_type", be_one_of("network", "gateway"))


def _redirect(value: Value, element: Node, project: Project) -> Intent | None:
    """A redirect to HTTPS, where another listener of the same load balancer already speaks it."""
    if not isinstance(element, Block) or element.kind != "resource":
        return None
    actions = [block for block in element.blocks if block.type == "default_action"]
    if len(actions) != 1 or actions[0].is_symbolic or actions[0].get("type").text != "forward":
        return None
    if not _speaks_https_too(element, project):
        return None
    action = actions[0]
    steps: list[Step] = [Set(action.get("type"), "redirect")]
    if "target_group_arn" in action.arguments:
        steps.append(Remove(action.get("target_group_arn")))
    steps.extend(Remove(block) for block in action.blocks if block.type == "forward")
    steps.append(Set(action.at("redirect"), {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}))
    return Intent("redirect to HTTPS", tuple(steps), UNSAFE, None, "clients that follow no redirect are cut off")


def _speaks_https_too(listener: Block, project: Project) -> bool:
    balancer = set(listener.get("load_balancer_arn").references)
    return bool(balancer) and any(
        other.get("protocol").is_("HTTPS") and other.get("port").is_(443)
        and balancer & set(other.get("load_balancer_arn").references)
        for type in ("aws_lb_listener", "aws_alb_listener")
        for other in project.blocks(type, "resource")
    )


requirement(
    "aws-lb-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Load balancer serves plain HTTP",
    why="Passwords, cookies and pages can be read and changed by everybody on the way.",
    terraform=(
        bind(
            f"{LISTENERS_OF}: protocol", when=where("default_action.type", be_none_of("fixed-response")), fix=_redirect,
            unless=where("default_action.redirect.protocol", be_one_of("HTTP", "HTTPS")),
        ),
        # HTTP is what an application load balancer speaks when nothing is said
        bind(
            f"{LISTENERS_OF}: protocol", when_missing=VIOLATED, message="load balancer serves plain HTTP: `protocol` is not set",
            when=every(
                lacks("protocol"), lacks("certificate_arn"), where("default_action.type", be_none_of("fixed-response")),
                referenced("load_balancer_arn", BALANCERS, opposite(READS_NO_HEADERS)),
            ),
            unless=where("default_action.redirect.protocol", be_one_of("HTTP", "HTTPS")),
        ),
        bind(
            f"{LISTENERS_OF}: redirect.protocol", each="default_action", where=where("type", "redirect"),
            message="load balancer sends visitors to plain HTTP",
            fix=together(
                "send them to HTTPS", set_to("HTTPS"), set_path("redirect.port", "443"), at_most=UNSAFE,
                note="visitors need somebody who answers there",
            ),
        ),
        bind("aws_elb: lb_protocol", each="listener", must=be_none_of("http", ignore_case=True)),
        bind(f"{ALB}: protocol", each="http_tcp_listeners", where=where("action_type", NO_ANSWER, when_missing=True)),
        bind(f"{ALB}: protocol", each="listeners.*", where=every(lacks("redirect"), lacks("fixed_response"))),
        bind(f"{ELB}: lb_protocol", each="listener", must=be_none_of("http", ignore_case=True)),
    ),
    ansible=(
        bind(
            f"{ANSIBLE}: Protocol", each="listeners", unless=GONE,
            where=where("DefaultActions.Type", NO_ANSWER, when_missing=True),
        ),
        bind(f"{CLASSIC}: protocol", each="listeners", unless=GONE, must=be_none_of("http", ignore_case=True)),
    ),
    must=differ("HTTP"),
    references=(LISTENERS,),
    remedy="Serve HTTPS, and answer on port 80 with a redirect only.",
    aliases=(
        in_terraform(
            "CKV_AWS_2", "CKV2_AWS_20", "AVD-AWS-0054", "AC_AWS_0491", "KICS:de7f5e83-da88-4046-871f-ea18504b1d43",
            type=("aws_lb_listener", "aws_alb_listener", "module:*"),
        ),
        in_terraform("CKV_AWS_127", "CKV_AWS_376", "AVD-AWS-0054", "AC_AWS_0120", type="aws_elb"),
        in_ansible("KICS:f81d63d2-c5d7-43a4-a5b5-66717a41c895", type=ANSIBLE),
    ),
    tags=("encryption", "network"),
)

MODERN = match(r"ELBSecurityPolicy-(?:TLS13-1-[23]-.+|FS-1-2-.+|TLS-1-2-.+)", "a policy of TLS 1.2 or later")
SPEAKS_TLS = where("protocol", be_one_of("HTTPS", "TLS"))
TLS_1_2 = "ELBSecurityPolicy-TLS13-1-2-2021-06"

requirement(
    "aws-lb-weak-tls",
    severity=MEDIUM,
    cwe=326,
    title="Load balancer accepts outdated versions of TLS",
    why="TLS 1.0 and 1.1 have known faults and are refused by browsers and auditors alike.",
    terraform=(
        bind(f"{LISTENERS_OF}: ssl_policy", when=SPEAKS_TLS),
        # what listeners that name no policy get; since release 9 that is a modern one
        bind(f"{ALB}: listener_ssl_policy_default", when=has("https_listeners"), when_missing=OK),
        bind(f"{ALB}: ssl_policy", each="https_listeners", when_missing=OK),
        bind(
            f"{ALB}: ssl_policy", each="https_listeners", where=lacks("ssl_policy"),
            when=every(before(9), lacks("listener_ssl_policy_default")),
        ),
        bind(f"{ALB}: ssl_policy", each="listeners.*", where=SPEAKS_TLS, when_missing=OK),
    ),
    ansible=bind(
        f"{ANSIBLE}|community.aws.elb_network_lb: SslPolicy", each="listeners", unless=GONE,
        where=where("Protocol", be_one_of("HTTPS", "TLS")),
    ),
    must=MODERN,
    when_missing=VIOLATED,
    fix=set_to(TLS_1_2, at_most=UNSAFE, note="clients that know only TLS 1.0 or 1.1 are cut off"),
    references=(POLICIES,),
    aliases=(
        in_terraform("CKV_AWS_103", "CKV2_AWS_74", "AVD-AWS-0047"),
        in_ansible("KICS:730a5951-2760-407a-b032-dd629b55c23a", "KICS:2034fb37-bc23-4ca0-8d95-2b9f15829ab5"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-lb-keeps-invalid-headers",
    severity=LOW,
    cwe=444,
    title="Load balancer passes malformed HTTP headers on",
    why="Servers that read such headers differently can be made to mix up the requests of different users.",
    terraform=(
        f"{BALANCERS}: drop_invalid_header_fields",
        bind(f"{ALB}: drop_invalid_header_fields", when=some(has("drop_invalid_header_fields"), before(9))),
    ),
    ansible=bind(f"{ANSIBLE}: http_drop_invalid_header_fields", unless=GONE),
    must=be_true,
    when_missing=VIOLATED,
    unless=READS_NO_HEADERS,
    fix=set_to(True),
    references=(ATTRIBUTES,),
    aliases=(in_terraform("CKV_AWS_131", "AVD-AWS-0052", "KICS:6e3fd2ed-5c83-4c68-9679-7700d224d379"),),
    tags=("network",),
)

requirement(
    "aws-lb-deletion-protection-disabled",
    severity=LOW,
    cwe=693,
    title="Load balancer can be deleted by a single call",
    why="One wrong apply or one stolen key takes the service down, and its address with it.",
    terraform=(
        f"{BALANCERS}: enable_deletion_protection",
        bind(f"{ALB}: enable_deletion_protection", when=some(has("enable_deletion_protection"), before(9))),
    ),
    ansible=bind(f"{ANSIBLE}|community.aws.elb_network_lb: deletion_protection", unless=GONE),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    default=False,
    references=(ATTRIBUTES,),
    aliases=(in_terraform("CKV_AWS_150", "KICS:afecd1f1-6378-4f7e-bb3b-60c35801fdd4"),),
    tags=("availability", "hygiene"),
)

LOG_BUCKET = Needed("log-bucket", "name of the bucket that takes the logs")

requirement(
    "aws-lb-without-access-log",
    severity=LOW,
    cwe=778,
    title="Load balancer writes no access log",
    why="After an attack nobody can tell which requests came in, and from where.",
    terraform=(
        bind(
            f"{BALANCERS}: access_logs.enabled", unless=where("load_balancer_type", "gateway"),
            when=has("access_logs"), fix=set_to(True),
        ),
        bind(
            f"{BALANCERS}: access_logs.enabled", unless=where("load_balancer_type", "gateway"),
            when=opposite(has("access_logs")), fix=set_path("access_logs", {"bucket": LOG_BUCKET, "enabled": True}),
        ),
        bind("aws_elb: access_logs.enabled", when=has("access_logs"), when_missing="ok", fix=set_to(True)),
        bind(
            "aws_elb: access_logs.bucket", when=opposite(has("access_logs")),
            must=match(".+"), fix=set_path("access_logs", {"bucket": LOG_BUCKET}),
        ),
        bind(
            f"{ALB}|{ELB}: access_logs", must=be_filled, fix=set_to({"bucket": LOG_BUCKET}),
            unless=some(where("load_balancer_type", "gateway"), has("log_bucket_name"), has("logging_enabled")),
        ),
    ),
    ansible=(
        bind(
            f"{ANSIBLE}: access_logs_enabled",
            unless=some(GONE, every(opposite(has("listeners")), opposite(has("subnets")))),
            fix=together("write an access log", set_to(True), need_path("access_logs_s3_bucket", *LOG_BUCKET[:2])),
        ),
        bind(
            f"{CLASSIC}: access_logs", must=be_present, unless=some(GONE, lacks("listeners")),
            fix=set_to({"s3_location": LOG_BUCKET}),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    message="load balancer writes no access log",
    references=(ACCESS_LOGS,),
    aliases=(
        in_terraform("CKV_AWS_91", type=("aws_lb", "aws_alb", "module:*")),
        in_terraform("CKV_AWS_92", "AC_AWS_0470", "KICS:20018359-6fd7-4d05-ab26-d4dffccbdf79", type="aws_elb"),
    ),
    tags=("logging",),
)

requirement(
    "aws-lb-internet-facing",
    severity=LOW,
    cwe=668,
    title="Load balancer faces the Internet",
    why="Only what is meant for the public should be reachable by it.",
    terraform=f"{BALANCERS}|aws_elb|{ALB}|{ELB}: internal",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="it can no longer be reached from the Internet"),
    default=False,
    references=(SCHEME,),
    aliases=(in_terraform("AVD-AWS-0053"),),
    tags=("network", "hygiene"),
)
