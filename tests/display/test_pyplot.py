"""Matplotlib: imported when a picture is drawn, and left as it was."""

import sys

import matplotlib.pyplot as plt
import pytest

from seqdisentangle.display import SwapDisplay
from tests.display._common import Halves, donors


def test_settings_of_pyplot_are_left_alone():
    before = dict(plt.rcParams)
    SwapDisplay.from_estimator(Halves(), *donors("grey"))
    assert dict(plt.rcParams) == before


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"seqdisentangle\[plot\]"):
        SwapDisplay.from_estimator(Halves(), *donors("grey"))
