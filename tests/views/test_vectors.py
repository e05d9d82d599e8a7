"""Views of vectors: one affine map for each sequence and feature."""

from __future__ import annotations

import torch

from seqdisentangle.views import Jitter


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_jitter_is_one_affine_map_for_each_sequence_and_feature():
    x = torch.randn(2000, 4, 3)
    seen = Jitter(scale=0.3, offset=0.5)(x, seeded())
    factor = (seen[:, 1] - seen[:, 0]) / (x[:, 1] - x[:, 0])
    shift = seen[:, 0] - factor * x[:, 0]
    torch.testing.assert_close(seen, factor[:, None] * x + shift[:, None], atol=1e-2, rtol=0)
    assert abs(factor.log().std() - 0.3) < 0.02
    assert abs(shift.std() - 0.5) < 0.03
