"""Distances of swaps: ideal models, models that exchange nothing, gaps and lengths."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import swap_distance

RNG = np.random.RandomState(0)
A, B = RNG.normal(size=(2, 6, 5, 4))


def exchange(a, b):
    """Frames are (who, who, where, where)."""
    made = [
        np.concatenate([np.resize(y[:, :2], (len(x), 2)), x[:, 2:]], axis=1)
        for x, y in zip(a, b, strict=True)
    ]
    return SimpleNamespace(a_motion_b_content=made)


IDEAL = SimpleNamespace(swap=exchange)
COPY = SimpleNamespace(swap=lambda a, b: SimpleNamespace(a_motion_b_content=a))


def who(x):
    return x[:, :2]


def where(x):
    return x[:, None, 2:]


def test_an_ideal_model_is_at_no_distance():
    found = swap_distance(IDEAL, (A, B), embed=who, keypoints=where, batch_size=4)
    assert found.embedding == found.keypoints == (0, 0)


def test_a_model_that_exchanges_nothing_is_as_far_as_the_donors():
    found = swap_distance(COPY, (A, B), embed=who, keypoints=where)
    assert found.embedding == found.unswapped_embedding
    assert found.keypoints == (0, 0)
    far = np.linalg.norm(A[..., :2] - B[..., :2], axis=-1).mean()
    assert found.embedding.mean == pytest.approx(far)


def test_points_that_are_not_found_are_left_out():
    def blind(x):
        found = np.repeat(where(x), 2, axis=1)
        found[0] = found[:, 1] = np.nan
        return found

    a, b = np.zeros((2, 3, 4)), np.ones((2, 3, 4))
    found = swap_distance(COPY, (a, b), keypoints=blind)
    assert found.unswapped_keypoints.mean == pytest.approx(np.sqrt(2))
    assert found.embedding is None
    with pytest.raises(ValueError, match="keypoints found nothing"):
        swap_distance(COPY, (a, b), keypoints=lambda x: np.nan * where(x))


def test_donors_of_other_lengths_are_compared_as_far_as_they_go():
    a, b = [x[:3] for x in A], [x[: 4 + i % 2] for i, x in enumerate(B)]
    found = swap_distance(IDEAL, (a, b), embed=who, keypoints=where)
    assert found.embedding.mean == found.keypoints.mean == 0


def test_what_callables_return_is_checked():
    with pytest.raises(ValueError, match=r"embed must return \(T, d\) of T=5 frames, got \(5,\)"):
        swap_distance(COPY, (A, B), embed=lambda x: x[:, 0])
    with pytest.raises(ValueError, match="embed, keypoints or both must be given"):
        swap_distance(COPY, (A, B))
    with pytest.raises(ValueError, match="pairs must hold equally many sequences, got 6 and 5"):
        swap_distance(COPY, (A, B[:5]), embed=who)


@pytest.mark.parametrize(
    ("pairs", "told"),
    [((A,), "a tuple of two"), (None, "a tuple of two"), ((A, B[:4]), "equally many .* 6 and 4")],
)
def test_pairs_that_are_none_are_refused(pairs, told):
    with pytest.raises(ValueError, match=f"pairs must .*{told}"):
        swap_distance(SimpleNamespace(swap=exchange), pairs, embed=lambda x: x)
