"""Matplotlib: imported when a picture is drawn, and left as it was."""

import sys

import matplotlib.pyplot as plt
import pytest

from seqdisentangle.display import SwapDisplay
from seqdisentangle.display._pyplot import axes_in, check_drawing
from tests.display._common import Halves, donors


def test_settings_of_pyplot_are_left_alone():
    before = dict(plt.rcParams)
    SwapDisplay.from_estimator(Halves(), *donors("grey"))
    assert dict(plt.rcParams) == before


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"seqdisentangle\[plot\]"):
        SwapDisplay.from_estimator(Halves(), *donors("grey"))


def test_given_axes_are_drawn_in_and_others_are_of_the_size_that_is_asked_for():
    given = plt.figure().add_subplot()
    assert axes_in(given, (2, 1), "A picture") is given
    assert tuple(axes_in(None, (2, 1), "A picture").get_figure().get_size_inches()) == (2, 1)


def test_what_is_drawn_with_is_of_matplotlib():
    figure = plt.figure()
    check_drawing(cmap=plt.get_cmap("gray"), ax=figure.add_subplot(), figure=figure, interval=20)
    check_drawing(cmap="viridis", figure=figure.subfigures(1, 2)[0])
    for name, bad in {"cmap": "unknown", "ax": figure, "figure": 3, "interval": 0}.items():
        with pytest.raises((TypeError, ValueError), match=f"{name} must be"):
            check_drawing(**{name: bad})


def test_a_colour_map_in_other_letters_is_named_as_matplotlib_writes_it():
    with pytest.raises(ValueError, match="got 'Viridis': write 'viridis'"):
        check_drawing(cmap="Viridis")
    with pytest.raises(ValueError, match=r"got 'viridian'$"):
        check_drawing(cmap="viridian")
