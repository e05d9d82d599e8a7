"""Levels of the captions of the table of contents, which Sphinx leaves out of their headings."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

# Sphinx's own, and Furo's copy of it.
TREES = ("furo_navigation_tree", "body")


def with_levels(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give each heading that is none of HTML's its level: without, it is read as any text."""
    for name in TREES:
        if context.get(name):
            context[name] = context[name].replace(
                'role="heading">', 'role="heading" aria-level="2">'
            )


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at pages after the theme has filled them."""
    app.connect("html-page-context", with_levels, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
