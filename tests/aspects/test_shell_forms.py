"""What is installed and fetched, however the shell text around it is written."""

from __future__ import annotations

import pytest

from iaclint.aspects.downloads import downloads
from iaclint.aspects.packages import package_installs
from iaclint.aspects.shell import commands, windows_commands
from iaclint.evaluate.dockerfile import prepare
from iaclint.model.block import Block
from iaclint.model.project import Project
from tests.aspects.reading import dockerfile, instruction, module, terraform

Found = list[tuple[str, str | None]]


def prepared(text: str) -> Block:
    """The last RUN of a stage, variables evaluated."""
    document = dockerfile("FROM a\n" + text + "\n")
    prepare(Project(".", [document]))
    return [block for block in document.walk() if block.type == "RUN"][-1]


def packages(block: Block) -> Found:
    return [(one.name, one.version) for install in package_installs(block) for one in install.packages]


@pytest.mark.parametrize(
    "text",
    [
        "RUN (apt-get install git)",
        "RUN { apt-get install git; }",
        "RUN ! apt-get install git | tee log > /dev/null 2>&1",
        "RUN if x; then apt-get install git; fi",
        "RUN while x; do apt-get install git; done",
        "RUN case $x in a) apt-get install git;; esac",
        "RUN f() { apt-get install git; }",
        "RUN sudo -E -u root apt-get install git",
        "RUN env -i A=b apt-get install git",
        "RUN timeout -k 5 30 apt-get install git",
        "RUN gosu root apt-get install git",
        "RUN chroot /mnt apt-get install git",
        "RUN flock -w 5 /lock apt-get install git",
        "RUN runuser -u root -- apt-get install git",
        "RUN runuser root -c 'apt-get install git'",
        "RUN su - -c 'apt-get install git'",
        "RUN bash -exc 'apt-get install git'",
        'RUN sh -c "bash -c \'apt-get install git\'"',
        "RUN eval apt-get install git",
        "RUN eval 'apt-get install git'",
        "RUN nohup nice -n 5 apt-get install git &",
        "RUN x=$(apt-get install git)",
        "RUN apt-get \\\n  # note\n  install \\\n\n  git",
        "RUN <<EOF\nset -e\napt-get install git\nEOF",
        "RUN P=git && apt-get install $P",
        "RUN P='git' ; apt-get install \"${P}\"",
        "RUN for p in git; do apt-get install $p; done",
        "RUN apt-get install git vim-",
    ],
)
def test_a_package_is_seen_wherever_it_is_installed(text: str) -> None:
    assert packages(prepared(text)) == [("git", None)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RUN for p in a b=1; do apt-get install $p; done", [("a", None), ("b", "1")]),
        ("RUN for v in 1 2; do pip install x==$v; done", [("x", "1"), ("x", "2")]),
        ("RUN P='a b' && for p in $P; do apt-get install \"$p\"; done", [("a", None), ("b", None)]),
        ("RUN P='a b=1'; apt-get install $P c", [("a", None), ("b", "1"), ("c", None)]),
        ("RUN P='-y a'; apt-get install $P", [("a", None)]),
        ("ENV P='a b'\nRUN apt-get install $P", [("a", None), ("b", None)]),
        ("ARG V=2\nRUN apt-get install a=$V", [("a", "2")]),
        ("ARG V=2\nRUN bash -c 'apt-get install a=$V'", [("a", "2")]),
        # what is not known stays so
        ("ARG V\nRUN apt-get install a=$V", [("a", "")]),
        ("RUN apt-get install a=$V", [("a", "")]),
        ("ENV V=1\nRUN V=$(x); apt-get install a=$V", [("a", "")]),
        ("ENV V=1\nRUN . ./env; apt-get install a=$V", [("a", "")]),
        ("ENV V=1\nRUN read V; apt-get install a=$V", [("a", "")]),
        ("RUN P='a b'; apt-get install \"$P\"", [("a b", None)]),
        ("RUN P='a *'; apt-get install $P", [("", "")]),
        ("RUN for p in *; do apt-get install $p; done", [("", "")]),
        ("RUN for p in a $X; do apt-get install $p; done", [("", "")]),
        ("RUN for p in a b; do p=c$(x); apt-get install $p; done", [("", "")]),
    ],
)
def test_variables_are_followed_as_far_as_they_are_known(text: str, found: Found) -> None:
    assert packages(prepared(text)) == found


def test_an_argument_of_the_build_is_nothing_at_run_time() -> None:
    document = dockerfile("FROM a\nARG U=http://x.com\nENV V=http://y.com\nCMD curl $U $V\n")
    prepare(Project(".", [document]))
    block = next(one for one in document.walk() if one.type == "CMD")

    assert [one.url_text for one in downloads(block)] == [None, "http://y.com"]


@pytest.mark.parametrize(
    ("text", "manager", "found"),
    [
        ("pacman -Syu --noconfirm git", "pacman", [("git", None)]),
        ("pacman --sync git", "pacman", [("git", None)]),
        ("python3 -mpip install x==1", "pip", [("x", "1")]),
        ("python -W ignore -Im pip install x", "pip", [("x", None)]),
        ("uv pip install x==1", "pip", [("x", "1")]),
        ("uv tool install x@1", "uv", [("x", "1")]),
        ("uv add --dev x", "uv", [("x", None)]),
        ("pipx install --python 3.12 x==1", "pipx", [("x", "1")]),
        ("poetry add x@^1 y", "poetry", [("x", "^1"), ("y", None)]),
        ("composer global require a/b:1 c/d", "composer", [("a/b", "1"), ("c/d", None)]),
        ("dotnet tool install -g x --version 1", "dotnet", [("x", "1")]),
        ("dotnet add P.csproj package x", "dotnet", [("x", None)]),
        ("choco install -y a b --version=1", "choco", [("a", "1"), ("b", "1")]),
        ("bun add -g x@1", "bun", [("x", "1")]),
        ("cargo binstall x", "cargo", [("x", None)]),
        ("dnf module install -y nodejs:18 ruby", "dnf", [("nodejs", "18"), ("ruby", None)]),
        ("tdnf install -y a-1.2", "tdnf", [("a", "1.2")]),
    ],
)
def test_managers(text: str, manager: str, found: Found) -> None:
    block = instruction("RUN " + text)

    assert ([one.manager for one in package_installs(block)], packages(block)) == ([manager], found)


@pytest.mark.parametrize(
    "text",
    [
        "pacman -Ss git", "pacman -R git", "python -c 'import pip' -m pip install x", "dotnet add P reference x",
        "dotnet workload install x", "composer dump-autoload", "uv run x", "poetry run x", "choco list", "eval $x",
    ],
)
def test_what_installs_nothing(text: str) -> None:
    assert package_installs(instruction("RUN " + text)) == []


@pytest.mark.parametrize(
    ("text", "verifies", "checked"),
    [
        ("aria2c -x 4 https://a.com/x", True, None),
        ("aria2c --check-certificate=false https://a.com/x", False, None),
        ("aria2c --checksum=sha-256=abc https://a.com/x", True, True),
    ],
)
def test_aria2(text: str, verifies: bool, checked: bool | None) -> None:
    (one,) = downloads(instruction("RUN " + text))

    assert (one.url_text, one.verifies, one.checked or None) == ("https://a.com/x", verifies, checked)


# --- Windows ------------------------------------------------------------------------

POWERSHELL = 'SHELL ["powershell", "-Command"]\nRUN '
CMD = 'SHELL ["cmd", "/S", "/C"]\nRUN '


@pytest.mark.parametrize(
    ("text", "tool", "url", "follows"),
    [
        (POWERSHELL + "Invoke-WebRequest -Uri https://x.com/a -OutFile a", "Invoke-WebRequest", "https://x.com/a", []),
        (POWERSHELL + "iwr -useb https://x.com/a | iex", "Invoke-WebRequest", "https://x.com/a", ["iex"]),
        (POWERSHELL + "iex (irm 'https://x.com/a')", "Invoke-RestMethod", "https://x.com/a", ["iex"]),
        (
            POWERSHELL + "iex ((New-Object Net.WebClient).DownloadString('https://x.com/a'))", "WebClient",
            "https://x.com/a", ["iex"],
        ),
        (POWERSHELL + "$c.DownloadFile(\"https://x.com/$v\", 'a')", "WebClient", None, []),
        (CMD + "curl -L https://x.com/a -o a", "curl", "https://x.com/a", []),
        (CMD + 'powershell -ep Bypass -c "irm https://x.com | iex"', "Invoke-RestMethod", "https://x.com", ["iex"]),
        (CMD + "powershell iwr https://x.com/a -OutFile b", "Invoke-WebRequest", "https://x.com/a", []),
    ],
)  # fmt: skip
def test_powershell_and_cmd_fetch(text: str, tool: str, url: str | None, follows: list[str]) -> None:
    (one,) = downloads(instruction(text))

    assert one.command is not None
    assert (one.tool, one.url_text) == (tool, url)
    assert [other.name for other in one.command.pipeline if other is not one.command] == follows


@pytest.mark.parametrize("shell", [POWERSHELL, CMD])
def test_powershell_and_cmd_are_never_read_as_posix(shell: str) -> None:
    block = instruction(shell + "choco install -y git; pip install x ^\n")

    assert commands(block) == []
    assert packages(block)[:1] == [("git", None)]
    assert windows_commands(instruction("RUN choco install git")) == []


def test_unclosed_quotes_cost_no_more_than_their_length() -> None:
    assert len(windows_commands(instruction(POWERSHELL + "'a' \"b " * 20_000 + "'"))) >= 1


# --- start scripts ------------------------------------------------------------------

CLOUD_CONFIG = """resource "aws_instance" "a" {
  user_data_base64 = base64encode(<<-EOF
    #cloud-config
    packages:
      - git
      - [curl, "1.2"]
    bootcmd:
      - curl -k https://x.com/${var.v}/a | sh
    runcmd:
      - [sh, -c, "wget http://x.com/b"]
      - |
        cd /x
        chmod 777 /x
    write_files:
      - path: /x.sh
        content: |
          #!/bin/bash
          echo hi
      - path: /y.conf
        content: curl http://no
  EOF
  )
}
"""


def test_cloud_config_is_read_with_places_in_the_file() -> None:
    document = terraform(CLOUD_CONFIG)
    found = commands(document.blocks[0])

    assert [document.source.slice(one.span) for one in found] == [
        "curl -k https://x.com/${var.v}/a", "sh", 'sh, -c, "wget http://x.com/b"', "wget http://x.com/b", "cd /x",
        "chmod 777 /x", "echo hi",
    ]  # fmt: skip
    assert found[0].words[1].parts == ("https://x.com/", None, "/a")
    assert packages(document.blocks[0]) == [("git", None), ("curl", "1.2")]


@pytest.mark.parametrize(
    "text",
    [
        'resource "google_compute_instance" "a" {\n metadata = { startup-script = "#!/bin/sh\\ncurl -k https://x"}\n}\n',
        'resource "x" "a" {\n  custom_data = base64encode("#!/bin/sh\\ncurl -k https://x")\n}\n',
        'resource "x" "a" {\n  metadata_startup_script = "#! /bin/bash\\ncurl -k https://x"\n}\n',
        'data "cloudinit_config" "a" {\n  part {\n    content = "#!/bin/sh\\ncurl -k https://x"\n  }\n}\n',
        'variable "u" {\n  default = "#!/bin/sh\\ncurl -k https://x"\n}\nresource "x" "a" {\n  user_data = var.u\n}\n',
    ],
)  # fmt: skip
def test_start_scripts_are_read_wherever_they_stand(text: str) -> None:
    document = terraform(text)
    found = [one for block in document.blocks for one in commands(block)]

    assert [document.source.slice(one.span) for one in found] == ["curl -k https://x"]


@pytest.mark.parametrize(
    "text", ["#cloud-config\\nruncmd: [", "#cloud-config\\n- a", "curl -k https://x", "<powershell>"]
)
def test_what_is_no_start_script_is_left_alone(text: str) -> None:
    document = terraform(f'resource "x" "a" {{\n  user_data = "{text}"\n}}\n')

    assert commands(document.blocks[0]) == []


def test_machines_started_by_ansible() -> None:
    script = "      #cloud-config\n      runcmd:\n        - curl -k https://x/{{ v }}\n"
    block = module("- amazon.aws.ec2_instance:\n    user_data: |\n" + script)

    assert [block.document.source.slice(one.span) for one in commands(block)] == ["curl -k https://x/{{ v }}"]
