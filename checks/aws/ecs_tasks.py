"""Task definitions of the Elastic Container Service, and what their containers may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iaclint.aspects.container_definitions import ECS_MODULES, container_definitions
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Alias,
    Finding,
    Intent,
    Severity,
    be_one_of,
    bind,
    contain,
    differ,
    equal,
    in_ansible,
    in_terraform,
    requirement,
    rule,
    set_to,
    where,
)
from iaclint.rules.repairs import show_new

GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
PARAMETERS = GUIDE + "task_definition_parameters.html"
TASK = "aws_ecs_task_definition"
ANSIBLE = "community.aws.ecs_taskdefinition"
MODULES = "|".join(f"module:{source}" for source in ECS_MODULES)
GONE = where("state", "absent")
NETWORK_IDS = in_terraform("AC_AWS_0088", "KICS:9f4a9409-9c60-4671-be96-9716dbf63db1", type=TASK)
NETWORK_ANSIBLE = in_ansible("KICS:01aec7c2-3e4d-4274-ae47-2b8fea22fd1f")

requirement(
    "aws-ecs-host-network",
    severity=MEDIUM,
    cwe=653,
    title="Containers of the task use the network of their machine",
    why="They reach the machine's own services and credentials, listen beside everything else on it, and see its traffic.",
    terraform=f"{TASK}|{MODULES}: network_mode",
    ansible=bind(f"{ANSIBLE}: network_mode", unless=GONE),
    must=differ("host"),
    fix=set_to("awsvpc", at_most=UNSAFE, note="the service must then name subnets and security groups"),
    references=(GUIDE + "task-networking.html",),
    aliases=(NETWORK_IDS, NETWORK_ANSIBLE),
    tags=("network", "container"),
)

requirement(
    "aws-ecs-task-without-own-network",
    severity=LOW,
    cwe=653,
    title="Task has no network interface of its own",
    why="All tasks of a machine share its security groups, so one cannot be kept from what another may reach.",
    terraform=(
        bind(f"{TASK}: network_mode", when_missing=VIOLATED),
        f"{MODULES}: network_mode",
    ),
    ansible=bind(f"{ANSIBLE}: network_mode", unless=GONE, when_missing=VIOLATED),
    must=be_one_of("awsvpc", "host"),
    unless=where("requires_compatibilities", contain("EXTERNAL")),
    fix=set_to("awsvpc", at_most=UNSAFE, note="the service must then name subnets and security groups"),
    references=(GUIDE + "task-networking.html",),
    aliases=(NETWORK_IDS, NETWORK_ANSIBLE),
    tags=("network", "container"),
    default=False,
)

requirement(
    "aws-ecs-host-namespace",
    severity=MEDIUM,
    cwe=653,
    title="Containers of the task see the processes of their machine",
    why="They can watch, stop and trace what runs beside them, and read secrets from its memory and environment.",
    terraform=(f"{TASK}|{MODULES}: pid_mode", f"{TASK}|{MODULES}: ipc_mode"),
    must=differ("host"),
    fix=set_to("task", at_most=UNSAFE, note="a program that watches the whole machine no longer can"),
    references=(PARAMETERS,),
    aliases=(in_terraform("CKV_AWS_335", type=TASK),),
    tags=("container",),
)

requirement(
    "aws-ecs-volume-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Traffic between a task and its EFS volume is not encrypted",
    why="Whoever can listen in the network reads the files, and the volume's access control is not used.",
    terraform=(
        bind(f"{TASK}: transit_encryption", each="volume.efs_volume_configuration", when_missing=VIOLATED),
        bind(f"{MODULES}: volume.*.efs_volume_configuration.transit_encryption"),
    ),
    ansible=bind(f"{ANSIBLE}: transitEncryption", each="volumes.efsVolumeConfiguration", when_missing=VIOLATED, unless=GONE),
    must=equal("ENABLED"),
    fix=set_to("ENABLED"),
    references=(GUIDE + "efs-volumes.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_97", "AVD-AWS-0035", "AC_AWS_0463", "KICS:4d46ff3b-7160-41d1-a310-71d6d370b08f", type=TASK,
        ),
    ),
    tags=("encryption", "network"),
)

same_role = rule(
    "aws-ecs-task-role-shared-with-agent",
    severity=LOW,
    cwe=250,
    title="Containers of the task hold the role that starts them",
    why="That role may fetch images and all secrets of the task; code in a container needs neither.",
    references=(GUIDE + "task_execution_IAM_role.html",),
    aliases=(in_terraform("CKV_AWS_249"),),
    remedy="Give the task a role of its own with what its code needs, or none.",
    tags=("identity", "container"),
)


@same_role.check(terraform=TASK, ansible=ANSIBLE)
def roles(task: Block, project: Project) -> Iterator[Finding]:
    """Both arguments hold the same text, or refer to the same resource alone."""
    starts, holds = task.get("execution_role_arn"), task.get("task_role_arn")
    if task.get("state").is_("absent"):
        return
    if starts.text is not None and holds.text is not None:
        is_same = starts.text == holds.text
    else:
        # the same expression, whatever it comes to
        is_same = starts.is_unknown and holds.is_unknown and bool(holds.references) and _written(starts) == _written(holds)
    if is_same:
        yield Finding(holds, "the containers hold the role that starts them")


def _written(value: Value) -> str:
    return value.document.source.slice(value.span)


def _in_containers(
    name: str, severity: Severity, cwe: int, title: str, why: str, message: str, find: Callable[[Value], Value | None],
    new: str | bool, note: str, aliases: tuple[Alias, ...] = (), default: bool = True,
) -> None:
    declared = rule(
        name, severity=severity, cwe=cwe, title=title, why=why, references=(PARAMETERS,), aliases=aliases,
        tags=("container",), default=default,
    )  # fmt: skip

    @declared.check(terraform=f"{TASK}|{MODULES}", ansible=ANSIBLE)
    def containers(block: Block, project: Project) -> Iterator[Finding]:
        if block.get("state").is_("absent"):
            return
        for container in container_definitions(block):
            value = find(container)
            if value is not None:
                shown = show_new(new)
                intent = Intent(f"set `{value.name}` to {shown}", (Set(value, new),), UNSAFE, None, note)
                yield Finding(value, message, (intent,))


def _privileged(container: Value) -> Value | None:
    value = container.at("privileged")
    return value if value.is_(True) else None


def _writable(container: Value) -> Value | None:
    snake, camel = container.at("readonly_root_filesystem"), container.at("readonlyRootFilesystem")
    value = snake if not snake.is_missing else camel
    # the modules turn it on by themselves
    is_from_module = container.block is not None and container.block.kind == "module" and container.document.language == "terraform"
    if value.is_missing:
        return None if is_from_module or not _may_be_read_only(container) else value
    return value if value.is_(False) else None


def _may_be_read_only(container: Value) -> bool:
    return "*unknown*" not in container.entries


def _root(container: Value) -> Value | None:
    value = container.at("user")
    return value if value.text is not None and value.text.partition(":")[0] in ("root", "0") else None


_in_containers(
    "aws-ecs-container-privileged", HIGH, 250, "Container of a task is privileged",
    "It has every right of root on its machine: whoever breaks into it owns the machine and all tasks on it.",
    "the container is privileged", _privileged, False, "a container that manages its machine no longer can",
    in_terraform("CKV_AWS_334", type=TASK),
)
_in_containers(
    "aws-ecs-container-writable-root", LOW, 732, "Container of a task may change its own files",
    "Whoever breaks into it can replace programs, or fetch others, and stay.",
    "the container may change its own files", _writable, True, "directories that are written to need volumes",
    in_terraform("CKV_AWS_336", type=TASK), default=False,
)
_in_containers(
    "aws-ecs-container-root", LOW, 250, "Container of a task is told to run as root",
    "Whoever breaks into it may do everything within it, and finds it easier to break out.",
    "the container is told to run as root", _root, "1000", "the image's files must be readable for that user",
    default=False,
)
