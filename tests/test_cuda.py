"""The duties of a CUDA GPU; left out where there is none."""

import h5py
import numpy as np
import pytest
import torch

from seqdisentangle.data import batches
from seqdisentangle.data.batches import sent, to_model
from seqdisentangle.training.devices import resolve_device, room_for_data
from seqdisentangle.training.trainer import Trainer
from tests._trainings import CASES, Case

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")

COMPILED = {"compiled": Case({"training__compile": True})}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


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


@pytest.mark.parametrize("case", [*CASES.values(), *COMPILED.values()], ids=[*CASES, *COMPILED])
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


@each_case
def test_deterministic_algorithms_do_and_give_the_same_bits(
    case, fit, deterministic, weights, same_weights
):
    assert same_weights(weights(fit(case)), weights(fit(case)))


def test_data_stay_on_the_gpu(fit, monkeypatch):
    sources = set()

    def watched(x, device):
        sources.add(x.device.type)
        return sent(x, device)

    monkeypatch.setattr(batches, "sent", watched)
    fit(Case())
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
