"""Missing values: no cost, no gradient, no trace of what stood there, and imputed."""

import numpy as np
import pytest
import torch
from sklearn.utils.estimator_checks import check_estimator

from seqdisentangle import RecurrentWAE
from seqdisentangle.data.batches import Batch
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import fit_scaling
from seqdisentangle.divergences import resolve
from seqdisentangle.model import LatentCodes
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.objectives.costs import mean_cost, resolve_cost
from seqdisentangle.objectives.rwae import WassersteinObjective

RANDOM = np.random.RandomState(0)
VECTORS = RANDOM.normal(size=(12, 6, 3)) * [1, 10, 0.1] + [5, -3, 0]
JOINTS = RANDOM.normal(size=(12, 6, 5, 2))
IMAGES = RANDOM.uniform(size=(6, 4, 16, 16)).astype(np.float32)
RAGGED = [VECTORS[i, : 3 + i % 4] for i in range(12)]


def masked(X, share=0.3, seed=1):
    if isinstance(X, list):
        return [masked(x, share, seed + i) for i, x in enumerate(X)]
    return np.where(np.random.RandomState(seed).uniform(size=X.shape) < share, np.nan, X)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.model_.state_dict().values()])


@pytest.mark.parametrize(
    "X", [VECTORS, JOINTS, IMAGES, RAGGED], ids=["vectors", "joints", "images", "ragged"]
)
@pytest.mark.parametrize(
    "params", [{}, {"training__frames_per_step": 2}, {"early_stopping": True}], ids=str
)
def test_training_is_finite_and_reconstruct_imputes(X, params, small):
    model = small(missing="mask", **params).fit(masked(X))
    assert all(np.isfinite(list(record.values())).all() for record in model.history_)
    assert np.isfinite(model.score(masked(X)))
    whole = model.reconstruct(masked(X))
    assert all(np.isfinite(x).all() for x in whole)
    assert [x.shape for x in whole] == [x.shape for x in X]
    assert all(np.isfinite(z).all() for z in model.transform(masked(X)).motion)


def test_nothing_missing_is_nothing_changed(small):
    models = [small(missing=missing).fit(VECTORS) for missing in ("error", "mask")]
    assert torch.equal(*map(weights, models))
    assert models[0].score(VECTORS) == models[1].score(VECTORS)


def test_missing_values_cost_nothing_and_have_no_gradient():
    x, y = torch.rand(2, 5, 3, 4, dtype=torch.float64)
    y.requires_grad_()
    observed = torch.rand(5, 3, 4) < 0.6
    observed[2, 1] = False  # a whole frame
    observed[4] = False  # a whole sequence
    cost = mean_cost(resolve_cost("squared", images=False), y, x, observed)
    for i in range(5):
        frames = [((y - x)[i, t][observed[i, t]] ** 2) for t in range(3)]
        expected = sum(f.mean().item() for f in frames if len(f))
        assert cost[i].item() == pytest.approx(expected)
    (gradient,) = torch.autograd.grad(cost.sum(), y)
    assert torch.equal(gradient == 0, ~observed)


@pytest.mark.parametrize("lengths", [None, torch.tensor([4, 2, 3, 4, 1, 4])])
def test_some_frames_estimate_the_cost_of_what_is_known_without_bias(lengths):
    spec = ModelSpec((3,), False, 4, 2, 5, "auto", "concat", 0.1, 0.3)
    model = build_model(spec, 0).double().train()
    x = torch.rand(6, 4, 3, dtype=torch.float64)
    observed = torch.rand(x.shape) < 0.5
    codes = LatentCodes(torch.randn(6, 4).double(), torch.randn(6, 4, 2).double())
    batch = Batch(x, lengths, observed)
    rng = torch.Generator().manual_seed(0)

    def cost(frames, n_draws):
        divergences, squared = resolve("mmd"), resolve_cost("squared", images=False)
        objective = WassersteinObjective(
            divergences, cost=squared, content_weight=1, motion_weight=1, frames_per_step=frames
        )
        with torch.no_grad():
            return [
                objective.reconstruction_cost(model, codes, batch, rng).item()
                for _ in range(n_draws)
            ]

    drawn = cost(2, 2000)
    error = np.std(drawn) / len(drawn) ** 0.5
    assert abs(np.mean(drawn) - cost(None, 1)[0]) < 4 * error
    assert error > 0


def test_units_are_those_of_the_values_that_are_known():
    X = masked(VECTORS)
    X[..., 2] = np.nan  # never known: no scale
    sequences = Sequences(X, missing="mask")
    scaling = fit_scaling(
        "standard",
        sequences.chunks(20),
        image=False,
        dtype=X.dtype,
        n_features=3,
        feature_axes=(-1,),
    )
    assert scaling.mean[:2] == pytest.approx(np.nanmean(X[..., :2], (0, 1)))
    assert scaling.std[:2] == pytest.approx(np.nanstd(X[..., :2], (0, 1)))
    assert (scaling.mean[2], scaling.std[2]) == (0, 1)


def test_infinity_is_an_error_still(small):
    X = masked(VECTORS)
    X[4, 2, 1] = np.inf
    with pytest.raises(ValueError, match=r"infinity \(inf\): sequence 4 has 1 values.*in step 2"):
        small(missing="mask").fit(X)


def test_the_error_of_nan_names_the_way_out(small):
    with pytest.raises(ValueError, match="missing='mask' where NaN stands for a missing value"):
        small().fit(masked(VECTORS))


def test_a_cost_of_frames_cannot_leave_values_out(small):
    def cost(a, b):
        return (a - b).square().flatten(2).sum(2)

    with pytest.raises(ValueError, match="missing='mask' needs a cost of each value"):
        small(missing="mask", cost=cost).fit(masked(VECTORS))


def test_padding_is_not_missing(small):
    lengths = [len(x) for x in RAGGED]
    padded = np.full((12, 6, 3), np.nan)
    for row, x in zip(padded, RAGGED, strict=True):
        row[: len(x)] = x
    a = small(missing="mask").fit(padded, lengths=lengths)
    b = small().fit(RAGGED)
    assert torch.equal(weights(a), weights(b))


def test_scikit_learn_allows_it():
    model = RecurrentWAE(missing="mask", max_epochs=1, hidden_size=8, random_state=0)
    check_estimator(model)
    assert model.__sklearn_tags__().input_tags.allow_nan
