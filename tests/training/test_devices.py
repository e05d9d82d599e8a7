"""The device of a training: as it is asked for, or the one that there is."""

import numpy as np
import pytest
import torch

from seqdisentangle.training import devices
from seqdisentangle.training.devices import (
    can_train,
    naming_batch_size,
    resolve_device,
    resolve_precision,
    room_for_data,
)

CPU = torch.device("cpu")


def test_a_device_is_the_one_asked_for():
    assert resolve_device("cpu") == CPU
    assert resolve_device("meta").type == "meta"


@pytest.mark.parametrize(
    ("cuda", "mps", "found"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_is_the_fastest_that_there_is(cuda, mps, found, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(devices, "can_train", lambda device: True)
    assert resolve_device("auto").type == found


@pytest.mark.parametrize("missing", ["cholesky_ex", "solve_triangular"])
def test_auto_is_no_device_that_cannot_train(missing, monkeypatch):
    def refused(*args, **kwargs):
        raise NotImplementedError(f"{missing} is not currently implemented for the MPS device")

    assert can_train(CPU)
    monkeypatch.setattr(torch.linalg, missing, refused)
    assert not can_train(CPU)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert resolve_device("auto") == CPU


@pytest.mark.parametrize("device", ["cuda:99", "gpu"])
def test_a_device_that_is_not_there_is_named_or_replaced(device):
    with pytest.raises(ValueError, match=f"device={device!r} is not available on this machine"):
        resolve_device(device)
    assert resolve_device(device, fall_back=True) == resolve_device("auto")


def test_half_precision_is_for_devices_that_have_it():
    assert resolve_precision("auto", CPU) == "float32"
    assert resolve_precision("bfloat16", CPU) == "bfloat16"


@pytest.mark.parametrize(
    ("has", "weight", "expected"),
    [(True, 0.0, "bfloat16"), (True, 150.0, "float32"), (False, 0.0, "float32")],
)
def test_small_movements_are_learned_in_full_precision(has, weight, expected, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: has)
    gpu = torch.device("cuda")
    assert resolve_precision("auto", gpu, weight) == expected
    assert resolve_precision("bfloat16", gpu, weight) == "bfloat16"


def test_main_memory_keeps_data_where_they_are():
    assert room_for_data(CPU) == 0


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_half_of_the_free_memory_of_a_gpu_is_for_data(device, monkeypatch):
    def mem_get_info(device=None):  # as torch 2.4 has it
        if isinstance(device, torch.device) and device.index is None:
            raise ValueError("Expected a torch.device with a specified index or an integer")
        return (600, 1000) if device == 1 else (800, 1000)

    monkeypatch.setattr(torch.cuda, "mem_get_info", mem_get_info)
    assert room_for_data(torch.device(device)) == (300 if device == "cuda:1" else 400)


@pytest.mark.parametrize(("batch_size", "smaller"), [(4, "try batch_size=2, or "), (1, "try ")])
def test_too_little_memory_names_the_batch_size(batch_size, smaller, vectors, small):
    def greedy(reconstruction, target):
        return (reconstruction - target).square() + torch.empty(2**50).sum()

    model = small().fit(vectors)
    before = model.transform(vectors)
    match = f"batch_size={batch_size} sequences does not fit into the memory of cpu: {smaller}train"
    with pytest.raises(MemoryError, match=match):
        model.set_params(cost=greedy, batch_size=batch_size).fit(vectors)
    assert np.array_equal(model.transform(vectors).content, before.content)


def test_other_errors_are_left_as_they_are():
    with pytest.raises(RuntimeError, match=r"^mine$"), naming_batch_size(4, torch.device("cpu")):
        raise RuntimeError("mine")
