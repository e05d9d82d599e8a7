"""Frames picked from a batch: those asked for, and as they lie in memory."""

import pytest
import torch

from seqdisentangle._frames import frames_at, random_steps

LAYOUTS = {
    "vectors": torch.rand(3, 5, 4),
    "contiguous": torch.rand(3, 5, 2, 6, 7),
    "channels last": torch.rand(3, 5, 6, 7, 2).movedim(-1, 2),
    "a part": torch.rand(3, 9, 2, 6, 7)[:, 2:7],
}


@pytest.mark.parametrize("x", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_frames_are_those_of_the_steps_in_the_memory_format_of_the_batch(x, k):
    steps = random_steps(3, 5, torch.Generator().manual_seed(0), x.device)[:, :k]
    picked = frames_at(x, steps)
    for sequence, source, chosen in zip(picked, x, steps.tolist(), strict=True):
        assert all(torch.equal(frame, source[t]) for frame, t in zip(sequence, chosen, strict=True))
    if x.ndim == 5:
        assert (picked.stride(2) == 1) == (x.stride(2) == 1)


def test_each_order_has_every_step_once_and_padding_last():
    lengths = torch.tensor([5, 1, 3])
    real = torch.arange(5) < lengths.unsqueeze(-1)
    order = random_steps(3, 5, torch.Generator().manual_seed(0), torch.device("cpu"), real)
    assert torch.equal(order.sort(1).values, torch.arange(5).expand(3, 5))
    for steps, length in zip(order.tolist(), lengths.tolist(), strict=True):
        assert steps[length:] == list(range(length, 5))


def test_every_order_is_as_likely_as_any():
    order = random_steps(6000, 3, torch.Generator().manual_seed(0), torch.device("cpu"))
    _, counts = order.unique(dim=0, return_counts=True)
    assert len(counts) == 6
    assert ((counts - 1000).abs() < 4 * 30).all()
