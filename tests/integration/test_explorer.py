"""The explorer in a headless browser: clicks and keys change the swap, and no request leaves."""

import io

import numpy as np
import pytest
from PIL import Image

from seqdisentangle import export_explorer
from tests.explorer._common import FRAMES, Sums, data_of, frames_of, sequences

pytestmark = pytest.mark.integration
KINDS = {"grey": {}, "vector": {}, "spectrum": {}, "joints": {"bones": [(0, 1)]}}


@pytest.fixture
def visit(opened, tmp_path):
    """Open the page of a kind of sequences."""

    def visited(kind="grey", width=1440, hash="", **settings):
        path = tmp_path / f"{kind}.html"
        labels = ["a", "<img src=x onerror=alert(1)>", "c"]
        X, model = sequences(kind), Sums(FRAMES[kind])
        export_explorer(model, X, path, labels, random_state=0, **KINDS[kind])
        settings = {"reduced_motion": "reduce"} | settings
        page = opened(path.as_uri() + hash, path.as_uri(), width, **settings)
        page.wait_for_selector("body[data-ready]")
        return page

    return visited


def test_labels_that_are_missing_are_unknown_and_grey(opened, tmp_path):
    path = tmp_path / "a.html"
    labels = ["walk", None, "walk"]
    export_explorer(Sums((3,)), sequences("vector"), path, labels, random_state=0)
    page = opened(path.as_uri() + "#content=2&motion=1", path.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("#content-name") == "2 · unknown"
    names = page.locator("#map-legend li").all_inner_texts()
    assert [name.strip() for name in names] == ["walk", "unknown"]
    colour = "button => getComputedStyle(button, '::before').borderColor"
    walk = page.locator("#map button").nth(2).evaluate(colour)
    unknown = (
        page.locator("#map-legend i").nth(1).evaluate("i => getComputedStyle(i).backgroundColor")
    )
    page.evaluate("choose({ content: 0 })")
    assert page.locator("#map button").nth(1).evaluate(colour) == unknown != walk


@pytest.mark.parametrize(
    ("labels", "motion"),
    [(["walk", "walk", "run"], 3), (["walk", None, "run"], 3), (["walk"] * 3, 2), (None, 2)],
)
def test_the_first_swap_is_with_a_sequence_of_another_label(opened, tmp_path, labels, motion):
    path = tmp_path / "a.html"
    export_explorer(Sums((3,)), sequences("vector"), path, labels, random_state=0)
    page = opened(path.as_uri(), path.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("[state.content + 1, state.motion + 1]") == [1, motion]


def chosen(page):
    return page.evaluate("location.hash")


def pixels(page, view):
    code = f"[...document.getElementById('{view}').getContext('2d').getImageData(0, 0, 7, 6).data]"
    return np.reshape(page.evaluate(code), (6, 7, 4))[..., :3]


def test_a_click_on_a_cell_shows_its_swap(visit, tmp_path):
    page = visit()
    data = data_of(tmp_path / "grey.html")
    for i, j in [(0, 1), (2, 0), (1, 1)]:
        page.locator("#grid button").nth(3 * i + j).click()
        expected = frames_of(data["swaps"][i], data)[j]
        np.testing.assert_array_equal(pixels(page, "swap-view"), expected[0])
        page.click("#forth")
        np.testing.assert_array_equal(pixels(page, "swap-view"), expected[1])
        page.click("#back")
        assert page.locator("#grid [aria-selected=true]").count() == 1


def test_keys_move_the_choice_and_the_time(visit):
    page = visit(hash="#content=1&motion=1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert chosen(page) == "#content=3&motion=2"
    page.keyboard.press(".")
    assert page.inner_text("#clock") == "step 2 of 5"
    page.keyboard.press("p")
    assert chosen(page) == "#walk=1&motion=2"
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "#walk=2&motion=2"


def test_the_grid_is_one_stop_of_the_tab_key_and_arrows_move_the_focus(visit):
    page = visit(hash="#content=1&motion=1")
    assert page.locator("#grid [tabindex='0']").count() == 1
    page.locator("#grid [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    label = page.evaluate("document.activeElement.textContent")
    assert label.startswith("content of 2")
    assert "motion of 1" in label


def test_the_map_chooses_content_motion_and_the_prior(visit):
    page = visit(hash="#content=1&motion=1")
    dots = page.locator("#map button")
    dots.nth(2).dispatch_event("click")
    assert chosen(page) == "#content=3&motion=1"
    page.check("[name=picks][value=motion]")
    dots.nth(1).dispatch_event("click")
    assert chosen(page) == "#content=3&motion=2"
    dots.nth(3 + 4).dispatch_event("click")
    assert chosen(page) == "#walk=5&motion=2"


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_it_plays_by_itself_unless_motion_is_reduced(visit, motion, moves):
    page = visit(reduced_motion=motion)
    assert page.inner_text("#play") == ("Pause" if moves else "Play")
    before = page.inner_text("#clock")
    if not moves:
        page.click("#play")
    changed = "text => document.getElementById('clock').textContent !== text"
    page.wait_for_function(changed, arg=before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_the_screen_and_draws_every_kind(visit, kind, scheme, width):
    page = visit(kind, width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colours = "new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height)"
    colours = f"(() => {{ const c = document.getElementById('grid-view'); return {colours}"
    assert page.evaluate(colours + ".data.buffer)).size; })()") > 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_keeps_nobody_out(visit, barriers, kind, scheme, width):
    page = visit(kind, width, color_scheme=scheme)
    assert barriers(page) == []
    page.keyboard.press("p")  # the walk through the prior switches more of it on
    assert barriers(page) == []


def test_a_finger_on_a_phone_chooses_a_swap(visit):
    page = visit(width=390, hash="#content=1&motion=1", has_touch=True, is_mobile=True)
    page.locator("#grid button").nth(3 * 2 + 1).tap()
    assert chosen(page) == "#content=3&motion=2"
    page.locator("#forth").tap()
    assert page.inner_text("#clock") == "step 2 of 5"


def test_space_plays_and_the_slider_goes_through_time(visit):
    page = visit()
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause"
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Play"
    page.locator("#time").fill("3")
    assert page.inner_text("#clock") == "step 4 of 5"


@pytest.mark.parametrize("kind", ["grey", "vector"])
def test_swaps_are_saved_as_pictures(visit, kind):
    page = visit(kind, hash="#content=1&motion=2")
    for ending, n_frames in [("png", 1), ("gif", 5)]:
        with page.expect_download() as caught:
            page.click(f"#save-{ending}")
        assert caught.value.suggested_filename == f"swap-content-1-motion-2.{ending}"
        with open(caught.value.path(), "rb") as file:
            image = Image.open(io.BytesIO(file.read()))
        assert getattr(image, "n_frames", 1) == n_frames
        for k in range(n_frames):
            image.seek(k)
            assert len(np.unique(np.asarray(image.convert("L")))) > 3
