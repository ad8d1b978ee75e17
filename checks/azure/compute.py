"""Virtual machines, their disks and network interfaces."""

from __future__ import annotations

from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Intent,
    be_absent,
    be_false,
    be_true,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    opposite,
    remove_it,
    requirement,
    set_to,
    some,
    where,
)

DOCS = "https://learn.microsoft.com/azure/"
PASSWORDS = DOCS + "virtual-machines/linux/create-ssh-keys-detailed"
DISKS = DOCS + "virtual-machines/disk-encryption-overview"
INTERFACES = DOCS + "virtual-network/virtual-network-network-interface"

LINUX = "azurerm_linux_virtual_machine|azurerm_linux_virtual_machine_scale_set"
WINDOWS = "azurerm_windows_virtual_machine|azurerm_windows_virtual_machine_scale_set"
ANSIBLE = "azure.azcollection.azure_rm_virtualmachine"
REMOVED = where("state", "absent")
KEYS = ("admin_ssh_key", "os_profile_linux_config.ssh_keys", "ssh_public_keys")


def _keys_only(value: Value, element: Node, project: Project) -> Intent | None:
    """No password, where a key is there to log in with instead."""
    block = element if isinstance(element, Block) else element.block
    if block is None or all(block.at(path).is_missing for path in KEYS):
        return None
    new = value.name != "ssh_password_enabled"
    return set_to(new, at_most=UNSAFE, note="only holders of the key log in afterwards")(value, element, project)


requirement(
    "azure-vm-password-login",
    severity=MEDIUM,
    cwe=287,
    title="Machine accepts passwords over SSH",
    why="Passwords are guessed around the clock by machines that do nothing else; a key cannot be guessed.",
    terraform=(
        f"{LINUX}: disable_password_authentication",
        (
            "azurerm_virtual_machine|azurerm_virtual_machine_scale_set"
            ": os_profile_linux_config.disable_password_authentication"
        ),
    ),
    ansible=bind(
        f"{ANSIBLE}: ssh_password_enabled",
        must=be_false,
        when_missing=VIOLATED,
        when=every(opposite(where("os_type", "Windows")), some(has("admin_password"), has("ssh_password_enabled"))),
    ),
    must=be_true,
    unless=REMOVED,
    fix=_keys_only,
    references=(PASSWORDS,),
    aliases=(
        in_terraform("CKV_AZURE_1", type=("azurerm_linux_virtual_machine", "azurerm_virtual_machine")),
        in_terraform("CKV_AZURE_49", type="azurerm_linux_virtual_machine_scale_set"),
        in_terraform("AVD-AZU-0039", "KICS:dafe30ec-325d-4516-85d1-e8e6776f012c"),
        in_ansible("KICS:e2d834b7-8b25-4935-af53-4a60668dcbe0"),
    ),
    tags=("identity",),
)

requirement(
    "azure-disk-encryption-disabled",
    severity=MEDIUM,
    cwe=311,
    title="Encryption of a managed disk is switched off",
    why="Whoever obtains a copy of the disk reads it; the keys in your own vault no longer stand in the way.",
    terraform="azurerm_managed_disk: encryption_settings.enabled",
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="needs a key in a key vault"),
    references=(DISKS,),
    aliases=(
        in_terraform("CKV_AZURE_2", "AVD-AZU-0038", "AC_AZURE_0143", "KICS:a99130ab-4c0e-43aa-97f8-78d4fcb30024"),
    ),
    tags=("encryption",),
)

requirement(
    "azure-vm-without-host-encryption",
    severity=LOW,
    cwe=311,
    title="Virtual machine's caches and temporary disks are not encrypted by its host",
    why="Disks are encrypted at rest, but what the host caches of them, and the temporary disk, is not.",
    terraform=f"{LINUX}|{WINDOWS}: encryption_at_host_enabled",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="the subscription must have the feature EncryptionAtHost"),
    references=(DISKS,),
    aliases=(
        in_terraform("CKV_AZURE_97", type="azurerm_*_virtual_machine_scale_set"),
        in_terraform("CKV_AZURE_151", type="azurerm_windows_virtual_machine"),
    ),
    tags=("encryption",),
    default=False,
)

requirement(
    "azure-interface-forwards-traffic",
    severity=MEDIUM,
    cwe=923,
    title="Network interface forwards other machines' traffic",
    why="The machine may send and receive packets for others, and so carry traffic around the rules of the network.",
    terraform=("azurerm_network_interface: ip_forwarding_enabled", "azurerm_network_interface: enable_ip_forwarding"),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="a router, firewall or VPN gateway needs it"),
    references=(INTERFACES,),
    aliases=(in_terraform("CKV_AZURE_118", "AVD-AZU-0075", "KICS:4216ebac-d74c-4423-b437-35025cb88af5"),),
    tags=("network",),
)

requirement(
    "azure-interface-public-address",
    severity=LOW,
    cwe=284,
    title="Network interface has a public address",
    why="The machine can be reached from the Internet as soon as one rule lets traffic in.",
    terraform="azurerm_network_interface: ip_configuration.public_ip_address_id",
    must=be_absent,
    fix=remove_it(at_most=UNSAFE, note="the machine is then reached over the virtual network only"),
    references=(INTERFACES,),
    aliases=(in_terraform("CKV_AZURE_119", "AVD-AZU-0076", "KICS:c1573577-e494-4417-8854-7e119368dc8b"),),
    tags=("network",),
    default=False,
)
