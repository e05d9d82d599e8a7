"""Passes bound what is read and what the model sees at once; and images are in the units of fit."""

import numpy as np
import pytest

from seqdisentangle.model import LatentCodes


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_images_in_other_units_are_refused(dtype, video_model, videos):
    with pytest.raises(ValueError, match=r"uint8 values or values in \[0, 1\].*from 0 to 25"):
        video_model.transform(videos.astype(dtype))
    fine = video_model.transform(videos / np.float32(255))
    assert np.allclose(fine.content, video_model.transform(videos).content, atol=1e-5)


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
