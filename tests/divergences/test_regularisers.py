"""The parameter `reg`, and the three divergences that it becomes."""

import pytest
import torch
from torch import nn

from seqdisentangle.divergences import (
    HSIC,
    MMD,
    Dependence,
    Divergence,
    EnergyDistance,
    FunctionDivergence,
    Gaussian,
    GaussianKL,
    JensenShannon,
    Regularisers,
    Samples,
    ScaledMMD,
    as_regularisers,
    resolve,
)


def gap(x, y):
    return (x.mean() - y.mean()).square()


class OwnDependence(Dependence):
    def forward(self, q, p, mask=None):
        return gap(q.value, p.value)


class GapModule(nn.Module):
    def forward(self, x, y):
        return gap(x, y)


@pytest.mark.parametrize(
    ("reg", "content", "motion"),
    [
        ("auto", ScaledMMD, MMD),
        ("mmd", ScaledMMD, MMD),
        ("gan", JensenShannon, MMD),
        ("kl", GaussianKL, GaussianKL),
        (EnergyDistance(), EnergyDistance, EnergyDistance),
        (gap, FunctionDivergence, FunctionDivergence),
        (GapModule(), FunctionDivergence, FunctionDivergence),
        (MMD(), MMD, MMD),
        (("mmd", gap), ScaledMMD, FunctionDivergence),
        (("kl", "gan"), GaussianKL, MMD),
        ([gap, "mmd"], FunctionDivergence, MMD),
        ({"motion": "mmd", "content": gap}, FunctionDivergence, MMD),
    ],
)
def test_every_form_gives_the_divergence_of_content_and_the_one_of_motion(reg, content, motion):
    found = resolve(reg)
    assert found._fields == ("content", "motion", "independence")
    assert [type(divergence) for divergence in found] == [content, motion, HSIC]
    assert len({id(divergence) for divergence in found}) == 3
    x, y = (Samples(z, z, torch.zeros_like(z)) for z in torch.randn(2, 3, 5, 2))
    assert all(divergence.build(2)(x, y).shape == (3,) for divergence in found)


@pytest.mark.parametrize(
    ("independence", "kind"),
    [
        (HSIC(unbiased=False), HSIC),
        (MMD(), MMD),
        (ScaledMMD(), ScaledMMD),
        (gap, FunctionDivergence),
    ],
)
def test_a_dict_may_say_how_independence_is_measured(independence, kind):
    found = resolve({"content": "mmd", "motion": "mmd", "independence": independence})
    assert type(found.independence) is kind
    assert found.independence is not independence
    if isinstance(independence, Divergence):
        assert repr(found.independence) == repr(independence)


def kinds(divergences):
    return [type(divergence) for divergence in divergences]


@pytest.mark.parametrize("reg", ["auto", "mmd", "gan", "kl"])
def test_regularisers_of_a_name_are_its_divergences(reg):
    found = as_regularisers(reg)
    assert kinds(found.divergences()) == kinds(resolve(reg))
    assert all(isinstance(part, Divergence) for part in found.get_params(deep=False).values())


@pytest.mark.parametrize("reg", [gap, MMD(), ("mmd", "kl"), {"content": "mmd", "motion": gap}])
def test_regularisers_of_anything_else_are_what_resolve_makes_of_it(reg):
    assert kinds(as_regularisers(reg).divergences()) == kinds(resolve(reg))


def test_names_within_are_the_parts_that_they_stand_for():
    found = Regularisers("mmd", "mmd").set_params(
        content__penalty=2.0, motion__kernel__scales=(1.0,), motion__bandwidth="median"
    )
    assert resolve(found).content.penalty == 2.0
    assert (found.motion.kernel.scales, found.motion.bandwidth) == ((1.0,), "median")
    assert as_regularisers("mmd").set_params(
        content__kernel__scales=(2.0,)
    ).content.kernel.scales == (2.0,)


def test_regularisers_share_what_they_are_given_and_their_divergences_are_copies():
    mmd = MMD()
    reg = Regularisers(mmd, "kl", independence=MMD(unbiased=False))
    assert reg.content is as_regularisers(reg).content is mmd
    content, _, independence = resolve(reg)
    assert content is not mmd
    assert independence is not reg.independence
    assert not independence.unbiased


def test_what_is_learned_stays_with_the_copy():
    given = JensenShannon().build(2)
    content, motion, _ = resolve(given)
    with torch.no_grad():
        for parameter in content.parameters():
            parameter.add_(1)
    for one, two, three in zip(*(d.parameters() for d in (given, motion, content)), strict=True):
        assert torch.equal(one, two)
        assert not torch.equal(one, three)


@pytest.mark.parametrize("make", [MMD, lambda: MMD(Gaussian([1.0])), GapModule])
def test_objects_are_copied_each_time(make):
    given = make()
    content, motion, _ = resolve((given, given))
    again, *_ = resolve(given)
    inner = [getattr(part, "function", part) for part in (content, motion, again)]
    assert len({id(part) for part in [given, *inner]}) == 4
    assert all(type(part) is type(given) for part in inner)
    assert all(repr(part) == repr(given) for part in inner)


@pytest.mark.parametrize(
    ("reg", "error", "match"),
    [
        (
            "wasserstein",
            ValueError,
            r"reg must be one of \['auto', 'gan', 'kl', 'mmd'\].* got 'wasserstein'",
        ),
        (
            ("mmd", "kll"),
            ValueError,
            r"reg: motion must be one of \['gan', 'kl', 'mmd'\], .* got 'kll'",
        ),
        (("auto", "mmd"), ValueError, "reg: 'auto' stands for both divergences"),
        ({"content": MMD(), "motion": "auto"}, ValueError, "reg: 'auto' stands for both"),
        (("mmd",), ValueError, r"reg as a pair must be \(content, motion\), got 1 items"),
        (("mmd", "mmd", "mmd"), ValueError, "reg as a pair .* got 3 items"),
        ([], ValueError, "reg as a pair .* got 0 items"),
        ({"content": "mmd"}, ValueError, r"reg as a dict must .* got \['content'\]"),
        ({"content": "mmd", "moton": "mmd"}, ValueError, "reg as a dict must .*'moton'"),
        ({}, ValueError, "reg as a dict must"),
        ({"content": "mmd", "motion": "mmd", "x": 1}, ValueError, "reg as a dict must .*'x'"),
        ({"content": "mmd", "independence": "mmd"}, ValueError, "reg as a dict must"),
        (
            {"content": "mmd", "motion": "mmd", "independence": "mmd"},
            ValueError,
            r"reg: independence must be .* got the name 'mmd'",
        ),
        (
            {"content": "mmd", "motion": "mmd", "independence": GaussianKL()},
            ValueError,
            r"reg: independence must compare draws: .* GaussianKL",
        ),
        (
            {"content": "mmd", "motion": "mmd", "independence": None},
            TypeError,
            "reg: independence must .* None",
        ),
        (HSIC(), ValueError, "reg: a measure of dependence"),
        (("mmd", HSIC()), ValueError, "reg: a measure of dependence"),
        (OwnDependence(), ValueError, "reg: a measure of dependence"),
        (None, TypeError, "reg must be .* got None"),
        (1.0, TypeError, r"reg must be .* got 1\.0"),
        (MMD, TypeError, "reg must be .* got <class"),
        (("mmd", 3), TypeError, "reg: motion must be .* got 3"),
        ({"content": None, "motion": "mmd"}, TypeError, "reg: content must be .* got None"),
    ],
)
def test_errors_name_reg_and_what_was_got(reg, error, match):
    with pytest.raises(error, match=match):
        resolve(reg)
