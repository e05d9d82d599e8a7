"""Persistence: what is saved comes back, and a crash or a damaged file never does harm."""

from __future__ import annotations

import enum
import errno
import math
import os
import stat
from importlib.metadata import version

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle import persistence
from seqdisentangle.persistence import load_file, save_file, written_whole

TENSORS = {"weight": torch.arange(6.0).view(2, 3), "steps": torch.tensor(7), "none": torch.ones(0)}
SETTINGS = {"name": "mmd", "sizes": [1, 2], "nested": {"tol": 1e-4, "ema": None, "on": True}}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def assert_same(got, expected):
    assert got.keys() == expected.keys()
    for name, tensor in expected.items():
        assert got[name].dtype == tensor.dtype
        assert got[name].shape == tensor.shape
        torch.testing.assert_close(got[name], tensor, rtol=0, atol=0, equal_nan=True)


# Round trips


def test_round_trip(path):
    save_file(path, TENSORS, SETTINGS)
    tensors, read = load_file(path)
    assert_same(tensors, TENSORS)
    assert read == SETTINGS


def test_nothing_is_something(path):
    save_file(str(path), {}, {})
    assert load_file(str(path)) == ({}, {})


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3)
)


@given(stored=st.dictionaries(st.text(), values, max_size=4))
@settings(max_examples=60, deadline=None)
def test_settings_come_back_equal(stored, tmp_path_factory):
    path = tmp_path_factory.mktemp("settings") / "file"
    save_file(path, {}, stored)
    assert load_file(path)[1] == stored


@given(
    dtype=st.sampled_from(
        [torch.float64, torch.float32, torch.bfloat16, torch.int64, torch.uint8, torch.bool]
    ),
    shape=st.lists(st.integers(0, 3), max_size=4),
    name=st.text(max_size=8).filter(lambda name: name != "__metadata__"),
)
@settings(max_examples=60, deadline=None)
def test_tensors_come_back_equal(dtype, shape, name, tmp_path_factory):
    path = tmp_path_factory.mktemp("tensors") / "file"
    tensor = (10 * torch.randn(shape)).to(dtype)
    save_file(path, {name: tensor}, {})
    assert_same(load_file(path)[0], {name: tensor})


def test_floats_come_back_to_the_bit_infinities_and_nan_too(path):
    save_file(path, {}, {"values": [math.inf, -math.inf, math.nan, -0.0, 0.1, 5e-324]})
    values = load_file(path)[1]["values"]
    assert values[:2] == [math.inf, -math.inf]
    assert math.isnan(values[2])
    assert math.copysign(1, values[3]) == -1
    assert values[4:] == [0.1, 5e-324]


class Colour(str, enum.Enum):
    RED = "red"


def test_what_json_has_no_type_for_comes_back_as_its_nearest(path):
    save_file(
        path,
        {},
        {
            "tuple": (1, (2, 3)),
            "enum": Colour.RED,
        },
    )
    assert load_file(path)[1] == {"tuple": [1, [2, 3]], "enum": "red"}


def test_strided_shared_and_learnable_tensors(path):
    base = torch.arange(12.0).view(3, 4)
    tensors = {
        "base": base,
        "again": base,
        "transposed": base.T,
        "part": base[1:],
        "expanded": torch.ones(1).expand(5),
        "learnable": torch.nn.Parameter(torch.ones(2)),
    }
    written = persistence._storable({"alone": base, "part": base[:2]})  # what need not is no copy
    assert written["alone"].data_ptr() == base.data_ptr() != written["part"].data_ptr()
    save_file(path, tensors, {})
    got = load_file(path)[0]
    assert_same(got, {name: tensor.detach() for name, tensor in tensors.items()})
    got["base"].zero_()
    assert got["again"].any()


@pytest.mark.skipif(
    tuple(map(int, version("safetensors").split(".")[:2])) < (0, 7),
    reason="safetensors before 0.7 has no complex numbers",
)
def test_conjugate_tensors(path):
    conjugate = torch.tensor([1 + 2j]).conj()
    save_file(path, {"conjugate": conjugate}, {})
    assert_same(load_file(path)[0], {"conjugate": conjugate.resolve_conj()})


def test_what_was_read_does_not_hang_on_the_file(path):
    save_file(path, TENSORS, {})
    tensors, _ = load_file(path)
    with open(path, "r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert_same(tensors, TENSORS)


def test_device(path):
    save_file(path, TENSORS, {})
    assert load_file(path, device=torch.device("meta"))[0]["weight"].is_meta
    with pytest.raises(RuntimeError, match="device"):
        load_file(path, device="abacus")


def test_any_reader_of_the_format_opens_it(path):
    save_file(path, TENSORS, SETTINGS)
    assert_same(safetensors.torch.load_file(path), TENSORS)


# Refusals when saving


def looped():
    loop = []
    loop.append(loop)
    return loop


def deep():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ({"a": [0, {"b": object()}]}, TypeError, "settings must be .* types of JSON, .*object"),
        ({"a": np.ones(2)}, TypeError, "settings must be .*ndarray"),
        ({"a": np.int64(3)}, TypeError, "settings must be .*int64"),
        ({"a": {1, 2}}, TypeError, "settings must be .*set"),
        ({"a": 1j}, TypeError, "settings must be .*complex"),
        ({"a": b"x"}, TypeError, "settings must be .*bytes"),
        ({"a": [{1: 2}]}, TypeError, "keys of settings must be strings.*1"),
        ({"a": looped()}, ValueError, "settings contains itself"),
        ({"a": deep()}, ValueError, "too deeply"),
        ([1], TypeError, "settings must be a mapping, got list"),
    ],
)
def test_settings_that_json_cannot_hold(path, value, error, message):
    with pytest.raises(error, match=message):
        save_file(path, {}, value)
    assert not list(path.parent.iterdir())


def test_the_same_list_twice_is_no_loop(path):
    shared = [1]
    save_file(path, {}, {"a": [shared, shared]})
    assert load_file(path)[1] == {"a": [[1], [1]]}


@pytest.mark.parametrize(
    ("tensors", "error", "message"),
    [
        ({"w": np.ones(2)}, TypeError, r"tensors\['w'\] must be a tensor, got ndarray"),
        ({1: torch.ones(2)}, TypeError, "must be strings, got 1"),
        ({"w": torch.eye(2).to_sparse()}, TypeError, r"tensors\['w'\] must be dense"),
        ({"w": torch.ones(2, device="meta")}, TypeError, r"tensors\['w'\] must be dense"),
        ({"w": torch.ones(2, dtype=torch.complex128)}, ValueError, r"complex128.*\['w'\]"),
        ({"__metadata__": torch.ones(2)}, ValueError, "__metadata__"),
    ],
)
def test_tensors_that_the_format_cannot_hold(path, tensors, error, message):
    with pytest.raises(error, match=message):
        save_file(path, tensors, {})
    assert not list(path.parent.iterdir())


def test_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        save_file(tmp_path / "nowhere" / "file", {}, {})


# Refusals when loading


def test_missing_file(path):
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        load_file(path)


def test_file_of_another_program(path):
    safetensors.torch.save_file(TENSORS, path, {"format": "pt"})
    with pytest.raises(ValueError, match="not written by seqdisentangle"):
        load_file(path)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"format": "2", "settings": "{}"}, "reads up to version 1: a newer release"),
        ({"format": "one", "settings": "{}"}, "format version is 'one'"),
        ({"format": "9" * 5000, "settings": "{}"}, "model.* format version is '9"),
        ({"format": "1", "settings": "{"}, "settings are no JSON"),
        ({"format": "1", "settings": "[" * 100_000}, "settings are no JSON"),
        ({"format": "1", "settings": "[]"}, "settings are no mapping"),
    ],
)
def test_metadata_that_is_not_ours(path, metadata, message):
    safetensors.torch.save_file(
        TENSORS, path, {f"seqdisentangle.{key}": value for key, value in metadata.items()}
    )
    with pytest.raises(ValueError, match=message):
        load_file(path)


def test_every_truncation_is_a_value_error(path):
    save_file(path, TENSORS, SETTINGS)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="model"):
            load_file(path)


@given(content=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_value_error(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("bytes") / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="file"):
        load_file(path)


def test_every_flipped_bit_is_a_value_error_that_names_the_file(path):
    save_file(path, TENSORS, SETTINGS)
    whole = path.read_bytes()
    for i in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[i // 8] ^= 1 << i % 8
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match="model"):
            load_file(path)


# Crashes while saving


def failing(*args, **kwargs):
    raise OSError(errno.EIO, "the power went")


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
def test_a_crash_leaves_the_old_file_and_nothing_else(path, monkeypatch, step):
    save_file(path, TENSORS, SETTINGS)
    old = path.read_bytes()
    monkeypatch.setattr(persistence.os, step, failing)
    with pytest.raises(OSError, match="the power went"):
        save_file(path, {}, {})
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_leaves_nothing_behind(path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(persistence.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_file(path, TENSORS, SETTINGS)
    assert not list(path.parent.iterdir())


def test_the_file_is_on_the_disk_before_it_takes_the_place(path, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace

    def traced_fsync(descriptor):
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        steps.append(f"fsync {kind}")
        fsync(descriptor)

    def traced_replace(*args):
        steps.append("replace")
        replace(*args)

    monkeypatch.setattr(persistence.os, "fsync", traced_fsync)
    monkeypatch.setattr(persistence.os, "replace", traced_replace)
    save_file(path, TENSORS, SETTINGS)
    assert steps == ["fsync file", "replace", "fsync folder"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
def test_permissions_and_links_are_kept(path):
    umask = os.umask(0o022)
    try:
        save_file(path, {}, {"version": 1})
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        path.chmod(0o600)
        link = path.with_name("latest")
        link.symlink_to(path)
        save_file(link, {}, {"version": 2})
    finally:
        os.umask(umask)
    assert link.is_symlink()
    assert load_file(path)[1] == {"version": 2}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_single_value_may_have_any_stride(tmp_path):
    value = torch.as_strided(torch.tensor([7]), (1,), (0,))
    save_file(tmp_path / "file", {"value": value}, {})
    assert load_file(tmp_path / "file")[0]["value"].tolist() == [7]


def test_what_cannot_be_written_is_told_before_it_is_made(tmp_path):
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "none" / "file"):
        pytest.fail("it was made")


def test_a_file_that_another_program_holds_open_stays_as_it_is(path, monkeypatch):
    """As on Windows, where such a file, or one that is read-only, takes the place of none."""
    save_file(path, TENSORS, SETTINGS)
    path.chmod(0o400)
    unlink = type(path).unlink

    def refused(source, target):
        raise PermissionError(errno.EACCES, "access is denied", str(source), None, str(target))

    def unlinked(self):
        if not self.stat().st_mode & stat.S_IWUSR:
            raise PermissionError(errno.EACCES, "access is denied", str(self))
        unlink(self)

    monkeypatch.setattr(persistence.os, "replace", refused)
    monkeypatch.setattr(type(path), "unlink", unlinked)
    with pytest.raises(PermissionError, match="access is denied") as caught:
        save_file(path, {}, {})
    assert caught.value.filename == str(path)
    assert load_file(path)[1] == SETTINGS
    assert list(path.parent.iterdir()) == [path]


def flushing(monkeypatch, code):
    """Let flushing a folder, and that alone, fail by an error of the system."""
    fsync = os.fsync

    def flush(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        fsync(descriptor)

    monkeypatch.setattr(persistence.os, "fsync", flush)


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_flushes_no_folders_is_written_to(path, monkeypatch, code):
    flushing(monkeypatch, code)
    save_file(path, TENSORS, SETTINGS)
    assert load_file(path)[1] == SETTINGS


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
def test_a_folder_that_fails_is_told(path, monkeypatch):
    flushing(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        save_file(path, TENSORS, SETTINGS)
