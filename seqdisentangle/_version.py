"""The release of the package, as it is installed."""

from __future__ import annotations

import importlib.metadata

__all__ = ["release"]


def release() -> str:
    """The number of the release; that of a checkout that is not installed is not known."""
    try:
        return importlib.metadata.version("seqdisentangle")
    except importlib.metadata.PackageNotFoundError:
        return "0+unknown"
