"""Threads of a training: one where steps are small, and as many as before after it."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.training.threads import GRAIN, limited_threads, numbers_in_step

openmp_only = pytest.mark.skipif(
    not torch.backends.openmp.is_available(), reason="torch was built without OpenMP"
)
SMALL, LARGE = 2 * GRAIN, 2 * GRAIN + 1


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


@openmp_only
@pytest.mark.parametrize(
    ("threads", "numbers", "expected"),
    [("auto", SMALL, 1), ("auto", LARGE, 2), (1, LARGE, 1), (3, SMALL, 2), (None, SMALL, 2)],
)
def test_small_steps_take_one_thread_and_a_number_is_a_limit(threads, numbers, expected):
    with limited_threads(threads, numbers):
        assert torch.get_num_threads() == expected


def test_the_number_is_given_back_after_an_error():
    with pytest.raises(ZeroDivisionError), limited_threads("auto", SMALL):
        raise ZeroDivisionError


@openmp_only
def test_other_threads_keep_theirs():
    found = []
    with limited_threads("auto", SMALL):
        other = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        other.start()
        other.join()
    assert found == [2]


def test_the_widest_layer_counts_for_every_frame():
    vectors = SimpleNamespace(frame_shape=(6,), hidden_size=32)
    images = SimpleNamespace(frame_shape=(3, 8, 8), hidden_size=32)
    assert numbers_in_step(vectors, n=4, n_steps=5) == 4 * 5 * 32
    assert numbers_in_step(images, n=4, n_steps=5) == 4 * 5 * 3 * 8 * 8


@openmp_only
@pytest.mark.parametrize(("threads", "expected"), [("auto", {1}), (None, {2})])
def test_a_small_fit_takes_one_thread_unless_it_is_told_otherwise(threads, expected):
    found = set()
    watch = SimpleNamespace(on_epoch_end=lambda *_: found.add(torch.get_num_threads()))
    X = np.random.RandomState(0).normal(size=(8, 5, 2))
    training = Training(threads=threads)
    RecurrentWAE(max_epochs=2, training=training, callbacks=watch, random_state=0).fit(X)
    assert found == expected


@openmp_only
@pytest.mark.parametrize(("n", "expected"), [(3, {1}), (GRAIN // 2, {2})])
def test_verbs_of_few_sequences_take_one_thread(n, expected):
    model = RecurrentWAE(max_epochs=1, hidden_size=8, random_state=0)
    model.fit(np.random.RandomState(0).normal(size=(8, 5, 2)))
    found = set()
    model.model_.decoder.register_forward_pre_hook(lambda *_: found.add(torch.get_num_threads()))
    model.model_.motion.encoder.register_forward_pre_hook(
        lambda *_: found.add(torch.get_num_threads())
    )
    X = np.zeros((n, 1, 2))
    model.reconstruct(X)
    assert found == expected
