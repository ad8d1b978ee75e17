"""Lambda functions: who may call them, what is encrypted and traced, what becomes of failed calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Intent,
    Needed,
    Predicate,
    be_at_least,
    be_false,
    be_filled,
    be_none_of,
    be_present,
    be_true,
    bind,
    companion,
    contain_none,
    differ,
    equal,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    opposite,
    requirement,
    rule,
    set_path,
    set_to,
    some,
    where,
)

TRACING = "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html"
ENVIRONMENT = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"
PERMISSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
URLS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"

CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"
RUNTIMES = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"

ANSIBLE = "amazon.aws.lambda"
MODULE = "module:terraform-aws-modules/lambda/aws"
FUNCTION = "aws_lambda_function"
GONE = where("state", "absent")
# the module can also make a layer or a package only
MAKES_NONE = some(*(where(name, be_false) for name in ("create", "create_function")), where("create_layer", be_true))
SCOPED = some(has("source_arn"), has("source_account"), has("principal_org_id"))

requirement(
    "aws-lambda-public",
    severity=HIGH,
    cwe=284,
    title="Lambda function may be called by everybody",
    why="Any AWS account in the world may call it, with the rights of the function's role and at your cost.",
    terraform="aws_lambda_permission: principal",
    ansible=bind("amazon.aws.lambda_policy: principal", unless=some(GONE, SCOPED)),
    must=differ("*"),
    # a public function URL is reported by its own rule
    unless=some(SCOPED, has("function_url_auth_type")),
    fix=need("lambda-principal", "account or service that may call the function", at_most=UNSAFE),
    references=(PERMISSIONS,),
    aliases=(
        in_terraform("CKV_AWS_301", "KICS:e08ed7eb-f3ef-494d-9d22-2e3db756a347"),
        in_ansible("KICS:1d972c56-8ec2-48c1-a578-887adb09c57a"),
    ),
    tags=("identity",),
)

requirement(
    "aws-lambda-service-unscoped",
    severity=MEDIUM,
    cwe=441,
    title="Lambda function may be called through a service by any account",
    why="The service acts for whoever asks: without the source's ARN or account, a stranger's bucket or topic calls it too.",
    terraform="aws_lambda_permission: source_arn",
    ansible=bind(
        "amazon.aws.lambda_policy: source_arn",
        when=every(where("principal", match(r".+\.amazonaws\.com")), opposite(GONE)),
    ),
    must=be_present,
    when=where("principal", match(r".+\.amazonaws\.com")),
    unless=some(has("source_account"), has("principal_org_id"), has("event_source_token")),
    references=(PERMISSIONS,),
    remedy="Give `source_arn`, or `source_account` where the ARN is not known.",
    aliases=(in_terraform("CKV_AWS_364", "AVD-AWS-0067"),),
    tags=("identity",),
)

requirement(
    "aws-lambda-permission-too-wide",
    severity=MEDIUM,
    cwe=732,
    title="Permission on a Lambda function allows more than calling it",
    why="Whoever holds it may also replace the function's code and so use its role.",
    terraform="aws_lambda_permission: action",
    ansible=bind("amazon.aws.lambda_policy: action", unless=GONE),
    # CloudFront asks for the replication of functions at its edges
    must=match(r"lambda:(?:Invoke|Get|List)\w*|lambda:EnableReplication\*?", "an action that only calls or reads"),
    fix=set_to("lambda:InvokeFunction", at_most=UNSAFE, note="whoever used another action of it is refused"),
    references=(PERMISSIONS,),
    aliases=(
        in_terraform("KICS:ad9dabc7-7839-4bae-a957-aa9120013f39", "KICS:75ec6890-83af-4bf1-9f16-e83726df0bd0"),
        in_ansible("KICS:3ddf3417-424d-420d-8275-0724dc426520"),
    ),
    tags=("identity",),
)

requirement(
    "aws-lambda-url-open",
    severity=HIGH,
    cwe=306,
    title="URL of a Lambda function asks for no login",
    why="Everybody who learns the address can call the function.",
    terraform=(
        "aws_lambda_function_url: authorization_type",
        bind(
            f"{MODULE}: authorization_type", when_missing=VIOLATED,
            when=every(where("create_lambda_function_url", be_true), opposite(MAKES_NONE)),
        ),
    ),
    must=differ("NONE"),
    fix=set_to("AWS_IAM", at_most=UNSAFE, note="callers must sign their requests"),
    references=(URLS,),
    aliases=(in_terraform("CKV_AWS_258"),),
    tags=("identity",),
)

requirement(
    "aws-lambda-untraced",
    severity=LOW,
    cwe=778,
    title="Lambda function is not traced",
    why="Without a trace it is hard to tell which call of many services went wrong, or was not meant to be.",
    terraform=("aws_lambda_function: tracing_config.mode", bind(f"{MODULE}: tracing_mode", unless=MAKES_NONE)),
    ansible=bind("amazon.aws.lambda: tracing_mode", unless=GONE),
    must=equal("Active"),
    when_missing=VIOLATED,
    fix=set_to("Active"),
    default=False,
    references=(TRACING,),
    aliases=(
        in_terraform(
            "CKV_AWS_50", "AVD-AWS-0066", "AC_AWS_0163", "AC_AWS_0485", "KICS:8152e0cf-d2f0-47ad-96d5-d003a76eabd1",
        ),
        in_ansible("KICS:71397b34-1d50-4ee1-97cb-c96c34676f74"),
    ),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-lambda-environment-without-key",
    severity=LOW,
    cwe=311,
    title="Environment of a Lambda function is not encrypted with a key of your own",
    why="With a key of your own, reading the variables takes a permission you grant.",
    terraform=(
        bind("aws_lambda_function: kms_key_arn", when=has("environment")),
        bind(f"{MODULE}: kms_key_arn", when=has("environment_variables"), unless=MAKES_NONE),
    ),
    ansible=bind("amazon.aws.lambda: kms_key_arn", when=has("environment_variables"), unless=GONE),
    must=be_present,
    fix=need("kms-key", "ARN of a KMS key"),
    default=False,
    references=(ENVIRONMENT,),
    aliases=(in_terraform("CKV_AWS_173", "AC_AWS_0483"),),
    tags=("encryption", "hygiene"),
)

requirement(
    "aws-lambda-principal-wildcard",
    severity=LOW,
    cwe=284,
    title="Permission on a Lambda function names every principal",
    why="The condition on the source alone decides who gets in: naming the service as well keeps others of the account out.",
    terraform="aws_lambda_permission: principal",
    ansible=bind("amazon.aws.lambda_policy: principal", unless=GONE),
    must=differ("*"),
    when=SCOPED,
    fix=need("lambda-principal", "account or service that may call the function", at_most=UNSAFE),
    references=(PERMISSIONS,),
    aliases=(
        in_terraform(
            "CKV_AWS_301", "KICS:e08ed7eb-f3ef-494d-9d22-2e3db756a347", "KICS:1btsf2f9-af8c-4dfc-a0f1-a03adb70deb2",
        ),
        in_ansible("KICS:1d972c56-8ec2-48c1-a578-887adb09c57a"),
    ),
    tags=("identity",),
)

BY_GATEWAY = where("principal", "apigateway.amazonaws.com")



def _names_a_route(arn: Value) -> Truth:
    # a path behind the last slash may be anything; stage and method, before it, are what matters
    return None if arn.is_missing else not arn.known_text.endswith("/*/*")


requirement(
    "aws-lambda-callable-by-whole-api",
    severity=LOW,
    cwe=732,
    title="Lambda function may be called by every stage and method of an API",
    why="A stage for tests, or a method added later, calls it too, whether or not that asks for a login.",
    terraform=bind("aws_lambda_permission: source_arn", when=BY_GATEWAY),
    ansible=bind("amazon.aws.lambda_policy: source_arn", when=every(BY_GATEWAY, opposite(GONE))),
    must=Predicate(_names_a_route, "the ARN of a stage and method"),
    fix=need("lambda-route", "ARN of the API with stage, method and path that may call it", at_most=UNSAFE),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",),
    aliases=(
        in_terraform("KICS:3ef8696c-e4ae-4872-92c7-520bb44dfe77"),
        in_ansible("KICS:5e92d816-2177-4083-85b4-f61b4f7176d9"),
    ),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-lambda-url-cors-open",
    severity=LOW,
    cwe=942,
    title="Scripts of every web site may call a Lambda function",
    why="Any page a user visits can send requests to the function through the user's browser and read the answers.",
    terraform=(
        "aws_lambda_function_url: cors.allow_origins",
        bind(f"{MODULE}: cors.allow_origins", when=where("create_lambda_function_url", be_true)),
    ),
    must=contain_none("*"),
    fix=set_to([Needed("web-origin", "origin that may call it, such as https://www.example.org")], at_most=UNSAFE),
    references=(URLS,),
    aliases=(in_terraform("CKV2_AWS_75", type="aws_lambda_function_url"),),
    tags=("network",),
    default=False,
)

# what the page on runtimes listed as deprecated by August 2026
NEWEST = {"nodejs": "nodejs24.x", "python": "python3.14", "ruby": "ruby3.4", "dotnet": "dotnet10", "java": "java21", "al": "provided.al2023"}
OUTDATED = {
    **dict.fromkeys(("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x", "nodejs20.x"), "nodejs"),
    **{f"python{version}": "python" for version in ("2.7", "3.6", "3.7", "3.8", "3.9")},
    **{f"ruby{version}": "ruby" for version in ("2.5", "2.7", "3.2")},
    **dict.fromkeys(("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet6", "dotnet7"), "dotnet"),
    "java8": "java", "go1.x": "al", "provided": "al",
}  # fmt: skip


def _newer_runtime(value: Value, element: Node, project: Project) -> Intent | None:
    newest = NEWEST[OUTDATED[value.text or ""]]
    note = "the code must run on it; a Go function becomes a custom runtime" if value.text == "go1.x" else "the code must run on it"
    return set_to(newest, at_most=UNSAFE, note=note)(value, element, project)


requirement(
    "aws-lambda-outdated-runtime",
    severity=MEDIUM,
    cwe=1104,
    title="Lambda function runs on a runtime that is no longer maintained",
    why="Holes found in it since then stay open, and Lambda refuses changes of the function sooner or later.",
    terraform=(f"{FUNCTION}: runtime", bind(f"{MODULE}: runtime", unless=where("create_function", be_false))),
    ansible=bind(f"{ANSIBLE}: runtime", unless=GONE),
    must=be_none_of(*OUTDATED),
    fix=_newer_runtime,
    fix_safety="The code must be tried out on the new version.",
    references=(RUNTIMES,),
    aliases=(in_terraform("CKV_AWS_363", type=FUNCTION),),
    tags=("supply-chain",),
)

requirement(
    "aws-lambda-concurrency-unlimited",
    severity=LOW,
    cwe=770,
    title="Nothing limits how often a Lambda function runs at once",
    why="A flood of calls to it uses up what all functions of the account share, and runs up costs.",
    terraform=(f"{FUNCTION}: reserved_concurrent_executions", bind(f"{MODULE}: reserved_concurrent_executions", unless=MAKES_NONE)),
    must=be_at_least(0),
    when_missing=VIOLATED,
    fix=need("lambda-concurrency", "highest number of runs at once", at_most=UNSAFE, note="calls beyond it are refused"),
    references=(CONCURRENCY,),
    aliases=(in_terraform("CKV_AWS_115", type=FUNCTION),),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-lambda-without-dead-letter-queue",
    severity=LOW,
    cwe=391,
    title="Events that a Lambda function fails on are lost",
    why="After the last retry nobody can tell what was lost, or try it again.",
    terraform=(
        bind(
            f"{FUNCTION}: dead_letter_config.target_arn",
            unless=companion(
                "aws_lambda_function_event_invoke_config", by="function_name", identities=("function_name",),
                having=has("destination_config.on_failure"),
            ),
        ),
        bind(f"{MODULE}: dead_letter_target_arn", unless=some(MAKES_NONE, has("destination_on_failure"))),
    ),
    ansible=bind(f"{ANSIBLE}: dead_letter_arn", unless=GONE),
    must=be_filled,
    fix=need("dead-letter-queue", "ARN of an SQS queue or SNS topic"),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",),
    aliases=(in_terraform("CKV_AWS_116", type=FUNCTION),),
    tags=("availability", "hygiene"),
    default=False,
)

SUBNETS = [Needed("private-subnet", "ID of a private subnet")]
GROUPS = [Needed("lambda-security-group", "ID of a security group for the function")]

requirement(
    "aws-lambda-outside-vpc",
    severity=LOW,
    cwe=668,
    title="Lambda function runs outside of your network",
    why="What it may connect to cannot be limited by security groups, nor seen in flow logs.",
    terraform=(
        f"{FUNCTION}: vpc_config.subnet_ids",
        bind(f"{MODULE}: vpc_subnet_ids", unless=MAKES_NONE, fix=set_to(SUBNETS, at_most=UNSAFE)),
    ),
    ansible=bind(f"{ANSIBLE}: vpc_subnet_ids", unless=GONE, fix=set_to(SUBNETS, at_most=UNSAFE)),
    must=be_filled,
    fix=set_path(
        "vpc_config", {"subnet_ids": SUBNETS, "security_group_ids": GROUPS}, at_most=UNSAFE,
        note="it reaches the Internet through a NAT gateway only",
    ),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",),
    aliases=(in_terraform("CKV_AWS_117", "AC_AWS_0486", type=FUNCTION),),
    tags=("network", "hygiene"),
    default=False,
)

requirement(
    "aws-lambda-code-unsigned",
    severity=LOW,
    cwe=345,
    title="Lambda runs code of the function that nobody signed",
    why="Whoever may upload code, or change the bucket it is taken from, decides what runs.",
    terraform=(
        bind(f"{FUNCTION}: code_signing_config_arn", unless=where("package_type", "Image")),
        bind(f"{MODULE}: code_signing_config_arn", unless=some(MAKES_NONE, where("package_type", "Image"))),
    ),
    must=be_filled,
    fix=need("code-signing-config", "ARN of a code signing configuration", at_most=UNSAFE),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",),
    aliases=(in_terraform("CKV_AWS_272", type=FUNCTION),),
    tags=("supply-chain", "hygiene"),
    default=False,
)

key_in_environment = rule(
    "aws-lambda-access-key-in-environment",
    severity=CRITICAL,
    cwe=798,
    title="Access key stands in the environment of a Lambda function",
    why="Everybody who may look at the function, the code or the state file can use it; the function's role needs no key.",
    references=("https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",),
    aliases=(in_terraform("CKV_AWS_45", "KICS:1402afd8-a95c-4e84-8b0b-6fb43758e6ce", type=FUNCTION),),
    remedy="Withdraw the key, and give the role what the key was for.",
    tags=("secret",),
    # leaked-token finds most of them, wherever they stand
    default=False,
)


@key_in_environment.check(terraform=f"{FUNCTION}|{MODULE}", ansible=ANSIBLE)
def access_key(function: Block, project: Project) -> Iterator[Finding]:
    """A value of the form of an access key; documentation's own example is left alone."""
    for path in ("environment.variables.*", "environment_variables.*"):
        for value in function.each(path):
            text = value.text or ""
            if re.fullmatch(r"(?:AKIA|ASIA)[A-Z0-9]{16}", text) and not text.endswith("EXAMPLE"):
                yield Finding(value, f"`{value.name}` holds an access key")
