"""The ten lines of the documentation lead from a file of recordings to a picture of swaps."""

import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

pytestmark = pytest.mark.integration
PAGE = Path(__file__).parents[2] / "docs" / "getting_started.rst"


def ten_lines():
    """The block of code that is named so."""
    found = re.search(r":name: ten-lines\n\n((?:   .*\n|\n)+)", PAGE.read_text(encoding="utf-8"))
    return re.sub(r"^   ", "", found[1], flags=re.MULTILINE).strip()


def test_there_are_ten_lines_at_most():
    assert len([line for line in ten_lines().splitlines() if line]) <= 10


def test_they_make_a_picture_of_swaps(tmp_path, monkeypatch, capsys):
    mpl.use("agg")
    monkeypatch.chdir(tmp_path)
    rng = np.random.RandomState(0)
    level, phase = rng.normal(size=(60, 1, 2)), rng.uniform(0, 6, size=(60, 1, 1))
    np.save("recordings.npy", level + np.sin(phase + np.arange(12)[:, None]))
    exec(ten_lines(), {})
    assert re.search(r"^separation [01]\.\d\d: the codes ", capsys.readouterr().out, re.MULTILINE)
    assert (tmp_path / "swaps.png").read_bytes().startswith(b"\x89PNG")
