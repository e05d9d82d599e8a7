"""Measures that say the same of features in other units, tiny and huge ones too."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle import metrics
from seqdisentangle.metrics._rounding import deviation, exponent_of, together_in_range
from seqdisentangle.metrics._sequences import ReadSequences

SCALES = [2.0**power for power in (-1000, -700, -400, -100, -30, 30, 100)]
HUGE = [2.0**power for power in (400, 900)]

RNG = np.random.RandomState(0)
X, Y = RNG.normal(size=(60, 3)), RNG.normal(size=(50, 3)) + 1
LABEL, NUMBER = np.arange(60) % 3, RNG.normal(size=60)
CODES = np.column_stack([LABEL, NUMBER, NUMBER]) + 0.3 * RNG.normal(size=(60, 3))
SEQUENCES = RNG.normal(size=(40, 8, 2)).cumsum(1) + 2 * (np.arange(40) % 2)[:, None, None]
SPEAKER = np.arange(40) % 2


class Model:
    """Content is the mean of a sequence, motion the rest of it; of samples in a unit of data."""

    def __init__(self, unit):
        self.unit = unit

    def transform(self, X):
        level = X.mean(1, keepdims=True)
        return SimpleNamespace(content=level[:, 0], motion=X - level)

    def reconstruct(self, X):
        level = X.mean(1, keepdims=True)
        return level + 0.9 * (X - level)

    def swap(self, a, b):
        level_a, level_b = a.mean(1, keepdims=True), b.mean(1, keepdims=True)
        return SimpleNamespace(a_motion_b_content=level_b + a - level_a)

    def sample(self, n, n_steps, *, random_state):
        steps = np.random.RandomState(random_state).normal(size=(n, n_steps, 2))
        return self.unit * steps.cumsum(1)


def dci(codes, y):
    found = metrics.dci(codes, y, random_state=0)
    return found.disentanglement, found.informativeness


# By a unit of what is measured: measures that do not depend on it,
SAME = {
    "precision_recall": lambda s: metrics.precision_recall(s * X, s * Y),
    "two_sample_test": lambda s: (
        metrics.two_sample_test(s * X, s * Y, n_permutations=99, random_state=0).p_value
    ),
    "dci": lambda s: dci(s * CODES, {"label": LABEL, "number": NUMBER}),
    "mutual_information_gap": lambda s: metrics.mutual_information_gap(s * CODES, NUMBER),
    "probe_accuracy": lambda s: metrics.probe_accuracy(
        s * CODES[:40], LABEL[:40], s * CODES[40:], LABEL[40:]
    ),
    "verification_error_rate": lambda s: metrics.verification_error_rate(s * CODES, LABEL),
}
# those of them that can be had of numbers of any size,
ANY = {
    "linear_cka": lambda s: metrics.linear_cka(s * CODES, X),
    "linear_consistency": lambda s: metrics.linear_consistency(s * CODES, CODES**3, random_state=0),
    "consistency": lambda s: tuple(
        vars(metrics.consistency(Model(s), Model(s), s * SEQUENCES, random_state=0)).values()
    ),
    "content_stability": lambda s: metrics.content_stability(Model(s), s * SEQUENCES),
    "leak_matrix": lambda s: scores(metrics.leak_matrix, s * SEQUENCES, SPEAKER),
    "leak_matrix of numbers": lambda s: scores(
        metrics.leak_matrix, SEQUENCES, s * SEQUENCES.mean((1, 2))
    ),
    "downstream": lambda s: scores(metrics.downstream, s * SEQUENCES, SPEAKER),
    "mutual_information_gap of numbers": lambda s: metrics.mutual_information_gap(
        CODES, s * NUMBER
    ),
    "dci of numbers": lambda s: dci(CODES, {"label": LABEL, "number": s * NUMBER}),
    "separation": lambda s: tuple(
        metrics.separation(Model(s), s * SEQUENCES, random_state=0).as_dict().values()
    ),
}
# and those that are in it, with the power of it that they are in.
IN_UNITS = {
    "frechet_distance": (lambda s: metrics.frechet_distance(s * X, s * Y), 2),
    "two_sample_test": (
        lambda s: metrics.two_sample_test(s * X, s * Y, n_permutations=1).statistic,
        1,
    ),
    "swap_distance": (
        lambda s: (
            metrics.swap_distance(
                Model(s), (s * SEQUENCES[:20], s * SEQUENCES[20:]), keypoints=lambda x: x[:, None]
            ).keypoints.mean
        ),
        1,
    ),
    "reconstruction_quality": (
        lambda s: metrics.reconstruction_quality(Model(s), s * SEQUENCES).mean_squared.mean,
        2,
    ),
}


def scores(measure, X, y):
    return tuple(row["score"] for row in measure(Model(1), X, y, random_state=0).records)


@pytest.mark.parametrize("name", [*SAME, *ANY])
def test_a_unit_does_not_matter(name):
    measure = (SAME | ANY)[name]
    expected = measure(1.0)
    for scale in SCALES + HUGE * (name in ANY):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            found = measure(scale)
        # Forests and solvers break ties by the last bits.
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=2e-3, err_msg=f"{scale:g}")


@pytest.mark.parametrize("name", IN_UNITS)
def test_a_unit_is_that_of_the_result(name):
    measure, power = IN_UNITS[name]
    expected = measure(1.0)
    for scale in (2.0**-500, 2.0**-30, 2.0**30, 2.0**100):
        assert measure(scale) == pytest.approx(expected * scale**power, rel=1e-9, abs=0)


def test_decibels_and_shares_of_reconstructions_have_no_unit():
    expected = metrics.reconstruction_quality(Model(1), SEQUENCES)
    for scale in (2.0**-1000, 2.0**-500, 2.0**400):
        found = metrics.reconstruction_quality(Model(1), scale * SEQUENCES)
        assert found.peak_signal_to_noise == pytest.approx(expected.peak_signal_to_noise)
        assert (found.still, found.moving) == pytest.approx((expected.still, expected.moving))


def test_the_distance_of_kernels_is_seen_in_tiny_features():
    """Of features of size s it is 3 s^2 / d |mean - mean|^2 and terms of higher orders."""
    x, y = X[:50] - X[:50].mean(0), Y - Y.mean(0) + [1.0, 2.0, 3.0]
    for scale in (1e-5, 1e-9, 1e-60):
        found = metrics.kernel_distance(scale * x, scale * y, n_subsets=2)
        # Unbiased: of both samples, the expected square of the distance of their means.
        square = 14 - sum(z.var(0, ddof=1).sum() for z in (x, y)) / 50
        assert found.mean == pytest.approx(3 * square / 3 * scale**2, rel=1e-3)


@pytest.mark.parametrize("offset", [1e6, 1e9])
def test_a_mean_beside_which_features_are_small_does_not_matter(offset):
    """Of squares of numbers near 1e9, differences of 1 are lost."""
    x, y = np.round(X, 3), np.round(Y, 3)
    for measure in (metrics.precision_recall, metrics.frechet_distance):
        assert measure(x + offset, y + offset) == pytest.approx(measure(x, y), rel=1e-4)
    near = metrics.two_sample_test(x + offset, y + offset, n_permutations=99, random_state=0)
    plain = metrics.two_sample_test(x, y, n_permutations=99, random_state=0)
    assert near.statistic == pytest.approx(plain.statistic, rel=1e-5)
    assert near.p_value == plain.p_value
    found = dci(CODES + offset, {"label": LABEL, "number": NUMBER})
    assert found == pytest.approx(dci(CODES, {"label": LABEL, "number": NUMBER}), abs=2e-3)


def test_permutations_are_drawn_some_at_a_time(monkeypatch):
    from seqdisentangle.metrics import distributions

    expected = metrics.two_sample_test(X, X[:20] + 0.3, n_permutations=50, random_state=0)
    monkeypatch.setattr(distributions, "AT_A_TIME", 7)
    assert metrics.two_sample_test(X, X[:20] + 0.3, n_permutations=50, random_state=0) == expected


def test_deviations_and_exponents_of_numbers_of_any_size():
    z = np.array([[1.0, 3e-200, 5e300], [3.0, 1e-200, 1e300], [5.0, 2e-200, 3e300]])
    np.testing.assert_allclose(deviation(z, ddof=1), [2.0, 1e-200, 2e300])
    assert exponent_of(z, 0).tolist() == [3, -662, 999]
    assert exponent_of(np.empty((0, 2))) == 0
    small, large = together_in_range([np.array([0.5, -1.0]), np.array([8.0])])
    assert small.tolist() == [0.03125, -0.0625]
    assert large.tolist() == [0.5]


def test_frames_of_usual_size_are_as_they_are_given():
    assert ReadSequences.all_of(1e6 * SEQUENCES).exponent == 0
    np.testing.assert_array_equal(ReadSequences.all_of(SEQUENCES).frames, SEQUENCES)
    tiny = ReadSequences.all_of(2.0**-200 * SEQUENCES)
    assert 0.5 <= np.abs(tiny.frames).max() <= 1
    assert tiny.squares(float(np.square(tiny.frames).mean())) == pytest.approx(
        2.0**-400 * np.square(SEQUENCES).mean(), abs=0
    )
