"""Tests of iaclint; they mirror its three packages, and run every rule over its fixtures."""
