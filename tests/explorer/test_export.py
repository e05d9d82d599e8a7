"""``export_explorer``: the file has what the model makes, and bad arguments are named."""

import os

import numpy as np
import pandas as pd
import pytest

from seqdisentangle import export_explorer
from tests.explorer._common import FRAMES, Sums, T, data_of, frames_of, sequences, tables_of

VECTORS = ["numbers", "vector", "spectrum", "joints"]


def as_rgb(x, kind):
    x = np.moveaxis(x, -3, -1) if kind == "colour_first" else x
    return x if kind.startswith("colour") else np.repeat(x[..., None], 3, -1)


@pytest.mark.parametrize("kind", FRAMES)
def test_every_swap_of_the_page_is_the_model_s(kind, tmp_path):
    X, model = sequences(kind), Sums(FRAMES[kind])
    export_explorer(model, X, tmp_path / "a.html", random_state=0)
    data = data_of(tmp_path / "a.html")
    for i in range(3):
        expected = model.swap(X, [X[i]] * 3).a_motion_b_content
        if kind in VECTORS:
            reach = np.subtract(data["high"], data["low"]).max()
            for x, y in zip(expected, tables_of(data["swaps"][i], data), strict=True):
                np.testing.assert_allclose(y, x.reshape(T, -1), atol=reach / 65000)
        else:
            for x, y in zip(expected, frames_of(data["swaps"][i], data), strict=True):
                np.testing.assert_allclose(y / 255, np.clip(as_rgb(x, kind), 0, 1), atol=1 / 250)


@pytest.mark.parametrize("kind", ["numbers", "vector", "grey"])
def test_sequences_of_any_length_keep_theirs(kind, tmp_path):
    export_explorer(Sums(FRAMES[kind]), sequences(kind, (3, 5, 4)), tmp_path / "a.html")
    data = data_of(tmp_path / "a.html")
    assert [sheet["t"] for sheet in [data["original"], *data["swaps"], *data["walk"]]] == [
        [3, 5, 4]
    ] * 12


def test_the_walk_has_every_motion_with_content_from_the_prior(tmp_path):
    X, model = sequences("vector"), Sums((3,))
    export_explorer(model, X, tmp_path / "a.html", n_walk=4, random_state=0)
    data = data_of(tmp_path / "a.html")
    drawn = model.sample(2, random_state=np.random.RandomState(0))[:, 0]
    found = np.stack([tables_of(sheet, data) for sheet in data["walk"]])  # (k, n, T, 3)
    np.testing.assert_allclose(found[::2] - (X - X[:, :1]), drawn[:, None, None] + 0 * X, atol=1e-3)
    assert len(data["map"]["x"]) == 3 + 4


def test_the_method_of_the_map_may_be_written_as_papers_do(tmp_path):
    export_explorer(Sums((3,)), sequences("vector"), tmp_path / "a.html", method="PCA")
    assert data_of(tmp_path / "a.html")["map"]["method"] == "pca"


@pytest.mark.parametrize("make", [list, np.array, pd.Series])
def test_labels_are_names(make, tmp_path):
    X = sequences("vector")
    labels = make(["walk", "</script>", "run"])
    export_explorer(Sums((3,)), X, tmp_path / "a.html", labels)
    assert data_of(tmp_path / "a.html")["names"] == ["walk", "</script>", "run"]
    export_explorer(Sums((3,)), X, tmp_path / "a.html", labels, max_sequences=2)
    assert data_of(tmp_path / "a.html")["names"] == ["walk", "</script>"]


@pytest.mark.parametrize(
    "labels",
    [["walk", None, np.nan], np.array(["walk", None, np.nan], object), [0.5, np.nan, None]],
)
def test_labels_that_are_missing_are_no_names(labels, tmp_path):
    export_explorer(Sums((3,)), sequences("vector"), tmp_path / "a.html", labels)
    assert data_of(tmp_path / "a.html")["names"] == [str(labels[0]), None, None]


def test_a_fitted_model_makes_the_same_page_of_the_same_seed(vectors, small, tmp_path):
    model = small().fit(vectors)
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        assert export_explorer(model, vectors[:3], path, random_state=0) == os.fspath(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    export_explorer(model, vectors[:3], paths[1], random_state=np.random.RandomState(0))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    np.save(tmp_path / "x.npy", vectors[:3])
    export_explorer(model, tmp_path / "x.npy", paths[1], random_state=0)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_no_global_state_is_drawn_from(tmp_path):
    before = np.random.get_state()[1].tolist()  # noqa: NPY002  # the one to be left alone
    export_explorer(Sums((3,)), sequences("vector"), tmp_path / "a.html")
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_a_failure_leaves_the_file_that_was_there(tmp_path):
    class Broken(Sums):
        def sample(self, *args, **kwargs):
            raise RuntimeError("no prior")

    path = tmp_path / "a.html"
    path.write_text("before")
    with pytest.raises(RuntimeError):
        export_explorer(Broken((3,)), sequences("vector"), path)
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["a.html"]


def test_a_progress_bar_counts_contents_where_it_is_asked_for(tmp_path, capsys):
    model = Sums((3,))
    export_explorer(model, sequences("vector"), tmp_path / "a.html", random_state=0)
    assert capsys.readouterr().err == ""
    export_explorer(model, sequences("vector"), tmp_path / "b.html", random_state=0, verbose=True)
    assert "swaps: 100%" in capsys.readouterr().err
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
