"""Parts of pages as those need them who cannot see them."""

import pytest

pytest.importorskip("sphinx", reason="pages are made by a package of the extra `docs`")


@pytest.fixture(scope="module")
def accessible(extension):
    return extension("accessible").accessible


def test_captions_have_a_level(accessible):
    caption = '<p class="caption" role="heading"><span>Start</span></p>'
    assert accessible(caption).count('role="heading" aria-level="2">') == 1
    assert accessible(accessible(caption)) == accessible(caption)


def test_citations_are_no_list_of_other_things(accessible):
    made = accessible('<div role="list" class="citation-list"><div class="citation"></div></div>')
    assert "role" not in made


def test_a_long_signature_is_a_list_of_parameters(accessible):
    made = accessible("<dl>\n<dd><em>a</em>,</dd>\n<dd><em>b</em></dd>\n</dl>")
    assert made == (
        '<dl role="list">\n<dd role="listitem"><em>a</em>,</dd>\n'
        '<dd role="listitem"><em>b</em></dd>\n</dl>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<dl>\n<dt>term</dt><dd>about</dd>\n</dl>",
        '<dl class="simple"><dd>about</dd></dl>',
        "<dl><dd><dl><dt>term</dt><dd>about</dd></dl></dd></dl>",
        "<p>text</p>",
    ],
)
def test_descriptions_of_terms_are_left_alone(accessible, html):
    assert accessible(html) == html
