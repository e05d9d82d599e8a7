"""Windows: each where it belongs, of which recording it is told, and nothing copied or read."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, cross_val_score

from seqdisentangle.data import Windows, windows
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.tables import columns_of_frames


def recording(*shape, start=0):
    return start + np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@given(T=st.integers(1, 60), length=st.integers(1, 60), step=st.integers(1, 70))
@settings(max_examples=50, deadline=None)
def test_windows_start_at_every_step_as_long_as_they_fit(T, length, step):
    x = recording(T, 2)
    starts = range(0, T - length + 1, step)
    if not starts:
        with pytest.raises(ValueError, match=f"x has {T} steps, fewer than length={length}"):
            windows(x, length, step)
        return
    X, groups = windows(x, length, step)
    assert len(X) == len(groups) == len(starts)
    assert not groups.any()
    for window, start in zip(X, starts, strict=True):
        assert np.array_equal(window, x[start : start + length])


@pytest.mark.parametrize("frame", [(), (3,), (8, 9), (8, 9, 3)])
def test_windows_are_views_of_recordings_of_any_kind(frame):
    recordings = [recording(T, *frame, start=1000 * T) for T in (12, 7, 5)]
    found = windows(recordings, length=5, step=3)
    assert isinstance(found, Windows)
    assert [x.shape for x in found.X] == [(5, *frame)] * 5
    assert found.groups.tolist() == [0, 0, 0, 1, 2]
    for window, i in zip(found.X, found.groups, strict=True):
        assert np.shares_memory(window, recordings[i])
    assert np.shares_memory(windows(recordings[0], 5).X, recordings[0])


def test_without_a_step_windows_do_not_overlap():
    assert windows(recording(11), 4).X.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


@pytest.mark.parametrize("of", [torch.from_numpy, pd.DataFrame, np.asarray])
def test_a_recording_may_be_a_tensor_or_a_table(of):
    x = recording(9, 2)
    assert np.array_equal(windows(of(x), 4).X, windows(x, 4).X)


@pytest.mark.parametrize("of", [pd.DataFrame, pl.DataFrame])
def test_windows_of_data_frames_know_their_columns(of, small):
    frames = [of({"b": recording(T), "a": recording(T) ** 2}) for T in (9, 8)]
    X, groups = windows(frames, 4, 2)
    assert groups.tolist() == [0, 0, 0, 1, 1, 1]
    assert columns_of_frames(X, "X") == columns_of_frames(X[1:], "X") == ["b", "a"]
    assert small(max_epochs=1).fit(X).feature_names_in_.tolist() == ["b", "a"]
    with pytest.raises(ValueError, match=r"x\[1\] has column 'a' in place of column 'b' of x\[0\]"):
        windows([frames[0], frames[1][["a", "b"]]], 4)


@pytest.mark.parametrize("several", [False, True])
def test_memory_maps_are_cut_unread_and_then_read_in_parts(several, tmp_path):
    np.save(tmp_path / "x.npy", recording(100, 3))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    X, _ = windows([x, x[:40]] if several else x, length=20, step=10)
    assert all(isinstance(window, np.memmap) for window in X)
    sequences = Sequences(X)
    assert sequences.streamed
    rows = np.array([0, 2, 8])
    expected = np.stack([x[10 * i : 10 * i + 20] for i in rows])
    assert np.array_equal(sequences.read(rows).numpy(), expected)


def test_folds_by_groups_keep_recordings_together(small):
    rng = np.random.RandomState(0)
    X, groups = windows([rng.normal(size=(T, 2)) for T in (12, 9, 15)], length=4, step=2)
    scores = cross_val_score(small(max_epochs=1), X, groups=groups, cv=GroupKFold(3))
    assert np.isfinite(scores).all()
    for train, test in GroupKFold(3).split(X, groups=groups):
        assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize(
    ("x", "length", "step", "error", "match"),
    [
        (np.zeros(9), 0, 1, ValueError, "length must be an int of at least 1, got 0"),
        (np.zeros(9), 2.0, 1, ValueError, r"length must be an int of at least 1, got 2\.0"),
        (np.zeros(9), 2, True, ValueError, "step must be an int of at least 1, got True"),
        (np.zeros(9), 10, 1, ValueError, "x has 9 steps, fewer than length=10: leave it out"),
        ([np.zeros(9), np.zeros(3)], 4, 1, ValueError, r"x\[1\] has 3 steps, fewer than"),
        ([np.zeros((9, 2)), np.zeros((9, 3))], 4, 1, ValueError, r"x\[1\] has shape \(9, 3\), unl"),
        ([], 4, 1, ValueError, "x is an empty list"),
        (np.zeros(()), 4, 1, ValueError, "x must have at least the dimension"),
        ([1.0, 2.0], 1, 1, TypeError, r"x\[0\] must be a recording .* got float"),
        ("x.h5:/X", 4, 1, TypeError, "x must be a recording .* got str"),
    ],
)
def test_errors_name_the_recording_or_the_parameter(x, length, step, error, match):
    with pytest.raises(error, match=match):
        windows(x, length, step)
