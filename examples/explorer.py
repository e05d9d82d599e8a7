"""
An explorer in one file
=======================

:func:`~seqdisentangle.export_explorer` writes a page on which to swap by hand, with all swaps, a
map of the content codes and a walk through the prior. It needs no server and no network: send it
by mail, open it on a phone. Below it stands in this page; it has the watch of
:doc:`/auto_examples/pictures`.

Trains in about half a minute.
"""

# %%
# A model, and some recordings of each activity.

import html
import tempfile
from pathlib import Path

import numpy as np
from aeon.datasets import load_basic_motions

from seqdisentangle import RecurrentWAE, export_explorer
from seqdisentangle.data import from_channels_first

X, _ = load_basic_motions(split="train")
X_test, activity = load_basic_motions(split="test")
X, X_test = (np.stack(from_channels_first(x)) for x in (X, X_test))
model = RecurrentWAE(max_epochs=40, random_state=0).fit(X)

# %%
# ``labels`` name the sequences, and colour the map.

some = np.concatenate([np.flatnonzero(activity == name)[:2] for name in np.unique(activity)])
path = Path(tempfile.mkdtemp()) / "swap.html"
export_explorer(
    model,
    X_test[some],
    path,
    labels=activity[some],
    title="Swap how people move",
    feature_names=[f"{what} {axis}" for what in ("acceleration", "rotation") for axis in "xyz"],
    sampling_rate=10,
    random_state=0,
)
print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")

# %%
# Arrows choose whose content and whose motion, space plays.

# sphinx_gallery_thumbnail_path = "_static/explorer.png"


class Page:
    """A page within this one."""

    def _repr_html_(self):
        page = html.escape(path.read_text(encoding="utf-8"))
        return (
            f'<iframe srcdoc="{page}" title="An explorer of swaps" loading="lazy" '
            'style="width: 100%; height: 44rem; border: 1px solid #8884"></iframe>'
        )


Page()
