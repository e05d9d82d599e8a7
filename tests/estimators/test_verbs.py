"""The verbs of a fitted model: one contract over every layout, and what they refuse."""

import contextlib
import copy

import h5py
import numpy as np
import pandas as pd
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.exceptions import NotFittedError

from seqdisentangle import Codes, RecurrentWAE
from seqdisentangle.data import LayoutWarning

T, SIDE = 4, 16
FRAMES = {
    "numbers": (),
    "features": (3,),
    "grey": (SIDE, SIDE),
    **{f"first{c}": (c, SIDE, SIDE) for c in (1, 3, 4)},
    **{f"last{c}": (SIDE, SIDE, c) for c in (1, 3, 4)},
}
DTYPES = ["uint8", "float32", "float64"]


def draw(frame, dtype, n=5, steps=T, seed=0):
    x = np.random.RandomState(seed).uniform(size=(n, steps, *frame))
    return (x * 255).astype(np.uint8) if dtype == "uint8" else x.astype(dtype)


@contextlib.contextmanager
def container(kind, X, folder):
    """The same sequences as a user may hold them."""
    if kind == "array":
        yield X
    elif kind == "tensor":
        yield torch.from_numpy(X)
    elif kind == "list":
        yield list(X)
    elif kind == "memmap":
        np.save(folder / "x.npy", X)
        yield np.load(folder / "x.npy", mmap_mode="r")
    else:
        with h5py.File(folder / "x.h5", "w") as file:
            yield file.create_dataset("x", data=X)


def frames_close(got, want, dtype):
    """Equal up to the order in which a sum was taken: one grey level, or a float's last digits."""
    if dtype == "uint8":
        return np.abs(got.astype(int) - want.astype(int)).max() <= 1
    return np.allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", FRAMES)
def test_verbs_keep_shape_dtype_layout_and_units(layout, dtype, small):
    frame = FRAMES[layout]
    X, Y = draw(frame, dtype), draw(frame, dtype, seed=1)
    model = small(max_epochs=1).fit(X)

    content, motion = codes = model.transform(X)
    assert isinstance(codes, Codes)
    assert content.shape == (5, 4)
    assert motion.shape == (5, T, 2)
    assert content.dtype == motion.dtype == np.float32

    made = {
        "inverse_transform": model.inverse_transform(codes),
        "reconstruct": model.reconstruct(X),
        "sample": model.sample(3, 6, random_state=0),
        "extend": model.extend(X, 3, random_state=0),
        "interpolate": model.interpolate(X, Y, 4),
        "swap 0": model.swap(X, Y).a_motion_b_content,
        "swap 1": model.swap(X, Y).a_content_b_motion,
    }
    shapes = {"sample": (3, 6), "extend": (5, 3), "interpolate": (5, 4, T)}
    for verb, frames in made.items():
        assert frames.shape == (*shapes.get(verb, (5, T)), *frame), verb
        assert frames.dtype == X.dtype, verb
        if len(frame) > 1 and dtype != "uint8":
            assert frames.min() >= 0, verb
            assert frames.max() <= 1, verb
    if len(frame) > 1 and dtype == "uint8":
        assert made["sample"].max() > 1, "in the model's units"

    assert np.array_equal(made["inverse_transform"], made["reconstruct"])
    ends = made["interpolate"][:, [0, -1]]
    assert frames_close(ends[:, 0], made["reconstruct"], dtype)
    assert frames_close(ends[:, 1], model.reconstruct(Y), dtype)
    codes_y = model.transform(Y)
    assert np.array_equal(made["swap 0"], model.inverse_transform((codes_y.content, codes.motion)))
    assert np.array_equal(made["swap 1"], model.inverse_transform((codes.content, codes_y.motion)))
    assert model.score(X) < 0


@pytest.mark.parametrize("kind", ["tensor", "list", "memmap", "h5py"])
@pytest.mark.parametrize("layout", ["numbers", "features", "grey", "last3"])
def test_verbs_take_the_same_sequences_in_any_container(layout, kind, small, tmp_path):
    X = draw(FRAMES[layout], "float32")
    expected = small(max_epochs=1).fit(X)
    with container(kind, X, tmp_path) as same:
        model = small(max_epochs=1).fit(same)
        codes = model.transform(same)
        assert np.array_equal(np.asarray(codes), np.asarray(expected.transform(X)))
        assert np.array_equal(model.reconstruct(same), expected.reconstruct(X))
        assert np.array_equal(model.swap(same, X)[0], expected.swap(X, X)[0])
        assert np.array_equal(
            model.extend(same, 2, random_state=0), expected.extend(X, 2, random_state=0)
        )
        assert np.array_equal(model.interpolate(same, same, 2), expected.interpolate(X, X, 2))
        assert model.score(same) == expected.score(X)


@pytest.mark.parametrize("X", [np.ones((1, 1, 3)), np.ones((1, 1)), np.ones((1, 1, 16, 16))])
def test_one_sequence_of_one_step(X, small):
    with pytest.warns(LayoutWarning, match="a single sequence, n = 1"):
        model = small(batch_size=1000).fit(X)
    assert model.reconstruct(X).shape == X.shape
    assert model.transform(X).motion.shape == (1, 1, 2)
    assert model.extend(X, 2).shape == (1, 2, *X.shape[2:])
    assert model.sample().shape == X.shape


@pytest.mark.parametrize("verb", ["transform", "reconstruct", "score", "extend", "sample", "swap"])
def test_verbs_leave_the_model_and_the_global_generators_alone(
    verb, vector_model, vectors, generator_states
):
    before = copy.deepcopy(vector_model.model_.state_dict())
    arguments = {"extend": (vectors, 2), "sample": (2,), "swap": (vectors, vectors)}
    states = generator_states()
    getattr(vector_model, verb)(*arguments.get(verb, (vectors,)))
    assert generator_states() == states
    after = vector_model.model_.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not vector_model.model_.training


# ---- what they refuse ----------------------------------------------------------------------------

REFUSED = {
    "other D": (lambda m, X: m.transform(X[..., :2]), r"X must .*\(n, T, 3\).*\(7, 5, 2\)"),
    "2-D": (lambda m, X: m.transform(X[..., 0]), r"X must .*\(n, T, 3\).*\(7, 5\)"),
    "frame": (lambda m, X: m.transform(pd.DataFrame(X[0])), r"X must .*\(n, T, 3\).*\(5, 3\)"),
    "nan": (lambda m, X: m.transform(np.where(X[2, 1, 1] == X, np.nan, X)), "NaN: sequence 2"),
    "inf": (lambda m, X: m.transform(np.where(X[2, 1, 1] == X, np.inf, X)), "infinity.*sequence 2"),
    "complex": (lambda m, X: m.transform(X + 0j), "Complex data not supported"),
    "empty": (lambda m, X: m.transform(X[:0]), "X is empty"),
    "sparse": (lambda m, X: m.transform(csr_matrix(X[0])), "X is sparse"),
    "ragged": (lambda m, X: m.transform([X[0], X[1, :, :2]]), r"X\[1\] has shape \(5, 2\)"),
    "none": (lambda m, X: m.transform(None), "X must be an array.*NoneType"),
    "sample(-1)": (lambda m, X: m.sample(-1), "n_samples must be an integer.*got -1"),
    "sample(0)": (lambda m, X: m.sample(0), "n_samples must be .* at least 1, got 0"),
    "sample(2.5)": (lambda m, X: m.sample(2.5), "n_samples must be an integer.*got 2.5"),
    "sample(True)": (lambda m, X: m.sample(True), "n_samples must be an integer.*got True"),
    "sample(1, 0)": (lambda m, X: m.sample(1, 0), "n_steps must be .* at least 1, got 0"),
    "3 of 4": (
        lambda m, X: m.sample(3, content=np.zeros((4, 4))),
        r"content must have shape \(n_samples=3, content_size=4\), got \(4, 4\)",
    ),
    "4 and 3": (
        lambda m, X: m.sample(content=np.zeros((4, 4)), motion=np.zeros((3, 5, 2))),
        "equally many codes, got 4 and 3",
    ),
    "wide content": (lambda m, X: m.sample(content=np.zeros((2, 5))), "content_size=4.*got"),
    "other steps": (
        lambda m, X: m.sample(2, 7, motion=np.zeros((2, 3, 2))),
        r"motion must have shape \(n_samples=2, n_steps=7, motion_size=2\), got \(2, 3, 2\)",
    ),
    "text": (lambda m, X: m.sample(content=[["1"] * 4]), "content must be an array of numbers"),
    "nan code": (lambda m, X: m.sample(content=[np.nan] * 4), "content must be finite"),
    "seed": (lambda m, X: m.sample(random_state="x"), "random_state must be .* got 'x'"),
    "no pair": (lambda m, X: m.inverse_transform(np.zeros((3, 4))), "codes must be a pair"),
    "nan codes": (
        lambda m, X: m.inverse_transform((np.zeros((1, 4)), np.full((1, 5, 2), np.nan))),
        "motion must be finite",
    ),
    "one motion": (
        lambda m, X: m.inverse_transform((np.zeros((3, 4)), np.zeros((1, 5, 2)))),
        r"motion must have shape \((n|n_samples)=3, (T|n_steps), motion_size=2\), got \(1, 5, 2\)",
    ),
    "swap n": (lambda m, X: m.swap(X, X[:2]), "a and b .*equally many.*got 7 and 2"),
    "swap frames": (lambda m, X: m.swap(X, X[..., :2]), r"b must have .*\(n, T, 3\)"),
    "swap nan": (lambda m, X: m.swap(X, X * np.nan), "b contains NaN"),
    "extend(X, 0)": (lambda m, X: m.extend(X, 0), "n_steps must be .* at least 1, got 0"),
    "interpolate(n=1)": (lambda m, X: m.interpolate(X, X, 1), "n must be .* at least 2, got 1"),
    "interpolate T": (lambda m, X: m.interpolate(X, X[:, :2]), "same length, got 5 and 2 steps"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_and_changes_nothing(case, vector_model, vectors):
    call, message = REFUSED[case]
    attributes, weights = dict(vars(vector_model)), copy.deepcopy(vector_model.model_.state_dict())
    with pytest.raises((ValueError, TypeError), match=message):
        call(vector_model, vectors)
    assert vars(vector_model) == attributes
    after = vector_model.model_.state_dict()
    assert all(torch.equal(weights[name], after[name]) for name in weights)


@pytest.mark.parametrize("kind", ["array", "tensor", "list", "memmap", "h5py"])
def test_numbers_of_another_length_are_refused(kind, numbers, small, tmp_path):
    model = small(max_epochs=1).fit(numbers)
    expected = pytest.raises(ValueError, match=r"has 3 features, .* expecting 5 features")
    with container(kind, numbers[:, :3], tmp_path) as other, expected:
        model.transform(other)


def test_ambiguous_channels_have_to_be_told(small):
    X = draw((4, 16, 4), "uint8")
    with pytest.raises(ValueError, match="say channels='first'"):
        small().fit(X)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("transform", 1),
        ("reconstruct", 1),
        ("inverse_transform", 1),
        ("score", 1),
        ("extend", 2),
        ("swap", 2),
        ("interpolate", 2),
        ("sample", 0),
        ("get_feature_names_out", 0),
        ("save", 1),
    ],
)
def test_verbs_before_fit(verb, arguments, tmp_path):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(RecurrentWAE(), verb)(*[tmp_path / "x"] * arguments)
