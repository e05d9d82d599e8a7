import numpy as np
import pytest

from seqdisentangle import RecurrentWAE

pytest.importorskip("matplotlib")


@pytest.fixture
def swapped(here, model_file, vectors):
    np.save("A.npy", vectors[:3])
    np.save("B.npy", vectors[3:6])
    return RecurrentWAE.load(model_file).swap(vectors[:3], vectors[3:6])


def test_one_array_has_the_motion_of_a_and_the_content_of_b(run, here, swapped):
    code, out, err = run("swap A.npy B.npy --out swaps.npy")
    assert (code, err) == (0, "")
    assert out == "swaps.npy: 3 sequences, motion of A, content of B\n"
    np.testing.assert_array_equal(np.load("swaps.npy"), swapped.a_motion_b_content)


def test_two_arrays_have_the_reverse_too(run, swapped):
    assert run("swap A.npy B.npy --out swaps.npz")[0] == 0
    found = np.load("swaps.npz", allow_pickle=False)
    np.testing.assert_array_equal(found["a_content_b_motion"], swapped.a_content_b_motion)


@pytest.mark.parametrize(("suffix", "opening"), [(".png", b"\x89PNG"), (".gif", b"GIF8")])
def test_a_picture_needs_one_file_alone(run, here, suffix, opening):
    code, out, err = run(f"swap X.npy --n 3 --out swaps{suffix}")
    assert (code, err) == (0, "")
    assert out == f"swaps{suffix}: motion of sequences 0, 3, 6, content of 0, 3, 6\n"
    assert (here / f"swaps{suffix}").read_bytes().startswith(opening)


def test_sequences_of_different_lengths_are_drawn_and_no_single_array(run, here, vectors):
    (here / "folder").mkdir()
    for i, length in enumerate((3, 5, 4)):
        np.save(here / "folder" / f"{i}.npy", vectors[i, :length])
    assert run("swap folder --out swaps.png")[0] == 0
    code, _, err = run("swap folder folder --out swaps.npy")
    assert code == 2
    assert "name a file that ends in .npz" in err
    assert run("swap folder folder --out folder/swaps.npz")[0] == 2, "among its own"
