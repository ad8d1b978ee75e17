"""The rules, by platform or by what is at stake. Every module here is found by itself."""
