"""Systems Manager: parameters that hold secrets, documents that are shared, and sessions on machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.policies import policy_document
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    Finding,
    Intent,
    Needed,
    all_of,
    be_filled,
    be_none_of,
    bind,
    in_terraform,
    match,
    need,
    requirement,
    rule,
    set_to,
    where,
)

GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
SECURE = GUIDE + "secure-string-parameter-kms-encryption.html"
SESSION = GUIDE + "getting-started-create-preferences-cli.html"
MODULE = "module:terraform-aws-modules/ssm-parameter/aws"
ABSENT = where("state", "absent")

# words that say so by themselves, at the end of the name: `/app/db/password`, not `/app/password-policy`
NAMED_SECRET = where("name", match(
    r"(?i).*(?:^|[/_.-])(?:\w*password|passwd|passphrase|\w*secret|secret[_-]?key|api[_-]?key|private[_-]?key|access[_-]?token"
    r"|auth[_-]?token|credentials?)"
))  # fmt: skip

requirement(
    "aws-ssm-secret-in-plain-text",
    severity=MEDIUM,
    cwe=312,
    title="A secret lies in a parameter that is not encrypted",
    why="Everybody who may list parameters reads it, and it stands in plain text in the history of the parameter.",
    terraform=(
        bind("aws_ssm_parameter: type", when=NAMED_SECRET),
        bind(f"{MODULE}: type", when=NAMED_SECRET),
    ),
    ansible=bind("community.aws.ssm_parameter: string_type", when=NAMED_SECRET, unless=ABSENT, when_missing="violated"),
    must=be_none_of("String", "StringList"),
    fix=set_to("SecureString", at_most=UNSAFE, note="readers must ask for decryption, and need permission for the key"),
    references=(SECURE,),
    aliases=(in_terraform("CKV2_AWS_34"),),
    tags=("encryption", "secret"),
)

requirement(
    "aws-ssm-parameter-unencrypted",
    severity=LOW,
    cwe=312,
    title="The parameter is not encrypted",
    why="Everybody who may list parameters reads its value.",
    terraform=f"aws_ssm_parameter|{MODULE}: type",
    ansible=bind("community.aws.ssm_parameter: string_type", unless=ABSENT, when_missing="violated"),
    must=be_none_of("String", "StringList"),
    fix=set_to("SecureString", at_most=UNSAFE, note="readers must ask for decryption, and need permission for the key"),
    references=(SECURE,),
    aliases=(in_terraform("CKV2_AWS_34"),),
    tags=("encryption", "hygiene"),
    default=False,
)

requirement(
    "aws-ssm-parameter-without-own-key",
    severity=LOW,
    cwe=311,
    title="The parameter is encrypted with the key that AWS manages",
    why="Everybody in the account who may read parameters may use that key, and it can be neither restricted nor withdrawn.",
    terraform=bind(f"aws_ssm_parameter|{MODULE}: key_id", when=where("type", "SecureString")),
    ansible=bind("community.aws.ssm_parameter: key_id", when=where("string_type", "SecureString"), unless=ABSENT),
    must=all_of(be_filled, be_none_of("alias/aws/ssm")),
    message="the parameter is encrypted with the key that AWS manages",
    fix=need("kms-key", "ARN or alias of a KMS key"),
    references=(SECURE,),
    aliases=(in_terraform("CKV_AWS_337"),),
    tags=("encryption", "secret"),
    default=False,
)

requirement(
    "aws-ssm-document-public",
    severity=HIGH,
    cwe=732,
    title="The document is shared with every AWS account",
    why="Everybody reads how your machines are set up, with every address, path and password written in it.",
    terraform=bind(
        "aws_ssm_document: permissions.account_ids", when=where("permissions.type", match(r"(?i)share")),
        fix=need("account-ids", "IDs of the accounts that may use it, with commas between them", at_most=UNSAFE),
    ),
    must=match(r"(?![Aa]ll$).*", "IDs of accounts"),
    references=(GUIDE + "documents-ssm-sharing.html",),
    aliases=(in_terraform("CKV_AWS_303"),),
    tags=("identity",),
)

# --- sessions on machines ---------------------------------------------------------------

unencrypted_session = rule(
    "aws-ssm-session-without-kms",
    severity=LOW,
    cwe=311,
    title="Sessions on machines are not encrypted with a key of your own",
    why="With a key of KMS, starting a session needs permission for the key too, on both ends.",
    references=(SESSION,),
    aliases=(in_terraform("CKV_AWS_112", "KICS:ce60cc6b-6831-4bd7-84a2-cc7f8ee71433"),),
    tags=("encryption",),
    default=False,
)

unlogged_session = rule(
    "aws-ssm-session-not-logged",
    severity=MEDIUM,
    cwe=778,
    title="What is typed in sessions on machines is not logged, or logged without encryption",
    why="After a break-in nobody can tell what was done on the machine; and a log holds what was typed, passwords included.",
    references=(SESSION,),
    aliases=(in_terraform("CKV_AWS_113"),),
    tags=("logging",),
    default=False,
)



KEY = Needed("kms-key", "ARN of a KMS key")


def _inputs(block: Block) -> tuple[Value, Value | None] | None:
    """The content of a session document, and the map of its inputs; None when it cannot be read, or is none."""
    if not block.get("document_type").is_("Session"):
        return None
    content = block.get("content")
    document = policy_document(content)
    if document is None:
        return None
    inputs = document.at("inputs")
    return (content, None) if inputs.is_missing else (content, inputs) if inputs.kind == "map" else None


def _is_empty(value: Value) -> bool:
    return value.is_missing or value.is_("")


@unencrypted_session.check(terraform="aws_ssm_document")
def session_without_key(block: Block, project: Project) -> Iterator[Finding]:
    """`kmsKeyId` of the session's inputs is missing or empty."""
    found = _inputs(block)
    if found is None:
        return
    content, inputs = found
    key = inputs.at("kmsKeyId") if inputs is not None else None
    if key is None:
        document = policy_document(content)
        new = {"kmsKeyId": KEY}
        steps = (Set(document.at("inputs"), new),) if document is not None else ()
        fix = Intent("encrypt sessions with a KMS key", steps, UNSAFE)
        yield Finding(content, "sessions are not encrypted with a key of your own: the document has no inputs", (fix,))
    elif _is_empty(key):
        fix = Intent("encrypt sessions with a KMS key", (Set(key, KEY),), UNSAFE)
        yield Finding(key if not key.is_missing else content, "sessions are not encrypted with a key of your own", (fix,))


@unlogged_session.check(terraform="aws_ssm_document")
def session_without_log(block: Block, project: Project) -> Iterator[Finding]:
    """Neither a bucket nor a log group is named, or the encryption of the one that is named is switched off."""
    found = _inputs(block)
    if found is None:
        return
    content, inputs = found
    names = [(inputs.at(name), inputs.at(switch)) for name, switch in (
        ("s3BucketName", "s3EncryptionEnabled"), ("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled"),
    )] if inputs is not None else []  # fmt: skip
    if all(_is_empty(name) for name, _ in names):
        steps = (Set(names[1][0], Needed("session-log-group", "name of the log group of sessions")),) if names else ()
        fix = (Intent("log sessions to CloudWatch", steps),) if steps else ()
        yield Finding(content, "what is typed in sessions is not logged", fix)
    for name, switch in names:
        if not _is_empty(name) and switch.is_(False):
            fix = (Intent("encrypt the log", (Set(switch, True),), UNSAFE, None, "the bucket or log group must be encrypted"),)
            yield Finding(switch, "the log of sessions is not encrypted", fix)


# --- secrets sent away --------------------------------------------------------------------

sent_secret = rule(
    "secret-in-http-data",
    severity=HIGH,
    cwe=201,
    title="A secret is sent to a web server when Terraform plans",
    why="Whoever runs the server, or reads its logs, gets the secret; a module from elsewhere can steal secrets in this way.",
    references=("https://registry.terraform.io/providers/hashicorp/http/latest/docs/data-sources/http",),
    remedy="Leave the secret out of the request, or fetch the data by a tool that is meant for it.",
    aliases=(in_terraform("AVD-AWS-0134", "CKV2_AWS_36"),),
    tags=("secret", "supply-chain"),
)

_SECRETS = re.compile(
    r"(data\.)?aws_ssm_parameter\.[^.]+\.(value|insecure_value)|(data\.)?aws_secretsmanager_secret_version\.[^.]+\.secret_\w+"
    r"|data\.aws_secretsmanager_random_password\.[^.]+\.random_password|aws_iam_access_key\.[^.]+\.(secret|ses_smtp_password_v4)"
    r"|random_password\.[^.]+\.(result|bcrypt_hash)|tls_private_key\.[^.]+\.private_key_\w+"
)


@sent_secret.check(terraform="data.http")
def sends_secret(request: Block, project: Project) -> Iterator[Finding]:
    """The URL, a header or the body refers to a secret."""
    for name in ("url", "request_body", "request_headers"):
        value = request.get(name)
        found = next((one for one in _references(value) if _SECRETS.match(one)), None)
        if found is not None:
            yield Finding(value, f"`{found}` is sent to a web server")


def _references(value: Value) -> Iterator[str]:
    yield from value.references
    for one in value.entries.values():
        yield from one.references

