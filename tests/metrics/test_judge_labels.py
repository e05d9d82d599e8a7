"""Labels as class numbers: of each task its own, and the way back to what they were."""

import numpy as np
import pytest

from seqdisentangle.metrics._judge_labels import encoded


@pytest.mark.parametrize(
    "y",
    [[3, 1, 3, 7], ["b", "a", "a", "b"], np.array([[0, 5], [1, 5], [0, 4], [2, 4]])],
    ids=["numbers", "text", "two tasks"],
)
def test_classes_at_their_numbers_are_the_labels(y):
    classes, numbers = encoded(y, 4)
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
        ([[1, 0], [2, 0], [1, 0], [2, 0]], "y has a single class in task 1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y, match):
    with pytest.raises(ValueError, match=match):
        encoded(y, 4)
