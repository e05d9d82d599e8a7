"""
Code many sequences on a Dask cluster
=====================================

A fitted model is a small thing that pickles: fit it once, send it to the workers of a cluster, and
each of them codes the sequences that it has. Here the cluster is two processes on this machine; by
the address of a scheduler, ``Client("tcp://...:8786")``, it is as many machines as there are.
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


def content_of(X, model):
    """The work of a worker: the content codes of one block, (n, T, D) -> (n, content_size)."""
    return model.transform(X).content


# %%
# The sequences are a Dask array, of which no process ever holds more than some blocks. A block is
# any number of whole sequences: the array is cut along its first axis alone. Workers come from this
# file and import it, hence the last condition, without which each would begin a cluster of its own.

if __name__ == "__main__":
    X = dask.array.random.RandomState(0).normal(size=(4000, 16, 3), chunks=(500, 16, 3)).cumsum(1)
    model = RecurrentWAE(max_epochs=2, random_state=0).fit(X[:500])

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

    # A map of all of them, coloured by the mean of the first channel.
    ManifoldDisplay.from_codes(content, X[..., 0].mean(1).compute(), method="pca")
