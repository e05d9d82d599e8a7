"""Processes that train together and are asked to end: a checkpoint, from which they go on alike."""

import pytest
import torch

from tests._torchrun import torchrun

pytestmark = pytest.mark.integration

ASKED = """
import os, signal, sys, numpy as np, torch
from seqdisentangle import RecurrentWAE
from seqdisentangle.training.trainer import Trainer

folder, asked, resume = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "resume"
torch.set_num_threads(1)
whole, left = Trainer.step, [5]

def asking(*args, **kwargs):
    left[0] -= 1
    if left[0] == 0 and int(os.environ["RANK"]) == asked:
        os.kill(os.getpid(), signal.SIGTERM)
    return whole(*args, **kwargs)

Trainer.step = asking
X = np.random.RandomState(0).normal(size=(13, 4, 3)).cumsum(1)
model = RecurrentWAE(
    "mmd", content_size=4, motion_size=2, hidden_size=8, max_epochs=3, batch_size=5, device="cpu",
    random_state=0, checkpoint=f"{folder}/checkpoints",
).fit(X, resume=resume)
history = [{k: v for k, v in r.items() if k != "seconds"} for r in model.history_]
torch.save({"weights": model.model_.state_dict(), "history": history},
           f"{folder}/end-{torch.distributed.get_rank()}.pt")
"""


def test_processes_end_after_the_step_in_which_one_is_asked_to_and_go_on_alike(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(ASKED)
    for folder in ("whole", "cut"):
        (tmp_path / folder).mkdir()
    torchrun(script, tmp_path / "whole", -1, "new")
    said = torchrun(script, tmp_path / "cut", 1, "new", ends=True)
    assert "a process that trains with this one is asked to end: fit(..., resume=True)" in said
    written = sorted(path.name for path in (tmp_path / "cut" / "checkpoints").glob("epoch-*"))
    assert written[-1] == "epoch-00001-batch-0000002.safetensors"
    torchrun(script, tmp_path / "cut", -1, "resume")
    for rank in range(2):
        whole, cut = (torch.load(tmp_path / f / f"end-{rank}.pt") for f in ("whole", "cut"))
        assert whole["history"] == cut["history"]
        for name, value in whole["weights"].items():
            assert torch.equal(value, cut["weights"][name]), name
