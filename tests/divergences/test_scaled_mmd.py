"""Scaled MMD: its slopes, its scale, its value by plain loops, and a map that learns."""

import pytest
import torch
from torch import nn

from seqdisentangle.divergences import KERNELS, MMD, Gaussian, Laplacian, Samples, ScaledMMD

SMOOTH = {name: KERNELS[name] for name in KERNELS.names if name != "laplacian"}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pair(*shape, dtype=torch.float64, seed=0):
    x, y = torch.randn(2, *shape, generator=seeded(seed), dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def feature_map(d, k, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, k)).double()


def smmd(x, y, mask=None, **params):
    return ScaledMMD(**params)(Samples(x), Samples(y), mask)


def finite_slope(network, z, h=1e-5):
    """Squared norm of the Jacobian at one draw."""
    steps = h * torch.eye(len(z), dtype=torch.float64)
    columns = [(network(z + step) - network(z - step)) / (2 * h) for step in steps]
    return sum(column.square().sum() for column in columns)


def plain(x, y, network, kernel, penalty):
    """Its definition, one pair of draws after the other."""
    n = len(x)
    f, g = [network(a) for a in x], [network(b) for b in y]
    unit = 2 * len(f[0])

    def k(a, b):
        return kernel((a - b).square().sum(), unit)

    mmd = sum(
        k(f[i], f[j]) + k(g[i], g[j]) - k(f[i], g[j]) - k(f[j], g[i])
        for i in range(n)
        for j in range(n)
        if i != j
    ) / (n * (n - 1))
    zero = torch.zeros((), dtype=torch.float64)
    fall = (kernel(zero, unit) - kernel(zero + 1e-6, unit)) / 1e-6
    slope = sum(finite_slope(network, z) for z in [*x, *y]) / (2 * n)
    return mmd / (penalty + kernel(zero, unit) + 2 * fall * slope)


# Its parts


@pytest.mark.parametrize("kernel", SMOOTH)
@pytest.mark.parametrize("penalty", [0.0, 1.0, 10.0])
def test_the_scale_is_its_formula_with_the_kernel_as_the_features_see_it(kernel, penalty):
    h, k = 1e-6, 5
    divergence = ScaledMMD(kernel=kernel, scales=[0.5, 2.0], penalty=penalty)
    of_features = SMOOTH[kernel]([0.5, 2.0])
    at, beyond = (of_features(torch.tensor(r, dtype=torch.float64), 2 * k) for r in (0.0, h))
    slope = torch.tensor([0.0, 1.0, 100.0], dtype=torch.float64)
    expected = 1 / (penalty + at + 2 * (at - beyond) / h * slope)
    torch.testing.assert_close(divergence.squared_scale(slope, k), expected, rtol=1e-5, atol=0)


# Its value


@pytest.mark.parametrize("kernel", SMOOTH)
@pytest.mark.parametrize("penalty", [0.0, 1.0])
@pytest.mark.parametrize(
    ("leading", "n", "d", "k"), [((), 2, 1, 1), ((), 6, 3, 2), ((2,), 4, 2, 3)]
)
def test_equals_its_definition_by_plain_loops(kernel, penalty, leading, n, d, k):
    network = feature_map(d, k)
    x, y = pair(*leading, n, d)
    value = smmd(x, y, feature_map=network, kernel=kernel, penalty=penalty)
    assert value.shape == leading
    rows = zip(x.reshape(-1, n, d), y.reshape(-1, n, d), strict=True)
    with torch.no_grad():
        expected = [float(plain(a, b, network, SMOOTH[kernel](), penalty)) for a, b in rows]
    assert value.flatten().tolist() == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_of_the_identity_it_is_mmd_in_proportion():
    x, y = pair(4, 9, 3)
    value = smmd(x, y, feature_map=nn.Identity())
    mmd = MMD()(Samples(x), Samples(y))
    ratio = value / mmd
    torch.testing.assert_close(ratio, ratio[0].expand(4))
    assert 0 < ratio[0] < 1 / 8  # at least 1 + k(0), by default


def test_growing_steep_does_not_pay():
    x, y = pair(30, 3)
    network = feature_map(3, 4)
    values = []
    for steepness in (1.0, 10.0, 1e2, 1e3):
        steep = nn.Sequential(network, nn.Linear(4, 4, bias=False).double())
        nn.init.eye_(steep[1].weight)
        with torch.no_grad():
            steep[1].weight.mul_(steepness)
        values.append(smmd(x, y, feature_map=steep).item())
    assert values[1] > values[2] > values[3] > 0
    assert values[3] < 1e-3 * max(values)


def test_the_prior_matters_through_its_slopes_too():
    # Moving both sides alike leaves MMD as it was, and changes the slopes of a map that bends.
    x, y = pair(9, 2)
    network = feature_map(2, 3)
    assert (smmd(x, y, feature_map=network) - smmd(x + 1, y + 1, feature_map=network)).abs() > 1e-6


@pytest.mark.parametrize("mask", [None, torch.tensor([True, True, False, True, True])])
def test_the_critic_maximises_it_over_all_leading_indices(mask):
    x, y = (Samples(z) for z in pair(3, 5, 2))
    divergence = ScaledMMD(feature_map(2, 3))
    torch.testing.assert_close(divergence.critic_loss(x, y, mask), -divergence(x, y, mask).sum())


# Its gradient


def test_the_gradient_of_the_map_is_that_of_finite_differences():
    x, y = (Samples(z) for z in pair(6, 2))
    network = feature_map(2, 3)
    divergence = ScaledMMD(network)
    names, weights = zip(*network.named_parameters(), strict=True)

    def value(*weights):
        given = {f"feature_map.{name}": w for name, w in zip(names, weights, strict=True)}
        return torch.func.functional_call(divergence, given, (x, y))

    assert torch.autograd.gradcheck(value, tuple(w.detach().requires_grad_() for w in weights))


@pytest.mark.parametrize("padding", [1e4, float("nan")])
def test_padding_does_not_reach_the_map(padding):
    x, y = pair(2, 6, 2)
    mask = torch.arange(6) < torch.tensor([[6], [4]])
    grads = []
    for fill in (0.0, padding):
        divergence = ScaledMMD(feature_map(2, 3))
        padded = (Samples(z.masked_fill(~mask.unsqueeze(-1), fill)) for z in (x, y))
        divergence.critic_loss(*padded, mask).backward()
        grads.append([p.grad for p in divergence.parameters()])
    for a, b in zip(*grads, strict=True):
        assert torch.equal(a, b)
        assert a.isfinite().all()


def test_autocast_changes_nothing_that_the_map_learns():
    x, y = (Samples(z) for z in pair(20, 2, dtype=torch.float32))
    divergence = ScaledMMD(feature_map(2, 3).float())
    expected = divergence.critic_loss(x, y)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(divergence.critic_loss(x, y), expected)


# What it learns


def test_learns_to_see_what_a_fixed_kernel_sees_little_of():
    # Four in sixty codes are odd, in sixteen dimensions.
    torch.manual_seed(0)
    divergence = ScaledMMD().build(16)
    optimizer = torch.optim.Adam(divergence.parameters(), 3e-3)

    def draw(n=60):
        x, y = torch.randn(2, n, 16)
        x[: n // 15] += 2
        return Samples(x), Samples(y)

    def signal(d, batches):
        values = torch.stack([d(q, p).detach() for q, p in batches])
        return float(values.mean() / values.std())

    batches = [draw() for _ in range(60)]
    untrained = signal(divergence, batches)
    for _ in range(80):
        optimizer.zero_grad()
        divergence.critic_loss(*draw()).backward()
        optimizer.step()
    assert signal(divergence, batches) > 1.5 * max(untrained, signal(MMD(), batches))


def test_the_default_map_has_two_layers_and_sixteen_features():
    divergence = ScaledMMD().build(5)
    assert divergence.feature_map is None
    assert [m.out_features for m in divergence.network if isinstance(m, nn.Linear)] == [
        128,
        128,
        16,
    ]
    assert divergence.build(5) is divergence


def test_needs_its_map_built():
    with pytest.raises(RuntimeError, match=r"ScaledMMD has no feature_map yet: call build\(d\)"):
        smmd(*pair(4, 2))


@pytest.mark.parametrize(
    "kernel", [Laplacian(), Gaussian() + Laplacian([1.0])], ids=["laplacian", "sum"]
)
def test_a_kernel_without_a_slope_at_zero_is_an_error(kernel):
    # infinite one, so that a sum with another kernel passes for smooth.
    with pytest.raises(ValueError, match="finite slope at zero"):
        ScaledMMD(kernel=kernel)


def test_a_kernel_by_name_is_a_part_of_its_scales():
    divergence = ScaledMMD(kernel="gaussian", scales=(0.5, 2.0))
    assert repr(divergence.as_part("kernel", "gaussian")) == repr(Gaussian((0.5, 2.0)))
    assert divergence.as_part("penalty", 3.0) == 3.0
