"""Commands that run another command: sudo, env, timeout, xargs ... and where that one begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from iaclint.model.aspects import Word

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "su", "runuser"})
_SU = ("su", "runuser")


class Wrapper(NamedTuple):
    """How a wrapper's own words are told from the command it runs.

    values      options whose value is the next word
    operands    how many operands come before the command
    assigns     whether NAME=value may come before the command
    not_with    options that make it no wrapper (`command -v`)
    """

    values: frozenset[str] = frozenset()
    operands: int = 0
    assigns: bool = False
    not_with: frozenset[str] = frozenset()


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


WRAPPERS = {
    "sudo": Wrapper(
        _options(
            "-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --close-from --role --type "
            "--command-timeout --other-user --chdir --chroot"
        ),
        assigns=True,
        not_with=_options("-l -v -e -K --list --validate --edit --remove-timestamp"),
    ),
    "doas": Wrapper(_options("-u -C")),
    "env": Wrapper(_options("-u -C --unset --chdir"), assigns=True, not_with=_options("-S --split-string")),
    "time": Wrapper(_options("-f -o --format --output")),
    "nohup": Wrapper(),
    "exec": Wrapper(_options("-a")),
    "command": Wrapper(not_with=_options("-v -V")),
    "builtin": Wrapper(),
    "nice": Wrapper(_options("-n --adjustment")),
    "ionice": Wrapper(_options("-c -n --class --classdata"), not_with=_options("-p -P -u --pid --pgid --uid")),
    "stdbuf": Wrapper(_options("-i -o -e --input --output --error")),
    "timeout": Wrapper(_options("-s -k --signal --kill-after"), operands=1),
    "xargs": Wrapper(
        _options(
            "-I -n -P -d -L -s -a -E --replace --max-args --max-procs --delimiter --max-lines --max-chars --arg-file"
        )
    ),
    "gosu": Wrapper(operands=1),
    "su-exec": Wrapper(operands=1),
    "chroot": Wrapper(_options("--userspec --groups"), operands=1),
    "flock": Wrapper(_options("-w --timeout --wait -E --conflict-exit-code"), operands=1, not_with=_options("-c")),
    "setpriv": Wrapper(
        _options("--reuid --ruid --euid --regid --rgid --egid --groups --inh-caps --ambient-caps --bounding-set")
    ),
    "runuser": Wrapper(_options("-u --user -g --group -G --supp-group")),
    "s6-setuidgid": Wrapper(operands=1),
    "setuidgid": Wrapper(operands=1),
    "fakeroot": Wrapper(_options("-l -s -i -b")),
    "xvfb-run": Wrapper(_options("-e -f -n -p -s -w --error-file --auth-file --server-num --server-args")),
    "eval": Wrapper(),
    "tini": Wrapper(_options("-e -p")),
    "dumb-init": Wrapper(_options("-r --rewrite")),
    "eatmydata": Wrapper(),
    "busybox": Wrapper(not_with=_options("--install --list --list-full")),
}


def base_name(word: Word) -> str:
    """The command a word names, without its folder; "" when unknown."""
    return "" if word.text is None else word.text.rsplit("/", 1)[-1]


def command_start(words: Sequence[Word]) -> tuple[int, tuple[str, ...], list[int]]:
    """Where the wrapped command's name stands; the wrappers' names; indices of assignments on the way."""
    at, names = 0, []
    assignments: list[int] = []
    while at < len(words):
        name = base_name(words[at])
        wrapper = WRAPPERS.get(name)
        if wrapper is None or (name == "runuser" and not _names_user(words[at + 1 :])):
            break
        start = _skip(words, at + 1, wrapper, assignments)
        if start is None or start >= len(words):
            break
        if name == "eval" and not _is_plain(words[start]):
            break
        names.append(name)
        at = start
    assignments = [index for index in assignments if index < at]
    return at, tuple(names), assignments


def _names_user(words: Sequence[Word]) -> bool:
    """Whether `runuser -u user command` is meant; all else is as with `su`."""
    return bool(words) and (words[0].text in ("-u", "--user") or words[0].startswith("--user="))


def _is_plain(word: Word) -> bool:
    """Whether what `eval` is given begins with a command's name alone."""
    return word.text is not None and word.raw == word.text


def _skip(words: Sequence[Word], at: int, wrapper: Wrapper, assignments: list[int]) -> int | None:
    operands = wrapper.operands
    while at < len(words):
        text = words[at].known
        if text == "--":
            at += 1
            break
        if text.startswith("-") and len(text) > 1:
            if text.split("=", 1)[0] in wrapper.not_with:
                return None
            at += 2 if text in wrapper.values or _ends_with_value(text, wrapper) else 1
        elif wrapper.assigns and _ASSIGNMENT.match(text):
            assignments.append(at)
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    return at + operands


def _ends_with_value(text: str, wrapper: Wrapper) -> bool:
    # `-Eu name`: a cluster whose last letter takes a value
    return text[1] != "-" and len(text) > 2 and text[1:].isalpha() and "-" + text[-1] in wrapper.values and (
        "-" + text[1] not in wrapper.values
    )


def script_word(name: str, words: Sequence[Word]) -> Word | None:
    """The word that holds the script of `sh -c script` (or `su user -c script`), if there is one."""
    if name == "eval":
        return words[0] if len(words) == 1 else None
    if name not in SHELLS:
        return None
    wanted, at = False, 0
    while at < len(words):
        text = words[at].text
        if text is None:
            return words[at] if wanted else None
        if name in _SU and text.startswith("--command="):
            return None
        if text in ("-c", "--command") and name in _SU:
            return words[at + 1] if at + 1 < len(words) else None
        if text[:1] in ("-", "+") and len(text) > 1 and text != "--":
            cluster = text[1] != "-"
            wanted = wanted or (cluster and text[0] == "-" and "c" in text[1:] and name not in _SU)
            takes_value = (cluster and text[1:].endswith(("o", "O"))) or text in ("--rcfile", "--init-file")
            at += 2 if takes_value and name not in _SU else 1
        elif wanted:
            return words[at + 1] if text == "--" and at + 1 < len(words) else words[at]
        elif name not in _SU:
            return None
        else:
            at += 1
    return None
