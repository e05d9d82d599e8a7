"""Codes read back, and predicted from each other."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics._separation_codes import (
    SequenceCodes,
    in_order_of,
    joined_codes,
    predicted,
    r2_of,
    read_back,
)


@pytest.fixture
def codes():
    rng = np.random.RandomState(0)
    return SequenceCodes(rng.normal(size=(50, 3)), list(rng.normal(size=(50, 8, 2))))


def test_codes_are_those_of_transform_in_batches_too(codes):
    def part(rows):
        made = SimpleNamespace(content=codes.content[rows], motion=codes.motion[rows])
        return SequenceCodes.of(SimpleNamespace(transform=lambda X: made), made.content)

    both = joined_codes([part(slice(20)), part(slice(20, None))])
    np.testing.assert_array_equal(both.content, codes.content)
    np.testing.assert_array_equal(both.motion, codes.motion)


def test_codes_of_exact_swaps_are_found_and_of_copies_one_of_them(codes):
    a, b = np.arange(50), np.roll(np.arange(50), 1)
    swaps = SequenceCodes(codes.content[b], codes.motion)
    assert read_back(swaps, codes, a, b, np.arange(len(codes.content))) == (1, 1)
    content, motion = read_back(codes, codes, a, b, np.arange(len(codes.content)))
    assert (motion, content) == (1, pytest.approx(0, abs=0.3))


def test_codes_that_know_nothing_of_each_other_predict_nothing(codes):
    assert max(predicted(codes, np.random.RandomState(0))) < 0.1


def test_a_level_that_both_say_is_predicted_both_ways(codes):
    motion = [z + level[:2] for z, level in zip(codes.motion, 5 * codes.content, strict=True)]
    content_from_motion, motion_from_content = predicted(
        SequenceCodes(codes.content, motion), np.random.RandomState(0)
    )
    assert 0.5 < content_from_motion < 0.8  # two of three numbers
    assert motion_from_content > 0.8


def test_what_motion_hardly_varies_by_is_no_matter(codes):
    """Means over time that content foretells whole, of codes that go far from step to step."""
    courses = [np.concatenate([z, -z]) / z.std() for z in codes.motion]
    motion = [z + 0.05 * level[:2] for z, level in zip(courses, codes.content, strict=True)]
    _, motion_from_content = predicted(
        SequenceCodes(codes.content, motion), np.random.RandomState(0)
    )
    assert motion_from_content < 0.01


def test_constant_codes_are_predicted_by_nothing(codes):
    constant = SequenceCodes(np.zeros((50, 2)), codes.motion)
    assert predicted(constant, np.random.RandomState(0)) == (0, 0)


@pytest.mark.parametrize("n", [7, 10, 20, 40])
@pytest.mark.parametrize("constant", [0.1, 0.3, -0.7, 1 / 3])
def test_constant_codes_whose_mean_is_rounded_are_so_too(n, constant):
    rng = np.random.RandomState(0)
    random = SequenceCodes(rng.normal(size=(n, 3)), list(rng.normal(size=(n, 6, 2))))
    still = SequenceCodes(np.full((n, 2), constant), random.motion)
    without = SequenceCodes(random.content, [np.full((4 + i % 5, 2), constant) for i in range(n)])
    assert r2_of(random.content, still.content, rng) == 0
    assert predicted(still, rng)[0] == 0
    assert predicted(without, rng) == (0, 0)


def test_the_share_of_small_numbers_is_that_of_ordinary_ones(codes):
    x = codes.content + np.random.RandomState(1).normal(size=codes.content.shape)
    found = [
        r2_of(x, codes.content * size, np.random.RandomState(0))
        for size in (1.0, 2.0**-600, 2.0**100)
    ]
    assert 0.1 < found[0] < 0.9
    assert found == [found[0]] * 3


def test_a_constant_number_beside_others_is_no_matter(codes):
    wider = np.column_stack([codes.content, np.full(50, 0.1)])
    level = np.stack([z.mean(0) for z in codes.motion])
    for x, y in ((codes.content, level), (codes.content, codes.content)):
        found = [
            r2_of(x, of, np.random.RandomState(0))
            for of in (y, np.column_stack([y, np.full(50, 0.1)]))
        ]
        assert found[0] == pytest.approx(found[1], abs=1e-12)
    rows, other = np.arange(50), np.roll(np.arange(50), 1)
    swaps = SequenceCodes(wider[other] + np.array([0, 0, 0, 1e-9]), codes.motion)
    same = SequenceCodes(wider, codes.motion)
    assert read_back(swaps, same, rows, other, rows) == (1, 1)


def test_parts_of_swaps_are_put_in_the_order_of_their_motion_donors():
    """Three parts of two numbers each, shuffled in the swaps and a little off."""
    rng = np.random.RandomState(0)
    content = rng.normal(size=(20, 3, 4))
    motion = [rng.normal(size=(3 + i % 4, 3, 2)) for i in range(20)]
    orders = [rng.permutation(3) for _ in range(20)]
    shuffled = SequenceCodes(
        np.stack([z[order].ravel() for z, order in zip(content, orders, strict=True)]),
        [
            (z[:, order] + 0.01 * rng.normal(size=z.shape)).reshape(len(z), -1)
            for z, order in zip(motion, orders, strict=True)
        ],
    )
    donors = [z.reshape(len(z), -1) for z in motion]
    found = in_order_of(shuffled, donors, 3)
    np.testing.assert_array_equal(found.content, content.reshape(20, -1))
    for z, given in zip(found.motion, donors, strict=True):
        np.testing.assert_allclose(z, given, atol=0.1)
    assert in_order_of(shuffled, donors, 1) is shuffled
