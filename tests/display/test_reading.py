"""Sequences read for a picture: of any container, at most so many, a single one too."""

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.data.layout import find_layout
from seqdisentangle.display import Look
from seqdisentangle.display._reading import both_codes, check_has, read
from tests.display._common import Halves, donors, ragged


def test_arrays_lists_and_files_read_the_same(tmp_path):
    X, _ = donors("vector")
    np.save(tmp_path / "x.npy", X)
    for container in (X, list(X), tmp_path / "x.npy", str(tmp_path / "x.npy")):
        each, layout = read(container, "X", Look())
        np.testing.assert_array_equal(each, X)
        assert layout.kind == "vector"


def test_ragged_sequences_keep_their_lengths():
    each, _ = read(ragged("vector"), "X", Look(), most=2)
    assert [len(x) for x in each] == [3, 5]


def test_a_single_sequence_of_a_known_layout_is_one():
    X, _ = donors("grey")
    layout = find_layout(X.shape, "auto", "X")
    each, _ = read(X[0], "X", Look(), layout=layout)
    np.testing.assert_array_equal(each, X[:1])


def test_sequences_of_another_layout_are_refused_by_their_name():
    X, _ = donors("grey")
    with pytest.raises(ValueError, match="b must have"):
        read(X[:, :, 1:], "b", Look(), layout=find_layout(X.shape, "auto", "X"))


@pytest.mark.parametrize("estimator", [None, object(), Halves])
def test_an_estimator_must_have_the_verbs_of_a_picture(estimator):
    with pytest.raises(TypeError, match="estimator must be a fitted model with swap and extend"):
        check_has(estimator, "swap", "extend")


def test_a_data_frame_is_a_single_sequence_of_vectors():
    X, _ = donors("vector")
    layout = find_layout(X.shape, "auto", "X")
    each, _ = read(pd.DataFrame(X[0]), "X", Look(), layout=layout)
    np.testing.assert_array_equal(each, X[:1])


def test_codes_are_both_or_refused():
    class ContentOnly:
        def transform(self, X):
            return np.zeros((len(X), 4))

    assert both_codes(Halves(), ragged("vector")).content.shape == (3, 3)
    with pytest.raises(ValueError, match="got ndarray: set codes='both'"):
        both_codes(ContentOnly(), ragged("vector"))
