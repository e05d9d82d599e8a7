"""The directive ``changelog``: a file in the form of Keep a Changelog, as part of a page."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from markdown_as_rst import as_rst
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

__all__ = ["setup"]


class Changelog(SphinxDirective):
    """Versions and what has changed in each, given the path of the file from that of the page."""

    required_arguments = 1
    option_spec: ClassVar[dict] = {}

    def run(self) -> list[nodes.Node]:
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        lines = as_rst(Path(path).read_text(encoding="utf-8")).splitlines()
        return self.parse_text_to_nodes(StringList(lines, path), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("changelog", Changelog)
    return {"parallel_read_safe": True}
