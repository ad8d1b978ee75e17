"""Who the container runs as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.stages import Stage, effective_user, stages
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.intent import InsertInstruction, Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.rules import HIGH, INFO, LOW, MEDIUM, UNSAFE, Finding, in_dockerfile, rule

REFERENCE = "https://docs.docker.com/build/building/best-practices/#user"
USER = "user the container runs as"
NOTE = "the user must exist in the image and may read and write less"

root_user = rule(
    "root-user",
    severity=HIGH,
    cwe=250,
    title="The container runs as root",
    why="Whoever breaks into the process is root in the container: it may change everything there, and one kernel or "
    "runtime fault away it is root on the host.",
    references=(REFERENCE, "https://docs.docker.com/reference/dockerfile/#user"),
    aliases=(
        in_dockerfile(
            "DL3002", "CKV_DOCKER_8", "AVD-DS-0002", "AC_DOCKER_0005", "KICS:67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae"
        ),
    ),
    tags=("container", "identity"),
)

missing_user = rule(
    "missing-user",
    severity=MEDIUM,
    cwe=250,
    confidence="medium",
    title="No user is set, so the container runs as root",
    why="Unless the base image sets another user the process is root in the container: whoever breaks into it may "
    "change everything there, and is closer to the host.",
    references=(REFERENCE, "https://docs.docker.com/reference/dockerfile/#user"),
    aliases=(
        in_dockerfile("CKV_DOCKER_3", "AVD-DS-0002"),
        in_dockerfile("KICS:fd54f200-402c-4333-a5a4-36ef6709af2f", scratch=False),
    ),
    tags=("container", "identity"),
)

files_of_runtime_user = rule(
    "files-of-runtime-user",
    severity=LOW,
    cwe=282,
    title="The program belongs to the user it runs as",
    why="A process that owns its own program can overwrite it: an intruder stays after a restart.",
    default=False,
    references=("https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",),
    aliases=(in_dockerfile("AC_DOCKER_00024", "KICS:aa93e17f-b6db-4162-9334-c70334e7ac28"),),
    remedy="leave it to root, and give the user only the folders it writes to",
    tags=("container",),
)

named_user = rule(
    "named-user",
    severity=INFO,
    cwe=250,
    title="The container's user is a name, not a number",
    why="Kubernetes cannot tell that a name is not root, and refuses to start the container under runAsNonRoot.",
    default=False,
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",),
    aliases=(in_dockerfile("DL3066"),),
    tags=("hygiene",),
)

password_in_image = rule(
    "password-in-image",
    severity=HIGH,
    cwe=259,
    title="A user's password is set in the build",
    why="Everybody who has the image or its Dockerfile has the password, and all containers share it.",
    references=("https://docs.docker.com/build/building/secrets/",),
    aliases=(in_dockerfile("CKV2_DOCKER_17"),),
    remedy="create the user without a password, and let people in by docker exec",
    tags=("container", "secret"),
)

_UNPRIVILEGED = ("nonroot", "non-root", "unprivileged", "rootless")
_WITH_USER = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:jenkins/(?:jenkins|agent|inbound-agent)|memcached|solr|sonarqube|grafana/grafana"
    r"|prom/prometheus|prom/alertmanager|curlimages/curl|quay\.io/keycloak/keycloak)(?:[:@].*)?"
    r"|public\.ecr\.aws/(?:lambda|sam)/.*|amazon/aws-lambda-.*"
)
"""Images that set a user other than root themselves; Lambda runs what is built on its own as a user of its choice."""
_WITH_DROPPER = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:postgres|mysql|mariadb|mongo|redis|valkey|rabbitmq|cassandra|couchdb|ghost)(?:[:@].*)?"
)
"""Images whose own ENTRYPOINT starts as root and changes the user."""
_DROPPERS = frozenset({
    "gosu", "su-exec", "setpriv", "runuser", "su", "setuidgid", "s6-setuidgid", "chpst", "s6-svscan", "supervisord",
    "runsvdir", "runit", "my_init",
})  # fmt: skip
"""Programs that change the user, or look after others that may run as somebody else."""
_SCRIPT = re.compile(r"(?:.*\.(?:sh|bash)|(?:.*/)?(?:docker-)?entry-?point|.*/(?:init|start|startup|run|[\w-]*bootstrap))")
"""What a start script is called, of which nobody knows whether it changes the user."""
_AT_END = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "EXPOSE", "VOLUME", "LABEL", "STOPSIGNAL"})


def _final(block: Block) -> Stage | None:
    """The final stage, where the stage given is it."""
    found = stages(block.document)
    return found[-1] if found and found[-1].block is block else None


@root_user.check(dockerfile="stage")
def last_user(block: Block, project: Project) -> Iterator[Finding]:
    """The last USER of the final stage, or of a stage it builds on, is root."""
    stage = _final(block)
    user = effective_user(stage) if stage is not None else None
    if user is None or user.text is None or user.text.partition(":")[0] not in ("root", "0"):
        return
    if stage is not None and _may_drop_privileges(stage):
        return
    step = Set(user, Needed("container-user", USER))
    yield Finding(user, f"the last user is {user.text}", (Intent("run as another user", (step,), UNSAFE, None, NOTE),))


@missing_user.check(dockerfile="stage")
def no_user(block: Block, project: Project) -> Iterator[Finding]:
    """No USER in the final stage and those it builds on; an image that is unknown or unprivileged may."""
    stage = _final(block)
    if stage is None or effective_user(stage) is not None or any(stage.instructions("USER")) or _may_drop_privileges(stage):
        return
    *_, root = stage.lineage()
    image = root.image.text
    if image is None or any(word in image.lower() for word in _UNPRIVILEGED) or _WITH_USER.fullmatch(image):
        return
    is_scratch = image == "scratch"
    if is_scratch and not any(stage.instructions("CMD", "ENTRYPOINT")):
        return
    step = _insertion(stage, Needed("container-user", USER, "USER "))
    intents = (Intent("run as another user", (step,), UNSAFE, None, NOTE),)
    yield Finding(block, "no USER is set", intents, {"scratch": is_scratch})


def _may_drop_privileges(stage: Stage) -> bool:
    """Whether what is started changes the user itself, or is a script that may."""
    lineage = list(stage.lineage())
    if _WITH_DROPPER.fullmatch(lineage[-1].image.text or "") and not any(
        any(one.instructions("ENTRYPOINT")) for one in lineage
    ):
        return True
    for one in lineage:
        for block in one.instructions("ENTRYPOINT", "CMD"):
            words = re.split(r"[\s\"',;&|\[\]]+", block.document.source.slice(block.span))
            if any(word.rsplit("/", 1)[-1] in _DROPPERS or _SCRIPT.fullmatch(word) for word in words):
                return True
    return False


def _insertion(stage: Stage, text: Needed) -> InsertInstruction:
    """Before what only describes how the container is started, or at the end."""
    instructions = list(stage.instructions())
    first = len(instructions)
    while first > 1 and instructions[first - 1].type in _AT_END:
        first -= 1
    if first < len(instructions):
        return InsertInstruction(instructions[first], text, before=True)
    return InsertInstruction(instructions[-1], text)


@files_of_runtime_user.check(dockerfile="COPY|ADD")
def owned_by_runtime_user(block: Block, project: Project) -> Iterator[Finding]:
    """--chown to the very user that the final stage ends with."""
    owner = block.get("--chown")
    stage = next((one for one in stages(block.document) if one.is_final), None)
    if owner.text is None or stage is None or all(one.block is not block.up("stage") for one in stage.lineage()):
        return
    user = effective_user(stage)
    name = owner.text.partition(":")[0]
    if user is None or user.text is None or name in ("", "root", "0") or user.text.partition(":")[0] != name:
        return
    yield Finding(owner, f"what is copied belongs to {name}, whom the container runs as")


@named_user.check(dockerfile="stage")
def user_by_name(block: Block, project: Project) -> Iterator[Finding]:
    """The last USER of the final stage is a name other than root."""
    stage = _final(block)
    user = effective_user(stage) if stage is not None else None
    name = (user.text or "").partition(":")[0] if user is not None else ""
    if user is not None and name and not name.isdecimal() and name != "root":
        intents = (Intent("name its number", (Set(user, Needed(f"uid:{name}", f"number of the user {name}")),), UNSAFE),)
        yield Finding(user, f"the user is {name}, by name", intents)


_SPEAKS = ("echo", "printf")


@password_in_image.check(aspect=ShellCommand, language="dockerfile")
def sets_password(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """chpasswd or passwd fed by echo; a password given from a mounted secret is none of it."""
    if command.block.type != "RUN":
        return
    is_set = command.name == "chpasswd" or (command.name == "passwd" and command.flag("--stdin") is not None)
    is_fed = any(one.name in _SPEAKS and "cat /run/secrets" not in _written(one) for one in command.pipeline[:-1])
    if is_set and is_fed and command.pipeline[-1] is command:
        yield Finding((command.block, command.name_word), f"{command.name} sets a password that the Dockerfile gives")


def _written(command: ShellCommand) -> str:
    return command.document.source.slice(command.span)
