"""Cost of each divergence, beside a training step.

    python -m tests.benchmarks.divergences

Prints, for the motion codes of 256 sequences of 8 frames and the joints that are compared, the time
of each divergence's value and gradient as a share of a whole training step on 64 x 64 colour images
with the ``conv`` network, all measured in turn in one run; and the largest block of memory that the
pair statistics hold for 100 steps of 1,024 sequences.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import (
    HSIC,
    MMD,
    Dependence,
    Divergence,
    EnergyDistance,
    GaussianKL,
    JensenShannon,
    Samples,
    ScaledMMD,
    Sinkhorn,
    SlicedWasserstein,
)
from seqdisentangle.divergences.kernels import KERNELS

from ._results import add_results, parse, write_figures
from .step import in_turn, make_trainer

D_MOTION = 6
LONG = 100, 1024  # steps and sequences that the memory of pair statistics is measured on


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.divergences", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--n", type=int, default=256)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    add_results(parser)
    args = parse(parser, "divergences", argv)
    torch.set_num_threads(args.threads)

    divergences = {
        **{f"MMD({name})": MMD(name) for name in KERNELS.names},
        "MMD(bandwidth=median)": MMD(bandwidth="median"),
        "EnergyDistance": EnergyDistance(),
        "SlicedWasserstein": SlicedWasserstein(),
        "Sinkhorn": Sinkhorn(),
        "GaussianKL": GaussianKL(),
        "HSIC": HSIC(),
        "ScaledMMD, adversarial": ScaledMMD().build(2 * D_MOTION),
        "JensenShannon, adversarial": JensenShannon().build(2 * D_MOTION),
    }
    trainer = make_trainer((3, 64, 64), "conv", {"content_view": "random_frames"}, "float32")
    batch = Batch(torch.rand(args.n, args.steps, 64, 64, 3).movedim(-1, 2))
    calls = {name: value_and_gradient(d, args.n, args.steps) for name, d in divergences.items()}
    seconds = in_turn({"training step": lambda: trainer.step(batch), **calls}, args.repeats)
    step = seconds.pop("training step")
    print(f"n = {args.n}, T = {args.steps}, {args.threads} threads, torch {torch.__version__}")
    print(f"{'training step':28}{step:9.3f} s")
    for name, time in seconds.items():
        print(f"{name:28}{time:9.3f} s  {time / step:7.2%} of the step")
    figures = {f"{name}, share of a step": f"{time / step:.2%}" for name, time in seconds.items()}
    write_figures(args, figures)
    steps, n = LONG
    print(f"\n{steps} steps of {n} sequences: the largest tensor that is made, in MB")
    for divergence in (MMD(), EnergyDistance(), HSIC(), SlicedWasserstein()):
        with Largest() as largest:
            value_and_gradient(divergence, n, steps)()
        print(f"{type(divergence).__name__:28}{largest.n_bytes / 2**20:9.0f}")


def value_and_gradient(divergence: Divergence, n: int, steps: int) -> Callable[[], None]:
    """A divergence of the joints of motion codes, forward and backward, its critic's step too."""
    x, y = torch.randn(2, steps, n, 2 * D_MOTION)
    x.requires_grad_()
    if isinstance(divergence, Dependence):  # it is given a code of each sequence, not of each step
        x, y = x[0].detach().requires_grad_(), y[0]

    def run() -> None:
        q, p = Samples(x, x, 0 * x), Samples(y, y, 0 * y)
        divergence(q, p).sum().backward()
        if any(True for _ in divergence.parameters()):
            divergence.critic_loss(Samples(x.detach()), Samples(y)).backward()

    return run


class Largest(TorchDispatchMode):
    """Remembers the size of the largest tensor that an operation has made."""

    n_bytes = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else (made,):
            if isinstance(tensor, torch.Tensor):
                self.n_bytes = max(self.n_bytes, tensor.untyped_storage().nbytes())
        return made


if __name__ == "__main__":
    main()
