"""A fit in threads and inside of an event loop learns what it learns alone."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest

from seqdisentangle.divergences import SlicedWasserstein


@pytest.fixture
def sources(vectors, tmp_path):
    """The same sequences in memory, and read in the background."""
    with h5py.File(tmp_path / "X.h5", "w") as file:
        file["X"] = vectors
    return [vectors, f"{tmp_path}/X.h5:/X"]


# ---- threads -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reg", ["mmd", "gan", SlicedWasserstein()])
def test_fits_in_threads_learn_what_each_learns_alone(
    reg, sources, small, weights, same_weights, generator_states
):
    def fit(seed):
        return weights(small(reg=reg, random_state=seed).fit(sources[seed % 2]))

    alone = [fit(seed) for seed in range(4)]
    states = generator_states()
    together = threading.Barrier(2)
    with ThreadPoolExecutor(2, initializer=together.wait) as pool:
        found = list(pool.map(fit, range(4)))
    assert generator_states() == states
    assert all(map(same_weights, found, alone))


def test_threads_share_a_fitted_model(vector_model, sources):
    def use(i):
        source = sources[i % 2]
        codes = vector_model.transform(source)
        return [*codes, vector_model.reconstruct(source), vector_model.sample(3, random_state=i)]

    alone = [use(i) for i in range(6)]
    with ThreadPoolExecutor(3) as pool:
        for found, expected in zip(pool.map(use, range(6)), alone, strict=True):
            assert all(map(np.array_equal, found, expected))


# ---- event loops ---------------------------------------------------------------------------------


def test_fit_inside_of_a_running_event_loop(sources, small, weights, same_weights):
    alone = [weights(small(random_state=seed).fit(sources[1])) for seed in range(3)]

    async def cell(seed):
        """As Jupyter runs a cell: on the thread of the loop, which stands still meanwhile."""
        return weights(small(random_state=seed, verbose=1).fit(sources[1]))

    async def main():
        in_threads = [
            asyncio.to_thread(lambda seed: weights(small(random_state=seed).fit(sources[1])), seed)
            for seed in (1, 2)
        ]
        return await asyncio.gather(cell(0), *in_threads)

    assert all(map(same_weights, asyncio.run(main()), alone))
