"""Labels as class numbers and back, and the share of them that is right."""

import numpy as np
import pytest

from seqdisentangle.metrics._judge_labels import encoded, share_right


@pytest.mark.parametrize(
    "y",
    [
        [3, 1, 3, 7],
        [0.5, 1.5, 1.5, 0.5],
        ["b", "a", "a", "b"],
        np.array([[0, 5], [1, 5], [0, 4], [2, 4]]),
    ],
    ids=["numbers", "halves", "text", "two tasks"],
)
def test_classes_at_their_numbers_are_the_labels(y):
    classes, numbers, several_tasks = encoded(y, 4)
    assert several_tasks == (np.ndim(y) == 2)
    labels = np.asarray(y).reshape(4, -1)
    assert numbers.shape == labels.shape
    for task, (values, column) in enumerate(zip(classes, numbers.T, strict=True)):
        assert (values[:-1] < values[1:]).all()
        assert np.array_equal(values[column], labels[:, task])


@pytest.mark.parametrize(
    ("y", "match"),
    [
        ([1, 2, 3], r"y must have shape \(4,\) or \(4, n_tasks\) .* got shape \(3,\)"),
        (np.zeros((4, 1, 1)), r"got shape \(4, 1, 1\)"),
        (None, "requires y to be passed, but the target y is None"),
        (
            [0.0, 1.0, 0.5, 1.0],
            "y must hold classes, got 3 different numbers .* label type: contin",
        ),
        ([[1, 0], [2, 0], [1, 0], [2, 0]], "y has a single class in task 1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y, match):
    with pytest.raises(ValueError, match=match):
        encoded(y, 4)


def test_the_share_right_is_the_mean_over_tasks_and_weighted_sequences():
    given = np.array([[0, 5], [1, 5], [0, 4], [2, 4]])
    true = np.array([[0, 5], [1, 4], [1, 5], [2, 4]])
    assert share_right(given, true, None) == 5 / 8
    assert share_right(given, true.tolist(), [1, 2, 1, 0]) == (1 + 2 * 0.5) / 4
    assert share_right(given[:, 0], true[:, 0], np.ones(4)) == 3 / 4


def test_text_is_compared_with_text_of_any_type():
    given = np.array(["a", "b"], dtype=object)
    assert share_right(given, ["a", "c"], None) == 0.5
    assert share_right(np.array(["a", "b"]), given, None) == 1.0
    with pytest.raises(ValueError, match="y must hold text, such as 'a', as in fit, got numbers"):
        share_right(given, [0, 1], None)


@pytest.mark.parametrize("y", [[[0], [1]], [0, 1, 0], [], 0])
def test_true_labels_of_another_shape_are_not_broadcast(y):
    with pytest.raises(ValueError, match=r"y must have shape \(2,\), a label for each sequence"):
        share_right(np.array([0, 1]), y, None)


@pytest.mark.parametrize(
    "weights", [[1.0], [1.0, -1.0], [1.0, np.nan], [0.0, 0.0], 1.0, ["a", "b"]]
)
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="sample_weight must"):
        share_right(np.array([0, 1]), [0, 1], weights)
