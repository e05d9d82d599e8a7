"""Interventions: true factors score full marks, entangled codes what theory says."""

import numpy as np
import pytest

from seqdisentangle.metrics import (
    content_drawn_accuracy,
    data_accuracy,
    motion_drawn_accuracy,
    reconstruction_accuracy,
    swap_accuracy,
)


def test_oracle_keeps_what_is_kept_and_replaces_the_rest(oracle, reader, factors):
    asked = (oracle, *factors, reader)
    content_drawn = content_drawn_accuracy(*asked, random_state=0)
    motion_drawn = motion_drawn_accuracy(*asked, random_state=0)
    assert content_drawn.motion == (1.0,)
    assert motion_drawn.content == (1.0,)
    assert content_drawn.content[0] == pytest.approx(1 / 4, abs=0.07)  # 600 draws: 4 sigma
    assert motion_drawn.motion[0] == pytest.approx(1 / 3, abs=0.08)
    swap = swap_accuracy(*asked, random_state=0)
    assert swap.motion == swap.content == (1.0,)


def test_entangled_codes_swap_at_chance_and_leak(entangled, reader, factors):
    asked = (entangled, *factors, reader)
    swap = swap_accuracy(*asked, random_state=0)
    assert swap.motion[0] == pytest.approx(1 / 3, abs=0.08)
    assert swap.content == (1.0,)  # nothing is exchanged, so content goes with the content code
    assert content_drawn_accuracy(*asked, random_state=0).motion[0] == pytest.approx(
        1 / 3, abs=0.08
    )
    assert motion_drawn_accuracy(*asked, random_state=0).motion == (1.0,)  # the leak


def test_data_and_perfect_reconstructions_are_the_ceiling(oracle, reader, factors):
    for accuracy in (
        data_accuracy(*factors, reader),
        reconstruction_accuracy(oracle, *factors, reader),
    ):
        assert accuracy.motion == accuracy.content == (1.0,)


def test_several_labels_are_counted_one_by_one(oracle, reader, factors):
    X, motion, content = factors
    reader.predict = lambda X: np.column_stack([X[:, 0, 1], X[:, 0, 0], 1 - X[:, 0, 0] % 2])
    accuracy = swap_accuracy(oracle, X, motion, np.column_stack([content, content % 2]), reader)
    assert accuracy.content == (1.0, 0.0)
    assert accuracy.mean_content == 0.5


def test_labels_may_be_strings(oracle, reader, factors):
    X, motion, content = factors
    names = np.array(["walk", "cast", "slash"])
    reader.predict = lambda X: np.column_stack([names[X[:, 0, 1]], X[:, 0, 0]])
    swap = swap_accuracy(oracle, X, names[motion], content, reader)
    assert swap.motion == swap.content == (1.0,)


def test_labels_of_another_kind_than_the_judges_are_refused(oracle, reader, factors):
    """No number is equal to a text: all would count as wrong."""
    X, motion, content = factors
    with pytest.raises(ValueError, match=r"judge gives numbers, .*content_labels have text there"):
        data_accuracy(X, motion.astype(str), content.astype(str), reader)
    names = np.array(["walk", "cast", "slash"])
    reader.predict = lambda X: np.stack([names[X[:, 0, 1]], names[X[:, 0, 0] % 3]], axis=1)
    with pytest.raises(ValueError, match=r"judge gives text, .*motion_labels .* have numbers"):
        data_accuracy(X, motion, content, reader)


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_batches_do_not_change_pairs_and_bound_the_judge(oracle, reader, factors, batch_size):
    X, motion, content = (part[::25] for part in factors)
    swap = swap_accuracy(oracle, X, motion, content, reader, batch_size=batch_size, random_state=0)
    assert swap.motion == swap.content == (1.0,)
    assert reader.largest_batch == min(batch_size, len(X))


def test_sequences_on_disk_and_lists_are_read_in_any_order(oracle, reader, factors, tmp_path):
    h5py = pytest.importorskip("h5py")
    X, motion, content = (part[::25] for part in factors)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for data in (file.create_dataset("X", data=X), X.tolist()):
            swap = swap_accuracy(oracle, data, motion, content, reader, batch_size=5)
            assert swap.motion == swap.content == (1.0,)


def test_the_same_seed_gives_the_same_draws(oracle, reader, factors):
    first, again, other = (
        motion_drawn_accuracy(oracle, *factors, reader, random_state=seed) for seed in (3, 3, 4)
    )
    assert first == again != other


def test_numbers_that_do_not_fit_are_refused(oracle, reader, factors):
    X, motion, content = factors
    with pytest.raises(ValueError, match="motion_labels"):
        swap_accuracy(oracle, X, motion[1:], content, reader)
    with pytest.raises(ValueError, match="content_labels"):
        swap_accuracy(oracle, X, motion, content[None], reader)
    with pytest.raises(ValueError, match="the 2 of content_labels"):
        swap_accuracy(oracle, X, motion, np.column_stack([content, content]), reader)
