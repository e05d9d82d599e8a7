"""What a judge is given: tables by scikit-learn's rules, all else of any length."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from seqdisentangle.metrics import SequenceJudge

SMALL = {"n_channels": 4, "n_features": 16, "max_epochs": 2, "batch_size": 8, "random_state": 0}

ROUNDING = {
    "check_methods_subset_invariance": "float32: probabilities of a sequence that is judged alone "
    "and among others are within 1e-6, and the check asks for 1e-7"
}


@parametrize_with_checks(
    [SequenceJudge(**SMALL)], expected_failed_checks=lambda estimator: ROUNDING
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def table():
    return np.random.RandomState(0).uniform(size=(12, 5)), np.arange(12) % 2


def test_probabilities_do_not_depend_on_the_batch(table):
    X, y = table
    judge = SequenceJudge(**SMALL).fit(X, y)
    alone = np.concatenate([judge.predict_proba(x[None]) for x in X])
    np.testing.assert_allclose(alone, judge.predict_proba(X), rtol=1e-6, atol=1e-6)


def test_sequences_of_numbers_are_of_any_length_in_a_list(table):
    X, y = table
    judge = SequenceJudge(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match="X has 4 features, but SequenceJudge is expecting 5"):
        judge.predict(X[:, :4])
    assert judge.predict([x[:4] for x in X]).shape == (12,)
    ragged = SequenceJudge(**SMALL).fit([x[: 3 + i % 3] for i, x in enumerate(X)], y)
    assert ragged.n_features_in_ == 1
    assert ragged.predict(X[:, :4]).shape == (12,)


@pytest.mark.parametrize("frame", [(3,), (8, 8), (8, 8, 3)], ids=str)
def test_frames_are_of_one_size_and_sequences_of_any_length(frame):
    X = np.random.RandomState(0).uniform(size=(6, 5, *frame))
    judge = SequenceJudge(**SMALL).fit(X, [0, 1] * 3)
    assert judge.n_features_in_ == np.prod(frame)
    assert judge.predict(X[:, :4]).shape == (6,)


def test_columns_of_a_data_frame_keep_their_names(table, tmp_path):
    X, y = table
    frame = pd.DataFrame(X, columns=list("abcde"))
    judge = SequenceJudge(**SMALL).fit(frame, y)
    assert list(judge.feature_names_in_) == list("abcde")
    with pytest.raises(ValueError, match="feature names should match"):
        judge.predict(frame[list("edcba")])
    judge.save(tmp_path / "named")
    with pytest.raises(ValueError, match="feature names should match"):
        SequenceJudge.load(tmp_path / "named").predict(frame[list("edcba")])
    judge.fit(X, y)
    assert not hasattr(judge, "feature_names_in_")
    judge.save(tmp_path / "judge")
    assert SequenceJudge.load(tmp_path / "judge").n_features_in_ == 5


def test_columns_of_a_list_of_data_frames_keep_their_order(tmp_path):
    X = np.random.RandomState(0).uniform(size=(6, 5, 3))
    frames = [pd.DataFrame(x, columns=list("abc")) for x in X]
    turned = [frame[list("bac")] for frame in frames]
    judge = SequenceJudge(**SMALL).fit(frames, [0, 1] * 3)
    assert list(judge.feature_names_in_) == list("abc")
    judge.save(tmp_path / "judge")
    for one in (judge, SequenceJudge.load(tmp_path / "judge")):
        with pytest.raises(ValueError, match="X has column 'b' in place of column 'a'"):
            one.predict(turned)
        assert np.array_equal(one.predict_proba(frames), one.predict_proba(X))
    with pytest.raises(ValueError, match=r"X\[5\] has column 'b' in place of column 'a' of X\[0\]"):
        judge.fit([*frames[:5], turned[5]], [0, 1] * 3)
    assert not hasattr(judge.fit(X, [0, 1] * 3), "feature_names_in_")
