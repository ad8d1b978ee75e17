"""How a Dockerfile is built: what Compose files and Bake files around it say."""

from __future__ import annotations

from typing import NamedTuple


class Build(NamedTuple):
    """One way a Dockerfile is built.

    target     the stage that is made, "" for the last one; None when unknown
    arguments  build argument -> its value, None when unknown
    """

    target: str | None
    arguments: dict[str, str | None]


def given_argument(builds: tuple[Build, ...], name: str, default: str | None) -> tuple[bool, str | None]:
    """Whether some build gives an ARG, and the one value it has in all of them; None where that is not known."""
    if not any(name in build.arguments for build in builds):
        return False, None
    values = {build.arguments.get(name, default) for build in builds}
    return True, values.pop() if len(values) == 1 else None
