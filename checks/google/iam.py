"""Identity and Access Management: who is granted what, and by which keys."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block, Node
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    Finding,
    be_none_of,
    be_present,
    in_terraform,
    match,
    need,
    not_,
    requirement,
    rule,
    start_with,
)

DOCS = "https://cloud.google.com/iam/docs/"
OVERVIEW = DOCS + "overview"
ROLES = DOCS + "roles-overview"
IMPERSONATION = DOCS + "service-account-permissions"
KEYS = DOCS + "best-practices-for-managing-service-account-keys"

GRANTS = "google_project_iam_member|google_project_iam_binding"
FOLDERS = "google_folder_iam_member|google_folder_iam_binding"
ORGANIZATIONS = "google_organization_iam_member|google_organization_iam_binding"
SERVICES = (
    "google_cloud_run_*",
    "google_cloud_run_v2_*",
    "google_cloudfunctions_*",
    "google_cloudfunctions2_*",
    "google_api_gateway_*",
)
PUBLIC = ("allUsers", "allAuthenticatedUsers")
ADMIN = match(r"roles/(owner|editor)|roles/\S*[aA]dmin")
BORROWING = ("roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator")


def _members(block: Node) -> Iterator[Value]:
    """The member, or each of the members, of a grant."""
    for path in ("member", "members"):
        for value in block.each(path):
            yield from value.items if value.kind == "list" else (value,)


public_grant = rule(
    "google-public-grant",
    severity=HIGH,
    cwe=732,
    title="Everybody is granted access to a resource",
    why="Anybody on the Internet, or anybody with a Google account, uses it without further permission.",
    references=(OVERVIEW,),
    aliases=(
        in_terraform("AVD-GCP-0001", "CKV_GCP_28", type="google_storage_bucket_iam_*"),
        in_terraform(
            "AC_GCP_0237", "KICS:a6cd52a1-3056-4910-96a5-894de9f3f3b3", type="google_storage_bucket_iam_binding"
        ),
        in_terraform(
            "AC_GCP_0238", "KICS:c010082c-76e0-4b91-91d9-6e8439e455dd", type="google_storage_bucket_iam_member"
        ),
        in_terraform("CKV_GCP_101", type="google_artifact_registry_repository_iam_*"),
        in_terraform("KICS:a7b8c9d0-e1f2-3a4b-5c6d-7e8f90123456", type="google_artifact_registry_repository_iam_*"),
        in_terraform("CKV_GCP_100", "KICS:a9b8c7d6-e5f4-3210-abcd-1234567890ab", type="google_bigquery_table_iam_*"),
        in_terraform("CKV_GCP_98", "KICS:e3f7a9b1-c2d3-4e5f-8901-23456789abcd", type="google_dataproc_cluster_iam_*"),
        in_terraform("CKV_GCP_99", "KICS:7sdj7dsj8-f348-4f95-845c-1090e41a615c", type="google_pubsub_topic_iam_*"),
        in_terraform("KICS:d4e5f6g7-h8i9-0jkl-mnop-qrstuvwx1234", type="google_kms_key_ring_iam_*"),
        in_terraform("CKV_GCP_113", type="google_iam_policy"),
        in_terraform("KICS:16cc87d1-dd47-4f46-b3ce-4dfcac8fd2f5", type="google_iam_policy"),
        in_terraform("CKV_GCP_112", type="google_kms_crypto_key_iam_*"),
    ),
    tags=("identity",),
)

public_service = rule(
    "google-public-service",
    severity=LOW,
    cwe=306,
    title="Everybody may call a service",
    why="It may be meant, for a public site; otherwise strangers use it, and its bill and its faults are yours.",
    references=(OVERVIEW,),
    aliases=(
        in_terraform("CKV_GCP_102", "KICS:7e3c1a2b-9d4f-4c8e-8a5b-0f1e2d3c4b6a", type="google_cloud_run_service_iam_*"),
    ),
    tags=("identity",),
    default=False,
)


def _is_service(block: Block) -> bool:
    import fnmatch

    return any(fnmatch.fnmatchcase(block.type, pattern) for pattern in SERVICES)


def _public(block: Block, project: Project) -> Iterator[Finding]:
    policies = elements(block, "binding") if block.kind == "data" else (block,)
    for element in policies:
        members = list(_members(element))
        for value in members:
            if value.is_(PUBLIC):
                fix = need("trusted-member", "who may use it, such as group:team@example.com", at_most=UNSAFE)
                intent = fix(value, element, project)
                yield Finding(value, f"access is granted to {value.text}", (intent,) if intent else ())


@public_grant.check(terraform="google_*_iam_member|google_*_iam_binding|data.google_iam_policy")
def granted_to_all(block: Block, project: Project) -> Iterator[Finding]:
    """allUsers or allAuthenticatedUsers among the members, of anything but a service to be called."""
    if not _is_service(block):
        yield from _public(block, project)


@public_service.check(terraform="google_*_iam_member|google_*_iam_binding")
def callable_by_all(block: Block, project: Project) -> Iterator[Finding]:
    """The same of a service to be called over HTTP."""
    if _is_service(block):
        yield from _public(block, project)


service_account_admin = rule(
    "google-service-account-administers",
    severity=HIGH,
    cwe=269,
    title="Service account administers a project, folder or organization",
    why="Whoever gets hold of its key, or of a machine that runs as it, owns everything in there.",
    references=(ROLES,),
    aliases=(
        in_terraform("AVD-GCP-0007"),
        in_terraform("CKV_GCP_42", type="google_project_iam_member"),
        in_terraform("KICS:84d36481-fd63-48cb-838e-635c44806ec2", type="google_project_iam_member"),
        in_terraform("AC_GCP_0007", "KICS:cefdad16-0dd5-4ac5-8ed2-a37502c78672", type="google_project_iam_*"),
        in_terraform("KICS:cefdad16-0dd5-4ac5-8ed2-a37502c78672", type="google_iam_policy"),
    ),
    tags=("identity",),
    remedy="Grant the few roles its work needs, on the resources it works with.",
)

IS_SERVICE_ACCOUNT = start_with("serviceAccount:")


@service_account_admin.check(terraform=f"{GRANTS}|{FOLDERS}|{ORGANIZATIONS}|data.google_iam_policy")
def administers(block: Block, project: Project) -> Iterator[Finding]:
    """A role of owner, editor or administrator for a service account."""
    for element in elements(block, "binding") if block.kind == "data" else (block,):
        role = element.at("role")
        if ADMIN(role) is True and any(IS_SERVICE_ACCOUNT(value) is True for value in _members(element)):
            yield Finding(role, f"a service account has {role.text}")


requirement(
    "google-service-accounts-borrowed",
    severity=MEDIUM,
    cwe=269,
    title="All service accounts of a project, folder or organization may be borrowed",
    why="Whoever holds the role acts as any of them, and so has the rights of the mightiest.",
    terraform=f"{GRANTS}|{FOLDERS}|{ORGANIZATIONS}: role",
    must=be_none_of(*BORROWING),
    references=(IMPERSONATION,),
    aliases=(
        in_terraform("CKV_GCP_41", "AVD-GCP-0011", type="google_project_iam_*"),
        in_terraform("KICS:c68b4e6d-4e01-4ca1-b256-1e18e875785c", type="google_project_iam_member"),
        in_terraform("KICS:617ef6ff-711e-4bd7-94ae-e965911b1b40", type="google_project_iam_binding"),
        in_terraform("CKV_GCP_44", "AVD-GCP-0005", type="google_folder_iam_*"),
        in_terraform("CKV_GCP_45", "AVD-GCP-0009", type="google_organization_iam_*"),
    ),
    tags=("identity",),
    remedy="Grant the role on the one service account that is needed: google_service_account_iam_member.",
)

requirement(
    "google-user-granted-directly",
    severity=LOW,
    cwe=284,
    title="Role is granted to a single person",
    why="Grants to people outlive their jobs; a group is kept up to date by those who know who left.",
    terraform=(
        f"{GRANTS}|{FOLDERS}|{ORGANIZATIONS}: member",
        f"{GRANTS}|{FOLDERS}|{ORGANIZATIONS}: members.*",
        "data.google_iam_policy: binding.members.*",
    ),
    must=not_(start_with("user:")),
    fix=need("trusted-group", "a group, such as group:team@example.com", at_most=UNSAFE),
    references=(OVERVIEW,),
    aliases=(
        in_terraform("AVD-GCP-0003"),
        in_terraform("KICS:704fcc44-a58f-4af5-82e2-93f2a58ef918", type=("google_project_iam_*", "google_iam_policy")),
    ),
    tags=("hygiene", "identity"),
    default=False,
)

requirement(
    "google-service-account-key",
    severity=MEDIUM,
    cwe=522,
    title="Key of a service account is made and kept outside Google",
    why="It works from anywhere for years, and a copy of it lies in the Terraform state.",
    terraform="google_service_account_key: public_key_data",
    must=be_present,
    message="private key of a service account is created and stored in the Terraform state",
    references=(KEYS,),
    aliases=(in_terraform("KICS:3jh54js8-e5f6-7890-abcd-ef1234567890"),),
    tags=("identity",),
    remedy="Attach the service account to the machine, or use workload identity federation.",
)
