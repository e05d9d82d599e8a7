"""Saving and loading: bit-equal models, parameters as they were, foreign files refused."""

import json

import numpy as np
import pytest
import safetensors.torch
import torch
from safetensors import safe_open
from sklearn.exceptions import NotFittedError
from torch import nn

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.data.units import Scaling
from seqdisentangle.divergences import (
    HSIC,
    MMD,
    EnergyDistance,
    Gaussian,
    GaussianKL,
    JensenShannon,
    RationalQuadratic,
    ScaledMMD,
    Sinkhorn,
    SlicedWasserstein,
)
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.persistence import load_file, save_file
from seqdisentangle.serialization import to_json
from seqdisentangle.views import Compose, Jitter, RandomFrames, Shuffle


def same(model, other, X):
    assert np.array_equal(np.asarray(model.transform(X)), np.asarray(other.transform(X)))
    assert np.array_equal(model.sample(2, random_state=0), other.sample(2, random_state=0))


@pytest.mark.parametrize("fixture", ["numbers", "vectors", "videos"])
def test_round_trip_is_bit_equal(fixture, request, small, tmp_path):
    X = request.getfixturevalue(fixture)
    model = small(early_stopping=True).fit(X)
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    same(model, loaded, X)
    assert loaded.get_params() == model.get_params()
    learned = {name for name in vars(model) if name.endswith("_")}
    assert {name for name in vars(loaded) if name.endswith("_")} == learned
    for name in learned - {"model_", "divergences_"}:
        assert getattr(loaded, name) == getattr(model, name), name
    assert not loaded.model_.training
    assert loaded.partial_fit(X).n_epochs_ == model.n_epochs_ + 1


def test_feature_names_come_back(numbers, small, tmp_path):
    pandas = pytest.importorskip("pandas")
    small().fit(pandas.DataFrame(numbers, columns=list("abcde"))).save(tmp_path / "model")
    assert list(RecurrentWAE.load(tmp_path / "model").feature_names_in_) == list("abcde")


@pytest.mark.parametrize(
    "params",
    [
        {"content_view": RandomFrames(2), "motion_view": Jitter(0.1)},
        {"content_view": ["shuffle", RandomFrames(0.5)], "motion_view": None},
        {"content_view": Compose([Shuffle(), Jitter()])},
        {"network": MLP(width=8, depth=1)},
        {"reg": ("mmd", "mmd")},
        {"reg": {"content": "mmd", "motion": "mmd"}},
        {"reg": ("gan", "kl")},
        {"content_weight": "auto", "motion_weight": 0.5, "independence_weight": 0.0},
        {"independence_weight": (0.0, 2)},
        {"content_size": np.int64(3), "learning_rate": np.float32(0.5e-3)},
        {"content_noise": None, "motion_noise": None, "network__generator": "concat"},
    ],
    ids=str,
)
def test_parameters_come_back_as_they_were(params, vectors, small, tmp_path):
    model = small(**params).fit(vectors)
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    same(model, loaded, vectors)
    assert loaded.get_params(deep=False) == model.get_params(deep=False)


@pytest.mark.parametrize(
    "reg",
    [
        MMD(Gaussian([0.5, 1.0]) + RationalQuadratic(alpha=2.0), bandwidth="median"),
        (JensenShannon(gradient_penalty=0.5), Sinkhorn(blur=0.1)),
        {"content": "mmd", "motion": EnergyDistance(), "independence": HSIC("laplacian")},
        [GaussianKL(), SlicedWasserstein(8, seed=3)],
        {"content": ScaledMMD(penalty=2), "motion": ScaledMMD(), "independence": JensenShannon()},
    ],
    ids=str,
)
def test_divergences_come_back_with_what_they_learned(reg, vectors, small, tmp_path):
    model = small(reg=reg, max_epochs=2).fit(vectors)
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    same(model, loaded, vectors)
    assert repr(loaded.reg) == repr(model.reg)
    assert list(map(repr, loaded.divergences_)) == list(map(repr, model.divergences_))
    for mine, its in zip(model.divergences_, loaded.divergences_, strict=True):
        for (name, a), b in zip(mine.state_dict().items(), its.state_dict().values(), strict=True):
            assert torch.equal(a, b), name


def test_an_image_network_comes_back(videos, small, tmp_path):
    model = small(network=Conv(width=4)).fit(videos)
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert loaded.network == Conv(width=4)
    same(model, loaded, videos)


def absolute_error(a, b):
    return (a - b).abs()


OWN = {
    "cost": absolute_error,
    "reg": lambda q, p: (q.mean(0) - p.mean(0)).square().sum(),
    "content_view": [lambda x: x.flip(1), "shuffle"],
    "network": (
        nn.Sequential(nn.Linear(3, 8), nn.Tanh()),
        nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)),
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_objects_of_the_users_own_are_asked_for_by_name(name, vectors, small, tmp_path):
    model = small(**{name: OWN[name]}).fit(vectors)
    model.save(tmp_path / "model")
    with pytest.raises(ValueError, match=f"objects of your own.*load.*: {name} "):
        RecurrentWAE.load(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model", **{name: OWN[name]})
    assert getattr(loaded, name) is OWN[name]
    same(model, loaded, vectors)


def test_all_that_is_missing_is_named_at_once(vectors, small, tmp_path):
    small(cost=absolute_error, reg=OWN["reg"]).fit(vectors).save(tmp_path / "model")
    with pytest.raises(ValueError, match=r"cost \(<function absolute_error.*, reg \(<function"):
        RecurrentWAE.load(tmp_path / "model")


def test_only_a_fitted_model_is_saved(tmp_path):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        RecurrentWAE().save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_the_file_is_plain_safetensors(vector_model, tmp_path):
    vector_model.save(tmp_path / "model")
    with safe_open(tmp_path / "model", framework="pt") as file:
        names = set(file.keys())
        assert any("RecurrentWAE" in text for text in file.metadata().values())
    assert {f"model.{name}" for name in vector_model.model_.state_dict()} <= names


class Other(RecurrentWAE):
    pass


def test_foreign_files_are_refused(vector_model, tmp_path):
    path = tmp_path / "model"
    vector_model.save(path)
    with pytest.raises(ValueError, match="holds RecurrentWAE, expected Other"):
        Other.load(path)

    (tmp_path / "short").write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged or cut short"):
        RecurrentWAE.load(tmp_path / "short")

    safetensors.torch.save_file({"x": torch.zeros(2)}, tmp_path / "foreign")
    with pytest.raises(ValueError, match="not written by seqdisentangle"):
        RecurrentWAE.load(tmp_path / "foreign")

    save_file(tmp_path / "settings", {}, {"sizes": [1]})
    with pytest.raises(ValueError, match="holds no estimator, expected RecurrentWAE"):
        RecurrentWAE.load(tmp_path / "settings")

    (tmp_path / "text").write_text(json.dumps({"estimator": "RecurrentWAE"}))
    with pytest.raises(ValueError, match="no safetensors file"):
        RecurrentWAE.load(tmp_path / "text")

    with pytest.raises(FileNotFoundError, match="nowhere"):
        RecurrentWAE.load(tmp_path / "nowhere")


def test_parameters_handed_to_load_are_checked(vector_model, tmp_path):
    path = tmp_path / "model"
    vector_model.save(path)
    assert RecurrentWAE.load(path, codes="content", verbose=1).codes == "content"
    with pytest.raises(ValueError, match="'codes' parameter of RecurrentWAE"):
        RecurrentWAE.load(path, codes="x")
    with pytest.raises(ValueError, match=r"not those of a model .*content_size handed to load"):
        RecurrentWAE.load(path, content_size=9)
    with pytest.raises(TypeError, match="contant_size"):
        RecurrentWAE.load(path, contant_size=9)
    assert RecurrentWAE.load(path, training__ema=0.5).training.ema == 0.5


def broken_settings(settings):
    """Settings that no estimator can be made of, by what a message says of them."""
    parameters, learned = settings["parameters"], settings["learned"]
    yield (
        "unknown network 'quux'",
        {"parameters": {**parameters, "network": {"network": ["quux", {}]}}},
    )
    yield "no_such", {"parameters": {**parameters, "no_such": 3}}
    yield "content_size", {"parameters": {**parameters, "content_size": "x"}}
    yield (
        "there is no 'history_'",
        {"learned": {"dict": {k: v for k, v in learned["dict"].items() if k != "history_"}}},
    )
    yield "not subscriptable", {"learned": 3}
    yield (
        "scaling_ must be a Scaling, got 3",
        {"learned": {"dict": {**learned["dict"], "scaling_": 3}}},
    )
    # Of a model of this size, the weights of one layer have 2**50 bytes.
    yield (
        r"not those of a model .* is of shape .*, expected of shape \(.*16777216",
        {"parameters": {**parameters, "hidden_size": 2**24}},
    )
    yield (
        "more layers than the file",
        {"parameters": {**parameters, "network": {"network": ["mlp", {"depth": 10**12}]}}},
    )
    yield "overflow", {"parameters": {**parameters, "hidden_size": 2**62}}
    yield "callbacks are in no file", {"parameters": {**parameters, "callbacks": {"tuple": []}}}
    yield "cost must be the name", {"parameters": {**parameters, "cost": "gan"}}
    for name, value, message in BROKEN_LEARNED:
        yield message, {"learned": {"dict": {**learned["dict"], name: value}}}


# Values of learned attributes, as JSON, that no fit leaves.
BROKEN_LEARNED = (
    ("n_steps_", -1, "n_steps_ must be at least 1, got -1"),
    ("n_epochs_", True, "n_epochs_ must be a int, got True"),
    ("history_", [{"dict": {"loss": "x"}}], "history_ must be a list"),
    ("dtype_", {"dtype": "O"}, "dtype_ must be of numbers"),
    ("choices_", {"dict": {"reg": 3}}, "choices_ must be a dict"),
    ("feature_names_in_", ["a"], "feature_names_in_ must be 3 str"),
    (
        "scaling_",
        to_json(Scaling("standard", (0.0,), (1.0,))),
        "scaling_ must be of 3 features, as layout_ is, got 1",
    ),
    (
        "layout_",
        {"record": ["Layout", {"kind": "quux", "frame_shape": {"tuple": [3]}}]},
        "Layout: kind must be of the type .*got 'quux'",
    ),
)


@pytest.mark.parametrize("i", range(19))
def test_a_file_that_holds_no_model_is_named_with_what_is_wrong(i, vector_model, tmp_path):
    path = tmp_path / "model"
    vector_model.save(path)
    tensors, settings = load_file(path)
    message, changed = list(broken_settings(settings))[i]
    save_file(path, tensors, {**settings, **changed})
    with pytest.raises(ValueError, match=f"{path}.*{message}"):
        RecurrentWAE.load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.index_fill(0, torch.tensor([0]), np.nan), "has values that are not finite"),
        (lambda w: w.index_fill(0, torch.tensor([0]), np.inf), "has values that are not finite"),
        (lambda w: w.view(torch.int32), "is of torch.int32, expected torch.float32"),
        (lambda w: w.fill_(3e38), "not finite"),
    ],
    ids=["nan", "infinity", "int", "huge"],
)
def test_weights_that_no_model_can_have_are_refused(change, message, vector_model, tmp_path):
    path = tmp_path / "model"
    vector_model.save(path)
    tensors, settings = load_file(path)
    name = "model.content.head.0.weight"
    save_file(path, tensors | {name: change(tensors[name])}, settings)
    with pytest.raises(ValueError, match=f"{path}.*{message}"):
        RecurrentWAE.load(path)


SET_SINCE = {
    "content_size": "auto",
    "motion_size": 9,
    "hidden_size": 9,
    "network": "conv",
    "network__width": 9,
    "content_noise": None,
    "motion_noise": "auto",
    "motion_input": "frames",
    "motion_prior": "gaussian",
    "motion_prior__n_components": 3,
    "n_actions": 3,
    "reg": "gan",
}


@pytest.mark.parametrize("name", SET_SINCE)
def test_what_a_model_was_built_from_is_saved_whatever_was_set_since(
    name, vectors, small, tmp_path
):
    model = small(motion_noise=0.3).fit(vectors)
    built = model.get_params()
    model.set_params(**{name: SET_SINCE[name]}).save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert loaded.get_params() == built
    same(model, loaded, vectors)
    loaded.partial_fit(vectors)
    loaded.set_params(**{name: SET_SINCE[name]}).save(tmp_path / "again")
    same(RecurrentWAE.load(tmp_path / "again"), loaded, vectors)


def test_a_part_that_was_changed_in_place_is_saved_as_the_model_was_built(vectors, small, tmp_path):
    model = small(network=MLP(width=8)).fit(vectors)
    model.network.width = 9
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert loaded.network == MLP(width=8)
    same(model, loaded, vectors)


def test_what_matters_to_use_alone_is_saved_as_it_was_set(vector_model, tmp_path):
    vector_model.set_params(codes="content", learning_rate=1e-4, constancy_weight=3.0)
    vector_model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert loaded.get_params() == vector_model.get_params()


@pytest.mark.parametrize(
    ("estimator", "params"),
    [
        (RecurrentWAE, {"learning_rate": -1.0}),
        (RecurrentWAE, {"random_state": np.random.default_rng(0)}),
        (DSVAE, {"max_epochs": "auto"}),
        (MoCoGAN, {"batch_size": "auto"}),
    ],
    ids=["learning_rate", "random_state", "max_epochs", "batch_size"],
)
def test_a_value_that_is_not_allowed_is_in_no_file(estimator, params, vectors, small, tmp_path):
    model = small(estimator).fit(vectors).set_params(**params)
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter"):
        model.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_random_state_comes_back_and_goes_on(vectors, small, tmp_path):
    model = small(random_state=np.random.RandomState(0)).fit(vectors)
    model.save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert np.array_equal(loaded.random_state.random(9), model.random_state.random(9))
    same(model.partial_fit(vectors), loaded.partial_fit(vectors), vectors)


def test_a_file_of_a_newer_release_says_so(vector_model, tmp_path, monkeypatch):
    path = tmp_path / "model"
    monkeypatch.setattr("seqdisentangle.persistence.RELEASE", "99.1.0")
    vector_model.save(path)
    tensors, settings = load_file(path)
    settings["parameters"]["gravity"] = 9.81
    save_file(path, tensors, settings)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=rf"{path}.* a newer release wrote it, 99.1.0: .*gravity"):
        RecurrentWAE.load(path)
    vector_model.save(path)
    save_file(path, tensors, settings)
    with pytest.raises(ValueError, match=rf"^'{path}' cannot be read as a model: .*gravity"):
        RecurrentWAE.load(path)


@pytest.mark.parametrize("estimator", [RecurrentWAE, DSVAE, MoCoGAN])
def test_a_flipped_bit_anywhere_is_refused_by_name(estimator, vectors, small, tmp_path):
    path = tmp_path / "model"
    small(estimator, hidden_size=4).fit(vectors).save(path)
    whole = path.read_bytes()
    draw = np.random.RandomState(0)
    header = 8 + int.from_bytes(whole[:8], "little")
    for i in [
        *range(0, 64),
        *draw.randint(8 * header, size=40),
        *draw.randint(8 * len(whole), size=40),
    ]:
        flipped = bytearray(whole)
        flipped[i // 8] ^= 1 << i % 8
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match=str(path)):
            estimator.load(path)


@pytest.mark.parametrize("name", ["dropped", "renamed", "reshaped", "more"])
@pytest.mark.parametrize("of", ["model.", "divergence."])
def test_tensors_of_another_model_are_named(of, name, vectors, small, tmp_path):
    path = tmp_path / "model"
    small(reg="gan").fit(vectors).save(path)
    tensors, settings = load_file(path)
    first = min(key for key in tensors if key.startswith(of))
    value = tensors.pop(first)
    changed = {
        "dropped": {},
        "renamed": {f"{first}_": value},
        "reshaped": {first: torch.zeros(7, 7, 7)},
        "more": {first: value, f"{of}more": value},
    }
    save_file(path, {**tensors, **changed[name]}, settings)
    with pytest.raises(ValueError, match=f"{path}.* are not those of a model .*{of}"):
        RecurrentWAE.load(path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="for a machine without CUDA")
def test_a_model_from_a_gpu_opens_without_one(vector_model, vectors, tmp_path):
    path = tmp_path / "model"
    vector_model.save(path)
    tensors, settings = load_file(path)
    settings["parameters"]["device"] = "cuda"
    save_file(path, tensors, settings)
    same(RecurrentWAE.load(path), vector_model, vectors)
    assert RecurrentWAE.load(path).device == "cuda", "the parameter stays as it was"
    assert RecurrentWAE.load(path, device="cpu").device_.type == "cpu"
    with pytest.raises(ValueError, match="device='cuda' is not available on this machine"):
        RecurrentWAE.load(path, device="cuda")
