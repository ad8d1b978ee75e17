"""Telling a credential from a placeholder, a reference, a path or a name."""

from __future__ import annotations

import re
from functools import cache

_REFERENCE = (
    r"\$\{|\{\{|^\$|^<.*>$|^%.*%$|^@|^arn:|^vault:|^ssm:|^secretsmanager:|^projects/|^kv/|^env[:.]|^file:|^var\.|^local\.|^data\."
    r"|^lookup\(|^https?://|^s3://|^gs://|^/|^\./|^~/|^[A-Z]:\\|^!|^\[.*\]$|^\(.*\)$|@Microsoft\.KeyVault"
)
_PLACEHOLDER = (
    r"(?i:"
    r"^(?:x+|\*+|\.+|-+|_+|0+|#+)$|^(?:your|my|the|a|some|insert|enter|put|add|fill|replace|set|use)[-_ ]|placeholder|redacted"
    r"|^(?:todo|fixme|tbd|none|null|nil|undefined|unset|empty|n/?a|omit|true|false|yes|no|on|off|default|required|optional"
    r"|auto|generated?|random|dummy|fake|mock|foo|bar|baz|string|text|value|sensitive|secret_?name)$"
    r"|x{4,}|(?:^|\W)(?:todo|fixme)(?:\W|$)|example|\bsample\b|change[-_ ]?here|to[-_ ]be[-_ ]|dummy)"
)
_NAME = r"(?i)^[a-z][a-z0-9]*(?:[-_./][a-z0-9]+)*[-_./](?:password|passwd|secret|token|key|credentials?|auth|cert)s?$"
_VARIABLE = r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # compiling these takes milliseconds, and most files have no candidate for them
    return re.compile(pattern)


def is_credential(text: str, name: str) -> bool:
    """Whether a literal in a credential's place is one, default passwords included."""
    value = text.strip()
    if len(value) < 3 or len(value) > 4096 or ("\n" in value.strip("\n") and "PRIVATE KEY" not in value):
        return False
    if _compiled(_REFERENCE).search(value) or _compiled(_PLACEHOLDER).search(value):
        return False
    if _compiled(_NAME).match(value) or _compiled(_VARIABLE).match(value):
        return False  # the name of a secret kept elsewhere
    if value.lower().replace("-", "_") == name.lower().replace("-", "_") and value.lower() not in (
        "password",
        "passwd",
    ):
        return False
    # prose: a description, a prompt
    return value.count(" ") < 3
