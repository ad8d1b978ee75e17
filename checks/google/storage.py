"""Cloud Storage: who may read a bucket, and what is kept of its objects."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_none_of,
    be_one_of,
    be_present,
    be_true,
    in_ansible,
    in_terraform,
    need_path,
    requirement,
    set_to,
    where,
)

DOCS = "https://cloud.google.com/storage/docs/"
UNIFORM = DOCS + "uniform-bucket-level-access"
PREVENTION = DOCS + "public-access-prevention"
ACLS = DOCS + "access-control/lists"
VERSIONING = DOCS + "object-versioning"
LOGS = DOCS + "access-logs"

BUCKET = "google.cloud.gcp_storage_bucket"
REMOVED = where("state", "absent")

requirement(
    "google-bucket-object-acls",
    severity=MEDIUM,
    cwe=284,
    title="Bucket's objects have access lists of their own",
    why="One object's list can make it public while the bucket looks private, and nobody sees it in the bucket's policy.",
    terraform="google_storage_bucket: uniform_bucket_level_access",
    ansible=f"{BUCKET}: iam_configuration.uniform_bucket_level_access.enabled",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="access granted by object lists alone is lost"),
    references=(UNIFORM,),
    aliases=(in_terraform("CKV_GCP_29", "AVD-GCP-0002", "AC_GCP_0234", "KICS:bb0db090-5509-4853-a827-75ced0b3caa0"),),
    tags=("identity",),
)

requirement(
    "google-bucket-public-acl",
    severity=HIGH,
    cwe=732,
    title="Access list of a bucket names everybody",
    why="Anybody on the Internet, or anybody with a Google account, reads what is in it; search engines find it.",
    terraform=(
        "google_storage_bucket_access_control|google_storage_object_access_control"
        "|google_storage_default_object_access_control: entity"
    ),
    ansible=(f"{BUCKET}: acl.entity", f"{BUCKET}: default_object_acl.entity"),
    must=be_none_of("allUsers", "allAuthenticatedUsers"),
    unless=REMOVED,
    references=(ACLS,),
    aliases=(in_ansible("KICS:086031e1-9d4a-4249-acb3-5bfe4c363db2"),),
    tags=("identity",),
    remedy="Name the group, service account or user that needs access.",
)

requirement(
    "google-bucket-public-access-not-prevented",
    severity=LOW,
    cwe=732,
    title="Public access to a bucket is not ruled out",
    why="One grant to allUsers, now or later, makes it public; prevention would refuse the grant.",
    terraform="google_storage_bucket: public_access_prevention",
    must=be_one_of("enforced"),
    when_missing=VIOLATED,
    fix=set_to("enforced", at_most=UNSAFE, note="readers without an identity lose access"),
    references=(PREVENTION,),
    aliases=(in_terraform("CKV_GCP_114"),),
    tags=("identity",),
    default=False,
)

requirement(
    "google-bucket-not-versioned",
    severity=LOW,
    cwe=693,
    title="Bucket keeps no old versions",
    why="An object that is overwritten or deleted, by mistake or by ransomware, cannot be brought back.",
    terraform="google_storage_bucket: versioning.enabled",
    ansible=f"{BUCKET}: versioning.enabled",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True),
    references=(VERSIONING,),
    aliases=(
        in_terraform("CKV_GCP_78", "AVD-GCP-0078", "KICS:e7e961ac-d17e-4413-84bc-8a1fbe242944"),
        in_ansible("KICS:7814ddda-e758-4a56-8be3-289a81ded929"),
    ),
    tags=("availability",),
    default=False,
)

requirement(
    "google-bucket-not-logged",
    severity=LOW,
    cwe=778,
    title="Access to a bucket is not logged",
    why="Nobody can say afterwards who read or changed which object.",
    terraform="google_storage_bucket: logging",
    ansible=f"{BUCKET}: logging",
    must=be_present,
    unless=REMOVED,
    fix=need_path("logging.log_bucket", "log-bucket", "name of the bucket that receives access logs"),
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_GCP_62", "AVD-GCP-0077", "KICS:d6cabc3a-d57e-48c2-b341-bf3dd4f4a120"),
        in_ansible("KICS:507df964-ad97-4035-ab14-94a82eabdfdd"),
    ),
    tags=("logging",),
    default=False,
)
