import h5py
import numpy as np
import pytest

from seqdisentangle import RecurrentWAE


def test_samples_are_those_of_the_seed(run, model_file):
    assert run("sample --n 3 --steps 9 --seed 1 --out samples.npy") == (
        0,
        "samples.npy: sequences of shape (3, 9, 3)\n",
        "",
    )
    expected = RecurrentWAE.load(model_file).sample(3, 9, random_state=1)
    np.testing.assert_array_equal(np.load("samples.npy"), expected)


def test_samples_in_hdf5_are_read_again(run):
    code, out, _ = run("sample --n 3 --steps 5 --out samples.h5")
    assert (code, out) == (0, "samples.h5: 3 sequences, read as samples.h5:/X\n")
    assert h5py.File("samples.h5")["X"].shape == (3, 5, 3)
    assert run("transform samples.h5:/X --out codes.npz")[0] == 0


@pytest.mark.parametrize(("suffix", "opening"), [(".png", b"\x89PNG"), (".gif", b"GIF8")])
def test_samples_are_drawn(run, here, suffix, opening):
    pytest.importorskip("matplotlib")
    assert run(f"sample --n 2 --out samples{suffix}") == (0, f"samples{suffix}: 2 sequences\n", "")
    assert (here / f"samples{suffix}").read_bytes().startswith(opening)
