"""Objects to JSON and back: equal, strict, and running no code."""

from __future__ import annotations

import json
import math
import os
import pathlib
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn
from typing_extensions import TypeAliasType

from seqdisentangle.data.layout import Layout
from seqdisentangle.data.units import Scaling
from seqdisentangle.divergences import MMD, Regularisers, ScaledMMD
from seqdisentangle.networks import MLP
from seqdisentangle.serialization import (
    BIT_GENERATORS,
    RECORDS,
    OwnObjectError,
    from_json,
    matches,
    record,
    to_json,
)
from seqdisentangle.views import Compose, RandomFrames, View


def through_text(value):
    return from_json(json.loads(json.dumps(to_json(value), allow_nan=False)))


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    plain,
    lambda v: (
        st.lists(v, max_size=3)
        | st.lists(v, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers()), v, max_size=3)
    ),
)


Scalar = TypeVar("Scalar", bound=np.generic)
#: As NumPy 2.5 has its NDArray: a name, not what it stands for.
Named = TypeAliasType("Named", np.ndarray[Any, np.dtype[Scalar]], type_params=(Scalar,))


@given(values)
def test_plain_values_come_back_equal_and_of_their_types(value):
    read = through_text(value)
    assert read == value
    assert repr(read) == repr(value)


def test_the_key_of_a_mapping_may_be_a_tag():
    value = {"tuple": [1], "view": {"tensor": "x"}}
    assert through_text({"dict": value}) == {"dict": value}
    assert through_text({"tensor": "x"}) == {"tensor": "x"}


def test_floats_come_back_to_the_bit_infinities_and_nan_too():
    read = through_text([math.inf, -math.inf, math.nan, -0.0, 0.1, 5e-324])
    assert read[:2] == [math.inf, -math.inf]
    assert math.isnan(read[2])
    assert math.copysign(1, read[3]) == -1
    assert read[4:] == [0.1, 5e-324]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.float64("inf"), math.inf),
    ],
)
def test_numpy_scalars_come_back_as_the_numbers_that_they_stand_for(value, expected):
    assert through_text(value) == expected
    assert type(through_text(value)) is type(expected)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int16).reshape(2, 3),
        np.array([0.1, np.inf, -0.0]),
        np.zeros((0, 3), np.float32),
        np.array(True),
        np.arange(3, dtype=">f4"),
    ],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_arrays_come_back_with_their_shape_and_dtype(array):
    read = through_text(array)
    assert read.dtype == array.dtype
    assert read.shape == array.shape
    assert read.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    "value",
    [
        pathlib.Path("a/b"),
        np.dtype("uint8"),
        Layout("image", (3, 4, 5), "first"),
        Scaling("standard", (0.5,), (2.0,)),
        {"view": Compose(("shuffle", RandomFrames(2))), "network": (MLP(width=4),)},
    ],
    ids=lambda v: type(v).__name__,
)
def test_objects_come_back_equal(value):
    assert through_text(value) == value
    assert type(through_text(value)) is type(value)


def test_regularisers_come_back():
    reg = Regularisers("gan", MMD(bandwidth="median"))
    assert repr(through_text(reg)) == repr(reg)


@pytest.mark.parametrize("bits", BIT_GENERATORS)
def test_a_random_state_goes_on_from_where_it_was(bits):
    state = np.random.RandomState(getattr(np.random, bits)(3))
    state.normal(size=3)  # an odd number, of which one is left for the next call
    read = through_text(state)
    assert np.array_equal(read.normal(size=700), state.normal(size=700))


def test_any_path_comes_back_as_a_path():
    class Folder(os.PathLike):
        def __fspath__(self):
            return "folder"

    assert through_text(Folder()) == pathlib.Path("folder")


class Pair(NamedTuple):
    a: int
    b: int


def test_a_named_tuple_is_a_tuple_unless_it_is_a_record():
    assert through_text(Pair(1, 2)) == (1, 2)
    assert type(through_text(Pair(1, 2))) is tuple
    record(Pair)
    try:
        assert type(through_text([Pair(1, 2)])[0]) is Pair
    finally:
        del RECORDS["Pair"]


def test_tensors_are_kept_apart_by_their_places():
    state = {"a": [torch.ones(2)], 3: {"b": torch.zeros(1)}, "n": 1}
    tensors = {}
    written = to_json(state, name="state", tensors=tensors)
    assert list(tensors) == ["state.a.0", "state.3.b"]
    read = from_json(json.loads(json.dumps(written)), tensors)
    assert torch.equal(read["a"][0], state["a"][0])
    assert torch.equal(read[3]["b"], state[3]["b"])


def test_tensors_whose_places_have_one_name_stay_apart():
    tensors = {}
    value = {"a": {"b": torch.zeros(1)}, "a.b": torch.ones(1)}
    read = from_json(to_json(value, tensors=tensors), tensors)
    assert read["a"]["b"] == 0
    assert read["a.b"] == 1


# Refusals


class OwnView(View):
    def __call__(self, x, rng=None, lengths=None):
        return x


class OwnMMD(MMD):
    pass


@pytest.mark.parametrize(
    "value",
    [
        object(),
        len,
        nn.Linear(2, 2),
        torch.ones(2),
        OwnView(),
        OwnMMD(),
        RandomFrames,
        {1, 2},
        1j,
        b"x",
        np.array(["a"]),
        np.datetime64("2020-01-01"),
        ScaledMMD(nn.Linear(3, 2)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_objects_of_the_users_own_are_refused_by_their_place(value):
    with pytest.raises(OwnObjectError, match=r"JSON cannot hold reg\.a\.1\S*: got"):
        to_json({"a": [0, value]}, name="reg")


def test_a_value_that_contains_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError, match=r"cost\.a\.0 contains itself"):
        to_json({"a": loop}, name="cost")


def test_the_same_list_twice_is_no_loop():
    shared = [1]
    assert through_text([shared, shared]) == [[1], [1]]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"function": "os.system"}, "unknown tag 'function': written by a newer version"),
        ({"view": ["kaleidoscope", {}]}, "unknown view 'kaleidoscope': written by a newer version"),
        ({"record": ["Popen", {}]}, "unknown record 'Popen': written by a newer version"),
        ({"view": ["mirror", {"strength": 1}]}, "not the content of a view"),
        ({"view": ["mirror"]}, "not the content of a view|not enough values"),
        ({"view": "mirror"}, "not the content of a view|too many values"),
        ({"view": ["mirror", {"probability": 7}]}, "Mirror: probability must be"),
        ({"view": [["mirror"], {}]}, "not the content of a view"),
        ({"tuple": None}, "not the content of a tuple"),
        ({"tensor": "weight"}, "not the content of a tensor"),
        ({"array": ["O", [1], [1]]}, "an array must be of numbers, got the dtype 'O'"),
        ({"array": ["u1", [1], [300]]}, "uint8 has numbers from 0 to 255"),
        ({"array": ["f8", [2**80], [1.0]]}, "Maximum allowed dimension"),
        (
            {"random_state": {"dict": {"bit_generator": "system"}}},
            "unknown generator of bits",
        ),
        ({"random_state": {"dict": {"bit_generator": "PCG64"}}}, "state dictionary is not valid"),
        ({"random_state": 3}, "not the content of a random_state"),
        ({"float": "many"}, "could not convert"),
        ({}, "must have one key"),
        ({"tuple": [], "list": []}, "must have one key"),
    ],
    ids=str,
)
def test_what_is_not_as_it_was_written_is_a_value_error(value, message):
    with pytest.raises(ValueError, match=message):
        from_json(value)


@pytest.mark.parametrize(
    ("value", "hint", "does"),
    [
        (1, float, True),
        (1.0, int, False),
        (True, int, False),
        (True, float, False),
        (True, bool, True),
        (None, int | None, True),
        ("a", Literal["a", "b"], True),
        (1, Literal[True], False),
        ((1, 2), tuple[int, ...], True),
        ((), tuple[int, ...], True),
        ((1, "a"), tuple[int, str], True),
        ((1,), tuple[int, str], False),
        ([1], tuple[int, ...], False),
        ([{"a": 1.0}], list[dict[str, float]], True),
        ([{"a": "b"}], list[dict[str, float]], False),
        ({1: 1.0}, dict[str, float], False),
        (3, dict[str, float], False),
        ("anything", Any, True),
        (np.dtype("f4"), np.dtype, True),
        (np.ones(2), NDArray[np.float64], True),
        (1.0, NDArray[np.float64], False),
        (np.ones(2), Named[np.float64], True),
        ([1.0], Named[np.float64], False),
    ],
    ids=str,
)
def test_values_match_the_types_of_annotations(value, hint, does):
    assert matches(value, hint) is does


def test_an_argument_of_a_record_is_of_its_type():
    with pytest.raises(ValueError, match="Layout: frame_shape must be of the type tuple"):
        from_json({"record": ["Layout", {"kind": "vector", "frame_shape": "3"}]})
