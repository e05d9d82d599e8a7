"""The page of an explorer: its template, filled with data."""

from __future__ import annotations

import html
import json
import re
from importlib.resources import files
from typing import Any

__all__ = ["filled"]

SCRIPTS = ("draw.js", "gif.js", "page.js")


def filled(contents: dict[str, Any], title: str) -> str:
    """The page as one text, with its style, its script and its data inside.

    Parameters
    ----------
    contents : dict
        What the page shows, ready for JSON.
    title : str
        Plain text: nothing in it, nor in the contents, is read as HTML.
    """
    room = files(__package__)
    parts = {
        "title": html.escape(title),
        "style": (room / "page.css").read_text("utf-8"),
        "script": "".join((room / name).read_text("utf-8") for name in SCRIPTS),
        "data": as_script(contents),
    }
    template = (room / "page.html").read_text("utf-8")
    # In one pass, so that nothing that was filled in is filled again.
    return re.sub(r"{{(\w+)}}", lambda found: parts[found[1]], template)


def as_script(contents: dict[str, Any]) -> str:
    """JSON that no HTML parser leaves: without any ``<``, so that no tag or comment begins."""
    text = json.dumps(contents, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
