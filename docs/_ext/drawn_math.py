"""Formulas drawn as SVG when the documentation is built: readers need no script and no network.

The pictures have the colour and the size of the text around them. Who cannot see them is read the
LaTeX that they were made of.
"""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

import ziamath
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

__all__ = ["as_svg"]

SIZE = 16  # of the letters, in the units of the drawing
BOLD_ZERO = 0x1D7CE
logger = logging.getLogger(__name__)
# Without it, letters have identities that are the same in each formula of a page.
ziamath.config.svg2 = False
ziamath.config.math.color = "currentColor"


@cache
def as_svg(latex: str, *, inline: bool) -> str:
    """The SVG element of a formula, of the size of the text around it and upon its line.

    Raises
    ------
    ValueError
        If a command is not known.
    """
    # Bold digits are asked for by their own characters: the variant of digits is not read.
    text = re.sub(r"\\mathbf\{(\d)\}", lambda found: chr(BOLD_ZERO + int(found[1])), latex)
    drawing = ziamath.Latex(text, size=SIZE, inline=inline)
    if "\\" in drawing.mathmlstr():
        raise ValueError("it has an unknown command")
    svg = drawing.svgxml()
    _, top, width, height = map(float, svg.attrib["viewBox"].split())
    svg.set("width", f"{width / SIZE:.3f}em")
    svg.set("height", f"{height / SIZE:.3f}em")
    svg.set("style", f"vertical-align: {-(top + height) / SIZE:.3f}em")
    svg.set("role", "img")
    svg.set("aria-label", latex)
    return ElementTree.tostring(svg, encoding="unicode")


def drawn(latex: str, node: nodes.Node, *, inline: bool) -> str:
    """The SVG element of a formula of a page, and a warning in place of what cannot be drawn."""
    text = " ".join(latex.split())
    try:
        return as_svg(text, inline=inline)
    except Exception as error:  # whatever the two packages below raise of what they cannot read
        logger.warning("formula %r cannot be drawn: %r", text, error, location=node)
        return ""


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """A formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(drawn(node.astext(), node, inline=True) + "</span>")
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """A formula of its own, or several, parted by empty lines."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    parts = (part for part in node.astext().split("\n\n") if part.strip())
    self.body.append("<br>".join(drawn(part, node, inline=False) for part in parts) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the renderer known as ``svg``."""
    app.add_html_math_renderer("svg", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
