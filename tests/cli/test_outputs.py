import os

import numpy as np
import pytest

from seqdisentangle.cli._outputs import check_apart, write_arrays, write_picture


def test_a_file_stays_as_it_was_if_writing_fails(tmp_path):
    path = tmp_path / "x.npy"
    write_arrays(path, {"x": np.ones(3)})
    with pytest.raises(ValueError, match="Object arrays"):
        write_arrays(path, {"x": np.array([{}], dtype=object)})
    np.testing.assert_array_equal(np.load(path), np.ones(3))
    assert os.listdir(tmp_path) == ["x.npy"]


def test_nothing_is_written_if_a_picture_cannot_be_drawn(tmp_path):
    pytest.importorskip("matplotlib")

    def draw():
        raise RuntimeError("no ink")

    with pytest.raises(RuntimeError, match="no ink"):
        write_picture(tmp_path / "x.png", draw)
    assert os.listdir(tmp_path) == []


def test_a_file_may_lie_beside_what_is_read_and_not_in_its_place(tmp_path):
    read = tmp_path / "X.npy"
    np.save(read, np.ones(3))
    check_apart(tmp_path / "Y.npy", str(read))
    with pytest.raises(ValueError, match="name another place"):
        check_apart(read, str(read))
    with pytest.raises(ValueError, match="name another place"):
        check_apart(tmp_path / "Y.npy", str(tmp_path))
