"""Properties of every divergence; one suite, and long, since each new one must meet it whole."""

import ast
import inspect
import pickle
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from torch import nn

from seqdisentangle.divergences import (
    DIVERGENCES,
    HSIC,
    MMD,
    EnergyDistance,
    FunctionDivergence,
    Gaussian,
    GaussianKL,
    JensenShannon,
    Laplacian,
    Samples,
    ScaledMMD,
    Sinkhorn,
    SlicedWasserstein,
)


def gap(x, y):
    return (x.mean() - y.mean()).square()


KINDS = {
    **DIVERGENCES,
    "mmd-laplacian": lambda: MMD("laplacian"),
    "mmd-sum": lambda: MMD(Gaussian([1.0]) + Laplacian([0.5])),
    "mmd-median": lambda: MMD(bandwidth="median"),
    "mmd-biased": lambda: MMD(unbiased=False),
    "energy-biased": lambda: EnergyDistance(unbiased=False),
    "sliced-1": lambda: SlicedWasserstein(n_projections=8, p=1),
    "sinkhorn-1": lambda: Sinkhorn(blur=0.5, p=1, scaling=0.9),
    "hsic-biased": lambda: HSIC("inverse_multiquadratic", bandwidth="prior", unbiased=False),
    "function": lambda: FunctionDivergence(gap),
}
# Those that learn something for themselves.
LEARNED = {name for name, make in KINDS.items() if list(make().build(3).parameters())}
DIRECTED = {"gaussian_kl", "jensen_shannon"}
UNPAIRED = {name for name in KINDS if name.startswith(("sliced_wasserstein", "sinkhorn"))} | {
    "mmd-biased",
    "energy-biased",
    "jensen_shannon",
}
ZERO_IN_THE_MEAN = [
    "mmd-laplacian",
    "mmd-sum",
    "mmd-median",
    "energy_distance",
    "hsic",
    "scaled_mmd",
]
NEVER_NEGATIVE = [
    "mmd-biased",
    "energy-biased",
    "gaussian_kl",
    "sliced_wasserstein",
    "sliced-1",
    "hsic-biased",
]
NEVER_NEGATIVE += ["sinkhorn", "sinkhorn-1"]
# It anneals from the diameter of all that is in the call: other rows change its last digits.
ANNEALED = {"sinkhorn", "sinkhorn-1"}

seeds = st.integers(0, 2**31)


def each(names):
    return pytest.mark.parametrize("name", names)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pair(*shape, dtype=torch.float64, seed=0):
    x, y = torch.randn(2, *shape, generator=seeded(seed), dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def made(name, size, dtype=torch.float64):
    """A divergence, one that learns having the same initial values each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return KINDS[name]().build(size).to(dtype)


def samples(z):
    """Draws and moments that are functions of them, for the divergence that compares moments."""
    return Samples(z, z, z.clamp(-3, 3))


def compare(divergence, x, y, mask=None):
    """Its value, with the same directions at each call."""
    if isinstance(divergence, SlicedWasserstein):
        divergence.set_extra_state(seeded().get_state())
    return divergence(samples(x), samples(y), mask)


def nearly_exact(name, size):
    """The same, its annealing slow enough for the optimum, where its gradient is meant to be."""
    if name in ANNEALED:
        return Sinkhorn(blur=3.0, p=KINDS[name]().p, scaling=0.95)
    return made(name, size)


def gradients(divergence, x, y, mask=None):
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    value = compare(divergence, x, y, mask)
    return value, *torch.autograd.grad(value.sum(), (x, y), materialize_grads=True)


def assert_finite(divergence, x, y, mask=None):
    for tensor in gradients(divergence, x, y, mask):
        assert tensor.isfinite().all()


# What it returns


@each(KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3)])
def test_each_leading_index_has_the_value_of_its_batch_alone(name, dtype, leading):
    x, y = pair(*leading, 9, 3, dtype=dtype)
    divergence = made(name, 3, dtype)
    values = compare(divergence, x, y)
    assert values.shape == leading
    assert values.dtype == dtype
    rows = zip(x.reshape(-1, 9, 3), y.reshape(-1, 9, 3), strict=True)
    alone = torch.stack([compare(divergence, a, b) for a, b in rows]).reshape(leading)
    tolerance = {"rtol": 1e-2, "atol": 1e-3} if name in ANNEALED else {"rtol": 1e-4, "atol": 1e-6}
    torch.testing.assert_close(values, alone, **tolerance)


@each(sorted(set(KINDS) - {"function"}))  # its own file has the test for a function
def test_no_leading_index_gives_no_value(name):
    value, of_x, of_y = gradients(made(name, 3), *pair(0, 5, 3))
    assert value.shape == (0,)
    assert of_x.shape == of_y.shape == (0, 5, 3)


@each(KINDS)
def test_neither_the_draws_nor_the_global_generators_are_touched(name, generator_states):
    x, y = pair(2, 6, 3)
    mask = torch.rand(2, 6, generator=seeded()) < 0.7
    before, copies = generator_states(), (x.clone(), y.clone(), mask.clone())
    divergence = made(name, 3)
    divergence(samples(x), samples(y), mask)
    assert generator_states() == before
    assert all(torch.equal(a, b) for a, b in zip((x, y, mask), copies, strict=True))


@each(KINDS)
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_has_the_same_value_without_gradients(name, mode):
    # torch.enable_grad does not bring back there: "element 0 of tensors does not require grad".
    x, y = pair(2, 6, 3)
    divergence = made(name, 3)
    with mode():
        value = compare(divergence, x, y)
    assert not value.requires_grad
    torch.testing.assert_close(value, compare(divergence, x, y).detach())


@each(sorted(set(KINDS) - {"gaussian_kl", "function"}))
def test_batches_of_different_sizes_are_a_clear_error(name):
    x, y = pair(6, 3)
    with pytest.raises(ValueError, match=r"must have one shape.* got \(6, 3\) and \(5, 3\)"):
        compare(made(name, 3), x, y[:5])


# Its symmetries


@each(KINDS)
@given(n=st.integers(1, 10), d=st.integers(1, 4), seed=seeds)
@settings(max_examples=15, deadline=None)
def test_is_blind_to_the_order_of_the_pairs(name, n, d, seed):
    x, y = pair(n, d, seed=seed)
    order = torch.randperm(n, generator=seeded(seed))
    divergence = made(name, d)
    torch.testing.assert_close(
        compare(divergence, x[order], y[order]), compare(divergence, x, y), rtol=1e-6, atol=1e-8
    )


@each(sorted(UNPAIRED))
@given(n=st.integers(1, 10), d=st.integers(1, 4), seed=seeds)
@settings(max_examples=15, deadline=None)
def test_is_blind_to_the_order_of_either_batch_where_it_pairs_nothing(name, n, d, seed):
    x, y = pair(n, d, seed=seed)
    order = torch.randperm(n, generator=seeded(seed))
    divergence = made(name, d)
    value = compare(divergence, x, y)
    for a, b in ((x[order], y), (x, y[order])):
        torch.testing.assert_close(compare(divergence, a, b), value, rtol=1e-6, atol=1e-8)


@each(sorted(set(KINDS) - DIRECTED))
@given(n=st.integers(1, 10), d=st.integers(1, 4), seed=seeds)
@settings(max_examples=15, deadline=None)
def test_is_symmetric(name, n, d, seed):
    x, y = pair(n, d, seed=seed)
    divergence = made(name, d)
    torch.testing.assert_close(
        compare(divergence, y, x), compare(divergence, x, y), rtol=1e-6, atol=1e-8
    )


@each(sorted(DIRECTED))
def test_has_a_direction_where_it_says_so(name):
    x, y = pair(10, 2)
    divergence = made(name, 2)
    assert (compare(divergence, x, y) - compare(divergence, y, x)).abs() > 1e-6


# Its values


@each(ZERO_IN_THE_MEAN)
@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_has_zero_mean_for_equal_distributions_where_it_is_unbiased(name, correlation):
    if name == "hsic":
        correlation = 0.0  # the sides that it compares are independent only then
    x, fresh = torch.randn(2, 500 if name in LEARNED else 4000, 8, 2, generator=seeded())
    y = correlation * x + (1 - correlation**2) ** 0.5 * fresh
    with torch.no_grad():
        values = made(name, 2, torch.float32)(Samples(x), Samples(y))
    assert values.std() > 0
    assert values.mean().abs() < 4 * values.std() / len(values) ** 0.5


@each(NEVER_NEGATIVE)
@given(n=st.integers(1, 12), d=st.integers(1, 4), shift=st.floats(-2, 2), seed=seeds)
@settings(max_examples=15, deadline=None)
def test_is_never_negative_where_it_is_biased(name, n, d, shift, seed):
    x, y = torch.randn(2, n, d, generator=seeded(seed), dtype=torch.float64)
    assert compare(made(name, d), x, y + shift) >= -1e-6


@each(sorted({*NEVER_NEGATIVE, "mmd", "energy_distance"} - {"hsic-biased"}))
def test_a_batch_is_at_no_distance_from_itself(name):
    x, _ = pair(12, 3)
    order = torch.randperm(12, generator=seeded()) if name in UNPAIRED else slice(None)
    assert compare(made(name, 3), x[order], x).abs() < 1e-6


@each(KINDS)
def test_grows_as_the_distributions_part(name):
    x, fresh = torch.randn(2, 50, 2, generator=seeded())
    values = []
    for apart in (0.0, 0.3, 0.6, 0.9):
        divergence = made(name, 2, torch.float32)
        shared = x if name.startswith("hsic") else 3.0  # dependence, or a shift
        q, p = samples(fresh + apart * shared), samples(x)
        if name in LEARNED:
            optimizer = torch.optim.Adam(divergence.parameters(), 1e-2)
            for _ in range(15):
                optimizer.zero_grad()
                divergence.critic_loss(q, p).backward()
                optimizer.step()
        values.append(compare(divergence, q.value, p.value).detach())
    assert (torch.stack(values).diff() > 0).all()


# Its gradient


# No gradient passes through a median: the files of these two have tests of their own.
@each(sorted(set(KINDS) - {"hsic", "mmd-median"}))
@pytest.mark.parametrize("masked", [False, True])
def test_gradient_is_that_of_finite_differences(name, masked):
    mask = torch.tensor([[True, True, False, True], [True] * 4]) if masked else None
    divergence = nearly_exact(name, 2)
    tolerance = {"atol": 5e-3} if name in ANNEALED else {}
    x, y = (z.requires_grad_() for z in pair(2, 4, 2))
    assert torch.autograd.gradcheck(
        lambda x, y: compare(divergence, x, y, mask), (x, y), **tolerance
    )


@each(KINDS)
def test_following_the_gradient_brings_the_codes_nearer(name):
    x, y = pair(30, 2)
    divergence = made(name, 2)
    if name.startswith("hsic"):
        y = x + 0.1 * y
    value, of_x, _ = gradients(divergence, x, y)
    nearer = x - 1e-3 * of_x / of_x.norm()
    assert compare(divergence, nearer, y) < value


# Its masks


@each(KINDS)
@pytest.mark.parametrize("padding", [1e4, float("nan")])
@pytest.mark.parametrize("seed", range(3))
def test_a_masked_batch_is_its_subset_in_value_and_gradient(name, padding, seed):
    # infinity or NaN is NaN, in the padding and in whatever made it.
    x, y = pair(4, 8, 3, seed=seed)
    counts = torch.tensor([8, 5, 2, 1]).unsqueeze(-1)
    mask = torch.rand(4, 8, generator=seeded(seed)).argsort(-1) < counts
    padded = [z.masked_fill(~mask.unsqueeze(-1), padding) for z in (x, y)]
    divergence = nearly_exact(name, 3)
    tolerance = {"rtol": 1e-2, "atol": 2e-3} if name in ANNEALED else {}
    values, *grads = gradients(divergence, *padded, mask)
    for t, keep in enumerate(mask):
        value, *subset_grads = gradients(divergence, x[t][keep], y[t][keep])
        torch.testing.assert_close(values[t], value, **tolerance)
        for grad, subset_grad in zip(grads, subset_grads, strict=True):
            torch.testing.assert_close(grad[t][keep], subset_grad, **tolerance)
            assert (grad[t][~keep] == 0).all()


@each(KINDS)
def test_one_mask_serves_all_leading_indices(name):
    x, y = pair(2, 3, 6, 2)
    mask = torch.tensor([True, False, True, True, False, True])
    divergence = made(name, 2)
    tolerance = {"rtol": 1e-2, "atol": 2e-3} if name in ANNEALED else {}
    torch.testing.assert_close(
        compare(divergence, x, y, mask),
        compare(divergence, x[:, :, mask], y[:, :, mask]),
        **tolerance,
    )


@each(KINDS)
def test_a_mask_that_keeps_all_changes_nothing(name):
    x, y = pair(3, 6, 2)
    divergence = made(name, 2)
    value = compare(divergence, x, y)
    torch.testing.assert_close(compare(divergence, x, y, torch.ones(3, 6).bool()), value)


@each(sorted(set(KINDS) - {"function"}))  # a function sees no draws, and says what it says
@pytest.mark.parametrize("others", [False, True], ids=["all steps", "one step"])
def test_a_step_that_is_all_padding_is_finite(name, others):
    # anneals from the diameter, log(0): "Maximum allowed size exceeded".
    mask = torch.tensor([[False] * 5, [others] * 5])
    assert_finite(made(name, 3), *pair(2, 5, 3), mask)


# Its extremes


@each(KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("d", [1, 2, 512])
def test_few_draws_of_any_size_are_finite(name, dtype, d):
    divergence = made(name, d, dtype)
    for n in (1, 2, 3, 4):
        assert_finite(divergence, *pair(n, d, dtype=dtype))


@each(KINDS)
@pytest.mark.parametrize("shift", [0.0, 1e-4, 1.0, 1e4])
def test_constant_codes_are_finite(name, shift):
    divergence = made(name, 3, torch.float32)
    for value in (0.0, 2.0, 1e3):
        x = torch.full((6, 3), value)
        assert_finite(divergence, x, x + shift)


@each(KINDS)
def test_constant_codes_beside_a_prior_that_is_none_are_finite(name):
    x, y = pair(6, 3, dtype=torch.float32)
    for constant in (0.0, 2.0):
        assert_finite(made(name, 3, torch.float32), torch.full_like(x, constant), y)
        assert_finite(made(name, 3, torch.float32), x, torch.full_like(y, constant))


@each(KINDS)
def test_repeated_draws_are_finite(name):
    x, y = pair(3, 3, dtype=torch.float32)
    assert_finite(made(name, 3, torch.float32), x.repeat(2, 1), y.repeat(2, 1))
    assert_finite(made(name, 3, torch.float32), x.repeat(2, 1), x.repeat(2, 1).flip(0))


@each(KINDS)
def test_a_hundred_steps_in_one_call_are_finite(name):
    assert_finite(made(name, 3, torch.float32), *pair(100, 6, 3, dtype=torch.float32))


@each(sorted(set(KINDS) - {"function"}))  # a function gets what is given
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(name, dtype):
    x, y = (samples(z) for z in pair(2, 9, 4, dtype=dtype))
    divergence = made(name, 4, torch.float32)
    values = []
    for cast in (lambda s: s, lambda s: Samples(*(z.float() for z in s))):
        if isinstance(divergence, SlicedWasserstein):
            divergence.set_extra_state(seeded().get_state())
        values.append(divergence(cast(x), cast(y)))
    assert values[0].dtype == torch.float32
    assert torch.equal(*values)


@each(sorted(set(KINDS) - {"function"}))
def test_autocast_does_not_lower_its_precision(name):
    x, y = pair(2, 20, 4, dtype=torch.float32)
    divergence = made(name, 4, torch.float32)
    expected = compare(divergence, x.requires_grad_(), y)
    with torch.autocast("cpu", torch.bfloat16):
        value = compare(divergence, x, y)
    assert torch.equal(value, expected)
    gradient, of_expected = (torch.autograd.grad(v.sum(), x)[0] for v in (value, expected))
    assert torch.equal(gradient, of_expected)


@each(sorted(set(KINDS) - LEARNED - {"gaussian_kl", "function"}))
def test_codes_far_from_the_origin_keep_their_digits(name):
    x, y = (z + 1e3 for z in pair(2, 30, 4, dtype=torch.float32))
    if name.startswith("hsic"):
        y = x + 0.5 * (y - 1e3)
    divergence = made(name, 4, torch.float32)
    exact = compare(divergence, x.double(), y.double()).float()
    torch.testing.assert_close(compare(divergence, x, y), exact, rtol=5e-3, atol=1e-5)


# Its parameters


def altered(name):
    """A divergence with arguments that are not the defaults, and some to change them to."""
    return {
        "mmd": (MMD(Laplacian([2.0]), (1.0,), "median", False), {"kernel": "gaussian"}),
        "energy_distance": (EnergyDistance(False), {"unbiased": True}),
        "gaussian_kl": (GaussianKL(), {}),
        "sliced_wasserstein": (SlicedWasserstein(3, 1.5, 7), {"n_projections": 5, "seed": 1}),
        "sinkhorn": (Sinkhorn(0.2, 1, 0.7), {"blur": 1.0}),
        "hsic": (HSIC("laplacian", (2.0,), "prior", False), {"scales": (3.0,)}),
        "scaled_mmd": (
            ScaledMMD(None, 0.5, "gaussian", (2.0,), 1e-2, 3),
            {"penalty": 2.0, "scales": (1.0,)},
        ),
        "scaled-mmd-given": (ScaledMMD(nn.Linear(3, 2)), {"critic_steps": 2}),
        "jensen_shannon": (JensenShannon(None, 0.1, 1e-2, 2), {"gradient_penalty": 0.0}),
        "jensen-shannon-given": (JensenShannon(nn.Linear(3, 1)), {"learning_rate": 0.1}),
        "function": (FunctionDivergence(gap), {"function": lambda x, y: (x - y).mean()}),
    }[name]


PARAMETERS = [
    "mmd",
    "energy_distance",
    "gaussian_kl",
    "sliced_wasserstein",
    "sinkhorn",
    "hsic",
    "scaled_mmd",
    "scaled-mmd-given",
    "jensen_shannon",
    "jensen-shannon-given",
    "function",
]


def network(divergence):
    return {name: value.clone() for name, value in divergence.state_dict().items()}


@each(PARAMETERS)
def test_a_clone_keeps_the_arguments_and_shares_nothing(name):
    divergence, _ = altered(name)
    copied = clone(divergence)
    assert type(copied) is type(divergence)
    assert copied.get_params().keys() == divergence.get_params().keys()
    assert repr(copied) == repr(divergence)
    x, y = pair(6, 3, dtype=torch.float32)
    if "given" in name or name not in LEARNED:
        torch.testing.assert_close(compare(copied, x, y), compare(divergence, x, y))
    shared = {id(p) for p in divergence.parameters()} & {id(p) for p in copied.parameters()}
    assert not shared


@each(["scaled_mmd", "jensen_shannon"])
def test_a_clone_has_learned_nothing(name):
    divergence = made(name, 3)
    copied = clone(divergence)
    assert not list(copied.parameters())
    with pytest.raises(RuntimeError, match=r"has no (feature_map|critic) yet: call build"):
        copied(*map(Samples, pair(6, 3)))


@each(PARAMETERS)
def test_the_parameters_set_are_those_got_and_those_it_computes_with(name):
    divergence, changes = altered(name)
    kept = divergence.get_params(deep=False)
    assert divergence.set_params(**changes) is divergence
    assert divergence.get_params(deep=False) == {**kept, **changes}
    anew = type(divergence)(**divergence.get_params(deep=False))
    x, y = pair(6, 3, dtype=torch.float32)
    with torch.random.fork_rng(devices=[]):
        values = []
        for each_one in (divergence, anew):
            torch.manual_seed(0)
            values.append(compare(each_one.build(3), x, y))
    assert torch.equal(*values)


@pytest.mark.parametrize(
    ("name", "bad"), [("mmd", {"scales": [-1]}), ("scaled_mmd", {"penalty": -1.0})]
)
def test_parameters_that_are_refused_leave_it_as_it_was(name, bad):
    # with it its modules, by the time that a later argument is refused.
    divergence = made(name, 3)
    x, y = pair(6, 3)
    value, params = compare(divergence, x, y), divergence.get_params()
    with pytest.raises(ValueError, match=f"{next(iter(bad))} must be"):
        divergence.set_params(**bad)
    assert divergence.get_params() == params
    assert torch.equal(compare(divergence, x, y), value)


@each(KINDS)
def test_a_pickle_keeps_what_was_learned_and_where_its_random_numbers_stand(name):
    divergence = made(name, 3)
    x, y = map(samples, pair(2, 6, 3))
    with torch.no_grad():
        for parameter in divergence.parameters():
            parameter.mul_(1.5)
    divergence(x, y)
    restored = pickle.loads(pickle.dumps(divergence))
    assert repr(restored) == repr(divergence)
    assert torch.equal(restored(x, y), divergence(x, y))


@each(KINDS)
def test_the_state_is_all_that_a_new_one_needs_to_go_on(name):
    divergence, other = made(name, 3), KINDS[name]().build(3).double()
    x, y = map(samples, pair(2, 6, 3))
    divergence(x, y)
    other.load_state_dict(divergence.state_dict())
    assert torch.equal(other(x, y), divergence(x, y))


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("kind", "parameter", "values"),
    [
        (MMD, "kernel", ["linear", 3, Gaussian, None]),
        (MMD, "scales", [[], [0.0], [-1.0], [INF], [NAN]]),
        (MMD, "bandwidth", ["mean", 1.0, None]),
        (HSIC, "kernel", ["linear", 3, Gaussian, None]),
        (HSIC, "scales", [[], [0.0], [-1.0], [INF], [NAN]]),
        (HSIC, "bandwidth", ["mean", 1.0, None]),
        (SlicedWasserstein, "n_projections", [0, -1]),
        (SlicedWasserstein, "p", [0.5, 0, -1, INF, NAN]),
        (Sinkhorn, "blur", [0, -1.0, INF, NAN]),
        (Sinkhorn, "p", [0, 1.5, 3, INF, NAN, "2"]),
        (Sinkhorn, "scaling", [0, 1, -0.5, 1.5, NAN]),
        (ScaledMMD, "feature_map", ["mlp", 3, nn.Linear]),
        (ScaledMMD, "penalty", [-1, INF, NAN]),
        (ScaledMMD, "kernel", ["linear", "laplacian", 3, None]),
        (ScaledMMD, "scales", [[], [0.0], [-1.0], [INF], [NAN]]),
        (JensenShannon, "critic", ["mlp", 3, nn.Linear]),
        (JensenShannon, "gradient_penalty", [-1, INF, NAN]),
        *((kind, "learning_rate", [0, -1, INF, NAN]) for kind in (ScaledMMD, JensenShannon)),
        *((kind, "critic_steps", [0, -1, 1.5]) for kind in (ScaledMMD, JensenShannon)),
    ],
)
def test_a_value_out_of_range_is_an_error_that_names_its_parameter(kind, parameter, values):
    for value in values:
        with pytest.raises((TypeError, ValueError), match=parameter):
            kind(**{parameter: value})


@pytest.mark.parametrize(
    ("kind", "parameter", "value"),
    [
        # "manual_seed expected a long"), or not until the first call; no message says what is bad.
        (MMD, "scales", 1.0),
        (MMD, "unbiased", 3),
        (HSIC, "unbiased", None),
        (MMD, "scales", "wide"),
        (SlicedWasserstein, "n_projections", 2.5),
        (SlicedWasserstein, "n_projections", NAN),
        (SlicedWasserstein, "n_projections", "64"),
        (SlicedWasserstein, "p", "2"),
        (SlicedWasserstein, "seed", "0"),
        (SlicedWasserstein, "seed", None),
        (Sinkhorn, "blur", "small"),
        (Sinkhorn, "scaling", None),
        (ScaledMMD, "penalty", "1"),
        (JensenShannon, "gradient_penalty", None),
        (JensenShannon, "learning_rate", "auto"),
        (JensenShannon, "critic_steps", "2"),
        (JensenShannon, "critic_steps", INF),
        (JensenShannon, "critic_steps", NAN),
        (FunctionDivergence, "function", 3),
    ],
)
def test_a_value_of_another_kind_is_an_error_that_names_its_parameter(kind, parameter, value):
    # Scales are those of the kernel.
    owner = "InverseMultiquadratic" if parameter == "scales" else kind.__name__
    with pytest.raises((TypeError, ValueError), match=f"^{owner}: {parameter} must be"):
        kind(**{parameter: value})


@pytest.mark.parametrize("name", DIVERGENCES)
def test_defaults_are_those_that_the_docstring_says(name):
    cls = DIVERGENCES[name]
    told = re.findall(r"^(\w+) : .*default=(.+)$", inspect.getdoc(cls), re.MULTILINE)
    parameters = inspect.signature(cls).parameters
    assert {key: ast.literal_eval(value) for key, value in told} == {
        key: parameters[key].default for key, _ in told
    }
