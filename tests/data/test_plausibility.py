"""Doubts: the other layout of real data is recognised, and their own never doubted."""

import numpy as np
import pandas as pd
import pytest
from aeon.datasets import (
    load_arrow_head,
    load_basic_motions,
    load_gunpoint,
    load_italy_power_demand,
    load_japanese_vowels,
    load_unit_test,
)
from sklearn.datasets import load_digits, load_iris

from seqdisentangle.data import from_channels_first, windows
from seqdisentangle.data.plausibility import MOST_VALUES, doubts, neighbour_correlation, some_values
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.datasets import make_moving_digits


def doubted(X, **told):
    """The doubts of data as ``fit`` has them."""
    values = X.to_numpy() if isinstance(X, pd.DataFrame) else X
    return list(doubts(X, Sequences(values, missing="mask", **told), **told))


def smooth(n, T, D, seed=0, pull=0.9):
    """Processes that return to zero slowly, (n, T, D)."""
    rng = np.random.RandomState(seed)
    x = rng.normal(size=(n, T, D))
    for t in range(1, T):
        x[:, t] = pull * x[:, t - 1] + (1 - pull**2) ** 0.5 * x[:, t]
    return x


def motions():
    return load_basic_motions(split="train")[0]  # (40, 6, 100)


def vowels(n_steps):
    series = [x[:, :n_steps] for x in load_japanese_vowels(split="train")[0]]
    return np.stack([x for x in series if x.shape[1] == n_steps])  # (n, 12, n_steps)


def spectra(n=40, T=8, D=60):
    """Features in an order of their own: three peaks that rise and fall."""
    place = np.linspace(0, 1, D)
    peaks = np.exp(-(((place[:, None] - [0.2, 0.5, 0.8]) / 0.1) ** 2) / 2)
    return (smooth(n, T, 3) + 3) @ peaks.T


def circles():
    """Two channels that do not correlate."""
    rng = np.random.RandomState(0)
    angle = rng.uniform(0.1, 0.4, (40, 1)) * np.arange(50) + rng.uniform(0, 6, (40, 1))
    return np.stack([np.cos(angle), np.sin(angle)], 1)


CHANNELS_FIRST = {
    "motions": motions,
    "short motions": lambda: motions()[:, :, :12],
    "few motions": lambda: motions()[:5],
    "standardised motions": lambda: motions() / motions().std(2, keepdims=True),
    "vowels": lambda: vowels(16),
    "two channels": circles,
    "with values missing": lambda: np.where(
        np.random.RandomState(0).uniform(size=(40, 6, 100)) < 0.3, np.nan, motions()
    ),
}
AS_THEY_SHOULD_BE = {
    "motions": lambda: motions().transpose(0, 2, 1),
    "short motions": lambda: motions()[:, :, 40:44].transpose(0, 2, 1),
    "vowels": lambda: vowels(16)[:, :, :8].transpose(0, 2, 1),
    "spectra": spectra,
    "pairs of spectra": lambda: spectra(T=2),
    "many features": lambda: smooth(20, 10, 300),
    "joints side by side": lambda: smooth(40, 30, 75, pull=0.99),
    "text": lambda: np.eye(20)[np.random.RandomState(0).randint(20, size=(100, 6))],
    "noise": lambda: np.random.RandomState(0).normal(size=(50, 6, 100)),
    "little noise": lambda: np.random.RandomState(0).normal(size=(2, 2, 5)),
    "videos as vectors": lambda: make_moving_digits(20, random_state=0).X.reshape(20, 20, -1),
    "constant": lambda: np.ones((9, 4, 30)),
    "nothing known": lambda: np.full((9, 4, 30), np.nan),
}


@pytest.mark.parametrize("name", CHANNELS_FIRST)
@pytest.mark.parametrize("kind", [np.asarray, list])
def test_channels_before_steps_are_recognised_and_the_remedy_mends_them(name, kind):
    X = kind(CHANNELS_FIRST[name]())
    (doubt,) = doubted(X)
    _, D, T = np.shape(X)
    assert f"sequences of {D} steps with {T} features" in doubt
    assert "X = seqdisentangle.data.from_channels_first(X)" in doubt
    assert not doubted(from_channels_first(X))


@pytest.mark.parametrize("name", AS_THEY_SHOULD_BE)
def test_sequences_as_they_should_be_are_not_doubted(name):
    assert not doubted(AS_THEY_SHOULD_BE[name]())


@pytest.mark.parametrize(
    "load",
    [
        load_arrow_head,
        load_gunpoint,
        load_italy_power_demand,
        load_unit_test,
    ],
)
def test_curves_are_doubted_with_an_axis_of_one_channel_only(load):
    X, y = load(split="train")
    (doubt,) = doubted(X)  # (n, 1, T)
    assert f"{len(X)} sequences of a single step" in doubt
    assert "X = seqdisentangle.data.from_channels_first(X)" in doubt
    assert not doubted(from_channels_first(X))
    for order in (np.arange(len(X)), np.argsort(y, kind="stable"), np.argsort(X[:, 0, 0])):
        assert not doubted(X[order, 0])
        assert not doubted(pd.DataFrame(X[order, 0]))


@pytest.mark.parametrize("load", [load_iris, load_digits])
def test_rows_that_are_sorted_are_not_doubted(load):
    X, y = load(return_X_y=True)
    assert not doubted(X[np.argsort(y)])


@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame])
def test_rows_that_follow_each_other_are_one_recording(kind):
    X = kind(smooth(1, 500, 6, pull=0.98)[0])
    (doubt,) = doubted(X)
    assert "500 sequences of 6 numbers" in doubt
    assert "X, groups = seqdisentangle.data.windows(X, length=...)" in doubt
    assert not doubted(windows(X, length=50).X)


@pytest.mark.parametrize("frame", [(), (3,), (5, 3), (8, 8)])
def test_a_single_sequence_is_doubted(frame):
    X = np.random.RandomState(0).normal(size=(1, 200, *frame))
    (doubt,) = doubted(X)
    assert "a single sequence, n = 1, with T = 200" in doubt
    assert "X, groups = seqdisentangle.data.windows(X[0], length=...)" in doubt
    assert not doubted(windows(X[0], length=20).X)


@pytest.mark.parametrize(
    ("frame", "remedy"),
    [
        ((), r"windows(numpy.ravel(X), length=...)"),
        ((30,), "from_channels_first(X)"),
        ((8, 8), "X = numpy.moveaxis(X, axis, 1)"),
    ],
)
def test_a_single_step_is_doubted(frame, remedy):
    (doubt,) = doubted(np.random.RandomState(0).normal(size=(60, 1, *frame)))
    assert "60 sequences of a single step, in which nothing changes" in doubt
    assert remedy in doubt


def test_lengths_that_are_told_are_not_doubted():
    X = motions()
    told = Sequences(X, lengths=[6] * 39 + [5])
    assert not list(doubts(X, told))


@pytest.mark.parametrize("channels", ["first", "last"])
def test_many_channels_are_doubted_where_the_other_axis_has_few(channels):
    few, many = {"first": ("last", "first"), "last": ("first", "last")}[channels]
    X = np.zeros((2, 3, 16, 16, 4) if few == "last" else (2, 3, 4, 16, 16))
    (doubt,) = doubted(X, channels=many)
    assert f"by channels='{many}'" in doubt
    assert f"channels='{few}' reads" in doubt
    assert "16 x 16 pixels with 4 channels" in doubt
    assert not doubted(X, channels=few)
    assert not doubted(np.zeros((2, 3, 9, 16, 16)), channels="first")
    assert not doubted(np.zeros((2, 3, 3, 16, 16)), channels="first")


def test_the_correlation_is_that_of_neighbours():
    x = np.random.RandomState(0).normal(size=(5, 300))
    z = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    expected = np.mean(z[:, 1:] * z[:, :-1])
    assert neighbour_correlation(x, axis=1, over=(1,)) == pytest.approx(expected)
    x[2] = 4.0  # constant
    x[3] = np.nan  # not known
    expected = np.mean((z[:, 1:] * z[:, :-1])[[0, 1, 4]])
    assert neighbour_correlation(x, axis=1, over=(1,)) == pytest.approx(expected)


@pytest.mark.parametrize(("n_steps", "n_read"), [(MOST_VALUES, 1), (MOST_VALUES // 3, 3), (9, 64)])
def test_of_long_sequences_fewer_are_read_and_one_at_least(n_steps, n_read):
    X = np.broadcast_to(np.float32(0), (70, n_steps))  # which takes no memory
    assert some_values(Sequences(X)).shape == (n_read, n_steps)
