"""The device of a training: as it is asked for, or the one that there is."""

import pytest
import torch

from seqdisentangle.training.devices import resolve_device, resolve_precision, room_for_data

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
    assert resolve_device("auto").type == found


@pytest.mark.parametrize("device", ["cuda:99", "gpu"])
def test_a_device_that_is_not_there_is_named_or_replaced(device):
    with pytest.raises(ValueError, match=f"device={device!r} is not available on this machine"):
        resolve_device(device)
    assert resolve_device(device, fall_back=True) == resolve_device("auto")


def test_half_precision_is_for_devices_that_have_it():
    assert resolve_precision("auto", CPU) == "float32"
    assert resolve_precision("bfloat16", CPU) == "bfloat16"


def test_main_memory_keeps_data_where_they_are():
    assert room_for_data(CPU) == 0
