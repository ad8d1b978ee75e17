"""Telling a plan from other JSON by the beginning of the file."""

from __future__ import annotations

import re

HEAD = 65536
"""Bytes of a file that are enough to tell."""

_FORMAT = re.compile(rb'"(?:format_version|terraform_version)"\s*:\s*"\d')
_OWN = re.compile(rb'"(?:planned_values|resource_changes|resource_drift|proposed_unknown)"\s*:')
_CONFIGURATION = re.compile(rb'"configuration"\s*:\s*\{\s*"(?:provider_config|root_module)"\s*:\s*\{')
_STATE = re.compile(rb'"(?:values|lineage|serial)"\s*:')
_VARIABLES = re.compile(
    rb'\A\{\s*"format_version"\s*:\s*"[\d.]+"\s*,\s*"terraform_version"\s*:\s*"[^"]*"\s*,\s*"variables"\s*:'
)


def looks_like_plan(head: bytes) -> bool:
    """Whether a file that begins so is what `terraform show -json` prints of a plan (and not of a state)."""
    text = head[:HEAD]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        # what PowerShell makes of `>`: to be named as such rather than passed over
        text = text.decode("utf-16", "ignore").encode()
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{"):
        return False
    if _CONFIGURATION.search(text) is not None:
        # keys in order of the alphabet: the configuration may fill more than the head
        return True
    if _FORMAT.search(text) is None:
        return False
    own = _OWN.search(text)
    if own is not None:
        state = _STATE.search(text, 0, own.start())
        return state is None or b'"variables"' in text[: state.start()]
    # the values of many variables may stand before anything else
    return _VARIABLES.match(text) is not None


__all__ = ["HEAD", "looks_like_plan"]
