"""Draws: averaged classification error of codes that are right and wrong, and standard errors."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from seqdisentangle.metrics import (
    LabelAccuracy,
    classification_error,
    content_drawn_accuracy,
    over_draws,
    sample_quality,
)


def test_an_oracle_makes_no_error(oracle, reader, factors):
    found = classification_error(oracle, *factors, reader, n_draws=2, random_state=0)
    assert found.average == (0, 0)
    assert found.motion == found.content == ((0, 0),)
    assert found.judge == 0
    assert found.chance == pytest.approx((2 / 3 + 3 / 4) / 2)


def test_motion_that_is_never_used_errs_by_chance(entangled, reader, factors):
    found = classification_error(entangled, *factors, reader, random_state=0)
    assert found.motion[0].mean == pytest.approx(2 / 3, abs=0.04)  # 3000 draws: 4 sigma
    assert found.content[0].mean == 0
    assert found.average.mean == pytest.approx(found.motion[0].mean / 2)
    assert "averaged classification error 0.3" in str(found)


def test_each_draw_is_one_of_the_single_measures(oracle, reader, factors):
    def accuracy(seed):
        return content_drawn_accuracy(oracle, *factors, reader, random_state=seed)

    seeds = []
    found = over_draws(lambda seed: seeds.append(seed) or accuracy(seed), n_draws=3, random_state=1)
    each = [accuracy(seed).content[0] for seed in seeds]
    assert len(set(seeds)) == 3
    assert found["content_0"] == pytest.approx((np.mean(each), stats.sem(each)))


def test_samples_are_scored_for_action_and_for_appearance(oracle, reader):
    for task, n_classes in enumerate([3, 4]):
        found = over_draws(
            lambda seed, task=task: sample_quality(
                oracle, reader, 300, 4, task=task, random_state=seed
            ),
            random_state=0,
        )
        assert found["inception_score"].mean == pytest.approx(n_classes, rel=0.05)
        assert found["conditional_entropy"] == (0, 0)
        assert 0 < found["marginal_entropy"].standard_error < 0.05


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (2, {"value": 2.0}),
        (np.float64(0.5), {"value": 0.5}),
        ({"a": 1, "b": (2, 3)}, {"a": 1.0, "b_0": 2.0, "b_1": 3.0}),
        (SimpleNamespace(as_dict=lambda: {"a": 1.0}), {"a": 1.0}),
        (LabelAccuracy((0.5,), (1.0,)), {"motion_0": 0.5, "content_0": 1.0}),
    ],
)
def test_results_of_every_kind_are_read(result, expected):
    found = over_draws(lambda seed: result, n_draws=2)
    assert {name: value.mean for name, value in found.items()} == expected
    assert all(value.standard_error == 0 for value in found.values())


def test_a_result_without_numbers_is_refused():
    with pytest.raises(TypeError, match=r"measure must return a number.* got str"):
        over_draws(lambda seed: "text")
