"""Links from docstrings by a bare name: :class:`Batch` is that of `seqdisentangle.data.batches`.

Sphinx looks a bare name up in the module that a page is about. Docstrings name what their own file
imports, which a reader knows by that name. Of a class with several entries the public one, whose
name is the shortest, is taken.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.Element
) -> nodes.Element | None:
    """Link to the entry of this package that ends with a name which was not found."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    entries = env.domains["py"].data["objects"]
    found = [name for name in entries if name.endswith(f".{target}")]
    if not found:
        return None
    entry = entries[min(found, key=lambda name: (len(name), name))]
    return make_refnode(
        app.builder, node.get("refdoc", ""), entry.docname, entry.node_id, contnode, target
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Try this where Sphinx itself has found nothing."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True}
