"""A folder belongs to one training at a time, and to none once its process has ended."""

import importlib.util
import os
import re
import signal
import sys

import pytest

from seqdisentangle.training import locks
from seqdisentangle.training.locks import kept_to_itself

locked_only = pytest.mark.skipif(not locks.LOCKS, reason="nothing is locked on this system")


@locked_only
def test_a_second_one_is_refused_with_the_first_one_named(tmp_path):
    with kept_to_itself(tmp_path):
        message = rf"checkpoint={re.escape(repr(str(tmp_path)))} is in use .* process {os.getpid()}"
        with pytest.raises(ValueError, match=message), kept_to_itself(tmp_path):
            pass
    with kept_to_itself(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@locked_only
def test_a_process_that_was_killed_has_it_no_longer(tmp_path):
    child = os.fork()
    if child == 0:
        with kept_to_itself(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    with kept_to_itself(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_made_for_nothing_is_removed(tmp_path):
    for content, left in ((None, False), ("file", True)):
        with kept_to_itself(tmp_path / "new"):
            if content is not None:
                (tmp_path / "new" / content).touch()
        assert (tmp_path / "new").exists() == left


def test_a_system_without_locks_lets_every_training_in(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows: importing it is an error
    spec = importlib.util.spec_from_file_location(locks.__name__, locks.__file__)
    without = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(without)
    folder = tmp_path / "new"
    with without.kept_to_itself(folder), without.kept_to_itself(folder):
        assert not folder.exists()
        folder.mkdir()
    assert not folder.exists()


@locked_only
@pytest.mark.parametrize("refusing", ["mkdir", "flock"])
def test_a_file_system_without_locks_lets_every_training_in(refusing, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no locks here")

    owner = locks.Path if refusing == "mkdir" else locks.fcntl
    monkeypatch.setattr(owner, refusing, refuse)
    with kept_to_itself(tmp_path), kept_to_itself(tmp_path):
        pass


@locked_only
def test_a_lock_that_the_training_before_has_removed_is_taken_anew(tmp_path, monkeypatch):
    seen = []

    def removed_once(path, descriptor):
        seen.append(descriptor)
        if len(seen) == 1:
            path.unlink()
        return is_there(path, descriptor)

    is_there = locks.is_there
    monkeypatch.setattr(locks, "is_there", removed_once)
    with kept_to_itself(tmp_path):
        assert len(seen) == 2
        assert f"of process {os.getpid()} on " in (tmp_path / locks.NAME).read_text()
        with pytest.raises(ValueError, match="is in use by another training"):
            locks.acquired(tmp_path)


def test_a_file_is_there_unless_it_was_removed_or_replaced(tmp_path):
    path = tmp_path / "lock"
    with open(path, "w") as file:
        assert locks.is_there(path, file.fileno())
        path.rename(tmp_path / "moved")
        assert not locks.is_there(path, file.fileno())
        path.touch()
        assert not locks.is_there(path, file.fileno())
