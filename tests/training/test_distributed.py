"""Batches that processes share; tests/integration has the processes themselves."""

import numpy as np
import pytest

from seqdisentangle.training.distributed import ProcessGroup


def test_a_batch_smaller_than_the_number_of_processes_is_refused():
    communicator = ProcessGroup.__new__(ProcessGroup)  # to make one is to join other processes
    communicator.rank, communicator.size = 0, 4
    with pytest.raises(ValueError, match="a batch of 3 sequences cannot be shared by 4 processes"):
        communicator.shard(slice(2, 5))
    parts = []
    for communicator.rank in range(4):
        parts.append(communicator.shard(np.array([1, 3, 4, 8, 9, 11])))
    assert np.concatenate(parts).tolist() == [1, 3, 4, 8, 9, 11]
