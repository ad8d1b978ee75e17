"""What a trail records of S3 objects, and the bucket it writes to: who may read it, and whether that is logged."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.policy_statements import everybody, is_narrowed, statements
from iaclint.model.block import Block, Node
from iaclint.model.intent import Append
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    CRITICAL,
    LOW,
    UNSAFE,
    Finding,
    Intent,
    Needed,
    add_companion,
    be_absent,
    equal,
    in_terraform,
    related,
    requirement,
    rule,
    set_to,
    subject,
    where,
)

GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
S3_EVENTS = GUIDE + "logging-data-events-with-cloudtrail.html"
BUCKET = "aws_s3_bucket"
BLOCK = "aws_s3_bucket_public_access_block"
ACL = "aws_s3_bucket_acl"
GROUPS = "http://acs.amazonaws.com/groups/global/"
OPEN_ACLS = ("public-read", "public-read-write", "authenticated-read", "website")

# --- the bucket of a trail ------------------------------------------------------------

public_bucket = rule(
    "aws-cloudtrail-bucket-public",
    severity=CRITICAL,
    cwe=732,
    title="Everybody may read the bucket the trail writes to",
    why="The log files name every user, role, resource and address of the account: a map for whoever plans to break in.",
    references=(GUIDE + "cloudtrail-security-best-practices.html",),
    remedy="Make the bucket private and block all public access to it.",
    aliases=(in_terraform("KICS:bd0088a5-c133-4b20-b129-ec9968b16ef3", "AVD-AWS-0161"),),
    tags=("identity", "logging"),
)

unlogged_bucket = rule(
    "aws-cloudtrail-bucket-not-logged",
    severity=LOW,
    cwe=778,
    title="Access to the bucket the trail writes to is not logged",
    why="Nobody can tell who read the trail, or tried to delete it.",
    references=(GUIDE + "cloudtrail-security-best-practices.html",),
    aliases=(
        in_terraform("KICS:ee9e50e8-b2ed-4176-ad42-8fc0cf7593f4", "AVD-AWS-0163", "AC_AWS_0497"),
    ),
    tags=("logging",),
    default=False,
)


def _holds_trail(bucket: Block, project: Project) -> bool:
    return any(
        project.refers_to(trail.get("s3_bucket_name"), bucket, ("bucket",)) is True
        for trail in project.blocks("aws_cloudtrail", "resource")
    )


@public_bucket.check(terraform=BUCKET)
def trail_is_public(bucket: Block, project: Project) -> Iterator[Finding]:
    """An ACL or a policy that lets everybody in, which no public access block makes void."""
    if not _holds_trail(bucket, project):
        return
    blocks, _ = project.companions(bucket, BLOCK, "bucket", ("bucket",))
    note = "those who read it through this ACL are locked out"
    if not any(block.get("ignore_public_acls").is_(True) for block in blocks):
        for holder in (bucket, *project.companions(bucket, ACL, "bucket", ("bucket",))[0]):
            acl = holder.get("acl")
            if acl.is_(OPEN_ACLS):
                fix = set_to("private", at_most=UNSAFE, note=note)(acl, holder, project)
                yield Finding(acl, f'the bucket of the trail is public: its ACL is "{acl.text}"', (fix,) if fix else ())
            for path in ("grant.uri", "access_control_policy.grant.grantee.uri"):
                for uri in holder.each(path):
                    if uri.text is not None and uri.text.startswith(GROUPS):
                        yield Finding(uri, "the bucket of the trail is public: a grant lets everybody in")
    if not any(block.get("restrict_public_buckets").is_(True) for block in blocks):
        policies = project.companions(bucket, "aws_s3_bucket_policy", "bucket", ("bucket",))[0]
        for holder in (bucket, *policies):
            for statement in statements(holder, project):
                anybody = everybody(statement)
                if statement.effect == "Allow" and anybody is not None and not is_narrowed(statement):
                    yield Finding(anybody, "the bucket of the trail is public: its policy lets everybody in")


@unlogged_bucket.check(terraform=BUCKET)
def trail_is_not_logged(bucket: Block, project: Project) -> Iterator[Finding]:
    """No block and no resource that logs access to the bucket."""
    if not _holds_trail(bucket, project) or not bucket.at("logging").is_missing or bucket.children("logging"):
        return
    if project.companions(bucket, "aws_s3_bucket_logging", "bucket", ("bucket",))[1] is False:
        add = add_companion("aws_s3_bucket_logging", {
            "bucket": subject("id"), "target_prefix": "cloudtrail/",
            "target_bucket": Needed("log-bucket", "name of the bucket that collects access logs"),
        })  # fmt: skip
        fix = add(bucket.get("logging"), bucket, project)
        yield Finding(bucket, "access to the bucket of the trail is not logged", (fix,) if fix is not None else ())


# --- S3 objects in the trail ----------------------------------------------------------

requirement(
    "aws-cloudtrail-s3-objects-partly-logged",
    severity=LOW,
    cwe=778,
    title="The trail records only part of what happens to S3 objects",
    why="Either who read the data or who changed it stays unknown.",
    terraform="aws_cloudtrail: read_write_type",
    each="event_selector",
    where=where("data_resource.type", "AWS::S3::Object"),
    must=equal("All"),
    fix=set_to("All"),
    references=(S3_EVENTS,),
    aliases=(in_terraform("KICS:a8fc2180-b3ac-4c93-bd0d-a55b974e4b07", "AVD-AWS-0171", "AVD-AWS-0172"),),
    tags=("logging",),
    default=False,
)


def _logs_objects(element: Node, project: Project) -> Truth:
    trail = element if isinstance(element, Block) else element.block
    if trail is None:
        return None
    values = [*trail.each("event_selector.data_resource.type"), *trail.each("advanced_event_selector.field_selector.equals.*")]
    if any(value.is_("AWS::S3::Object") for value in values):
        return True
    selectors = [*trail.children("event_selector"), *trail.children("advanced_event_selector")]
    return None if any(value.is_unknown for value in values) or any(one.is_symbolic for one in selectors) else False


def _log_objects(value: Value, element: Node, project: Project) -> Intent | None:
    trail = element if isinstance(element, Block) else element.block
    if trail is None or trail.children("advanced_event_selector"):
        return None
    new = {
        "read_write_type": "All", "include_management_events": True,
        "data_resource": {"type": "AWS::S3::Object", "values": ["arn:aws:s3"]},
    }  # fmt: skip
    return Intent("record what happens to S3 objects", (Append(trail, new, "event_selector"),), note="data events are paid for")


requirement(
    "aws-cloudtrail-s3-objects-not-logged",
    severity=LOW,
    cwe=778,
    title="The trail does not record what happens to S3 objects",
    why="After a leak nobody can tell which objects were read, changed or deleted, and by whom.",
    terraform="aws_cloudtrail:",
    must=be_absent,
    unless=related("records S3 objects", _logs_objects),
    message="the trail records no events of S3 objects",
    fix=_log_objects,
    fix_safety="Data events are paid for, by their number.",
    references=(S3_EVENTS,),
    aliases=(in_terraform("AVD-AWS-0171", "AVD-AWS-0172"),),
    tags=("logging",),
    default=False,
)
