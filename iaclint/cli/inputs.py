"""What is given to Terraform's variables on the command line, by the configuration and in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from iaclint.cli.misuse import Misuse

if TYPE_CHECKING:
    from iaclint.evaluate.terraform_inputs import Inputs, Var, VarFile
    from iaclint.policy.config import Config

VAR, VAR_FILE = "--var", "--var-file"
Given = tuple[str, str]
"""One of the two options, and what was given with it."""

_NAME = re.compile(r"[^\W\d][\w-]*")


def in_order(arguments: Sequence[str], variables: Sequence[str], files: Sequence[str]) -> list[Given]:
    """What was given with the two options, in the order of the command line: the later wins over the earlier."""
    found: list[Given] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            break
        option, equals, text = word.partition("=")
        if option in (VAR, VAR_FILE):
            found.append((option, text if equals else next(rest, "")))
    all_of = [(VAR_FILE, file) for file in files] + [(VAR, one) for one in variables]
    # what follows another option may look like one of these
    return found if sorted(found) == sorted(all_of) else all_of


def inputs(given: Iterable[Given], config: Config) -> Inputs | None:
    """What root modules get from outside of their folders; None for nothing. Raises Misuse."""
    variables = [name for name in os.environ if name.startswith("TF_VAR_")]
    files = [("var-files", os.path.join(config.root, file)) for file in config.var_files]
    ordered = [*files, *given]
    if not variables and not ordered:
        return None
    from iaclint.evaluate.terraform_inputs import Inputs, environment

    found = [
        _variable(text) if option == VAR else _file(option, text, config.max_file_size) for option, text in ordered
    ]
    return Inputs(tuple(found), environment({name: os.environ[name] for name in variables}))


def _variable(text: str) -> Var:
    from iaclint.evaluate.terraform_inputs import Var

    name, equals, value = text.partition("=")
    if not equals:
        # without `=` the word may as well be a secret: it is not repeated
        raise Misuse(f"{VAR} takes NAME=VALUE, and one is given without `=`")
    if _NAME.fullmatch(name.strip()) is None:
        raise Misuse(f"{VAR} takes NAME=VALUE, and {name!r} is no name of a variable")
    return Var(name.strip(), value)


def _file(option: str, path: str, limit: int) -> VarFile:
    from iaclint.evaluate.terraform_inputs import VarFile, parsed

    shown = _shown(path)
    try:
        with open(path, "rb") as opened:
            data = opened.read(limit + 1)
    except FileNotFoundError:
        raise Misuse(f"{option}: there is no file {shown!r}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no name of a file"
        raise Misuse(f"{option}: {shown!r} cannot be read: {reason}") from error
    if len(data) > limit:
        raise Misuse(f"{option}: {shown!r} is larger than the limit of {limit} bytes (max-file-size)")
    file = VarFile(shown, data)
    for problem in parsed(file).problems:
        line = parsed(file).source.position(problem.span.start).line
        raise Misuse(f"{option}: {shown!r}, line {line}: {problem.message}")
    return file


def _shown(path: str) -> str:
    absolute = os.path.abspath(path)
    relative = os.path.relpath(absolute).replace(os.sep, "/")
    return absolute.replace(os.sep, "/") if relative == ".." or relative.startswith("../") else relative


__all__ = ["VAR", "VAR_FILE", "Given", "in_order", "inputs"]
