"""Every estimator, with X and with itself: layouts, units, clones and pickles."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import LayoutWarning
from seqdisentangle.divergences import MMD


def test_units_do_not_matter(vectors, small):
    # A few small steps: the odd units hold the values to 1e-7, and a long training is chaotic.
    model = small(learning_rate=1e-4)
    plain = model.fit(vectors).reconstruct(vectors)
    odd = vectors.astype(np.float64) * 1e-3 + 1e6
    assert np.allclose((model.fit(odd).reconstruct(odd) - 1e6) * 1e3, plain, atol=1e-5)


def test_a_constant_feature_comes_back(vectors, small):
    X = vectors.astype(np.float64)
    X[..., 1] = 1e6
    assert np.abs(small(max_epochs=20).fit(X).reconstruct(X)[..., 1] - 1e6).max() < 5


def test_frames_unlike_those_in_fit_are_named_by_their_shape(video_model, videos):
    with pytest.raises(ValueError, match=r"\(n, T, 16, 16, 3\).*got shape \(7, 4, 3, 16, 16\)"):
        video_model.transform(np.moveaxis(videos, -1, 2))


def test_a_warning_finds_its_line_in_code_without_a_module(small, vectors):
    names = {"model": small(), "X": vectors[:, :1]}
    with pytest.warns(LayoutWarning) as found:
        exec(compile("model.fit(X)", "a page", "exec"), names)
    files = [warning.filename for warning in found if warning.category is LayoutWarning]
    assert files == ["a page"]


@pytest.mark.parametrize("fit", ["fit", "fit_transform", "partial_fit"])
def test_doubts_are_warnings_at_the_users_line_once(fit, small):
    X = np.random.RandomState(0).normal(size=(6, 1, 30))
    model = small(max_epochs=1)
    with pytest.warns(LayoutWarning, match=r"X of shape \(6, 1, 30\) .*single step") as found:
        getattr(model, fit)(X)
    files = [warning.filename for warning in found if warning.category is LayoutWarning]
    assert files == [__file__]
    model.transform(X)  # what was fitted is doubted no more


def test_clone_copies_parameters_and_nothing_learned(vectors, small):
    model = small(content_view=["shuffle"], reg=MMD("gaussian"), network=("mlp")).fit(vectors)
    copied = clone(model)
    assert not hasattr(copied, "model_")
    assert copied.get_params()["content_view"] == ["shuffle"]
    assert repr(copied.fit(vectors).transform(vectors)) == repr(model.transform(vectors))


def test_its_appearance(vector_model):
    assert repr(RecurrentWAE()) == "RecurrentWAE()"
    assert "content_size=4" in repr(vector_model)
    assert "RecurrentWAE" in vector_model._repr_html_()
    tags = vector_model.__sklearn_tags__()
    assert tags.input_tags.three_d_array
    assert not tags.target_tags.required


@pytest.mark.parametrize("fixture", ["vectors", "videos"])
def test_pickle_and_joblib_are_bit_equal(fixture, request, small, tmp_path):
    X = request.getfixturevalue(fixture)
    model = small().fit(X)
    joblib.dump(model, tmp_path / "model.joblib")
    for other in (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model.joblib")):
        assert np.array_equal(np.asarray(other.transform(X)), np.asarray(model.transform(X)))
        assert np.array_equal(other.sample(2, random_state=0), model.sample(2, random_state=0))
