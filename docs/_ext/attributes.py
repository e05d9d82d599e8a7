"""An entry in the index for each attribute that the docstring of a class describes.

numpydoc prints the section "Attributes" as a list, to which nothing can link. This takes the
section out before numpydoc reads the docstring and puts an ``attribute`` directive for each in its
place afterwards.
"""

from __future__ import annotations

from typing import Any

from numpydoc.docscrape import NumpyDocString
from sphinx.application import Sphinx

BEFORE_NUMPYDOC, AFTER_NUMPYDOC = 400, 600


def section_of(lines: list[str], title: str) -> slice:
    """The lines of a section, its title and the line under it included; none if it is absent."""
    for start in range(len(lines) - 1):
        if lines[start] == title and set(lines[start + 1]) == {"-"}:
            break
    else:
        return slice(0, 0)
    for end in range(start + 2, len(lines) - 1):
        under = lines[end + 1]
        if lines[end] and len(under) >= 3 and set(under) == {"-"}:
            return slice(start, end)
    return slice(start, len(lines))


def attributes_of(docstring: str) -> list[tuple[list[str], str, list[str]]]:
    """Names, type and description of each entry of the section "Attributes"."""
    lines = docstring.splitlines()
    section = lines[section_of(lines, "Attributes")]
    if not section:
        return []
    # Without a summary numpydoc takes the first section for one.
    parsed = NumpyDocString("\n".join(["Summary.", "", *section]))["Attributes"]
    return [
        ([name.strip() for name in entry.name.split(",")], entry.type, entry.desc)
        for entry in parsed
    ]


def take_out(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Remember the section "Attributes" of a class and remove it from the docstring."""
    if what not in ("class", "exception"):
        return
    section = section_of(lines, "Attributes")
    app.env.temp_data.setdefault("attributes", {})[name] = "\n".join(lines[section])
    del lines[section]


def put_back(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Append a directive for each attribute that was taken out."""
    if what not in ("class", "exception"):
        return
    for names, type_, description in attributes_of(app.env.temp_data["attributes"].pop(name, "")):
        lines.append("")
        lines.append(f".. py:attribute:: {names[0]}")
        lines.extend(f"                  {more}" for more in names[1:])
        lines.append("")
        if type_:
            lines.extend([f"   *{type_}*", ""])
        lines.extend(f"   {line}" for line in description)
    lines.append("")


def skip_fields(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool:
    """Leave out the fields of a named tuple, which its section "Attributes" has."""
    return skip or type(obj).__name__ == "_tuplegetter"


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on both sides of numpydoc."""
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("autodoc-process-docstring", take_out, priority=BEFORE_NUMPYDOC)
    app.connect("autodoc-process-docstring", put_back, priority=AFTER_NUMPYDOC)
    return {"parallel_read_safe": True}
