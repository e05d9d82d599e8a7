"""The error of constancy: the distance of two content codes of a sequence, by its real frames."""

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.model.latent import Latent
from seqdisentangle.objectives.constancy import error_of_constancy

N, T, D = 4, 6, 3
LENGTHS = torch.tensor([6, 3, 5, 4])


def code(mean):
    return Latent(torch.full_like(mean, 9.0), mean, torch.zeros_like(mean))


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
def test_it_is_the_mean_squared_distance_of_the_means_for_each_real_frame(lengths):
    batch = Batch(torch.zeros(N, T, D), lengths)
    first, second = torch.randn(2, N, 5, generator=torch.Generator().manual_seed(0))
    found = error_of_constancy(code(first), code(second), batch)
    n_steps = torch.full((N,), T) if lengths is None else lengths
    torch.testing.assert_close(found, n_steps * ((first - second) ** 2).mean(1))
    assert (error_of_constancy(code(first), code(first), batch) == 0).all()
