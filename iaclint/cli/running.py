"""Running a command: misuse is one line and exit code 2, an interruption one line and 130."""

from __future__ import annotations

import os
from collections.abc import Sequence

from iaclint.cli.output import complain

FAILED = 2
INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except Exception as error:  # our own fault; its text could quote a file, so only its kind is told
        if os.environ.get("IACLINT_DEBUG"):
            raise
        complain(f"internal error: {_where(error)} (IACLINT_DEBUG=1 shows more)")
        return FAILED


def _run(arguments: Sequence[str]) -> int:
    from typer import Abort

    # typer carries its own copy of click since 0.28 and does not export this class
    from typer._click.exceptions import ClickException

    from iaclint.cli.app import command
    from iaclint.cli.misuse import Misuse

    try:
        result = command().main(list(arguments), prog_name="iaclint", standalone_mode=False)
    except ClickException as error:
        complain(_one_line(error.format_message()))
        return FAILED
    except Misuse as error:
        complain(str(error))
        return FAILED
    except Abort:
        raise KeyboardInterrupt from None
    if result == INTERRUPTED:  # typer turns an interruption into this code, without a word
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _one_line(message: str) -> str:
    text = " ".join(message.split())
    return text[:1].lower() + text[1:].rstrip(".") if text else "wrong arguments"


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} in {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
