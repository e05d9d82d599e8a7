"""The command line: the verbs of the estimators for whoever writes no Python."""

from .command_line import main

__all__ = ["main"]
