"""The code of the page on kinds of data runs in the order of the page, on data as each block says.

Trainings are of one epoch: what they lead to is measured elsewhere.
"""

import functools
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import seqdisentangle

pytestmark = [
    pytest.mark.integration,
    # One epoch learns nothing, of which `fit` warns.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
PAGE = Path(__file__).parents[2] / "docs" / "guide" / "your_data.rst"
BLOCK = re.compile(r"\.\. code-block:: python\n\n((?:   .*\n|\n)+)")
HEADING = re.compile(r"^(.+)\n(?:=+|-+)$", re.MULTILINE)

rng = np.random.RandomState(0)


def blocks():
    """The code below each heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    headings = [(found.start(), found[1]) for found in HEADING.finditer(text)]
    return {
        next(name for start, name in reversed(headings) if start < found.start()): re.sub(
            r"^   ", "", found[1], flags=re.MULTILINE
        )
        for found in BLOCK.finditer(text)
    }


def walks(n, n_steps, *frame):
    """Sequences with a level of their own and a course, (n, T, ...)."""
    return rng.normal(size=(n, 1, *frame)) + rng.normal(size=(n, n_steps, *frame)).cumsum(1) / 5


def a_table():
    """Two columns of measurements, one of them with gaps, of twelve patients."""
    pulse, pressure = 70 + walks(12, 8), 120 + walks(12, 8)
    pulse[:, 2] = np.nan
    columns = {"pulse": pulse.ravel(), "pressure": pressure.ravel()}
    ids = {"patient": np.repeat(np.arange(12), 8), "hour": np.tile(np.arange(8), 12)}
    return pd.DataFrame(ids | columns)


#: The names that each block takes for granted, in the shapes that the page tells.
DATA = {
    "Your data": lambda: {"X": walks(40, 10, 3), "X_test": walks(16, 10, 3)},
    "Videos": lambda: dict(zip(("film_a", "film_b", "film_c"), films(), strict=True)),
    "Sensors": lambda: {"recordings": [walks(1, n, 6)[0] for n in (900, 1200, 1000)]},
    "Curves": lambda: {"curves": walks(50, 40), "X_test": walks(20, 40)},
    "Speech": lambda: {
        "paths": [f"{i}.wav" for i in range(24)],
        "log_mel": lambda path: walks(1, 20 + int(path[:-4]) % 5, 40)[0],
        "speakers": np.repeat(np.arange(6), 4),
        "X_test": [walks(1, 20, 40)[0] for _ in range(8)],
        "speakers_test": np.repeat([6, 7], 4),
    },
    "Skeletons": lambda: {"X": walks(24, 30, 4, 3), "X_test": walks(6, 30, 4, 3)},
    "Tables": lambda: {"table": a_table()},
    "Few sequences": lambda: {"recording": walks(1, 1500, 6)[0]},
}


def films():
    """Three films in colour, (T, H, W, 3) each."""
    return [rng.randint(256, size=(n, 16, 16, 3)).astype(np.uint8) for n in (40, 52, 60)]


def test_each_block_has_data():
    assert blocks().keys() == DATA.keys()


def test_the_blocks_run_in_their_order(monkeypatch):
    mpl.use("agg")
    once = functools.partial(
        seqdisentangle.RecurrentWAE,
        max_epochs=1,
        training=seqdisentangle.Training(finetune_epochs=0),
    )
    monkeypatch.setattr(seqdisentangle, "RecurrentWAE", once)
    names = {}
    for heading, code in blocks().items():
        names |= DATA[heading]()
        exec(compile(code, f"{PAGE.name}: {heading}", "exec"), names)
    assert names["filled"][0].shape == (8, 2)
    assert not any(np.isnan(x).any() for x in names["filled"])
    assert len(names["test"]) == 4
    assert names["swapped"].shape == (8, 10, 3)
