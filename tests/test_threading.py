"""Threads that a fork has lost: computed without in the child, and left alone elsewhere."""

import os
import threading

import pytest
import torch

from seqdisentangle._threading import leave_lost_threads


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_without_a_fork_the_threads_stay(two_threads):
    leave_lost_threads()
    assert torch.get_num_threads() == 2


def in_a_fork(function):
    """Run a function in a forked child; its exit status."""
    child = os.fork()
    if child == 0:
        try:
            status = function()
        except BaseException:
            status = 99
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def of_the_main_thread():
    """The number of threads of torch, once those that are lost are left."""
    leave_lost_threads()
    return torch.get_num_threads()


def of_a_thread_of_its_own():
    """The same in a thread that was started after the fork."""
    found = []
    thread = threading.Thread(target=lambda: found.append(of_the_main_thread()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs forks")
@pytest.mark.parametrize(("function", "n"), [(of_the_main_thread, 1), (of_a_thread_of_its_own, 2)])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_computes_in_one_thread_where_others_are_lost(function, n, two_threads):
    assert in_a_fork(function) == n
    assert torch.get_num_threads() == 2
