import numpy as np
import pytest

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.networks import Conv, Parts

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


def test_some_parts_of_a_model_of_parts_are_swapped(run, here, small):
    X = make_moving_digits(8, n_steps=5, size=16, n_digits=2, random_state=0).X
    model = small(network=Parts(2, width=8, network=Conv(2))).fit(X)
    model.save("parts.safetensors")
    for name, x in {"A": X[:4], "B": X[4:]}.items():
        np.save(f"{name}.npy", x)
    given = "--model parts.safetensors"
    assert run(f"swap A.npy B.npy --parts 1 --out one.npy {given}")[0] == 0
    expected = model.swap(X[:4], X[4:], parts=1).a_motion_b_content
    np.testing.assert_array_equal(np.load("one.npy"), expected)
    code, _, err = run(f"swap A.npy B.npy --parts 2 --out one.npy {given}")
    assert code == 2
    assert "parts must be an integer from 0 to 1 or a list of them" in err
    assert "--parts is for arrays" in run(f"swap A.npy --parts 1 --out swaps.png {given}")[2]
    assert run(f"swap A.npy --out swaps.png {given}")[0] == 0
    assert run(f"transform A.npy --out codes.npz {given}")[0] == 0
    assert np.load("codes.npz")["content"].shape[:2] == (4, 2)
    assert run(f"sample --out samples.npy {given}")[0] == 0
    assert run(f"explore A.npy --out swap.html {given}")[0] == 0
