"""Paths in arguments: what is no path is refused by the name of the argument."""

from pathlib import Path

import pytest

from seqdisentangle._paths import check_path


@pytest.mark.parametrize("path", ["new", Path("new"), Path("a") / "b"])
def test_paths_are_taken_whether_they_exist_or_not(path):
    check_path(path, "out", to_write=True)


@pytest.mark.parametrize("bad", [None, 3, True, b"new", ["new"]])
def test_other_types_are_named(bad):
    with pytest.raises(TypeError, match="out must be a path"):
        check_path(bad, "out")


@pytest.mark.parametrize("bad", ["", "a\0b"])
def test_names_that_no_file_has_are_named(bad):
    with pytest.raises(ValueError, match="out must be a path, not empty"):
        check_path(bad, "out")


def test_a_folder_is_no_file_to_write(tmp_path):
    check_path(tmp_path, "out")
    with pytest.raises(IsADirectoryError, match=r"out=.* is a folder: name a file in it"):
        check_path(tmp_path, "out", to_write=True)
