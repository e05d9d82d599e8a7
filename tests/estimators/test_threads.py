"""A fit in threads and inside of an event loop learns what it learns alone."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

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


# ---- a model that is fitted anew while others use it ---------------------------------------------


@pytest.mark.parametrize("verb", ["fit", "warm", "partial_fit", "fails"])
def test_others_use_the_model_of_before_until_the_new_one_is_done(verb, vectors, small):
    model = small(n_actions=2, warm_start=verb == "warm").fit(vectors)
    before = used(model, vectors)
    n_seen = []

    def look(estimator, record):
        found = used(model, vectors)
        assert all(map(np.array_equal, found, before))
        assert not np.array_equal(estimator.transform(vectors).content, before[0])
        n_seen.append(1)
        if verb == "fails":
            raise ZeroDivisionError

    X = np.concatenate([vectors, 3 * vectors + 1])[:, 1:]
    model.set_params(callbacks=SimpleNamespace(on_epoch_end=look), random_state=1)
    fit = model.partial_fit if verb == "partial_fit" else model.fit
    if verb == "fails":
        with pytest.raises(ZeroDivisionError):
            fit(X)
    else:
        fit(X)
    assert n_seen
    same = all(map(np.array_equal, used(model, vectors), before))
    assert same == (verb == "fails")


def used(model, X):
    """All that is made of sequences by verbs that look at a fitted model."""
    return [
        *model.transform(X),
        model.reconstruct(X),
        *model.swap(X, X[::-1]),
        model.predict_proba(X),
        model.sample(3, 4, random_state=0),
        np.array(model.history_[0]["loss"]),
    ]


def test_eight_threads_find_one_whole_model_or_another(vectors, small):
    """While it is fitted to vectors of other sizes and units, in turn."""
    data = [vectors, np.repeat(100 * vectors[..., :2] + 7, 2, axis=0)]
    params = {"max_epochs": 1, "training__finetune_epochs": 0}
    expected = [
        small(**params, content_size=3 + i).fit(X).sample(3, 4, random_state=0)
        for i, X in enumerate(data)
    ]
    model = small(**params, content_size=3).fit(data[0])
    done = threading.Event()

    def use(_):
        found = []
        while not done.is_set():
            found.append(model.sample(3, 4, random_state=0))
        return found

    with ThreadPoolExecutor(8) as pool:
        users = [pool.submit(use, i) for i in range(8)]
        for i in (1, 0, 1, 0):
            model.set_params(content_size=3 + i).fit(data[i])
        done.set()
        found = [sample for user in users for sample in user.result()]
    assert found
    assert all(any(np.array_equal(one, whole) for whole in expected) for one in found)
