"""Storage accounts: who reaches them, over what, and what they keep."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    append_items,
    be_absent,
    be_false,
    be_one_of,
    be_true,
    bind,
    companion,
    contain,
    differ,
    equal,
    in_ansible,
    in_terraform,
    need,
    remove_it,
    requirement,
    set_to,
    some,
    where,
)

DOCS = "https://learn.microsoft.com/azure/storage/"
TRANSFER = DOCS + "common/storage-require-secure-transfer"
TLS = DOCS + "common/transport-layer-security-configure-minimum-version"
NETWORK = DOCS + "common/storage-network-security"
ANONYMOUS = DOCS + "blobs/anonymous-read-access-prevent"
KEYS = DOCS + "common/shared-key-authorization-prevent"

ACCOUNT = "azure.azcollection.azure_rm_storageaccount"
BLOB = "azure.azcollection.azure_rm_storageblob"
RULES = "azurerm_storage_account_network_rules"
REMOVED = where("state", "absent")
CLOSED = some(where("public_network_access_enabled", be_false), where("public_network_access", "Disabled"))
DENIED = some(where("network_rules.default_action", "Deny"), where("network_acls.default_action", "Deny"))
DENIED_BESIDE = some(
    companion(RULES, by="storage_account_id", having=where("default_action", "Deny")),
    companion(RULES, by="storage_account_name", identities=("name",), having=where("default_action", "Deny")),
)

requirement(
    "azure-storage-account-plain-http",
    severity=HIGH,
    cwe=319,
    title="Storage account answers unencrypted requests",
    why="Whoever sits on the network path reads and changes the data, and the signatures that grant access to it.",
    terraform=(
        "azurerm_storage_account: https_traffic_only_enabled",
        "azurerm_storage_account: enable_https_traffic_only",
    ),
    ansible=f"{ACCOUNT}: https_only",
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="clients that still use HTTP, and NFS shares, lose access"),
    references=(TRANSFER,),
    aliases=(
        in_terraform("CKV_AZURE_3", "AVD-AZU-0008", "AVD-AZU-0059", "AC_AZURE_0373"),
        in_terraform("KICS:12944ec4-1fa0-47be-8b17-42a034f937c2"),
        in_ansible("KICS:2c99a474-2a3c-4c17-8294-53ffa5ed0522"),
    ),
    tags=("encryption",),
)

requirement(
    "azure-storage-account-old-tls",
    severity=MEDIUM,
    cwe=326,
    title="Storage account accepts TLS versions with known weaknesses",
    why="TLS 1.0 and 1.1 let an attacker on the network path weaken or read connections of clients that allow them.",
    terraform="azurerm_storage_account: min_tls_version",
    ansible=f"{ACCOUNT}: minimum_tls_version",
    must=be_one_of("TLS1_2", "TLS1_3"),
    unless=REMOVED,
    fix=set_to("TLS1_2", at_most=UNSAFE, note="clients without TLS 1.2 lose access"),
    references=(TLS,),
    aliases=(
        in_terraform("CKV_AZURE_44", "AVD-AZU-0011", "AVD-AZU-0059"),
        in_terraform("KICS:8263f146-5e03-43e0-9cfe-db960d56d1e7"),
        in_ansible("KICS:c62746cf-92d5-4649-9acf-7d48d086f2ee"),
    ),
    tags=("encryption",),
)

requirement(
    "azure-storage-account-open-network",
    severity=HIGH,
    cwe=284,
    title="Storage account lets every network in",
    why="The firewall of the account is switched off: a leaked key or token is enough to read everything from anywhere.",
    terraform=(
        "azurerm_storage_account: network_rules.default_action",
        "azurerm_storage_account_network_rules: default_action",
    ),
    ansible=f"{ACCOUNT}: network_acls.default_action",
    must=equal("Deny"),
    unless=some(REMOVED, CLOSED),
    fix=set_to("Deny", at_most=UNSAFE, note="only the networks listed beside it get in afterwards"),
    references=(NETWORK,),
    aliases=(
        in_terraform("CKV_AZURE_35", "AVD-AZU-0012", "AC_AZURE_0309"),
        in_terraform("KICS:a5613650-32ec-4975-a305-31af783153ea"),
        in_ansible("KICS:ca4df748-613a-4fbf-9c76-f02cbd580307", "KICS:35e2f133-a395-40de-a79d-b260d973d1bd"),
    ),
    tags=("network",),
)

requirement(
    "azure-storage-account-open-range",
    severity=HIGH,
    cwe=284,
    title="Storage account's firewall allows the whole Internet",
    why="A rule for every address undoes the firewall: a leaked key or token is enough to read everything from anywhere.",
    terraform=(
        "azurerm_storage_account: network_rules.ip_rules.*",
        "azurerm_storage_account_network_rules: ip_rules.*",
    ),
    ansible=f"{ACCOUNT}: network_acls.ip_rules.*.value",
    must=differ("0.0.0.0/0"),
    unless=REMOVED,
    fix=need("trusted-cidr", "CIDR of the network that may connect", at_most=UNSAFE),
    references=(NETWORK,),
    aliases=(
        in_terraform("AC_AZURE_0370", "KICS:17f75827-0684-48f4-8747-61129c7e4198"),
        in_ansible("KICS:35e2f133-a395-40de-a79d-b260d973d1bd"),
    ),
    tags=("network",),
)

requirement(
    "azure-storage-account-public-network",
    severity=MEDIUM,
    cwe=284,
    title="Storage account is reachable from every network",
    why="Without a firewall or private endpoint a leaked key or token can be used from anywhere in the world.",
    terraform="azurerm_storage_account: public_network_access_enabled",
    ansible=bind(
        f"{ACCOUNT}: public_network_access",
        unless=some(REMOVED, DENIED),
        must=equal("Disabled"),
        fix=set_to("Disabled", at_most=UNSAFE),
    ),
    must=be_false,
    when_missing=VIOLATED,
    unless=some(REMOVED, DENIED, DENIED_BESIDE),
    fix=set_to(False, at_most=UNSAFE, note="only private endpoints get in afterwards"),
    references=(NETWORK,),
    aliases=(
        in_terraform("CKV_AZURE_59", "KICS:a5613650-32ec-4975-a305-31af783153ea"),
        in_ansible("KICS:ca4df748-613a-4fbf-9c76-f02cbd580307"),
    ),
    tags=("network",),
    default=False,
)

requirement(
    "azure-storage-account-anonymous-blobs",
    severity=HIGH,
    cwe=732,
    title="Storage account allows anonymous read access to its blobs",
    why="One container set to public, now or later, is read by everybody without a key, and search engines find it.",
    terraform=(
        "azurerm_storage_account: allow_nested_items_to_be_public",
        "azurerm_storage_account: allow_blob_public_access",
    ),
    ansible=f"{ACCOUNT}: allow_blob_public_access",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="containers that are public by intent stop being so"),
    references=(ANONYMOUS,),
    aliases=(in_terraform("CKV_AZURE_190", "CKV2_AZURE_47", "KICS:17f75827-0684-48f4-8747-61129c7e4198"),),
    tags=("network",),
)

requirement(
    "azure-storage-container-public",
    severity=HIGH,
    cwe=732,
    title="Storage container can be read by everybody",
    why="Anybody who knows or guesses a name downloads the blobs, without a key and without leaving an identity.",
    terraform="azurerm_storage_container: container_access_type",
    ansible=bind(f"{BLOB}: public_access", must=be_absent, fix=remove_it(at_most=UNSAFE)),
    must=equal("private"),
    unless=REMOVED,
    fix=set_to("private", at_most=UNSAFE, note="readers without a key lose access"),
    references=(ANONYMOUS,),
    aliases=(
        in_terraform("CKV_AZURE_34", "AVD-AZU-0007", "AC_AZURE_0366", "KICS:dd5230f8-a577-4bbb-b7ac-f2c2fe7d5299"),
        in_ansible("KICS:4d3817db-dd35-4de4-a80d-3867157e7f7f"),
    ),
    tags=("network",),
)

requirement(
    "azure-storage-account-shared-keys",
    severity=LOW,
    cwe=287,
    title="Storage account accepts its shared keys",
    why="The two account keys give full access, name nobody in the logs and are hard to replace once they leak.",
    terraform="azurerm_storage_account: shared_access_key_enabled",
    ansible=f"{ACCOUNT}: allow_shared_key_access",
    must=be_false,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="clients must use Microsoft Entra identities afterwards"),
    references=(KEYS,),
    aliases=(in_terraform("CKV2_AZURE_40"),),
    tags=("identity",),
    default=False,
)

requirement(
    "azure-storage-account-blocks-trusted-services",
    severity=LOW,
    cwe=693,
    title="Storage account's firewall shuts out Azure's own services",
    why="Backup, monitoring and disk services of Azure cannot reach the account, so they fail without much noise.",
    terraform=("azurerm_storage_account: network_rules.bypass", "azurerm_storage_account_network_rules: bypass"),
    ansible=f"{ACCOUNT}: network_acls.bypass",
    must=contain("AzureServices"),
    unless=REMOVED,
    fix=append_items("AzureServices"),
    references=(NETWORK,),
    aliases=(
        in_terraform("CKV_AZURE_36", "AVD-AZU-0010", "AC_AZURE_0371", "KICS:5400f379-a347-4bdd-a032-446465fdcc6f"),
        in_ansible("KICS:1bc398a8-d274-47de-a4c8-6ac867b353de"),
    ),
    tags=("hygiene",),
    default=False,
)
