"""The stage graph of a Dockerfile."""

from __future__ import annotations

from iaclint.aspects.stages import Stage, effective_user, final_stage, mounts, stages
from iaclint.evaluate.dockerfile import prepare
from iaclint.model.project import Project
from iaclint.parsers.dockerfile import parse
from iaclint.source import Source


def read(text: str) -> list[Stage]:
    document = parse(Source("Dockerfile", text.encode()))
    prepare(Project(".", [document]))
    found = stages(document)
    assert final_stage(document) is (found[-1] if found else None)
    return found


def reachable(text: str) -> list[str]:
    return [stage.name for stage in read(text) if stage.is_reachable]


def test_a_stage_knows_what_it_builds_on() -> None:
    first, second, third = read("FROM a AS x\nFROM X AS y\nFROM 0\n")
    assert second.base is first
    assert third.base is None, "FROM takes names only, no indices"
    assert [stage.is_final for stage in (first, second, third)] == [False, False, True]


def test_what_the_final_stage_needs_is_reachable() -> None:
    assert reachable("FROM a AS x\nFROM b AS y\nFROM c AS z\nFROM y\nCOPY --from=0 f f\n") == ["x", "y", "3"]
    assert reachable("FROM a AS x\nFROM b AS y\nRUN --mount=type=bind,from=x,target=/x z\n") == ["x", "y"]
    assert reachable("FROM a AS x\nFROM b AS y\nCOPY --from=x f f\nFROM c\n") == ["2"]


def test_an_unknown_name_may_mean_any_earlier_stage() -> None:
    assert reachable("ARG S\nFROM a AS x\nFROM b AS y\nFROM $S\n") == ["x", "y", "2"]


def test_the_last_user_counts_through_the_stages_below() -> None:
    users = [effective_user(stage) for stage in read("FROM a AS x\nUSER u\nUSER v\nFROM x\nFROM b\n")]
    assert [user.text if user is not None else None for user in users] == ["v", "v", None]


def test_mounts_have_their_options() -> None:
    stage = read("FROM a\nRUN --mount=type=secret,id=k --mount=type=cache,target=/c x\n")[0]
    run = next(stage.instructions("RUN"))
    assert [options for _, options in mounts(run)] == [
        {"type": "secret", "id": "k"},
        {"type": "cache", "target": "/c"},
    ]


def test_a_file_without_from_has_no_stages() -> None:
    assert read("ARG A\n") == []
