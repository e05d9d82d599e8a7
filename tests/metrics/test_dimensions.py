"""Single dimensions: hand-worked importances, extremes, and mutual information as defined."""

import numpy as np
import pytest
from scipy.stats import entropy

from seqdisentangle.metrics import DCI, dci, mutual_information_gap
from seqdisentangle.metrics.dimensions import bins_of, concentrated

RNG = np.random.RandomState(0)
HAIR, SHIRT = RNG.randint(3, size=(2, 240))
FACTORS = {"hair": HAIR, "shirt": SHIRT}


def test_a_dimension_a_factor_is_ideal():
    found = dci(np.column_stack([SHIRT, RNG.normal(size=240), HAIR]), FACTORS, random_state=0)
    scores = found.disentanglement, found.completeness, found.informativeness
    assert scores == pytest.approx((1, 1, 1), abs=0.01)
    assert found.single == {"hair": 2, "shirt": 0}
    assert {name: rows.tolist() for name, rows in found.subsets.items()} == {
        "hair": [2],
        "shirt": [0],
    }


def test_a_factor_in_two_dimensions_is_not_complete():
    codes = np.column_stack([HAIR == 0, HAIR == 1, SHIRT]).astype(float)
    found = dci(codes, FACTORS, random_state=0)
    assert found.disentanglement == pytest.approx(1, abs=0.01)
    assert found.completeness < 0.9
    assert found.subsets["hair"].tolist() == [0, 1]


def test_two_factors_in_a_dimension_are_not_disentangled():
    found = dci(np.column_stack([3 * HAIR + SHIRT, RNG.normal(size=240)]), FACTORS, random_state=0)
    assert found.disentanglement < 0.1
    assert found.completeness > 0.9
    assert found.informativeness == 1


def test_noise_is_uninformative_and_disentangles_nothing():
    found = dci(RNG.normal(size=(240, 4)), FACTORS, random_state=0)
    assert found.informativeness == pytest.approx(found.chance, abs=0.1)
    assert found.disentanglement < 0.1


def test_concentration_is_by_scipy_entropy():
    R = np.array([[0.9, 0.1], [0.2, 0.2], [0.0, 0.0]])
    rows = [1 - entropy(row, base=2) for row in R[:2]]
    assert concentrated(R) == pytest.approx(np.average(rows, weights=[1.0, 0.4]))


def test_the_map_takes_no_dimension_twice():
    importance = np.array([[0.6, 0.9], [0.4, 0.0], [0.0, 0.1]])
    found = DCI(0, 0, 0, 0, ("hair", "shirt"), importance)
    assert found.single == {"hair": 1, "shirt": 0}
    assert found.table()["shirt"] == [0.9, 0.0, 0.1]
    assert "dimension" in str(found)


def test_gap_of_a_hand_worked_case():
    v = np.repeat([0, 1], 4)
    half = np.array([0, 0, 0, 1, 1, 1, 1, 0])  # right six times of eight
    joint = np.array([[3, 1], [1, 3]]) / 8
    information = entropy(joint.ravel(), np.full(4, 1 / 4))
    gap = mutual_information_gap(np.column_stack([v, half]), v)
    assert gap == pytest.approx(1 - information / np.log(2))


def test_gap_is_none_of_two_copies_and_near_none_of_noise():
    assert mutual_information_gap(np.column_stack([HAIR, HAIR]), HAIR) == 0
    assert mutual_information_gap(HAIR[:, None], HAIR) == pytest.approx(1)
    assert mutual_information_gap(RNG.normal(size=(2000, 4)), RNG.randint(3, size=2000)) < 0.01


def test_gap_of_numbers_is_that_of_their_bins():
    number = RNG.uniform(size=500)
    assert mutual_information_gap(np.column_stack([number, RNG.normal(size=500)]), number) > 0.6


@pytest.mark.parametrize("n_bins", [2, 7, 20, 1000])
@pytest.mark.parametrize("offset", [0.0, -3.0, 1e6])
def test_bins_are_those_of_a_histogram(n_bins, offset):
    values = offset + np.random.RandomState(0).normal(size=500)
    edges = np.histogram_bin_edges(values, n_bins)
    np.testing.assert_array_equal(bins_of(values, n_bins), np.digitize(values, edges[1:-1]))
    np.testing.assert_array_equal(bins_of(np.arange(n_bins + 1.0), n_bins)[:-1], np.arange(n_bins))


def test_numbers_that_differ_by_rounding_are_in_one_bin():
    """NumPy refuses to make more bins than there are numbers between them."""
    values = 0.1 + 1e-17 * np.arange(50)
    assert not bins_of(np.where(np.arange(50) % 2, 0.1 + 3e-17, values), 20).any()
    hair = np.arange(50) % 2
    almost = np.where(hair == 1, 0.3, 0.1 + 0.2)
    assert mutual_information_gap(np.column_stack([hair, almost]), hair) == 1.0


def test_as_many_bins_as_may_be_take_no_memory():
    values = np.random.RandomState(0).normal(size=60)
    # Each number in a bin of its own says all of a factor.
    codes = np.column_stack([values, np.zeros(60)])
    assert mutual_information_gap(codes, np.arange(60) % 3, n_bins=10**6) == pytest.approx(1.0)


def test_one_factor_is_not_enough():
    with pytest.raises(ValueError, match="y must hold at least two factors, got hair alone"):
        dci(np.zeros((240, 2)), {"hair": HAIR})


def test_dimensions_of_no_importance_are_concentrated_nowhere():
    assert concentrated(np.zeros((3, 2))) == 0.0
    assert concentrated(np.zeros((3, 1))) == 0.0
    assert concentrated(np.array([[1.0], [0.0]])) == 1.0
    for codes in (np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 2))):
        with pytest.raises(ValueError, match=r"codes must have shape \(n, d\), got shape"):
            mutual_information_gap(codes, [0, 1, 1])
