"""Steps are recorded once and replayed; tests/test_cuda.py does so on a GPU."""

from contextlib import nullcontext
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import MMD, FunctionDivergence, Sinkhorn, SlicedWasserstein
from seqdisentangle.networks.custom import OwnModules
from seqdisentangle.objectives import Squared
from seqdisentangle.objectives.base import Loss
from seqdisentangle.objectives.costs import FunctionCost
from seqdisentangle.training import graphs
from seqdisentangle.training.critics import Critics
from seqdisentangle.training.graphs import Graphs, can_replay, is_replayable
from seqdisentangle.views import Compose, FunctionView, Jitter


class Own(nn.Linear):
    """A module of a user's."""


class OwnReplayable(Squared):
    """A cost of a user's, who knows of graphs."""

    replayable = True


def function(*tensors):
    """A function of a user's."""
    return tensors[0].mean()


def replayable_function(*tensors):
    """One whose author knows of graphs."""
    return tensors[0].mean()


replayable_function.replayable = True


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (MMD(), True),
        (Sinkhorn(diameter=4.0), True),
        (Sinkhorn(), False),
        (SlicedWasserstein(), False),
        (FunctionDivergence(function), False),
        (FunctionDivergence(replayable_function), True),
        (FunctionCost(function), False),
        (FunctionCost(replayable_function), True),
        (FunctionView(lambda x: x), False),
        (Jitter(), True),
        (Compose(["shuffle", "jitter"]), True),
        (Compose(["shuffle", lambda x: x]), False),
        (OwnReplayable(), True),
        (type("Cost", (Squared,), {"__module__": "elsewhere"})(), False),
        (nn.Linear(1, 1), True),
        (Own(1, 1), False),
    ],
)
def test_what_is_known_to_compute_the_same_each_time(part, expected):
    assert is_replayable(part) is expected


@pytest.fixture
def objective(small, vectors, monkeypatch):
    """The model and the objective of a training."""

    def trained(**params):
        found = []
        monkeypatch.setattr(
            "seqdisentangle.training.trainer.can_replay", lambda *args: found.append(args)
        )
        small(training__finetune_epochs=0, max_epochs=1, **params).fit(vectors)
        (_, model, objective), *_ = found
        return model, objective

    return trained


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, True),
        ({"reg": "mmd"}, True),
        ({"reg": "gan"}, True),
        ({"reg": SlicedWasserstein()}, False),
        ({"cost": lambda x, y: (x - y).square()}, False),
        ({"content_view": lambda x: x.clone()}, False),
        ({"network": OwnModules(Own(3, 8), nn.Linear(6, 3))}, False),
        ({"network": OwnModules(nn.Linear(3, 8), nn.Linear(6, 3))}, True),
    ],
)
def test_all_parts_of_a_training_must_be_replayable(params, expected, objective, monkeypatch):
    model, told = objective(**params)
    assert not can_replay("auto", model, told)  # on a CPU
    assert not can_replay(True, model, told)
    monkeypatch.setattr(graphs, "on_cuda", lambda model: True)
    assert can_replay("auto", model, told) is expected
    assert can_replay(True, model, told)
    assert not can_replay(False, model, told)


class Recording:
    """A CUDA graph of a program without one: what it recorded is called anew."""

    made: ClassVar[list] = []

    def __init__(self):
        self.made.append(self)
        self.n_replays = 0

    def register_generator_state(self, rng):
        self.rng = rng

    def pool(self):
        return "pool"

    def replay(self):
        self.n_replays += 1


class Steps:
    """Gradients that say which call they are of."""

    def __init__(self):
        self.parameters = [nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(3))]
        self.calls = []

    def __call__(self, batch, *, content_delayed, progress):
        self.calls.append((batch, content_delayed, progress))
        self.parameters[0].grad = torch.full((2,), float(len(self.calls)))
        self.parameters[1].grad = None if content_delayed else torch.ones(3)
        return Loss(torch.tensor(float(len(self.calls))), {})


@pytest.fixture
def steps():
    return Steps()


@pytest.fixture
def replayed(steps, monkeypatch):
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Recording)
    monkeypatch.setattr(Recording, "made", [])
    for name in ("graph", "stream"):
        monkeypatch.setattr(torch.cuda, name, lambda *args, **how: nullcontext())
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: None)
    return Graphs(steps, steps.parameters, Critics([]), torch.Generator())


def batch(n=4, n_steps=3, **more):
    return Batch(torch.rand(n, n_steps, 2), **more)


def test_a_step_is_recorded_when_what_it_sets_up_is_there(replayed, steps):
    batches = [batch() for _ in range(5)]
    for one in batches:
        loss = replayed(one, content_delayed=False, progress=0.1)
    assert len(steps.calls) == 3  # two by themselves, one recorded
    (graph,) = Recording.made
    assert graph.n_replays == 3
    assert graph.rng is replayed.rng
    static = steps.calls[-1][0]
    assert static.x is not batches[2].x
    torch.testing.assert_close(static.x, batches[-1].x)
    assert loss.total == 3


def test_each_kind_of_step_has_a_graph_and_gradients_of_its_own(replayed, steps):
    kinds = {
        "plain": (batch(), {"content_delayed": False, "progress": 0.0}),
        "delayed": (batch(), {"content_delayed": True, "progress": 0.0}),
        "smaller": (batch(n=3), {"content_delayed": False, "progress": 0.0}),
        "longer": (batch(n_steps=4), {"content_delayed": False, "progress": 0.0}),
        "rising": (batch(), {"content_delayed": False, "progress": 0.5}),
        "risen": (batch(), {"content_delayed": False, "progress": 0.9}),
        "labelled": (
            batch(labels=torch.zeros(4, dtype=torch.int64)),
            {"content_delayed": False, "progress": 0.0},
        ),
    }
    for _ in range(4):
        for one, told in kinds.values():
            replayed(one, **told)
    assert len(Recording.made) == len(kinds)
    for number, (one, told) in enumerate(kinds.values(), 1 + 2 * len(kinds)):
        replayed(one, **told)
        assert steps.parameters[0].grad.unique().item() == number
        assert (steps.parameters[1].grad is None) is told["content_delayed"]


def test_weights_rise_by_a_tensor(replayed, steps):
    shares = np.linspace(0.3, 0.7, 6)
    for share in shares:
        replayed(batch(), content_delayed=False, progress=share)
    progress = steps.calls[-1][2]
    assert isinstance(progress, torch.Tensor)
    assert progress == pytest.approx(shares[-1])
    assert len(Recording.made) == 1


def test_padding_is_not_replayed(replayed, steps):
    for _ in range(5):
        replayed(batch(lengths=torch.tensor([3, 2, 1, 3])), content_delayed=False, progress=1.0)
    assert len(steps.calls) == 5
    assert not Recording.made


def test_there_is_a_bound_on_graphs(replayed, steps, monkeypatch):
    monkeypatch.setattr(graphs, "MOST", 2)
    for n in (2, 3, 4):
        for _ in range(4):
            replayed(batch(n=n), content_delayed=False, progress=1.0)
    assert len(Recording.made) == 2


def test_what_is_forgotten_is_recorded_anew(replayed, steps):
    for _ in range(2):
        for _ in range(4):
            replayed(batch(), content_delayed=False, progress=1.0)
        replayed.forget()
    assert len(Recording.made) == 2
    assert len(steps.calls) == 6


def test_a_step_that_cannot_be_recorded_is_made_anyway(replayed, steps, monkeypatch):
    state = torch.Generator().manual_seed(3).get_state()
    restored = []

    class Generator:
        device = torch.device("cpu")

        def get_state(self):
            return state

        def graphsafe_set_state(self, other):
            restored.append(other.get_state())

    replayed.rng = Generator()
    find = steps.__call__

    def looks(one, **told):
        if steps.calls and Recording.made:
            Recording.made.clear()
            raise RuntimeError("operation not permitted when stream is capturing")
        return find(one, **told)

    replayed.find = looks
    for i in range(5):
        expected = pytest.warns(RuntimeWarning, match="cuda_graphs=False.*not permitted")
        with expected if i == 2 else nullcontext():
            replayed(batch(), content_delayed=False, progress=1.0)
    assert len(steps.calls) == 5
    assert not Recording.made
    assert torch.equal(restored[0], state)
