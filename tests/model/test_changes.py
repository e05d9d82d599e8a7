"""Changes: what stays the same in a sequence is gone, and padding and gaps count for nothing."""

import numpy as np
import pytest
import scipy.linalg
import torch

from seqdisentangle.data.packing import Packing
from seqdisentangle.model.changes import (
    centred,
    inverse_square_root,
    residuals,
    standardised,
)
from seqdisentangle.model.levels import Levels

N, T, D = 4, 300, 3
LENGTHS = torch.tensor([5, 9, 2, 7])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def walks(n=N, steps=T, features=D):
    """Sequences of correlated features, each of about unit variance."""
    mixing = torch.randn(features, features, dtype=torch.float64, generator=seeded(1))
    x = torch.randn(n, steps, features, dtype=torch.float64, generator=seeded()) @ mixing
    return x / x.std()


def padded(lengths=LENGTHS, features=D):
    x = walks(len(lengths), int(lengths.max()), features)
    packing = Packing.of(lengths, x.shape[1], x.device)
    return x * packing.mask.unsqueeze(-1), packing


def test_changes_have_no_mean_no_scale_and_no_correlations():
    y = standardised(walks(steps=20_000))
    torch.testing.assert_close(y.mean(1), torch.zeros(N, D, dtype=torch.float64))
    expected = torch.eye(D, dtype=torch.float64).expand(N, D, D)
    torch.testing.assert_close(y.mT @ y / 20_000, expected, atol=0.03, rtol=0)


@pytest.mark.parametrize("gain", [1.0, 20.0])
def test_changes_do_not_tell_the_level_and_scale_of_a_sequence(gain):
    x = 10 * walks()  # far above the floor
    moved = gain * x + torch.randn(N, 1, D, dtype=torch.float64, generator=seeded(2))
    torch.testing.assert_close(standardised(moved), standardised(x), atol=2e-2, rtol=0)


def test_changes_of_many_steps_do_not_tell_how_features_are_mixed():
    x = 10 * walks(steps=20_000)
    mixing = torch.tensor([[2.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]], dtype=torch.float64)

    def spread(y):  # all that is of second order, whatever the axes
        return torch.linalg.eigvalsh(y.mT @ y / y.shape[1])

    torch.testing.assert_close(
        spread(standardised(x @ mixing)), spread(standardised(x)), atol=2e-2, rtol=0
    )


def test_a_feature_that_does_not_change_is_zero():
    x = walks()
    x[..., 1] = 7.0
    y = standardised(x)
    assert (y[..., 1] == 0).all()
    assert y[..., 0].std() > 0.9


@pytest.mark.parametrize("features", [1, D, 70])
def test_padding_is_not_seen_and_stays_zero(features):
    x, packing = padded(features=features)
    y = standardised(x, packing)
    for i, length in enumerate(LENGTHS.tolist()):
        alone = standardised(x[i : i + 1, :length])
        torch.testing.assert_close(y[i : i + 1, :length], alone)
        assert (y[i, length:] == 0).all()


@pytest.mark.parametrize("features", [1, D])
def test_causal_changes_are_standardised_by_the_frames_up_to_each(features):
    x, packing = padded(features=features)
    observed = torch.rand(x.shape, generator=seeded(3)) < 0.7
    y = standardised(x, packing, observed, causal=True)
    for i, length in enumerate(LENGTHS.tolist()):
        for t in range(length):
            for d in range(features):
                known = x[i, : t + 1, d][observed[i, : t + 1, d]]
                if not observed[i, t, d]:
                    assert y[i, t, d] == 0
                    continue
                expected = (known[-1] - known.mean()) / (known.var(correction=0) + 0.01).sqrt()
                torch.testing.assert_close(y[i, t, d], expected)
        assert (y[i, length:] == 0).all()


def test_causal_changes_keep_their_precision_over_a_long_time():
    x = 5 + walks(n=1, steps=20_000).float()  # five deviations of the data off
    exact = standardised(x.double(), causal=True)
    torch.testing.assert_close(standardised(x, causal=True).double(), exact, atol=2e-3, rtol=0)


def test_missing_values_count_for_nothing():
    x = walks(features=1)
    observed = torch.rand(N, T, 1, generator=seeded(3)) < 0.4
    y = standardised(torch.where(observed, x, 0.0), observed=observed)
    for i in range(N):
        known = observed[i, :, 0]
        torch.testing.assert_close(y[i, known], standardised(x[i : i + 1, known])[0])
        assert (y[i, ~known] == 0).all()


def test_a_sequence_without_a_known_value_is_zero():
    x = torch.zeros(2, 6, D)
    assert (standardised(x, observed=torch.zeros(2, 6, D, dtype=torch.bool)) == 0).all()


def test_changes_are_found_in_full_precision():
    x = 100 + walks().float()
    with torch.autocast("cpu", torch.bfloat16):
        found = standardised(x)
    torch.testing.assert_close(found, standardised(x))


def test_features_are_centred_over_the_time_of_each_sequence():
    features = torch.randn(N * 6, 2, 3, 3, dtype=torch.float64, generator=seeded())
    y = centred(features, N)
    whole = features.unflatten(0, (N, 6))
    torch.testing.assert_close(y.unflatten(0, (N, 6)), whole - whole.mean(1, keepdim=True))


def test_features_of_padded_sequences_are_centred_over_their_real_frames():
    _, packing = padded()
    features = torch.randn(int(LENGTHS.sum()), 2, 3, 3, dtype=torch.float64, generator=seeded())
    found = centred(features, N, packing).split(LENGTHS.tolist())
    for part, own in zip(found, features.split(LENGTHS.tolist()), strict=True):
        torch.testing.assert_close(part, own - own.mean(0))


def test_features_are_centred_over_the_frames_up_to_each_where_causal():
    _, packing = padded()
    features = torch.randn(int(LENGTHS.sum()), 2, 3, 3, dtype=torch.float64, generator=seeded())
    found = centred(features, N, packing, causal=True).split(LENGTHS.tolist())
    for part, own in zip(found, features.split(LENGTHS.tolist()), strict=True):
        means = torch.stack([own[: t + 1].mean(0) for t in range(len(own))])
        torch.testing.assert_close(part, own - means)
        torch.testing.assert_close(centred(own, 1, causal=True), own - means)


@pytest.mark.parametrize("size", [2, 6, 40])
def test_the_inverse_square_root_is_that_of_scipy(size):
    rng = np.random.RandomState(0)
    factor = rng.randn(3, size, size)
    matrices = factor @ factor.transpose(0, 2, 1) / size + 0.01 * np.eye(size)
    condition = max(np.linalg.cond(m) for m in matrices)
    found = inverse_square_root(torch.from_numpy(matrices), condition)
    expected = [scipy.linalg.inv(scipy.linalg.sqrtm(m)) for m in matrices]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-8, atol=1e-8)


def test_residuals_are_what_the_expected_level_and_spread_leave():
    x, packing = padded()
    own = torch.randn(len(x), 1, D, dtype=x.dtype, generator=seeded(3))
    mean = torch.randn(len(x), D, dtype=x.dtype, generator=seeded(4))
    log_spread = torch.randn(len(x), D, dtype=x.dtype, generator=seeded(5))
    moved = mean.unsqueeze(1) + log_spread.exp().unsqueeze(1) * (x + own)
    y = residuals(moved, Levels(mean, log_spread), packing)
    torch.testing.assert_close(y, (x + own) * packing.mask.unsqueeze(-1))


def test_missing_values_leave_no_residuals():
    x = walks(steps=5)
    observed = torch.rand(x.shape, generator=seeded(6)) > 0.3
    levels = Levels(torch.ones(N, D), torch.zeros(N, D))
    y = residuals(torch.where(observed, x, 0.0), levels, observed=observed)
    torch.testing.assert_close(y, torch.where(observed, x - 1, 0.0))
