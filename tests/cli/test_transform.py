import h5py
import numpy as np
import pytest

from seqdisentangle import RecurrentWAE


@pytest.fixture
def codes(model_file, vectors):
    return RecurrentWAE.load(model_file).transform(vectors)


def test_codes_are_those_of_the_model(run, here, codes):
    code, out, err = run("transform X.npy --out codes.npz")
    assert (code, err) == (0, "")
    assert out == "codes.npz: content of shape (7, 4), motion of shape (7, 5, 2)\n"
    with np.load(here / "codes.npz", allow_pickle=False) as found:
        np.testing.assert_array_equal(found["content"], codes.content)
        np.testing.assert_array_equal(found["motion"], codes.motion)


def test_codes_go_to_hdf5(run, here, codes):
    assert run("transform X.npy --out codes.h5")[0] == 0
    with h5py.File(here / "codes.h5") as found:
        np.testing.assert_array_equal(found["motion"][:], codes.motion)


def test_both_codes_are_written_whatever_the_model_returns(run, here, codes):
    RecurrentWAE.load("model.safetensors", codes="content").save("content.safetensors")
    assert run("transform X.npy --out codes.npz --model content.safetensors")[0] == 0
    assert set(np.load(here / "codes.npz")) == {"content", "motion"}


def test_motions_of_different_lengths_are_frames_and_offsets(run, here, vectors, model_file):
    (here / "folder").mkdir()
    for i, length in enumerate((3, 5, 4)):
        np.save(here / "folder" / f"{i}.npy", vectors[i, :length])
    code, out, _ = run("transform folder --out codes.npz")
    assert (code, "motion 3 of different lengths" in out) == (0, True)
    with np.load(here / "codes.npz", allow_pickle=False) as found:
        assert found["motion/offsets"].tolist() == [0, 3, 8, 12]
        assert found["motion/frames"].shape == (12, 2)


def test_an_estimator_without_an_encoder_says_so(run, small, vectors):
    from seqdisentangle import MoCoGAN

    small(MoCoGAN).fit(vectors).save("gan.safetensors")
    code, _, err = run("transform X.npy --out codes.npz --model gan.safetensors")
    assert (code, err) == (
        2,
        "seqdisentangle: 'gan.safetensors' holds MoCoGAN, which has no transform\n",
    )
