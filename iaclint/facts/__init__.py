"""Dated tables of what providers and collections say; where they come from is in README.md beside this file."""
