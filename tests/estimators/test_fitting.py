"""A fit: from its seed alone, in any precision, ended early, and nothing kept of bad data."""

import numpy as np
import pytest
import torch
from sklearn.base import clone

from seqdisentangle import EarlyStopping, Training
from seqdisentangle.objectives import base as schedules
from seqdisentangle.objectives import rwae as objective


def progress_of(fit, monkeypatch):
    """The shares of a training that are done in its epochs, as independence is told them."""
    seen = []

    def ramp(weight, progress):
        seen.append(progress)
        return schedules.ramp(weight, progress)

    monkeypatch.setattr(objective, "ramp", ramp)
    fit()
    return list(dict.fromkeys(seen))


@pytest.mark.parametrize("fixture", ["numbers", "vectors", "videos"])
def test_the_seed_decides_the_weights(fixture, request, small, weights, same_weights):
    X = request.getfixturevalue(fixture)
    one, same, other = (weights(small(random_state=seed).fit(X)) for seed in (0, 0, 1))
    assert same_weights(one, same)
    assert not same_weights(one, other)


def test_random_state_as_in_scikit_learn(vectors, small, weights, same_weights):
    state = np.random.RandomState(0)
    model = small(random_state=state)
    first, second = weights(model.fit(vectors)), weights(model.fit(vectors))
    again = weights(small(random_state=np.random.RandomState(0)).fit(vectors))
    assert same_weights(first, again)
    assert not same_weights(first, second), "an instance moves on from fit to fit"
    unseeded = small(random_state=None)
    assert not same_weights(weights(unseeded.fit(vectors)), weights(unseeded.fit(vectors)))


@pytest.mark.parametrize("seed", [0, None])
def test_fit_leaves_the_global_generators_alone(seed, videos, small, generator_states):
    states = generator_states()
    small(random_state=seed, early_stopping=True).fit(videos).partial_fit(videos)
    assert generator_states() == states


def test_independence_weighs_more_as_the_epochs_of_all_fits_go_by(vectors, small, monkeypatch):
    model = small(max_epochs=4)
    assert progress_of(lambda: model.fit(vectors), monkeypatch) == [0.125, 0.375, 0.625, 0.875]
    model.set_params(warm_start=True)
    assert progress_of(lambda: model.fit(vectors), monkeypatch) == [1.0]
    by_parts = small(max_epochs=2)
    for progress in (0.25, 0.75, 1.0):
        assert progress_of(lambda: by_parts.partial_fit(vectors), monkeypatch) == [progress]


def test_early_stopping_keeps_the_best_weights(vectors, small):
    X = np.repeat(vectors, 4, axis=0)
    model = small(
        early_stopping=EarlyStopping(patience=2, tol=0.2), max_epochs=30, training__content_delay=0
    ).fit(X)
    losses = [record["val_loss"] for record in model.history_]
    assert model.n_epochs_ == model.best_epoch_ + 2 < 30
    assert {"val_cost", "val_content", "val_motion"} <= set(model.history_[0])
    cut = small(
        early_stopping=EarlyStopping(patience=30, tol=0), max_epochs=30, training__content_delay=0
    ).fit(X)
    assert cut.best_epoch_ == 1 + int(np.argmin([r["val_loss"] for r in cut.history_]))
    assert len(losses) == model.n_epochs_


@pytest.mark.filterwarnings("ignore::seqdisentangle.data.LayoutWarning")
def test_early_stopping_needs_sequences_to_train_on(vectors, small):
    with pytest.raises(ValueError, match="early_stopping keeps 1 of 1 sequences apart"):
        small(early_stopping=True).fit(vectors[:1])


class Ending:
    """A squared error that raises at one of its calls."""

    def __init__(self, call, error):
        self.left, self.error = call, error

    def __call__(self, reconstruction, target):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return (reconstruction - target).square()


@pytest.mark.parametrize(("call", "epochs"), [(1, 0), (2, 0), (3, 1), (4, 1)])
def test_interrupted_fit_leaves_a_usable_model(call, epochs, vectors, small):
    model = small(cost=Ending(call, KeyboardInterrupt))  # two steps an epoch
    with pytest.warns(UserWarning, match=f"interrupted after {epochs} of 2 epochs"):
        model.fit(vectors)
    assert model.n_epochs_ == model.best_epoch_ == len(model.history_) == epochs
    assert not model.model_.training
    assert np.isfinite(model.reconstruct(vectors)).all()


def test_interrupted_early_stopping_keeps_the_best(vectors, small):
    model = small(
        cost=Ending(11, KeyboardInterrupt),
        early_stopping=True,
        max_epochs=9,
        training__content_delay=0,
    )
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(vectors)
    assert 1 <= model.best_epoch_ <= model.n_epochs_ == 3  # two steps and one evaluation each


def test_a_loss_that_diverges_says_so(vectors, small):
    with pytest.raises(FloatingPointError, match="became nan in epoch 1"):
        small(cost=lambda a, b: (a - b) * torch.nan).fit(vectors)


BAD_DATA = {
    "nan": (lambda X: np.where(X[2, 1, 1] == X, np.nan, X), "X contains NaN: sequence 2"),
    "inf": (lambda X: np.where(X[2, 1, 1] == X, np.inf, X), "infinity .*sequence 2"),
    "no sequence": (lambda X: X[:0], r"X is empty: got shape \(0, 5, 3\)"),
    "no step": (lambda X: X[:, :0], "X is empty"),
    "one number": (lambda X: X[:, 0, 0], "2 to 5 dimensions.* Reshape your data"),
    "six": (lambda X: X.reshape(7, 5, 3, 1, 1, 1), "2 to 5 dimensions.*got shape"),
    "complex": (lambda X: X + 0j, "Complex data not supported"),
    "text": (lambda X: X.astype(str), "X must hold numbers, got dtype <U"),
    "text table": (lambda X: X[0].astype(str), "X must hold numbers, got dtype <U"),
    "objects": (lambda X: np.array([[[object()]]]), "X must hold numbers, got objects"),
    "ragged": (lambda X: [X[0], X[1, :, :2]], r"X\[1\] has shape \(5, 2\), unlike X\[0\]"),
    "ragged objects": (lambda X: [X[0], np.full((2, 3), object())], r"objects, .* at X\[1\]\[0"),
    "ragged rows": (lambda X: [[1, 2], 3], r"X\[1\] has shape \(\), unlike X\[0\]"),
    "empty row": (lambda X: [[1, 2], []], r"X\[1\] is empty: expected at least one step"),
    "ragged inside": (lambda X: [[[1, 2], [3]], [[1], [2]]], r"X\[0\] is no array of numbers"),
    "none": (lambda X: None, "X must be an array of numbers .* got NoneType"),
    "string": (lambda X: "abc", "X must be an array of numbers .* got str"),
    "generator": (lambda X: (x for x in X), "X must be an array of numbers .* got generator"),
    "large images": (lambda X: np.zeros((2, 3, 4, 1025)), "sides of 4 to 1024 .* got 4 x 1025"),
    "small images": (lambda X: np.zeros((2, 3, 3, 4)), "grey images .* sides of at least 4"),
    "channels": (lambda X: np.zeros((2, 3, 5, 16, 16)), "channels='auto' cannot tell"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_fit_refuses_bad_data_and_keeps_the_model(
    case, vector_model, vectors, weights, same_weights
):
    make, message = BAD_DATA[case]
    attributes, before = dict(vars(vector_model)), weights(vector_model)
    with pytest.raises((ValueError, TypeError), match=message):
        vector_model.fit(make(vectors))
    assert vars(vector_model) == attributes
    assert same_weights(weights(vector_model), before)
    fresh = clone(vector_model)
    with pytest.raises((ValueError, TypeError), match=message):
        fresh.fit(make(vectors))
    assert vars(fresh) == vars(clone(vector_model)), "nothing half learned"


@pytest.mark.parametrize("reg", ["mmd", "gan", "kl"])
@pytest.mark.parametrize("data", ["vectors", "videos"])
def test_half_precision_is_that_of_the_passes_alone(reg, data, small, request):
    X = request.getfixturevalue(data)
    # The draws differ, which noise as small as this does not let the cost know.
    # Changes of five steps are all that differ between so few sequences, and rounding as well.
    noise = {"motion_noise": 1e-3, "content_noise": 1e-3, "content_view": None}
    noise |= {"motion_input": "frames"}
    parameters = {"reg": reg, **noise}
    single, half = (
        small(training=Training(precision=precision, content_delay=0), **parameters).fit(X)
        for precision in ("float32", "bfloat16")
    )
    costs = [model.history_[-1]["cost"] for model in (single, half)]
    assert costs[0] != costs[1]
    assert costs[0] == pytest.approx(costs[1], rel=0.1)
    dtypes = {value.dtype for value in half.model_.state_dict().values()}
    assert dtypes <= {torch.float32, torch.int64}
    assert half.transform(X).content.dtype == single.transform(X).content.dtype
