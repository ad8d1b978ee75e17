"""App Service: web apps and function apps."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_false,
    be_one_of,
    be_present,
    be_true,
    bind,
    in_ansible,
    in_terraform,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

DOCS = "https://learn.microsoft.com/azure/app-service/"
TLS = DOCS + "configure-ssl-bindings"
FTP = DOCS + "deploy-ftp"
DEBUGGING = DOCS + "configure-common"
CERTIFICATES = DOCS + "app-service-web-configure-tls-mutual-auth"
AUTHENTICATION = DOCS + "overview-authentication-authorization"
IDENTITY = DOCS + "overview-managed-identity"

OLD_WEB, OLD_FUNCTION = "azurerm_app_service", "azurerm_function_app"
NEW_WEB = "azurerm_linux_web_app|azurerm_windows_web_app|azurerm_linux_web_app_slot|azurerm_windows_web_app_slot"
NEW_FUNCTION = (
    "azurerm_linux_function_app|azurerm_windows_function_app"
    "|azurerm_linux_function_app_slot|azurerm_windows_function_app_slot"
)
OLD = f"{OLD_WEB}|azurerm_app_service_slot|{OLD_FUNCTION}|azurerm_function_app_slot"
NEW = f"{NEW_WEB}|{NEW_FUNCTION}"
WEB = (OLD_WEB, "azurerm_app_service_slot", *NEW_WEB.split("|"))
FUNCTION = (OLD_FUNCTION, "azurerm_function_app_slot", *NEW_FUNCTION.split("|"))
ANSIBLE = "azure.azcollection.azure_rm_webapp"
REMOVED = where("state", "absent")

requirement(
    "azure-app-plain-http",
    severity=MEDIUM,
    cwe=319,
    title="App answers unencrypted requests",
    why="Whoever sits on the network path reads and changes what users send and get, their sessions included.",
    terraform=f"{OLD}|{NEW}: https_only",
    ansible=f"{ANSIBLE}: https_only",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="clients that do not follow redirects lose access"),
    references=(TLS,),
    aliases=(
        in_terraform("CKV_AZURE_14", "AVD-AZU-0072", type=WEB),
        in_terraform("KICS:11e9a948-c6c3-4a0f-8dcf-b5cf1763cdbe", type=OLD_WEB),
        in_terraform("CKV_AZURE_70", "AVD-AZU-0004", type=FUNCTION),
        in_ansible("KICS:eb8c2560-8bee-4248-9d0d-e80c8641dd91"),
    ),
    tags=("encryption",),
)

requirement(
    "azure-app-old-tls",
    severity=MEDIUM,
    cwe=326,
    title="App accepts TLS versions with known weaknesses",
    why="TLS 1.0 and 1.1 let an attacker on the network path weaken or read connections of clients that allow them.",
    terraform=(f"{OLD}: site_config.min_tls_version", f"{NEW}: site_config.minimum_tls_version"),
    ansible=f"{ANSIBLE}: min_tls_version",
    must=be_one_of("1.2", "1.3"),
    unless=REMOVED,
    fix=set_to("1.2", at_most=UNSAFE, note="clients without TLS 1.2 lose access"),
    references=(TLS,),
    aliases=(
        in_terraform("CKV_AZURE_15", "AVD-AZU-0006", type=WEB),
        in_terraform("KICS:b7b9d1c7-2d3b-49b4-b867-ebbe68d0b643", type=OLD_WEB),
        in_terraform("CKV_AZURE_145", type=FUNCTION),
        in_terraform("KICS:45fc717a-bd86-415c-bdd8-677901be1aa6", type=OLD_FUNCTION),
    ),
    tags=("encryption",),
)

requirement(
    "azure-app-plain-ftp",
    severity=MEDIUM,
    cwe=319,
    title="App can be deployed over plain FTP",
    why="The deployment password crosses the network unencrypted; whoever catches it puts code of their own online.",
    terraform=(bind(f"{OLD}: site_config.ftps_state", when_missing=VIOLATED), f"{NEW}: site_config.ftps_state"),
    ansible=f"{ANSIBLE}: ftps_state",
    must=be_one_of("FtpsOnly", "Disabled"),
    unless=REMOVED,
    fix=set_to("FtpsOnly", at_most=UNSAFE, note="deployments over plain FTP stop working"),
    references=(FTP,),
    aliases=(
        in_terraform("CKV_AZURE_78", "AVD-AZU-0071", type=WEB),
        in_terraform("KICS:85da374f-b00f-4832-9d44-84a1ca1e89f8", type=OLD_WEB),
        in_terraform("KICS:9dab0179-433d-4dff-af8f-0091025691df", type=OLD_FUNCTION),
    ),
    tags=("encryption",),
)

requirement(
    "azure-app-remote-debugging",
    severity=HIGH,
    cwe=489,
    title="App can be debugged from outside",
    why="A debugger reads and changes everything in the running program: it opens ports that belong to no production app.",
    terraform=f"{OLD}|{NEW}: site_config.remote_debugging_enabled",
    must=be_false,
    fix=set_to(False),
    references=(DEBUGGING,),
    aliases=(in_terraform("CKV_AZURE_72", "KICS:e3f7a9b0-c1d2-3e4f-5678-90abcdef1234"),),
    tags=("network",),
)

requirement(
    "azure-app-without-client-certificates",
    severity=LOW,
    cwe=295,
    title="App asks its clients for no certificate",
    why="Where only known machines should call, a certificate keeps everybody else out before the code runs.",
    terraform=(
        f"{OLD_WEB}: client_cert_enabled",
        f"{NEW}: client_certificate_enabled",
        bind(f"{OLD_FUNCTION}: client_cert_mode", must=be_one_of("Required"), fix=set_to("Required", at_most=UNSAFE)),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="clients without a certificate lose access"),
    references=(CERTIFICATES,),
    aliases=(
        in_terraform("CKV_AZURE_17", "AVD-AZU-0001", type=WEB),
        in_terraform("KICS:a81573f9-3691-4d83-88a0-7d4af63e17a3", type=OLD_WEB),
        in_terraform("KICS:9bb3c639-5edf-458c-8ee5-30c17c7d671d", type=OLD_FUNCTION),
    ),
    tags=("identity",),
    default=False,
)

requirement(
    "azure-app-without-authentication",
    severity=LOW,
    cwe=306,
    title="App leaves all authentication to its own code",
    why="The platform can turn strangers away before the code runs; without that one forgotten check is enough.",
    terraform=f"{OLD}|{NEW}: auth_settings.enabled",
    ansible=f"{ANSIBLE}: site_auth_settings.enabled",
    must=be_true,
    when_missing=VIOLATED,
    unless=some(REMOVED, where("auth_settings_v2.auth_enabled", be_true)),
    fix=set_to(True, at_most=UNSAFE, note="visitors without a session are turned away or sent to log in"),
    references=(AUTHENTICATION,),
    aliases=(
        in_terraform("CKV_AZURE_13", "AVD-AZU-0003", type=WEB),
        in_terraform("KICS:c7fc1481-2899-4490-bbd8-544a3a61a2f3", type=OLD_WEB),
        in_terraform("CKV_AZURE_56", "KICS:e65a0733-94a0-4826-82f4-df529f4c593f", type=OLD_FUNCTION),
    ),
    tags=("identity",),
    default=False,
)

requirement(
    "azure-app-http1-only",
    severity=LOW,
    cwe=1104,
    title="App does not speak HTTP/2",
    why="Browsers fall back to HTTP/1.1, which is slower and open to request smuggling between proxies.",
    terraform=f"{OLD}|{NEW}: site_config.http2_enabled",
    ansible=f"{ANSIBLE}: http20_enabled",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True),
    references=(DEBUGGING,),
    aliases=(
        in_terraform("CKV_AZURE_18", "AVD-AZU-0005", type=WEB),
        in_terraform("KICS:525b53be-62ed-4244-b4df-41aecfcb4071", type=OLD_WEB),
        in_terraform("CKV_AZURE_67", "KICS:ace823d1-4432-4dee-945b-cdf11a5a6bd0", type=OLD_FUNCTION),
    ),
    tags=("hygiene",),
    default=False,
)

requirement(
    "azure-app-without-managed-identity",
    severity=LOW,
    cwe=522,
    title="App has no managed identity",
    why="Without one it needs passwords or keys to reach other services, and those end up in settings and logs.",
    terraform=f"{OLD}|{NEW}: identity",
    must=be_present,
    fix=set_path("identity.type", "SystemAssigned"),
    references=(IDENTITY,),
    aliases=(
        in_terraform("CKV_AZURE_71", "AVD-AZU-0002", type=WEB),
        in_terraform("CKV_AZURE_16", "KICS:b61cce4b-0cc4-472b-8096-15617a6d769b", type=OLD_WEB),
        in_terraform("KICS:c87749b3-ff10-41f5-9df2-c421e8151759", type=OLD_FUNCTION),
    ),
    tags=("hygiene", "identity"),
    default=False,
)
