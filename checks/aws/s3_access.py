"""Simple Storage Service: whom ACLs let in, and the public access block that overrules them.

Since April 2023 new buckets block public access, so a block that is left out weighs less than one switched off.
"""

from __future__ import annotations

from typing import Any

from iaclint.checks.aws._registry import version_below
from iaclint.model.block import Block, Node
from iaclint.model.intent import Remove
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Condition,
    Intent,
    add_companion,
    be_absent,
    be_none_of,
    be_present,
    be_true,
    bind,
    companion,
    contain_any,
    contain_none,
    each_item,
    equal,
    exists,
    has,
    in_ansible,
    in_terraform,
    related,
    remove_items,
    requirement,
    set_to,
    some,
    subject,
    where,
)
from iaclint.rules.requirement import Binding

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
BLOCK_PUBLIC = GUIDE + "access-control-block-public-access.html"
ACLS = GUIDE + "acl-overview.html"

BLOCK = "aws_s3_bucket_public_access_block"
MODULE = "module:terraform-aws-modules/s3-bucket/aws"
ACCOUNT_BLOCK = "aws_s3_account_public_access_block"
SWITCHES = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
ANY_ACCOUNT = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"

ABSENT = where("state", "absent")
# a server that only speaks the protocol has none of S3's own settings and defaults
NOT_S3 = some(ABSENT, where("ceph", be_true), has("endpoint_url"))


def beside(type: str) -> Condition:
    """The bucket has a resource of its own for this."""
    return companion(type, by="bucket", identities=("bucket",))


# --- open to others by ACL ------------------------------------------------------------


def _is_overruled(element: Node, project: Project) -> Truth:
    bucket = element if isinstance(element, Block) else element.block
    if bucket is not None and bucket.type == "aws_s3_bucket_acl":
        bucket = project.follow(bucket.get("bucket"))
    if bucket is None:
        return False
    if bucket.language == "ansible":
        return bucket.at("public_access.ignore_public_acls").is_(True)
    blocks, _ = project.companions(bucket, BLOCK, "bucket", ("bucket",))
    return any(block.get("ignore_public_acls").is_(True) for block in blocks)


# an ACL is written down here, a block that may lie elsewhere is not: what is unknown overrules nothing
OVERRULED = related("the public access block makes the ACL void", _is_overruled)
PRIVATE = set_to("private", at_most=UNSAFE, note="those who use the bucket through this ACL are locked out")


def _remove_grant(value: Value, element: Node, project: Project) -> Intent:
    note = "those who use the bucket through this grant are locked out"
    return Intent("remove the grant", (Remove(element),), UNSAFE, None, note)


def _acl(canned: tuple[str, ...], groups: tuple[str, ...], permissions: tuple[str, ...], whom: str) -> tuple[Binding, ...]:
    """The three ways to state who may use a bucket: a canned ACL, and grants in either spelling."""
    granted: dict[str, Any] = {"must": be_none_of(*groups), "fix": _remove_grant, "message": f"a grant lets {whom}"}
    return (
        bind(f"aws_s3_bucket|aws_s3_bucket_acl|{MODULE}: acl", must=be_none_of(*canned)),
        bind("aws_s3_bucket: uri", each="grant", where=where("permissions", contain_any(*permissions)), **granted),
        bind("aws_s3_bucket_acl: grantee.uri", each="access_control_policy.grant",
             where=where("permission", contain_any(*permissions)), **granted),
    )


def _canned(*acls: str) -> tuple[Binding, ...]:
    return (
        bind("amazon.aws.s3_bucket: acl", must=be_none_of(*acls)),
        bind("amazon.aws.s3_object: permission", must=each_item(be_none_of(*acls)), unless=ABSENT),
    )


requirement(
    "aws-s3-bucket-publicly-writable",
    severity=CRITICAL,
    cwe=732,
    title="The S3 bucket's ACL lets everybody write to it",
    why="Anybody can replace what you serve, store what they like at your expense, or fill the bucket with malware.",
    terraform=_acl(("public-read-write",), (ALL_USERS, ANY_ACCOUNT), ("WRITE", "WRITE_ACP", "FULL_CONTROL"),
                   "everybody write to the S3 bucket"),
    ansible=_canned("public-read-write"),
    must=be_present,
    unless=OVERRULED,
    fix=PRIVATE,
    references=(ACLS,),
    aliases=(
        in_terraform("CKV_AWS_57", "CKV_AWS_20", "CKV_AWS_375", "AVD-AWS-0092", "AC_AWS_0212", "AC_AWS_0213"),
        in_terraform("AC_AWS_0496", type="aws_s3_bucket"),
        in_terraform("CKV_AWS_379", type="aws_s3_bucket_acl"),
        in_terraform("KICS:38c5ee0d-7f22-4260-ab72-5073048df100"),
        in_ansible("KICS:a1ef9d2e-4163-40cb-bd92-04f0d602a15d", "KICS:c3e073c1-f65e-4d18-bd67-4a8f20ad1ab9"),
    ),
    tags=("identity",),
)

requirement(
    "aws-s3-bucket-publicly-readable",
    severity=HIGH,
    cwe=732,
    title="The S3 bucket's ACL lets everybody list it",
    why="The names of all objects are public, and with them every object whose own ACL says the same.",
    terraform=_acl(("public-read", "website"), (ALL_USERS,), ("READ", "READ_ACP"), "everybody list the S3 bucket"),
    ansible=_canned("public-read"),
    must=be_present,
    unless=OVERRULED,
    fix=PRIVATE,
    references=(ACLS,),
    aliases=(
        in_terraform("CKV_AWS_20", "AVD-AWS-0092", "AC_AWS_0210", "KICS:38c5ee0d-7f22-4260-ab72-5073048df100"),
        in_terraform("AC_AWS_0496", type="aws_s3_bucket"),
        in_terraform("CKV_AWS_379", type="aws_s3_bucket_acl"),
        in_ansible("KICS:a1ef9d2e-4163-40cb-bd92-04f0d602a15d", "KICS:c3e073c1-f65e-4d18-bd67-4a8f20ad1ab9"),
    ),
    tags=("identity",),
)

requirement(
    "aws-s3-bucket-readable-by-any-account",
    severity=HIGH,
    cwe=732,
    title="The S3 bucket's ACL lets every AWS account list it",
    why="\"Authenticated\" means anybody with an AWS account of their own, which costs nothing: that is as good as public.",
    terraform=_acl(("authenticated-read",), (ANY_ACCOUNT,), ("READ", "READ_ACP"), "every AWS account list the S3 bucket"),
    ansible=_canned("authenticated-read"),
    must=be_present,
    unless=OVERRULED,
    fix=PRIVATE,
    references=(ACLS,),
    aliases=(
        in_terraform("CKV_AWS_20", "AVD-AWS-0092", "AC_AWS_0211", "KICS:57b9893d-33b1-4419-bcea-a717ea87e139"),
        in_terraform("CKV2_AWS_43", "KICS:d4e5f6g7-h8i9-0jkl-1234-mn567opq8901", type="aws_s3_bucket_acl"),
        in_ansible("KICS:75480b31-f349-4b9a-861f-bce19588e674"),
    ),
    tags=("identity",),
)

requirement(
    "aws-s3-bucket-acl-delegated",
    severity=MEDIUM,
    cwe=732,
    title="A grant lets somebody else rewrite the S3 bucket's ACL",
    why="Whoever may write the ACL can give themselves and everybody else every other permission.",
    terraform=(
        bind("aws_s3_bucket: permissions", each="grant", must=contain_none("WRITE_ACP"),
             fix=(remove_items("WRITE_ACP", at_most=UNSAFE), _remove_grant)),
        bind("aws_s3_bucket_acl: permission", each="access_control_policy.grant"),
    ),
    must=be_none_of("WRITE_ACP"),
    message="a grant lets somebody else rewrite the ACL of the S3 bucket",
    fix=_remove_grant,
    references=(ACLS,),
    aliases=(in_terraform("KICS:64a222aa-7793-4e40-915f-4b302c76e4d4", type="aws_s3_bucket_acl"),),
    tags=("identity",),
)

requirement(
    "aws-s3-acls-enabled",
    severity=LOW,
    cwe=732,
    title="The S3 bucket decides by ACLs who has access",
    why="Each object can then be opened on its own, by whoever uploads it, where no policy and no review sees it.",
    terraform=(
        "aws_s3_bucket_ownership_controls: rule.object_ownership",
        bind(f"{MODULE}: object_ownership", when=where("control_object_ownership", be_true)),
    ),
    ansible=bind("amazon.aws.s3_bucket: object_ownership", unless=NOT_S3),
    must=equal("BucketOwnerEnforced"),
    fix=set_to("BucketOwnerEnforced", at_most=UNSAFE, note="access that is given by an ACL ends, and uploads that set one fail"),
    references=(GUIDE + "about-object-ownership.html",),
    aliases=(in_terraform("CKV2_AWS_65", type="aws_s3_bucket_ownership_controls"),),
    tags=("identity", "hygiene"),
    default=False,
)


def _blocks_all(element: Node, project: Project) -> Truth:
    bucket = element if isinstance(element, Block) else element.block
    if bucket is not None and bucket.type == "aws_s3_bucket_acl":
        bucket = project.follow(bucket.get("bucket"))
    if bucket is None:
        return False
    blocks, _ = project.companions(bucket, BLOCK, "bucket", ("bucket",))
    return any(all(block.get(switch).is_(True) for switch in SWITCHES) for block in blocks)


requirement(
    "aws-s3-bucket-ineffective-acl",
    severity=LOW,
    cwe=1164,
    title="The public ACL of the S3 bucket has no effect",
    why="The public access block makes it void: one of the two does not say what is meant, and the bucket opens the day the "
    "block is taken away.",
    terraform="aws_s3_bucket|aws_s3_bucket_acl: acl",
    must=be_none_of("public-read", "public-read-write", "authenticated-read", "website"),
    when=related("all public access is blocked", _blocks_all),
    fix=set_to("private"),
    references=(BLOCK_PUBLIC,),
    aliases=(in_terraform("KICS:bf878b1a-7418-4de3-b13c-3a86cf894920"),),
    tags=("hygiene",),
    default=False,
)

# --- the public access block ----------------------------------------------------------

requirement(
    "aws-s3-bucket-without-public-access-block",
    severity=LOW,
    cwe=732,
    title="The S3 bucket has no public access block",
    why="Buckets made before April 2023 block nothing by default, and on any bucket one careless ACL or policy can then "
    "publish everything.",
    terraform=bind(
        "aws_s3_bucket", unless=some(beside(BLOCK), exists(ACCOUNT_BLOCK)), message="no public access block for the bucket",
        fix=add_companion(BLOCK, {"bucket": subject("id"), **dict.fromkeys(SWITCHES, True)}, at_most=UNSAFE),
    ),
    ansible=bind(
        "amazon.aws.s3_bucket: public_access", must=be_present, unless=NOT_S3,
        fix=set_to(dict.fromkeys(SWITCHES, True), at_most=UNSAFE),
    ),
    must=be_absent,
    fix_safety="A bucket that is meant to be public, such as a website, is closed by it.",
    references=(BLOCK_PUBLIC,),
    aliases=(in_terraform("CKV2_AWS_6", "AVD-AWS-0094", "AVD-AWS-0086", "AVD-AWS-0087", "AVD-AWS-0091", "AVD-AWS-0093"),),
    tags=("identity",),
)


def _switch(name: str, switch: str, title: str, why: str, *aliases: str) -> None:
    requirement(
        name,
        severity=MEDIUM,
        cwe=732,
        title=title,
        why=why,
        terraform=(
            f"{BLOCK}|{ACCOUNT_BLOCK}: {switch}",
            bind(f"aws_s3_access_point: public_access_block_configuration.{switch}", when_missing="ok"),
            # the module blocks by itself since 3.9
            bind(f"{MODULE}: {switch}", when=some(has(switch), version_below("3.9.0"))),
        ),
        ansible=bind(f"amazon.aws.s3_bucket: public_access.{switch}", when_parent_missing="ok", unless=NOT_S3),
        must=be_true,
        when_missing=VIOLATED,
        fix=set_to(True, at_most=UNSAFE),
        fix_safety="Those who rely on public access to the bucket are locked out.",
        references=(BLOCK_PUBLIC,),
        aliases=(in_terraform(*aliases), in_terraform("CKV_AWS_392", type="aws_s3_access_point")),
        tags=("identity",),
    )


_switch(
    "aws-s3-public-acl-accepted", "block_public_acls", "The public access block of S3 accepts public ACLs",
    "A tool or a colleague can make objects public one by one, where nobody reviews it.",
    "CKV_AWS_53", "AVD-AWS-0086", "KICS:d0cc8694-fcad-43ff-ac86-32331d7e867f",
)
_switch(
    "aws-s3-public-policy-accepted", "block_public_policy", "The public access block of S3 accepts public bucket policies",
    "One bucket policy with a wildcard is enough to publish everything the bucket holds.",
    "CKV_AWS_54", "AVD-AWS-0087", "KICS:1a4bc881-9f69-4d44-8c9a-d37d08f54c50",
)
_switch(
    "aws-s3-public-acl-honoured", "ignore_public_acls", "The public access block of S3 honours public ACLs",
    "Objects that carry a public ACL from earlier days, or from another account, stay readable for everybody.",
    "CKV_AWS_55", "AVD-AWS-0091", "KICS:4fa66806-0dd9-4f8d-9480-3174d39c7c91",
)
_switch(
    "aws-s3-public-policy-honoured", "restrict_public_buckets", "The public access block of S3 honours public bucket policies",
    "A public policy that is already in place keeps the bucket open to everybody.",
    "CKV_AWS_56", "AVD-AWS-0093", "KICS:1ec253ab-c220-4d63-b2de-5b40e0af9293",
)
