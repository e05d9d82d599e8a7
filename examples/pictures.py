"""
Pictures of a watch: swaps, what is lost, a map, the verdict
=============================================================

A watch on the wrist measures how people stand, walk, run and play badminton: 40 recordings of
six channels, ten a second (BasicMotions, of the UEA archive), which come with ``aeon``. The
displays show what a model has made of them. Any of them takes images and skeletons too.

Trains in about half a minute.
"""

# %%
# The data, with channels first in ``aeon``, and a model.

import numpy as np
from aeon.datasets import load_basic_motions

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first
from seqdisentangle.display import (
    ExtensionDisplay,
    HistoryDisplay,
    ManifoldDisplay,
    ReconstructionDisplay,
    SeparationDisplay,
    SwapDisplay,
)

X, activity = load_basic_motions(split="train")
X_test, activity_test = load_basic_motions(split="test")
X, X_test = (np.stack(from_channels_first(x)) for x in (X, X_test))
model = RecurrentWAE(max_epochs=40, random_state=0).fit(X)

# %%
# Swaps. Each row has the motion of the recording on its left, each column the content of the one
# above it. What stays the same of a movement is how strong it is, and along which axes.

look = {
    "feature_names": [f"{what} {axis}" for what in ("acceleration", "rotation") for axis in "xyz"],
    "sampling_rate": 10,
}
one_of_each = [int(np.flatnonzero(activity_test == name)[0]) for name in np.unique(activity_test)]
few, names = X_test[one_of_each], activity_test[one_of_each]
SwapDisplay.from_estimator(model, few, few, row_names=names, column_names=names, **look)

# %%
# What is lost, channel by channel: a lane for each.

ReconstructionDisplay.from_estimator(model, few, names=names, style="lanes", **look)

# %%
# Three ways to go on.

ExtensionDisplay.from_estimator(
    model, few, n_steps=50, names=names, style="lanes", random_state=0, **look
)

# %%
# A map of content codes, which have not seen the activities.

ManifoldDisplay.from_estimator(model, X_test, activity_test, method="pca", style="lines")

# %%
# The verdict, and the training that led to it.

SeparationDisplay.from_estimator(model, X_test, random_state=0)

# %%

HistoryDisplay.from_estimator(model)
