"""Outliers: the sequence is named, whether they are refused or set the scale of all others."""

import warnings

import numpy as np
import pytest

from seqdisentangle import RecurrentWAE
from seqdisentangle.data.outliers import doubt_of_scale, farthest
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling, fit_scaling

SHAPES = [(40, 10), (40, 10, 3), (40, 10, 4, 2), (20, 5, 4, 4)]
FORMS = {"array": lambda X: X, "ragged": lambda X: [x[: 5 + i % 3] for i, x in enumerate(X)]}
FAR = r"has 1e\+20 in step 2 of sequence 7"


def drawn(shape, value=None):
    X = np.random.RandomState(0).normal(size=shape)
    if value is not None:
        X[7, 2].flat[-1:] = value
    return X


def doubt(X, missing="error"):
    sequences = Sequences(X, missing=missing)
    layout = sequences.layout
    scaling = fit_scaling(
        "auto",
        sequences.chunks(),
        image=layout.kind == "image",
        dtype=sequences.dtype,
        n_features=layout.frame_shape[0],
        feature_axes=layout.feature_axes,
    )
    return doubt_of_scale(sequences, scaling)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("value", [1e6, 1e20])
def test_a_value_that_sets_the_scale_alone_is_named(shape, form, value):
    X = drawn(shape, value)
    if len(shape) == 2:
        X[7] = X[7, ::-1]
        X[7, 2] = value
    found = doubt(FORMS[form](X))
    assert f"X has {value:g} in step 2 of sequence 7, so far" in found
    assert doubt(FORMS[form](drawn(shape))) is None


@pytest.mark.parametrize(
    "X",
    [
        np.where(drawn((40, 10, 3)) > 2.5, 1.0, 0.0),
        np.full((5, 4, 3), 7.0),
        np.random.RandomState(0).lognormal(0, 2, size=(40, 10, 3)),
        np.random.RandomState(0).standard_t(2, size=(40, 10, 3)),
        1e8 + drawn((40, 10, 3)),
    ],
    ids=["rare events", "constant", "log-normal", "heavy tails", "far from zero"],
)
def test_a_scale_that_most_values_share_is_not_doubted(X):
    assert doubt(X) is None


@pytest.mark.parametrize("form", FORMS)
def test_a_feature_without_any_value_is_doubted(form):
    X = drawn((80, 10, 3))
    X[..., 1] = np.nan
    found = doubt(FORMS[form](X), "mask")
    assert found.startswith("X has no value of feature 1 in any sequence")
    X[1, 3, 1] = 2.0  # in one that is not among those looked at first
    assert doubt(FORMS[form](X), "mask") is None


def test_other_units_are_not_doubted():
    assert doubt_of_scale(Sequences(drawn((40, 10), 1e20)), Scaling("none")) is None


def test_fit_warns_of_a_value_that_sets_the_scale_alone(small):
    with pytest.warns(UserWarning, match=FAR) as caught:
        small(max_epochs=1).fit(drawn((40, 10, 3), 1e20))
    assert caught[0].filename == __file__


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("start", ["partial_fit", "warm_start", "none"])
def test_what_is_too_far_to_train_on_is_refused_by_the_sequence(start, form, small):
    X, far = (FORMS[form](drawn((40, 10, 3), value)) for value in (None, 1e20))
    model = small(max_epochs=1, warm_start=True, scale="none" if start == "none" else "auto")
    if start != "none":
        model.fit(X)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=f"X {FAR}"), warnings.catch_warnings():
        model.partial_fit(far) if start == "partial_fit" else model.fit(far)
    assert vars(model) == before


def test_images_in_a_range_have_no_outliers(videos):
    model = RecurrentWAE(max_epochs=1, hidden_size=4).partial_fit(videos)
    assert model.partial_fit(videos.astype(np.float32) / 255).n_epochs_ == 2


def test_the_farthest_value_is_so_from_the_mean():
    X = np.full((3, 4, 2), 10.0)
    X[1, 2, 1], X[2, 3, 1] = -5.0, 12.0
    assert farthest(Sequences(X), 1, 10.0) == (1, 2, -5.0)
    assert farthest(Sequences(X), 1, -5.0) == (2, 3, 12.0)
    assert farthest(Sequences(X), 0, 10.0) == (0, 0, 10.0)


@pytest.mark.parametrize("form", FORMS)
def test_a_few_values_of_each_sequence_tell_as_much(form, monkeypatch):
    X = FORMS[form](drawn((40, 10, 3), 1e6))
    found = doubt(X)
    assert "X has 1e+06 in step 2 of sequence 7" in found
    monkeypatch.setattr("seqdisentangle.data.outliers.MOST_VALUES", 40 * 3 * 4 + 7)
    assert doubt(X) == found
