import argparse

import pytest

from seqdisentangle.cli._options import count, file_in, file_of, seed


def test_numbers_are_whole_and_not_negative():
    assert (seed("0"), count("1")) == (0, 1)
    for read, text in [(seed, "-1"), (seed, "1.5"), (count, "0"), (count, "x")]:
        with pytest.raises(argparse.ArgumentTypeError, match="expected a whole number"):
            read(text)


@pytest.mark.parametrize(
    ("name", "said"),
    [("x.txt", "ends in .npy"), ("no/x.npy", "no folder"), ("dir.npy", "is a folder")],
)
def test_files_that_cannot_be_written_are_refused(name, said, tmp_path):
    (tmp_path / "dir.npy").mkdir()
    with pytest.raises(argparse.ArgumentTypeError, match=said):
        file_of(".npy")(str(tmp_path / name))


def test_seeds_are_those_that_numpy_takes():
    assert seed(str(2**32 - 1)) == 2**32 - 1
    with pytest.raises(argparse.ArgumentTypeError, match=r"from 0 to 2\*\*32 - 1"):
        seed(str(2**32))


def test_a_file_to_read_has_to_be_there(tmp_path):
    (tmp_path / "labels.csv").touch()
    assert file_in(str(tmp_path / "labels.csv")) == tmp_path / "labels.csv"
    for text in (str(tmp_path / "none.csv"), str(tmp_path), ""):
        with pytest.raises(argparse.ArgumentTypeError, match="there is no file"):
            file_in(text)
