"""Edits, Fixes, diffs, and writing files in one step."""
