"""Cloud DNS."""

from __future__ import annotations

from iaclint.rules import (
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_one_of,
    differ,
    in_ansible,
    in_terraform,
    requirement,
    set_to,
    some,
    where,
)

DNSSEC = "https://cloud.google.com/dns/docs/dnssec"
ZONE, ANSIBLE = "google_dns_managed_zone", "google.cloud.gcp_dns_managed_zone"
REMOVED = where("state", "absent")

requirement(
    "google-dns-zone-unsigned",
    severity=MEDIUM,
    cwe=345,
    title="DNS zone is not signed",
    why="Forged answers send users and mail to an attacker's machines, and nobody can tell them from the real ones.",
    terraform=f"{ZONE}: dnssec_config.state",
    ansible=f"{ANSIBLE}: dnssec_config.state",
    must=be_one_of("on", "transfer", "true", ignore_case=True),
    when_missing=VIOLATED,
    unless=some(REMOVED, where("visibility", "private", when_missing=False)),
    fix=set_to("on", note="takes effect once the registrar holds the zone's DS record"),
    references=(DNSSEC,),
    aliases=(
        in_terraform("CKV_GCP_16", "AVD-GCP-0013", "AC_GCP_0014", "KICS:5ef61c88-bbb4-4725-b1df-55d23c9676bb"),
        in_ansible("KICS:80b15fb1-6207-40f4-a803-6915ae619a03"),
    ),
    tags=("network",),
)

requirement(
    "google-dns-sha1-signatures",
    severity=MEDIUM,
    cwe=327,
    title="DNS zone is signed with SHA-1",
    why="Resolvers have begun to ignore such signatures, and collisions of SHA-1 can be computed.",
    terraform=f"{ZONE}: dnssec_config.default_key_specs.algorithm",
    ansible=f"{ANSIBLE}: dnssec_config.default_key_specs.algorithm",
    must=differ("rsasha1"),
    unless=REMOVED,
    fix=set_to("rsasha256", at_most=UNSAFE, note="the zone must be signed anew"),
    references=(DNSSEC,),
    aliases=(
        in_terraform("CKV_GCP_17", "AVD-GCP-0012", "AC_GCP_0013", "KICS:ccc3100c-0fdd-4a5e-9908-c10107291860"),
        in_ansible("KICS:6cf4c3a7-ceb0-4475-8892-3745b84be24a"),
    ),
    tags=("encryption",),
)
