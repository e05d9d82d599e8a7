"""Time of a training step and of a transform, beside that of their convolutions.

    python -m tests.benchmarks.step

Prints ratios of times that were measured in turn in one run: the whole step over its floor, which
is the forward and backward pass of the step's own frame encoders and decoder on the frames they
see, for short and long sequences, in float32 and bfloat16; the share of a step that other things
take than its convolutions; how the time of a step grows with the steps and the number of its
sequences; and the throughput of ``transform`` over that of the bare encoders.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.data.batches import Batch, Batches
from seqdisentangle.data.passes import EvenPasses
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.told import NOTHING
from seqdisentangle.data.units import Scaling
from seqdisentangle.estimators._starting import units_of
from seqdisentangle.model import LatentCodes
from seqdisentangle.model.core import build_model
from seqdisentangle.objectives.base import build_divergences
from seqdisentangle.objectives.communicator import SingleProcess
from seqdisentangle.training.trainer import Trainer

from ._results import add_results, parse, write_figures

# Steps of a long sequence, and as many of these in a batch as the memory of a small machine takes.
LONG, LONG_BATCH = 100, 16


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.step", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--shape", type=int, nargs=5, default=(64, 8, 3, 64, 64))
    parser.add_argument("--network", default="conv")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--sprites-views", action="store_true", help="the views of sprites.py")
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    add_results(parser)
    args = parse(parser, "step", argv)
    torch.set_num_threads(args.threads)
    views = {"content_view": "random_frames", "motion_view": None}
    if args.sprites_views:
        views = {"content_view": ["random_frames", "mirror"], "motion_view": "color_mix"}
    print(f"network={args.network!r}, {args.threads} threads, torch {torch.__version__}")

    short, found = tuple(args.shape), {}
    for shape in (short, (LONG_BATCH, LONG, *short[2:])):
        for precision in args.precision:
            trainer = make_trainer(shape[2:], args.network, views, precision)
            found |= print_overhead(trainer, shape, args.repeats, in_parts=shape == short)
    trainer = make_trainer(short[2:], args.network, views, "float32")
    found |= print_growth(trainer, short[2:], args.repeats)
    found |= print_transform(args.network, short, args.repeats)
    write_figures(args, found)


def print_overhead(
    trainer: Trainer, shape: tuple[int, ...], repeats: int, *, in_parts: bool
) -> dict[str, str]:
    """Print and return the time of a step over that of its convolutions, and its other parts."""
    x = sequences(shape)
    functions = {"step": partial(trainer.step, Batch(x)), "its convolutions": floor(trainer, x)}
    if in_parts and trainer.precision == "float32":
        functions |= parts(trainer, x)
    found = in_turn(functions, repeats)
    print(f"\n{shape}, {trainer.precision}")
    for name, seconds in found.items():
        print(f"{name:18}{seconds:8.3f} s, {seconds / found['step']:6.1%} of the step")
    ratio = f"{found['step'] / found['its convolutions']:.3f}"
    print(f"step over its floor {ratio}")
    return {f"step over its convolutions, {shape}, {trainer.precision}": ratio}


def print_growth(trainer: Trainer, frame_shape: tuple[int, ...], repeats: int) -> dict[str, str]:
    """Print and return the powers of steps and of sequences that the time of a step grows with."""
    powers = {}
    print("\nexponent of the time of a step")
    for name in ("steps", "sequences"):
        shapes = {size: (8, size) if name == "steps" else (size, 8) for size in (8, 16, 32, 64)}
        functions = {
            str(size): partial(trainer.step, Batch(sequences((*shape, *frame_shape))))
            for size, shape in shapes.items()
        }
        found = in_turn(functions, repeats)
        exponent = np.polyfit(np.log(list(shapes)), np.log(list(found.values())), 1)[0]
        times = ", ".join(f"{size}: {seconds:.3f} s" for size, seconds in found.items())
        print(f"{name:18}{exponent:6.3f}   ({times})")
        powers[f"power of the number of {name}"] = f"{exponent:.3f}"
    return powers


def print_transform(network: str, shape: tuple[int, ...], repeats: int) -> dict[str, str]:
    """Print and return the throughput of ``transform`` beside that of the bare encoders."""
    n, steps, channels, height, width = shape
    X = (np.random.default_rng(0).random((n, steps, height, width, channels)) * 255).astype("uint8")
    model = RecurrentWAE(network=network, max_epochs=1, device="cpu", random_state=0).fit(X[:4])
    # A fifth of a step each: as many more of them make as quiet a median.
    found = in_turn(
        {"transform": partial(model.transform, X), "bare": encoders(model, X)}, 5 * repeats
    )
    print(f"\ntransform           {n * steps / found['transform']:8.0f} frames a second")
    print(f"bare encoders       {n * steps / found['bare']:8.0f} frames a second")
    ratio = found["bare"] / found["transform"]
    print(f"throughput of transform over bare encoders {ratio:.3f}")
    return {"throughput of transform over bare encoders": f"{ratio:.3f}"}


def sequences(shape: tuple[int, ...]) -> Tensor:
    """(n, T, C, H, W) with channels last in memory, as batches have them."""
    n, steps, channels, height, width = shape
    return torch.rand(n, steps, height, width, channels).movedim(-1, 2)


def make_trainer(
    frame_shape: tuple[int, ...], network: str, views: dict, precision: str
) -> Trainer:
    """A trainer of images with the estimator's defaults."""
    estimator = RecurrentWAE(network=network, **views)
    data = Sequences(sequences((2, 2, *frame_shape)).numpy(), channels="first")
    return trainer_for(estimator, data, precision)


def trainer_for(
    estimator: RecurrentWAE,
    data: Sequences,
    precision: str = "float32",
    *,
    device: torch.device | None = None,
    graphs: bool = False,
) -> Trainer:
    """A trainer as an estimator makes it for its data, on the CPU unless a device is given."""
    scaling = units_of(data, estimator, continued=False, digest=None)
    estimator.choices_ = estimator._choose(data, scaling, {}, NOTHING)
    divergences = estimator._divergences()
    spec = estimator._spec(data.layout, scaling, divergences)
    build_divergences(divergences, spec, 0)
    training = Training.of(estimator.training).filled(estimator._own_training)
    objective = estimator._objective(divergences, data, SingleProcess(), bounded=scaling.bounded)
    trainer = Trainer(
        build_model(spec, 0).to(device),
        objective.to(device),
        learning_rate=estimator.learning_rate,
        lr_schedule="constant",
        n_updates=1,
        clip_norm=training.clip_norm,
        seed=0,
        precision=precision,
        graphs=graphs,
    )
    trainer.model.train()
    return trainer


def floor(trainer: Trainer, x: Tensor) -> Callable[[], None]:
    """Forward and backward pass of the step's frame encoders and decoder alone."""
    model, spec = trainer.model, trainer.model.spec
    seen = trainer.objective.content_view(x, trainer.rng).flatten(0, 1)
    frames = x.flatten(0, 1)
    z_m = torch.randn(*x.shape[:2], spec.motion_size, requires_grad=True)
    z_c = torch.randn(len(x), spec.content_size, requires_grad=True)
    gradient = torch.randn_like(x)

    def run() -> None:
        # All forward, then all backward, as in a step: activations are held as long as there.
        with trainer.autocast():
            motion, content = model.motion.encoder(frames), model.content.encoder(seen)
            outputs = [motion, content, model.decode(LatentCodes(z_c, z_m))]
        torch.autograd.backward(
            outputs, [torch.ones_like(motion), torch.ones_like(content), gradient]
        )

    return run


def parts(trainer: Trainer, x: Tensor) -> dict[str, Callable[[], None]]:
    """The other parts of a step: each alone, with its backward pass, on the step's own data."""
    model, objective, rng = trainer.model, trainer.objective, trainer.rng
    _, compared = objective(model, Batch(x), rng)
    n, steps = x.shape[:2]
    hidden = torch.randn(n, steps, model.motion.from_frame.out_features, requires_grad=True)
    noise = torch.randn(n, steps, model.spec.motion_size)
    latents = [
        tuple(
            type(samples)(*(None if part is None else leaf(part) for part in samples))
            for samples in (comparison.q, comparison.p)
        )
        for comparison in compared
    ]
    X = (x.movedim(2, -1) * 255).to(torch.uint8).numpy()
    stored = Sequences(X)
    passes = EvenPasses(stored, n, rng=torch.Generator().manual_seed(0))
    batches = Batches(stored, Scaling("unit"), passes, device=trainer.device)

    def recurrences() -> None:
        z, *_ = model.motion._unroll(hidden, noise, [n] * steps)
        of_prior = model.prior.hidden(z.detach())
        (z.sum() - model.prior.log_prob(of_prior, z.detach()).sum()).backward()

    def divergences() -> None:
        values = [
            comparison._replace(q=q, p=p).value()
            for comparison, (q, p) in zip(compared, latents, strict=True)
        ]
        weights = torch.tensor([comparison.weight for comparison in compared])
        codes = [part for pair in latents for part in (*pair[0], *pair[1]) if part is not None]
        (torch.stack(values) @ weights).backward(inputs=[*codes, *trainer.critics.asked(compared)])
        trainer.critics.step(compared)

    def optimiser() -> None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), trainer.clip_norm)
        trainer.optimizer.step()
        trainer.schedule.end_step()

    return {
        "recurrences": recurrences,
        "divergences": divergences,
        "optimiser": optimiser,
        "data": lambda: list(batches),
    }


def leaf(x: Tensor) -> Tensor:
    """A copy that asks for a gradient."""
    return x.detach().clone().requires_grad_()


def encoders(model: RecurrentWAE, X: np.ndarray) -> Callable[[], None]:
    """The frame encoders alone, on frames that are in place already, in passes as transform's."""
    x = torch.from_numpy(X).movedim(-1, 2).flatten(0, 1).float().div_(255)
    core = model.model_.eval()

    @torch.no_grad()
    def run() -> None:
        for frames in x.split(682):
            core.motion.encoder(frames)
            core.content.encoder(frames)

    return run


def in_turn(
    functions: dict[str, Callable[[], object]],
    repeats: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median seconds of each function, called in turn so that a noisy minute hits them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for repeat in range(repeats + 1):
        for name, function in functions.items():
            start = clock()
            function()
            if repeat:  # the first call warms up
                seconds[name].append(clock() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


if __name__ == "__main__":
    main()
