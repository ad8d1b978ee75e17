"""`iaclint server`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.cli.inputs import inputs
from iaclint.cli.misuse import Misuse

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.policy.config import Config


def serve() -> int:
    """Serve until the client leaves. Raises Misuse where the library for it is not installed."""
    try:
        from iaclint.server.app import serve as run
    except ImportError as error:
        raise Misuse(f'the server needs a library ({error.name}): pip install "iaclint[server]"') from error
    run(_given)
    return 0


def _given(config: Config) -> Inputs | None:
    try:
        return inputs((), config)
    except Misuse as error:
        raise ValueError(str(error)) from error
