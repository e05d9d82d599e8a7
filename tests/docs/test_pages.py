"""Pages of the documentation: their examples run and print what they say."""

import doctest
import pathlib

import pytest

DOCS = pathlib.Path(__file__).parents[2] / "docs"
WRITTEN = [*DOCS.glob("*.rst"), *DOCS.glob("guide/*.rst")]  # the others are generated
PAGES = sorted(str(page.relative_to(DOCS)) for page in WRITTEN if ">>> " in page.read_text())


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run(page):
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(str(DOCS / page), module_relative=False, optionflags=flags)
    assert result.failed == 0, "see the output above"
    assert result.attempted > 0
