"""The start of a fit: in parts, warm, in the units of before; and the way back if it fails."""

import numpy as np
import pytest


def test_partial_fit_goes_on(videos, small, weights, same_weights):
    model = small().partial_fit(videos[:4])
    before = weights(model)
    model.partial_fit(videos[4:, :3] / np.float32(255))
    assert not same_weights(weights(model), before)
    assert model.n_epochs_ == model.best_epoch_ == len(model.history_) == 2
    assert [record["epoch"] for record in model.history_] == [1, 2]
    assert model.dtype_ == np.uint8, "the first call decides the units"
    assert model.sample(1).dtype == np.uint8


def test_partial_fit_keeps_the_moments_of_the_optimiser(vectors, small):
    model = small(batch_size=len(vectors))

    def updates():  # no public attribute counts them
        moments = model._optimizer_state.moments
        return {float(m["step"]) for part in moments for m in part.values()}

    for calls in (1, 2, 3):
        model.partial_fit(vectors)
        assert updates() == {calls}
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(np.full_like(vectors, np.nan))
    assert updates() == {3}


def test_critics_go_on_between_the_parts_while_reg_stays(vectors, small):
    model = small(reg="mmd").partial_fit(vectors)
    before = {k: v.clone() for k, v in model.divergences_.content.state_dict().items()}
    model.set_params(independence_weight=0.0).partial_fit(vectors)
    after = model.divergences_.content.state_dict()
    moved = max((after[k] - before[k]).abs().max() for k in before)
    assert 0 < moved < 0.1
    # As nothing public does, their moments tell the optimisers: the model's and the new critic's.
    assert len(model.set_params(reg="gan").partial_fit(vectors)._optimizer_state.moments) == 2


def test_the_first_part_decides_the_units(vectors, small):
    model = small().partial_fit(vectors)
    scaling = model.scaling_
    assert model.partial_fit(vectors * 10).scaling_ == scaling


def test_partial_fit_after_fit(vectors, small):
    model = small().fit(vectors).partial_fit(vectors)
    assert model.n_epochs_ == 3


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_partial_fit_refuses_images_in_other_units(
    dtype, video_model, videos, weights, same_weights
):
    before = weights(video_model)
    with pytest.raises(ValueError, match=r"values in \[0, 1\], got values from 0 to 255"):
        video_model.partial_fit(videos.astype(dtype))
    assert same_weights(weights(video_model), before)


def test_warm_start(vectors, small, weights, same_weights):
    model = small(warm_start=True).fit(vectors)
    before = weights(model)
    model.fit(vectors)
    assert model.n_epochs_ == 4
    assert not same_weights(weights(model), before)
    assert small().fit(vectors).fit(vectors).n_epochs_ == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content_size", 5),
        ("motion_noise", None),
    ],
)
def test_what_a_model_is_built_from_cannot_change_under_it(name, value, vector_model, vectors):
    vector_model.set_params(**{name: value})
    with pytest.raises(ValueError, match=f"{name}={value!r}, but the fitted model .* {name}="):
        vector_model.partial_fit(vectors)


def test_the_motion_prior_of_a_model_cannot_change_under_it(vector_model, vectors):
    vector_model.set_params(motion_prior__n_components=3)
    with pytest.raises(ValueError, match=r"motion_prior=MixturePrior\(n_components=3\), but the"):
        vector_model.partial_fit(vectors)


@pytest.mark.parametrize("parameter", ["cost", "content_view", "motion_view", "reg"])
@pytest.mark.parametrize("verb", ["fit", "partial_fit", "warm"])
def test_an_error_in_the_users_code_leaves_the_model_as_it_was(
    parameter, verb, videos, small, weights, same_weights
):
    model = small().fit(videos)
    attributes, before = dict(vars(model)), weights(model)
    codes = np.asarray(model.transform(videos))
    calls = []

    def broken(*tensors):
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("mine")
        return (
            tensors[0] if parameter.endswith("view") else (tensors[0] - tensors[1]).square().mean()
        )

    def broken_view(x):
        return broken(x)

    def broken_cost(a, b):
        broken(a, b)
        return (a - b).square()

    own = {"cost": broken_cost, "reg": broken}.get(parameter, broken_view)
    model.set_params(
        **{parameter: own}, warm_start=verb == "warm", training__content_delay=0, batch_size=1
    )
    with pytest.raises(RuntimeError, match="mine"):
        (model.partial_fit if verb == "partial_fit" else model.fit)(videos)
    model.set_params(**{name: attributes[name] for name in model.get_params(deep=False)})
    assert vars(model) == attributes
    assert same_weights(weights(model), before)
    assert np.array_equal(np.asarray(model.transform(videos)), codes)
    assert same_weights(weights(model), before), "a model left in training mode learns on"


def test_partial_fit_refuses_unlike_frames(vector_model, vectors):
    attributes = dict(vars(vector_model))
    with pytest.raises(ValueError, match=r"\(n, T, 3\) of the sequences seen in fit"):
        vector_model.partial_fit(vectors[..., :2])
    assert vars(vector_model) == attributes
