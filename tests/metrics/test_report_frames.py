"""Rows of the report on frames: chance and ceilings, and samples that are like the data."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import separation
from seqdisentangle.metrics._report_frames import reconstruction_rows, sample_rows, swap_rows
from seqdisentangle.metrics._sequences import ReadSequences


@pytest.fixture
def held(levels):
    return ReadSequences.all_of(levels(80))


def test_the_mean_of_all_frames_has_the_error_of_chance(held):
    mean = held.X.mean((0, 1))
    model = SimpleNamespace(reconstruct=lambda X: np.broadcast_to(mean, np.shape(X)))
    error, _, stays, moves = reconstruction_rows(model, held)
    assert error["value"] == pytest.approx(error["chance"])
    assert (stays["value"], moves["value"]) == pytest.approx((0, 0))


def test_donors_are_those_of_separation(held, separate):
    found = {
        (r["measure"], r["of"]): r for r in swap_rows(separate, held, np.random.RandomState(0))
    }
    content = found["swap, right donor", "content"]
    assert content["value"] > 0.9
    assert content["data"] == pytest.approx(
        separation(separate, held.X, random_state=1).told_apart, abs=0.1
    )


@pytest.mark.parametrize("shift", [0, 9])
def test_samples_are_told_from_data_only_where_they_differ(held, separate, shift):
    def sample(n, n_steps, random_state):
        return [shift + x for x in separate.sample(n, n_steps, random_state)]

    model = SimpleNamespace(sample=sample)
    rows = {r["measure"]: r for r in sample_rows(model, held, None, np.random.RandomState(0))}
    apart = rows["two-sample test, p"]
    assert (apart["value"] < 0.01) == (shift > 0)
    assert apart["data"] > 0.01
    assert (rows["recall"]["value"] > 0.5) == (shift == 0)
    assert np.isnan(rows["recall"]["reconstructions"])
