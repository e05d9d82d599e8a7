"""Train, kill and resume in children of one process: `python killed.py FOLDER N_KILLS`.

Forked children share the one import of torch. The parent itself never trains: a process with a
running autograd engine cannot be forked. Prints a JSON list, a dict for each training.
"""

import contextlib
import hashlib
import json
import math
import os
import pathlib
import random
import signal
import sys
import time
import traceback

import numpy as np
import torch

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.training import checkpoints
from seqdisentangle.training.trainer import Trainer

PARAMETERS = {
    "reg": "mmd",  # whose critic has to go on too
    "content_size": 3,
    "motion_size": 2,
    "hidden_size": 4,
    "batch_size": 4,
    "max_epochs": 3,
    "early_stopping": True,
    "training": Training(ema=0.8, content_delay=1),
    "device": "cpu",
}
X = np.random.RandomState(0).normal(size=(14, 4, 2)).cumsum(1).astype(np.float32)


def train(folder, seed, resume=False):
    """Fit with a checkpoint at every step; a file tells what the training ended with."""
    model = RecurrentWAE(**PARAMETERS, checkpoint=folder, random_state=seed)
    model.fit(X, resume=resume)
    digest = hashlib.sha256()
    for module in (model.model_, *model.divergences_):
        for name, value in module.state_dict().items():
            digest.update(name.encode() + value.numpy().tobytes())
    history = [{k: v for k, v in r.items() if k != "seconds"} for r in model.history_]
    result = {"weights": digest.hexdigest(), "history": history, "best": model.best_epoch_}
    (folder / "result.json").write_text(json.dumps(result))


def child(function, *args):
    """Run a function in a fork of this process; the id of it."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        function(*args)
        status = 0
    except BaseException:
        traceback.print_exc()
    os._exit(status)


def finished(pid):
    """Wait for a child: whether it was killed, and an error if it failed otherwise."""
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise SystemExit("a training failed: see above")
    return False


def report(folder, how):
    """Resume what was killed, and tell how it ended."""
    left = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    finished(child(train, folder, 0, True))
    result = json.loads((folder / "result.json").read_text())
    partial = [path.name for path in folder.glob(".*")]
    return {"how": how, "left": left, "partial": partial, **result}


def killed_at(folder, wait):
    """Kill a training after some seconds; None if it was faster."""
    pid = child(train, folder, 0)
    time.sleep(wait)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return report(folder, f"after {wait:.3f} s") if finished(pid) else None


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function, call, when):
    """A function that kills the process at one of its calls, before or after its work."""
    left = [call]

    def replacement(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0 and when == "before":
            die()
        result = function(*args, **kwargs)
        if left[0] == 0 and when == "after":
            die()
        return result

    return replacement


def half_written(call):
    """A `write_bytes` that kills the process halfway through one of its calls."""
    left, whole = [call], pathlib.Path.write_bytes

    def replacement(path, content):
        left[0] -= 1
        whole(path, content if left[0] else content[: len(content) // 2])
        if left[0] == 0:
            die()

    return replacement


def killed_while_writing(folder, call, where):
    """Kill a training inside of one of its writes of a checkpoint."""

    def doomed():
        if where == "half of the file":
            pathlib.Path.write_bytes = half_written(call)
        elif where == "before it takes its place":
            os.replace = dying(os.replace, call, "before")
        elif where == "before the old one goes":
            os.replace = dying(os.replace, call, "after")
        else:
            pathlib.Path.unlink = dying(pathlib.Path.unlink, call, "after")
        train(folder, 0)

    if not finished(child(doomed)):
        raise SystemExit(f"the training was not killed: {where}, {call}")
    return report(folder, f"{where}, call {call}")


def asked_to_end(folder, step):
    """Ask a training, by SIGTERM within one of its steps, to end."""

    def doomed():
        checkpoints.SECONDS = math.inf
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        whole, left = Trainer.step, [step]

        def asking(*args, **kwargs):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGTERM)
            return whole(*args, **kwargs)

        Trainer.step = asking
        train(folder, 0)

    if not finished(child(doomed)):
        raise SystemExit("the training was not ended")
    return report(folder, "asked to end")


def import_all():
    """Have imported what the first step of an optimiser imports, without a gradient computed."""
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    torch.optim.AdamW([weight]).step()


def main(folder, n_kills):
    torch.set_num_threads(1)
    import_all()
    checkpoints.SECONDS = 0.0
    folder = pathlib.Path(folder)
    start = time.monotonic()
    finished(child(train, folder / "whole", 0))
    duration = time.monotonic() - start
    whole = json.loads((folder / "whole" / "result.json").read_text())
    reports = [{"how": "never", **whole}]
    draw = random.Random(0)
    while len(reports) <= n_kills:
        one = killed_at(folder / f"killed-{draw.random()}", draw.uniform(0, duration))
        if one is not None:
            reports.append(one)
    for call in (1, 7):
        for where in (
            "half of the file",
            "before it takes its place",
            "before the old one goes",
            "after the old one went",
        ):
            name = f"{where} {call}".replace(" ", "-")
            reports.append(killed_while_writing(folder / name, call, where))
    reports.append(asked_to_end(folder / "asked", 5))
    print(json.dumps(reports))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
