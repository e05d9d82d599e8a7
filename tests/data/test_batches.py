"""Batches: even, complete, in a reproducible order; and the way back to the user's units."""

from itertools import chain

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.data.batches import Batches
from seqdisentangle.data.passes import EvenPasses
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling, fit_scaling, to_user

CPU = torch.device("cpu")
SHAPES = [(6, 4), (6, 4, 3), (6, 4, 5, 7), (6, 4, 5, 7, 3), (6, 4, 3, 5, 7), (6, 4, 1, 5, 7)]
DTYPES = ["?", "u1", "i2", "u2", "i8", "f2", "f4", "f8"]


def batches(X, scaling=None, batch_size=4, rows=None, rng=None, **parameters):
    sequences = Sequences(X)
    passes = EvenPasses(sequences, batch_size, rows=rows, rng=rng)
    return Batches(sequences, scaling or Scaling("none"), passes, device=CPU, **parameters)


def numbers(n):
    """Sequences of one step, told apart by their value."""
    return np.arange(n, dtype=np.float64).reshape(n, 1)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def values(loader):
    return [batch.x.flatten().int().tolist() for batch in loader]


@given(n=st.integers(1, 200), batch_size=st.integers(1, 70), shuffled=st.booleans())
@settings(max_examples=60)
def test_batches_are_even_and_hold_each_sequence_once(n, batch_size, shuffled):
    loader = batches(numbers(n), batch_size=batch_size, rng=seeded() if shuffled else None)
    found = values(loader)
    sizes = [len(batch) for batch in found]
    assert len(sizes) == len(loader) == -(-n // batch_size)
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1
    assert sorted(chain(*found)) == list(range(n))
    assert all(batch == sorted(batch) for batch in found)


def test_without_a_generator_the_order_is_that_of_the_data():
    assert list(chain(*values(batches(numbers(10))))) == list(range(10))


def test_the_generator_is_the_order_and_moves_on_each_epoch():
    first, again, other = (batches(numbers(20), rng=seeded(s)) for s in (0, 0, 1))
    state = torch.get_rng_state()
    epochs = [values(first) for _ in range(3)]
    assert epochs == [values(again) for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2]
    assert epochs[0] != values(other)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("first", [0, 1, 3, 4])
def test_an_epoch_goes_on_from_any_batch_without_reading_those_before(shuffled, ragged, first):
    X = [np.arange(1 + i % 3) + 100.0 * i for i in range(14)] if ragged else numbers(14)
    generators = [seeded(), seeded()] if shuffled else [None, None]
    whole, part = (batches(X, rng=g) for g in generators)
    expected = values(whole)[first:]
    read = part.sequences.read
    count = []
    part.sequences.read = lambda rows: count.append(1) or read(rows)
    assert values(part.epoch(first)) == expected
    assert len(count) == 4 - first
    assert values(part) == values(whole), "the next epoch is the next one of both"


@pytest.mark.parametrize("generator", [None, seeded()], ids=["in order", "shuffled"])
def test_only_the_given_rows_are_read(generator):
    rows = np.array([1, 2, 5, 8, 13])
    loader = batches(numbers(20), batch_size=2, rows=rows, rng=generator)
    assert len(loader) == 3
    assert sorted(chain(*values(loader))) == rows.tolist()


@pytest.mark.parametrize("source", ["tensor", "h5py", "list"])
def test_other_sources_give_the_batches_of_an_array(source, tmp_path):
    x = np.random.default_rng(0).normal(size=(11, 3, 2)).astype(np.float32)
    if source == "h5py":
        X = h5py.File(tmp_path / "x.h5", "w").create_dataset("x", data=x)
    else:
        X = torch.from_numpy(x) if source == "tensor" else list(x)
    pairs = zip(batches(X, rng=seeded()), batches(x, rng=seeded()), strict=True)
    assert all(torch.equal(a.x, b.x) for a, b in pairs)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_batches_are_frames_of_the_model_in_its_precision(shape, dtype):
    loader = batches(np.zeros(shape, np.uint8), Scaling("unit"), dtype=dtype)
    for batch in loader:
        x = batch.x
        assert batch.lengths is None
        assert x.dtype == dtype
        assert x.shape[1:] == (4, *loader.sequences.layout.frame_shape)
        if x.ndim == 5:
            assert x.flatten(0, 1).is_contiguous(memory_format=torch.channels_last)


def test_images_with_channels_last_are_converted_without_another_copy(monkeypatch):
    copies = []
    contiguous = torch.Tensor.contiguous

    def count(x, *args, **kwargs):
        y = contiguous(x, *args, **kwargs)
        copies.append(y.data_ptr() != x.data_ptr())
        return y

    monkeypatch.setattr(torch.Tensor, "contiguous", count)
    x = np.random.default_rng(0).integers(0, 256, (5, 4, 8, 9, 3), np.uint8)
    for generator in (None, seeded()):
        list(batches(x, Scaling("unit"), rng=generator))
    assert not any(copies)


# The way back


@pytest.mark.parametrize("scale", ["unit", "standard", "none"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_went_in_comes_back(scale, dtype, shape):
    dtype = np.dtype(dtype)
    high = 1 if dtype.kind == "b" or (scale == "unit" and dtype != np.uint8) else 200
    x = np.random.default_rng(0).uniform(0, high, shape)
    x = (x.round() if dtype.kind in "bui" else x).astype(dtype)
    sequences = Sequences(x)
    scaling = fit_scaling(
        scale,
        sequences.chunks(),
        image=sequences.layout.kind == "image",
        dtype=sequences.dtype,
        n_features=sequences.layout.frame_shape[0],
        feature_axes=sequences.layout.feature_axes,
    )
    assert scaling.kind == scale
    loader = Batches(sequences, scaling, EvenPasses(sequences, 4), device=CPU)
    back = [to_user(batch.x, sequences.layout, scaling, dtype) for batch in loader]
    assert all(part.dtype == dtype and part.flags.c_contiguous for part in back)
    back = np.concatenate(back)
    if dtype.kind == "f":
        np.testing.assert_allclose(back, x, rtol=2e-3 if dtype == "f2" else 1e-6, atol=1e-4)
    else:
        np.testing.assert_array_equal(back, x)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"])
@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_integers_saturate_and_never_wrap_around(dtype, precision):
    dtype = np.dtype(dtype)
    info = np.iinfo(dtype)
    layout = Sequences(np.zeros((1, 2))).layout
    x = torch.tensor([[[1e30], [-1e30]]], dtype=precision)
    high, low = to_user(x, layout, Scaling("none"), dtype)[0]
    assert low == info.min
    assert high == pytest.approx(info.max, rel=1e-15)


def test_booleans_are_cut_in_the_middle():
    layout = Sequences(np.zeros((1, 3))).layout
    x = torch.tensor([[[0.4], [0.6], [1.7]]])
    assert to_user(x, layout, Scaling("unit"), np.dtype(bool)).tolist() == [[False, True, True]]


# ---- what is known of sequences, and shards ------------------------------------------------------


def test_labels_and_groups_go_with_their_sequences():
    labels, groups = 10 * np.arange(11), np.arange(11) % 3
    loader = batches(numbers(11), rng=seeded(), labels=labels, groups=groups)
    for batch in loader:
        rows = batch.x.flatten().long()
        assert batch.labels.tolist() == (10 * rows).tolist()
        assert batch.groups.tolist() == (rows % 3).tolist()
    (batch,) = batches(numbers(3), labels=np.arange(6).reshape(3, 2))
    assert batch.labels.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert batch.groups is None


@pytest.mark.parametrize("gap", [False, True])
@pytest.mark.parametrize("n_shards", [1, 2, 3])
def test_shards_are_as_long_as_the_longest_of_the_whole_batch(n_shards, gap):
    lengths = [7, 2, 5, 1, 6, 3, 7, 4, 2]
    X = [np.arange(1.0, T + 1)[:, None] + 100 * i for i, T in enumerate(lengths)]
    if gap:
        X[0][3] = np.nan
    sequences = Sequences(X, missing="mask")

    def loader(shard):
        passes = EvenPasses(sequences, 3)
        return Batches(sequences, Scaling("none"), passes, device=CPU, shard=shard)

    wholes = list(loader(lambda rows: rows))
    shards = [
        list(loader(lambda rows, k=k: np.arange(9)[rows][k::n_shards])) for k in range(n_shards)
    ]
    for whole, *parts in zip(wholes, *shards, strict=True):
        for k, part in enumerate(parts):
            assert torch.equal(part.x, whole.x[k::n_shards])
            lengths_of = None if part.lengths is None else part.lengths.tolist()
            assert lengths_of == whole.lengths[k::n_shards].tolist()
            if part.observed is not None:
                assert torch.equal(part.observed, whole.observed[k::n_shards])
    assert any(batch.observed is not None for batch in wholes) == gap


@pytest.mark.parametrize("missing", ["error", "mask"])
def test_what_is_observed_is_told_where_something_is_missing(missing):
    x = np.random.default_rng(0).normal(size=(6, 4, 3))
    sequences = Sequences(x, missing=missing)
    whole = Batches(sequences, Scaling("none"), EvenPasses(sequences, 3), device=CPU)
    assert all(batch.observed is None for batch in whole)
    x[4, 1, 2] = np.nan
    if missing == "mask":
        sequences = Sequences(x, missing=missing)
        parts = Batches(sequences, Scaling("none"), EvenPasses(sequences, 3), device=CPU)
        first, second = (batch.observed for batch in parts)
        assert first is None
        np.testing.assert_array_equal(second, ~np.isnan(x[3:]))
