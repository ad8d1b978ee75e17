"""Simple Storage Service: single objects, how long they live, where they are copied to, and who may fetch them from a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iaclint.aspects.policy_statements import actions_of, statements
from iaclint.model.block import Block, Node
from iaclint.model.intent import Append
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    Condition,
    Finding,
    Intent,
    Needed,
    add_companion,
    be_absent,
    be_filled,
    be_present,
    bind,
    companion,
    contain,
    contain_none,
    equal,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    not_,
    related,
    requirement,
    rule,
    set_to,
    some,
    subject,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
MODULE = "module:terraform-aws-modules/s3-bucket/aws"
OBJECT_MODULE = "module:terraform-aws-modules/s3-bucket/aws//modules/object"
OBJECTS = "aws_s3_bucket_object|aws_s3_object|aws_s3_object_copy"
ABSENT = where("state", "absent")
KEY = need("kms-key", "ARN of a KMS key")


def beside(type: str) -> Condition:
    """The bucket has a resource of its own for this."""
    return companion(type, by="bucket", identities=("bucket",))


# --- encryption of single objects -----------------------------------------------------

requirement(
    "aws-s3-object-encryption-unstated",
    severity=LOW,
    cwe=311,
    title="The S3 object leaves encryption to the default of its bucket",
    why="S3 encrypts new objects anyway since January 2023, but with what depends on a setting elsewhere.",
    terraform=f"{OBJECTS}|{OBJECT_MODULE}: server_side_encryption",
    must=be_filled,
    unless=has("kms_key_id"),
    fix=set_to("AES256"),
    references=(GUIDE + "default-bucket-encryption.html",),
    aliases=(
        in_terraform("KICS:5fb49a69-8d46-4495-a2f8-9c8c622b2b6e"),
        in_terraform("AC_AWS_0498", type="aws_s3_bucket_object"),
    ),
    tags=("encryption", "hygiene"),
    default=False,
)

requirement(
    "aws-s3-object-without-kms",
    severity=LOW,
    cwe=311,
    title="The S3 object is not encrypted with a key of your own",
    why="With a key of KMS, reading needs permission for the key too, each use of it is logged, and it can be withdrawn.",
    terraform=f"{OBJECTS}|{OBJECT_MODULE}: kms_key_id",
    ansible=bind("amazon.aws.s3_object: encryption_kms_key_id", when=some(where("mode", "put"), where("mode", "copy"))),
    must=be_filled,
    fix=KEY,
    references=(GUIDE + "UsingKMSEncryption.html",),
    aliases=(
        in_terraform("CKV_AWS_186", type=("aws_s3_bucket_object", "aws_s3_object")),
        in_terraform("CKV_AWS_181", type="aws_s3_object_copy"),
        in_terraform("AC_AWS_0498", type="aws_s3_bucket_object"),
    ),
    tags=("encryption",),
    default=False,
)

# --- how long objects live ------------------------------------------------------------

LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
ABORT: dict[str, Any] = {
    "id": "abort-incomplete-uploads", "status": "Enabled", "filter": {},
    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
}  # fmt: skip

requirement(
    "aws-s3-bucket-without-lifecycle",
    severity=LOW,
    cwe=770,
    title="The S3 bucket keeps everything for ever",
    why="Costs grow without end, and data is kept longer than it is needed or may be.",
    terraform=(
        bind(
            "aws_s3_bucket: lifecycle_rule", unless=beside(LIFECYCLE), must=be_present,
            fix=add_companion(LIFECYCLE, {"bucket": subject("id"), "rule": ABORT}),
        ),
        f"{MODULE}: lifecycle_rule",
    ),
    must=be_filled,
    message="nothing removes old objects or failed uploads from the S3 bucket",
    fix_safety="The rule that is added removes parts of uploads that were not completed within a week; add your own for the rest.",
    references=(GUIDE + "object-lifecycle-mgmt.html",),
    aliases=(in_terraform("CKV2_AWS_61"),),
    tags=("hygiene",),
    default=False,
)


def _aborts(element: Node, project: Project) -> Truth:
    """Whether some rule that is on, and holds for the whole bucket, removes failed uploads."""
    unknown = False
    for one in element.each("rule"):
        if one.is_unknown or one.at("status").is_unknown:
            unknown = True
    block = element if isinstance(element, Block) else element.block
    for one_rule in block.children("rule") if block is not None else ():
        unknown = unknown or one_rule.is_symbolic
        written = one_rule.at("abort_incomplete_multipart_upload.days_after_initiation")
        if not written.is_missing and not one_rule.get("status").is_("Disabled"):
            return True
    return None if unknown else False


def _abort_too(value: Value, element: Node, project: Project) -> Intent | None:
    block = element if isinstance(element, Block) else element.block
    return Intent("add a rule that removes them", (Append(block, ABORT, "rule"),)) if block is not None else None


requirement(
    "aws-s3-lifecycle-keeps-failed-uploads",
    severity=LOW,
    cwe=770,
    title="The lifecycle of the S3 bucket keeps the parts of failed uploads",
    why="They are stored, and paid for, for ever, and no listing of the bucket shows them.",
    terraform=bind(
        LIFECYCLE, must=be_absent, unless=related("aborts failed uploads", _aborts),
        message="no rule removes the parts of uploads that were not completed", fix=_abort_too,
    ),
    must=be_absent,
    references=(GUIDE + "mpu-abort-incomplete-mpu-lifecycle-config.html",),
    aliases=(in_terraform("CKV_AWS_300"),),
    tags=("hygiene",),
    default=False,
)

# --- copies and events ----------------------------------------------------------------

REPLICATION = "aws_s3_bucket_replication_configuration"

requirement(
    "aws-s3-bucket-not-replicated",
    severity=LOW,
    cwe=693,
    title="The S3 bucket is not copied to another region",
    why="What is deleted by somebody with wide permissions, or lost with the region, is gone.",
    terraform=(
        bind(
            "aws_s3_bucket: replication_configuration", unless=beside(REPLICATION), must=be_present,
            fix=add_companion(REPLICATION, {
                "bucket": subject("id"),
                "role": Needed("replication-role", "ARN of the role S3 replicates with"),
                "rule": {
                    "status": "Enabled",
                    "destination": {"bucket": Needed("replica-bucket", "ARN of the bucket in the other region")},
                },
            }),
        ),
        f"{MODULE}: replication_configuration",
        bind("aws_s3_bucket: replication_configuration.rules.status", must=equal("Enabled"), fix=set_to("Enabled"),
             message="the replication of the S3 bucket is switched off"),
        bind(f"{REPLICATION}: rule.status", must=equal("Enabled"), fix=set_to("Enabled"),
             message="the replication of the S3 bucket is switched off"),
    ),
    must=be_filled,
    references=(GUIDE + "replication.html",),
    aliases=(in_terraform("CKV_AWS_144"),),
    tags=("availability",),
    default=False,
)

requirement(
    "aws-s3-bucket-without-notifications",
    severity=LOW,
    cwe=778,
    title="Nobody is told of changes in the S3 bucket",
    why="Deletions and uploads by a stranger pass unnoticed until somebody misses something.",
    terraform=bind(
        "aws_s3_bucket", unless=beside("aws_s3_bucket_notification"), message="no event of the S3 bucket is sent anywhere",
        fix=add_companion("aws_s3_bucket_notification", {"bucket": subject("id"), "eventbridge": True}),
    ),
    must=be_absent,
    references=(GUIDE + "EventNotifications.html",),
    aliases=(in_terraform("CKV2_AWS_62"),),
    tags=("logging", "hygiene"),
    default=False,
)

# --- pages of other sites -------------------------------------------------------------

ORIGIN = set_to(
    Needed("cors-origin", "origin of the pages that use the bucket, such as https://www.example.com"), title="name the origin",
)

requirement(
    "aws-s3-bucket-wide-cors",
    severity=LOW,
    cwe=942,
    title="The S3 bucket lets pages of other sites do more than they need",
    why="A page that a user of yours visits can then use what the browser holds for the bucket, and read or write on the "
    "user's behalf.",
    terraform=(
        bind("aws_s3_bucket|aws_s3_bucket_cors_configuration: allowed_methods", each="cors_rule"),
        bind("aws_s3_bucket|aws_s3_bucket_cors_configuration: allowed_headers", each="cors_rule", must=contain_none("*")),
        bind("aws_s3_bucket|aws_s3_bucket_cors_configuration: allowed_origins.*", each="cors_rule", must=not_(equal("*")),
             fix=ORIGIN),
    ),
    ansible=(
        bind("community.aws.s3_cors: allowed_methods", each="rules"),
        bind("community.aws.s3_cors: allowed_headers", each="rules", must=contain_none("*")),
        bind("community.aws.s3_cors: allowed_origins.*", each="rules", must=not_(equal("*")), fix=ORIGIN),
    ),
    must=not_(contain("GET", "PUT", "POST", "DELETE", "HEAD"), "fewer than all methods"),
    unless=ABSENT,
    references=(GUIDE + "cors.html",),
    remedy="List the origins, methods and headers that your pages use.",
    aliases=(
        in_terraform("KICS:98a8f708-121b-455b-ae2f-da3fb59d17e1"),
        in_ansible("KICS:3505094c-f77c-4ba0-95da-f83db712f86c"),
    ),
    tags=("network",),
    default=False,
)

requirement(
    "aws-s3-bucket-unusable-name",
    severity=LOW,
    cwe=295,
    title="The S3 bucket's name does not fit the certificate of S3",
    why="A name with dots or capitals is no single part of a host name: TLS fails, or programs are told not to check it.",
    terraform=f"aws_s3_bucket|{MODULE}: bucket",
    ansible=bind("amazon.aws.s3_bucket: name", unless=some(ABSENT, has("endpoint_url"))),
    must=match(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "3 to 63 small letters, digits and hyphens"),
    references=(GUIDE + "bucketnamingrules.html",),
    remedy="Choose a name of small letters, digits and hyphens; a bucket cannot be renamed, so move its objects.",
    aliases=(in_terraform("AVD-AWS-0320"),),
    tags=("network", "hygiene"),
    default=False,
)

# --- locked out -----------------------------------------------------------------------

lockout = rule(
    "aws-s3-bucket-policy-lockout",
    severity=MEDIUM,
    cwe=693,
    title="The policy of the S3 bucket locks everybody out",
    why="Nobody but the root user can then change the policy, or read what the bucket holds.",
    references=(GUIDE + "example-bucket-policies.html", "https://repost.aws/knowledge-center/s3-accidentally-denied-access"),
    remedy="Restrict the denial by a condition, or leave the actions on the bucket's policy out of it.",
    aliases=(in_terraform("CKV_AWS_93"),),
    tags=("availability",),
)

_OWN_POLICY = ("*", "s3:*", "s3:put*", "s3:*bucketpolicy", "s3:putbucketpolicy")


@lockout.check(terraform=f"aws_s3_bucket|aws_s3_bucket_policy|{MODULE}", ansible="amazon.aws.s3_bucket")
def locks_out(bucket: Block, project: Project) -> Iterator[Finding]:
    """Deny for everybody, under no condition, of the action that could take it back."""
    for statement in statements(bucket, project):
        if statement.effect != "Deny" or statement.conditions != [] or statement.not_principals:
            continue
        anybody = next((value for kind, value in statement.principals if kind in ("AWS", "*") and value.is_("*")), None)
        action = next((value for name, value in actions_of(statement) if name in _OWN_POLICY), None)
        if anybody is not None and action is not None:
            yield Finding(action, f"`{action.text}` is denied to everybody, so nobody can change the policy again")
