"""Parameters of an estimator as text, ``training__ema=0.99``."""

from __future__ import annotations

import argparse
import ast
from typing import Any

__all__ = ["setting"]


def setting(text: str) -> tuple[str, Any]:
    """Read ``"name=value"``, the value a Python literal, or else a string.

    Parameters
    ----------
    text : str

    Returns
    -------
    name : str
    value : object

    Raises
    ------
    argparse.ArgumentTypeError
        If there is no name, or no value.

    Examples
    --------
    >>> setting("training__ema=0.99")
    ('training__ema', 0.99)
    >>> setting("reg=mmd")
    ('reg', 'mmd')
    """
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"expected PARAM=VALUE, got {text!r}")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value
