"""Checkpoints of several processes, and of one that is asked to end."""

import pytest
import torch

from seqdisentangle._termination import Terminated
from seqdisentangle.objectives.communicator import SingleProcess
from seqdisentangle.training.checkpoints import Checkpoints


def files(folder):
    return sorted(path.name for path in folder.iterdir())


class Told(SingleProcess):
    """One of two processes, which is told by the other what it has."""

    size = 2

    def __init__(self, rank=0, theirs=None):
        self.rank, self.theirs = rank, theirs

    def broadcast(self, value):
        return self.theirs if self.rank else value

    def gather_objects(self, value):
        return [self.theirs, value] if self.rank else [value, self.theirs]

    def any(self, told):
        return told or self.theirs is True


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"checkpoint='.*file' is a file, expected a folder"):
        Checkpoints(tmp_path / "file")


def test_what_a_killed_process_left_is_removed_and_other_files_stay(tmp_path):
    half, others = ".seqdisentangle-12.tmp", [".mine.tmp", "epoch-1.txt", "notes"]
    for name in (half, *others):
        (tmp_path / name).touch()
    assert Checkpoints(tmp_path).newest() is None
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def test_only_the_first_process_writes(tmp_path):
    for rank in (1, 0):
        kept = Checkpoints(tmp_path / "folder", Told(rank))
        kept.save([{"loss": 1.0}], 2, {"step": torch.ones(2)})
        assert (tmp_path / "folder").exists() == (rank == 0)
    assert files(tmp_path / "folder") == ["epoch-00001-batch-0000002.safetensors"]


def test_processes_that_find_different_files_do_not_go_on(tmp_path):
    Checkpoints(tmp_path).save([{"loss": 1.0}], 0, {"step": torch.ones(2)})
    theirs = Told(1, "epoch-00009-batch-0000000.safetensors")
    with pytest.raises(
        ValueError, match=r"must be a folder that all processes share: .*00009.*00001"
    ):
        Checkpoints(tmp_path, theirs).newest()


def test_what_the_first_process_refuses_all_refuse(tmp_path):
    error = ValueError("it is in use")
    refused = Checkpoints(tmp_path, Told(1, error)).kept_to_itself()
    with pytest.raises(ValueError, match="it is in use"), refused:
        pass
    with Checkpoints(tmp_path, Told(1)).kept_to_itself():
        assert not list(tmp_path.iterdir()), "the lock is that of the first"


def test_one_that_is_asked_to_end_does_so_once_it_is_written(tmp_path):
    kept = Checkpoints(tmp_path)
    kept._asked_to_end = lambda: True
    assert kept.due()
    warned = pytest.warns(UserWarning, match=r"asked to end.* fit.*resume=True.* goes on from")
    with warned, pytest.raises(Terminated):
        kept.save([], 3, {"step": torch.ones(2)})
    assert files(tmp_path) == ["epoch-00000-batch-0000003.safetensors"]


def test_the_others_end_with_it_by_an_error_that_says_so(tmp_path):
    kept = Checkpoints(tmp_path, Told(0, theirs=True))
    assert kept.due()
    with pytest.raises(RuntimeError, match="a process that trains with this one is asked to end"):
        kept.save([], 3, {"step": torch.ones(2)})
    assert files(tmp_path) == ["epoch-00000-batch-0000003.safetensors"]
