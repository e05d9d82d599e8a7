"""Parts of a model that is traced are as those that they stand for, for any lengths."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pad_packed_sequence

from seqdisentangle.data.packing import Packing, packed
from seqdisentangle.model.norms import Whitening
from seqdisentangle.model.tracing import PaddedFrames, Padding, Unrolled, as_linear

LENGTHS = torch.tensor([4, 1, 6])
MASK = torch.arange(6) < LENGTHS[:, None]


def test_all_frames_are_padded_as_the_real_ones_are():
    some, every = Packing.of(LENGTHS, 6, torch.device("cpu")), PaddedFrames.of_mask(MASK)
    x = torch.rand(3, 6, 2)
    frames = some.pad(some.pack(x))
    assert torch.equal(every.pad(every.pack(x)), frames)
    assert torch.equal(every.mean(frames), some.mean(frames))
    assert every.sequence.tolist() == [0] * 6 + [1] * 6 + [2] * 6


def test_whitening_is_a_linear_map_after_training():
    whitening = Whitening(3).eval()
    whitening.covariance.copy_(torch.tensor([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 3.0]]))
    x = torch.rand(5, 3)
    torch.testing.assert_close(as_linear(whitening)(x), whitening(x))


@pytest.mark.integration
@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_recurrence_stops_where_padding_begins(layer, bidirectional):
    torch.manual_seed(0)
    own = layer(2, 4, batch_first=True, bidirectional=bidirectional)
    x = torch.rand(3, 6, 2)
    with torch.no_grad():
        outputs, last = own(packed(x, LENGTHS))
        expected, _ = pad_packed_sequence(outputs, batch_first=True)
        found, its_last = Unrolled(own, Padding(MASK))(x)
    torch.testing.assert_close(found * MASK.unsqueeze(-1), expected)
    hidden = (last[0], its_last[0]) if layer is nn.LSTM else (last, its_last)
    torch.testing.assert_close(*hidden)
