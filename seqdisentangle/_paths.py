"""Paths in arguments, checked before anything is computed."""

from __future__ import annotations

from os import PathLike, fspath
from os.path import isdir
from typing import Any

__all__ = ["check_path"]


def check_path(path: Any, name: str, *, to_write: bool = False) -> None:
    """Raise an error unless it is a path, and no folder where a file is to be written.

    Parameters
    ----------
    path : str or path-like
    name : str
        Of the argument.
    to_write : bool, default=False

    Raises
    ------
    TypeError, ValueError, IsADirectoryError
    """
    if not isinstance(path, str | PathLike):
        raise TypeError(f"{name} must be a path, a str or an os.PathLike, got {path!r}")
    text = fspath(path)
    if not isinstance(text, str) or not text or "\0" in text:
        raise ValueError(
            f"{name} must be a path, not empty and without null characters, got {path!r}"
        )
    if to_write and isdir(text):
        raise IsADirectoryError(f"{name}={text!r} is a folder: name a file in it")
