"""Values that "auto" stands for: chosen by the data, told with a reason, and kept."""

import numpy as np
import pytest

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling
from seqdisentangle.estimators._choices import LEAST_BATCHES, LEAST_UPDATES, Facts, chosen

LEFT_TO_DATA = {
    "content_size",
    "motion_size",
    "motion_noise",
    "motion_input",
    "content_view",
    "cost",
    "movement_weight",
    "constancy_weight",
    "independence_weight",
    "training__frames_per_step",
    "training__content_delay",
    "batch_size",
    "max_epochs",
}


def values_of(X, scale="none", *, grouped=False, of_parts=False, **params):
    params = RecurrentWAE(**params).get_params(deep=False)
    facts = Facts(Sequences(np.asarray(X)), Scaling(scale), grouped=grouped, of_parts=of_parts)
    choices = chosen(params, facts)
    return {name: choice.value for name, choice in choices.items()}


def vectors(n=100, steps=5, features=4, level=0.0):
    rng = np.random.RandomState(0)
    return level * rng.randn(n, 1, features) + rng.randn(n, steps, features)


def test_every_value_that_is_left_to_the_data_is_chosen():
    assert set(values_of(vectors())) == LEFT_TO_DATA
    params = RecurrentWAE(training=Training()).get_params()
    of_default = {n for n, v in params.items() if n in LEFT_TO_DATA and v == "auto"}
    assert of_default == LEFT_TO_DATA


def test_a_value_that_is_set_is_not_chosen():
    given = {"content_size": 3, "motion_noise": None, "content_view": None, "max_epochs": 2}
    assert set(values_of(vectors(), **given)) == LEFT_TO_DATA - set(given)


def test_images_are_told_by_some_frames():
    assert values_of(vectors())["training__frames_per_step"] is None
    images = np.zeros((20, 4, 8, 8))
    assert values_of(images)["training__frames_per_step"] == 4
    set_to = values_of(images, training=Training(frames_per_step=None))
    assert "training__frames_per_step" not in set_to


@pytest.mark.parametrize(("features", "size"), [(1, 1), (4, 4), (50, 6)])
def test_motion_has_no_more_numbers_than_a_frame(features, size):
    assert values_of(vectors(features=features))["motion_size"] == size


@pytest.mark.parametrize(("n", "size"), [(4, 4), (40, 10), (1000, 32)])
def test_content_has_numbers_that_the_sequences_can_tell(n, size):
    assert values_of(vectors(n=n))["content_size"] == size


@pytest.mark.parametrize("n", [3, 40, 700, 20_000])
def test_a_training_has_steps_enough_whatever_the_number_of_sequences(n):
    values = values_of(np.zeros((n, 2)))
    steps = max(round(n / values["batch_size"]), 1)
    assert steps * values["max_epochs"] >= LEAST_UPDATES
    assert steps >= min(LEAST_BATCHES, n / 8) or values["batch_size"] == 8


def test_epochs_are_counted_in_the_batches_that_were_asked_for():
    assert values_of(vectors(n=100), batch_size=100)["max_epochs"] == LEAST_UPDATES


def test_content_of_single_vectors_is_to_be_constant():
    assert values_of(vectors(level=0.1))["constancy_weight"] == (0.0, 1.0)
    X = vectors(level=2.0)
    codes, swaps = values_of(X)["constancy_weight"]
    assert (codes, swaps) == (pytest.approx(0.3 * X.var((0, 1)).mean(), rel=0.1), 1.0)
    assert values_of(10 * X)["constancy_weight"][0] == pytest.approx(100 * codes, rel=1e-3)
    assert values_of(X, motion_input="frames")["constancy_weight"] == (codes, 0.0)
    assert values_of(X, content_view=None)["constancy_weight"] == (0.0, 1.0)
    assert values_of(np.zeros((20, 4, 8, 8)))["constancy_weight"] == (0.0, 0.0)


def test_groups_say_what_stays_the_same():
    X = vectors(level=2.0)
    values, alone = values_of(X, grouped=True), values_of(X)
    assert (alone["motion_input"], values["motion_input"]) == ("changes", "residuals")
    assert values["content_view"] is None
    assert values["constancy_weight"] == alone["constancy_weight"]
    assert values["independence_weight"] > alone["independence_weight"]
    of_videos = values_of(np.zeros((20, 4, 8, 8)), grouped=True)
    assert (of_videos["motion_input"], of_videos["content_view"]) == ("frames", "random_frames")


def test_one_frame_is_shown_where_it_tells_the_sequence():
    assert values_of(vectors(level=0.1))["content_view"] is None
    assert values_of(vectors(level=2.0))["content_view"] == "random_frames"


def test_a_frame_of_one_number_shows_no_width():
    values = values_of(vectors(features=1, level=2.0))
    assert (values["content_view"], values["constancy_weight"][0]) == (None, 0.0)


def test_parts_are_placed_exactly_and_images_learned_longer():
    images = np.zeros((6400, 2, 8, 8), np.uint8)
    values, whole = values_of(images, of_parts=True), values_of(images)
    assert values["motion_noise"] < whole["motion_noise"] / 10
    of_vectors = values_of(np.zeros((6400, 2, 8)))
    epochs = [found["max_epochs"] for found in (of_vectors, whole, values)]
    assert epochs == [24, 32, 48]


@pytest.mark.parametrize("level", [0.0, 3.0, 10.0])
def test_what_moves_counts_as_much_as_what_stays(level):
    X = vectors(n=64, steps=500, level=level)
    weight = values_of(X)["movement_weight"]
    ratio = X.mean(1).var(0).mean() / X.var(1).mean()
    assert weight == pytest.approx(max(ratio, 1.0) - 1, abs=1e-3)


def test_values_without_movement_have_a_weight_all_the_same():
    assert values_of(np.ones((5, 4, 2)))["movement_weight"] == 0


def test_a_fitted_model_tells_its_choices_and_their_reasons(tmp_path):
    X = vectors(n=24)
    model = RecurrentWAE(max_epochs=2, motion_size=2, random_state=0).fit(X)
    assert set(model.choices_) >= LEFT_TO_DATA - {"max_epochs", "motion_size"}
    assert not {"max_epochs", "motion_size"} & set(model.choices_)
    assert "24 sequences" in model.choices_["content_size"].reason
    assert model.transform(X).content.shape[1] == model.choices_["content_size"].value
    model.save(tmp_path / "model")
    assert RecurrentWAE.load(tmp_path / "model").choices_ == model.choices_


def test_a_model_that_is_trained_on_keeps_its_choices():
    model = RecurrentWAE(max_epochs=1, warm_start=True, random_state=0).fit(vectors(n=24))
    sizes = model.choices_["content_size"]
    model.fit(vectors(n=100))
    assert model.choices_["content_size"] == sizes
    model.set_params(warm_start=False).fit(vectors(n=100))
    assert model.choices_["content_size"] != sizes
