"""Amendments of pages for who cannot see them: levels of captions, and roles of lists."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

__all__ = ["accessible"]

# Of the context of a page: its text, and the table of contents as Furo makes it.
PARTS = ("body", "furo_navigation_tree")
AMENDED = {
    'role="heading">': 'role="heading" aria-level="2">',
    '<div role="list" class="citation-list">': '<div class="citation-list">',
}
# A signature that is broken into lines, of descriptions of nothing.
SIGNATURE = re.compile(r"<dl>\s*(?:<dd>(?:(?!</?d[ld]).)*</dd>\s*)+</dl>", re.DOTALL)


def accessible(html: str) -> str:
    """A part of a page that axe-core has nothing serious against.

    Captions of Sphinx are headings without a level, which are read as any text; its long signatures
    are lists of descriptions without terms. Citations of docutils are no items of their list.
    """
    for made, amended in AMENDED.items():
        html = html.replace(made, amended)
    return SIGNATURE.sub(as_list, html)


def as_list(signature: re.Match[str]) -> str:
    """The signature as a list of parameters."""
    listed = signature[0].replace("<dl>", '<dl role="list">')
    return listed.replace("<dd>", '<dd role="listitem">')


def amend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Amend the parts of a page."""
    for name in PARTS:
        if context.get(name):
            context[name] = accessible(context[name])


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at pages after the theme has filled them."""
    app.connect("html-page-context", amend, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
