"""Packing: the real frames of a padded batch side by side, and back in their places."""

import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from seqdisentangle.data.batches import Batch
from seqdisentangle.data.packing import Packing, around_mean, real_values

CPU = torch.device("cpu")
LENGTHS = {
    "some full": [4, 1, 3, 4, 2],
    "one longest": [1, 2, 1, 4, 1],
    "none full": [3, 1, 2, 2, 3],
    "all full": [4, 4, 4, 4, 4],
}
T = 4
each_lengths = pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@each_lengths
@pytest.mark.parametrize("frame", [(), (3,), (2, 5, 4)], ids=str)
def test_packed_frames_are_those_of_a_plain_loop(lengths, frame):
    x = torch.rand(5, T, *frame, generator=seeded())
    packing = Packing.of(torch.tensor(lengths), T, CPU)
    loop = [(i, t) for i, length in enumerate(lengths) for t in range(length)]
    assert packing.sequence.tolist() == [i for i, _ in loop]
    assert packing.rows.tolist() == [i * T + t for i, t in loop]
    assert packing.mask.nonzero().tolist() == [list(pair) for pair in loop]
    assert packing.mask.shape == (5, T)
    assert torch.equal(packing.pack(x), torch.stack([x[i, t] for i, t in loop]))


@each_lengths
def test_padding_is_the_inverse_with_zeros_between(lengths):
    packing = Packing.of(torch.tensor(lengths), T, CPU)
    frames = torch.rand(sum(lengths), 3, generator=seeded()) + 1
    padded = packing.pad(frames)
    assert padded.shape == (5, T, 3)
    assert torch.equal(packing.pack(padded), frames)
    assert not padded[~packing.mask].any()
    longest = max(lengths)
    assert torch.equal(padded[:, :longest], pad_sequence(frames.split(lengths), batch_first=True))


@each_lengths
def test_the_mean_is_over_real_steps(lengths):
    packing = Packing.of(torch.tensor(lengths), T, CPU)
    x = torch.rand(5, T, 3, generator=seeded())
    means = torch.stack([row[:length].mean(0) for row, length in zip(x, lengths, strict=True)])
    torch.testing.assert_close(packing.mean(packing.pad(packing.pack(x))), means)


def test_gradients_reach_real_frames_only():
    x = torch.rand(5, T, 3, generator=seeded()).requires_grad_()
    packing = Packing.of(torch.tensor(LENGTHS["some full"]), T, CPU)
    packing.pad(packing.pack(x)).sum().backward()
    assert torch.equal(x.grad, packing.mask.unsqueeze(-1).expand(x.shape).float())


def test_a_batch_finds_its_packing_once_and_has_none_without_lengths():
    x = torch.zeros(5, T, 3)
    batch = Batch(x, torch.tensor(LENGTHS["some full"]))
    assert batch.packing is batch.packing
    assert torch.equal(batch.packing.mask, Packing.of(batch.lengths, T, CPU).mask)
    assert Batch(x).packing is None


def test_means_and_deviations_are_those_of_real_values():
    x = torch.tensor([[[1.0, 5.0], [3.0, 0.0], [0.0, 0.0]], [[2.0, 2.0], [4.0, 2.0], [9.0, 8.0]]])
    observed = torch.tensor(
        [[[True, True], [True, False], [True, True]], [[True] * 2, [True] * 2, [True] * 2]]
    )
    real = real_values(x, Packing.of(torch.tensor([2, 3]), 3, CPU), observed)
    assert real.tolist() == [[[1, 1], [1, 0], [0, 0]], [[1, 1], [1, 1], [1, 1]]]
    mean, deviation, number = around_mean(x, real)
    assert mean.tolist() == [[[2, 5]], [[5, 4]]]
    assert number.tolist() == [[[2, 1]], [[3, 3]]]
    assert deviation.tolist() == [[[-1, 0], [1, 0], [0, 0]], [[-3, -2], [-1, -2], [4, 4]]]


def test_where_nothing_is_real_there_is_no_deviation():
    mean, deviation, number = around_mean(torch.zeros(1, 2, 1), torch.zeros(1, 2, 1))
    assert (mean.item(), number.item(), deviation.abs().sum()) == (0, 1, 0)
