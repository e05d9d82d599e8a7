"""Cost of training and encoding from a file larger than memory, beside data in memory.

    python -m tests.benchmarks.streaming --gigabytes 20
    python -m tests.benchmarks.streaming --features
    python -m tests.benchmarks.streaming --gzip

Makes a sparse or a compressed HDF5 file, fits a model for an epoch and transforms the file to
another, in a process of its own; does the same with a small file, and with data in memory. Prints
the peak resident memory of the large run over that of the small one, and the throughput of the
large file over that of memory. The file holds videos in float32; the model of features does far
less work on a byte, so that reading takes more of its time. What is compressed costs the time of
unpacking it, on a core that the model could use.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import torch

from seqdisentangle import RecurrentWAE

from ._results import add_results, parse, write_figures

SHAPES = {"videos": (16, 32, 32, 3), "features": (50, 1000)}  # of a sequence, 200 kB
SMALL, IN_MEMORY = 0.2, 1.0  # gigabytes
ROWS_PER_CHUNK = 8


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.streaming", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--gigabytes", type=float, default=20)
    parser.add_argument("--features", action="store_true", help="instead of videos")
    parser.add_argument("--gzip", action="store_true", help="compressed files, instead of sparse")
    parser.add_argument("--folder", type=Path, help="for the files; a temporary one by default")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    add_results(parser)
    args = parse(parser, "streaming", None)
    if args.run:
        torch.set_num_threads(args.threads)
        print(json.dumps(run(*args.run)))
        return
    shape = SHAPES["features" if args.features else "videos"]
    make = make_compressed if args.gzip else make_sparse
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        large, small, medium = (Path(folder, f"{name}.h5") for name in ("large", "small", "medium"))
        for path, gigabytes in ((large, args.gigabytes), (small, SMALL), (medium, IN_MEMORY)):
            n = make(path, int(gigabytes * 1e9 / (4 * np.prod(shape))), shape)
            size = path.stat().st_blocks * 512 / 1e9  # a sparse file takes less than its length
            print(f"{path.name}: {n} sequences {shape}, {gigabytes} GB, {size:.2f} GB on disk")
        runs = {
            "small file": measured(small, "file", args.threads),
            "in memory": measured(medium, "memory", args.threads),
            "large file": measured(large, "file", args.threads),
            "in memory, again": measured(medium, "memory", args.threads),
        }
    for name, found in runs.items():
        print(f"{name:18}" + ", ".join(f"{key} {value:.0f}" for key, value in found.items()))
    grown = runs["large file"]["peak MB"] - runs["small file"]["peak MB"]
    print(f"peak memory of the large file over that of the small one: {grown:.0f} MB")
    figures = {"peak memory of the large file over that of the small one, MB": f"{grown:.0f}"}
    for verb in ("fit, sequences/s", "transform, sequences/s"):
        in_memory = (runs["in memory"][verb] + runs["in memory, again"][verb]) / 2
        ratio = f"{runs['large file'][verb] / in_memory:.2f}"
        print(f"{verb:24}large file over memory {ratio}")
        figures[f"{verb}, large file over memory"] = ratio
    write_figures(args, figures)


def make_sparse(path: Path, rows: int, shape: tuple[int, ...]) -> int:
    """Random waves in every hundredth place, and nothing in the others, which read as zeros."""
    waves = random_waves(100, shape)
    with h5py.File(path, "w") as file:
        X = file.create_dataset("X", (rows, *shape), np.float32)
        for i in range(0, rows, 100):
            X[i] = waves[(i // 100) % len(waves)]
    return rows


def random_waves(n: int, shape: tuple[int, ...]) -> np.ndarray:
    """Of two decimals: real recordings compress to about a half as well."""
    size = int(np.prod(shape[1:]))
    phase = np.random.RandomState(0).uniform(0, 6, (n, 1, size))
    waves = 0.5 + 0.5 * np.sin(phase + 0.3 * np.arange(shape[0])[:, None])
    return waves.round(2).astype(np.float32).reshape(n, *shape)


def make_compressed(path: Path, rows: int, shape: tuple[int, ...]) -> int:
    """Random waves, some different chunks of them over and over, as gzip makes them."""
    n_chunks = max(rows // ROWS_PER_CHUNK, 1)
    waves = random_waves(25 * ROWS_PER_CHUNK, shape)
    with h5py.File(path, "w") as file:
        X = file.create_dataset(
            "X",
            (n_chunks * ROWS_PER_CHUNK, *shape),
            np.float32,
            chunks=(ROWS_PER_CHUNK, *shape),
            compression="gzip",
            compression_opts=1,
        )
        kinds = len(waves) // ROWS_PER_CHUNK
        X[: min(len(waves), len(X))] = waves[: len(X)]
        first = (0,) * len(shape)
        stored = [
            X.id.read_direct_chunk((i * ROWS_PER_CHUNK, *first))[1]
            for i in range(min(kinds, n_chunks))
        ]
        for i in range(len(stored), n_chunks):
            X.id.write_direct_chunk((i * ROWS_PER_CHUNK, *first), stored[i % len(stored)])
    return n_chunks * ROWS_PER_CHUNK


def measured(path: Path, kind: str, threads: int) -> dict[str, float]:
    """One run in a process of its own, whose peak memory is that run's."""
    command = [sys.executable, "-m", "tests.benchmarks.streaming", "--threads", str(threads)]
    answer = subprocess.run(
        [*command, "--run", str(path), kind], check=True, capture_output=True, text=True
    )
    return json.loads(answer.stdout.splitlines()[-1])


def run(path: str, kind: str) -> dict[str, float]:
    """Fit for an epoch, and transform."""
    X = f"{path}:/X"
    with h5py.File(path) as file:
        n = len(file["X"])
        if kind == "memory":
            X = file["X"][:]
    found = {}
    model = RecurrentWAE(max_epochs=1, random_state=0)
    for verb in ("fit", "transform"):
        start = time.perf_counter()
        if verb == "fit":
            model.fit(X)
        else:
            model.transform(X, out=f"{path}.codes")
        found[f"{verb}, sequences/s"] = n / (time.perf_counter() - start)
    return {"peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10, **found}


if __name__ == "__main__":
    main()
