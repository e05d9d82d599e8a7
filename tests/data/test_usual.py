"""The usual frame: the median of what is there, whatever covers it, is missing or is padding."""

import numpy as np
import pytest
import torch

from seqdisentangle.data import usual
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling
from seqdisentangle.data.usual import usual_frame

NONE = Scaling("none")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, np.float32)


def moving(background, thing):
    """Videos (n, T, H, W) of a square that moves before a background."""
    X = np.broadcast_to(background, (9, 8, *background.shape)).copy()
    for i in range(9):
        for t in range(8):
            row, column = (3 * i + t) % 11, (5 * i + 2 * t) % 11
            X[i, t, row : row + 5, column : column + 5] = thing
    return X


@pytest.mark.parametrize("shape", [(5, 3, 4, 4), (6, 2, 7), (5, 3, 4, 5, 3)], ids=str)
def test_it_is_the_median_of_all_frames_where_they_are_few(shape):
    X = drawn(*shape)
    expected = np.median(X.reshape(-1, *shape[2:]), axis=0)
    if X.ndim == 5:
        expected = expected.transpose(2, 0, 1)
    found = usual_frame(Sequences(X), NONE)
    np.testing.assert_allclose(found.numpy().reshape(expected.shape), expected, rtol=1e-6)


@pytest.mark.parametrize("thing", [0, 255, 128], ids=["dark", "bright", "grey"])
@pytest.mark.parametrize("background", ["dark", "bright", "textured"])
def test_what_moves_uncovers_what_is_behind_it(background, thing):
    behind = {
        "dark": np.full((16, 16), 20, np.uint8),
        "bright": np.full((16, 16), 230, np.uint8),
        "textured": (255 * drawn(16, 16)).astype(np.uint8),
    }[background]
    found = usual_frame(Sequences(moving(behind, thing)), Scaling("unit"))
    np.testing.assert_allclose(found[0].numpy(), behind / np.float32(255), atol=1e-6)


def test_padding_does_not_count():
    X, lengths = drawn(4, 6, 8, 8), np.array([6, 2, 3, 1])
    ragged = [x[:n] for x, n in zip(X, lengths, strict=True)]
    expected = torch.from_numpy(np.median(np.concatenate(ragged), axis=0))[None]
    for sequences in (Sequences(ragged), Sequences(X, lengths=lengths)):
        torch.testing.assert_close(usual_frame(sequences, NONE), expected)


def test_missing_values_do_not_count():
    X = drawn(4, 6, 8, 8)
    X[np.random.default_rng(1).random(X.shape) < 0.7] = np.nan
    expected = np.nanmedian(X, axis=(0, 1))
    X[:, :, 3, 4], expected[3, 4] = np.nan, 0
    found = usual_frame(Sequences(X, missing="mask"), NONE)
    np.testing.assert_allclose(found[0].numpy(), expected, rtol=1e-6)


class Counted:
    """An array outside of memory that notes which rows are read together."""

    def __init__(self, X):
        self.X, self.shape, self.dtype, self.reads = X, X.shape, X.dtype, []

    def __getitem__(self, rows):
        part = self.X[rows]
        self.reads.append(len(part) if part.ndim == self.X.ndim else 1)
        return part


def test_of_what_is_outside_of_memory_a_few_are_read_one_by_one():
    X = drawn(300, 5, 4, 4)
    source = Counted(X)
    sequences = Sequences(source)
    source.reads.clear()
    found = usual_frame(sequences, NONE)
    assert source.reads == [1] * 64
    assert torch.equal(found, usual_frame(Sequences(X), NONE))


def test_of_large_frames_fewer_are_held(monkeypatch):
    held = []
    monkeypatch.setattr(usual, "VALUES", 16 * 20)
    monkeypatch.setattr(usual, "medians", lambda values: held.append(len(values)) or values[0])
    usual_frame(Sequences(drawn(300, 5, 4, 4)), NONE)
    usual_frame(Sequences(drawn(300, 5, 8, 8)), NONE)
    assert held == [20, 16]
