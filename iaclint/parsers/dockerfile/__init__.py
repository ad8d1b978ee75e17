"""Dockerfiles: an own line-oriented reader after BuildKit's rules."""

from iaclint.parsers.dockerfile.document import parse, pieces
from iaclint.parsers.dockerfile.instructions import Instruction
from iaclint.parsers.dockerfile.scripts import dialect, exec_words, shell_text, windows_text

__all__ = ["Instruction", "dialect", "exec_words", "parse", "pieces", "shell_text", "windows_text"]
