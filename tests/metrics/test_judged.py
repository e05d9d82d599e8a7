"""Answers of a judge are columns of labels by the factors that it was trained on."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics._judged import labels_shown

X = np.zeros((3, 2))
ACT, WHO = np.array([0, 1, 0]), np.array(["ann", "bob", "ann"])


def judge_of(answer):
    return SimpleNamespace(predict=lambda X: answer)


def test_columns_are_named():
    found = labels_shown(judge_of(np.stack([ACT, 1 - ACT], axis=1)), X, {"act": ACT, "not": ACT})
    np.testing.assert_array_equal(found["act"], ACT)
    np.testing.assert_array_equal(found["not"], 1 - ACT)


@pytest.mark.parametrize("answer", [WHO, WHO[:, None]])
def test_a_single_label_may_be_a_column(answer):
    np.testing.assert_array_equal(labels_shown(judge_of(answer), X, {"who": WHO})["who"], WHO)


@pytest.mark.parametrize(
    ("answer", "factors", "told"),
    [
        (ACT, {"act": ACT, "who": WHO}, r"judge must answer with shape \(3, 2\), .* act, who"),
        (ACT[:2], {"act": ACT}, r"got shape \(2,\)"),
        (ACT, {"who": WHO}, "judge gives numbers for who, and y has text"),
        (WHO, {"act": ACT}, "judge gives text for act, and y has numbers"),
    ],
)
def test_labels_of_another_number_or_kind_are_refused(answer, factors, told):
    with pytest.raises(ValueError, match=told):
        labels_shown(judge_of(answer), X, factors)
