"""The contract of every pluggable part, one row for each: parameters, names, copies and files."""

from __future__ import annotations

import copy
import inspect
import json
import pathlib
import pickle

import pytest
from sklearn.base import clone

from seqdisentangle import RecurrentWAE
from seqdisentangle._parts import REGISTRIES, Part, Registry
from seqdisentangle.callbacks import CSVLogger, MLflowLogger, TensorBoardLogger, resolve_callbacks
from seqdisentangle.content_priors import (
    FactoredContentPrior,
    FlowContentPrior,
    MixtureContentPrior,
    NormalContentPrior,
    resolve_content_prior,
)
from seqdisentangle.divergences import (
    HSIC,
    MMD,
    EnergyDistance,
    Gaussian,
    GaussianKL,
    InverseMultiquadratic,
    JensenShannon,
    KernelSum,
    Laplacian,
    RationalQuadratic,
    ScaledMMD,
    Sinkhorn,
    SlicedWasserstein,
)
from seqdisentangle.model import GaussianPrior, MixturePrior
from seqdisentangle.networks import MLP, AutoNetwork, Conv, Parts, ResNet, resolve_network
from seqdisentangle.objectives import Absolute, BinaryCrossEntropy, Huber, Squared
from seqdisentangle.objectives.costs import resolve_cost
from seqdisentangle.serialization import from_json, to_json
from seqdisentangle.training import Constant, Cosine, OneCycle, Plateau
from seqdisentangle.training.schedules import resolve_schedule
from seqdisentangle.views import (
    ColorMix,
    Compose,
    Jitter,
    Mirror,
    RandomFrames,
    Shuffle,
    resolve_view,
)

# A part whose arguments are not the defaults, and some to change them to.
PARTS = [
    (AutoNetwork(width=8), {"width": 4}),
    (MLP(8, 3), {"depth": 1, "generator": "concat"}),
    (Conv(8, 0), {"palette": 4}),
    (ResNet(8, 4), {"width": 2}),
    (Parts(3, network=Conv(8)), {"network__width": 4, "window": 0.25}),
    (RandomFrames(0.5), {"n_frames": 3}),
    (Shuffle(), {}),
    (Mirror(0.25), {"probability": 1}),
    (ColorMix(0.5, keep_black=False), {"gain": 0.0}),
    (Jitter(0.2), {"offset": 0.3}),
    (Compose(["shuffle", Jitter()]), {"views": [Shuffle()]}),
    (MMD(RationalQuadratic([2.0]), bandwidth="median"), {"kernel__alpha": 2.0}),
    (ScaledMMD(penalty=0.5), {"penalty": 2.0, "scales": (1.0,)}),
    (JensenShannon(learning_rate=1e-2), {"gradient_penalty": 0.0}),
    (GaussianKL(), {}),
    (SlicedWasserstein(3, 1.5, 7), {"n_projections": 5}),
    (Sinkhorn(0.2, 1), {"blur": 1.0}),
    (EnergyDistance(False), {"unbiased": True}),
    (HSIC("laplacian", (2.0,)), {"scales": (3.0,)}),
    (InverseMultiquadratic([1, 2]), {"scales": (3.0,)}),
    (Gaussian([0.5]), {"scales": (3.0,)}),
    (RationalQuadratic([3.0], 2.0), {"alpha": 0.5}),
    (Laplacian((1.0, 4.0)), {"scales": [3.0]}),
    (KernelSum((Gaussian(), Laplacian([1.0]))), {"kernels": [Gaussian()]}),
    (Squared(), {}),
    (Absolute(), {}),
    (Huber(0.5), {"delta": 2}),
    (BinaryCrossEntropy(), {}),
    (OneCycle(), {}),
    (Cosine(), {}),
    (Constant(), {}),
    (Plateau(0.5), {"patience": 7}),
    (GaussianPrior(), {}),
    (MixturePrior(3), {"n_components": 5}),
    (NormalContentPrior(), {}),
    (MixtureContentPrior(3), {"n_components": "auto"}),
    (FactoredContentPrior(8), {"max_components": 2}),
    (FlowContentPrior(2), {"hidden_size": 8}),
    (CSVLogger("history.csv"), {"path": pathlib.Path("other.csv")}),
    (TensorBoardLogger(pathlib.Path("runs")), {"folder": "other"}),
    (MLflowLogger(), {"client": None}),
]
KINDS = [(kind, name) for kind, registry in REGISTRIES.items() for name in registry]

each_part = pytest.mark.parametrize(("part", "changes"), PARTS, ids=lambda v: type(v).__name__)

# The parameters of an estimator that take parts by their names.
RESOLVERS = {
    "network": lambda name: resolve_network(name, (3,), "style"),
    "view": lambda name: resolve_view(name, "content_view"),
    "kernel": lambda name: MMD(name).resolved_kernel,
    "cost": lambda name: resolve_cost(name, images=True),
    "schedule": resolve_schedule,
    "content prior": resolve_content_prior,
    "callback": lambda name: resolve_callbacks(name).callbacks[0],
}


class Holder(Part):
    """A part with another part in it."""

    def __init__(self, part):
        self.part = part


def same(a, b):
    """Tell whether two parts are of one class and made with equal arguments."""
    return type(a) is type(b) and to_json(a) == to_json(b)


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_every_registered_part_has_a_row(kind, name):
    assert REGISTRIES[kind][name] in {type(part) for part, _ in PARTS}


@each_part
def test_arguments_are_stored_untouched_and_clones_have_them(part, changes):
    arguments = part.get_params(deep=False)
    made = type(part)(**arguments)
    assert all(made.get_params(deep=False)[name] is value for name, value in arguments.items())
    assert same(clone(part), part)
    assert clone(part) is not part


@each_part
def test_what_is_set_is_what_is_got(part, changes):
    part = copy.deepcopy(part)
    assert part.set_params(**changes) is part
    assert all(part.get_params()[name] == value for name, value in changes.items())
    assert part.set_params() is part


@each_part
def test_a_part_within_another_is_reached_by_its_name(part, changes):
    holder = Holder(copy.deepcopy(part))
    holder.set_params(**{f"part__{name}": value for name, value in changes.items()})
    assert same(holder.part, copy.deepcopy(part).set_params(**changes))
    params = holder.get_params()
    assert all(params[f"part__{name}"] == value for name, value in changes.items())


@each_part
def test_an_unknown_parameter_is_refused_and_nothing_has_changed(part, changes):
    part, before = copy.deepcopy(part), to_json(part)
    with pytest.raises(ValueError, match=f"{type(part).__name__} has no parameter 'colour'"):
        part.set_params(**changes, colour=1)
    assert to_json(part) == before


@each_part
def test_the_representation_names_the_class_and_every_argument(part, changes):
    arguments = part.get_params(deep=False)
    listed = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    assert repr(part) == f"{type(part).__name__}({listed})"


@each_part
def test_json_holds_it(part, changes):
    read = from_json(json.loads(json.dumps(to_json(part), allow_nan=False)))
    assert same(read, part)
    arguments = part.get_params(deep=False)
    assert read.get_params(deep=False).keys() == arguments.keys()
    assert repr(read) == repr(part)


@each_part
def test_copies_and_pickles_are_like_it(part, changes):
    for other in (copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        assert other is not part
        assert same(other, part)


@each_part
def test_its_documentation_has_an_example(part, changes):
    assert "Examples\n--------" in inspect.getdoc(type(part))


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in REGISTRIES for name in REGISTRIES[kind].names]
)
def test_a_name_is_its_part_with_the_defaults(kind, name):
    cls = REGISTRIES[kind][name]
    assert same(REGISTRIES[kind].make(name, "this"), cls())
    assert REGISTRIES[kind].name_of(cls()) == name


@pytest.mark.parametrize("kind", REGISTRIES)
def test_an_unknown_name_is_an_error_that_lists_the_names(kind):
    resolve = RESOLVERS.get(kind, lambda name: REGISTRIES[kind].make(name, "this"))
    with pytest.raises(ValueError, match=f"must be the name of a {kind}.*got 'nonesuch'") as error:
        resolve("nonesuch")
    assert all(repr(name) in str(error.value) for name in REGISTRIES[kind].names)


@pytest.mark.parametrize("kind", RESOLVERS)
def test_a_parameter_takes_the_names_of_its_registry(kind):
    # "auto" resolves to the network that it stands for.
    names = [n for n in REGISTRIES[kind].names if n != "auto" and is_for(kind, n)]
    assert names
    assert [type(RESOLVERS[kind](name)) for name in names] == [REGISTRIES[kind][n] for n in names]


def is_for(kind, name):
    """Tell whether a network is one of vectors; all other parts fit."""
    if kind != "network":
        return True
    try:
        REGISTRIES[kind][name]().check((3,))
    except ValueError:
        return False
    return True


# Parts in general


class Blur(Part):
    def __init__(self, width=3, inner=None):
        if width < 0:
            raise ValueError("width must not be negative")
        self.width = width
        self.inner = inner


class Forgetful(Part):
    def __init__(self, width):
        self.w = width


def test_a_value_that_is_refused_leaves_the_part_as_it_was():
    part = Blur(inner=Blur(4))
    for bad in ({"width": -1}, {"width": 5, "inner__width": -1}):
        with pytest.raises(ValueError, match="width must not be negative"):
            part.set_params(**bad)
        assert repr(part) == "Blur(width=3, inner=Blur(width=4, inner=None))"


def test_a_value_that_is_no_part_has_no_parameters():
    with pytest.raises(ValueError, match="inner=None has no parameters of its own, got inner__"):
        Blur().set_params(inner__width=2)


def test_an_argument_that_is_not_stored_is_named():
    with pytest.raises(AttributeError, match=r"must store its argument 'width' as self\.width"):
        Forgetful(3).get_params()


@pytest.fixture
def registry():
    yield Registry("filter", {"blur": Blur, "forgetful": Forgetful})
    del REGISTRIES["filter"]


def test_a_class_that_needs_arguments_is_registered_but_no_name_for_a_part(registry):
    assert registry.names == ("blur",)
    with pytest.raises(ValueError, match=r"this='forgetful': this filter .*Forgetful\(width\)"):
        registry.make("forgetful", "this")
    assert registry.make("forgetful", "this", width=2).w == 2


# Parts in an estimator


@pytest.mark.parametrize(
    ("params", "name", "value"),
    [
        ({"network": MLP(8)}, "network__width", 4),
        ({"content_view": RandomFrames(3)}, "content_view__n_frames", 2),
        ({"reg": MMD()}, "reg__bandwidth", "median"),
        ({"reg": MMD(Gaussian())}, "reg__kernel__scales", (1.0,)),
        ({"cost": Huber()}, "cost__delta", 2.0),
        ({"callbacks": CSVLogger("a.csv")}, "callbacks__path", "b.csv"),
    ],
    ids=lambda v: str(v),
)
def test_an_estimator_can_be_cloned_and_its_parts_be_searched(params, name, value):
    model = clone(RecurrentWAE(**params)).set_params(**{name: value})
    assert clone(model).get_params()[name] == value
