"""The built documentation in a headless browser: whole without a network, and open to all."""

import functools
import http.server
import os
import pathlib
import threading

import pytest

pytestmark = pytest.mark.integration
SITE = "SEQDISENTANGLE_SITE"  # names the folder of the built pages
PAGES = [
    "index.html",
    "getting_started.html",
    "guide/model.html",
    "guide/objective.html",
    "guide/your_data.html",
    "benchmarks.html",
    "auto_examples/index.html",
    "auto_examples/explorer.html",
    "auto_examples/quickstart.html",
    "reference/generated/seqdisentangle.RecurrentWAE.html",
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing of what it serves."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def folder():
    """The folder of the site."""
    if SITE not in os.environ:
        pytest.skip(f"no documentation is built: {SITE} may name its folder")
    return pathlib.Path(os.environ[SITE]).resolve()


@pytest.fixture(scope="module")
def served(folder):
    """The address of the site on a server of this machine."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_a_page_fits_the_screen_and_keeps_nobody_out(served, opened, barriers, page, scheme, width):
    shown = opened(served + page, served, width, color_scheme=scheme)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(shown, ("serious", "critical")) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_when_opened_from_disk(folder, opened, page):
    shown = opened((folder / page).as_uri(), folder.as_uri())
    assert shown.inner_text("h1")
    shown.evaluate("for (const image of document.images) image.loading = 'eager'")
    loaded = "Promise.all([...document.images].map(image => image.decode())).then(() => true)"
    assert shown.evaluate(loaded)


def test_formulas_are_drawn_in_the_colour_of_the_text(folder, opened):
    for scheme in ("light", "dark"):
        page = opened((folder / "guide/model.html").as_uri(), folder.as_uri(), color_scheme=scheme)
        colours = """[...document.querySelectorAll('.math svg')].map(svg => [
            getComputedStyle(svg.querySelector('path')).fill,
            getComputedStyle(svg.parentElement).color,
            svg.getBoundingClientRect().height > 4,
        ])"""
        found = page.evaluate(colours)
        assert len(found) > 5
        assert all(fill == text and seen for fill, text, seen in found)


def test_wide_code_is_a_stop_of_the_tab_key_and_narrow_code_is_none(served, opened):
    stops = "document.querySelectorAll('pre[tabindex]').length"
    page = opened(served + "index.html", served, 390)
    assert page.evaluate(stops) == 1
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function(f"{stops} === 0")


def test_a_search_finds_pages(served, opened):
    page = opened(served + "search.html?q=swap", served)
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a").count() > 5


def test_a_phone_has_the_table_of_contents_behind_a_button(served, opened):
    page = opened(served + "index.html", served, 390)
    link = page.locator(".sidebar-tree a", has_text="Glossary")
    assert not page.evaluate(
        "link => link.getBoundingClientRect().right > 0", link.element_handle()
    )
    page.locator("header label[for=__navigation]").click()
    page.wait_for_function(
        "link => link.getBoundingClientRect().left >= 0", arg=link.element_handle()
    )
    link.click()
    assert page.inner_text("h1").startswith("Glossary")


def test_the_reader_chooses_light_or_dark(served, opened):
    page = opened(served + "index.html", served, color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for _ in range(3):  # automatic, light, dark
        page.locator(".content-icon-container .theme-toggle").click()
        now = page.evaluate("getComputedStyle(document.body).backgroundColor")
        if now != before:
            break
    assert now != before


def test_the_explorer_within_its_example_swaps(served, opened):
    page = opened(served + "auto_examples/explorer.html", served, reduced_motion="reduce")
    if not page.locator("iframe").count():
        pytest.skip("the pages were built without running the examples")
    page.locator("iframe").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe")
    before = frame.locator("#swap-name").inner_text()
    frame.locator("#grid button").nth(11).click()
    assert frame.locator("#swap-name").inner_text() != before
    before = frame.locator("#clock").inner_text()
    frame.locator("#forth").click()
    assert frame.locator("#clock").inner_text() != before
