"""One process has each batch to itself: all that is asked of the others is asked of it."""

import numpy as np
import pytest
import torch
from torch import nn

from seqdisentangle.objectives.communicator import Communicator, SingleProcess


def test_it_has_all_rows_and_their_gradients():
    x = torch.randn(5, 2, requires_grad=True)
    alone = SingleProcess()
    assert alone.gather(x) is x
    assert torch.equal(alone.mean(x[:, 0]), x[:, 0].mean())
    assert np.array_equal(alone.shard(np.arange(5)), np.arange(5))


def test_it_is_the_first_of_one_and_what_it_says_is_what_it_hears():
    alone = SingleProcess()
    assert (alone.rank, alone.size) == (0, 1)
    assert alone.broadcast("value") == "value"
    assert alone.gather_objects("value") == ["value"]
    assert [alone.any(True), alone.any(False)] == [True, False]


def test_a_model_stays_as_it_is():
    model = nn.Sequential(nn.BatchNorm1d(2))
    layers = list(model)
    assert SingleProcess().wrap(model) is model
    with SingleProcess().synchronised(model):
        assert list(model) == layers


def test_a_communicator_has_to_say_everything():
    with pytest.raises(TypeError, match=r"abstract methods? .*broadcast.*gather.*mean.*shard"):
        Communicator()
