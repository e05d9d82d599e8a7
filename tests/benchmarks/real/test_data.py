"""Real data are split, labelled and standardised."""

import io
import pickle

import numpy as np
import pytest

from tests.benchmarks.real.data import DATA_SETS, RealData, in_steps_of, only_arrays

SETS_OF_AEON = [
    "basic_motions",
    "japanese_vowels",
    "gun_point",
    "gun_point_levels",
    "arrow_head",
    "italy_power",
]


@pytest.mark.parametrize("name", SETS_OF_AEON)
def test_sequences_to_train_on_are_standardised_and_labels_numbers(name):
    data = DATA_SETS[name]()
    frames = np.concatenate(list(data.X))
    np.testing.assert_allclose(frames.mean(0), 0, atol=1e-3)
    np.testing.assert_allclose(frames.std(0), 1, atol=1e-3)
    for y, y_test in data.labels.values():
        assert (len(y), len(y_test)) == (len(data.X), len(data.X_test))
        assert set(y_test) <= set(y)


def test_levels_and_widths_that_the_archive_took_are_given_back():
    taken, given = (DATA_SETS[name]().X[..., 0] for name in ("gun_point", "gun_point_levels"))
    assert np.ptp(taken.mean(1)) < 1e-3
    assert given.mean(1).std() > 0.5
    assert np.log(given.std(1)).std() > 0.3
    for before, after in zip(taken, given, strict=True):
        assert np.corrcoef(before, after)[0, 1] > 1 - 1e-4


def test_hours_of_a_step_stand_beside_each_other_in_a_frame():
    X = np.arange(2 * 6 * 3).reshape(2, 6, 3)
    found = in_steps_of(2, RealData(X, X[:1], {"y": (np.arange(2), np.arange(1))}))
    assert (found.X.shape, found.X_test.shape) == ((2, 3, 6), (1, 3, 6))
    np.testing.assert_array_equal(found.X[1, 2], np.concatenate([X[1, 4], X[1, 5]]))


def test_how_often_a_value_was_measured_stands_beside_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SEQDISENTANGLE_DATA", str(tmp_path))
    rng = np.random.RandomState(0)
    X = np.where(rng.uniform(size=(40, 48, 10)) < 0.6, np.nan, rng.normal(size=(40, 48, 10)))
    np.savez(tmp_path / "physionet2012a_48h.npz", X=X, died=rng.randint(2, size=40))
    with_shares, without = (
        DATA_SETS[name]() for name in ("physionet_measured", "physionet_4_hours")
    )
    assert with_shares.X.shape[1:] == (12, 50)
    np.testing.assert_array_equal(with_shares.X_test[..., :40], without.X_test)
    shares = with_shares.X[..., 40:]
    known = (~np.isnan(without.X)).reshape(*shares.shape[:2], 4, 10).mean(2)
    np.testing.assert_allclose(shares.std((0, 1)), 1, rtol=1e-5)
    assert np.corrcoef(shares[..., 3].ravel(), known[..., 3].ravel())[0, 1] == pytest.approx(1)


def test_what_is_missing_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SEQDISENTANGLE_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"faces needs grid_sample_64\.npz in the folder"):
        DATA_SETS["faces"]()


def test_exercises_need_a_package_that_is_not_imported(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install --no-deps seglearn"):
        DATA_SETS["watch"]()


def test_windows_of_clips_keep_apart_what_is_trained_on(monkeypatch, tmp_path):
    monkeypatch.setenv("SEQDISENTANGLE_DATA", str(tmp_path))
    time = np.tile(np.arange(75, dtype=np.uint8), 2)
    frames = np.broadcast_to(time[:, None, None, None], (150, 4, 4, 3))
    np.savez(tmp_path / "grid_sample_64.npz", frames=frames, offsets=[0, 75, 150])
    data = DATA_SETS["faces"]()
    assert data.X.shape[1:] == (16, 4, 4, 3)
    assert (data.X.max(), data.X_test.min(), data.X_test.max()) == (31, 45, 74)
    assert set(data.labels["person"][0]) == {0, 1}


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_arrays_are_read_from_a_pickle_and_nothing_else(protocol):
    X = np.empty(2, dtype=object)
    X[:] = [np.arange(3.0), {"y": np.array([1, 2])}]
    found = only_arrays(io.BytesIO(pickle.dumps(X, protocol)))
    np.testing.assert_array_equal(found[1]["y"], [1, 2])
    with pytest.raises(pickle.UnpicklingError, match="expected arrays alone, got"):
        only_arrays(io.BytesIO(pickle.dumps(print, protocol)))
