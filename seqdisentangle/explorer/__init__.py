"""Swaps to play with: a page in one file that any browser opens from disk."""

from .export import export_explorer

__all__ = ["export_explorer"]
