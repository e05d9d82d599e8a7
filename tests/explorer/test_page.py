"""The page: whole in one file, and nothing that a user wrote is read as HTML."""

import re

import pytest

from seqdisentangle.explorer._page import filled

EVIL = "</script><script>alert(1)</script><!-- {{data}} &amp; \u2028 '\""


@pytest.fixture(scope="module")
def page():
    return filled({"names": [EVIL]}, EVIL)


def test_user_text_opens_and_closes_no_tag(page):
    plain = filled({"names": ["a"]}, "b")
    for sign in ("<script", "</script", "<!--", "<title"):
        assert page.lower().count(sign) == plain.lower().count(sign)


def test_every_part_is_filled_in_once(page):
    assert "{{script}}" not in page
    assert "{{style}}" not in page
    assert page.count("{{data}}") == 3  # the user's, in the title twice and in the data


def test_it_asks_for_nothing_outside_the_file(page):
    assert re.findall(r"https?:|\b(?:src|href)=|@import|url\(", page) == []
    assert "default-src 'none'" in page
