"""Fit in this process, then in a worker of it, alike: `python workers.py METHOD FOLDER`.

Computes in two threads first, so that a forked worker finds those of OpenMP gone. Prints a JSON
list: what this process has found, and what the worker has. With "loky" it is a grid search.
"""

import hashlib
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import h5py
import numpy as np
import torch
from sklearn.model_selection import GridSearchCV

from seqdisentangle import RecurrentWAE

PARAMETERS = {
    "content_size": 3,
    "motion_size": 2,
    "hidden_size": 4,
    "batch_size": 4,
    "max_epochs": 2,
    "device": "cpu",
    "random_state": 0,
}
X = np.random.RandomState(0).normal(size=(14, 4, 2)).cumsum(1).astype(np.float32)


def digest(model, source):
    """Of all that was learned, and of the codes."""
    content, motion = model.transform(source)
    found = hashlib.sha256(content.tobytes() + motion.tobytes())
    for name, value in model.model_.state_dict().items():
        found.update(name.encode() + value.numpy().tobytes())
    return found.hexdigest()


def states():
    """Of the global generators; Python's moves where scikit-learn is the first to import rich."""
    numpy_state = np.random.get_state()  # noqa: NPY002  # the one that must not move
    return numpy_state[1].tolist(), torch.get_rng_state().tolist()


def fit(sources, fitted=None):
    """Fit each source, and transform it by a model that came from elsewhere."""
    before = states()
    found = [digest(RecurrentWAE(**PARAMETERS).fit(source), source) for source in sources]
    if fitted is not None:
        found += [digest(fitted, source) for source in sources]
    assert states() == before
    return found


def fit_in_one_thread(*args):
    torch.set_num_threads(1)
    return fit(*args)


def use_two_threads():
    """Start the threads of OpenMP, and let some be needed again."""
    torch.set_num_threads(2)
    torch.randn(2_000_000).exp().sum()
    fit([X])


def search(n_jobs):
    grid = {"content_size": [2, 3]}
    found = GridSearchCV(RecurrentWAE(**PARAMETERS), grid, cv=2, n_jobs=n_jobs).fit(X)
    return [f"{score:.5f}" for score in found.cv_results_["mean_test_score"]]


def main(method, folder):
    path = f"{folder}/X.h5"
    with h5py.File(path, "w") as file:
        file["X"] = X
    sources = [X, f"{path}:/X"]
    torch.set_num_threads(1)
    if method == "loky":
        expected = search(1)
        use_two_threads()
        return [expected, search(2)]
    model = RecurrentWAE(**PARAMETERS).fit(X)
    expected = fit(sources, model)
    use_two_threads()
    # A forked worker finds out by itself that it has one thread.
    work = fit if method == "fork" else fit_in_one_thread
    with ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        return [expected, pool.submit(work, sources, model).result()]


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
