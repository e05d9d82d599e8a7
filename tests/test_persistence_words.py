"""Persistence: the words of errors name the file, and the release that wrote it."""

import errno

import pytest

from seqdisentangle import persistence
from seqdisentangle.persistence import naming, reading, save_file


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("sizes"), "there is no 'sizes'"),
        (TypeError("2 is no name"), "2 is no name"),
        (MemoryError(), r"MemoryError\(\)"),
    ],
)
def test_an_error_about_what_a_file_holds_names_it(path, error, said):
    with (
        pytest.raises(ValueError, match=rf"model.safetensors' cannot be read as a model: {said}$"),
        reading(path, "a model"),
    ):
        raise error


def test_an_error_that_names_the_file_is_left_as_it_is(path):
    said = f"{str(path)!r} is damaged"
    with pytest.raises(ValueError, match="damaged") as caught, reading(path, "a model"):
        raise ValueError(said)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("wrote", "reads", "newer"),
    [
        ("0.2.0", "0.1.0", True),
        ("1.10", "1.9.3", True),
        ("2.0", "1.9.9", True),
        ("1.9.3", "1.10", False),
        ("1.0.dev3", "1.0", False),
        ("1.0", "1.0", False),
        ("two", "1.0", False),
        ("", "1.0", False),
        ("9.0", "unknown", False),
    ],
)
def test_a_newer_release_is_named(path, monkeypatch, wrote, reads, newer):
    monkeypatch.setattr(persistence, "RELEASE", wrote)
    save_file(path, {}, {})
    monkeypatch.setattr(persistence, "RELEASE", reads)
    with (
        pytest.raises(ValueError, match="cannot be read as a model") as caught,
        reading(path, "a model"),
    ):
        raise ValueError("no such part")
    by = f" by seqdisentangle {reads}, as a newer release wrote it, {wrote}" if newer else ""
    assert str(caught.value) == f"{str(path)!r} cannot be read as a model{by}: no such part"


def test_an_error_of_writing_that_names_no_file_is_given_one():
    with pytest.raises(OSError, match="No space") as caught, naming("codes.h5"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == "codes.h5"
    with pytest.raises(OSError, match="broken") as caught, naming("codes.h5"):
        raise OSError("broken")
    assert caught.value.filename is None
