"""Lambda functions: who may call them, what is encrypted and traced."""

from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_present,
    bind,
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
    set_to,
    some,
    where,
)

TRACING = "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html"
ENVIRONMENT = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"
PERMISSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
URLS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"

GONE = where("state", "absent")
SCOPED = some(has("source_arn"), has("source_account"), has("principal_org_id"))

requirement(
    "aws-lambda-public",
    severity=CRITICAL,
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
    terraform="aws_lambda_function_url: authorization_type",
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
    terraform="aws_lambda_function: tracing_config.mode",
    ansible=bind("amazon.aws.lambda: tracing_mode", unless=GONE),
    must=equal("Active"),
    when_missing=VIOLATED,
    fix=set_to("Active"),
    default=False,
    references=(TRACING,),
    aliases=(
        in_terraform("CKV_AWS_50", "AVD-AWS-0066", "KICS:8152e0cf-d2f0-47ad-96d5-d003a76eabd1"),
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
    terraform="aws_lambda_function: kms_key_arn",
    ansible=bind("amazon.aws.lambda: kms_key_arn", when=has("environment_variables")),
    must=be_present,
    when=has("environment"),
    fix=need("kms-key", "ARN of a KMS key"),
    default=False,
    references=(ENVIRONMENT,),
    aliases=(in_terraform("CKV_AWS_173"),),
    tags=("encryption", "hygiene"),
)
