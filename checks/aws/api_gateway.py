"""API Gateway: what stages note of requests, how they cache, and which TLS their domain names speak.

Version 1 (`aws_api_gateway_*`) serves REST APIs, version 2 (`aws_apigatewayv2_*`) HTTP and WebSocket APIs.
"""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._beside import refer_to_new
from iaclint.model.block import Block, Node
from iaclint.model.intent import New
from iaclint.model.project import Project
from iaclint.model.value import Truth
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Expression,
    Finding,
    Needed,
    add_companion,
    be_absent,
    be_between,
    be_false,
    be_filled,
    be_one_of,
    be_present,
    be_true,
    bind,
    companion,
    contain,
    differ,
    equal,
    has,
    in_ansible,
    in_terraform,
    related,
    requirement,
    rule,
    set_path,
    set_to,
    start_with,
    subject,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
ANSIBLE = "community.aws.api_gateway"
STAGES = "aws_api_gateway_stage|aws_apigatewayv2_stage"
SETTINGS = "aws_api_gateway_method_settings"
GONE = where("state", "absent")
LINE = "$context.identity.sourceIp $context.requestTime $context.httpMethod $context.path $context.status $context.requestId"
LOGS: dict[str, New] = {"destination_arn": Needed("api-log-group", "ARN of the log group for access logs"), "format": LINE}

LOGGED_STAGE = companion("aws_api_gateway_stage", by="deployment_id", having=has("access_log_settings"))

requirement(
    "aws-api-gateway-access-not-logged",
    severity=LOW,
    cwe=778,
    title="Requests to the API are not logged",
    why="An attack on the API leaves no record of where it came from and what it reached.",
    terraform=(
        bind(f"{STAGES}: access_log_settings"),
        # naming a stage here makes one that cannot be given access logs
        bind(
            "aws_api_gateway_deployment:", must=be_absent, fix=(), when=has("stage_name"), unless=LOGGED_STAGE,
            message="the stage that `stage_name` makes has no access logs",
        ),
    ),
    must=be_present,
    fix=set_to(LOGS),
    remedy="Make the stage with a resource of its own, which can have `access_log_settings`.",
    references=(GUIDE + "set-up-logging.html",),
    aliases=(
        in_terraform("CKV_AWS_76", "AVD-AWS-0001", "KICS:1b6799eb-4a7a-4b04-9001-8cceb9999326", type=tuple(STAGES.split("|"))),
        in_terraform("AC_AWS_0012", type="aws_api_gateway_stage"),
        in_terraform("AC_AWS_0442", type="aws_apigatewayv2_stage"),
        in_terraform("KICS:625abc0e-f980-4ac9-a775-f7519ee34296", type="aws_api_gateway_deployment"),
    ),
    tags=("logging",),
)


def _is_http(stage: Node, project: Project) -> Truth:
    # where the API is not found, it is taken for one that has execution logs
    api = project.follow(stage.at("api_id"))
    return api is not None and api.get("protocol_type").is_("HTTP")


HTTP_API = related("its API is an HTTP API", _is_http)
WITH_SETTINGS = companion(SETTINGS, by="stage_name", identities=("stage_name",))

requirement(
    "aws-api-gateway-execution-not-logged",
    severity=LOW,
    cwe=778,
    title="Errors of the API are not logged",
    why="Without execution logs nobody can tell why requests fail, or that somebody tries out what is refused.",
    terraform=(
        f"{SETTINGS}: settings.logging_level",
        bind("aws_apigatewayv2_stage: default_route_settings.logging_level", unless=HTTP_API),
        bind(
            "aws_api_gateway_stage:", must=be_absent, unless=WITH_SETTINGS, message="no method settings turn on its logs",
            fix=add_companion(
                SETTINGS,
                {
                    "rest_api_id": subject("rest_api_id"), "stage_name": subject("stage_name"), "method_path": "*/*",
                    "settings": {"logging_level": "ERROR"},
                },
                at_most=UNSAFE, note="the region's `aws_api_gateway_account` must name a role that may write logs",
            ),
        ),
    ),
    must=be_one_of("ERROR", "INFO"),
    when_missing=VIOLATED,
    fix=set_to("ERROR"),
    references=(GUIDE + "set-up-logging.html",),
    aliases=(in_terraform("CKV2_AWS_4", "KICS:1b6799eb-4a7a-4b04-9001-8cceb9999326"),),
    tags=("logging",),
    default=False,
)

requirement(
    "aws-api-gateway-bodies-logged",
    severity=MEDIUM,
    cwe=532,
    title="Whole requests and answers of the API are written to the logs",
    why="Passwords, tokens and personal data that clients send are then readable for everybody who may read the logs.",
    terraform=(
        f"{SETTINGS}: settings.data_trace_enabled",
        "aws_apigatewayv2_stage: default_route_settings.data_trace_enabled",
        "aws_apigatewayv2_stage: route_settings.data_trace_enabled",
    ),
    must=be_false,
    fix=set_to(False),
    references=(GUIDE + "set-up-logging.html",),
    aliases=(in_terraform("CKV_AWS_276", type=SETTINGS),),
    tags=("logging", "secret"),
)

requirement(
    "aws-api-gateway-unmetered",
    severity=LOW,
    cwe=778,
    title="No metrics are kept of the API's methods",
    why="A flood of requests or of errors at one method goes unnoticed.",
    terraform=(
        f"{SETTINGS}: settings.metrics_enabled",
        "aws_apigatewayv2_stage: default_route_settings.detailed_metrics_enabled",
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "api-gateway-metrics-dimensions.html",),
    aliases=(in_terraform("AC_AWS_0007", "KICS:081069cb-588b-4ce1-884c-2a1ce3029fe5", type=SETTINGS),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-untraced",
    severity=LOW,
    cwe=778,
    title="Requests to the API are not traced",
    why="Without a trace it is hard to tell which service behind the API went wrong, or was not meant to be called.",
    terraform="aws_api_gateway_stage: xray_tracing_enabled",
    ansible=bind(f"{ANSIBLE}: tracing_enabled", unless=GONE),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "apigateway-xray.html",),
    aliases=(
        in_terraform("CKV_AWS_73", "AVD-AWS-0003", "AC_AWS_0015", "KICS:5813ef56-fa94-406a-b35d-977d4a56ff2b"),
        in_ansible("KICS:2059155b-27fd-441e-b616-6966c468561f"),
    ),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-cache-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Cached answers of the API are not encrypted",
    why="The cache keeps answers meant for single users; encryption costs nothing and clients do not notice it.",
    terraform=f"{SETTINGS}: settings.cache_data_encrypted",
    must=be_true,
    when_missing=VIOLATED,
    when=where("settings.caching_enabled", be_true),
    fix=set_to(True),
    references=(GUIDE + "api-gateway-caching.html",),
    aliases=(in_terraform("CKV_AWS_308", "AVD-AWS-0002", "KICS:b7c9a40c-23e4-4a2d-8d39-a3352f10f288"),),
    tags=("encryption",),
)

requirement(
    "aws-api-gateway-uncached",
    severity=LOW,
    cwe=400,
    title="Answers of the API are not cached",
    why="Every request reaches the backend, so a flood of equal requests brings it down sooner.",
    terraform=(
        f"{SETTINGS}: settings.caching_enabled",
        bind(
            "aws_api_gateway_stage: cache_cluster_enabled",
            fix=together(
                "turn on the cache", set_to(True), set_path("cache_cluster_size", "0.5"),
                at_most=UNSAFE, note="a cache costs money by the hour",
            ),
        ),
    ),
    ansible=bind(f"{ANSIBLE}: cache_enabled", unless=GONE, fix=set_to(True, at_most=UNSAFE, note="a cache costs money by the hour")),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="answers meant for one user must not be cached"),
    references=(GUIDE + "api-gateway-caching.html",),
    aliases=(
        in_terraform("CKV_AWS_225", "AVD-AWS-0190", type=SETTINGS),
        in_terraform("CKV_AWS_120", type="aws_api_gateway_stage"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-uncompressed",
    severity=LOW,
    cwe=400,
    title="Answers of the API are not compressed",
    why="Large answers then cost bandwidth, and a flood of requests costs more of it.",
    terraform="aws_api_gateway_rest_api: minimum_compression_size",
    must=be_between(0, 10485760),
    when_missing=VIOLATED,
    fix=set_to(1024, at_most=UNSAFE, note="answers that hold both a secret and a caller's text must not be compressed"),
    references=(GUIDE + "api-gateway-gzip-compression-decompression.html",),
    aliases=(in_terraform("AC_AWS_0010", "KICS:ed35928e-195c-4405-a252-98ccb664ab7b"),),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-outdated-tls",
    severity=MEDIUM,
    cwe=327,
    title="Domain name of the API accepts outdated versions of TLS",
    why="TLS 1.0 and 1.1 are given up; an attacker on the way can make both sides fall back to them.",
    terraform=(
        "aws_api_gateway_domain_name: security_policy",
        "aws_apigatewayv2_domain_name: domain_name_configuration.security_policy",
    ),
    ansible=bind("community.aws.api_gateway_domain: security_policy", unless=GONE),
    must=differ("TLS_1_0"),
    fix=set_to("TLS_1_2", at_most=UNSAFE, note="clients that know no TLS 1.2 are locked out"),
    references=(GUIDE + "apigateway-custom-domain-tls-version.html",),
    aliases=(
        in_terraform("CKV_AWS_206", "KICS:4e1cc5d3-2811-4fb2-861c-ee9b3cb7f90b", type="aws_api_gateway_domain_name"),
        in_terraform("AVD-AWS-0005"),
    ),
    tags=("encryption", "network"),
)

requirement(
    "aws-api-gateway-tls-unstated",
    severity=LOW,
    cwe=327,
    title="Domain name of the API does not say which versions of TLS it accepts",
    why="What it accepts then depends on its kind and on when it was made, and a change of that goes unnoticed.",
    terraform="aws_api_gateway_domain_name: security_policy",
    must=be_filled,
    fix=set_to("TLS_1_2", at_most=UNSAFE, note="clients that know no TLS 1.2 are locked out"),
    references=(GUIDE + "apigateway-custom-domain-tls-version.html",),
    aliases=(in_terraform("CKV_AWS_206", "AVD-AWS-0005", "KICS:4e1cc5d3-2811-4fb2-861c-ee9b3cb7f90b"),),
    tags=("encryption", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-without-client-certificate",
    severity=LOW,
    cwe=287,
    title="API shows its backend no certificate",
    why="The backend cannot tell requests of the API from those of somebody who calls it directly.",
    terraform="aws_api_gateway_stage: client_certificate_id",
    must=be_filled,
    fix=refer_to_new(
        "client_certificate_id", "aws_api_gateway_client_certificate", {}, at_most=UNSAFE,
        note="the backend must be told to ask for this certificate",
    ),
    references=(GUIDE + "getting-started-client-side-ssl-authentication.html",),
    aliases=(in_terraform("CKV2_AWS_51", "AC_AWS_0013", "KICS:0b4869fc-a842-4597-aa00-1294df425440"),),
    tags=("identity", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-gap-while-replacing",
    severity=LOW,
    cwe=664,
    title="API is taken away before its replacement is there",
    why="A change that replaces it interrupts the service, and a deployment still in use cannot be replaced at all.",
    terraform="aws_api_gateway_rest_api|aws_api_gateway_deployment: lifecycle.create_before_destroy",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=("https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",),
    aliases=(
        in_terraform("CKV_AWS_237", type="aws_api_gateway_rest_api"),
        in_terraform("CKV_AWS_217", type="aws_api_gateway_deployment"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-endpoint-public",
    severity=LOW,
    cwe=668,
    title="API has a public endpoint",
    why="A private endpoint can be reached from chosen VPCs alone, whatever its methods let through.",
    terraform="aws_api_gateway_rest_api: endpoint_configuration.types",
    ansible=bind(
        f"{ANSIBLE}: endpoint_type", must=equal("PRIVATE"), unless=GONE,
        fix=set_to("PRIVATE", at_most=UNSAFE, note="it can then be reached from inside the VPC only"),
    ),
    must=contain("PRIVATE"),
    when_missing=VIOLATED,
    fix=set_to(["PRIVATE"], at_most=UNSAFE, note="it can then be reached through VPC endpoints only, and needs a resource policy"),
    references=(GUIDE + "apigateway-private-apis.html",),
    aliases=(
        in_terraform("AC_AWS_0011", "KICS:6b2739db-9c49-4db7-b980-7816e0c248c1"),
        in_ansible("KICS:559439b2-3e9c-4739-ac46-17e3b24ec215"),
    ),
    tags=("network",),
    default=False,
)

unmanaged_log = rule(
    "aws-api-gateway-log-group-unmanaged",
    severity=LOW,
    cwe=778,
    title="Log group of the API's errors is not managed here",
    why="API Gateway makes it by itself: its entries are kept for ever, and with no key of your own.",
    references=("https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage",),
    aliases=(in_terraform("AC_AWS_0014", "KICS:982aa526-6970-4c59-8b9b-2ce7e019fe36"),),
    tags=("logging", "hygiene"),
    default=False,
)


@unmanaged_log.check(terraform="aws_api_gateway_stage")
def without_log_group(stage: Block, project: Project) -> Iterator[Finding]:
    """No log group of the name that API Gateway writes execution logs to."""
    name = stage.get("stage_name")
    for group in project.blocks("aws_cloudwatch_log_group", "resource"):
        given = group.get("name")
        if start_with("API-Gateway-Execution-Logs_")(given) is False:
            continue
        ends_alike = name.text is not None and given.known_text.endswith(f"/{name.text}")
        if ends_alike or set(given.references) & {*name.references, f"{stage.address}.stage_name"}:
            return
        if given.is_unknown and given.parts is None:
            return
    if name.is_missing:
        return
    add = add_companion(
        "aws_cloudwatch_log_group",
        {"name": Expression(f'"API-Gateway-Execution-Logs_${{{stage.address}.rest_api_id}}/${{{stage.address}.stage_name}}"'),
         "retention_in_days": 365},
        at_most=UNSAFE, note="where the group is there already, import it first",
    )  # fmt: skip
    intent = add(name, stage, project)
    yield Finding(stage, "the log group of the API's errors is not managed here", (intent,) if intent else ())
