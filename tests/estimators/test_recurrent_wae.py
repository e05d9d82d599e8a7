"""RecurrentWAE as an estimator: scikit-learn's rules, fitting, and what stops it."""

import copy
import os
import pickle

import joblib
import numpy as np
import pandas as pd
import polars
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from seqdisentangle import RecurrentWAE
from seqdisentangle.callbacks import Callback
from seqdisentangle.divergences import HSIC, MMD, ScaledMMD
from seqdisentangle.networks import Conv
from seqdisentangle.objectives import base as schedules
from seqdisentangle.objectives import rwae as objective

TINY = {"content_size": 4, "motion_size": 2, "hidden_size": 16, "max_epochs": 2, "device": "cpu"}
EACH_CODES = [RecurrentWAE(codes=codes, **TINY) for codes in ("both", "content", "motion")]


def table(codes):
    return np.asarray(codes)


def progress_of(fit, monkeypatch):
    """The shares of a training that are done in its epochs, as independence is told them."""
    seen = []

    def ramp(weight, progress):
        seen.append(progress)
        return schedules.ramp(weight, progress)

    monkeypatch.setattr(objective, "ramp", ramp)
    fit()
    return list(dict.fromkeys(seen))


# ---- scikit-learn --------------------------------------------------------------------------------


@parametrize_with_checks(EACH_CODES)
def test_scikit_learn_checks(estimator, check, request):
    if "check_array_api_input" in request.node.name and os.environ.get("SCIPY_ARRAY_API") != "1":
        pytest.skip("needs SCIPY_ARRAY_API=1: see tests/integration/test_estimators.py")
    check(estimator)


def test_grid_search(vectors, small):
    grid = {"content_size": [2, 3], "learning_rate": [1e-3, 1e-2]}
    search = GridSearchCV(small(max_epochs=1), grid, cv=2).fit(vectors)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.transform(vectors).content.shape[1] == search.best_params_["content_size"]


@pytest.mark.parametrize("codes", ["content", "motion"])
def test_pipeline(codes, videos, small):
    pipeline = make_pipeline(small(codes=codes), LogisticRegression())
    labels = np.arange(7) % 2
    assert pipeline.fit(videos, labels).predict(videos).shape == (7,)


def test_clone_copies_parameters_and_nothing_learned(vectors, small):
    model = small(content_view=["shuffle"], reg=MMD("gaussian"), network=("mlp")).fit(vectors)
    copied = clone(model)
    assert not hasattr(copied, "model_")
    assert copied.get_params()["content_view"] == ["shuffle"]
    assert repr(copied.fit(vectors).transform(vectors)) == repr(model.transform(vectors))


@pytest.mark.parametrize(
    ("container", "frame"), [("pandas", pd.DataFrame), ("polars", polars.DataFrame)]
)
@pytest.mark.parametrize("codes", ["content", "motion", "both"])
def test_set_output(container, frame, codes, vectors, small):
    model = small(codes=codes).set_output(transform=container).fit(vectors)
    out = model.transform(vectors)
    content = out.content if codes == "both" else out
    assert isinstance(content, frame)
    assert list(content.columns) == list(model.get_feature_names_out())
    if codes == "both":
        assert isinstance(out.motion, np.ndarray)
        assert model.inverse_transform(out).shape == vectors.shape
        assert out[np.array([0, 2])].content.shape == (2, 4)


def test_feature_names(numbers, small):
    frame = pd.DataFrame(numbers, columns=list("abcde"))
    model = small(codes="motion").fit(frame)
    assert list(model.feature_names_in_) == list("abcde")
    assert model.n_features_in_ == 5
    assert list(model.get_feature_names_out())[:3] == ["motion0_0", "motion0_1", "motion1_0"]
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[list("edcba")])
    model.fit(np.zeros((3, 4, 2)))
    assert not hasattr(model, "feature_names_in_")
    assert model.n_features_in_ == 2


def test_learned_attributes(video_model):
    assert video_model.frame_shape_ == (16, 16, 3)
    assert video_model.n_features_in_ == 16 * 16 * 3
    assert video_model.n_steps_ == 4
    assert video_model.dtype_ == np.uint8
    assert video_model.device_.type == "cpu"
    assert not video_model.model_.training
    assert [type(d) for d in video_model.divergences_] == [ScaledMMD, MMD, HSIC]


def test_looks(vector_model):
    assert repr(RecurrentWAE()) == "RecurrentWAE()"
    assert "content_size=4" in repr(vector_model)
    assert "RecurrentWAE" in vector_model._repr_html_()
    tags = vector_model.__sklearn_tags__()
    assert tags.input_tags.three_d_array
    assert not tags.target_tags.required


@pytest.mark.parametrize("fixture", ["vectors", "videos"])
def test_pickle_and_joblib_are_bit_equal(fixture, request, small, tmp_path):
    X = request.getfixturevalue(fixture)
    model = small().fit(X)
    joblib.dump(model, tmp_path / "model.joblib")
    for other in (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model.joblib")):
        assert np.array_equal(table(other.transform(X)), table(model.transform(X)))
        assert np.array_equal(other.sample(2, random_state=0), model.sample(2, random_state=0))


def test_read_only_memmap(videos, small, tmp_path):
    np.save(tmp_path / "x.npy", videos)
    X = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.array_equal(table(small().fit(X).transform(X)), table(small().fit_transform(videos)))


# ---- random numbers ------------------------------------------------------------------------------


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


# ---- more than one call --------------------------------------------------------------------------


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
    for calls in (1, 2, 3):
        model.partial_fit(vectors)
        assert {float(m["step"]) for part in model._moments for m in part.values()} == {calls}
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(np.full_like(vectors, np.nan))
    assert {float(m["step"]) for part in model._moments for m in part.values()} == {3}


def test_critics_go_on_between_the_parts_while_reg_stays(vectors, small):
    model = small(reg="mmd").partial_fit(vectors)
    before = {k: v.clone() for k, v in model.divergences_.content.state_dict().items()}
    model.set_params(independence_weight=0.0).partial_fit(vectors)
    after = model.divergences_.content.state_dict()
    moved = max((after[k] - before[k]).abs().max() for k in before)
    assert 0 < moved < 0.1
    assert len(model.set_params(reg="gan").partial_fit(vectors)._moments) == 2


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


def test_independence_weighs_more_as_the_epochs_of_all_fits_go_by(vectors, small, monkeypatch):
    model = small(max_epochs=4)
    assert progress_of(lambda: model.fit(vectors), monkeypatch) == [0.125, 0.375, 0.625, 0.875]
    model.set_params(warm_start=True)
    assert progress_of(lambda: model.fit(vectors), monkeypatch) == [1.0]
    by_parts = small(max_epochs=2)
    for progress in (0.25, 0.75, 1.0):
        assert progress_of(lambda: by_parts.partial_fit(vectors), monkeypatch) == [progress]


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
        ("motion_components", 3),
        ("generator", "concat"),
    ],
)
def test_what_a_model_is_built_from_cannot_change_under_it(name, value, vector_model, vectors):
    vector_model.set_params(**{name: value})
    with pytest.raises(ValueError, match=f"{name}={value!r}, but the fitted model .* {name}="):
        vector_model.partial_fit(vectors)


def test_early_stopping_keeps_the_best_weights(vectors, small):
    X = np.repeat(vectors, 4, axis=0)
    model = small(
        early_stopping=True, n_iter_no_change=2, max_epochs=30, tol=0.2, content_delay=0
    ).fit(X)
    losses = [record["val_loss"] for record in model.history_]
    assert model.n_epochs_ == model.best_epoch_ + 2 < 30
    assert {"val_cost", "val_content", "val_motion"} <= set(model.history_[0])
    cut = small(
        early_stopping=True, max_epochs=30, content_delay=0, n_iter_no_change=30, tol=0
    ).fit(X)
    assert cut.best_epoch_ == 1 + int(np.argmin([r["val_loss"] for r in cut.history_]))
    assert len(losses) == model.n_epochs_


def test_early_stopping_needs_sequences_to_train_on(vectors, small):
    with pytest.raises(ValueError, match="early_stopping keeps 1 of 1 sequences apart"):
        small(early_stopping=True).fit(vectors[:1])


def test_history_is_a_table(vector_model):
    frame = pd.DataFrame(vector_model.history_)
    assert list(frame["epoch"]) == [1, 2]
    assert {"loss", "cost", "content", "motion", "learning_rate", "seconds"} <= set(frame.columns)
    assert np.isfinite(frame.to_numpy(float)).all()
    assert vector_model.n_epochs_ == vector_model.best_epoch_ == 2


@pytest.mark.parametrize("verbose", [0, 1, True])
def test_verbose(verbose, vectors, small, capsys):
    small(verbose=verbose).fit(vectors)
    out, err = capsys.readouterr()
    assert out == ""
    if verbose:
        assert "RecurrentWAE" in err
        assert "loss=" in err
        assert "independence=" in err
        assert "motion=" not in err, "it weighs nothing"
        assert "4/4" in err, "two steps an epoch"
        assert "RecurrentWAE 2/2" in err
        assert "step/s" in err
    else:
        assert err == ""


# ---- what ends a fit early -----------------------------------------------------------------------


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
        cost=Ending(11, KeyboardInterrupt), early_stopping=True, max_epochs=9, content_delay=0
    )
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(vectors)
    assert 1 <= model.best_epoch_ <= model.n_epochs_ == 3  # two steps and one evaluation each


@pytest.mark.parametrize("parameter", ["cost", "content_view", "motion_view", "reg"])
@pytest.mark.parametrize("verb", ["fit", "partial_fit", "warm"])
def test_an_error_in_the_users_code_leaves_the_model_as_it_was(
    parameter, verb, videos, small, weights, same_weights
):
    model = small().fit(videos)
    attributes, before = dict(vars(model)), weights(model)
    codes = table(model.transform(videos))
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
    model.set_params(**{parameter: own}, warm_start=verb == "warm", content_delay=0, batch_size=1)
    with pytest.raises(RuntimeError, match="mine"):
        (model.partial_fit if verb == "partial_fit" else model.fit)(videos)
    model.set_params(**{name: attributes[name] for name in model.get_params(deep=False)})
    assert vars(model) == attributes
    assert same_weights(weights(model), before)
    assert np.array_equal(table(model.transform(videos)), codes)
    assert same_weights(weights(model), before), "a model left in training mode learns on"


def test_a_loss_that_diverges_says_so(vectors, small):
    with pytest.raises(FloatingPointError, match="became nan in epoch 1"):
        small(cost=lambda a, b: (a - b) * torch.nan).fit(vectors)


BAD_DATA = {
    "nan": (lambda X: np.where(X[2, 1, 1] == X, np.nan, X), "X contains NaN: sequence 2"),
    "inf": (lambda X: np.where(X[2, 1, 1] == X, np.inf, X), "infinity .*sequence 2"),
    "no sequence": (lambda X: X[:0], r"X is empty: got shape \(0, 5, 3\)"),
    "no step": (lambda X: X[:, :0], "X is empty"),
    "one number": (lambda X: X[:, 0, 0], "Expected 2D array, got 1D array"),
    "six": (lambda X: X.reshape(7, 5, 3, 1, 1, 1), "2 to 5 dimensions.*got shape"),
    "complex": (lambda X: X + 0j, "Complex data not supported"),
    "text": (lambda X: X.astype(str), "X must hold numbers, got dtype <U"),
    "text table": (lambda X: X[0].astype(str), "arrays of bytes/strings"),
    "objects": (lambda X: np.array([[[object()]]]), "X must hold numbers, got objects"),
    "ragged": (lambda X: [X[0], X[1, :, :2]], r"X\[1\] has shape \(5, 2\), unlike X\[0\]"),
    "ragged objects": (lambda X: [X[0], X[1, :2].astype(object)], "got arrays of objects"),
    "ragged rows": (lambda X: [[1, 2], 3], r"X\[1\] has shape \(\), unlike X\[0\]"),
    "empty row": (lambda X: [[1, 2], []], r"X\[1\] is empty: expected at least one step"),
    "ragged inside": (lambda X: [[[1, 2], [3]], [[1], [2]]], r"X\[0\] is no array of numbers"),
    "none": (lambda X: None, "X must be an array of numbers .* got NoneType"),
    "string": (lambda X: "abc", "X must be an array of numbers .* got str"),
    "generator": (lambda X: (x for x in X), "X must be an array of numbers .* got generator"),
    "small images": (lambda X: np.zeros((2, 3, 4, 4)), "sides of 8 to 512 pixels, got 4 x 4"),
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


def test_partial_fit_refuses_unlike_frames(vector_model, vectors):
    attributes = dict(vars(vector_model))
    with pytest.raises(ValueError, match=r"\(n, T, 3\) of the sequences seen in fit"):
        vector_model.partial_fit(vectors[..., :2])
    assert vars(vector_model) == attributes


BAD_PARAMETERS = [
    ("reg", "mdd"),
    ("reg", 3),
    ("reg", ("mmd",)),
    ("reg", {"content": "mmd"}),
    ("reg", ("mmd", None)),
    ("content_size", 0),
    ("content_size", 2.5),
    ("motion_size", 0),
    ("hidden_size", -1),
    ("network", "cnov"),
    ("network", 3),
    ("network", "conv"),
    ("network", Conv()),
    ("network", (1, 2)),
    ("cost", "sqared"),
    ("cost", "binary_cross_entropy"),
    ("cost", lambda a, b: a[:, :1]),
    ("content_weight", -1),
    ("motion_weight", "a"),
    ("independence_weight", -1),
    ("independence_weight", (0.5,)),
    ("independence_weight", (0.5, -1)),
    ("independence_weight", [0.5, "a"]),
    ("n_actions", 1),
    ("action_weight", -1),
    ("action_prior", 3),
    ("generator", "x"),
    ("content_noise", 0),
    ("motion_noise", -1),
    ("motion_components", 0),
    ("motion_components", "all"),
    ("content_delay", -1),
    ("content_delay", 1.5),
    ("content_view", "shufle"),
    ("content_view", []),
    ("content_view", 3),
    ("motion_view", "mirorr"),
    ("motion_view", ...),
    ("codes", "x"),
    ("scale", "x"),
    ("scale", "unit"),
    ("channels", "x"),
    ("missing", "x"),
    ("max_epochs", 0),
    ("batch_size", 0),
    ("learning_rate", 0),
    ("lr_schedule", "x"),
    ("lr_warmup", -1),
    ("lr_warmup", 1.5),
    ("finetune_epochs", -1),
    ("finetune_epochs", 1.0),
    ("frames_per_step", 0),
    ("clip_norm", 0),
    ("ema", 0),
    ("ema", 1),
    ("early_stopping", "yes"),
    ("validation_fraction", 0),
    ("validation_fraction", 1),
    ("n_iter_no_change", 0),
    ("tol", -1),
    ("device", 3),
    ("device", "gpu"),
    ("device", "cuda:99"),
    ("checkpoint", 3),
    ("checkpoint", __file__),
    ("callbacks", 3),
    ("callbacks", [print]),
    ("callbacks", Callback),
    ("precision", "float16"),
    ("compile", "x"),
    ("warm_start", "x"),
    ("random_state", "x"),
    ("verbose", "x"),
]


@pytest.mark.parametrize(
    ("name", "value"), BAD_PARAMETERS, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_a_wrong_parameter_is_named(name, value, vector_model, vectors, weights, same_weights):
    before = weights(vector_model)
    learned = {k: v for k, v in vars(vector_model).items() if k.endswith("_")}
    vector_model.set_params(**{name: value})
    with pytest.raises((ValueError, TypeError), match=name):
        vector_model.fit(vectors)
    assert {k: v for k, v in vars(vector_model).items() if k.endswith("_")} == learned
    assert same_weights(weights(vector_model), before)


@pytest.mark.parametrize("reg", ["mmd", "gan", "kl"])
@pytest.mark.parametrize("data", ["vectors", "videos"])
def test_half_precision_is_that_of_the_passes_alone(reg, data, small, request):
    X = request.getfixturevalue(data)
    # The draws differ, which noise as small as this does not let the cost know.
    parameters = {"reg": reg, "motion_noise": 1e-3, "content_noise": 1e-3, "content_delay": 0}
    single, half = (
        small(precision=precision, **parameters).fit(X) for precision in ("float32", "bfloat16")
    )
    costs = [model.history_[-1]["cost"] for model in (single, half)]
    assert costs[0] != costs[1]
    assert costs[0] == pytest.approx(costs[1], rel=0.1)
    dtypes = {value.dtype for value in half.model_.state_dict().values()}
    assert dtypes <= {torch.float32, torch.int64}
    assert half.transform(X).content.dtype == single.transform(X).content.dtype


def test_every_parameter_has_a_wrong_value_above():
    assert {name for name, _ in BAD_PARAMETERS} == set(RecurrentWAE().get_params())
    assert set(RecurrentWAE._parameter_constraints) == set(RecurrentWAE().get_params())


def test_nothing_is_done_in_the_constructor():
    params = {name: object() for name in RecurrentWAE().get_params()}
    model = RecurrentWAE(**params)
    assert all(getattr(model, name) is value for name, value in params.items())
    assert copy.copy(vars(model)) == params
