"""Batches that processes share; tests/integration has the processes themselves."""

import numpy as np
import pytest

from seqdisentangle.objectives.communicator import SingleProcess
from seqdisentangle.training.distributed import ProcessGroup, naming_lost


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
