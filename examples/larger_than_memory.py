"""
A file larger than memory
=========================

Sequences in an HDF5 file are read in parts, in the background, in training and in every verb: the
path takes the place of the array. Here the file is small, so that the example is quick. Memory
holds some 64 MB of it at a time, however large it is.

Trains in one to two minutes.
"""

# %%
# Videos of moving shapes, written a thousand at a time, as a recorder would.

import tempfile
from pathlib import Path

import h5py
import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import make_moving_shapes
from seqdisentangle.display import SampleDisplay, SwapDisplay

folder = Path(tempfile.mkdtemp())
with h5py.File(folder / "shapes.h5", "w") as file:
    data = file.create_dataset("X", (2000, 12, 16, 16, 3), dtype=np.uint8)
    for part in range(2):
        made = make_moving_shapes(1000, size=16, subset="train", random_state=part)
        data[1000 * part : 1000 * (part + 1)] = made.X

# %%
# ``"file:/key"`` is the data set of a file. A folder of ``.npy`` files does as well, a sequence
# each, of any lengths.

X = f"{folder}/shapes.h5:/X"
model = RecurrentWAE(batch_size=32, max_epochs=8, random_state=0).fit(X)

# %%
# What comes out may be larger than memory, too: ``out`` writes codes and samples to a file, whole
# or not at all.

model.transform(X, out=folder / "codes.h5")
model.sample(1000, n_steps=24, random_state=0, out=folder / "samples.h5")
with h5py.File(folder / "codes.h5") as codes:
    print({name: codes[name].shape for name in codes})

# %%
# Displays read the first sequences of a file, and no more.

test = make_moving_shapes(8, size=16, subset="test", random_state=0).X
SwapDisplay.from_estimator(model, test[:4], test[4:], n_frames=4)

# %%
# Samples, read back from the file that they were written to.

# sphinx_gallery_thumbnail_number = 2
with h5py.File(folder / "samples.h5") as samples:
    print({name: samples[name].shape for name in samples})
    SampleDisplay(samples["X"][:8]).plot()
