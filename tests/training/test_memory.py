"""Freed memory stays with a training, and goes back when it is done."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.training import memory
from seqdisentangle.training.memory import SETTLED, Keeping, keeping_of_process, kept_memory

resource = pytest.importorskip("resource", reason="the system counts no pages")

N_STEPS, SIZE = 40, 2**23  # 32 MB a tensor, more than glibc ever keeps by itself

glibc_only = pytest.mark.skipif(
    keeping_of_process() is None or any(name in os.environ for name in SETTLED),
    reason="needs glibc, with settings of its own",
)


#: Blocks at once, for which a hole that kept memory leaves below a small block has no room.
TOO_LARGE = 4


def pages_cleared(blocks=1):
    """Pages that the kernel clears for steps which ask for the same memory again and again."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(N_STEPS // blocks):
        torch.empty(blocks * SIZE).fill_(1.0)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@glibc_only
def test_memory_is_kept_for_the_next_step_and_no_longer():
    without = pages_cleared(TOO_LARGE)
    with kept_memory():
        kept = pages_cleared()
    assert kept < 0.2 * without
    assert pages_cleared(TOO_LARGE) > 0.8 * without


@glibc_only
def test_the_last_to_leave_hands_it_back():
    without = pages_cleared(TOO_LARGE)
    with kept_memory():
        with kept_memory():
            pages_cleared()
        assert pages_cleared() < 0.2 * without


@glibc_only
def test_what_the_user_has_settled_stands(monkeypatch):
    without = pages_cleared(TOO_LARGE)
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=2")
    with kept_memory():
        assert pages_cleared(TOO_LARGE) > 0.8 * without


def test_nothing_is_done_without_glibc(monkeypatch):
    monkeypatch.setattr(memory, "keeping_of_process", lambda: None)
    with kept_memory():
        pass


@glibc_only
@pytest.mark.parametrize("on", [True, False])
def test_fit_keeps_it_unless_it_is_told_not_to(on, monkeypatch):
    begun = []
    monkeypatch.setattr(Keeping, "begin", lambda self: begun.append(self))
    monkeypatch.setattr(Keeping, "end", lambda self: None)
    X = np.random.RandomState(0).normal(size=(8, 5, 2))
    RecurrentWAE(max_epochs=2, training=Training(keep_memory=on), random_state=0).fit(X)
    assert bool(begun) == on


def test_other_systems_have_no_settings(monkeypatch):
    of_process = memory.keeping_of_process.__wrapped__
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: SimpleNamespace())  # of musl, say
    assert of_process() is None
    monkeypatch.setattr(memory, "os", SimpleNamespace(name="nt"))
    monkeypatch.delattr(memory.ctypes, "CDLL")
    assert of_process() is None
