"""Markdown as reStructuredText, for what the changelog is written in; needs no Sphinx."""

from __future__ import annotations

import re

__all__ = ["as_rst"]

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
