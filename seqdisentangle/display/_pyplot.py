"""Matplotlib, imported when a picture is drawn and not before."""

from __future__ import annotations

from types import ModuleType

__all__ = ["import_pyplot"]


def import_pyplot(what: str) -> ModuleType:
    """Return `matplotlib.pyplot`, or say how to get it to who wants to draw `what`."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{what} draws with matplotlib, which is not installed: "
            "pip install 'seqdisentangle[plot]'"
        ) from error
    return plt
