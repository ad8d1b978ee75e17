"""API Gateway: who may call an API, from where, and how often."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._beside import own, refer_to_new
from iaclint.model.block import Block, Node
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    add_companion,
    be_absent,
    be_filled,
    be_true,
    bind,
    companion,
    contain_none,
    differ,
    in_ansible,
    in_terraform,
    match,
    related,
    requirement,
    rule,
    set_to,
    some,
    subject,
    where,
)

GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
ANSIBLE = "community.aws.api_gateway"
METHODS = "aws_api_gateway_method"
MODULE = "module:terraform-aws-modules/apigateway-v2/aws"
GONE = where("state", "absent")
WEB_ACL = Needed("web-acl", "ARN of a WAF web ACL")


def _is_guarded(method: Node, project: Project) -> Truth:
    # a private API, or one with a policy of its own, decides elsewhere whom it lets in
    api = project.follow(method.at("rest_api_id"))
    if api is None:
        return False
    _, has_policy = project.companions(api, "aws_api_gateway_rest_api_policy", "rest_api_id")
    is_private = any(item.is_("PRIVATE") for item in api.at("endpoint_configuration.types").items)
    return is_private or not api.get("policy").is_missing or has_policy


GUARDED = related("its API is private or has a policy", _is_guarded)
PREFLIGHT = where("http_method", "OPTIONS")

requirement(
    "aws-api-gateway-method-open",
    severity=MEDIUM,
    cwe=306,
    confidence="medium",
    title="Method of an API asks for no login",
    why="Everybody who learns the address can call what stands behind it.",
    terraform=f"{METHODS}: authorization",
    must=differ("NONE"),
    unless=some(PREFLIGHT, where("api_key_required", be_true), GUARDED),
    fix=set_to("AWS_IAM", at_most=UNSAFE, note="callers must sign their requests"),
    references=(GUIDE + "apigateway-control-access-to-api.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_59", "CKV2_AWS_70", "AVD-AWS-0004", "AC_AWS_0439", "KICS:15ccec05-5476-4890-ad19-53991eba1db8",
        ),
    ),
    tags=("identity",),
)

requirement(
    "aws-api-gateway-route-open",
    severity=MEDIUM,
    cwe=306,
    confidence="medium",
    title="API's route asks for no login",
    why="Everybody who learns the address can call what stands behind it.",
    terraform=(
        bind("aws_apigatewayv2_route: authorization_type", when_missing=VIOLATED),
        bind(f"{MODULE}: routes.*.authorization_type"),
    ),
    must=differ("NONE"),
    # browsers ask without a login what they may send; of a WebSocket, only $connect can ask for one
    unless=some(where("route_key", match(r"OPTIONS .*|\$disconnect|\$default|[^ $/]+")), where("api_key_required", be_true)),
    fix=set_to("AWS_IAM", at_most=UNSAFE, note="callers must sign their requests"),
    references=(GUIDE + "http-api-access-control.html",),
    aliases=(in_terraform("CKV_AWS_309", type="aws_apigatewayv2_route"),),
    tags=("identity",),
)

requirement(
    "aws-api-gateway-key-not-required",
    severity=LOW,
    cwe=799,
    title="Method of an API asks for no API key",
    why="Without keys all callers share one limit, and none can be shut out; a key does not take the place of a login.",
    terraform=f"{METHODS}: api_key_required",
    must=be_true,
    when_missing=VIOLATED,
    unless=PREFLIGHT,
    fix=set_to(True, at_most=UNSAFE, note="callers without a key are refused"),
    references=(GUIDE + "api-gateway-api-usage-plans.html",),
    aliases=(in_terraform("KICS:671211c5-5d2a-4e97-8867-30fc28b02216"),),
    tags=("identity", "hygiene"),
    default=False,
)

requirement(
    "aws-api-gateway-request-not-validated",
    severity=LOW,
    cwe=20,
    title="Requests to an API's method are not validated",
    why="Malformed requests reach the backend, which must then find out by itself that it should not act on them.",
    terraform=f"{METHODS}: request_validator_id",
    must=be_filled,
    unless=PREFLIGHT,
    fix=refer_to_new(
        "request_validator_id", "aws_api_gateway_request_validator",
        {"name": None, "rest_api_id": own("rest_api_id"), "validate_request_body": True, "validate_request_parameters": True},
        at_most=UNSAFE, note="requests that lack what the method declares are refused",
    ),
    references=(GUIDE + "api-gateway-method-request-validation.html",),
    aliases=(in_terraform("CKV2_AWS_53"),),
    tags=("hygiene",),
    default=False,
)

requirement(
    "aws-api-gateway-cors-open",
    severity=LOW,
    cwe=942,
    title="Scripts of every web site may call the API",
    why="Any page a user visits can send requests to the API through the user's browser and read the answers.",
    terraform=(
        "aws_apigatewayv2_api: cors_configuration.allow_origins",
        f"{MODULE}: cors_configuration.allow_origins",
    ),
    must=contain_none("*"),
    fix=set_to([Needed("web-origin", "origin that may call it, such as https://www.example.org")], at_most=UNSAFE),
    references=(GUIDE + "http-api-cors.html",),
    aliases=(in_terraform("AC_AWS_0441", type="aws_apigatewayv2_api"),),
    tags=("network",),
    default=False,
)

SIGNED = companion(METHODS, by="rest_api_id", having=where("authorization", "AWS_IAM"))

without_authorizer = requirement(
    "aws-api-gateway-without-authorizer",
    severity=LOW,
    cwe=306,
    title="API has no authorizer",
    why="Its methods can then only be open, or be called with AWS credentials.",
    terraform="aws_api_gateway_rest_api:",
    must=be_absent,
    unless=some(companion("aws_api_gateway_authorizer", by="rest_api_id"), SIGNED),
    message="no authorizer of the API is declared",
    remedy="Declare an `aws_api_gateway_authorizer`, or let the methods ask for AWS_IAM.",
    references=(GUIDE + "apigateway-use-lambda-authorizer.html",),
    aliases=(
        in_terraform("KICS:0a96ce49-4163-4ee6-8169-eb3b0797d694"),
        in_ansible("KICS:b16cdb37-ce15-4ab2-8401-d42b05d123fc"),
    ),
    tags=("identity",),
    default=False,
)


@without_authorizer.check(ansible=ANSIBLE)
def definition_without_authorizer(module: Block, project: Project) -> Iterator[Finding]:
    """A definition given in the playbook that names no authorizer, or a new API without definition."""
    if module.get("state").is_("absent"):
        return
    written = [value for name in ("swagger_dict", "swagger_text") if not (value := module.get(name)).is_missing]
    for value in written:
        if value.kind in ("string", "map") and _mentions(value, "x-amazon-apigateway-authorizer") is False:
            yield Finding(value, "no authorizer of the API is declared")
    if not written and module.get("swagger_file").is_missing and module.get("api_id").is_missing:
        yield Finding(module, "no authorizer of the API is declared: it has no definition")


def _mentions(value: Value, key: str) -> Truth:
    """Whether a definition holds a key, at any depth; None where part of it is not known."""
    stack, answer = [value], False
    while stack:
        one = stack.pop()
        if one.kind == "unknown":
            return None
        if key in one.entries or key in one.known_text:
            return True
        stack.extend([*one.entries.values(), *one.items])
    return answer


def _is_private(stage: Node, project: Project) -> Truth:
    api = project.follow(stage.at("rest_api_id"))
    return api is not None and any(item.is_("PRIVATE") for item in api.at("endpoint_configuration.types").items)


without_waf = requirement(
    "aws-api-gateway-without-waf",
    severity=LOW,
    cwe=693,
    title="No web application firewall stands before the API",
    why="Floods of requests and common attacks reach the backend unfiltered.",
    terraform="aws_api_gateway_stage:",
    must=be_absent,
    unless=some(
        companion("aws_wafv2_web_acl_association|aws_wafregional_web_acl_association", by="resource_arn"),
        related("its API is private", _is_private),
    ),
    message="no web application firewall is associated with it",
    fix=add_companion("aws_wafv2_web_acl_association", {"resource_arn": subject("arn"), "web_acl_arn": WEB_ACL}),
    references=(GUIDE + "apigateway-control-access-aws-waf.html",),
    aliases=(
        in_terraform("CKV2_AWS_29", "KICS:a186e82c-1078-4a7b-85d8-579561fde884"),
        in_ansible("KICS:f5f38943-664b-4acc-ab11-f292fa10ed0b"),
    ),
    tags=("network",),
    default=False,
)


@without_waf.check(ansible=ANSIBLE)
def stage_without_waf(module: Block, project: Project) -> Iterator[Finding]:
    """A stage whose name ends no ARN that a web ACL is applied to."""
    stage = module.get("stage")
    if stage.text is None or module.get("state").is_("absent") or module.get("endpoint_type").is_("PRIVATE"):
        return
    for one in project.blocks("community.aws.wafv2_resources", "module"):
        arn = one.get("arn")
        if arn.is_unknown or arn.known_text.endswith(f"/stages/{stage.text}"):
            return
    yield Finding(stage, "no web application firewall is associated with the stage")


unplanned = rule(
    "aws-api-gateway-without-usage-plan",
    severity=LOW,
    cwe=770,
    title="No usage plan limits the calls of an API's stage",
    why="One caller may use up the account's whole quota of requests, or run up its costs.",
    references=(GUIDE + "api-gateway-api-usage-plans.html",),
    aliases=(
        in_terraform("KICS:c999cf62-0920-40f8-8dda-0caccd66ed7e", type="aws_api_gateway_stage"),
        in_terraform("KICS:b3a59b8e-94a3-403e-b6e2-527abaf12034", type="aws_api_gateway_deployment"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)


@unplanned.check(terraform="aws_api_gateway_stage|aws_api_gateway_deployment")
def without_usage_plan(stage: Block, project: Project) -> Iterator[Finding]:
    """No usage plan names the stage's API together with the stage."""
    api, name = stage.get("rest_api_id"), stage.get("stage_name")
    if name.is_missing or api.is_missing:
        return
    for plan in project.blocks("aws_api_gateway_usage_plan", "resource"):
        for one in elements(plan, "api_stages"):
            is_staged = project.refers_to(one.at("stage"), stage, ("stage_name",))
            if is_staged is not False and _is_api(one.at("api_id"), api, project) is not False:
                return
    add = add_companion(
        "aws_api_gateway_usage_plan",
        {"name": stage.name, "api_stages": {"api_id": subject("rest_api_id"), "stage": subject("stage_name")}},
    )
    intent = add(name, stage, project)
    yield Finding(stage, "no usage plan limits its calls", (intent,) if intent is not None else ())


def _is_api(given: Value, wanted: Value, project: Project) -> Truth:
    """Whether two Values are the same API."""
    api = project.follow(wanted)
    if api is not None and api.kind == "resource":
        return project.refers_to(given, api)
    if given.text is not None and wanted.text is not None:
        return given.text == wanted.text
    return True if set(given.references) & set(wanted.references) else None
