"""Filter patterns of CloudWatch Logs for JSON events: `{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed*") }`.

A pattern is read once and asked whether it matches an event, given as a table of dotted field names.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

Event = Mapping[str, str]
Pattern = Callable[[Event], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<symbol>\(|\)|\{|\}|&&|\|\||!=|>=|<=|=|<|>)|(?P<field>\$\.[\w.\[\]*-]+)|"(?P<quoted>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|(?P<word>[^\s(){}=!<>&|"]+))"""
)
_DEEPEST = 50


class _Unreadable(Exception):
    pass


@lru_cache(maxsize=256)
def read_pattern(text: str) -> Pattern | None:
    """The pattern as a test of events; None where it is not one for JSON events, or cannot be read."""
    try:
        return _Reader(text).pattern()
    except _Unreadable:
        return None


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise _Unreadable
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
            if len(self.tokens) > 2000:
                raise _Unreadable
        self.at = 0

    def pattern(self) -> Pattern:
        self.take("{")
        result = self.either(0)
        self.take("}")
        if self.at != len(self.tokens):
            raise _Unreadable
        return result

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def next(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def take(self, symbol: str) -> None:
        if self.next() != ("symbol", symbol):
            raise _Unreadable

    def either(self, depth: int) -> Pattern:
        tests = [self.both(depth)]
        while self.peek() == ("symbol", "||"):
            self.next()
            tests.append(self.both(depth))
        return tests[0] if len(tests) == 1 else lambda event: any(test(event) for test in tests)

    def both(self, depth: int) -> Pattern:
        tests = [self.one(depth)]
        while self.peek() == ("symbol", "&&"):
            self.next()
            tests.append(self.one(depth))
        return tests[0] if len(tests) == 1 else lambda event: all(test(event) for test in tests)

    def one(self, depth: int) -> Pattern:
        if depth > _DEEPEST:
            raise _Unreadable
        if self.peek() == ("symbol", "("):
            self.next()
            inner = self.either(depth + 1)
            self.take(")")
            return inner
        kind, field = self.next()
        if kind != "field":
            raise _Unreadable
        return self.comparison(field.removeprefix("$."))

    def comparison(self, field: str) -> Pattern:
        kind, operator = self.next()
        if kind == "word":
            word = operator.upper()
            if word == "NOT" and self.peek()[1].upper() == "EXISTS":
                self.next()
                return lambda event: field not in event
            if word == "EXISTS":
                return lambda event: field in event
            if word == "IS":
                wanted = self.next()[1].lower()
                return lambda event: event.get(field, "null").lower() == wanted
            raise _Unreadable
        if operator not in ("=", "!="):
            raise _Unreadable
        kind, text = self.next()
        if kind not in ("quoted", "single", "word"):
            raise _Unreadable
        while kind == "word" and self.peek()[0] == "word":
            text += " " + self.next()[1]
        expression = re.compile(fnmatch.translate(re.sub(r"([\[\]?])", r"[\1]", text)))
        if operator == "=":
            return lambda event: field in event and expression.match(event[field]) is not None
        return lambda event: field in event and expression.match(event[field]) is None


__all__ = ["Event", "Pattern", "read_pattern"]
