"""Who gets at search domains and serverless collections: users, callers without IAM, and networks."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.json_documents import json_document
from iaclint.aspects.policy_statements import statements
from iaclint.checks.aws.opensearch import ANSIBLE, CLOUDPOSSE, CREATES, DOMAINS, GUIDE, MODULE, NOT_MADE
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    OK,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    be_filled,
    be_true,
    bind,
    has,
    in_terraform,
    requirement,
    rule,
    set_path,
    set_to,
    together,
)

SERVERLESS = GUIDE + "serverless-network.html"

requirement(
    "aws-opensearch-without-users",
    severity=LOW,
    cwe=285,
    title="Search domain does not know users of its own",
    why="Whoever may talk to the domain at all reads and changes every index, field and dashboard in it.",
    terraform=(
        f"{DOMAINS}: advanced_security_options.enabled",
        bind(f"{MODULE}: advanced_security_options.enabled", when_missing=OK),
        bind(f"{CLOUDPOSSE}: advanced_security_options_enabled", unless=NOT_MADE),
    ),
    ansible=bind(f"{ANSIBLE}: advanced_security_options.enabled", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    fix=together(
        "switch fine-grained access control on", set_to(True),
        set_path(
            "advanced_security_options.master_user_options.master_user_arn",
            Needed("opensearch-master-user", "ARN of the domain's master user"),
        ),
        at_most=UNSAFE, note="callers need a role in the domain, and encryption and HTTPS have to be on",
    ),
    references=(GUIDE + "fgac.html",),
    aliases=(in_terraform("CKV2_AWS_52", "KICS:b4c6d7e8-f9a1-4bcd-89ef-01234abcd567"),),
    tags=("identity", "hygiene"),
    default=False,
)

requirement(
    "aws-opensearch-default-security-group",
    severity=LOW,
    cwe=1188,
    title="Search domain uses the VPC's default security group",
    why="Everything that was started without much thought is in that group too, and may talk to the domain.",
    terraform=f"{DOMAINS}: vpc_options.security_group_ids",
    ansible=f"{ANSIBLE}: vpc_options.security_groups",
    must=be_filled,
    when=has("vpc_options"),
    fix=set_to([Needed("security-group", "ID of a security group")], at_most=UNSAFE, note="other clients are cut off"),
    references=("https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_VPCOptions.html",),
    aliases=(in_terraform("CKV_AWS_248", "KICS:d3e1f5a9-bb45-4c89-b97c-12d34ef56789"),),
    tags=("network", "hygiene"),
    default=False,
)

unsigned = rule(
    "aws-opensearch-unsigned-access",
    severity=LOW,
    cwe=306,
    title="Search domain serves requests that nobody has signed",
    why="Where a request comes from is all that is asked: every process behind that address, and whoever gets in there, "
    "reads and changes all indices.",
    remedy="Name the roles that may use it, and let clients sign their requests.",
    references=(GUIDE + "ac.html",),
    aliases=(in_terraform("KICS:e7530c3c-b7cf-4149-8db9-d037a0b5268e"),),
    tags=("identity", "hygiene"),
    default=False,
)
HOLDERS = f"{DOMAINS}|aws_elasticsearch_domain_policy|aws_opensearch_domain_policy"


@unsigned.check(terraform=HOLDERS)
def anybody(holder: Block, project: Project) -> Iterator[Finding]:
    """A statement for everybody, or for those behind some addresses; users of the domain's own make up for it."""
    is_policy = holder.type.endswith("_policy")
    domain = (project.follow(holder.get("domain_name")) if is_policy else None) or holder
    if not domain.at("advanced_security_options.enabled").is_missing:
        return
    for statement in statements(holder, project):
        if statement.effect != "Allow" or statement.conditions is None:
            continue
        if any(key.lower() != "aws:sourceip" for _, key, _ in statement.conditions):
            continue
        for _, who in statement.principals:
            if who.is_("*"):
                yield Finding(who, "search domain serves requests that nobody has signed: the principal is `*`")
        if not statement.principals and not statement.not_principals and isinstance(statement.element, Value):
            yield Finding(statement.element, "search domain's policy names no principal")


ENDPOINT = Needed("opensearch-vpc-endpoint", "ID of an OpenSearch Serverless VPC endpoint")

public_collection = rule(
    "aws-opensearch-serverless-public",
    severity=HIGH,
    cwe=668,
    title="Serverless search collection can be reached from the Internet",
    why="Only its data access policy stands between the Internet and all documents; one mistake there gives them away.",
    references=(SERVERLESS,),
    remedy="Name the VPC endpoints that may reach it in `SourceVPCEs`.",
    tags=("network",),
)


@public_collection.check(terraform="aws_opensearchserverless_security_policy")
def public_network(policy: Block, project: Project) -> Iterator[Finding]:
    """A network policy that allows access from everywhere to a collection, dashboards aside."""
    if not policy.get("type").is_("network"):
        return
    document = json_document(policy.get("policy"))
    for one in elements(document, "*") if document is not None else ():
        public = one.at("AllowFromPublic")
        kinds = [value for value in one.each("Rules.ResourceType") if not value.is_missing]
        if not public.is_(True) or (kinds and all(kind.is_("dashboard") for kind in kinds)):
            continue
        steps = (Set(public, False), Set(one.at("SourceVPCEs"), [ENDPOINT]))
        intent = Intent("let in a VPC endpoint only", steps, UNSAFE, None, "clients elsewhere are cut off")
        message = "serverless search collection can be reached from the Internet: `AllowFromPublic` is true"
        yield Finding(public, message, (intent,))
