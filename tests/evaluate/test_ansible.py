"""What a template stands for, by Ansible's precedence, and when it is unknown."""

from __future__ import annotations

import pytest

from iaclint.aspects import ansible as aspects
from iaclint.evaluate.ansible import prepare
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.ansible import parse
from iaclint.source import Source

TASK = "    - debug:\n        msg: {}\n"


def project_of(**files: str) -> Project:
    documents = [parse(Source(path.replace("__", "/") + ".yml", text.encode())) for path, text in files.items()]
    project = Project(".", [document for document in documents if document is not None])
    assert len(project.documents) == len(files)
    prepare(project)
    return project


def message(project: Project) -> Value:
    """The first `msg` of the Project."""
    for task in aspects.tasks(project):
        module = aspects.module_of(task)
        if module is not None and "msg" in module.arguments:
            return module.get("msg")
    raise AssertionError("no msg")


def play(msg: str, head: str = "", tail: str = "") -> str:
    return f"- hosts: a\n{head}  tasks:\n    - debug:\n        msg: '{msg}'\n{tail}"


def test_a_play_variable_is_its_literal_with_origin() -> None:
    value = message(project_of(site=play("{{ a }}", "  vars:\n    a: x\n")))

    assert value.is_("x") and value.origin is not None
    assert value.document.source.slice(value.origin.span) == "x"
    assert value.document.source.slice(value.span) == "'{{ a }}'"
    assert value.source_value.argument_path == "vars.a"


def test_types_are_kept_and_mixed_text_is_joined() -> None:
    head = "  vars:\n    a: true\n    b: 80\n    c: {d: e}\n"

    assert message(project_of(site=play("{{ a }}", head))).is_(True)
    assert message(project_of(site=play("p{{ b }}-{{ c.d }}", head))).is_("p80-e")


def test_a_partly_known_text_keeps_its_known_parts() -> None:
    value = message(project_of(site=play("http://{{ host }}/{{ a }}", "  vars: {a: x}\n")))

    assert value.is_unknown and value.parts == ("http://", None, "/", "x") and value.references == ("host", "a")


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"site": play("{{ a }}", "  vars: {a: p}\n", "      vars: {a: t}\n"), "group_vars__all": "a: g\n"}, "t"),
        ({"site": play("{{ a }}", "  vars: {a: p}\n"), "group_vars__all": "a: g\n"}, "p"),
        ({"site": play("{{ a }}"), "group_vars__all": "a: g\n"}, "g"),
        ({"roles__r__tasks__main": "- debug: {msg: '{{ a }}'}\n", "roles__r__defaults__main": "a: d\n"}, "d"),
        (
            {
                "roles__r__tasks__main": "- debug: {msg: '{{ a }}'}\n",
                "roles__r__defaults__main": "a: d\n",
                "roles__r__vars__main": "a: v\n",
            },
            "v",
        ),
        (
            {
                "roles__r__tasks__main": "- debug: {msg: '{{ a }}'}\n",
                "roles__r__defaults__main": "a: d\n",
                "group_vars__all": "a: g\n",
            },
            "g",
        ),
        ({"site": play("{{ a }}", "  vars: {a: p}\n  vars_files: [vars.yml]\n"), "vars": "a: f\n"}, "f"),
        ({"site": play("{{ a }}", "  vars: {a: '{{ b }}', b: x}\n")}, "x"),
        ({"site": play('{{ a | default("x") }}')}, "x"),
        ({"site": play('{{ a | default("x") }}', "  vars: {a: p}\n")}, "p"),
        ({"site": play("{{ a | bool }}", "  vars: {a: 'yes'}\n")}, "true"),
    ],
)
def test_the_nearest_definition_holds(files: dict[str, str], text: str) -> None:
    assert message(project_of(**files)).text == text


@pytest.mark.parametrize(
    "files",
    [
        {"site": play("{{ nobody }}")},
        {"site": play("{{ a }}", "  vars: {a: p}\n", "    - debug:\n      register: a\n")},
        {"site": play("{{ a }}", "  vars: {a: p}\n", "    - set_fact: {a: q}\n")},
        {"site": play("{{ a }}", "  vars: {a: p}\n", "    - debug:\n      loop_control: {loop_var: a}\n")},
        {"site": play("{{ a }}", "  vars: {a: p}\n  vars_prompt: [{name: a}]\n")},
        {"site": play("{{ a }}", "  vars: {a: p}\n  vars_files: [unseen.yml]\n")},
        {"site": play("{{ item }}", "  vars: {item: p}\n")},
        {"site": play("{{ a }}", "  vars: {a: '{{ b }}', b: '{{ a }}'}\n")},
        {"site": play("{{ a | upper }}", "  vars: {a: p}\n")},
        {"site": play("{% if a %}x{% endif %}", "  vars: {a: p}\n")},
        {"site": play("{{ a }}"), "group_vars__all": "a: g\n", "group_vars__web": "a: h\n"},
        {"site": play("{{ a | default(1) }}"), "host_vars__h": "a: h\n"},
        {"site": play("{{ ansible_user | default(1) }}")},
        {"site": play("{{ a | default(1) }}"), "group_vars__all": "$ANSIBLE_VAULT;1.1;AES256\n61\n"},
        {
            "roles__r__tasks__main": "- debug: {msg: '{{ a }}'}\n",
            "roles__r__defaults__main": "a: d\n",
            "site": "- hosts: a\n  roles:\n    - {role: r, a: x}\n",
        },
        {
            "roles__r__tasks__main": "- debug: {msg: '{{ a }}'}\n",
            "roles__r__defaults__main": "a: d\n",
            "site": "- hosts: a\n  vars: {a: p}\n",
        },
    ],
)
def test_what_may_be_otherwise_is_unknown(files: dict[str, str]) -> None:
    assert message(project_of(**files)).is_unknown


def test_a_default_of_omit_is_missing() -> None:
    assert message(project_of(site=play("{{ a | default(omit) }}"))).is_missing
