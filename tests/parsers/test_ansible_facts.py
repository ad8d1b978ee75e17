"""What the packed table of Ansible modules tells."""

from __future__ import annotations

import pytest

from iaclint.facts import ansible as facts


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("copy", "ansible.builtin.copy"),
        ("yum", "ansible.builtin.yum"),
        ("docker_container", "community.docker.docker_container"),
        ("ec2_group", "amazon.aws.ec2_security_group"),
        ("community.aws.ec2_eip", "amazon.aws.ec2_eip"),
        ("community.kubernetes.k8s", "kubernetes.core.k8s"),
        ("s3", "amazon.aws.s3_object"),
        ("docker_image_facts", "community.docker.docker_image_info"),
        ("ec2", "amazon.aws.ec2"),
        ("nobody_knows", "nobody_knows"),
        ("no.such.module", "no.such.module"),
        ("", ""),
        ("a\tb", "a\tb"),
    ],
)
def test_names_lead_to_the_module_of_today(name: str, full: str) -> None:
    assert facts.resolve(name) == full


def test_parameters_with_type_default_choices_aliases_and_mark() -> None:
    file = facts.parameters("ansible.builtin.file")
    user = facts.parameters("ansible.builtin.user")
    mysql = facts.parameters("community.mysql.mysql_user")
    assert file and user and mysql

    assert set(file["path"].aliases) == {"dest", "name"} and file["path"].required
    assert "directory" in file["state"].choices and "mode" in file
    assert user["password"].no_log is True and user["update_password"].no_log is False
    assert mysql["password"].no_log is True and mysql["login_password"].no_log is True
    assert user["create_home"].default is True and user["create_home"].type == "bool"


def test_suboptions_are_there() -> None:
    container = facts.parameters("community.docker.docker_container")

    assert container is not None and "driver" not in container and container["mounts"].options["target"].required


def test_a_removed_module_keeps_its_parameters() -> None:
    removed = facts.parameters("amazon.aws.ec2")

    assert removed is not None and "group" in removed


def test_aliases_are_resolved_and_other_names_kept() -> None:
    assert facts.canonical("ansible.builtin.file", "dest") == "path"
    assert facts.canonical("ansible.builtin.file", "nothing") == "nothing"
    assert facts.canonical("no.such.module", "a") == "a"


def test_the_table_is_dated() -> None:
    assert facts.VERSION[0].isdigit() and len(facts.DATE) == 10 and "PyPI" in facts.SOURCE
