"""What is known about changing parameters of modules that manage a cloud's resources."""

from __future__ import annotations

import pytest

from iaclint.edits.fix import Draft
from iaclint.fixers.yaml import carry_out
from iaclint.model.intent import Set
from tests.fixers.test_yaml import module, tasks_of


@pytest.mark.parametrize(
    ("task", "path", "is_known"),
    [
        (b"- amazon.aws.ec2_vol:\n    size: 8\n", "encrypted", False),
        (b"- amazon.aws.ec2_vol:\n    encrypted: false\n", "encrypted", False),
        (b"- amazon.aws.s3_bucket:\n    public_access:\n      block_public_acls: false\n",
         "public_access.block_public_acls", False),
        (b"- ansible.builtin.copy:\n    mode: '0777'\n", "mode", True),
        (b"- community.docker.docker_container:\n    privileged: true\n", "privileged", True),
    ],
)  # fmt: skip
def test_nothing_is_known_of_a_cloud_modules_parameters(task: bytes, path: str, is_known: bool) -> None:
    draft = Draft()
    carry_out(Set(module(tasks_of(task).blocks[0]).at(path), True), draft)

    assert [known for _, known in draft.impacts] == [is_known]
