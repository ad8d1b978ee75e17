"""Ansible files as Blocks: kinds, module names, parameters, spans."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.aspects import ansible as aspects
from iaclint.model.block import Block, Document
from iaclint.parsers.ansible import is_candidate, parse, project_root
from iaclint.source import Source


def read(text: str, path: str = "roles/web/tasks/main.yml") -> Document:
    document = parse(Source(path, text.encode()))
    assert document is not None
    return document


def call(text: str) -> Block:
    module = aspects.module_of(next(aspects.tasks(read(text))))
    assert module is not None
    return module


def said(block: Block, name: str) -> str:
    """The bytes of an argument's Value."""
    return block.document.source.slice(block.get(name).span)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("site.yml", "- hosts: all\n", "playbook"),
        ("site.yml", "- import_playbook: a.yml\n", "playbook"),
        ("roles/a/tasks/main.yml", "- nonsense: 1\n", "tasks"),
        ("roles/a/handlers/main.yml", "- service: name=a\n", "handlers"),
        ("setup.yml", "- name: x\n  copy:\n    src: a\n", "tasks"),
        ("setup.yml", "- block:\n    - debug:\n", "tasks"),
        ("data.yml", "- name: x\n  user: y\n  shoe_size: 4\n", None),
        ("data.yml", "a: 1\n", None),
        ("roles/a/defaults/main.yml", "a: 1\n", "vars"),
        ("group_vars/all", "a: 1\n", "vars"),
        ("host_vars/h.yml", "", "vars"),
        ("inventory/hosts.yml", "all:\n  hosts:\n    a:\n", "inventory"),
        ("inventory/aws_ec2.yml", "plugin: amazon.aws.aws_ec2\n", "inventory"),
        ("inventory/notes.yml", "a: 1\n", None),
        ("hosts", "[web]\na b=1\n", "inventory"),
        ("hosts", "127.0.0.1 localhost\n", None),
        ("requirements.yml", "roles:\n  - name: a\n", "requirements"),
        ("chart/requirements.yaml", "dependencies:\n  - name: a\n", None),
        ("ansible.cfg", "[defaults]\na = 1\n", "config"),
        ("pytest.ini", "[pytest]\n", None),
        ("galaxy.yml", "name: a\n", None),
        ("roles/a/meta/main.yml", "dependencies: []\n", None),
        (".github/workflows/a.yml", "- hosts: all\n", None),
        ("deploy.yml", "apiVersion: v1\nkind: Pod\n", None),
        ("docker-compose.yml", "services: {}\n", None),
        ("group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", "vars"),
    ],
)
def test_only_what_is_ansible_is_read(path: str, text: str, kind: str | None) -> None:
    document = parse(Source(path, text.encode()))

    assert (document.kind if document is not None else None) == kind


def test_an_encrypted_file_has_no_content_and_no_problem() -> None:
    document = read("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "group_vars/all.yml")

    assert document.blocks == [] and document.problems == []


@pytest.mark.parametrize(
    ("written", "type"),
    [
        ("copy:", "ansible.builtin.copy"),
        ("ansible.legacy.copy:", "ansible.builtin.copy"),
        ("docker_container:", "community.docker.docker_container"),
        ("ec2_group:", "amazon.aws.ec2_security_group"),
        ("community.aws.ec2_eip:", "amazon.aws.ec2_eip"),
        ("my.own.thing:", "my.own.thing"),
        ("my_thing:", "my_thing"),
    ],
)
def test_a_module_is_known_by_its_full_name(written: str, type: str) -> None:
    assert call(f"- name: x\n  {written}\n    a: 1\n").type == type


def test_collections_of_a_play_are_searched_first() -> None:
    document = read("- hosts: a\n  collections: [community.docker]\n  tasks:\n    - docker_image: name=a\n", "p.yml")

    assert [block.type for block in document.walk() if block.kind == "module"] == ["community.docker.docker_image"]


def test_aliases_become_canonical_and_keep_the_name_as_written() -> None:
    module = call("- file:\n    dest: /tmp/x\n    mode: '0777'\n")

    assert module.get("path").is_("/tmp/x") and said(module, "mode") == "'0777'"
    name_span = module.get("path").name_span
    assert name_span is not None and module.document.source.slice(name_span) == "dest"


def test_a_free_form_is_split_with_exact_spans() -> None:
    module = call("- copy: src=a  dest='/b c' owner={{ user | default('x y') }} content=\"é = 1\"\n")

    assert said(module, "src") == "a"
    assert said(module, "dest") == "'/b c'" and module.get("dest").text == "/b c"
    assert said(module, "owner") == "{{ user | default('x y') }}" and module.get("owner").is_unknown
    assert module.get("owner").references == ("user",)
    assert module.get("content").text == "é = 1"


def test_a_command_is_its_text_without_its_options() -> None:
    module = call("- shell: FOO=1 curl http://x | sh chdir=/tmp\n  args:\n    creates: /x\n")

    assert module.get("cmd").text == "FOO=1 curl http://x | sh"
    assert said(module, "chdir") == "/tmp" and module.get("creates").is_("/x")
    script = aspects.script(module)
    assert script is not None and script.text.rstrip() == b"FOO=1 curl http://x | sh"


def test_a_block_scalar_is_a_command() -> None:
    module = call("- shell: |\n    a\n    b {{ c }}\n")

    script = aspects.script(module)
    assert script is not None and script.text.startswith(b"a\nb $")
    assert module.get("cmd").is_unknown


@pytest.mark.parametrize(
    "text",
    [
        "- action: copy src=a dest=b\n",
        "- local_action: copy src=a dest=b\n",
        "- action:\n    module: copy\n    src: a\n    dest: b\n",
        "- copy:\n  args: {src: a, dest: b}\n",
        "- &t\n  copy: {src: a, dest: b}\n",
    ],
)
def test_every_spelling_of_a_call_reads_alike(text: str) -> None:
    module = call(text)

    assert (module.type, module.get("src").text, module.get("dest").text) == ("ansible.builtin.copy", "a", "b")


def test_an_action_command_leaves_the_module_name_out() -> None:
    module = call("- local_action: shell ls -l\n")

    script = aspects.script(module)
    assert module.get("cmd").text == "ls -l" and said(module, "cmd") == "ls -l"
    assert script is not None and script.text.strip() == b"ls -l"


def test_arguments_from_a_template_are_unknown_not_missing() -> None:
    assert call("- copy: '{{ it }}'\n").at("mode").is_unknown
    assert call("- copy:\n    src: a\n  args: '{{ more }}'\n").at("mode").is_unknown


def test_tasks_stand_in_plays_and_blocks() -> None:
    document = read(
        "- name: p\n  hosts: all\n  become: true\n  pre_tasks:\n    - name: a\n      debug:\n  tasks:\n"
        "    - name: b\n      no_log: true\n      block:\n        - name: c\n          debug:\n      rescue:\n"
        "        - name: d\n          debug:\n  handlers:\n    - name: e\n      debug:\n",
        "site.yml",
    )
    found = list(aspects.tasks(document))

    assert [task.name for task in found] == ["a", "c", "d", "e"]
    assert found[3].kind == "handler" and found[1].parent is not None and found[1].parent.type == "block"
    assert aspects.effective(found[1], "no_log").is_(True) and aspects.effective(found[1], "become").is_(True)
    assert aspects.effective(found[0], "no_log").is_missing


def test_spans_of_a_task() -> None:
    document = read("- name: a b # why\n  copy:\n    src: x\n\n- debug:\n")
    task, source = document.blocks[0], document.source

    assert source.slice(task.header_span) == "name: a b"
    assert source.slice(task.span) == "name: a b # why\n  copy:\n    src: x"
    assert source.slice(task.blocks[0].header_span) == "copy"
    assert source.slice(task.blocks[0].span) == "copy:\n    src: x"


def test_vaulted_and_null_values() -> None:
    document = read("a: !vault |\n  $ANSIBLE_VAULT\nb:\nc: {{ x }}\nd: yes\n", "group_vars/all.yml")
    block = document.blocks[0]

    assert block.get("a").is_unknown and block.get("a").references == ("!vault",)
    assert block.get("b").is_missing and block.get("b").is_written
    assert block.get("c").is_unknown
    assert block.get("d").is_(True)


def test_platforms_follow_the_collections_used() -> None:
    document = read("- amazon.aws.ec2_vol:\n- azure_rm_storageaccount:\n- k8s:\n- gcp_compute_instance:\n")

    assert document.platforms == {"ansible", "aws", "azurerm", "kubernetes", "google"}


def test_ansible_cfg_values_have_exact_spans() -> None:
    document = read(
        "# c\n[defaults]\nhost_key_checking = False ; why\nroles_path: a\n  b\n[ssh]\nx=\n", "ansible.cfg"
    )
    defaults, ssh = document.blocks[0].blocks

    assert said(defaults, "host_key_checking") == "False" and defaults.get("host_key_checking").is_(False)
    assert defaults.get("roles_path").text == "a\nb"
    assert (ssh.type, ssh.get("x").text) == ("ssh", "")
    assert document.problems == []


def test_an_ini_inventory_has_groups_hosts_and_variables() -> None:
    document = read("a x=1\n[web]\nh1 pass='a b' # c\n[web:vars]\nk = v w\n[all:children]\nweb\n", "hosts")
    top = document.blocks[0]

    assert [(block.type, block.name) for block in top.blocks] == [
        ("host", "a"), ("group", "web"), ("group", "web"), ("group", "all"),
    ]  # fmt: skip
    host = top.blocks[1].blocks[0]
    assert host.get("pass").text == "a b" and said(host, "pass") == "'a b'"
    assert said(top.blocks[2], "k") == "v w"


def test_a_yaml_inventory_reads_like_an_ini_one() -> None:
    document = read(
        "all:\n  vars: {a: 1}\n  children:\n    web:\n      hosts:\n        h1: {b: 2}\n        h2:\n",
        "inventory/hosts.yml",
    )
    every = document.blocks[0].blocks[0]
    web = every.blocks[0]

    assert every.get("a").is_(1) and (web.type, web.name) == ("group", "web")
    assert [host.name for host in web.blocks] == ["h1", "h2"] and web.blocks[0].get("b").is_(2)


def test_requirements_have_their_names_and_versions() -> None:
    document = read("roles:\n  - src: a.b\n    version: 1.0.0\ncollections:\n  - c.d\n", "requirements.yml")

    assert [(block.kind, block.type, block.name) for block in document.blocks] == [
        ("requirement", "role", "a.b"), ("requirement", "collection", "c.d"),
    ]  # fmt: skip
    assert document.blocks[0].get("version").is_("1.0.0") and document.blocks[1].get("name").is_("c.d")


def test_what_stands_before_a_syntax_error_is_read() -> None:
    document = read("- name: a\n  copy:\n    src: x\n- name: b\n  copy: [\n")

    assert document.problems and document.blocks[0].blocks[0].get("src").is_("x")


def test_aliases_without_end_are_bounded() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    document = read("\n".join(lines) + "\n", "group_vars/all.yml")

    assert document.blocks[0].get("a39").kind == "list"


_LINES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(
            ["- name: a", "- hosts: all", "tasks:", "- block:", "copy: src=a dest='b", "shell: 'a {{ b", "args:",
             "- ", "vars: {a: *x", "&x a: b", "action: x y=", "<<: *x", "[web]", "k = v", "é: \"\\u00e9\" ", "- |",
             "{{ a }}", "local_action: {module: shell}", "hosts:", "? a", "%", "\t", "$ANSIBLE_VAULT"]
        ),
    ),
    max_size=12,
)  # fmt: skip
_PATHS = st.sampled_from(
    ["tasks/a.yml", "site.yml", "group_vars/all", "ansible.cfg", "hosts", "inventory/a.yml", "requirements.yml"]
)


@settings(max_examples=300, deadline=None)
@given(_LINES, _PATHS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_text_makes_it_crash(lines: list[tuple[int, str]], path: str, newline: str) -> None:
    source = Source(path, newline.join("  " * indent + text for indent, text in lines).encode())
    document = parse(source)

    for block in document.walk() if document is not None else ():
        assert 0 <= block.span.start <= block.span.end <= len(source.data)
        for argument in block.arguments.values():
            assert argument.value.span.end <= len(source.data)
        aspects.script(block)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80), _PATHS)
def test_no_bytes_make_it_crash(data: bytes, path: str) -> None:
    document = parse(Source(path, data))

    for block in document.walk() if document is not None else ():
        assert all(argument.value.span.end <= len(data) for argument in block.arguments.values())


def test_a_project_is_the_folder_read_together(tmp_path: Path) -> None:
    for name in ("a/roles/r/tasks/main.yml", "a/ansible.cfg", "b/site.yml", "b/group_vars/all.yml", "c/tasks/main.yml",
                 "d/roles/r/tasks/main.yml", "d/site.yml", "e/galaxy.yml", "e/roles/r/tasks/main.yml"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / ".git").mkdir()

    def root(name: str) -> str:
        return str(Path(project_root(str(tmp_path / name))).relative_to(tmp_path))

    assert root("a/roles/r/tasks/main.yml") == "a"
    assert root("b/site.yml") == "b" and root("b/group_vars/all.yml") == "b"
    assert root("c/tasks/main.yml") == "c"
    assert root("d/roles/r/tasks/main.yml") == "d" and root("d/site.yml") == "d"
    assert root("e/roles/r/tasks/main.yml") == "e"


def test_paths_that_cannot_be_ansible_cost_nothing() -> None:
    assert not is_candidate("a/main.tf") and not is_candidate(".github/x.yml") and is_candidate("x.yml")
