"""What a training step and a transform cost beside their convolutions.

    python -m tests.benchmarks.step

Prints ratios of times measured in turn in one run: the whole step over its floor, which is the
forward and backward pass of the step's own frame encoders and decoder on the frames they see, and
the throughput of ``transform`` over that of the bare encoders.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from seqdisentangle import RecurrentWAE
from seqdisentangle.divergences import resolve
from seqdisentangle.model import ModelSpec, build_model
from seqdisentangle.training import Objective, Trainer, build_divergences, resolve_cost
from seqdisentangle.views import resolve_view


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", type=int, nargs=5, default=(64, 8, 3, 64, 64))
    parser.add_argument("--network", default="conv")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--sprites-views", action="store_true", help="the views of sprites.py")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    n, steps, channels, height, width = args.shape
    views = {"content_view": "random_frames", "motion_view": None}
    if args.sprites_views:
        views = {"content_view": ["random_frames", "mirror"], "motion_view": "color_mix"}
    trainer = make_trainer((channels, height, width), args.network, views)
    x = torch.rand(n, steps, height, width, channels).movedim(-1, 2)

    step, floor = in_turn([lambda: trainer.step(x), convolutions(trainer, x)], args.repeats)
    print(
        f"{args.shape}, network={args.network!r}, {args.threads} threads, torch {torch.__version__}"
    )
    print(f"step                {step:8.3f} s")
    print(f"its convolutions    {floor:8.3f} s")
    print(f"step over its floor {step / floor:8.3f}")

    X = (np.random.default_rng(0).random((n, steps, height, width, channels)) * 255).astype("uint8")
    model = RecurrentWAE(network=args.network, max_epochs=1, random_state=0).fit(X[:4])
    # A fifth of a step each: as many more of them make as quiet a median.
    whole, bare = in_turn([lambda: model.transform(X), encoders(model, X)], 5 * args.repeats)
    print(f"transform           {n * steps / whole:8.0f} frames a second")
    print(f"bare encoders       {n * steps / bare:8.0f} frames a second")
    print(f"throughput of transform over bare encoders {bare / whole:.3f}")


def make_trainer(frame_shape: tuple[int, ...], network: str, views: dict) -> Trainer:
    """A trainer with the estimator's defaults."""
    defaults = RecurrentWAE().get_params()
    names = ("content_size", "motion_size", "hidden_size", "generator")
    noises = ("content_noise", "motion_noise")
    spec = ModelSpec(
        frame_shape=frame_shape,
        bounded=True,
        network=network,
        **{name: defaults[name] for name in names + noises},
    )
    divergences = resolve("mmd")
    build_divergences(divergences, spec, 0)
    objective = Objective(
        divergences,
        cost=resolve_cost("squared", images=True),
        content_weight=divergences.content.content_weight,
        motion_weight=divergences.motion.motion_weight,
        independence_weight=defaults["independence_weight"],
        **{name: resolve_view(view) for name, view in views.items()},
    )
    trainer = Trainer(
        build_model(spec, 0),
        objective,
        learning_rate=defaults["learning_rate"],
        lr_schedule="constant",
        n_steps=1,
        clip_norm=defaults["clip_norm"],
        seed=0,
    )
    trainer.model.train()
    return trainer


def convolutions(trainer: Trainer, x: torch.Tensor) -> Callable[[], None]:
    """Forward and backward pass of the step's frame encoders and decoder alone."""
    model, spec = trainer.model, trainer.model.spec
    seen = trainer.objective.content_view(x, trainer.generator).flatten(0, 1)
    frames = x.flatten(0, 1)
    z_m = torch.randn(*x.shape[:2], spec.motion_size, requires_grad=True)
    z_c = torch.randn(len(x), spec.content_size, requires_grad=True)
    gradient = torch.randn_like(x)

    def run() -> None:
        # All forward, then all backward, as in a step: activations are held as long as there.
        motion, content = model.motion.encoder(frames), model.content.encoder(seen)
        outputs = [motion, content, model.decode(z_c, z_m)]
        torch.autograd.backward(
            outputs, [torch.ones_like(motion), torch.ones_like(content), gradient]
        )

    return run


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


def in_turn(functions: list[Callable[[], object]], repeats: int) -> list[float]:
    """Median seconds of each function, called in turn so that a noisy minute hits them alike."""
    seconds: list[list[float]] = [[] for _ in functions]
    for repeat in range(repeats + 1):
        for function, times in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            if repeat:  # the first call warms up
                times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in seconds]


if __name__ == "__main__":
    main()
