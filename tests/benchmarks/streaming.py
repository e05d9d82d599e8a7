"""A file larger than memory: what training and encoding cost beside data in memory.

    python -m tests.benchmarks.streaming --gigabytes 20

Makes a compressed HDF5 file, fits a model for an epoch and transforms the file to another, in a
process of its own; does the same with a small file, and with the small file's data in memory.
Prints the peak resident memory of the large run over that of the small one, and the throughput of
the files over that of memory.
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

SHAPE = (50, 1000)  # a sequence of float32 features, 200 kB
SMALL = 0.2  # gigabytes
ROWS_PER_CHUNK = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=20)
    parser.add_argument("--folder", type=Path, help="for the files; a temporary one by default")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        torch.set_num_threads(args.threads)
        print(json.dumps(run(*args.run)))
        return
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        large, small = Path(folder, "large.h5"), Path(folder, "small.h5")
        for path, gigabytes in ((large, args.gigabytes), (small, SMALL)):
            n = make_file(path, gigabytes)
            size = path.stat().st_size / 1e9
            print(f"{path.name}: {n} sequences {SHAPE}, {gigabytes} GB, {size:.2f} GB on disk")
        runs = {
            "large file": measured(large, "file", args.threads),
            "small file": measured(small, "file", args.threads),
            "small, in memory": measured(small, "memory", args.threads),
        }
    for name, found in runs.items():
        print(f"{name:18}" + ", ".join(f"{key} {value:.0f}" for key, value in found.items()))
    grown = runs["large file"]["peak MB"] - runs["small file"]["peak MB"]
    print(f"peak memory of the large file over that of the small one: {grown:.0f} MB")
    for verb in ("fit, sequences/s", "transform, sequences/s"):
        for name in ("large file", "small file"):
            ratio = runs[name][verb] / runs["small, in memory"][verb]
            print(f"{verb:24}{name} over memory {ratio:.2f}")


def make_file(path: Path, gigabytes: float) -> int:
    """Random waves, some hundred different chunks of them over and over, as gzip makes them."""
    rows = int(gigabytes * 1e9 / (4 * np.prod(SHAPE)))
    n_chunks = max(rows // ROWS_PER_CHUNK, 1)
    rng = np.random.RandomState(0)
    # Two decimals: real recordings compress to about a half as well.
    phase = rng.uniform(0, 6, (25 * ROWS_PER_CHUNK, 1, SHAPE[1]))
    waves = np.sin(phase + 0.3 * np.arange(SHAPE[0])[:, None]).round(2).astype(np.float32)
    with h5py.File(path, "w") as file:
        X = file.create_dataset(
            "X",
            (n_chunks * ROWS_PER_CHUNK, *SHAPE),
            np.float32,
            chunks=(ROWS_PER_CHUNK, *SHAPE),
            compression="gzip",
            compression_opts=1,
        )
        kinds = len(waves) // ROWS_PER_CHUNK
        X[: min(len(waves), len(X))] = waves[: len(X)]
        stored = [
            X.id.read_direct_chunk((i * ROWS_PER_CHUNK, 0, 0))[1]
            for i in range(min(kinds, n_chunks))
        ]
        for i in range(len(stored), n_chunks):
            X.id.write_direct_chunk((i * ROWS_PER_CHUNK, 0, 0), stored[i % len(stored)])
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
