"""Simple Storage Service: how a bucket is served and encrypted, what it keeps of its objects, and what it logs.

The AWS provider knows two spellings of most settings: a block inside `aws_s3_bucket`, up to version 3, and a
resource beside it. Since January 2023 S3 encrypts all objects by itself.
"""

from __future__ import annotations

from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Condition,
    Expression,
    Intent,
    Needed,
    add_companion,
    be_absent,
    be_filled,
    be_none_of,
    be_present,
    be_true,
    bind,
    companion,
    equal,
    has,
    in_ansible,
    in_terraform,
    related,
    requirement,
    set_to,
    some,
    start_with,
    subject,
    where,
)
from iaclint.rules.repairs import Repair

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
ENCRYPTION = GUIDE + "default-bucket-encryption.html"
VERSIONING = GUIDE + "Versioning.html"

MODULE = "module:terraform-aws-modules/s3-bucket/aws"

ABSENT = where("state", "absent")
# a server that only speaks the protocol has none of S3's own settings and defaults
NOT_S3 = some(ABSENT, where("ceph", be_true), has("endpoint_url"))


def beside(type: str) -> Condition:
    """The bucket has a resource of its own for this."""
    return companion(type, by="bucket", identities=("bucket",))


def inline_or(inline: Repair, new: Repair) -> Repair:
    """`inline` where the bucket has the older provider's block, else `new`."""

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        is_bare = value.is_missing and len(value.path) > 1
        return (new if is_bare else inline)(value, element, project)

    return repair


# --- served as a website -------------------------------------------------------------

requirement(
    "aws-s3-bucket-website",
    severity=LOW,
    cwe=319,
    title="The S3 bucket is served as a website",
    why="The website endpoint of S3 speaks plain HTTP only, and needs objects that everybody may read.",
    terraform=(
        bind("aws_s3_bucket: website", where=where("website.redirect_all_requests_to", be_absent, when_missing=True)),
        bind("aws_s3_bucket_website_configuration", where=where("redirect_all_requests_to", be_absent)),
    ),
    ansible=bind("community.aws.s3_website", unless=some(ABSENT, has("redirect_all_requests"))),
    must=be_absent,
    message="the bucket is served as a website over plain HTTP",
    remedy="Keep the bucket private and serve it through CloudFront with an origin access control.",
    references=(GUIDE + "WebsiteHosting.html",),
    aliases=(in_terraform("AC_AWS_0208", "KICS:42bb6b7f-6d54-4428-b707-666f669d94fb"),),
    tags=("network",),
    default=False,
)

# --- encryption -----------------------------------------------------------------------

ENCRYPTED = "aws_s3_bucket_server_side_encryption_configuration"
ALGORITHM = "rule.apply_server_side_encryption_by_default.sse_algorithm"
KMS = set_to("aws:kms")

requirement(
    "aws-s3-bucket-encryption-unstated",
    severity=LOW,
    cwe=311,
    title="The S3 bucket leaves encryption to the default of S3",
    why="S3 encrypts new objects anyway since January 2023, but objects stored before are not, and an audit finds nothing "
    "written down.",
    terraform=bind(
        "aws_s3_bucket: server_side_encryption_configuration", unless=beside(ENCRYPTED),
        fix=add_companion(ENCRYPTED, {
            "bucket": subject("id"), "rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}},
        }),
    ),
    ansible=bind("amazon.aws.s3_bucket: encryption", unless=NOT_S3, fix=set_to("AES256")),
    must=be_present,
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_19", "CKV_AWS_145", "AVD-AWS-0088", "AVD-AWS-0132", "AC_AWS_0207"),),
    tags=("encryption", "hygiene"),
    default=False,
)

requirement(
    "aws-s3-bucket-encryption-removed",
    severity=LOW,
    cwe=311,
    title="The default encryption of the S3 bucket is taken away",
    why="S3 falls back to keys of its own, so a stricter choice made before is lost; other object stores keep plain text.",
    ansible="amazon.aws.s3_bucket: encryption",
    must=be_none_of("none"),
    unless=ABSENT,
    fix=set_to("AES256"),
    references=(ENCRYPTION,),
    aliases=(in_ansible("KICS:594f54e7-f744-45ab-93e4-c6dbaf6cd571"),),
    tags=("encryption",),
)

requirement(
    "aws-s3-bucket-without-kms",
    severity=LOW,
    cwe=311,
    title="The S3 bucket is not encrypted with a key of KMS",
    why="With a key of KMS, reading needs permission for the key too, each use of it is logged, and it can be withdrawn.",
    terraform=(
        f"aws_s3_bucket: server_side_encryption_configuration.{ALGORITHM}",
        f"{ENCRYPTED}: {ALGORITHM}",
        f"{MODULE}: server_side_encryption_configuration.{ALGORITHM}",
    ),
    ansible=bind("amazon.aws.s3_bucket: encryption", must=be_none_of("AES256"), unless=NOT_S3),
    must=start_with("aws:"),
    fix=KMS,
    fix_safety="Those who read the bucket need permission for the key as well; objects that are there already keep theirs.",
    references=(GUIDE + "UsingKMSEncryption.html",),
    aliases=(in_terraform("CKV_AWS_145", "AVD-AWS-0132"),),
    tags=("encryption",),
    default=False,
)

# --- what is kept ---------------------------------------------------------------------

requirement(
    "aws-s3-bucket-not-versioned",
    severity=MEDIUM,
    cwe=693,
    title="The S3 bucket keeps no old versions",
    why="What is overwritten or deleted, by mistake or by ransomware, cannot be brought back.",
    terraform=(
        bind(
            "aws_s3_bucket: versioning.enabled", unless=beside("aws_s3_bucket_versioning"),
            fix=inline_or(set_to(True), add_companion(
                "aws_s3_bucket_versioning", {"bucket": subject("id"), "versioning_configuration": {"status": "Enabled"}},
            )),
        ),
        f"{MODULE}: versioning.enabled",
        bind("aws_s3_bucket_versioning: versioning_configuration.status", must=equal("Enabled"), fix=set_to("Enabled")),
    ),
    ansible=bind("amazon.aws.s3_bucket: versioning", unless=NOT_S3),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    fix_safety="Old versions are stored, and paid for, until a lifecycle rule removes them.",
    references=(VERSIONING,),
    aliases=(
        in_terraform("CKV_AWS_21", "AVD-AWS-0090", "AC_AWS_0214", "KICS:568a4d22-3517-44a6-a7ad-6a7eed88722c"),
        in_ansible("KICS:9232306a-f839-40aa-b3ef-b352001da9a5"),
    ),
    tags=("availability",),
)

requirement(
    "aws-s3-bucket-mfa-delete-disabled",
    severity=LOW,
    cwe=308,
    title="Old versions in the S3 bucket can be deleted without a second factor",
    why="Stolen credentials are then enough to destroy the versions that were to protect from deletion.",
    terraform=(
        bind(f"aws_s3_bucket|{MODULE}: versioning.mfa_delete", when_parent_missing="ok"),
        bind("aws_s3_bucket_versioning: versioning_configuration.mfa_delete", must=equal("Enabled")),
        # without versions there is nothing for the second factor to protect
        bind(f"aws_s3_bucket|{MODULE}: versioning.enabled", when_missing="ok", fix=set_to(True)),
        bind("aws_s3_bucket_versioning: versioning_configuration.status", must=equal("Enabled"), when_missing="ok",
             when=where("versioning_configuration.mfa_delete", "Enabled"), fix=set_to("Enabled")),
    ),
    must=be_true,
    when_missing=VIOLATED,
    remedy="Only the root user can switch it on, with a code of the device: see the AWS CLI's `put-bucket-versioning --mfa`.",
    references=(GUIDE + "MultiFactorAuthenticationDelete.html",),
    aliases=(in_terraform("AVD-AWS-0170", "KICS:c5b31ab9-0f26-4a49-b8aa-4cc064392f4d"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-s3-bucket-object-lock-disabled",
    severity=LOW,
    cwe=693,
    title="The objects in the S3 bucket are not locked against deletion",
    why="Backups and records that must last can be deleted or overwritten by anybody with the permission.",
    terraform=(
        bind(
            "aws_s3_bucket: object_lock_enabled",
            unless=some(has("object_lock_configuration"), beside("aws_s3_bucket_object_lock_configuration")),
        ),
        bind(f"{MODULE}: object_lock_enabled", unless=has("object_lock_configuration")),
    ),
    ansible=bind("amazon.aws.s3_bucket: object_lock_enabled", unless=NOT_S3),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="the lock needs versioning and cannot be switched off again"),
    references=(GUIDE + "object-lock.html",),
    aliases=(in_terraform("CKV_AWS_143"),),
    tags=("availability",),
    default=False,
)

# --- access logs ----------------------------------------------------------------------


def _receives_logs(element: Node, project: Project) -> Truth:
    """Whether the bucket collects the logs of others: it cannot well log its own filling."""
    bucket = element if isinstance(element, Block) else element.block
    if bucket is None or bucket.get("acl").is_("log-delivery-write"):
        return True
    acls, _ = project.companions(bucket, "aws_s3_bucket_acl", "bucket", ("bucket",))
    if any(acl.get("acl").is_("log-delivery-write") for acl in acls):
        return True
    targets = (("aws_s3_bucket_logging", "target_bucket"), ("aws_s3_bucket", "logging.target_bucket"))
    return any(project.companions(bucket, type, by, ("bucket",))[0] for type, by in targets)


LOG_BUCKET = Needed("log-bucket", "name of the bucket that collects access logs")


def _log_access(value: Value, element: Node, project: Project) -> Intent | None:
    bucket = element if isinstance(element, Block) else element.block
    prefix = Expression(f'"${{{bucket.address}.id}}/"') if bucket is not None else "log/"
    add = add_companion("aws_s3_bucket_logging", {
        "bucket": subject("id"), "target_bucket": LOG_BUCKET, "target_prefix": prefix,
    })
    return add(value, element, project)


requirement(
    "aws-s3-bucket-access-not-logged",
    severity=LOW,
    cwe=778,
    title="Access to the S3 bucket is not logged",
    why="After a leak nobody can tell which objects were read, when, and from where.",
    terraform=(
        bind(
            "aws_s3_bucket: logging",
            unless=some(beside("aws_s3_bucket_logging"), related("receives logs", _receives_logs)),
        ),
        bind(
            f"{MODULE}: logging", must=be_filled, fix=set_to({"target_bucket": LOG_BUCKET, "target_prefix": "log/"}),
            unless=some(where("acl", "log-delivery-write"), *(
                where(f"attach_{kind}_log_delivery_policy", be_true) for kind in ("elb", "lb", "access", "cloudtrail", "waf")
            )),
        ),
    ),
    must=be_present,
    fix=_log_access,
    references=(GUIDE + "ServerLogs.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_18", "AVD-AWS-0089", "KICS:f861041c-8c9f-4156-acfc-5e6e524f5884", "aws-s3-enable-bucket-logging"
        ),
    ),
    tags=("logging",),
)
