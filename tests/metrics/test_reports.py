"""The report: all that applies, for any model and any data, beside what it is compared with."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import report


def encoder_of(model):
    """The same model without its other verbs."""
    return SimpleNamespace(transform=model.transform)


@pytest.fixture
def labelled(levels):
    X = levels(60)
    return X, {"sign": (X.mean(1)[:, 0] > 0).astype(int), "level": X.mean(1)[:, 1]}


def test_everything_is_measured_where_all_applies(separate, labelled):
    table = report(separate, *labelled, n_folds=3, random_state=0)
    assert set(table["measure"]) == {
        "linear probe of sign",
        "linear probe of level",
        "equal error rate of sign",
        "stability over halves",
        "reconstruction",
        "swap, right donor",
        "swap, wrong donor",
        "separation",
        "Frechet distance",
        "kernel distance",
        "precision",
        "recall",
        "two-sample test, p",
    }
    assert set(table["better"]) == {"higher", "lower", "factor", "none"}
    assert tuple(table.to_frame().columns) == table.columns
    assert len(str(table).splitlines()) == len(table) + 1


def test_figures_stand_beside_chance_data_and_reconstructions(separate, labelled):
    table = report(separate, *labelled, n_folds=3, random_state=0)
    [level] = table.select(measure="linear probe of level", of="content").records
    assert level["value"] > 0.99
    assert level["chance"] < 0.01
    assert level["reconstructions"] == pytest.approx(level["data"])  # which are perfect
    [moves] = table.select(of="what moves, R2").records
    assert moves["value"] == moves["data"] == 1
    [frechet] = table.select(measure="Frechet distance").records
    assert frechet["reconstructions"] == pytest.approx(frechet["data"])


def test_an_encoder_alone_is_measured_by_its_codes(separate, labelled):
    table = report(encoder_of(separate), *labelled, random_state=0)
    assert {name.split(" of ")[0] for name in table["measure"]} == {
        "linear probe",
        "equal error rate",
        "stability over halves",
    }
    assert np.isnan(table["reconstructions"]).all()


def test_no_factors_are_needed(separate, levels):
    table = report(separate, levels(20), random_state=0)
    assert "linear probe" not in str(table)
    assert "separation" in str(table)


def test_ragged_and_short_sequences(separate, levels):
    X = [x[: 1 + i % 3] for i, x in enumerate(levels(20))]
    table = report(separate, X, random_state=0)
    assert "separation" not in table["measure"]
    assert "recall" in table["measure"]


def test_two_sequences(separate, levels):
    table = report(separate, levels(2), [0, 1], random_state=0)
    assert set(table.select(measure="linear probe of y")["value"]) == {0}
    with pytest.raises(ValueError, match="X must hold at least 2 sequences, got 1"):
        report(separate, levels(1))


def test_the_same_seed_gives_the_same_report(separate, levels):
    first, again = (str(report(separate, levels(12), random_state=3)) for _ in range(2))
    assert first == again
