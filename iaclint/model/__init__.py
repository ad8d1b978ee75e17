"""The common model: Blocks, Values and Aspects that all rules walk, whatever the language."""

from iaclint.model.block import Argument, Block, Document, Node, Problem
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value, literal_of, missing

__all__ = ["Argument", "Block", "Document", "Node", "Problem", "Project", "Truth", "Value", "literal_of", "missing"]
