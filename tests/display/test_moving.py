"""Animations: written by the writer that the name of the file asks for."""

import re

import matplotlib.animation
import pytest

from seqdisentangle.display import SwapDisplay, _moving
from tests.display._common import Halves, T, donors


@pytest.fixture
def animation():
    return SwapDisplay.from_estimator(Halves(), *donors("grey", n_a=1, n_b=1)).animate()


def test_a_gif_has_all_steps(animation, tmp_path):
    image = pytest.importorskip("PIL.Image")
    animation.save(tmp_path / "swap.gif", dpi=30)
    with image.open(tmp_path / "swap.gif") as gif:
        assert gif.n_frames == T


def test_an_mp4_without_ffmpeg_and_pyav_says_so(animation, monkeypatch, tmp_path):
    monkeypatch.setattr(matplotlib.animation.writers, "is_available", lambda name: False)
    monkeypatch.setattr(_moving, "is_installed", lambda: False)
    with pytest.raises(RuntimeError, match=r"swap\.mp4' needs the program ffmpeg, or PyAV"):
        animation.save(tmp_path / "swap.mp4")
    animation.to_jshtml()  # an animation that is never drawn is warned of


def test_a_notebook_shows_it_with_controls(animation):
    assert "<script" in animation._repr_html_()


def test_the_player_asks_for_nothing_and_has_names_and_signs(animation):
    html = animation.to_jshtml()
    assert html == animation.to_jshtml()
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert {address for address in addresses if "w3.org" not in address} == set()
    assert re.findall(r'class="fa\b', html) == []
    buttons = re.findall(r"<button[^>]*>(.*?)</button>", html, re.DOTALL)
    assert len(buttons) == 9
    assert len({button.strip() for button in buttons}) == 9
    assert all(button.strip() for button in buttons)
    assert html.count('<img alt="Animation" ') == html.count('<input aria-label="Frame" ') == 1


def test_a_progress_bar_counts_the_frames_where_it_is_asked_for(animation, tmp_path, capsys):
    display = SwapDisplay.from_estimator(Halves(), *donors("grey", n_a=1, n_b=1))
    animation.save(tmp_path / "quiet.gif", dpi=30)
    assert capsys.readouterr().err == ""
    display.animate(verbose=1).save(tmp_path / "told.gif", dpi=30)
    assert f"{T}/{T}" in capsys.readouterr().err
