"""Sequences of different lengths: read, checked and batched as if alone; every source is here."""

from decimal import Decimal
from fractions import Fraction
from itertools import chain

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.data.batches import Batches, to_model
from seqdisentangle.data.passes import EvenPasses
from seqdisentangle.data.ragged import Padded, Ragged, checked_lengths, stacked
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling, fit_scaling

CPU = torch.device("cpu")
LENGTHS = [3, 1, 5, 2, 5, 4]
FRAMES = [(), (3,), (5, 2), (4, 5), (8, 9, 3), (1, 8, 9)]
DTYPES = ["?", "u1", "i8", "f2", "f4", "f8"]
each_frame = pytest.mark.parametrize("frame", FRAMES, ids=str)
ROWS = [slice(None), slice(1, 4), slice(4, 99), np.array([0, 3, 5]), np.array([1])]


def arrays(frame=(), dtype="f4", lengths=LENGTHS):
    """Sequences whose values are all different where the type has as many, and none zero."""
    values = np.arange(1, 1 + sum(lengths) * int(np.prod(frame)))
    flat = values.reshape(-1, *frame).astype(dtype)
    return np.split(flat, np.cumsum(lengths)[:-1])


def padded(sequences, value=0, steps=None):
    """A plain loop that pads."""
    steps = steps or max(map(len, sequences))
    x = np.full((len(sequences), steps, *sequences[0].shape[1:]), value, sequences[0].dtype)
    for row, sequence in zip(x, sequences, strict=True):
        row[: len(sequence)] = sequence
    return x


def batches(sequences, batch_size=4, *, rows=None, rng=None, **parameters):
    passes = EvenPasses(sequences, batch_size, rows=rows, rng=rng)
    return Batches(sequences, Scaling("none"), passes, device=CPU, **parameters)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# Ragged and Padded


@each_frame
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_list_reads_like_a_padded_array(frame, dtype):
    X = arrays(frame, dtype)
    ragged = Ragged(X, "X")
    assert ragged.shape == (6, 5, *frame)
    assert ragged.dtype == dtype
    assert ragged.lengths.tolist() == LENGTHS
    for rows in ROWS:
        part = ragged[rows]
        some = [X[i] for i in np.arange(6)[rows]]
        assert part.dtype == dtype
        np.testing.assert_array_equal(part, padded(some))


@each_frame
@pytest.mark.parametrize("source", ["array", "tensor", "memmap", "h5py"])
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_a_padded_array_reads_like_the_list(frame, source, dtype, tmp_path):
    X = arrays(frame, dtype)
    array = padded(X, 99 if dtype == "u1" else np.nan, steps=7)
    if source == "tensor":
        array = torch.from_numpy(array)
    elif source == "h5py":
        array = h5py.File(tmp_path / "x.h5", "w").create_dataset("x", data=array)
    elif source == "memmap":
        np.save(tmp_path / "x.npy", array)
        array = np.load(tmp_path / "x.npy", mmap_mode="r")
    both = Padded(array, np.array(LENGTHS)), Ragged(X, "X")
    for rows in ROWS:
        np.testing.assert_array_equal(*(source[rows] for source in both))


@pytest.mark.parametrize("source", [np.asarray, torch.from_numpy])
def test_the_array_that_is_read_stays_as_it_was(source):
    array = padded(arrays((3,)), 7)
    before = array.copy()
    part = Padded(source(array), np.array(LENGTHS))[:]
    part[:] = -1
    np.testing.assert_array_equal(array, before)


def test_a_list_may_mix_types_tensors_and_plain_lists():
    sequences = Sequences([[1, 2, 3], torch.tensor([0.5]), np.array([7, 8], np.uint8)])
    assert sequences.dtype == np.float64
    assert sequences.lengths.tolist() == [3, 1, 2]
    assert sequences.read(slice(0, 3)).tolist() == [[1, 2, 3], [0.5, 0, 0], [7, 8, 0]]


# Sequences


def either(X, how):
    """The same sequences as a list, or as an array with lengths."""
    if how == "list":
        return Sequences(X)
    array = padded(X, np.nan if X[0].dtype.kind == "f" else 1)
    return Sequences(torch.from_numpy(array) if how == "tensor" else array, lengths=LENGTHS)


each_form = pytest.mark.parametrize("how", ["list", "array", "tensor"])


@each_form
@each_frame
@pytest.mark.parametrize("dtype", ["u1", "f4", "f8"])
def test_sequences_of_different_lengths_have_the_layout_of_their_frames(how, frame, dtype):
    X = arrays(frame, dtype)
    sequences = either(X, how)
    assert sequences.layout == Sequences(padded(X)).layout
    assert (len(sequences), sequences.n_steps, sequences.dtype) == (6, 5, np.dtype(dtype))
    assert sequences.lengths.tolist() == LENGTHS
    for rows in ROWS:
        some = [X[i] for i in np.arange(6)[rows]]
        np.testing.assert_array_equal(sequences.read(rows).numpy(), padded(some))


@each_form
@each_frame
@pytest.mark.parametrize("n_values", [1, 30, 10**6])
def test_chunks_are_the_real_frames_in_order(how, frame, n_values):
    X = arrays(frame)
    chunks = list(either(X, how).chunks(n_values))
    np.testing.assert_array_equal(np.concatenate(chunks), np.concatenate(X))
    assert len(chunks) == (6 if n_values == 1 else 1) or n_values == 30


@each_form
@each_frame
@pytest.mark.parametrize("n_values", [1, 10**6])
def test_the_units_are_those_of_the_real_frames(how, frame, n_values):
    sequences = either(arrays(frame), how)
    layout, values = sequences.layout, np.concatenate(arrays(frame)).astype(np.float64)
    scaling = fit_scaling(
        "standard",
        sequences.chunks(n_values),
        image=layout.kind == "image",
        dtype=sequences.dtype,
        feature_axes=layout.feature_axes,
        n_features=layout.frame_shape[0],
    )
    values = np.moveaxis(values, layout.feature_axes, range(len(layout.feature_axes)))
    values = values.reshape(layout.frame_shape[0], -1)
    np.testing.assert_allclose(scaling.mean, values.mean(1))
    np.testing.assert_allclose(scaling.std, values.std(1))


def test_equal_lengths_are_no_lengths():
    x = np.zeros((6, 4, 3))
    for sequences in (Sequences(list(x)), Sequences(x), Sequences(x, lengths=[4] * 6)):
        assert sequences.lengths is None
    cut = Sequences(x, lengths=[2] * 6)
    assert (cut.lengths, cut.n_steps, cut.shape) == (None, 2, (6, 2, 3))
    assert cut.read(slice(0, 6)).shape == (6, 2, 3)


def test_steps_that_are_padding_everywhere_do_not_count():
    sequences = Sequences(padded(arrays((3,)), np.nan, steps=9), lengths=LENGTHS)
    assert (sequences.n_steps, sequences.shape) == (5, (6, 5, 3))
    assert sequences.read(slice(0, 6)).shape == (6, 5, 3)


@each_form
def test_batches_say_the_lengths_where_any_is_padding(how):
    X = arrays((3,))
    sequences = either(X, how)
    for rows in (slice(0, 3), np.array([2, 4]), np.array([1, 3]), slice(1, 2)):
        whole = sequences.read(rows)
        batch = to_model(whole, rows, sequences, Scaling("none"), CPU, torch.float64)
        x, lengths = batch.x, batch.lengths
        some = [X[i] for i in np.arange(6)[rows]]
        assert x.dtype == torch.float64
        np.testing.assert_array_equal(x.numpy(), padded(some))
        if len({len(sequence) for sequence in some}) == 1:
            assert lengths is None
        else:
            assert lengths.dtype == torch.int64
            assert lengths.tolist() == [len(sequence) for sequence in some]


def test_images_keep_their_channels_last():
    sequences = Sequences(arrays((8, 9, 3), "u1"))
    for batch in batches(sequences, rng=seeded()):
        assert batch.x.flatten(0, 1).is_contiguous(memory_format=torch.channels_last)


def test_a_layout_from_fit_is_asked_of_lists_too():
    layout = Sequences(arrays((3,))).layout
    assert Sequences(arrays((3,), lengths=[9, 2]), layout=layout).n_steps == 9
    with pytest.raises(ValueError, match=r"Y must have the 3 dimensions \(n, T, 3\)"):
        Sequences(arrays((4,)), layout=layout, name="Y")


# Batches


def of_lengths(lengths):
    """Sequences whose value is their number."""
    return Sequences([np.full(length, i) for i, length in enumerate(lengths)])


def numbers(loader):
    return [batch.x[:, 0].flatten().int().tolist() for batch in loader]


def share_of_padding(loader):
    real = total = 0
    for batch in loader:
        n_frames = len(batch) * batch.x.shape[1]
        total += n_frames
        real += n_frames if batch.lengths is None else int(batch.lengths.sum())
    return 1 - real / total


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=150),
    batch_size=st.integers(1, 40),
    shuffled=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_each_epoch_holds_each_sequence_once_in_even_batches(lengths, batch_size, shuffled):
    loader = batches(of_lengths(lengths), batch_size=batch_size, rng=seeded() if shuffled else None)
    for _ in range(2):
        found = numbers(loader)
        sizes = [len(batch) for batch in found]
        assert len(sizes) == len(loader) == -(-len(lengths) // batch_size)
        assert max(sizes) - min(sizes) <= 1
        assert sorted(chain(*found)) == list(range(len(lengths)))
        assert all(batch == sorted(batch) for batch in found)
    for batch in loader:
        x, of_batch = batch.x, batch.lengths
        found = [lengths[i] for i in x[:, 0].flatten().int().tolist()]
        assert x.shape[1] == max(found)
        assert of_batch is None if len(set(found)) == 1 else of_batch.tolist() == found


LONG_AND_SHORT = np.random.RandomState(0).randint(1, 101, size=640)


def test_the_generator_is_the_order_of_buckets_and_moves_on_each_epoch():
    sequences = of_lengths(LONG_AND_SHORT)
    first, again, other = (batches(sequences, rng=seeded(s)) for s in (0, 0, 1))
    state = torch.get_rng_state()
    epochs = [numbers(first) for _ in range(3)]
    assert epochs == [numbers(again) for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2]
    assert epochs[0] != numbers(other)
    assert {frozenset(b) for b in epochs[0]} != {frozenset(b) for b in epochs[1]}
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("batch_size", [8, 16, 32])
def test_sequences_of_like_lengths_come_together(batch_size, monkeypatch):
    sequences = of_lengths(LONG_AND_SHORT)
    share = share_of_padding(batches(sequences, batch_size=batch_size, rng=seeded()))
    monkeypatch.setattr("seqdisentangle.data.passes.STRETCH", 1)
    random = share_of_padding(batches(sequences, batch_size=batch_size, rng=seeded()))
    assert random > 0.35
    assert share < random / 4


def test_the_order_of_batches_is_not_from_short_to_long():
    means = [
        LONG_AND_SHORT[batch].mean()
        for batch in numbers(batches(of_lengths(LONG_AND_SHORT), rng=seeded()))
    ]
    rank = np.argsort(np.argsort(means))
    assert abs(np.corrcoef(rank, np.arange(len(rank)))[0, 1]) < 0.3
    assert (np.diff(means) < 0).mean() == pytest.approx(0.5, abs=0.1)


def test_without_a_generator_the_rows_keep_their_order():
    sequences, rows = of_lengths(LONG_AND_SHORT), np.array([1, 2, 5, 8, 13, 21])
    assert list(chain(*numbers(batches(sequences)))) == list(range(640))
    assert numbers(batches(sequences, rows=rows)) == [[1, 2, 5], [8, 13, 21]]


def test_only_the_given_rows_are_read_whatever_their_lengths():
    rows = np.arange(0, 640, 3)
    found = numbers(batches(of_lengths(LONG_AND_SHORT), rows=rows, rng=seeded()))
    assert sorted(chain(*found)) == rows.tolist()


def test_a_list_gives_the_batches_of_a_padded_array():
    X = arrays((3,))
    pair = (batches(either(X, how), 2, rng=seeded()) for how in ("list", "array"))
    for a, b in zip(*pair, strict=True):
        assert torch.equal(a.x, b.x)
        assert (a.lengths is None) == (b.lengths is None)
        assert a.lengths is None or torch.equal(a.lengths, b.lengths)


# What is refused


@pytest.mark.parametrize(
    "lengths", [[3, 1], (3, 1), np.array([3, 1], np.uint8), torch.tensor([3, 1])], ids=type
)
def test_lengths_are_whole_numbers_in_any_container(lengths):
    found = checked_lengths(lengths, 2, 3, "X")
    assert found.dtype == np.intp
    assert found.tolist() == [3, 1]


@pytest.mark.parametrize("of", [Decimal, Fraction, np.int8])
def test_lengths_may_be_objects_that_are_whole_numbers(of):
    lengths = np.array([of(3), of(1)], object)
    assert checked_lengths(lengths, 2, 3, "X").tolist() == [3, 1]
    with pytest.raises(ValueError, match=r"lengths must be 2 whole numbers, .* float64"):
        checked_lengths(np.array([of(3), 1.5], object), 2, 3, "X")


ONE_EACH = "lengths must be 3 whole numbers, one for each sequence of Y, got shape "


@pytest.mark.parametrize(
    ("lengths", "match"),
    [
        ([2, 2], ONE_EACH + r"\(2,\) of dtype int64"),
        ([2, 2, 2, 2], ONE_EACH + r"\(4,\)"),
        (2, ONE_EACH + r"\(\)"),
        ([[2], [2], [2]], ONE_EACH + r"\(3, 1\)"),
        ([2.0, 2.0, 2.0], ONE_EACH + r"\(3,\) of dtype float64"),
        (torch.ones(3), ONE_EACH + r"\(3,\) of dtype float32"),
        ([True, True, True], ONE_EACH + r"\(3,\) of dtype bool"),
        (["2", "2", "2"], ONE_EACH + r"\(3,\) of dtype <U1"),
        ([2, None, 2], ONE_EACH + r"\(3,\) of dtype float64"),
        ("all", ONE_EACH + r"\(\) of dtype <U3"),
        ([2, [1, 2], 2], "lengths must be 3 whole numbers, one for each sequence of Y"),
        ([2, 5, 9], r"lengths\[1\] must be from 1 to 4, the steps of Y, got 5"),
        ([2, 4, 0], r"lengths\[2\] must be from 1 to 4, the steps of Y, got 0"),
        ([-1, 4, 4], r"lengths\[0\] must be from 1 to 4, the steps of Y, got -1"),
    ],
    ids=str,
)
def test_lengths_that_do_not_fit_are_refused(lengths, match):
    with pytest.raises(ValueError, match=match):
        Sequences(np.zeros((3, 4, 2)), lengths=lengths, name="Y")


@pytest.mark.parametrize("n_steps", [[4, 2], [4, 4]])
def test_lengths_are_for_arrays(n_steps):
    X = [np.zeros((k, 2)) for k in n_steps]
    if n_steps == [4, 2]:
        with pytest.raises(ValueError, match="lengths are for a padded array, and X is a list"):
            Sequences(X, lengths=[4, 2])
    else:
        assert Sequences(X, lengths=[4, 2]).lengths.tolist() == [4, 2]


def frames(*shapes, dtype=float):
    return [np.ones(shape, dtype) for shape in shapes]


@pytest.mark.parametrize(
    ("X", "error", "match"),
    [
        (
            frames((3, 2), (4, 2), (2, 3)),
            ValueError,
            r"Y\[2\] has shape \(2, 3\), unlike Y\[0\] with shape \(3, 2\): expected sequences of "
            r"one shape, or of different lengths \(T_i, ...\) with frames of one shape",
        ),
        (
            frames((2, 5), (2, 7)),
            ValueError,
            r"Y\[1\] has .*\(channels, T_i\), .* seqdisentangle.data.from_channels_first\(Y\)",
        ),
        (frames((3, 2), (3,)), ValueError, r"Y\[1\] has shape \(3,\), unlike Y\[0\]"),
        (frames((3,), ()), ValueError, r"Y\[1\] has shape \(\), unlike Y\[0\]"),
        (frames((), (3,)), ValueError, r"Y\[0\] has shape \(\)"),
        (frames((3, 8, 8, 3), (2, 3, 8, 8)), ValueError, r"Y\[1\] has shape \(2, 3, 8, 8\)"),
        (frames((3, 2), (0, 2), (1, 2)), ValueError, r"Y\[1\] is empty: expected at least one"),
        (frames((3,), (0,)), ValueError, r"Y\[1\] is empty"),
        ([[1, 2], []], ValueError, r"Y\[1\] is empty"),
        (frames((3, 0), (2, 0)), ValueError, r"Y is empty: got shape \(2, 3, 0\)"),
        ([[[1, 2], [3]], [[1, 2]]], ValueError, r"Y\[0\] is no array of numbers"),
        ([np.ones((3, 2)), np.full((2, 2), object())], TypeError, r"at Y\[1\]\[0, 0\]: float"),
        (frames((3, 2), (2, 2), dtype=str), ValueError, r"Y\[0\] must hold numbers, got dtype <U1"),
        ([["a", "b"], ["c"]], ValueError, r"Y\[0\] must hold numbers, got dtype <U1"),
        (frames((3, 2), (2, 2), dtype=complex), ValueError, "Complex data not supported: Y"),
        (frames((3, 1, 1, 1, 1), (2, 1, 1, 1, 1)), ValueError, "Y must have 2 to 5 dimensions"),
    ],
)
def test_bad_lists_name_the_sequence_and_what_was_got(X, error, match):
    with pytest.raises(error, match=match):
        Sequences(X, name="Y")


@each_form
@pytest.mark.parametrize(("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_a_real_value_that_is_not_finite_names_its_sequence(how, value, what):
    X = arrays((3,))
    X[3][1, 2] = X[5][0, 0] = value
    sequences = either(X, how)
    for rows in (slice(0, 6), slice(2, 9), np.array([1, 3, 5])):
        with pytest.raises(ValueError, match=f"X contains {what}.*: sequence 3 has 1 values"):
            sequences.read(rows)
    with pytest.raises(ValueError, match="sequence 3"):
        list(sequences.chunks())
    assert sequences.read(slice(0, 3)).shape == (3, 5, 3)


@pytest.mark.parametrize("value", [np.nan, -np.inf, 1e30])
def test_any_value_may_stand_in_the_padding(value):
    X = arrays((3,))
    sequences = Sequences(padded(X, value), lengths=LENGTHS)
    np.testing.assert_array_equal(sequences.read(slice(0, 6)).numpy(), padded(X))
    np.testing.assert_array_equal(np.concatenate(list(sequences.chunks())), np.concatenate(X))


def test_sequences_of_one_length_are_an_array():
    assert stacked(list(np.zeros((2, 3)))).shape == (2, 3)
    assert isinstance(stacked([np.zeros((2, 3)), np.zeros((4, 3))]), list)
