"""The directive ``changelog``: a file in the form of Keep a Changelog, as part of a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

__all__ = ["as_rst", "setup"]

UNDERLINES = {2: "-", 3: "~"}


def as_rst(markdown: str) -> str:
    """Markdown of headings, lists, code and links, from the first version on, for Sphinx."""
    lines = []
    for line in markdown[markdown.index("\n## ") :].splitlines():
        if found := re.fullmatch(r"(#+) (.+)", line):
            title = found[2].strip("[]")
            lines += [title, UNDERLINES[len(found[1])] * len(title)]
        else:
            lines.append(line)
    # Code may go on in the next line: all is read at once.
    parts = re.split(r"`([^`]+)`", "\n".join(lines))
    parts[1::2] = [f"``{code}``" for code in parts[1::2]]
    parts[::2] = [with_links(re.sub(r"([\\*|_])", r"\\\1", text)) for text in parts[::2]]
    return "".join(parts)


def with_links(text: str) -> str:
    """Text whose links are those of reStructuredText."""
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"`\1 <\2>`__", text)


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
