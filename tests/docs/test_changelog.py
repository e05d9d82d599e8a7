"""The changelog on the site: Markdown that is read as it was meant."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
spec = importlib.util.spec_from_file_location(
    "markdown_as_rst", DOCS / "_ext" / "markdown_as_rst.py"
)
markdown_as_rst = importlib.util.module_from_spec(spec)
spec.loader.exec_module(markdown_as_rst)


def as_rst(text):
    return markdown_as_rst.as_rst(f"# Changelog\n\nAbout.\n\n## [1.0]\n{text}").splitlines()[3:]


def test_headings_are_underlined_and_what_stands_before_the_first_version_is_left_out():
    assert markdown_as_rst.as_rst(
        "# Changelog\n\nAbout.\n\n## [1.0]\n\n### Added"
    ).splitlines() == [
        "",
        "1.0",
        "---",
        "",
        "Added",
        "~~~~~",
    ]


def test_code_is_code_over_two_lines_too():
    assert as_rst("- `a_b` and `c\n  d`.") == ["- ``a_b`` and ``c", "  d``."]


def test_marks_outside_of_code_are_text():
    assert as_rst("- 2 * 3, `x * y`, some_name_") == [r"- 2 \* 3, ``x * y``, some\_name\_"]


def test_links_lead_where_they_did():
    assert as_rst("[here](https://a.org/b)") == ["`here <https://a.org/b>`__"]
