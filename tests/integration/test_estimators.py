"""Estimators in processes of their own: scikit-learn's array API check, and their memory."""

import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "params",
    [{"codes": "both"}, {"codes": "content"}, {"codes": "motion"}, {"n_actions": 2}],
    ids=str,
)
def test_scikit_learn_array_api_check(params):
    script = f"""
        import torch
        from sklearn.utils.estimator_checks import estimator_checks_generator
        from seqdisentangle import RecurrentWAE
        torch.set_num_threads(1)
        model = RecurrentWAE(
            **{params!r}, content_size=4, motion_size=2, hidden_size=16, max_epochs=2, device="cpu"
        )
        checks = [c for _, c in estimator_checks_generator(model) if "array_api" in repr(c)]
        assert checks
        for check in checks:
            check(model)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        env={**os.environ, "SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_memory_of_many_frames_is_bounded():
    script = """
        import resource, numpy as np, torch
        from seqdisentangle import RecurrentWAE
        torch.set_num_threads(1)
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        X = np.zeros((20000, 10, 8), np.float32)
        model = RecurrentWAE(content_size=4, motion_size=2, hidden_size=16, max_epochs=1)
        model.fit(X[:64])
        model.sample(1700, 10); model.transform(X[:1700])  # a whole pass of each
        before = peak()
        model.transform(X); model.sample(20000, 10)
        print(peak() - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 60  # MiB; 200,000 frames take 98 in each hidden layer of 128 units
