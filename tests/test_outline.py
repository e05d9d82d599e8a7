"""Modules in outline: shapes compared before there is memory for what they ask for."""

import pytest
import torch
from torch import nn

from seqdisentangle._outline import check_shapes, load_weights
from seqdisentangle._seeding import seeded


def net():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))


def test_the_tensors_of_a_module_are_its_own():
    check_shapes(lambda: {"": net()}, net().state_dict())


def test_other_shapes_are_named_the_first_three_of_them():
    found = {f"net.{name}": value for name, value in net().state_dict().items()}
    found["net.0.weight"] = torch.zeros(4, 5)
    del found["net.1.bias"]
    found["net.more"] = torch.zeros(1)
    expected = (
        r"^net.0.weight is of shape \(4, 5\), expected of shape \(4, 3\); net.1.bias is missing, "
        r"expected of shape \(4,\); net.more is of shape \(1,\), expected missing$"
    )
    with pytest.raises(ValueError, match=expected):
        check_shapes(lambda: {"net.": net()}, found)
    with pytest.raises(ValueError, match=r"; and 4 more$"):
        check_shapes(lambda: {"": net()}, {})


def test_no_memory_is_asked_for_whatever_a_build_says_of_its_device():
    def build():
        with seeded(0):
            return {"": nn.Linear(2**30, 2**30)}

    with pytest.raises(ValueError, match="expected of shape"):
        check_shapes(build, {})


def test_layers_without_end_are_refused():
    with pytest.raises(ValueError, match="more layers than the file"):
        check_shapes(lambda: {"": nn.Sequential(*(nn.Linear(1, 1) for _ in iter(int, 1)))}, {})


def test_a_module_that_looks_at_its_values_is_not_known_in_advance():
    def build():
        return {"": nn.Linear(2, int(torch.ones(2).sum()))}

    check_shapes(build, {})


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (torch.full((1, 2), torch.nan), "weight has values that are not finite"),
        (torch.ones(1, 2, dtype=torch.int64), "weight is of torch.int64, expected torch.float32"),
        (torch.ones(1, 2, dtype=torch.complex64), "weight is of torch.complex64"),
    ],
    ids=["nan", "int", "complex"],
)
def test_weights_of_another_kind_are_refused(weight, message):
    with pytest.raises(ValueError, match=message):
        load_weights(nn.Linear(2, 1, bias=False), {"weight": weight})


def test_weights_of_another_precision_are_taken():
    layer = nn.Linear(2, 1, bias=False)
    load_weights(layer, {"weight": torch.ones(1, 2, dtype=torch.float64)})
    assert torch.equal(layer.weight, torch.ones(1, 2))
