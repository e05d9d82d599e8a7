"""Codes: a pair, a table where lengths are the same, and rows of both."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from seqdisentangle import Codes


def test_codes_are_a_pair_and_a_table(vector_model, vectors):
    codes = vector_model.transform(vectors)
    assert codes.shape == np.asarray(codes).shape == (7, 4 + 5 * 2)
    some = codes[np.array([0, 2])]
    assert np.array_equal(np.asarray(some), np.asarray(codes)[[0, 2]])
    assert np.array_equal(codes[np.arange(7) < 2].motion, codes.motion[:2])
    assert codes[0] is codes.content


def pair(n=4, lengths=None):
    rng = np.random.RandomState(0)
    motion = rng.normal(size=(n, 5, 2))
    return Codes(
        rng.normal(size=(n, 3)),
        motion if lengths is None else [z[:k] for z, k in zip(motion, lengths, strict=True)],
    )


def test_a_table_is_the_content_and_then_the_motion_step_by_step():
    codes = pair()
    table = np.asarray(codes, np.float32)
    assert table.dtype == np.float32
    assert np.allclose(table[:, :3], codes.content)
    assert np.allclose(table[:, 3:].reshape(4, 5, 2), codes.motion)
    with pytest.raises(ValueError, match="to make them one is to copy them"):
        codes.__array__(copy=False)


@pytest.mark.parametrize("lengths", [None, [5, 2, 1, 3]])
@pytest.mark.parametrize("rows", [[2, 0], np.array([True, False, False, True])])
def test_rows_are_of_content_and_motion_alike(lengths, rows):
    codes = pair(lengths=lengths)
    numbers = np.arange(4)[rows]
    some = codes[rows]
    assert np.array_equal(some.content, codes.content[numbers])
    assert all(map(np.array_equal, some.motion, [codes.motion[i] for i in numbers]))


@pytest.mark.parametrize("codes", ["both", "motion"])
def test_codes_of_many_lengths_are_no_table_for_a_pipeline(codes, vectors, small):
    ragged = [x[: 3 + i % 3] for i, x in enumerate(vectors)]
    pipeline = make_pipeline(small(codes=codes, max_epochs=1), LogisticRegression())
    with pytest.raises(ValueError, match=r"different lengths are no.* codes='content'"):
        pipeline.fit(ragged, [0, 1, 0, 1, 0, 1, 0])


def test_motion_codes_of_many_lengths_are_a_list(vectors, small):
    motion = (
        small(codes="motion", max_epochs=1)
        .fit([vectors[0], vectors[1, :3]])
        .transform([vectors[0], vectors[1, :3]])
    )
    assert [z.shape for z in motion] == [(5, 2), (3, 2)]
    assert np.array(motion, dtype=object).shape == (2,)
