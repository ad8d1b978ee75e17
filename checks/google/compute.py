"""Compute Engine: instances, disks, subnetworks, TLS of load balancers."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_absent,
    be_false,
    be_filled,
    be_one_of,
    be_present,
    be_true,
    bind,
    contain_none,
    has,
    in_ansible,
    in_terraform,
    match_glob,
    need,
    need_path,
    not_,
    remove_it,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

DOCS = "https://cloud.google.com/"
SERIAL = DOCS + "compute/docs/troubleshooting/troubleshooting-using-serial-console"
LOGIN = DOCS + "compute/docs/oslogin"
SSH_KEYS = DOCS + "compute/docs/connect/restrict-ssh-keys"
ROUTES = DOCS + "vpc/docs/using-routes"
ADDRESSES = DOCS + "compute/docs/ip-addresses"
SHIELDED = DOCS + "compute/shielded-vm/docs/shielded-vm"
ACCOUNTS = DOCS + "compute/docs/access/service-accounts"
DISKS = DOCS + "compute/docs/disks/customer-managed-encryption"
FLOW_LOGS = DOCS + "vpc/docs/using-flow-logs"
PRIVATE = DOCS + "vpc/docs/private-google-access"
SSL = DOCS + "load-balancing/docs/ssl-policies-concepts"

MACHINE = "google_compute_instance|google_compute_instance_template|google_compute_instance_from_template"
ANSIBLE = "google.cloud.gcp_compute_"
REMOVED = where("state", "absent")
PROXY = where("purpose", not_(be_one_of("PRIVATE", "PRIVATE_RFC_1918")))
DEFAULT_ACCOUNT = match_glob("*-compute@developer.gserviceaccount.com")

requirement(
    "google-vm-serial-port",
    severity=MEDIUM,
    cwe=284,
    title="Serial console of a machine is open for connections",
    why="It can be reached from any address on the Internet: firewall rules do not hold for it.",
    terraform=(
        f"{MACHINE}|google_compute_project_metadata: metadata.serial-port-enable",
        bind("google_compute_project_metadata_item: value", when=where("key", "serial-port-enable")),
    ),
    ansible=f"{ANSIBLE}instance: metadata.serial-port-enable",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False),
    references=(SERIAL,),
    aliases=(
        in_terraform("AC_GCP_0037", "KICS:97fa667a-d05b-4f16-9071-58b939f34751"),
        in_terraform("CKV_GCP_35", "AVD-GCP-0032", type="google_compute_instance*"),
        in_ansible("KICS:c6fc6f29-dc04-46b6-99ba-683c01aff350"),
    ),
    tags=("network",),
)

requirement(
    "google-vm-project-ssh-keys",
    severity=LOW,
    cwe=284,
    title="Machine accepts the SSH keys of the whole project",
    why="Whoever has one project-wide key logs in to every machine; a key that leaks opens all of them.",
    terraform=f"{MACHINE}: metadata.block-project-ssh-keys",
    ansible=f"{ANSIBLE}instance: metadata.block-project-ssh-keys",
    must=be_true,
    when_missing=VIOLATED,
    unless=some(REMOVED, where("metadata.enable-oslogin", be_true)),
    fix=set_to(True, at_most=UNSAFE, note="only keys of the machine itself log in afterwards"),
    references=(SSH_KEYS,),
    aliases=(
        in_terraform("CKV_GCP_32", "AVD-GCP-0030", "AC_GCP_0039", "KICS:3e4d5ce6-3280-4027-8010-c26eeea1ec01"),
        in_ansible("KICS:099b4411-d11e-4537-a0fc-146b19762a79"),
    ),
    tags=("identity",),
    default=False,
)

requirement(
    "google-vm-os-login-disabled",
    severity=MEDIUM,
    cwe=284,
    title="OS Login is switched off",
    why="Access is then a matter of keys in metadata: nothing takes them away when somebody leaves.",
    terraform=f"{MACHINE}|google_compute_project_metadata: metadata.enable-oslogin",
    ansible=f"{ANSIBLE}instance: metadata.enable-oslogin",
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="only users with the IAM role for it log in afterwards"),
    references=(LOGIN,),
    aliases=(
        in_terraform("CKV_GCP_34", "AVD-GCP-0036", type="google_compute_instance*"),
        in_terraform("KICS:d0b4d550-c001-46c3-bbdb-d5d75d33f05f", type="google_compute_instance*"),
        in_terraform("CKV_GCP_33", "AVD-GCP-0042", type="google_compute_project_metadata"),
        in_terraform("KICS:32ecd6eb-0711-421f-9627-1a28d9eff217", type="google_compute_project_metadata"),
        in_ansible("KICS:66dae697-507b-4aef-be18-eec5bd707f33"),
    ),
    tags=("identity",),
)

requirement(
    "google-vm-forwards-traffic",
    severity=MEDIUM,
    cwe=923,
    title="Machine forwards other machines' traffic",
    why="It may send and receive packets for others, and so carry traffic around the rules of the network.",
    terraform=f"{MACHINE}: can_ip_forward",
    ansible=f"{ANSIBLE}instance: can_ip_forward",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="a router, firewall or VPN gateway needs it"),
    references=(ROUTES,),
    aliases=(
        in_terraform("CKV_GCP_36", "AVD-GCP-0043", "AC_GCP_0232", "KICS:f34c0c25-47b4-41eb-9c79-249b4dd47b89"),
        in_ansible("KICS:11bd3554-cd56-4257-8e25-7aaf30cf8f5f"),
    ),
    tags=("network",),
)

requirement(
    "google-vm-public-address",
    severity=MEDIUM,
    cwe=284,
    title="Machine has a public address",
    why="It can be reached from the Internet as soon as one firewall rule lets traffic in.",
    terraform=f"{MACHINE}: network_interface.access_config",
    ansible=f"{ANSIBLE}instance: network_interfaces.access_configs",
    must=be_absent,
    unless=REMOVED,
    fix=remove_it(at_most=UNSAFE, note="the machine then needs Cloud NAT to reach the Internet"),
    references=(ADDRESSES,),
    aliases=(in_terraform("CKV_GCP_40", "AVD-GCP-0031"), in_ansible("KICS:829f1c60-2bab-44c6-8a21-5cd9d39a2c82")),
    tags=("network",),
    default=False,
)

requirement(
    "google-vm-shielding-disabled",
    severity=MEDIUM,
    cwe=693,
    title="Machine's protection against rootkits is switched off",
    why="Malware that settles below the operating system survives updates and is not noticed.",
    terraform=(
        f"{MACHINE}: shielded_instance_config.enable_vtpm",
        f"{MACHINE}: shielded_instance_config.enable_integrity_monitoring",
    ),
    ansible=(
        f"{ANSIBLE}instance: shielded_instance_config.enable_vtpm",
        f"{ANSIBLE}instance: shielded_instance_config.enable_integrity_monitoring",
    ),
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="the machine is stopped for the change"),
    references=(SHIELDED,),
    aliases=(
        in_terraform("CKV_GCP_39", "AVD-GCP-0041", "AVD-GCP-0045", "AC_GCP_0035"),
        in_terraform("KICS:1b44e234-3d73-41a8-9954-0b154135280e"),
        in_ansible("KICS:18d3a83d-4414-49dc-90ea-f0387b2856cc"),
    ),
)

requirement(
    "google-vm-full-access",
    severity=HIGH,
    cwe=250,
    title="Machine has the default service account with access to all of Google Cloud",
    why="That account is often an editor of the project: whoever breaks into the machine administers everything.",
    terraform=bind(
        f"{MACHINE}: scopes",
        each="service_account",
        where=where("email", DEFAULT_ACCOUNT, when_missing=True),
        fix=need_path("email", "vm-service-account", "e-mail of a service account with few rights", at_most=UNSAFE),
    ),
    ansible=bind(
        f"{ANSIBLE}instance: scopes",
        each="service_accounts",
        where=where("email", DEFAULT_ACCOUNT, when_missing=True),
        fix=need_path("email", "vm-service-account", "e-mail of a service account with few rights", at_most=UNSAFE),
    ),
    must=contain_none("cloud-platform", "https://www.googleapis.com/auth/cloud-platform"),
    unless=REMOVED,
    references=(ACCOUNTS,),
    aliases=(
        in_terraform("CKV_GCP_31", "AC_GCP_0041", "KICS:bc280331-27b9-4acb-a010-018e8098aa5d"),
        in_ansible("KICS:bc20bbc6-0697-4568-9a73-85af1dd97bdd"),
    ),
    tags=("identity",),
)

requirement(
    "google-vm-default-service-account",
    severity=LOW,
    cwe=250,
    title="Machine runs as the default service account",
    why="All machines share it, and it is an editor of the project unless somebody took that away.",
    terraform=bind(f"{MACHINE}: service_account.email", when=has("service_account")),
    must=not_(DEFAULT_ACCOUNT),
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=need("vm-service-account", "e-mail of a service account with few rights", at_most=UNSAFE),
    references=(ACCOUNTS,),
    aliases=(in_terraform("CKV_GCP_30", "AVD-GCP-0044", "AC_GCP_0040", "KICS:3cb4af0b-056d-4fb1-8b95-fdc4593625ff"),),
    tags=("identity",),
)

requirement(
    "google-disk-without-own-key",
    severity=LOW,
    cwe=311,
    title="Disk is not encrypted with a key of your own",
    why="Google encrypts it, but you can neither withdraw the key nor see who used it.",
    terraform="google_compute_disk: disk_encryption_key",
    ansible=f"{ANSIBLE}disk: disk_encryption_key",
    must=be_filled,
    unless=REMOVED,
    fix=(need_path("disk_encryption_key.kms_key_self_link", "disk-kms-key", "self link of a KMS key", at_most=UNSAFE)),
    references=(DISKS,),
    aliases=(
        in_terraform("CKV_GCP_37", "AVD-GCP-0034", "AC_GCP_0036", "KICS:b1d51728-7270-4991-ac2f-fc26e2695b38"),
        in_ansible("KICS:092bae86-6105-4802-99d2-99cd7e7431f3"),
    ),
    tags=("encryption",),
    default=False,
)

requirement(
    "google-subnetwork-not-logged",
    severity=LOW,
    cwe=778,
    title="Subnetwork keeps no flow logs",
    why="Nobody can say afterwards which machines spoke with which, and so how far an intruder got.",
    terraform="google_compute_subnetwork: log_config",
    must=be_present,
    unless=PROXY,
    fix=set_path("log_config.aggregation_interval", "INTERVAL_5_SEC", note="logs are charged by volume"),
    references=(FLOW_LOGS,),
    aliases=(
        in_terraform("CKV_GCP_26", "AVD-GCP-0029", "AVD-GCP-0076", "AC_GCP_0033"),
        in_terraform("KICS:40430747-442d-450a-a34f-dc57149f4609"),
    ),
    tags=("logging",),
    default=False,
)

requirement(
    "google-subnetwork-without-private-access",
    severity=LOW,
    cwe=923,
    title="Machines of a subnetwork need public addresses to reach Google's services",
    why="To call Cloud Storage or KMS they are given public addresses, and can then be reached from outside.",
    terraform="google_compute_subnetwork: private_ip_google_access",
    ansible=f"{ANSIBLE}subnetwork: private_ip_google_access",
    must=be_true,
    when_missing=VIOLATED,
    unless=some(REMOVED, PROXY),
    fix=set_to(True),
    references=(PRIVATE,),
    aliases=(
        in_terraform("CKV_GCP_74", "AVD-GCP-0075", "KICS:ee7b93c1-b3f8-4a3b-9588-146d481814f5"),
        in_ansible("KICS:6a4080ae-79bd-42f6-a924-8f534c1c018b"),
    ),
    tags=("network",),
    default=False,
)

requirement(
    "google-ssl-policy-old-tls",
    severity=MEDIUM,
    cwe=326,
    title="Load balancer's SSL policy accepts TLS versions with known weaknesses",
    why="TLS 1.0 and 1.1 let an attacker on the network path weaken or read connections of clients that allow them.",
    terraform="google_compute_ssl_policy: min_tls_version",
    ansible=f"{ANSIBLE}ssl_policy: min_tls_version",
    must=be_one_of("TLS_1_2", "TLS_1_3"),
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to("TLS_1_2", at_most=UNSAFE, note="clients without TLS 1.2 lose access"),
    references=(SSL,),
    aliases=(
        in_terraform("CKV_GCP_4", "AVD-GCP-0039", "AC_GCP_0034", "KICS:14a457f0-473d-4d1d-9e37-6d99b355b336"),
        in_ansible("KICS:b28bcd2f-c309-490e-ab7c-35fc4023eb26"),
    ),
    tags=("encryption",),
)
