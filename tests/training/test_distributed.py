"""Batches that processes share; tests/integration has the processes themselves."""

import os
import time

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch import nn

from seqdisentangle.model.norms import RunningNorm, Whitening
from seqdisentangle.objectives.communicator import SingleProcess
from seqdisentangle.training import distributed
from seqdisentangle.training.distributed import ProcessGroup, find_communicator, naming_lost


def test_a_batch_smaller_than_the_number_of_processes_is_refused():
    communicator = ProcessGroup.__new__(ProcessGroup)  # to make one is to join other processes
    communicator.rank, communicator.size = 0, 4
    with pytest.raises(ValueError, match="a batch of 3 sequences cannot be shared by 4 processes"):
        communicator.shard(slice(2, 5))
    parts = []
    for communicator.rank in range(4):
        parts.append(communicator.shard(np.array([1, 3, 4, 8, 9, 11])))
    assert np.concatenate(parts).tolist() == [1, 3, 4, 8, 9, 11]


@pytest.mark.parametrize(
    "said",
    [
        "[gloo/transport/tcp/pair.cc:534] Connection closed by peer [127.0.0.1]:4711",
        "[gloo/transport/tcp/unbound_buffer.cc:81] Timed out waiting 1800000ms for recv operation",
        "NCCL communicator was aborted on rank 1: Watchdog caught collective operation timeout",
    ],
)
def test_a_lost_process_is_named(said):
    communicator = ProcessGroup.__new__(ProcessGroup)
    communicator.rank, communicator.size = 1, 3
    message = "one of the 3 processes .* this one was number 1"
    with pytest.raises(RuntimeError, match=message), naming_lost(communicator):
        raise RuntimeError(said)
    with pytest.raises(RuntimeError, match=r"^mine$"), naming_lost(communicator):
        raise RuntimeError("mine")
    with pytest.raises(RuntimeError, match=r"^\["), naming_lost(SingleProcess()):
        raise RuntimeError("[gloo] Connection closed by peer")


# ---- a group of this process alone, in which all is as without one -------------------------------


@pytest.fixture
def group():
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        yield find_communicator(torch.device("cpu"))
    finally:
        # torch before 2.8 hangs where a group is freed while its thread lets go of a tensor
        # (https://github.com/pytorch/pytorch/pull/154976).
        time.sleep(0.1)
        dist.destroy_process_group()


needs_groups = pytest.mark.skipif(not dist.is_available(), reason="torch without processes")


@needs_groups
def test_the_group_that_is_there_is_found(group):
    assert type(group) is ProcessGroup
    assert (group.rank, group.size) == (0, 1)


@needs_groups
def test_what_is_shared_is_ones_own(group):
    assert group.broadcast({"a": 1}) == {"a": 1}
    assert group.gather_objects("b") == ["b"]
    assert [group.any(told) for told in (True, False)] == [True, False]
    assert group.shard(slice(3, 9)) == slice(3, 9)
    assert group.shard(np.array([1, 4])).tolist() == [1, 4]


@needs_groups
@pytest.mark.parametrize("name", ["gather", "mean"])
def test_values_and_gradients_are_those_of_one_process(group, name):
    x = torch.randn(5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = []
    for communicator in (group, SingleProcess()):
        own = x.clone().requires_grad_()
        value = getattr(communicator, name)(own)
        (value * torch.arange(1.0, 1 + value.numel()).view_as(value)).square().sum().backward()
        found.append((value.detach(), own.grad))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


def normalising():
    """A network with each layer that knows the batch."""
    torch.manual_seed(0)
    layers = [nn.Linear(3, 4), nn.BatchNorm1d(4), RunningNorm(4), Whitening(4)]
    affine = nn.BatchNorm1d(4, affine=False)
    return nn.Sequential(*layers, affine, nn.BatchNorm1d(4, track_running_stats=False)).double()


@needs_groups
@pytest.mark.parametrize("n", [6, 2])
def test_layers_that_know_the_batch_learn_as_in_one_process(group, n):
    x = torch.randn(n, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    spread, alone = normalising(), normalising()
    with group.synchronised(spread):
        wrapped = group.wrap(spread)
        for _ in range(2):
            wrapped(x).square().mul(torch.arange(1.0, 5)).sum().backward()
            alone(x).square().mul(torch.arange(1.0, 5)).sum().backward()
        spread.eval()
        inside = spread(x)
    for one, other in zip(spread.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-6, atol=1e-7)
    for (name, one), other in zip(spread.named_buffers(), alone.buffers(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7, msg=name)
    assert torch.equal(inside, spread(x)), "afterwards they are what they were"
    torch.testing.assert_close(inside, alone.eval()(x))
    assert not any({"forward", "moments", "second_moment"} & vars(m).keys() for m in spread)


@needs_groups
def test_a_single_value_is_normalised_by_the_running_moments(group):
    norm = nn.BatchNorm2d(2).double()
    norm.running_mean += 3.0
    norm.running_var *= 4.0
    before = {name: value.clone() for name, value in norm.named_buffers()}
    x = torch.tensor([5.0, 1.0], dtype=torch.float64).view(1, 2, 1, 1)
    with group.synchronised(nn.ModuleList([norm])):
        found = norm(x).flatten()
    torch.testing.assert_close(found, (x.flatten() - 3) / np.sqrt(4 + norm.eps))
    assert torch.equal(norm.running_mean, before["running_mean"])
    assert torch.equal(norm.running_var, before["running_var"])


@needs_groups
def test_a_group_that_a_fork_has_inherited_is_not_its_own(group, monkeypatch):
    monkeypatch.setattr(distributed, "_of_parent", None)
    distributed._note_group()  # as after a fork, in the child
    assert type(find_communicator(torch.device("cpu"))) is SingleProcess


@pytest.fixture
def unclaimed(monkeypatch):
    """No rank claimed, and none left to the processes that later tests start."""
    monkeypatch.setenv(distributed.RANK_PID, "to be put back, or taken away")
    monkeypatch.delenv(distributed.RANK_PID)


@pytest.mark.usefixtures("unclaimed")
def test_a_rank_is_that_of_the_process_that_claims_it_first(monkeypatch):
    assert distributed.claim_rank()
    assert distributed.claim_rank()
    monkeypatch.setenv(distributed.RANK_PID, str(os.getpid() + 1))
    assert not distributed.claim_rank()
    monkeypatch.setattr(dist, "is_torchelastic_launched", lambda: True)
    assert type(find_communicator(torch.device("cpu"))) is SingleProcess


def test_without_groups_or_torchrun_a_process_is_alone(monkeypatch):
    assert type(find_communicator(torch.device("cpu"))) is SingleProcess
    monkeypatch.setattr(dist, "is_available", lambda: False)
    assert type(find_communicator(torch.device("cpu"))) is SingleProcess


@needs_groups
def test_a_process_ends_its_own_group_and_not_that_of_the_one_it_was_forked_from(
    group, monkeypatch
):
    ended = []
    monkeypatch.setattr(dist, "destroy_process_group", lambda: ended.append(1))
    monkeypatch.setattr(distributed, "_of_parent", dist.group.WORLD)
    distributed._end_group()
    assert not ended
    monkeypatch.setattr(distributed, "_of_parent", None)
    distributed._end_group()
    assert ended


@needs_groups
@pytest.mark.usefixtures("unclaimed")
@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_torchrun_has_a_group_begun_for_the_device(kind, monkeypatch):
    begun = []
    monkeypatch.setenv("LOCAL_RANK", "3")
    monkeypatch.setattr(dist, "is_torchelastic_launched", lambda: True)
    monkeypatch.setattr(dist, "init_process_group", begun.append)
    monkeypatch.setattr(torch.cuda, "set_device", begun.append)
    monkeypatch.setattr(distributed, "ProcessGroup", lambda: "the group")
    assert find_communicator(torch.device(kind)) == "the group"
    assert begun == (["gloo"] if kind == "cpu" else [3, "nccl"])
