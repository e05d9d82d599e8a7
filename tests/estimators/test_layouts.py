"""The contract of all verbs over all forms in which sequences come."""

import dask.array
import h5py
import numpy as np
import pytest
import torch
from torch.utils.data import Dataset

from seqdisentangle import Codes

RANDOM = np.random.RandomState(0)

# Arrays of every kind and dtype that a user has: 6 sequences of 5 steps.
ARRAYS = {
    "numbers": RANDOM.normal(size=(6, 5)),
    "vectors": RANDOM.normal(size=(6, 5, 3)).astype(np.float32) * 100,
    "big vectors": RANDOM.normal(size=(6, 5, 3)) + 1e6,
    "whole vectors": RANDOM.randint(-1000, 1000, size=(6, 5, 3), dtype=np.int16),
    "half vectors": RANDOM.normal(size=(6, 5, 3)).astype(np.float16),
    "joints": RANDOM.normal(size=(6, 5, 7, 3)).astype(np.float32) * [1, 10, 100],
    "grey": RANDOM.randint(256, size=(6, 5, 16, 16), dtype=np.uint8),
    "grey floats": RANDOM.uniform(size=(6, 5, 16, 18)).astype(np.float32),
    "colours last": RANDOM.randint(256, size=(6, 5, 16, 16, 3), dtype=np.uint8),
    "colours first": RANDOM.uniform(size=(6, 5, 3, 16, 20)).astype(np.float32),
    "small colours": RANDOM.uniform(size=(6, 5, 3, 4, 5)),
    "counts": RANDOM.randint(0, 5000, size=(6, 5, 16, 16), dtype=np.uint16),
    "masks": RANDOM.uniform(size=(6, 5, 16, 16)) < 0.5,
}
LENGTHS = np.array([5, 2, 4, 1, 5, 3])


class Items(Dataset):
    def __init__(self, arrays):
        self.arrays = arrays

    def __len__(self):
        return len(self.arrays)

    def __getitem__(self, i):
        return self.arrays[i]


def as_hdf5(x, folder):
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("a/X", data=x)
    return f"{folder / 'x.h5'}:/a/X"


def as_npy(x, folder):
    np.save(folder / "x.npy", x)
    return folder / "x.npy"


def as_folder(x, folder):
    for i, sequence in enumerate(x):
        np.save(folder / f"{i}.npy", sequence)
    return folder


def as_flat_hdf5(x, folder):
    with h5py.File(folder / "r.h5", "w") as file:
        file["R/frames"] = np.concatenate(list(x))
        file["R/offsets"] = np.concatenate([[0], np.cumsum([len(s) for s in x])])
    return f"{folder / 'r.h5'}:R"


ARRAY_FORMS = {
    "array": lambda x, folder: x,
    "list": lambda x, folder: list(x),
    "tensor": lambda x, folder: torch.from_numpy(x.astype(np.int32) if x.dtype == "u2" else x),
    "reversed view": lambda x, folder: x[::-1][::-1],
    "h5py": lambda x, folder: h5py.File(folder / "d.h5", "w").create_dataset("X", data=x),
    "h5 path": as_hdf5,
    "npy path": as_npy,
    "folder": as_folder,
    "zarr": lambda x, folder: pytest.importorskip("zarr").create_array(str(folder / "z"), data=x),
    "dask": lambda x, folder: dask.array.from_array(x, chunks=2),
    "dataset": lambda x, folder: Items(list(x)),
}
LIST_FORMS = {
    "list": lambda x, folder: x,
    "folder": as_folder,
    "flat h5 path": as_flat_hdf5,
    "dataset": lambda x, folder: Items(x),
}


def shapes(sequences):
    return [(len(x), *np.shape(x)[1:]) for x in sequences]


def all_verbs(model, X, like, path):
    """Every verb on the same sequences, checked against the list ``like`` of their arrays."""
    model.fit(X)
    n, dtype, frame = len(like), like[0].dtype, like[0].shape[1:]
    lengths = [len(x) for x in like]
    one_length = len(set(lengths)) == 1

    codes = model.transform(X)
    assert isinstance(codes, Codes)
    assert codes.content.shape == (n, 4)
    assert shapes(codes.motion) == [(T, 2) for T in lengths]
    assert isinstance(codes.motion, np.ndarray) == one_length
    assert model.transform(X, out=path) == path
    with h5py.File(path) as file:
        assert np.array_equal(file["content"][:], codes.content)

    rebuilt = {
        "reconstruct": model.reconstruct(X),
        "inverse_transform": model.inverse_transform(codes),
        "swap": model.swap(X, X).a_motion_b_content,
        "interpolate": [walk[0] for walk in model.interpolate(X, X, 2)],
    }
    for verb, found in rebuilt.items():
        assert shapes(found) == shapes(like), verb
        assert all(x.dtype == dtype for x in found), verb
        for x, y in zip(found, rebuilt["reconstruct"], strict=True):
            assert np.allclose(x.astype(float), y.astype(float), rtol=1e-4, atol=1.01), verb

    assert np.isfinite(model.score(X))
    more = model.extend(X, 2, random_state=0)
    assert (shapes(more), more.dtype) == ([(2, *frame)] * n, dtype)
    drawn = model.sample(3, n_steps=7, random_state=0)
    assert (shapes(drawn), drawn.dtype) == ([(7, *frame)] * 3, dtype)
    drawn = model.sample(n_steps=[2, 3], random_state=0)
    assert (shapes(drawn), drawn[0].dtype) == ([(2, *frame), (3, *frame)], dtype)
    assert model.partial_fit(X) is model
    return codes


@pytest.mark.parametrize("form", ARRAY_FORMS)
@pytest.mark.parametrize("kind", ARRAYS)
def test_every_verb_on_arrays(kind, form, small, tmp_path):
    x = ARRAYS[kind]
    X = ARRAY_FORMS[form](x, tmp_path)
    like = np.int32 if (form, kind) == ("tensor", "counts") else x.dtype
    codes = all_verbs(small(max_epochs=1), X, list(x.astype(like)), tmp_path / "codes.h5")
    # How they come does not matter to what is learned.
    again = small(max_epochs=1).fit_transform(x)
    assert np.allclose(codes.content, again.content, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("network", ["conv", "resnet"])
@pytest.mark.parametrize("sides", [(4, 4), (4, 6), (5, 7)])
@pytest.mark.parametrize("channels", ["first", "last"])
def test_every_verb_on_small_images_of_many_channels(channels, sides, network, small, tmp_path):
    x = RANDOM.randint(256, size=(6, 5, *sides, 12), dtype=np.uint8)
    x = np.ascontiguousarray(np.moveaxis(x, -1, 2)) if channels == "first" else x
    model = small(max_epochs=1, channels=channels, network=network, motion_view="color_mix")
    all_verbs(model, x, list(x), tmp_path / "codes.h5")


@pytest.mark.parametrize("form", LIST_FORMS)
@pytest.mark.parametrize("kind", ARRAYS)
def test_every_verb_on_sequences_of_different_lengths(kind, form, small, tmp_path):
    like = [x[:T] for x, T in zip(ARRAYS[kind], LENGTHS, strict=True)]
    X = LIST_FORMS[form](like, tmp_path)
    codes = all_verbs(small(max_epochs=1), X, like, tmp_path / "codes.h5")
    again = small(max_epochs=1).fit_transform(ARRAYS[kind], lengths=LENGTHS)
    assert np.allclose(codes.content, again.content, rtol=1e-3, atol=1e-4)
