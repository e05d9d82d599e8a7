"""Passes bound what is read and what the model sees at once; and images are in the units of fit."""

import copy
import re

import numpy as np
import pytest
import torch

from seqdisentangle import RecurrentWAE
from seqdisentangle.model import LatentCodes


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_images_in_other_units_are_refused(dtype, video_model, videos):
    with pytest.raises(ValueError, match=r"uint8 values or values in \[0, 1\].*from 0 to 25"):
        video_model.transform(videos.astype(dtype))
    fine = video_model.transform(videos / np.float32(255))
    assert np.allclose(fine.content, video_model.transform(videos).content, atol=1e-5)


def test_codes_are_computed_in_float32_by_the_model_itself(small, vectors, monkeypatch):
    wide = vectors.astype(np.float64)
    model = small(n_actions=2).fit(wide)
    monkeypatch.setattr(copy, "deepcopy", None)  # of the model, in every call
    for X in (vectors, wide):
        codes = model.transform(X)
        assert codes.content.dtype == codes.motion.dtype == model.predict_proba(X).dtype
        assert codes.content.dtype == np.float32
    assert model.reconstruct(wide).dtype == model.swap(wide, wide)[0].dtype == np.float64


@pytest.mark.parametrize("X", ["vectors", "videos"])
def test_a_model_in_float64_computes_in_it(X, small, request, tmp_path):
    X = request.getfixturevalue(X)
    model = small(warm_start=True, n_actions=2).fit(X)
    codes, probabilities = model.transform(X), model.predict_proba(X)
    model.model_.double()
    fine = model.transform(X)
    assert fine.content.dtype == fine.motion.dtype == model.predict_proba(X).dtype == np.float64
    np.testing.assert_allclose(fine.content, codes.content, atol=1e-5)
    np.testing.assert_allclose(fine.motion, codes.motion, atol=1e-5)
    np.testing.assert_allclose(model.predict_proba(X), probabilities, atol=1e-5)
    assert model.sample(2, random_state=0).dtype == model.reconstruct(X).dtype == X.dtype
    assert np.isfinite(model.score(X))
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert np.array_equal(loaded.transform(X).content, fine.content)
    assert model.fit(X).transform(X).content.dtype == np.float32  # trained on, as all are trained


class Counting:
    """An array that remembers the largest part that was read of it."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.largest = array, array.shape, array.dtype, 0

    def __getitem__(self, rows):
        part = self.array[rows]
        self.largest = max(self.largest, part.size)
        return part


def test_no_verb_reads_more_than_a_pass(vector_model, monkeypatch):
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 50)
    X = Counting(np.random.RandomState(0).normal(size=(100, 5, 3)))
    for verb in (vector_model.transform, vector_model.reconstruct, vector_model.score):
        X.largest = 0
        verb(X)
        assert 0 < X.largest <= 50 * 3
    X.largest = 0
    vector_model.extend(X, 2)
    vector_model.swap(X, X)
    assert X.largest <= 50 * 3


def test_fit_reads_a_few_batches_at_once(small, monkeypatch):
    X = Counting(np.zeros((40, 5, 16, 16), np.uint8))
    monkeypatch.setattr("seqdisentangle.data.passes.BLOCK_BYTES", 2 * 5 * 16 * 16)
    monkeypatch.setattr("seqdisentangle.data.passes.STRETCH_BYTES", 9 * 5 * 16 * 16)
    small(max_epochs=1).fit(X)
    assert X.largest <= 8 * 5 * 16 * 16  # two batches, and less where they are not neighbours


@pytest.mark.parametrize("verb", ["sample", "transform", "extend"])
def test_the_model_sees_a_bounded_number_of_frames(verb, vector_model, vectors, monkeypatch):
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 50)
    monkeypatch.setattr("seqdisentangle.estimators._passes.STEPS_PER_ROLLOUT", 50)
    seen = []
    for part in ("encode", "decode", "rollout"):
        monkeypatch.setattr(vector_model.model_, part, watched(vector_model.model_, part, seen))
    X = np.repeat(vectors, 20, axis=0)
    {
        "sample": lambda: vector_model.sample(100, 20),
        "transform": lambda: vector_model.transform(X),
        "extend": lambda: vector_model.extend(X, 3),
    }[verb]()
    assert max(seen) <= 50


def test_more_is_rolled_out_together_than_is_decoded_together(vector_model, monkeypatch):
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 50)
    decoded, rolled_out = [], []
    for part, seen in (("decode", decoded), ("rollout", rolled_out)):
        monkeypatch.setattr(vector_model.model_, part, watched(vector_model.model_, part, seen))
    vector_model.sample(10, 20)
    assert rolled_out == [10]  # sequences
    assert sum(decoded) == 200
    assert max(decoded) <= 50


def watched(model, part, seen):
    call = getattr(model, part)

    def counted(*args, **kwargs):
        # Rollout holds the hidden states of its history; its own steps it holds one at a time.
        codes = [a.motion if isinstance(a, LatentCodes) else a for a in args if a is not None]
        steps = [a.shape for a in codes if a.ndim == 3]
        alone = part == "rollout" and len(steps) == 1
        seen.append(steps[-1][0] if alone else np.prod(steps[-1][:2]))
        return call(*args, **kwargs)

    return counted


# Values that are far from those of fit


def far(X, value, dtype="f8"):
    """Sequences of which the fifth has a value in its third step."""
    X = X.astype(dtype)
    X[4, 2].flat[1] = value
    return X


VERBS = {
    "transform": lambda m, X: tuple(m.transform(X)),
    "reconstruct": lambda m, X: m.reconstruct(X),
    "score": lambda m, X: m.score(X),
    "swap": lambda m, X: tuple(m.swap(X, X)),
    "interpolate": lambda m, X: m.interpolate(X, X, 2),
    "extend": lambda m, X: m.extend(X, 3, random_state=0),
}
OF_VALUES = {
    "array": lambda X: X,
    "list": list,
    "ragged": lambda X: [x[: 3 + i % 3] for i, x in enumerate(X)],
    "tensor": torch.from_numpy,
    "slices": Counting,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("value", "dtype"),
    [(1e20, "f4"), (-1e38, "f4"), (1e20, "f8"), (-1e38, "f8"), (1e160, "f8"), (1e300, "f8")],
)
def test_what_is_too_far_from_the_data_of_fit_is_refused(
    verb, value, dtype, vector_model, vectors, monkeypatch
):
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 15)
    message = f"has {value:g} in step 2 of sequence 4, more than 1e+12 times the scale of the data"
    with pytest.raises(ValueError, match=re.escape(message)):
        VERBS[verb](vector_model, far(vectors, value, dtype))


@pytest.mark.parametrize("of", OF_VALUES)
def test_it_is_refused_in_every_container(of, vector_model, vectors):
    with pytest.raises(ValueError, match=r"X has 1e\+20 in step 2 of sequence 4"):
        vector_model.transform(OF_VALUES[of](far(vectors, 1e20)))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("value", [1e6, -1e9, 1e11])
def test_what_is_not_too_far_stays_finite(verb, dtype, value, vector_model, vectors):
    found = VERBS[verb](vector_model, far(vectors, value, dtype))
    assert all(np.isfinite(part).all() for part in found) if verb != "score" else np.isfinite(found)


@pytest.mark.parametrize("verb", ["sample", "inverse_transform"])
def test_codes_that_are_decoded_to_no_number_are_refused(verb, vector_model, monkeypatch):
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 12)
    content, motion = np.zeros((7, 4), np.float32), np.zeros((7, 5, 2), np.float32)
    content[5] = 1e37
    decode = {
        "sample": lambda: vector_model.sample(content=content, motion=motion),
        "inverse_transform": lambda: vector_model.inverse_transform((content, motion)),
    }[verb]
    with pytest.raises(ValueError, match=r"codes of sequence 5, of up to 1e\+37, .* not finite"):
        decode()


@pytest.mark.parametrize("ragged", [False, True])
def test_a_cost_that_is_no_number_names_its_sequence(ragged, vectors, small):
    def no_number(x, x_hat):
        return torch.where(x > 1e3, torch.nan, (x - x_hat) ** 2)

    model = small(max_epochs=1, cost=no_number).fit(vectors)
    X = far(vectors, 1e6, "f4")
    with pytest.raises(ValueError, match="X: the cost of sequence 4 is nan"):
        model.score(OF_VALUES["ragged" if ragged else "array"](X))


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_what_is_made_near_the_limits_of_a_type_is_finite(dtype, small):
    largest = 0.99 * float(np.finfo(dtype).max)
    signs = np.random.RandomState(0).choice([-1, 1], size=(12, 5, 3))
    X = (largest * signs).astype(dtype)
    model = small(max_epochs=1).fit(X)
    for made in (model.sample(50, random_state=0), model.reconstruct(X), *model.swap(X, X[::-1])):
        assert made.dtype == dtype
        assert np.isfinite(made).all()
