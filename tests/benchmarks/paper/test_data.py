"""Measures of the data sets, from those of their own benchmarks."""

from argparse import Namespace

import numpy as np
import pytest
from sklearn.utils import Bunch

from tests.benchmarks.paper import data as data_
from tests.benchmarks.paper.cases import Budget
from tests.benchmarks.paper.data import digits_data, of_sprites, sprites_data

EACH = {"conv": 1, "resnet": 1}


def test_errors_are_of_the_label_that_is_kept():
    found = {"swap_motion": 1.0}
    rights = {"data": 1.0, "chance": 0.25, "content_drawn": 0.9, "motion_drawn": 0.5}
    for row, right in rights.items():
        found |= {f"{row}_motion_0": right}
        found |= {f"{row}_content_{k}": right - 0.01 * k for k in range(4)}
    found |= {f"data_{name}": 2.0 for name in data_.SCORES}
    measures = of_sprites(found)
    assert measures["error_action"] == pytest.approx(10)
    assert [measures[f"error_{a}"] for a in ("body", "hair")] == pytest.approx([50, 53])
    assert measures["error"] == pytest.approx((10 + 50 + 51 + 52 + 53) / 5)
    assert measures["accuracy"] == pytest.approx(90)
    assert measures["real_error_action"] == pytest.approx(0)
    assert measures["chance_accuracy"] == pytest.approx(25)
    assert measures["real_inception_score"] == 2.0


def test_a_model_that_only_samples_has_no_error():
    assert of_sprites({"inception_score": 5.0}) == {"inception_score": 5.0}


@pytest.mark.integration
def test_digits_are_measured_for_models_with_and_without_codes(copy_of):
    options = Namespace(mnist=None, judge_frames=300)
    tiny = digits_data(Budget(32, 24, 30, EACH, EACH, images="digits"), options)
    assert tiny.X.shape == (24, 20, 32, 32)
    assert tiny.long.shape[1] == 100
    model = copy_of(tiny.X_test)
    measures = tiny.measure(model, 0)
    assert measures["mean_squared_error"] == 0
    for name in ("error", "accuracy", "pixels_off"):
        assert {name, f"real_{name}", f"chance_{name}"} <= set(measures)
    assert measures["accuracy"] == pytest.approx(100 - measures["error"])
    sampler = type("Sampler", (), {"sample": model.sample})()
    alone = tiny.measure(sampler, 0)
    assert "error" not in alone
    assert alone["inception_score"] == measures["inception_score"] <= 10


@pytest.mark.integration
def test_mnist_needs_a_file():
    with pytest.raises(FileNotFoundError, match="need --mnist PATH"):
        digits_data(Budget(64, 24, 30, EACH, EACH, images="mnist"), Namespace(mnist=None))


@pytest.mark.integration
def test_sprites_are_measured(monkeypatch, tmp_path, copy_of):
    def fetch(home, subset, size):
        rng = np.random.RandomState(subset == "train")
        X = rng.randint(256, size=(18, 8, 8, 8, 3)).astype(np.uint8)
        return Bunch(X=X, action=np.arange(18) % 9, attributes=np.indices((6, 18))[1][:4].T % 6)

    monkeypatch.setattr(data_, "fetch_sprites", fetch)
    options = Namespace(data_home=None, judge_cache=tmp_path)
    tiny = sprites_data(Budget(8, 12, 10, EACH, EACH), options)
    assert (len(tiny.X), len(tiny.X_test), tiny.long) == (12, 10, None)
    assert {len(values) for values in tiny.labels.values()} == {10}
    measures = tiny.measure(copy_of(tiny.X_test), 0)
    assert 0 <= measures["error"] <= 100
    assert measures["inception_score"] >= 1
