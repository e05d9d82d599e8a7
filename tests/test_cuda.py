"""The duties of a CUDA GPU; left out where there is none."""

import h5py
import numpy as np
import pytest
import torch

from seqdisentangle.callbacks import Callback
from seqdisentangle.data import batches
from seqdisentangle.data.batches import sent, to_model
from seqdisentangle.metrics import SequenceJudge
from seqdisentangle.objectives import Squared
from seqdisentangle.training import trainer
from seqdisentangle.training.devices import resolve_device, room_for_data
from seqdisentangle.training.trainer import Trainer
from tests._trainings import CASES, Case

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")

each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
# The gradient of windows of frames has no deterministic algorithm on CUDA.
deterministic_ones = {name: case for name, case in CASES.items() if name != "parts"}
each_deterministic_case = pytest.mark.parametrize(
    "case", deterministic_ones.values(), ids=deterministic_ones
)


@pytest.fixture
def fit(small, request):
    """Fit the model of a case on the GPU."""

    def fit(case, X=None, **params):
        model = small(case.estimator, **{**case.params, **params}).set_params(device="cuda")
        return model.fit(request.getfixturevalue(case.X) if X is None else X, **case.told)

    return fit


@pytest.fixture
def deterministic(monkeypatch):
    """Only algorithms that give the same bits each time."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@each_case
def test_a_model_of_the_gpu_is_used_on_the_cpu(case, fit, request, tmp_path):
    X = request.getfixturevalue(case.X)
    model = fit(case)
    assert model.device_.type == "cuda"
    assert all(np.isfinite(record["loss"]) for record in model.history_)
    model.save(tmp_path / "model.safetensors")
    other = case.estimator.load(tmp_path / "model.safetensors", device="cpu")
    for one in (model, other):
        assert np.isfinite(one.sample(2, random_state=0)).all()
    if hasattr(model, "transform"):
        for a, b in zip(model.transform(X), other.transform(X), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3)
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(model.predict_proba(X), other.predict_proba(X), atol=1e-3)


@each_case
def test_a_step_waits_for_nothing(case, fit, monkeypatch):
    step = Trainer.step

    def watched(self, *args, **kwargs):
        torch.cuda.set_sync_debug_mode("error")
        try:
            return step(self, *args, **kwargs)
        finally:
            torch.cuda.set_sync_debug_mode("default")

    monkeypatch.setattr(Trainer, "step", watched)
    fit(case)


@pytest.fixture
def replays(monkeypatch):
    """Count the steps that are replayed."""
    found = []
    replay = torch.cuda.CUDAGraph.replay
    monkeypatch.setattr(torch.cuda.CUDAGraph, "replay", lambda g: (found.append(1), replay(g)))
    return found


@each_deterministic_case
def test_graphs_train_as_kernels_do(case, fit, replays, deterministic, weights):
    by_graphs = fit(case, max_epochs=16)
    n = len(replays)
    assert n >= 8
    by_kernels = fit(case, max_epochs=16, training__cuda_graphs=False)
    assert len(replays) == n
    for one, other in zip(by_graphs.history_, by_kernels.history_, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-3)
    expected = weights(by_kernels)
    for name, value in weights(by_graphs).items():
        torch.testing.assert_close(value, expected[name], rtol=1e-2, atol=1e-2)


class Looked(Squared):
    """A cost that waits for a value."""

    def __call__(self, reconstruction, target):
        assert np.isfinite(reconstruction.sum().item())
        return super().__call__(reconstruction, target)


def test_a_part_of_the_users_is_not_replayed(fit, replays, recwarn):
    fit(Case({"cost": Looked(), "max_epochs": 16}, X="vectors"))
    assert not replays
    assert not [w for w in recwarn if "CUDA graph" in str(w.message)]


def test_a_step_that_cannot_be_recorded_is_made_kernel_by_kernel(fit, replays, deterministic):
    told = {"cost": Looked(), "max_epochs": 16, "training__cuda_graphs": True}
    with pytest.warns(RuntimeWarning, match="training__cuda_graphs=False"):
        model = fit(Case(told, X="vectors"))
    assert not replays
    plain = fit(Case({**told, "training__cuda_graphs": False}, X="vectors"))
    assert model.history_[-1]["loss"] == pytest.approx(plain.history_[-1]["loss"], rel=1e-3)


def test_a_judge_is_trained_by_graphs_as_by_kernels(replays, deterministic, monkeypatch):
    rng = np.random.RandomState(0)
    y = np.arange(48) % 3
    X = rng.randint(0, 40, (48, 5, 8, 8, 1)) + 80 * y[:, None, None, None, None]
    settings = {"n_channels": 4, "n_features": 16, "batch_size": 8, "tol": 0.0}
    judge = SequenceJudge(**settings, device="cuda", random_state=0)
    found = judge.fit(X.astype(np.uint8), y).predict_proba(X.astype(np.uint8))
    n = len(replays)
    assert n >= 40
    monkeypatch.setattr(trainer, "can_replay", lambda *_: False)
    expected = judge.fit(X.astype(np.uint8), y).predict_proba(X.astype(np.uint8))
    assert len(replays) == n
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-3)


class Broken(Callback):
    """Ends a training as a machine that is switched off does."""

    def on_epoch_end(self, estimator, record):
        if record["epoch"] == 11:
            raise RuntimeError("switched off")


def test_a_training_that_goes_on_records_anew(fit, replays, tmp_path):
    told = {"max_epochs": 16, "checkpoint": tmp_path}
    whole = fit(Case({"max_epochs": 16}, X="vectors"))
    n = len(replays)
    with pytest.raises(RuntimeError, match="switched off"):
        fit(Case({**told, "callbacks": Broken()}, X="vectors"))
    before = len(replays)
    resumed = fit(Case(told, X="vectors", told={"resume": True}))
    assert n < before < len(replays)
    losses = [[record["loss"] for record in model.history_] for model in (whole, resumed)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-2)


@each_deterministic_case
def test_deterministic_algorithms_do_and_give_the_same_bits(
    case, fit, deterministic, weights, same_weights
):
    assert same_weights(weights(fit(case)), weights(fit(case)))


def test_data_stay_on_the_gpu(fit, monkeypatch):
    sources = set()

    def watched(x, device):
        if x.dtype != torch.int64:  # the numbers of sequences, say
            sources.add(x.device.type)
        return sent(x, device)

    class Begin(Callback):
        def on_fit_begin(self, estimator):
            sources.clear()  # of looks at the data, by which parameters were chosen

    monkeypatch.setattr(batches, "sent", watched)
    fit(Case({"callbacks": Begin()}))
    assert sources == {"cuda"}


def test_a_batch_is_scaled_without_a_wait(fit, monkeypatch):
    scaled = []

    def watched(*args):
        torch.cuda.set_sync_debug_mode("error" if scaled else "default")  # moments are sent once
        try:
            scaled.append(to_model(*args))
        finally:
            torch.cuda.set_sync_debug_mode("default")
        return scaled[-1]

    monkeypatch.setattr(batches, "to_model", watched)
    fit(CASES["vectors"], training__finetune_epochs=0)
    assert len(scaled) > 2


@pytest.mark.parametrize("X", ["vectors", "videos"])
@pytest.mark.parametrize("form", ["npy", "h5"])
def test_files_are_streamed_to_the_gpu(form, X, fit, request, tmp_path, monkeypatch):
    X = request.getfixturevalue(X)
    if form == "npy":
        path = tmp_path / "X.npy"
        np.save(path, X)
    else:
        with h5py.File(tmp_path / "X.h5", "w") as file:
            file["X"] = X
        path = f"{tmp_path / 'X.h5'}:/X"
    sources = set()

    def watched(x, device):
        sources.add(x.device.type)
        return sent(x, device)

    monkeypatch.setattr(batches, "sent", watched)
    model = fit(Case(), X=str(path))
    assert sources == {"cpu"}
    assert all(np.isfinite(record["loss"]) for record in model.history_)
    codes = model.transform(str(path))
    np.testing.assert_allclose(codes.content, model.transform(X).content, rtol=1e-3, atol=1e-3)


def test_ragged_sequences_and_missing_values(fit, vectors):
    X = [sequence[: 2 + i % 3].copy() for i, sequence in enumerate(vectors)]
    X[1][0, 0] = np.nan
    model = fit(Case({"missing": "mask"}), X=X)
    assert all(np.isfinite(part).all() for part in model.reconstruct(X))


@pytest.mark.parametrize("view", ["random_frames", "shuffle", "jitter"])
def test_views_of_ragged_sequences(view, fit, vectors):
    X = [sequence[: 2 + i % 3] for i, sequence in enumerate(vectors)]
    model = fit(Case({"content_view": view}), X=X)
    assert np.isfinite(model.history_[-1]["loss"])


def test_a_model_of_the_gpu_computes_in_float64_where_asked_to(fit, vectors):
    model = fit(CASES["vectors"])
    codes = model.transform(vectors)
    model.model_.double()
    fine = model.transform(vectors)
    assert fine.content.dtype == np.float64
    np.testing.assert_allclose(fine.content, codes.content, rtol=1e-3, atol=1e-3)


def test_half_of_its_free_memory_is_room_for_data():
    assert 0 < room_for_data(resolve_device("auto")) < torch.cuda.mem_get_info(0)[1]
