import argparse

import pytest

from seqdisentangle.cli._options import count, file_of, number


def test_numbers_are_whole_and_not_negative():
    assert (number("0"), count("1")) == (0, 1)
    for read, text in [(number, "-1"), (number, "1.5"), (count, "0"), (count, "x")]:
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
