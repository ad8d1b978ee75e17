"""Ports and volumes a container declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.checks.dockerfile._image import stage_of
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Remove, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, INFO, LOW, MEDIUM, UNSAFE, Finding, in_dockerfile, rule

EXPOSE = "https://docs.docker.com/reference/dockerfile/#expose"
_SERVERS = re.compile(r"\b(?:openssh(?:-server)?|dropbear)(?![\w-])")
_PORT = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?(?:/\w+)?")

exposed_ssh_port = rule(
    "exposed-ssh-port",
    severity=MEDIUM,
    cwe=284,
    title="The container offers SSH",
    why="An SSH server in a container is one more way in, with keys and passwords of its own that nobody rotates; "
    "`docker exec` does the same without it.",
    references=(EXPOSE,),
    aliases=(
        in_dockerfile("CKV_DOCKER_1", "AVD-DS-0004", "AC_DOCKER_0026", "KICS:5907595b-5b6d-4142-b173-dbb0e73fbff8"),
    ),
    tags=("container", "network"),
)

impossible_port = rule(
    "impossible-port",
    severity=LOW,
    cwe=682,
    title="A port is out of range",
    why="Ports end at 65535: the build fails, or the port that is meant is not offered.",
    references=(EXPOSE,),
    aliases=(in_dockerfile("DL3011", "AVD-DS-0008", "AC_DOCKER_0011", "KICS:71bf8cf8-f0a1-42fa-b9d2-d10525e0a38e"),),
    tags=("container",),
)

docker_socket_volume = rule(
    "docker-socket-volume",
    severity=HIGH,
    cwe=250,
    title="The Docker socket is declared as a volume",
    why="The image asks to be given the Docker daemon; whoever controls the container is then root on the host.",
    references=("https://docs.docker.com/engine/security/#docker-daemon-attack-surface",),
    tags=("container",),
)

exposed_protocol_case = rule(
    "exposed-protocol-case",
    severity=INFO,
    cwe=1099,
    title="A port's protocol is written in capitals",
    why="BuildKit takes it in lower case; other tools that read the file compare it as it is written.",
    default=False,
    references=("https://docs.docker.com/reference/build-checks/expose-proto-casing/",),
    aliases=(in_dockerfile("buildkit:ExposeProtoCasing"),),
    tags=("hygiene",),
)

mapped_port = rule(
    "mapped-port",
    severity=LOW,
    cwe=628,
    title="EXPOSE names an address or a port of the host",
    why="EXPOSE publishes nothing: who reads it believes the port is bound to that address alone, but it is not bound at all.",
    default=False,
    references=("https://docs.docker.com/reference/build-checks/expose-invalid-format/", EXPOSE),
    aliases=(in_dockerfile("buildkit:ExposeInvalidFormat"),),
    tags=("hygiene",),
)


def _range(value: Value) -> tuple[int, int] | None:
    match = _PORT.fullmatch(value.text or "")
    return None if match is None else (int(match[1]), int(match[2] or match[1]))


def _without(block: Block, item: Value, items: list[Value], title: str) -> tuple[Intent, ...]:
    if item.origin is not None:
        return ()
    return (Intent(title, (Remove(item if len(items) > 1 else block),), UNSAFE, None, "somebody may rely on it"),)


@exposed_ssh_port.check(dockerfile="EXPOSE")
def offers_ssh(block: Block, project: Project) -> Iterator[Finding]:
    """EXPOSE 22, in an image that is not made to be an SSH server."""
    if _is_ssh_server(block):
        return
    ports = block.get("ports").items
    for port in ports:
        if _range(port) == (22, 22) and not (port.text or "").endswith("/udp"):
            yield Finding(port, "port 22 (SSH) is exposed", _without(block, port, ports, "do not expose it"))


def _is_ssh_server(block: Block) -> bool:
    """Whether the stage starts sshd, or installs it and starts a script that may."""
    stage = stage_of(block)
    if stage is None:
        return False
    lineage = list(stage.lineage())
    started = [one for each in lineage for one in each.instructions("ENTRYPOINT", "CMD")]
    text = " ".join(block.document.source.slice(one.span) for one in started)
    if re.search(r"\bsshd\b|dropbear", text):
        return True
    runs = (block.document.source.slice(one.span) for each in lineage for one in each.instructions("RUN"))
    is_script = re.search(r"\.sh\b|entry-?point|/(?:start|run|init)\b|supervisord|runsvdir", text, re.IGNORECASE)
    return is_script is not None and any(_SERVERS.search(run) for run in runs)


@impossible_port.check(dockerfile="EXPOSE")
def out_of_range(block: Block, project: Project) -> Iterator[Finding]:
    """A port above 65535, or a range that ends before it begins."""
    for port in block.get("ports").items:
        bounds = _range(port)
        if bounds is not None and (bounds[1] > 65535 or bounds[1] < bounds[0]):
            yield Finding(port, f"there is no port {port.text}")


@exposed_protocol_case.check(dockerfile="EXPOSE")
def protocol(block: Block, project: Project) -> Iterator[Finding]:
    """`80/TCP`."""
    for port in block.get("ports").items:
        number, slash, name = (port.text or "").partition("/")
        if slash and name != name.lower():
            wanted = f"{number}/{name.lower()}"
            intents = (Intent(f"write {wanted}", (Set(port, wanted),)),) if port.origin is None else ()
            yield Finding(port, f"{name} is not in lower case", intents)


_MAPPED = re.compile(r"(?:\[?[0-9a-fA-F.:]{2,45}\]?:)?\d{0,5}(?:-\d{1,5})?:(\d{1,5}(?:-\d{1,5})?(?:/\w+)?)")


@mapped_port.check(dockerfile="EXPOSE")
def mapped(block: Block, project: Project) -> Iterator[Finding]:
    """`127.0.0.1:80:80`, `8080:80`."""
    for port in block.get("ports").items:
        match = _MAPPED.fullmatch(port.text or "")
        if match is not None:
            intents = (Intent(f"name port {match[1]} alone", (Set(port, match[1]),)),) if port.origin is None else ()
            yield Finding(port, f"{port.text} is a mapping, which EXPOSE does not make", intents)


@docker_socket_volume.check(dockerfile="VOLUME")
def socket_volume(block: Block, project: Project) -> Iterator[Finding]:
    """VOLUME of docker.sock."""
    paths = block.get("paths").items
    for path in paths:
        if (path.text or "").rstrip("/") in ("/var/run/docker.sock", "/run/docker.sock"):
            yield Finding(path, "the Docker socket is a volume", _without(block, path, paths, "do not declare it"))
