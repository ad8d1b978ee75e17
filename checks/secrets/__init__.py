"""Credentials left in code. No message here ever quotes one."""
