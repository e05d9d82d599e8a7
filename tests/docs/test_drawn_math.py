"""Formulas of the documentation as drawings."""

from xml.etree import ElementTree

import pytest

pytest.importorskip("ziamath", reason="formulas are drawn by a package of the extra `docs`")
pytest.importorskip("sphinx", reason="formulas are drawn by a package of the extra `docs`")


@pytest.fixture(scope="module")
def as_svg(extension):
    return extension("drawn_math").as_svg


def test_a_formula_has_the_colour_of_the_text_and_is_read_as_latex(as_svg):
    svg = as_svg(r"q(z_t \mid z_{<t})", inline=True)
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == r"q(z_t \mid z_{<t})"
    assert "currentColor" in svg
    assert "black" not in svg
    assert " id=" not in svg  # would be twice in a page


def test_a_formula_stands_on_the_line_of_the_text(as_svg):
    def below(latex):
        style = ElementTree.fromstring(as_svg(latex, inline=True)).attrib["style"]
        return float(style.removeprefix("vertical-align: ").removesuffix("em"))

    assert below("x_t") < below("x") <= 0


def test_a_display_is_larger_than_an_inline_formula(as_svg):
    def height(inline):
        root = ElementTree.fromstring(as_svg(r"\frac{a}{b}", inline=inline))
        return float(root.attrib["height"].removesuffix("em"))

    assert height(inline=False) > height(inline=True)


def test_bold_digits_are_not_the_plain_ones(as_svg):
    drawn = [as_svg(latex, inline=True) for latex in ("1", r"\mathbf{1}")]
    first, second = (ElementTree.fromstring(svg)[0].attrib["d"] for svg in drawn)
    assert first != second


def test_a_command_that_is_not_known_is_refused(as_svg):
    with pytest.raises(ValueError, match="unknown command"):
        as_svg(r"a \nosuchthing b", inline=True)
