"""Two processes that train together, started by torchrun."""

import os
import subprocess
import sys


def torchrun(script, *arguments, ends=False):
    """Run a script in two processes, which a signal ends or nothing; what they write to stderr."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    command += ["--standalone", str(script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode == 0) != ends, done.stderr
    return done.stderr
