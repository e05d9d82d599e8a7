"""
Code many sequences on a Dask cluster
=====================================

A fitted model is a small thing that pickles: fit it once, send it to the workers of a cluster, and
each of them codes the sequences that it has. Here the cluster is two processes on this machine; by
the address of a scheduler, ``Client("tcp://...:8786")``, it is as many machines as there are. The
sequences are a day at each of 4,000 weather stations, which are made up here.
"""

import sys

import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.display import ManifoldDisplay

try:
    import dask.array
    from dask.distributed import Client, LocalCluster
except ImportError:
    sys.exit("this example needs Dask: python -m pip install 'dask[array]' distributed")


# %%
# Temperature and humidity, hour by hour, in blocks of stations that are made when they are needed.
# What stays is the climate, and where in it a station is; what changes is the sun, and the weather.

# Temperature (degrees C), its range in a day, and humidity (%).
CLIMATES = {
    "coast": (14, 4, 75),
    "desert": (26, 16, 25),
    "forest": (11, 8, 65),
    "mountains": (-2, 6, 50),
}


def days(n, chunk):
    """Days (n, 24, 2) as a Dask array, and the climate of each."""
    climate = np.array(list(CLIMATES))[np.arange(n) % len(CLIMATES)]
    usual = np.array([CLIMATES[name] for name in climate], dtype=float)  # (n, 3)
    random = dask.array.random.RandomState(0)
    own = np.array([2, 1, 5]) * random.normal(size=(n, 3), chunks=(chunk, 3))
    usual = dask.array.from_array(usual, chunks=(chunk, 3)) + own
    level, reach, wet = (usual[:, k : k + 1] for k in range(3))
    noon = random.normal(15, 3, size=(n, 1), chunks=(chunk, 1))  # the warmest hour
    sun = reach / 2 * dask.array.cos(2 * np.pi * (np.arange(24) - noon) / 24)
    weather = random.normal(scale=0.5, size=(n, 24), chunks=(chunk, 24))
    warm, humid = level + sun + weather, wet - sun
    return dask.array.stack([warm, humid], axis=-1).rechunk((chunk, 24, 2)), climate


def content_of(X, model):
    """The work of a worker: the content codes of one block, (n, T, D) -> (n, content_size)."""
    return model.transform(X).content


# %%
# The sequences are a Dask array, of which no process ever holds more than some blocks. A block is
# any number of whole sequences: the array is cut along its first axis alone. Workers come from this
# file and import it, hence the last condition, without which each would begin a cluster of its own.

if __name__ == "__main__":
    X, climate = days(4000, 500)
    model = RecurrentWAE(max_epochs=10, random_state=0).fit(X[:500])

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        on_workers = client.scatter(model, broadcast=True)  # once for each, not for every block
        blocks = client.compute(list(X.to_delayed().ravel()))  # they stay where they are made
        codes = client.map(content_of, blocks, model=on_workers)
        content = np.concatenate(client.gather(codes))
        n_workers = len(client.ncores())

    print(f"{len(codes)} blocks on {n_workers} workers gave codes of shape {content.shape}")
    print("the same codes as here:", np.allclose(content, model.transform(X).content, atol=1e-5))

    # A map of all of them: stations of one climate have like contents, whatever their hour.
    ManifoldDisplay.from_codes(content, climate, method="pca")
