"""Processes that share batches: gradients, weights, histories as of one; rank 0 writes."""

import csv
import os
import textwrap

import numpy as np
import pytest
import torch
import torch.multiprocessing as multiprocessing

from seqdisentangle import RecurrentWAE
from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import resolve
from seqdisentangle.model import MixturePrior
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.objectives.base import Loss, build_divergences
from seqdisentangle.objectives.costs import resolve_cost
from seqdisentangle.objectives.rwae import WassersteinObjective
from seqdisentangle.training.distributed import ProcessGroup, SingleProcess
from seqdisentangle.training.finetuning import FineTuning
from seqdisentangle.training.losses import Losses
from seqdisentangle.training.trainer import Trainer
from tests._torchrun import torchrun

VECTORS = ModelSpec((3,), False, 4, 2, 8, "auto", "style", 0.1, 0.3)
MIXTURE = ModelSpec((3,), False, 4, 2, 8, "auto", "style", 0.1, 0.3, MixturePrior(3))
IMAGES = ModelSpec((1, 16, 16), True, 4, 2, 8, "conv", "style", None, None)
ACTING = ModelSpec((3,), False, 4, 2, 8, "auto", "style", 0.1, 0.3, n_actions=3)
LENGTHS = torch.tensor([5, 2, 4, 1, 5, 3, 2])
LABELS = torch.tensor([-1, 2, 0, -1, -1, 1, -1])  # each part has some, and not equally many
NAMES = ("mmd", "gan", "kl")

pytestmark = pytest.mark.integration


class Table:
    """Normal noise that is the same for a row of a batch, whichever process has it."""

    def __init__(self, first, n):
        self.first, self.n = first, n
        self.draws = 0

    def normal_(self, tensor, *args, generator=None, **kwargs):
        self.draws += 1
        whole = np.random.RandomState(self.draws).normal(size=(self.n, *tensor.shape[1:]))
        rows = whole[self.first : self.first + len(tensor)]
        with torch.no_grad():
            return tensor.copy_(torch.from_numpy(rows))

    def exponential_(self, tensor, *args, generator=None, **kwargs):
        return self.normal_(tensor).square_()


def batch(spec, dtype):
    """As fit scales them: vectors of unit variance, images in [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    draw = torch.rand if spec.bounded else torch.randn
    return draw(7, 5, *spec.frame_shape, generator=generator, dtype=torch.float64).to(dtype)


def train(communicator, spec, reg, dtype, lengths, n_steps):
    """Some steps on one's own part of a batch; the first gradient, and the weights at the end."""
    rows = communicator.shard(slice(0, 7))
    table = Table(rows.start, 7)
    patched = pytest.MonkeyPatch()
    with patched.context() as patch:
        build = build_model(spec, 0).to(dtype)
        divergences = resolve("mmd" if reg == "codes" else reg)
        build_divergences(divergences, spec, 0)
        for divergence in divergences:
            divergence.to(dtype)
        patch.setattr(torch.Tensor, "normal_", lambda *a, **k: table.normal_(*a, **k))
        patch.setattr(torch.Tensor, "exponential_", lambda *a, **k: table.exponential_(*a, **k))
        objective = WassersteinObjective(
            divergences,
            cost=resolve_cost("squared", images=False),
            content_weight=1.0,
            motion_weight=1.0,
            independence_weight=1.0,
            action_weight=None if spec.n_actions is None else 1.0,
            communicator=communicator,
        )
        if reg == "codes":
            objective = FineTuning(objective)
        trainer = Trainer(
            build,
            objective,
            learning_rate=1e-3,
            lr_schedule="constant",
            n_updates=n_steps,
            clip_norm=None,
            seed=0,
        )
        x = batch(spec, dtype)[rows]
        gradients, losses = None, []
        build.train()
        with communicator.synchronised(build):
            for step in range(n_steps):
                labels = None if spec.n_actions is None else LABELS[rows]
                own = None if lengths is None else lengths[rows]
                loss = trainer.step(Batch(x, own, labels=labels))
                losses.append(loss.stack())
                if step == 0:
                    gradients = {
                        name: torch.zeros_like(p) if p.grad is None else p.grad.clone()
                        for name, p in build.named_parameters()
                    }
    assert all("forward" not in vars(module) for module in build.modules())
    return gradients, build.state_dict(), torch.stack(losses)


CASES = {
    f"{reg}-{kind}-{dtype}-{form}": (spec, reg, getattr(torch, dtype), lengths)
    for reg in NAMES
    for kind, spec in (("vectors", VECTORS), ("images", IMAGES), ("actions", ACTING))
    for dtype in ("float32", "float64")
    for form, lengths in (("whole", None), ("ragged", LENGTHS))
}
CASES |= {
    f"{name}-{dtype}-{form}": (spec, reg, getattr(torch, dtype), lengths)
    for name, spec, reg in (
        ("mixture", MIXTURE, "mmd"),
        ("codes", MIXTURE, "codes"),
        ("codes-images", IMAGES, "codes"),
        ("codes-actions", ACTING, "codes"),
    )
    for dtype in ("float32", "float64")
    for form, lengths in (("whole", None), ("ragged", LENGTHS))
}


def of_rank(rank, folder, size):
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/store", rank=rank, world_size=size
    )
    communicator = ProcessGroup()
    found = {name: train(communicator, *case, n_steps=1) for name, case in CASES.items()}
    found["fifty steps"] = train(communicator, VECTORS, "mmd", torch.float64, None, n_steps=50)
    losses = Losses(())
    for n, value in ((5, 1.0), (4, 0.0), (4, 0.0)):
        own = communicator.shard(slice(0, n))
        losses.append(own.stop - own.start, Loss(torch.tensor(value), {}))
    found["means"] = losses.means(communicator)
    torch.save(found, f"{folder}/{rank}.pt")
    torch.distributed.destroy_process_group()


@pytest.fixture(scope="module")
def by_rank(tmp_path_factory):
    """The findings of each of two processes; seven sequences, so that their parts are unlike."""
    folder = tmp_path_factory.mktemp("processes")
    multiprocessing.spawn(of_rank, (str(folder), 2), nprocs=2)
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]


@pytest.mark.parametrize("name", CASES)
def test_a_step_of_two_processes_is_that_of_one_on_the_whole_batch(name, by_rank):
    expected, _, losses = train(SingleProcess(), *CASES[name], n_steps=1)
    tolerance = 1e-5 if CASES[name][2] == torch.float32 else 1e-12
    whole = torch.cat([g.flatten() for g in expected.values()])
    for found in by_rank:
        gradients, _, found_losses = found[name]
        together = torch.cat([g.flatten() for g in gradients.values()])
        assert (together - whole).norm() <= tolerance * whole.norm()
        torch.testing.assert_close(found_losses, losses, rtol=10 * tolerance, atol=10 * tolerance)
    for key, value in by_rank[0][name][1].items():
        assert torch.equal(value, by_rank[1][name][1][key]), key


def test_after_fifty_steps_the_weights_agree(by_rank):
    _, expected, losses = train(SingleProcess(), VECTORS, "mmd", torch.float64, None, n_steps=50)
    assert losses[-1, 0] < losses[0, 0]
    for found in by_rank:
        for name, value in found["fifty steps"][1].items():
            torch.testing.assert_close(value, expected[name], rtol=1e-4, atol=1e-4)


def test_an_epoch_is_a_mean_over_the_sequences_of_all(by_rank):
    for found in by_rank:
        assert found["means"] == {"loss": 5 / 13}


# ---- under torchrun ------------------------------------------------------------------------------


SCRIPT = """
import sys, numpy as np, torch
from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.callbacks import CSVLogger

folder, form = sys.argv[1:]
torch.set_num_threads(1)
X = np.load(f"{folder}/X.npy")
if form == "ragged":
    X = [x[: 1 + i % len(x)] for i, x in enumerate(X)]
model = RecurrentWAE(
    "mmd", content_size=4, motion_size=2, hidden_size=8, max_epochs=3, batch_size=5, device="cpu",
    random_state=None if form == "unseeded" else 0, verbose=1, early_stopping=form == "stopping",
    checkpoint=f"{folder}/checkpoints", callbacks=CSVLogger(f"{folder}/log.csv"),
    training=Training(ema=0.9),
).fit(f"{folder}/X.npy" if form == "path" else X)
rank = torch.distributed.get_rank()
weights = {k: v for k, v in model.model_.state_dict().items()}
history = [{k: v for k, v in r.items() if k != "seconds"} for r in model.history_]
torch.save({"weights": weights, "history": history}, f"{folder}/end-{rank}.pt")
model.transform(X)
"""


@pytest.mark.parametrize("form", ["array", "path", "ragged", "stopping", "unseeded"])
def test_fit_under_torchrun_ends_alike_on_all_and_writes_once(form, tmp_path):
    np.save(tmp_path / "X.npy", np.random.RandomState(0).normal(size=(23, 4, 3)).cumsum(1))
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(SCRIPT))
    complaints = torchrun(script, tmp_path, form)
    ends = [torch.load(tmp_path / f"end-{rank}.pt") for rank in range(2)]
    assert ends[0]["history"] == ends[1]["history"]
    assert len(ends[0]["history"]) == 3
    assert all(np.isfinite(list(record.values())).all() for record in ends[0]["history"])
    for name, value in ends[0]["weights"].items():
        assert torch.equal(value, ends[1]["weights"][name]), name
    assert complaints.count("RecurrentWAE 3/3") >= 1
    with open(tmp_path / "log.csv") as file:
        assert len(list(csv.DictReader(file))) == 3
    assert (tmp_path / "checkpoints" / "best.safetensors").exists()
    loaded = RecurrentWAE.load(tmp_path / "checkpoints" / "best.safetensors")
    assert loaded.n_epochs_ <= 3


SYSTEMS = """
import sys, numpy as np, torch
from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.networks import Conv, Parts

torch.set_num_threads(1)
X = np.random.RandomState(0).normal(size=(23, 6, 3)).cumsum(1)
X = [x[: 3 + i % 4] for i, x in enumerate(X)]
videos = np.random.RandomState(0).randint(256, size=(23, 6, 16, 16), dtype=np.uint8)
videos = [x[: len(y)] for x, y in zip(videos, X)]
y = np.where(np.arange(23) % 3, -1, np.arange(23) % 2)
params = dict(content_size=4, motion_size=2, hidden_size=8, max_epochs=2, batch_size=8,
              device="cpu", random_state=0)
ends = {}
wae = RecurrentWAE("mmd", n_actions=2, **params)
parts = RecurrentWAE("mmd", network=Parts(2, width=8, network=Conv(2)), **params)
for model in (wae, DSVAE("full", **params), MoCoGAN(2, **params), parts):
    of_parts = model is parts
    model.fit(videos if of_parts else X, **({"actions": y} if model is wae else {}))
    learned = {**model.model_.state_dict()}
    for divergence in model.divergences_:
        learned |= {f"divergence.{name}": v for name, v in divergence.state_dict().items()}
    history = [{**r, "seconds": 0} for r in model.history_]
    ends["parts" if of_parts else type(model).__name__] = learned, history
torch.save(ends, f"{sys.argv[1]}/end-{torch.distributed.get_rank()}.pt")
"""


def test_every_system_ends_alike_on_all_processes(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SYSTEMS)
    torchrun(script, tmp_path)
    one, other = (torch.load(tmp_path / f"end-{rank}.pt") for rank in range(2))
    assert one.keys() == other.keys() == {"RecurrentWAE", "DSVAE", "MoCoGAN", "parts"}
    for system, (learned, history) in one.items():
        assert history == other[system][1]
        for name, value in learned.items():
            assert torch.equal(value, other[system][0][name]), (system, name)


APART = """
import os, sys, numpy as np, torch
from seqdisentangle import RecurrentWAE

torch.set_num_threads(1)
folder, rank = sys.argv[1], os.environ["RANK"]
X = np.random.RandomState(0).normal(size=(12, 4, 3)).cumsum(1)
model = RecurrentWAE(
    content_size=4, motion_size=2, hidden_size=8, max_epochs=2, batch_size=6, device="cpu",
    random_state=0, checkpoint=f"{folder}/of-{rank}",
).fit(X)
try:
    model.fit(X, resume=True)
except ValueError as error:
    open(f"{folder}/{rank}.txt", "w").write(str(error))
"""


def test_processes_that_see_other_checkpoints_do_not_go_on(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(APART)
    torchrun(script, tmp_path)
    for rank in range(2):
        message = (tmp_path / f"{rank}.txt").read_text()
        assert message.startswith(f"checkpoint='{tmp_path}/of-{rank}' must be a folder that all")
        assert message.endswith("is epoch-00002-batch-0000000.safetensors, None")


ENDED = """
import atexit, os, sys, numpy as np
from pathlib import Path

def threads():
    return [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]

def note(when):
    found = [name for name in threads() if "gloo" in name]
    Path(f"{sys.argv[1]}/{when}-{os.environ['RANK']}.txt").write_text(" ".join(found))

def last():
    note("after")
    os._exit(0)  # by a status of 1 torchrun would end the other one, which may not be here yet

atexit.register(last)  # what is registered later runs before

from seqdisentangle import RecurrentWAE

def failing(reconstruction, target):
    note("before")
    raise SystemError("of a cost")

if sys.argv[2] != "ours":
    import torch
    torch.distributed.init_process_group("gloo")
X = np.random.RandomState(0).normal(size=(12, 4, 3)).cumsum(1)
RecurrentWAE(
    content_size=4, motion_size=2, hidden_size=8, max_epochs=2, batch_size=6, device="cpu",
    cost=failing if sys.argv[2] == "failing" else "squared",
).fit(X)
note("before")
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="threads are listed on Linux")
@pytest.mark.parametrize("case", ["ours", "own", "failing"])
def test_the_threads_of_a_group_end_before_python_is_taken_down(case, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(ENDED)
    complaints = torchrun(script, tmp_path, case)
    assert ("SystemError: of a cost" in complaints) == (case == "failing")
    for rank in range(2):
        assert (tmp_path / f"before-{rank}.txt").read_text()
        assert not (tmp_path / f"after-{rank}.txt").read_text()


WORKERS = """
import multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor
import numpy as np, torch
from seqdisentangle import RecurrentWAE

X = np.random.RandomState(0).normal(size=(12, 4, 3)).cumsum(1)

def fit(seed=0):
    torch.set_num_threads(1)
    model = RecurrentWAE(
        content_size=4, motion_size=2, hidden_size=8, max_epochs=2, batch_size=6, device="cpu",
        random_state=seed,
    )
    return float(model.fit(X).transform(X).content.sum())

if __name__ == "__main__":
    folder, method = sys.argv[1:]
    if method == "fork":
        fit()  # the worker has a group to leave
    with ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        # Of each rank another one: together they would end alike.
        found = pool.submit(fit, int(os.environ["RANK"])).result()
    fit()
    rank = torch.distributed.get_rank()
    np.save(f"{folder}/{rank}.npy", found)
"""


@pytest.mark.parametrize(
    "method",
    [pytest.param("fork", marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="")), "spawn"],
)
def test_a_worker_that_a_rank_starts_trains_alone(method, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(WORKERS)
    torchrun(script, tmp_path, method)
    X = np.random.RandomState(0).normal(size=(12, 4, 3)).cumsum(1)
    for rank in range(2):
        model = RecurrentWAE(
            content_size=4,
            motion_size=2,
            hidden_size=8,
            max_epochs=2,
            batch_size=6,
            device="cpu",
            random_state=rank,
        )
        alone = model.fit(X).transform(X).content.sum()
        np.testing.assert_allclose(np.load(tmp_path / f"{rank}.npy"), alone, rtol=1e-5)
