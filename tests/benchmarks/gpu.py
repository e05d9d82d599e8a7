"""Time of a training step on a CUDA GPU, kernel by kernel and as a graph.

    python -m tests.benchmarks.gpu

Prints for each shape of a batch the time of a step of the defaults both ways, the number of its
kernels and the time in which the GPU works on them, and the share that its products reach of the
rate that a large matrix product has on this GPU in this run.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from seqdisentangle import RecurrentWAE
from seqdisentangle.data.batches import Batch
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.training.devices import resolve_precision
from seqdisentangle.training.trainer import Trainer

from ._results import add_results, parse, write_figures
from .step import trainer_for

#: A batch of each: (n, T, ...), images with channels last.
SHAPES = [(64, 8, 32, 32, 3), (64, 8, 64, 64, 3), (64, 8, 128, 128, 3), (67, 50, 6), (64, 512, 8)]
#: Side of the matrix product whose rate is the yardstick.
SIDE = 8192


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.gpu", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--shape", type=int, nargs="+", action="append", help="of a batch, once or more"
    )
    parser.add_argument("--precision", nargs="+", default=["auto"])
    parser.add_argument("--repeats", type=int, default=50)
    add_results(parser)
    options = parse(parser, "gpu", argv)
    if not torch.cuda.is_available():
        parser.error("there is no CUDA GPU")
    device = torch.device("cuda")
    rate = matrix_rate(device, options.repeats)
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}")
    print(f"a product of {SIDE} x {SIDE} in bfloat16: {rate / 1e12:.0f} TFLOP/s")
    found: dict[str, str] = {}
    for shape in map(tuple, options.shape or SHAPES):
        for precision in options.precision:
            used = resolve_precision(precision, device)
            title = f"{shape}, {used}"
            figures = of_steps(shape, used, device, options.repeats, rate)
            print(f"\n{title}")
            for name, value in figures.items():
                print(f"{name:44}{value:>10}")
            found |= {f"{name}, {title}": value for name, value in figures.items()}
    write_figures(options, found)


def of_steps(
    shape: tuple[int, ...], precision: str, device: torch.device, repeats: int, rate: float
) -> dict[str, str]:
    """Measure the steps of batches of one shape."""
    figures: dict[str, str] = {}
    for name, graphs in (("kernel by kernel", False), ("as a graph", True)):
        trainer, batch = prepared(shape, precision, device, graphs=graphs)
        step = partial(trainer.step, batch)
        milliseconds = time_of(step, repeats)
        figures[f"ms a step, {name}"] = f"{milliseconds:.2f}"
    with profile(activities=[ProfilerActivity.CUDA]) as profiled:
        step()
        torch.cuda.synchronize()
    kernels = [e for e in profiled.events() if e.device_type == torch.autograd.DeviceType.CUDA]
    figures["kernels"] = str(len(kernels))
    figures["ms of the kernels"] = f"{sum(e.device_time for e in kernels) / 1e3:.2f}"
    with FlopCounterMode(display=False) as counter:
        trainer.find_gradients(batch)
    share = counter.get_total_flops() / (milliseconds / 1e3) / rate
    figures["share of the rate of a matrix product"] = f"{share:.4f}"
    return figures


def prepared(
    shape: tuple[int, ...], precision: str, device: torch.device, *, graphs: bool
) -> tuple[Trainer, Batch]:
    """A trainer with the estimator's defaults, and a batch of noise on the device."""
    X = np.random.default_rng(0).standard_normal((2, *shape[1:])).astype(np.float32)
    if len(shape) == 5:
        X = (255 / (1 + np.exp(-X))).astype(np.uint8)
    trainer = trainer_for(RecurrentWAE(), Sequences(X), precision, device=device, graphs=graphs)
    x = torch.rand(shape, device=device)
    return trainer, Batch(x.movedim(-1, 2) if len(shape) == 5 else x)


def time_of(function: Callable[[], object], repeats: int) -> float:
    """Median milliseconds of a call by the clock, after as many to warm up as a graph takes."""
    for _ in range(5):
        function()
    times = []
    for _ in range(5):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        start.record()
        for _ in range(repeats):
            function()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / repeats)
    return statistics.median(times)


def matrix_rate(device: torch.device, repeats: int) -> float:
    """Operations a second of a large matrix product in bfloat16."""
    a, b = torch.randn(2, SIDE, SIDE, device=device, dtype=torch.bfloat16)
    return 2 * SIDE**3 / (time_of(lambda: a @ b, repeats) / 1e3)


if __name__ == "__main__":
    main()
