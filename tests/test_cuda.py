"""The duties of a CUDA GPU; left out where there is none."""

import numpy as np
import pytest
import torch

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import batches
from seqdisentangle.data.batches import sent
from seqdisentangle.training.trainer import Trainer

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")

PARAMETERS = [
    {},
    {"training__precision": "float32"},
    {"reg": "mmd"},
    {"reg": "gan"},
    {"reg": "kl"},
    {"training__frames_per_step": 2},
    {"content_view": ["random_frames", "mirror"], "motion_view": "color_mix", "training__ema": 0.9},
    {"training__finetune_epochs": 1},
    {"training__compile": True},
]


@pytest.mark.parametrize("params", PARAMETERS, ids=str)
def test_a_model_of_the_gpu_is_used_on_the_cpu(small, videos, tmp_path, params):
    model = small(**params).set_params(device="cuda").fit(videos)
    assert model.device_.type == "cuda"
    assert all(np.isfinite(record["loss"]) for record in model.history_)
    model.save(tmp_path / "model.safetensors")
    other = RecurrentWAE.load(tmp_path / "model.safetensors", device="cpu")
    for a, b in zip(model.transform(videos), other.transform(videos), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("params", PARAMETERS[:-1], ids=str)
def test_a_step_waits_for_nothing(small, videos, params, monkeypatch):
    step = Trainer.step

    def watched(self, *args, **kwargs):
        torch.cuda.set_sync_debug_mode("error")
        try:
            return step(self, *args, **kwargs)
        finally:
            torch.cuda.set_sync_debug_mode("default")

    monkeypatch.setattr(Trainer, "step", watched)
    small(**params).set_params(device="cuda").fit(videos)


def test_data_stay_on_the_gpu(small, videos, monkeypatch):
    sources = set()

    def watched(x, device):
        sources.add(x.device.type)
        return sent(x, device)

    monkeypatch.setattr(batches, "sent", watched)
    small().set_params(device="cuda").fit(videos)
    assert sources == {"cuda"}


def test_ragged_sequences_and_missing_values(small, vectors):
    X = [sequence[: 2 + i % 3].copy() for i, sequence in enumerate(vectors)]
    X[1][0, 0] = np.nan
    model = small(missing="mask").set_params(device="cuda").fit(X)
    assert all(np.isfinite(part).all() for part in model.reconstruct(X))
