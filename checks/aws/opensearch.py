"""OpenSearch and Elasticsearch domains."""

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Needed,
    be_none_of,
    be_present,
    be_true,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
    opposite,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

ENCRYPTION = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html"
NODES = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html"
HTTPS = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/infrastructure-security.html"
VPC = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html"
LOGS = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html"

DOMAINS = "aws_opensearch_domain|aws_elasticsearch_domain"
ANSIBLE = "community.aws.opensearch"
ELASTIC = "aws_elasticsearch_domain"
# a task without a cluster changes a domain that exists
CREATES = every(has("cluster_config"), opposite(where("state", "absent")))

# one node has nobody to talk to, and Elasticsearch before 6.0 cannot encrypt what nodes say
UNENCRYPTED_BY_NATURE = some(
    where("cluster_config.instance_count", 1),
    where("elasticsearch_version", match(r"[1-5]\.\d+")),
    where("engine_version", match(r"Elasticsearch_[1-5]\.\d+")),
)

requirement(
    "aws-opensearch-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Search domain is not encrypted at rest",
    why="Indices, logs and snapshots lie on the disks in the clear.",
    terraform=f"{DOMAINS}: encrypt_at_rest.enabled",
    ansible=bind(f"{ANSIBLE}: encryption_at_rest_options.enabled", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_5", "AVD-AWS-0048"),
        in_terraform("AC_AWS_0112", "KICS:24e16922-4330-4e9d-be8a-caa90299466a", type=ELASTIC),
    ),
    tags=("encryption",),
)

requirement(
    "aws-opensearch-plaintext-between-nodes",
    severity=MEDIUM,
    cwe=319,
    title="Nodes of a search domain talk to each other in plain text",
    why="Whoever listens on the network between them reads every document.",
    terraform=f"{DOMAINS}: node_to_node_encryption.enabled",
    ansible=bind(f"{ANSIBLE}: node_to_node_encryption_options.enabled", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=UNENCRYPTED_BY_NATURE,
    fix=set_to(True),
    references=(NODES,),
    aliases=(
        in_terraform("CKV_AWS_6", "AVD-AWS-0043"),
        in_terraform("AC_AWS_0468", "KICS:967eb3e6-26fc-497d-8895-6428beb6e8e2", type=ELASTIC),
    ),
    tags=("encryption", "network"),
)

requirement(
    "aws-opensearch-plaintext",
    severity=HIGH,
    cwe=319,
    title="Search domain accepts plain HTTP",
    why="Documents and passwords can be read by everybody on the way.",
    terraform=f"{DOMAINS}: domain_endpoint_options.enforce_https",
    ansible=bind(f"{ANSIBLE}: domain_endpoint_options.enforce_https", when=CREATES, when_missing=VIOLATED),
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="clients that speak plain HTTP are cut off"),
    references=(HTTPS,),
    aliases=(
        in_terraform("CKV_AWS_83", "AVD-AWS-0046"),
        in_terraform("KICS:2e9e0729-66d5-4148-9d39-5e6fb4bf2a4e", type=ELASTIC),
        in_ansible("KICS:d6c2d06f-43c1-488a-9ba1-8d75b40fc62d"),
    ),
    tags=("encryption", "network"),
)

requirement(
    "aws-opensearch-weak-tls",
    severity=MEDIUM,
    cwe=326,
    title="Search domain accepts outdated versions of TLS",
    why="TLS 1.0 and 1.1 have known faults and are refused by browsers and auditors alike.",
    terraform=f"{DOMAINS}: domain_endpoint_options.tls_security_policy",
    ansible=f"{ANSIBLE}: domain_endpoint_options.tls_security_policy",
    must=be_none_of("Policy-Min-TLS-1-0-2019-07"),
    fix=set_to("Policy-Min-TLS-1-2-2019-07", at_most=UNSAFE, note="clients that know only TLS 1.0 or 1.1 are cut off"),
    references=(HTTPS,),
    aliases=(in_terraform("CKV_AWS_228", "AVD-AWS-0126"),),
    tags=("encryption",),
)

requirement(
    "aws-opensearch-outside-vpc",
    severity=MEDIUM,
    cwe=668,
    title="Search domain has a public endpoint",
    why="Only its access policy stands between the Internet and the data.",
    terraform=f"{DOMAINS}: vpc_options",
    ansible=bind(f"{ANSIBLE}: vpc_options", when=CREATES),
    must=be_present,
    default=False,
    references=(VPC,),
    remedy="Name subnets and security groups in `vpc_options`; the domain is replaced.",
    aliases=(in_terraform("CKV_AWS_137"),),
    tags=("network", "hygiene"),
)

requirement(
    "aws-opensearch-without-logs",
    severity=LOW,
    cwe=778,
    title="Search domain publishes no logs",
    why="Slow and failing requests, and who made them, cannot be looked up afterwards.",
    terraform=(
        f"{DOMAINS}: log_publishing_options",
        bind(f"{DOMAINS}: log_publishing_options.enabled", must=be_true, fix=set_to(True)),
    ),
    must=be_present,
    fix=set_path(
        "log_publishing_options",
        {"cloudwatch_log_group_arn": Needed("log-group-arn", "ARN of a CloudWatch log group"), "log_type": "INDEX_SLOW_LOGS"},
    ),
    default=False,
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_AWS_84", "AVD-AWS-0042"),
        in_terraform("KICS:acb6b4e2-a086-4f35-aefd-4db6ea51ada2", type=ELASTIC),
    ),
    tags=("logging", "hygiene"),
)
