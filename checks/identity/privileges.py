"""Who can give themselves more rights: policies with such actions, the identities that hold them, and what runs as those."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator

from iaclint.aspects.policy_documents import DOCUMENT
from iaclint.aspects.policy_holders import Holder, actions_of_holders, holders_of, key_of
from iaclint.aspects.policy_statements import INLINE, LEAST, allows, anything, is_for_identity
from iaclint.checks.identity.escalation import ESCALATIONS, aliases
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block
from iaclint.model.finding import Place
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, Finding, in_terraform, rule

WORKLOADS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles"

privilege_escalation_policy = rule(
    "privilege-escalation-policy",
    severity=HIGH,
    cwe=269,
    title="Policy lets its holder take further rights",
    why="With this permission on every resource, the holder can give themselves any other, up to administrator.",
    references=(LEAST,),
    remedy="Restrict the action to the users, roles or functions that are meant.",
    aliases=(
        in_terraform("CKV_AWS_286", type=INLINE),
        in_terraform("CKV_AWS_110", type=DOCUMENT),
        in_terraform("CKV_AWS_289", type=INLINE, manages=True),
        in_terraform("CKV_AWS_109", type=DOCUMENT, manages=True),
        aliases(),
    ),
    tags=("identity",),
)

privilege_escalation_holder = rule(
    "privilege-escalation-holder",
    severity=HIGH,
    cwe=269,
    title="Identity can take further rights",
    why="With the permissions that its policies add up to, it can give itself any other, up to administrator.",
    references=(LEAST,),
    remedy="Restrict the actions to the users, roles or functions that are meant, or set a permissions boundary.",
    aliases=(
        in_terraform("CKV_AWS_286", "CKV_AWS_110"),
        in_terraform("CKV_AWS_289", "CKV_AWS_109", manages=True),
        in_terraform("AC_AWS_0473", type="aws_iam_role"),
        aliases(),
    ),
    tags=("identity",),
)

privileged_workload = rule(
    "privileged-workload-role",
    severity=HIGH,
    cwe=250,
    title="Workload runs with rights that reach the whole account",
    why="Whoever breaks into the program, or gets it to fetch a URL, takes the role's credentials and with them the account.",
    references=(WORKLOADS, LEAST),
    remedy="Give the workload a role of its own that allows only what it needs.",
    aliases=(
        in_terraform("KICS:1b3af2f9-af8c-4dfc-a0f1-a03adb70deb2", type="aws_lambda_function"),
        in_terraform("AC_AWS_0477", type="aws_instance"),
        in_terraform("AC_AWS_0488", type="aws_launch_configuration"),
        in_terraform("CKV2_AWS_68", type="aws_sagemaker_notebook_instance"),
    ),
    tags=("identity",),
    default=False,
)

Ways = dict[tuple[str, ...], list[Value]]
"""Sets of actions that lead to further rights, with the place of each action."""


def ways_up(actions: Iterable[Value]) -> Ways:
    """The sets of actions that these hold completely; a whole service is reported by itself."""
    named = [(value.text.lower(), value) for value in actions if value.text is not None]
    named = [(name, value) for name, value in named if name not in ("*", "*:*") and not name.endswith(":*")]
    found: Ways = {}
    for wanted in ESCALATIONS:
        places = [next((value for name, value in named if fnmatch.fnmatchcase(one, name)), None) for one in wanted]
        known = [place for place in places if place is not None]
        if len(known) == len(wanted):
            found[wanted] = known
    return found


def _facets(ways: Ways, kinds: Iterable[str]) -> dict[str, object]:
    return {
        **{f"on_{kind}": True for kind in kinds},
        **{"+".join(wanted): True for wanted in ways},
        "manages": any(one.startswith("iam:") for wanted in ways for one in wanted),
    }


@privilege_escalation_policy.check(aspect=PolicyStatement)
def escalation(statement: PolicyStatement, project: Project) -> Iterator[Finding]:
    """An action, or several that one holder has together, in a policy whose holders stand elsewhere."""
    if not allows(statement) or not is_for_identity(statement, project) or anything(statement.resources) is None:
        return
    holders = holders_of(statement.block, project)
    if any(_block_of(holder, project) is not None for holder in holders):
        return  # reported where the holder stands
    table = actions_of_holders(project)
    for action in statement.actions:
        mine = ways_up([action, *statement.actions, *(value for holder in holders for value in table.get(holder, ()))])
        for wanted, places in mine.items():
            if places[0] is not action:
                continue
            what = " and ".join(f"`{place.text}`" for place in places)
            others: tuple[tuple[Place, str], ...] = tuple((place, "together with this") for place in places[1:])
            message = f"{what} on every resource lets the holder take further rights"
            yield Finding(action, message, (), _facets({wanted: places}, (kind for kind, _ in holders)), others)
            break


def _block_of(holder: Holder, project: Project) -> Block | None:
    kind, name = holder

    def compute() -> dict[str, Block]:
        table: dict[str, Block] = {}
        for block in project.blocks(f"aws_iam_{kind}", "resource"):
            for known in (key_of(block), block.get("name").text):
                if known is not None:
                    table.setdefault(known, block)
        return table

    return project.memo(("holders by name", kind), compute).get(name)


def actions_held(holder: Block, project: Project) -> list[Value]:
    """What a user, group or role is allowed on every resource, under no condition."""
    kind = holder.type.removeprefix("aws_iam_")
    table = actions_of_holders(project)
    name = holder.get("name").text
    return [*table.get((kind, key_of(holder)), ()), *(table.get((kind, name), ()) if name is not None else ())]


@privilege_escalation_holder.check(terraform="aws_iam_group|aws_iam_role|aws_iam_user")
def holder_escalates(holder: Block, project: Project) -> Iterator[Finding]:
    """A user, group or role whose policies together allow it."""
    if not holder.get("permissions_boundary").is_missing:
        return
    kind = holder.type.removeprefix("aws_iam_")
    ways = ways_up(actions_held(holder, project))
    if ways:
        shown = [" with ".join(f"`{place.text}`" for place in places) for places in ways.values()]
        more = f" and {len(shown) - 3} other ways" if len(shown) > 3 else ""
        message = f"the {kind} can take further rights by {', '.join(dict.fromkeys(shown[:3]))}{more}"
        places = {id(place): place for found in ways.values() for place in found}
        also: tuple[tuple[Place, str], ...] = tuple((place, "on every resource") for place in places.values())
        yield Finding(holder, message, (), _facets(ways, (kind,)), also)


# --- what runs as whom ----------------------------------------------------------------------

PRIVILEGED_MANAGED = frozenset({
    "AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "AmazonPersonalizeFullAccess", "AmazonElasticMapReduceFullAccess",
    "AWSCodePipeline_FullAccess", "AWSDataPipeline_FullAccess", "AWSElasticBeanstalkFullAccess", "AWSGlueConsoleFullAccess",
    "AWSLambda_FullAccess", "AWSLambdaFullAccess", "AmazonSageMakerFullAccess", "AWSBatchFullAccess",
    "DataScientist", "DatabaseAdministrator", "SystemAdministrator",
})  # fmt: skip
"""Policies of AWS that allow everything, or passing any role to a service that runs code."""

_ROLE_OF = {
    "aws_lambda_function": "role", "aws_sagemaker_notebook_instance": "role_arn", "aws_ecs_task_definition": "task_role_arn",
    "aws_instance": "iam_instance_profile", "aws_launch_configuration": "iam_instance_profile",
    "aws_launch_template": "iam_instance_profile.name|iam_instance_profile.arn",
}  # fmt: skip


@privileged_workload.check(terraform="|".join(_ROLE_OF))
def privileged(workload: Block, project: Project) -> Iterator[Finding]:
    """A function, machine, task or notebook whose role reaches everything."""
    for path in _ROLE_OF[workload.type].split("|"):
        value = workload.at(path)
        role = _role(value, project)
        evidence = list(_privileges(role, project)) if role is not None else []
        if role is not None and evidence:
            also: tuple[tuple[Place, str], ...] = tuple((place, "allows it") for place in evidence[:4])
            yield Finding(value, f"it runs as {role.address}, which reaches the whole account", (), {}, also)
            return


def _role(value: Value, project: Project) -> Block | None:
    block = project.follow(value)
    if block is None and value.text is not None:
        named = [one for one in project.blocks("aws_iam_instance_profile", "resource") if one.get("name").is_(value.text)]
        block = named[0] if len(named) == 1 else None
    if block is not None and block.type == "aws_iam_instance_profile":
        block = project.follow(block.get("role"))
    return block if block is not None and block.type == "aws_iam_role" and block.kind == "resource" else None


def _privileges(role: Block, project: Project) -> Iterator[Value]:
    if not role.get("permissions_boundary").is_missing:
        return
    held = actions_held(role, project)
    yield from (value for value in held if (value.text or "").lower() in ("*", "*:*", "iam:*"))
    for places in ways_up(held).values():
        yield from places
    for type, by in (("aws_iam_role_policy_attachment", "role"), ("aws_iam_policy_attachment", "roles.*")):
        for attachment in project.companions(role, type, by, ("name",))[0]:
            if _is_privileged(attachment.get("policy_arn")):
                yield attachment.get("policy_arn")
    yield from (arn for arn in role.get("managed_policy_arns").items if _is_privileged(arn))


def _is_privileged(arn: Value) -> bool:
    return (arn.text or "").rpartition("/")[2] in PRIVILEGED_MANAGED
