"""The directive ``registry``: the names of a registry and what they stand for, as a table."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class RegistryTable(SphinxDirective):
    """Describe a registry, given its full name: an entry in the index and a row for each name.

    The content of the directive is its description.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict] = {}

    def run(self) -> list[nodes.Node]:
        module, _, name = self.arguments[0].rpartition(".")
        registry = getattr(importlib.import_module(module), name)
        lines = [f".. py:data:: {name}", f"   :module: {module}", ""]
        lines += [f"   {line}" for line in self.content]
        lines += ["", "   .. list-table::", "      :header-rows: 1", ""]
        lines += self.row("name", "part", "about")
        for key, found in registry.items():
            parts = found if isinstance(found, tuple) else (found,)
            links = ", ".join(self.link(module, part) for part in parts)
            about = (inspect.getdoc(parts[0]) or "").split("\n\n")[0].replace("\n", " ")
            lines += self.row(f'``"{key}"``', links, about if len(parts) == 1 else "")
        return self.parse_text_to_nodes(StringList(lines, self.get_location()))

    @staticmethod
    def link(module: str, part: Callable) -> str:
        """A link to the part, or its bare name where it is not public."""
        public = part.__name__ in importlib.import_module(module).__all__
        return f":py:obj:`~{module}.{part.__name__}`" if public else f"``{part.__name__}``"

    @staticmethod
    def row(name: str, part: str, about: str) -> list[str]:
        """The lines of a row."""
        return [f"      * - {name}", f"        - {part}", f"        - {about}"]


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("registry", RegistryTable)
    return {"parallel_read_safe": True}
