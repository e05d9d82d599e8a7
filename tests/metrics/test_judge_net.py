"""The network of the judge: logits of each task of frames of any size, and of their order."""

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.metrics._judge_net import JudgeNet


def make(frame_shape, n_classes=(3,)):
    return JudgeNet(frame_shape, n_classes, n_channels=4, n_features=8)


@pytest.mark.parametrize("frame_shape", [(1,), (5,), (1, 3, 3), (3, 17, 12), (3, 64, 64)])
def test_each_task_has_the_logits_of_its_classes(frame_shape):
    logits = make(frame_shape, (2, 7))(Batch(torch.rand(3, 4, *frame_shape)))
    assert [part.shape for part in logits] == [(3, 2), (3, 7)]


def test_it_sees_the_order_of_frames_and_each_sequence_alone():
    net = make((5,)).eval()
    x = torch.rand(3, 4, 5, generator=torch.Generator().manual_seed(0))
    (logits,) = net(Batch(x))
    torch.testing.assert_close(net(Batch(x[1:2]))[0], logits[1:2])
    assert not torch.allclose(net(Batch(x.flip(1)))[0], logits)
