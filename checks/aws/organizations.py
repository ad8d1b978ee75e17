"""Organizations and IAM Identity Center: guardrails over accounts, and how long people stay logged in."""

from iaclint.rules import LOW, MEDIUM, UNSAFE, be_absent, differ, in_terraform, match, requirement, set_to

ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html"
SESSIONS = "https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html"
SOURCES = "https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source.html"

requirement(
    "aws-organization-billing-only",
    severity=MEDIUM,
    cwe=284,
    title="The organization only shares bills",
    why="Service control policies are off, so nothing stops an account's administrators from leaving regions, logs or "
    "encryption behind.",
    terraform="aws_organizations_organization: feature_set",
    must=differ("CONSOLIDATED_BILLING"),
    fix=set_to("ALL", at_most=UNSAFE, note="accounts that were invited must agree, and it cannot be taken back"),
    references=(ORGANIZATIONS,),
    aliases=(in_terraform("KICS:5ba6229c-8057-433e-91d0-21cf13569ca9"),),
    tags=("identity",),
)

requirement(
    "aws-sso-long-session",
    severity=LOW,
    cwe=613,
    title="Sessions of the permission set last longer than an hour",
    why="Credentials that were stolen from a laptop stay of use for as long.",
    terraform="aws_ssoadmin_permission_set: session_duration",
    must=match(r"PT(?:1H|[1-5]?\dM|60M|(?:\d{1,3}|[12]\d{3}|3[0-5]\d{2}|3600)S)", "an hour at most"),
    fix=set_to("PT1H", at_most=UNSAFE, note="people have to log in again more often"),
    references=(SESSIONS,),
    aliases=(in_terraform("KICS:ce9dfce0-5fc8-433b-944a-3b16153111a8"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-sso-local-user",
    severity=LOW,
    cwe=287,
    title="A user of Identity Center is written down by hand",
    why="The user is not known to the directory of the company, and keeps access when its owner leaves.",
    terraform="aws_identitystore_user:",
    must=be_absent,
    message="the user is written down by hand rather than synchronised from a directory",
    references=(SOURCES,),
    remedy="Connect Identity Center to the directory your people are managed in.",
    aliases=(in_terraform("KICS:4003118b-046b-4640-b200-b8c7a4c8b89f"),),
    tags=("identity", "hygiene"),
    default=False,
)
