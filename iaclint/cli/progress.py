"""A counter on standard error for runs that take long, on terminals only."""

from __future__ import annotations

import sys
import time

AFTER = 1.0
"""Seconds before anything is shown."""

EVERY = 0.1
"""Seconds between two updates."""


class Counter:
    """Called with how many files of how many are done. Plain text and carriage returns, so no colour to switch off."""

    def __init__(self) -> None:
        self.next = time.monotonic() + AFTER
        self.width = 0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + EVERY
        text = f"checked {done} of {total} files"
        sys.stderr.write("\r" + text.ljust(self.width))
        sys.stderr.flush()
        self.width = len(text)

    def clear(self) -> None:
        """Take the counter off the screen."""
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()


def counter() -> Counter | None:
    """A Counter where somebody can see it."""
    return Counter() if sys.stderr.isatty() else None
