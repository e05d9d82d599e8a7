"""How a `reg` parameter becomes two divergences."""

import pytest
import torch
from torch import nn

from seqdisentangle.divergences import MMD, FunctionDivergence, Gaussian, Samples, resolve


def gap(x, y):
    return (x.mean() - y.mean()).square()


class GapModule(nn.Module):
    def forward(self, x, y):
        return gap(x, y)


@pytest.mark.parametrize(
    ("reg", "content", "motion"),
    [
        ("mmd", MMD, MMD),
        (gap, FunctionDivergence, FunctionDivergence),
        (GapModule(), FunctionDivergence, FunctionDivergence),
        (MMD(), MMD, MMD),
        (("mmd", gap), MMD, FunctionDivergence),
        ([gap, "mmd"], FunctionDivergence, MMD),
        ({"motion": "mmd", "content": gap}, FunctionDivergence, MMD),
    ],
)
def test_every_form_gives_the_divergence_of_content_and_the_one_of_motion(reg, content, motion):
    found = resolve(reg)
    assert [type(divergence) for divergence in found] == [content, motion]
    assert found[0] is not found[1]
    x, y = torch.randn(2, 3, 5, 2)
    assert all(divergence(Samples(x), Samples(y)).shape == (3,) for divergence in found)


@pytest.mark.parametrize("make", [MMD, lambda: MMD(Gaussian([1.0])), GapModule])
def test_objects_are_copied_each_time(make):
    given = make()
    content, motion = resolve((given, given))
    again, _ = resolve(given)
    inner = [getattr(part, "function", part) for part in (content, motion, again)]
    assert len({id(part) for part in [given, *inner]}) == 4
    assert all(type(part) is type(given) for part in inner)
    assert all(repr(part) == repr(given) for part in inner)


@pytest.mark.parametrize(
    ("reg", "error", "match"),
    [
        ("wasserstein", ValueError, r"reg must be one of \['mmd'.* got 'wasserstein'"),
        (("mmd", "kll"), ValueError, "reg must be one of .* got 'kll'"),
        (("mmd",), ValueError, r"reg as a pair must be \(content, motion\), got 1 items"),
        (("mmd", "mmd", "mmd"), ValueError, "reg as a pair .* got 3 items"),
        ([], ValueError, "reg as a pair .* got 0 items"),
        ({"content": "mmd"}, ValueError, r"reg as a dict must .* got \['content'\]"),
        ({"content": "mmd", "moton": "mmd"}, ValueError, "reg as a dict must .*'moton'"),
        ({}, ValueError, "reg as a dict must"),
        (None, TypeError, "reg must be .* got None"),
        (1.0, TypeError, r"reg must be .* got 1\.0"),
        (MMD, TypeError, "reg must be .* got <class"),
        (("mmd", 3), TypeError, "reg must be .* got 3"),
        ({"content": None, "motion": "mmd"}, TypeError, "reg must be .* got None"),
    ],
)
def test_errors_name_reg_and_what_was_got(reg, error, match):
    with pytest.raises(error, match=match):
        resolve(reg)
