"""Throughput of the verbs and of a training step, over that of their bare networks.

    python -m tests.benchmarks.throughput
    python -m tests.benchmarks.throughput --shape 64 512 8

Prints ratios of processor times that were measured in turn in one run, of vectors and of images:
the frame encoders alone over ``transform``, the decoder alone over ``sample``, and a step of the
training over the forward and backward pass of its own frame encoders and decoder.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqdisentangle import RecurrentWAE
from seqdisentangle.data.batches import Batch
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.model import LatentCodes

from ._results import add_results, parse, write_figures
from .step import floor, in_turn, trainer_for

SHAPES = (200, 50, 6), (64, 512, 8), (64, 8, 32, 32, 3)
BATCH = 64  # sequences of a step


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.throughput",
        description=(__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--shape", type=int, nargs="+", action="append", help="instead of three")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    add_results(parser)
    args = parse(parser, "throughput", argv)
    torch.set_num_threads(args.threads)
    print(f"{args.threads} threads, torch {torch.__version__}")
    found = {}
    for shape in args.shape or SHAPES:
        found |= print_ratios(tuple(shape), args.repeats)
    write_figures(args, found)


def print_ratios(shape: tuple[int, ...], repeats: int) -> dict[str, str]:
    """Print and return the ratios of sequences of a shape, (n, T, D) or (n, T, H, W, C)."""
    X = data(shape)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fit has not learned")  # in one epoch
        model = RecurrentWAE(max_epochs=1, device="cpu", random_state=0).fit(X)
    trainer, x = training_of(X)
    model.model_.eval()
    verbs: dict[str, Callable[[], object]] = {
        "transform": partial(model.transform, X),
        "its encoders": encoders(model, X),
        "sample": partial(model.sample, *shape[:2], random_state=0),
        "its decoder": decoder(model, *shape[:2]),
        "step": partial(trainer.step, Batch(x)),
        "its networks": floor(trainer, x),
    }
    seconds = in_turn(verbs, repeats, time.process_time)
    print(f"\n{shape}")
    for name, taken in seconds.items():
        print(f"{name:18}{1e3 * taken:10.1f} ms")
    ratios = {
        "throughput of transform over bare encoders": seconds["its encoders"]
        / seconds["transform"],
        "throughput of sample over bare decoder": seconds["its decoder"] / seconds["sample"],
        "step over its networks": seconds["step"] / seconds["its networks"],
    }
    for name, ratio in ratios.items():
        print(f"{name} {ratio:.3f}")
    return {f"{name}, {shape}": f"{ratio:.3f}" for name, ratio in ratios.items()}


def data(shape: tuple[int, ...]) -> NDArray:
    """Sequences of a shape: images of noise, or vectors that wander."""
    random = np.random.default_rng(0)
    if len(shape) > 3:
        return (random.random(shape) * 255).astype(np.uint8)
    return random.normal(size=shape).cumsum(1).astype(np.float32)


def frames_of(X: NDArray) -> Tensor:
    """All frames, images in [0, 1] with channels first and last in memory."""
    frames = torch.from_numpy(X).flatten(0, 1).float()
    return frames.div(255).movedim(-1, 1) if X.ndim > 3 else frames


def training_of(X: NDArray) -> tuple:
    """A trainer with the estimator's defaults, and a batch for it, (n, T, ...)."""
    estimator, sequences = RecurrentWAE(), Sequences(X)
    trainer = trainer_for(estimator, sequences)
    return trainer, frames_of(X).unflatten(0, X.shape[:2])[:BATCH]


def encoders(model: RecurrentWAE, X: NDArray) -> Callable[[], None]:
    """The frame encoders alone, on frames that are in place already, in passes as transform's."""
    frames, core = frames_of(X), model.model_
    size = model._predictor().frames_per_pass

    @torch.no_grad()
    def run() -> None:
        for some in frames.split(size):
            core.motion.encoder(some)
            core.content.encoder(some)

    return run


def decoder(model: RecurrentWAE, n: int, n_steps: int) -> Callable[[], None]:
    """The decoder alone, on codes that are in place already, in passes as sample's."""
    core, spec = model.model_, model.model_.spec
    codes = LatentCodes(
        torch.randn(n, spec.content_size), torch.randn(n, n_steps, spec.motion_size)
    )
    passes = list(model._predictor().passes(n, n_steps))

    @torch.no_grad()
    def run() -> None:
        for rows in passes:
            core.decode(codes.of(rows))

    return run


if __name__ == "__main__":
    main()
