"""Faults from outside: full disks, files that go, processes that are lost."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

import seqdisentangle

ROOT = pathlib.Path(seqdisentangle.__file__).parents[1]
# What takes longer hangs.
LIMIT = 300
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="limits and signals of Unix"),
]


def started(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """The status, output and complaints of a process, which is killed if it hangs."""
    try:
        printed, complaints = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    return process.returncode, printed, complaints


PARAMETERS = """
    import os, resource, signal, sys
    import numpy as np
    from seqdisentangle import RecurrentWAE

    X = np.random.RandomState(0).normal(size=(40, 5, 3)).cumsum(1)
    params = dict(content_size=4, motion_size=2, hidden_size=8, max_epochs=3, batch_size=8,
                  device="cpu", random_state=0)

    class Killed:
        '''A squared error that ends its process at one of its calls.'''

        def __init__(self, call):
            self.left = call

        def __call__(self, reconstruction, target):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return (reconstruction - target).square()
"""


# ---- disks ---------------------------------------------------------------------------------------


def test_a_full_disk_does_not_end_the_interpreter(tmp_path):
    script = """
    model = RecurrentWAE(**params).fit(X)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    for out in ("codes.h5", "codes.h5"):
        try:
            model.transform(np.repeat(X, 50, axis=0), out=f"{sys.argv[1]}/{out}")
        except OSError as error:
            print(error)
    """
    status, printed, complaints = ended(started(PARAMETERS + script, tmp_path))
    assert status == 0, complaints
    assert printed.count(f"'{tmp_path}/codes.h5'") == 2
    assert list(tmp_path.iterdir()) == []


FILES = {
    "cut short": ("X.npy", lambda path: os.truncate(path, 300), OSError, "300 bytes, and had"),
    "cut short, HDF5": (
        "X.h5",
        lambda path: os.truncate(path, 5000),
        OSError,
        "5000 bytes, and had",
    ),
    "gone": ("folder", lambda path: (path / "3.npy").unlink(), FileNotFoundError, "no such file"),
    "empty": ("folder", lambda path: os.truncate(path / "3.npy", 0), ValueError, "no .npy file"),
}


@pytest.mark.parametrize("fault", FILES)
def test_a_file_that_goes_in_a_training_is_named_and_the_model_as_it_was(
    fault, vectors, small, tmp_path
):
    name, strike, error, words = FILES[fault]
    np.save(tmp_path / "X.npy", vectors)
    with h5py.File(tmp_path / "X.h5", "w") as file:
        file["X"] = np.repeat(vectors, 20, axis=0)
    (tmp_path / "folder").mkdir()
    for i, x in enumerate(vectors):
        np.save(tmp_path / "folder" / f"{i}.npy", x)
    path = tmp_path / name
    source = f"{path}:/X" if name == "X.h5" else path
    model = small(max_epochs=1).fit(vectors)
    before = model.transform(vectors)
    model.set_params(callbacks=SimpleNamespace(on_fit_begin=lambda model: strike(path)))
    with pytest.raises(error, match=f"{re.escape(str(path))}.*{words}"):
        model.fit(source)
    assert all(map(np.array_equal, model.transform(vectors), before))


# ---- processes -----------------------------------------------------------------------------------


def test_a_worker_that_is_killed_ends_its_search_and_not_the_next_one():
    script = """
    from joblib.externals.loky.process_executor import TerminatedWorkerError
    from sklearn.model_selection import GridSearchCV

    def search(cost):
        model = RecurrentWAE(**params, cost=cost)
        return GridSearchCV(model, {"hidden_size": [4, 8]}, cv=2, n_jobs=2).fit(X)

    try:
        search(Killed(3))
    except TerminatedWorkerError:
        print(len(search("squared").cv_results_["params"]))
    """
    status, printed, complaints = ended(started(PARAMETERS + script))
    assert status == 0, complaints
    assert printed == "2\n"


RANK = """
    rank, n, call, folder = *map(int, sys.argv[1:4]), sys.argv[4]
    if n > 1:
        import torch.distributed as dist
        store = f"file://{folder}/store"
        dist.init_process_group("gloo", init_method=store, rank=rank, world_size=n)
    cost = Killed(call if rank == 1 else 0)
    model = RecurrentWAE(**params, cost=cost, checkpoint=f"{folder}/kept")
    print(model.fit(X, resume=True).n_epochs_)
"""


def test_where_a_process_is_lost_the_others_say_so_and_fewer_go_on(tmp_path):
    ranks = [started(PARAMETERS + RANK, rank, 2, 8, tmp_path) for rank in range(2)]
    (first, _, complaints), (second, *_) = map(ended, ranks)
    assert second == -signal.SIGKILL
    assert first == 1
    assert "one of the 2 processes that train together has ended" in complaints
    assert "by fit(..., resume=True), with fewer processes too" in complaints
    kept = {path.name[:11] for path in (tmp_path / "kept").glob("epoch-*")}
    assert kept == {"epoch-00000", "epoch-00001"}
    status, printed, complaints = ended(started(PARAMETERS + RANK, 0, 1, 0, tmp_path))
    assert status == 0, complaints
    assert printed == "3\n"
    assert "had 2 processes and goes on with 1" in complaints


def test_both_processes_are_refused_where_the_first_one_is(tmp_path):
    """The second would wait for the first one else."""
    held = tmp_path / "kept"
    held.mkdir()
    (held / "epoch-00001-batch-0000000.safetensors").touch()
    script = PARAMETERS + RANK.replace("resume=True", "resume=False")
    for status, _, complaints in map(ended, [started(script, r, 2, 0, tmp_path) for r in range(2)]):
        assert status == 1
        assert "holds a training already" in complaints
