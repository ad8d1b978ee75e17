"""Logs of the platform, caches, Cosmos DB and container registries."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    any_of,
    be_at_least,
    be_false,
    be_filled,
    be_one_of,
    be_true,
    bind,
    equal,
    in_ansible,
    in_terraform,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

DOCS = "https://learn.microsoft.com/azure/"
FLOW_LOGS = DOCS + "network-watcher/nsg-flow-logs-overview"
ACTIVITY = DOCS + "azure-monitor/platform/activity-log"
REDIS = DOCS + "azure-cache-for-redis/cache-configure"
COSMOS = DOCS + "cosmos-db/how-to-configure-firewall"
REGISTRY = DOCS + "container-registry/container-registry-authentication"

ANSIBLE = "azure.azcollection.azure_rm_"
REMOVED = where("state", "absent")

requirement(
    "azure-flow-log-disabled",
    severity=LOW,
    cwe=778,
    title="Network flow log is switched off",
    why="Nobody can say afterwards which machines spoke with which, and so how far an intruder got.",
    terraform="azurerm_network_watcher_flow_log: enabled",
    must=be_true,
    fix=set_to(True),
    references=(FLOW_LOGS,),
    aliases=(in_terraform("AVD-AZU-0073", "AC_AZURE_0419", "KICS:b90842e5-6779-44d4-9760-972f4c03ba1c"),),
    tags=("logging",),
)

requirement(
    "azure-flow-log-short-retention",
    severity=LOW,
    cwe=778,
    title="Network flow log is kept for less than 90 days",
    why="A break-in is often noticed only after months, when the log that would explain it is already deleted.",
    terraform=(
        bind("azurerm_network_watcher_flow_log: retention_policy.enabled", must=be_true, fix=set_to(True)),
        "azurerm_network_watcher_flow_log: retention_policy.days",
    ),
    must=any_of(equal(0), be_at_least(90)),
    fix=set_to(90),
    references=(FLOW_LOGS,),
    aliases=(in_terraform("CKV_AZURE_12", "AVD-AZU-0049", "KICS:7750fcca-dd03-4d38-b663-4b70289bcfd4"),),
    tags=("logging",),
)

requirement(
    "azure-activity-log-short-retention",
    severity=LOW,
    cwe=778,
    title="Activity log is kept for less than a year",
    why="Who changed what in the subscription can no longer be found out when an old break-in comes to light.",
    terraform="azurerm_monitor_log_profile: retention_policy.days",
    ansible=f"{ANSIBLE}monitorlogprofile: retention_policy.days",
    must=any_of(equal(0), be_at_least(365)),
    unless=some(REMOVED, where("retention_policy.enabled", be_false)),
    fix=set_to(365),
    references=(ACTIVITY,),
    aliases=(
        in_terraform("CKV_AZURE_37", "AVD-AZU-0031", "KICS:2b856bf9-8e8c-4005-875f-303a8cba3918"),
        in_ansible("KICS:37fafbea-dedb-4e0d-852e-d16ee0589326"),
    ),
    tags=("logging",),
)

requirement(
    "azure-redis-plain-port",
    severity=MEDIUM,
    cwe=319,
    title="Cache accepts unencrypted connections",
    why="The access key and everything in the cache cross the network in the clear, for anybody on the path to read.",
    terraform=("azurerm_redis_cache: non_ssl_port_enabled", "azurerm_redis_cache: enable_non_ssl_port"),
    ansible=f"{ANSIBLE}rediscache: enable_non_ssl_port",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="clients without TLS lose access"),
    references=(REDIS,),
    aliases=(
        in_terraform("CKV_AZURE_91", "AC_AZURE_0394", "KICS:e29a75e6-aba3-4896-b42d-b87818c16b58"),
        in_ansible("KICS:869e7fb4-30f0-4bdb-b360-ad548f337f2f"),
    ),
    tags=("encryption",),
)

requirement(
    "azure-redis-old-tls",
    severity=MEDIUM,
    cwe=326,
    title="Cache accepts TLS versions with known weaknesses",
    why="TLS 1.0 and 1.1 let an attacker on the network path weaken or read connections of clients that allow them.",
    terraform="azurerm_redis_cache: minimum_tls_version",
    ansible=f"{ANSIBLE}rediscache: minimum_tls_version",
    must=be_one_of("1.2", "1.3"),
    unless=REMOVED,
    fix=set_to("1.2", at_most=UNSAFE, note="clients without TLS 1.2 lose access"),
    references=(REDIS,),
    aliases=(in_terraform("CKV_AZURE_148"),),
    tags=("encryption",),
)

requirement(
    "azure-cosmosdb-open-network",
    severity=HIGH,
    cwe=284,
    title="Account of Cosmos DB lets every network in",
    why="A leaked key is enough to read and delete all data, from anywhere in the world.",
    terraform="azurerm_cosmosdb_account: ip_range_filter",
    ansible=bind(
        f"{ANSIBLE}cosmosdbaccount: ip_range_filter",
        unless=some(
            REMOVED,
            where("ip_rules", be_filled),
            where("public_network_access", "Disabled"),
            where("is_virtual_network_filter_enabled", be_true),
        ),
        fix=set_path("public_network_access", "Disabled", at_most=UNSAFE, note="only private endpoints get in"),
    ),
    must=be_filled,
    unless=some(where("public_network_access_enabled", be_false), where("is_virtual_network_filter_enabled", be_true)),
    fix=set_path("public_network_access_enabled", False, at_most=UNSAFE, note="only private endpoints get in"),
    references=(COSMOS,),
    aliases=(
        in_terraform("CKV_AZURE_99", "CKV_AZURE_101", "AC_AZURE_0184", "KICS:c2a3efb6-8a58-481c-82f2-bfddf34bb4b7"),
        in_ansible("KICS:e8c80448-31d8-4755-85fc-6dbab69c2717"),
    ),
    tags=("network",),
)

requirement(
    "azure-registry-admin-account",
    severity=MEDIUM,
    cwe=287,
    title="Container registry has its shared administrator account enabled",
    why="One password that names nobody may replace every image; it is passed around and hard to take back.",
    terraform="azurerm_container_registry: admin_enabled",
    ansible=f"{ANSIBLE}containerregistry: admin_user_enabled",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="clients that log in with it lose access"),
    references=(REGISTRY,),
    aliases=(
        in_terraform("CKV_AZURE_137", "AC_AZURE_0186", "KICS:b897dfbf-322c-45a8-b67c-1e698beeaa51"),
        in_ansible("KICS:29f35127-98e6-43af-8ec1-201b79f99604"),
    ),
    tags=("identity",),
)

requirement(
    "azure-registry-public-network",
    severity=LOW,
    cwe=284,
    title="Container registry can be reached over the public network",
    why="A leaked token is enough to pull, or replace, the images from anywhere.",
    terraform="azurerm_container_registry: public_network_access_enabled",
    must=be_false,
    when_missing=VIOLATED,
    fix=set_to(False, at_most=UNSAFE, note="needs the Premium tier and private endpoints"),
    references=(REGISTRY,),
    aliases=(in_terraform("CKV_AZURE_139"),),
    tags=("network",),
    default=False,
)
