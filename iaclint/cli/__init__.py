"""The command line: thin commands over `iaclint.engine.api`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code. No input of the user's ends in a traceback."""
    from iaclint.cli.running import run

    sys.exit(run(sys.argv[1:]))
