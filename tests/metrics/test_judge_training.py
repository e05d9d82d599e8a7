"""The training of the judge: its loss by the formula, its batches, its statistics at the end."""

import copy

import numpy as np
import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.metrics._judge_net import JudgeNet
from seqdisentangle.metrics._judge_training import (
    CrossEntropy,
    near,
    settle_batch_norm,
    shuffled_batches,
)

CPU = torch.device("cpu")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def net():
    return JudgeNet((3,), (2, 4), n_channels=4, n_features=8)


def test_the_loss_is_the_surprise_at_the_labels_summed_over_tasks():
    model, x = net().eval(), torch.rand(5, 4, 3, generator=seeded())
    labels = torch.tensor([[0, 3], [1, 2], [1, 1], [0, 0], [1, 3]])
    loss, games = CrossEntropy(2, noise=0.0)(model, Batch(x, labels=labels), seeded())
    surprise = [
        -sum(row.log_softmax(0)[k] for row, k in zip(logits, column, strict=True)) / 5
        for logits, column in zip(model(Batch(x)), labels.T, strict=True)
    ]
    torch.testing.assert_close(torch.stack(list(loss.parts.values())), torch.stack(surprise))
    torch.testing.assert_close(loss.total, sum(surprise))
    assert games == []


def test_the_noise_is_of_its_generator():
    model, batch = net().eval(), Batch(torch.rand(5, 4, 3), labels=torch.zeros(5, 2).long())
    objective = CrossEntropy(2, noise=0.5)
    first, again, other = (objective(model, batch, seeded(s))[0].total for s in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize("n", [2, 7, 9])
def test_no_batch_is_of_one_sequence_and_each_sequence_is_in_one(n):
    X = np.arange(n, dtype=np.float32)[:, None, None] * np.ones((n, 3, 1), np.float32)
    found = [batch.x[:, 0, 0] for batch in shuffled_batches(Sequences(X), 2, CPU, seeded())]
    assert min(map(len, found)) >= 2
    assert sorted(torch.cat(found).tolist()) == list(range(n))


def test_statistics_at_the_end_are_those_of_the_weights_and_not_of_what_was_before():
    X = Sequences(np.random.RandomState(0).normal(size=(8, 4, 3)).astype(np.float32))
    fresh = net()
    used = copy.deepcopy(fresh)
    for _ in range(5):
        used.train()(Batch(100 * torch.rand(8, 4, 3)))
    for model in (fresh, used):
        settle_batch_norm(model, X, 4, CPU, seeded())
    for name, value in fresh.state_dict().items():
        torch.testing.assert_close(value, used.state_dict()[name])


@pytest.mark.parametrize("lengths", [None, [4, 2, 3]])
def test_values_too_large_to_compute_with_are_named_by_their_place(lengths):
    x = np.zeros((3, 4, 2))
    x[1, 1, 0] = 1e12
    sequences = [part[:n] for part, n in zip(x, lengths, strict=True)] if lengths else x
    assert len(near(Sequences(sequences))) == 3
    x[1, 1, 0] = -2e12
    with pytest.raises(ValueError, match=r"X has -2e\+12 in step 1 of sequence 1, expected values"):
        near(Sequences(sequences))
