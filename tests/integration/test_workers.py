"""A fit in worker processes and in Jupyter."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import seqdisentangle

ROOT = pathlib.Path(seqdisentangle.__file__).parents[1]
WORKERS = pathlib.Path(__file__).with_name("workers.py")
# What takes longer hangs.
LIMIT = 240
pytestmark = pytest.mark.integration
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")


def run_script(*command, **environment):
    """The output of a Python process; it and those that it has started are killed if they hang."""
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, complaints = process.communicate(timeout=LIMIT)
    finally:
        with contextlib.suppress(ProcessLookupError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, complaints
    return printed


@pytest.mark.parametrize("method", [pytest.param("fork", marks=forks), "spawn"])
def test_a_worker_process_learns_what_its_parent_does(method, tmp_path):
    of_parent, of_worker = json.loads(run_script(WORKERS, method, tmp_path))
    assert of_worker == of_parent
    assert len(set(of_worker)) == 1, "fitted here or there, to an array or a file"


def test_grid_search_in_two_processes_finds_what_it_finds_in_one(tmp_path):
    in_one, in_two = json.loads(run_script(WORKERS, "loky", tmp_path, OMP_NUM_THREADS="1"))
    assert in_two == in_one


@forks
def test_a_fork_while_a_model_is_built_leaves_the_child_able_to_build(tmp_path):
    script = """
        import os, threading, time
        from seqdisentangle.model.core import ModelSpec, build_model
        from seqdisentangle._seeding import seeded

        def build():
            with seeded(0):
                begun.set()
                time.sleep(0.2)

        begun = threading.Event()
        thread = threading.Thread(target=build)
        thread.start()
        begun.wait()
        child = os.fork()
        build_model(ModelSpec((3,), False, 4, 2, 8, "auto", "style", 0.1, 0.3), 0)
        if child == 0:
            os._exit(0)
        thread.join()
        assert os.waitpid(child, 0)[1] == 0
    """
    run_script("-W", "ignore", "-c", textwrap.dedent(script))


# ---- Jupyter -------------------------------------------------------------------------------------


CELL = """
import asyncio, warnings
warnings.simplefilter("ignore")  # of tqdm, where ipywidgets is not installed
import numpy as np
from seqdisentangle import RecurrentWAE
assert asyncio.get_event_loop().is_running()
X = np.random.RandomState(0).normal(size=(8, 4, 2)).astype(np.float32)
model = RecurrentWAE(max_epochs=2, hidden_size=8, device="cpu", random_state=0, verbose=1)
print(model.fit({source}).transform(X).content.shape)
await asyncio.to_thread(model.fit, X)
model
"""


@pytest.mark.parametrize("source", ["X", "path"])
def test_fit_in_a_jupyter_kernel(source, tmp_path):
    pytest.importorskip("ipykernel", reason="needs a kernel of Jupyter")
    client = pytest.importorskip("jupyter_client")
    path = tmp_path / "X.npy"
    np.save(path, np.random.RandomState(0).normal(size=(8, 4, 2)))
    printed, shown = [], []

    def listen(message):
        content = message["content"]
        printed.append(content.get("text", ""))
        shown.append(content.get("data", {}).get("text/html", ""))

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    manager, kernel = client.manager.start_new_kernel(kernel_name="python3", env=environment)
    try:
        code = f"path = {str(path)!r}\n" + CELL.replace("{source}", source)
        reply = kernel.execute_interactive(code, timeout=LIMIT, output_hook=listen)
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok", "".join(reply["content"].get("traceback", []))
    assert "(8, 4)" in "".join(printed)
    assert "RecurrentWAE 2/2" in "".join(printed), "the progress bar"
    assert "RecurrentWAE" in "".join(shown), "the estimator as HTML"
