"""Where shell commands stand in the three languages."""

from __future__ import annotations

import pytest

from iaclint.aspects.shell import commands
from iaclint.model.project import Project
from tests.aspects.reading import dockerfile, instruction, module, terraform


def names(block: object) -> list[str]:
    return [command.name for command in commands(block)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "type", "found"),
    [
        ("RUN a && b | c", "RUN", ["a", "b", "c"]),
        ("RUN a \\\n  # note\n  && b \\\n\n  && c", "RUN", ["a", "b", "c"]),
        ("RUN <<EOF\na\nb\nEOF", "RUN", ["a", "b"]),
        ("CMD a b", "CMD", ["a"]),
        ('CMD ["a", "-k", "b"]', "CMD", ["a"]),
        ('RUN ["sh", "-c", "a | b"]', "RUN", ["sh", "a", "b"]),
        ('ENTRYPOINT ["tini", "--", "/app/server"]', "ENTRYPOINT", ["server"]),
        ("HEALTHCHECK --interval=5s CMD curl -f x || exit 1", "HEALTHCHECK", ["curl", "exit"]),
        ("HEALTHCHECK NONE", "HEALTHCHECK", []),
        ('SHELL ["powershell", "-c"]\nRUN a; b', "RUN", []),
    ],
)
def test_instructions_that_run_something(text: str, type: str, found: list[str]) -> None:
    assert names(instruction(text, type)) == found


def test_words_of_an_exec_form_are_its_strings() -> None:
    command = commands(instruction('RUN ["curl", "-k", "http://a b"]'))[0]

    assert [word.text for word in command.words] == ["-k", "http://a b"]
    assert command.document.source.slice(command.words[1].span) == '"http://a b"'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- shell: a | b\n", ["a", "b"]),
        ("- shell: |\n    a\n    b && c\n", ["a", "b", "c"]),
        ("- ansible.builtin.shell:\n    cmd: a > x\n    chdir: /\n", ["a"]),
        ("- shell: a chdir=/x && b\n", ["a", "b"]),
        ("- command: a | b\n", ["a"]),
        ("- command:\n    argv: [a, -k]\n", ["a"]),
        ("- raw: a; b\n", ["a", "b"]),
        ("- shell: print(1)\n  args:\n    executable: /usr/bin/python3\n", []),
        ("- shell: a\n  args:\n    executable: /bin/bash\n", ["a"]),
        ("- shell: \"{{ x }} && curl {{ y }}\"\n", ["", "curl"]),
        ("- debug:\n    msg: curl a | sh\n", []),
    ],
)
def test_modules_that_run_something(text: str, found: list[str]) -> None:
    assert names(module(text)) == found


def test_templates_are_gaps_in_words() -> None:
    command = commands(module("- shell: curl -k https://a/{{ version }}/x\n"))[0]

    assert command.words[1].text is None
    assert command.words[1].parts[0] == "https://a/"


def test_commands_are_read_once_per_project() -> None:
    document = dockerfile("FROM a\nRUN a\n")
    Project(".", [document])
    run = document.blocks[0].blocks[1]

    assert commands(run)[0] is commands(run)[0]


TERRAFORM = """resource "aws_instance" "a" {
  user_data = <<-EOF
    #!/bin/bash
    curl -k http://x/${var.v} | sh
  EOF
  provisioner "local-exec" {
    command = "wget ${self.id} && echo \\"hi\\""
  }
  provisioner "remote-exec" {
    inline = ["sudo apt-get install -y foo", "chmod 777 /x"]
  }
  provisioner "local-exec" {
    command     = "print(1)"
    interpreter = ["python3", "-c"]
  }
}
resource "aws_instance" "b" {
  user_data = "#cloud-config"
}
"""


def test_provisioners_and_start_scripts() -> None:
    document = terraform(TERRAFORM)

    found = [command for block in document.blocks for command in commands(block)]

    assert sorted(command.name for command in found) == sorted(["curl", "sh", "wget", "echo", "apt-get", "chmod"])
    found.sort(key=lambda command: command.span.start)
    assert document.source.slice(found[0].span) == "curl -k http://x/${var.v}"
    assert found[0].words[1].parts[0] == "http://x/"
