"""The end of a fit: a warning if nothing was learned, and with ``verbose`` a line of verdict."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score

from seqdisentangle import MoCoGAN, RecurrentWAE
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.estimators._judging import learned
from seqdisentangle.metrics import separation_scorer


def waves(n=24, steps=20, features=3, level=2.0):
    """Sequences of a level each, and of one movement."""
    rng = np.random.RandomState(0)
    turn = np.linspace(0, 6, steps)[None, :, None] + rng.rand(n, 1, 1) * 6
    return level * rng.randn(n, 1, features) + np.sin(turn + np.arange(features))


def quick(**params):
    params = {"max_epochs": 60, "content_size": 4, "hidden_size": 32, "random_state": 0} | params
    return RecurrentWAE(**params)


def test_the_variance_that_is_explained_is_that_of_scikit_learn():
    X = waves(n=30)
    X[:, :, 0] = 100 * X[:, :, 0]  # units make no difference
    model = quick(max_epochs=20).fit(X)
    found = learned(model._predictor(), Sequences(X), 8)
    made, moves = model.reconstruct(X), X - X.mean(1, keepdims=True)
    scaled = [(x / X.std((0, 1))).reshape(-1, 3) for x in (X, made)]
    variance = scaled[0].var(0)
    expected = np.average(r2_score(*scaled, multioutput="raw_values"), weights=variance)
    assert found.of_all == pytest.approx(expected, abs=1e-6)
    deviations = [moves / X.std((0, 1)), (made - made.mean(1, keepdims=True)) / X.std((0, 1))]
    missed = np.square(deviations[0] - deviations[1]).sum()
    assert found.of_movement == pytest.approx(1 - missed / np.square(deviations[0]).sum(), abs=1e-6)


def test_padding_and_gaps_count_for_nothing():
    X = [x[: 10 + i] for i, x in enumerate(waves(n=10))]
    X = [np.where(np.random.RandomState(1).rand(*x.shape) < 0.2, np.nan, x) for x in X]
    model = quick(max_epochs=2, missing="mask").fit(X)
    predictor = model._predictor()
    found = learned(predictor, Sequences(X, missing="mask"), 8)
    x, made = np.concatenate(X), np.concatenate(model.reconstruct(X))
    x, made = (part / np.nanstd(x, 0) for part in (x, made))
    missed = np.nansum(np.square(x - made))
    assert found.of_all == pytest.approx(1 - missed / np.nansum(np.square(x - np.nanmean(x, 0))))


def test_a_fit_that_has_learned_nothing_is_warned_of():
    with pytest.warns(ConvergenceWarning, match=r"2 steps .* (variance).*max_epochs"):
        quick(max_epochs=1, batch_size=12).fit(waves())


def test_a_fit_that_has_learned_is_not():
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        quick(max_epochs="auto").fit(waves())


@pytest.mark.parametrize("X", [np.ones((6, 5, 2)), np.arange(12.0).reshape(6, 2)[:, :1]])
def test_what_does_not_move_need_not_be_learned_to_move(X):
    model = quick(max_epochs=1).fit(X)
    assert learned(model._predictor(), Sequences(X), 8).of_movement == 1


def test_a_verbose_fit_ends_with_a_line_of_verdict(capsys):
    quick(max_epochs=2).fit(waves())
    assert not capsys.readouterr().out
    quick(max_epochs=2, verbose=1).fit(waves())
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("RecurrentWAE: separation 0.")


def test_the_line_of_a_fit_that_was_told_groups_is_judged_by_them(capsys):
    X, groups = waves(), np.arange(24) // 2
    model = quick(max_epochs=2, verbose=1).fit(X, groups=groups)
    line = capsys.readouterr().out.splitlines()[-1]
    told, untold = (separation_scorer(model, X, groups=told) for told in (groups, None))
    assert f"separation {told:.2f}" in line
    assert f"separation {untold:.2f}" not in line


def test_too_few_sequences_have_no_verdict(capsys):
    quick(max_epochs=1, verbose=1).fit(waves(n=2))
    assert "separation" not in capsys.readouterr().out


def test_a_model_that_does_not_reconstruct_is_not_judged(capsys):
    MoCoGAN(max_epochs=1, verbose=1, random_state=0).fit(waves())
    assert not capsys.readouterr().out
