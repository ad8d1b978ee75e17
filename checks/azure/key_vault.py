"""Key Vault: vaults, and the keys and secrets in them."""

from __future__ import annotations

from iaclint.model.block import Node
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Intent,
    be_false,
    be_present,
    be_true,
    bind,
    equal,
    has,
    in_ansible,
    in_terraform,
    need,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

DOCS = "https://learn.microsoft.com/azure/key-vault/"
RECOVERY = DOCS + "general/soft-delete-overview"
NETWORK = DOCS + "general/network-security"
SECRETS = DOCS + "secrets/about-secrets"
ROTATION = DOCS + "keys/how-to-configure-key-rotation"

VAULT = "azure.azcollection.azure_rm_keyvault"
REMOVED = where("state", "absent")
CLOSED = some(where("public_network_access_enabled", be_false), where("public_network_access", "Disabled"))


def _deny(value: Value, element: Node, project: Project) -> Intent | None:
    """The default action alone, or the whole block, which is not valid without `bypass`."""
    note = "only the networks listed beside it get in afterwards"
    if len(value.path) > 1:
        block = {"bypass": "AzureServices", "default_action": "Deny"}
        return set_path("network_acls", block, at_most=UNSAFE, note=note)(value, element, project)
    return set_to("Deny", at_most=UNSAFE, note=note)(value, element, project)


requirement(
    "azure-key-vault-no-purge-protection",
    severity=MEDIUM,
    cwe=693,
    title="Key vault can be purged for good",
    why="An attacker or a mistake deletes the vault and purges it: all data encrypted with its keys is then lost.",
    terraform="azurerm_key_vault: purge_protection_enabled",
    ansible=f"{VAULT}: enable_purge_protection",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="it cannot be switched off again"),
    references=(RECOVERY,),
    aliases=(in_terraform("CKV_AZURE_110", "CKV_AZURE_42", "AVD-AZU-0016"),),
    tags=("availability",),
)

requirement(
    "azure-key-vault-no-soft-delete",
    severity=MEDIUM,
    cwe=693,
    title="Key vault has soft delete switched off",
    why="A deleted key or secret is gone at once, and with it whatever was encrypted with it.",
    terraform="azurerm_key_vault: soft_delete_enabled",
    ansible=f"{VAULT}: enable_soft_delete",
    must=be_true,
    unless=REMOVED,
    fix=set_to(True),
    references=(RECOVERY,),
    aliases=(
        in_terraform("CKV_AZURE_111", "CKV_AZURE_42", "AC_AZURE_0170"),
        in_ansible("KICS:881696a8-68c5-4073-85bc-7c38a3deb854"),
    ),
    tags=("availability",),
)

requirement(
    "azure-key-vault-open-network",
    severity=MEDIUM,
    cwe=284,
    title="Key vault lets every network in",
    why="A stolen identity or token is enough to fetch the secrets from anywhere; a firewall would keep it useless.",
    terraform="azurerm_key_vault: network_acls.default_action",
    ansible=f"{VAULT}: network_acls.default_action",
    must=equal("Deny"),
    when_missing=VIOLATED,
    unless=some(REMOVED, CLOSED),
    fix=_deny,
    references=(NETWORK,),
    aliases=(in_terraform("CKV_AZURE_109", "AVD-AZU-0013"),),
    tags=("network",),
)

requirement(
    "azure-key-vault-item-without-expiry",
    severity=LOW,
    cwe=324,
    title="Secret or key in a key vault never expires",
    why="What never expires is never replaced, so a copy that leaked years ago still opens the door.",
    terraform=bind(
        "azurerm_key_vault_secret|azurerm_key_vault_key: expiration_date",
        unless=some(has("rotation_policy.expire_after"), has("rotation_policy.automatic")),
    ),
    ansible="azure.azcollection.azure_rm_keyvaultsecret: secret_expiry",
    must=be_present,
    unless=REMOVED,
    fix=need("key-vault-expiry", "UTC date of expiry, such as 2030-12-31T00:00:00Z"),
    references=(SECRETS, ROTATION),
    aliases=(
        in_terraform("CKV_AZURE_41", "AVD-AZU-0017", "AC_AZURE_0163", type="azurerm_key_vault_secret"),
        in_terraform("KICS:dfa20ffa-f476-428f-a490-424b41e91c7f", type="azurerm_key_vault_secret"),
        in_terraform("CKV_AZURE_40", "AVD-AZU-0014", "AC_AZURE_0164", type="azurerm_key_vault_key"),
        in_terraform("KICS:4d080822-5ee2-49a4-8984-68f3d4c890fc", type="azurerm_key_vault_key"),
    ),
    tags=("secret",),
)

requirement(
    "azure-key-vault-secret-without-content-type",
    severity=LOW,
    cwe=1059,
    title="Secret in a key vault has no content type",
    why="Whoever has to replace it in a hurry must first find out what it is: a password, a certificate, a key.",
    terraform="azurerm_key_vault_secret: content_type",
    must=be_present,
    fix=need("key-vault-content-type", "what kind of secret it is, such as password"),
    references=(SECRETS,),
    aliases=(in_terraform("CKV_AZURE_114", "AVD-AZU-0015", "KICS:f8e08a38-fc6e-4915-abbe-a7aadf1d59ef"),),
    tags=("hygiene",),
    default=False,
)
