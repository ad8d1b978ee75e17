"""Terraform's functions of timestamps that need no clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction

from iaclint.evaluate.terraform_functions import plain
from iaclint.evaluate.terraform_numbers import Counted
from iaclint.evaluate.terraform_values import Mistake, Unknowable

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.A)
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.A)
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_SECOND = 10**9
_PART = re.compile(r"''|'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+")
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Moment:
    """A point in time: the clock where it is told, nanoseconds, minutes that clock is ahead of UTC."""

    __slots__ = ("clock", "nanoseconds", "offset")

    def __init__(self, text: str) -> None:
        match = _STAMP.fullmatch(text)
        if match is None:
            # there are forms that only some of Terraform's functions refuse
            raise Unknowable if re.match(r"\d{4}-\d\d-\d\d", text) else Mistake
        try:
            self.clock = datetime.fromisoformat(match[1])
        except ValueError:
            raise Mistake from None
        if self.clock.year < 2:
            raise Unknowable
        self.nanoseconds = int((match[2] or "")[:9].ljust(9, "0"))
        zone = match[3]
        hours, minutes = (0, 0) if zone == "Z" else (int(zone[1:3]), int(zone[4:6]))
        if hours > 23 or minutes > 59:
            raise Mistake
        self.offset = (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)

    def zone(self, colon: str) -> str:
        """The difference to UTC."""
        sign = "-" if self.offset < 0 else "+"
        hours, minutes = divmod(abs(self.offset), 60)
        return f"{sign}{hours:02d}{colon}{minutes:02d}"

    @property
    def universal(self) -> tuple[datetime, int]:
        """What can be compared."""
        return self.clock - timedelta(minutes=self.offset), self.nanoseconds


@plain("string", "string")
def timeadd(stamp: str, duration: str) -> str:
    moment = Moment(stamp)
    added = moment.nanoseconds + _nanoseconds(duration)
    try:
        clock = moment.clock + timedelta(seconds=added // _SECOND)
    except OverflowError:
        raise Unknowable from None
    if not 2 <= clock.year <= 9998:
        raise Unknowable
    return f"{clock:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + ("Z" if not moment.offset else moment.zone(":"))


def _nanoseconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total, at = Fraction(0), 0
    while at < len(rest):
        match = _DURATION.match(rest, at)
        if match is None:
            raise Mistake
        if len(match[1]) > 30:
            raise Unknowable
        amount = Fraction(match[1].rstrip(".")) * _UNITS[match[2]]
        if amount.denominator != 1:
            raise Unknowable
        total, at = total + amount, match.end()
    if not at or total >= 2**63:
        raise Mistake
    return sign * int(total)


@plain("string", "string")
def timecmp(first: str, second: str) -> int:
    one, other = Moment(first).universal, Moment(second).universal
    return Counted((one > other) - (one < other))


@plain("string", "string")
def formatdate(pattern: str, stamp: str) -> str:
    moment = Moment(stamp)
    if pattern.count("'") % 2:
        raise Unknowable
    found: list[str] = []
    for match in _PART.finditer(pattern):
        part = match[0]
        if part == "''":
            found.append("'")
        elif part[0] == "'":
            found.append(part[1:-1].replace("''", "'"))
        elif match[1]:
            found.append(_formatted(part, moment))
        else:
            found.append(part)
    return "".join(found)


def _formatted(verb: str, moment: Moment) -> str:
    clock, letter, count = moment.clock, verb[0], len(verb)
    if letter == "Y":
        return {2: f"{clock.year % 100:02d}", 4: f"{clock.year:04d}"}.get(count) or _refused()
    if letter == "M" and count > 2:
        month = _MONTHS[clock.month - 1]
        return {3: month[:3], 4: month}.get(count) or _refused()
    if letter == "E":
        day = _DAYS[clock.weekday()]
        return {3: day[:3], 4: day}.get(count) or _refused()
    if letter in "Aa":
        if count != 2:
            _refused()
        half = "AM" if clock.hour < 12 else "PM"
        return half if letter == "A" else half.lower()
    if letter == "Z":
        short = "Z" if not moment.offset else moment.zone(":")
        named = "UTC" if not moment.offset else moment.zone("")
        return {1: short, 3: named, 4: moment.zone(""), 5: moment.zone(":")}.get(count) or _refused()
    number = {
        "M": clock.month, "D": clock.day, "h": clock.hour, "H": clock.hour % 12 or 12, "m": clock.minute,
        "s": clock.second,
    }.get(letter)  # fmt: skip
    if number is None or count > 2:
        _refused()
    return f"{number:02d}" if count == 2 else str(number)


def _refused() -> str:
    raise Mistake
