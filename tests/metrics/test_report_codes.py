"""Rows of the report on codes: as by the measures themselves."""

import numpy as np
import pytest

from seqdisentangle.metrics import content_stability, downstream, verification
from seqdisentangle.metrics._report_codes import probe_rows, stability_row, verification_rows
from seqdisentangle.metrics._sequences import ReadSequences


@pytest.fixture
def held(levels):
    return ReadSequences.all_of(levels(40))


def test_probes_stand_beside_data_and_reconstructions(held, separate):
    factors = {"level": held.X.mean(1)[:, 0]}
    codes, rng = held.encoded(separate), np.random.RandomState(0)
    content, motion, *_ = probe_rows(held, codes, held.frames, factors, None, 3, rng)
    assert content["value"] > 0.99 > motion["value"]
    assert content["data"] == pytest.approx(content["reconstructions"])
    without, *_ = probe_rows(held, codes, None, factors, None, 3, rng)
    assert np.isnan(without["reconstructions"])


def test_probes_are_those_of_downstream(held, separate):
    factors = {"level": held.X.mean(1)[:, 0]}
    rng = np.random.RandomState(0)
    rows = probe_rows(held, held.encoded(separate), None, factors, None, 3, rng)
    table = downstream(separate, held.X, factors, n_folds=3, random_state=0)
    for row in rows:
        [found] = table.select(features=row["of"]).records
        assert row["value"] == pytest.approx(found["score"])
        assert row["chance"] == pytest.approx(found["chance"])
    assert [row["of"] for row in rows if row["better"] == "none"] == [
        "mean and deviation",
        "principal components",
    ]


def test_error_rates_are_those_of_verification(held, separate):
    y = np.arange(40) % 4
    found = verification(separate, held.X, y)
    rows = verification_rows(held, held.encoded(separate), {"who": y})
    assert [r["value"] for r in rows] == [found.content, found.motion, found.gap]
    assert rows[0]["data"] == found.content  # content is the mean frame


@pytest.mark.parametrize("factor", [np.arange(40), np.linspace(0, 1, 40)])
def test_what_no_two_sequences_share_has_no_error_rate(held, separate, factor):
    assert verification_rows(held, held.encoded(separate), {"factor": factor}) == []


def test_stability_stands_beside_that_of_mean_frames(held, separate):
    [found] = stability_row(separate, held)
    assert found["value"] == pytest.approx(found["data"])
    assert found["value"] == content_stability(separate, held.X)
