"""Disentanglement of moving digits, judged on digit images that are never seen in training.

Run as ``python -m tests.benchmarks.digits``. A judge of single frames reads the digits off what is
generated; where a single digit is, its centre of brightness says, and where two are, a small
network. Every line has chance and the level of real sequences beside the model's.

Examples
--------
::

    python -m tests.benchmarks.digits --threads 1 --json results.jsonl
    python -m tests.benchmarks.digits --images mnist --picture swaps.png
    python -m tests.benchmarks.digits --images mnist --digits 1 --epochs 12 --set motion_size=6
    python -m tests.benchmarks.digits --images mnist --defaults --set network=parts
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.utils import Bunch
from torch import Tensor, nn

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.metrics import (
    SequenceJudge,
    chance,
    conditional_entropy,
    marginal_entropy,
    probe_accuracy,
    reconstruction_error,
)
from seqdisentangle.metrics._codes import flat_codes

from ._common import (
    AS_MEASURED,
    data_home,
    parameters,
    parser_of_runs,
    print_table,
    probe_r2,
    run_seeds,
)
from ._results import Columns, parse

SCALES = {"digits": {"size": 32, "digits": 1}, "mnist": {"size": 64, "digits": 2}}
COLUMNS: Columns = {
    "digits_chance": ("digits, chance", ".2f"),
    "digits_real": ("digits, real", ".2f"),
    "digits_reconstructed": ("digits, reconstructed", ".2f"),
    "digits_motion_drawn": ("digits, motion drawn", ".2f"),
    "digits_swap": ("digits, swap", ".2f"),
    "pixels_off_chance": ("pixels off, chance", ".1f"),
    "pixels_off_perfect": ("pixels off, real", ".2f"),
    "pixels_off_reconstructed": ("pixels off, reconstructed", ".2f"),
    "pixels_off_content_drawn": ("pixels off, content drawn", ".2f"),
    "pixels_off_swap": ("pixels off, swap", ".2f"),
    "long_same_digits_samples": ("digits kept to T = 100", ".2f"),
    "long_variety_nats_end": ("variety at T = 100, nats", ".2f"),
    "long_pixels_a_step_end": ("pixels a step at T = 100", ".2f"),
    "parts_keep_digit": ("parts keep their digit", ".2f"),
}
N_STEPS, LONG = 20, 100  # of training sequences, and of samples that go on
N_PROBED = 600  # training sequences that probes are fitted on


def main(
    argv: Sequence[str] | None = None, *, make_model: Callable[..., Any] = RecurrentWAE
) -> list[dict[str, Any]]:
    """Run the benchmark; return one record a seed."""
    options = _parse(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    n = options.test_sequences
    train = moving(options, "train", options.sequences, N_STEPS, random_state=0)
    test = moving(options, "test", n, N_STEPS, random_state=1)
    far = moving(options, "test", n, LONG, random_state=2)
    frames = moving(options, "train", options.judge_frames, 1, random_state=3)
    judge = FrameJudge(frames)
    locate = brightness_centres if options.digits == 1 else Locator(frames)

    def measure(model: Any, seed: int) -> dict[str, float]:
        measures = {"mean_squared_error": reconstruction_error(model, test.X).mean_squared}
        print(f"squared error (mean)      {measures['mean_squared_error']:.5f}")
        measures |= print_table(interventions(model, test, judge, locate, seed))
        measures |= print_table(parts_of(model, test))
        measures |= print_table(probes(model, train, test))
        return measures | print_table(long_samples(model, train, far, judge, seed))

    # Knowledge that a user of such videos has: a place on the canvas is two numbers, for which
    # four a digit are room enough, and frames are too alike to draw all of them every step.
    knowledge = {**AS_MEASURED, "motion_size": 4 * options.digits, "training__frames_per_step": 4}
    return run_seeds(
        options,
        make_model,
        parameters(options, knowledge),
        train.X,
        test.X,
        measure,
        title=f"{options.images}, {options.digits} in a frame",
        facts={"images": options.images, "digits": options.digits, "size": options.size},
        columns=COLUMNS,
    )


def moving(
    options: argparse.Namespace, subset: str, n: int, n_steps: int, random_state: int
) -> Bunch:
    """Sequences of the digit images of a subset, with `centres` (n, n_steps, n_digits, 2)."""
    given = {}
    if options.images == "mnist":
        with np.load(options.mnist) as file:
            given = {"images": file["images"], "labels": file["labels"]}
    data = make_moving_digits(
        n,
        n_steps=n_steps,
        size=options.size,
        n_digits=options.digits,
        subset=subset,
        random_state=random_state,
        **given,
    )
    data.digits = np.sort(data.digits, axis=1)  # which two there are has no order
    side = given["images"].shape[1] if given else options.size // 2
    data.centres = data.positions + (side - 1) / 2
    return data


class FrameJudge:
    """Reads digits (n, n_digits) off sequences, in ascending order, frame by frame.

    It is trained on single frames, of which many more differ than of sequences.
    """

    def __init__(self, frames: Bunch) -> None:
        self.judge = SequenceJudge(tol=0.0, random_state=0).fit(frames.X, frames.digits)

    def probabilities(self, X: np.ndarray) -> list[np.ndarray]:
        """Of each class in each frame: for every digit (n, T, n_classes)."""
        answers = self.judge.predict_proba(X.reshape(-1, 1, *X.shape[2:]))
        return [p.reshape(*X.shape[:2], -1) for p in answers]

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The digits (n, n_digits) that all frames of a sequence together speak for."""
        return self.digits_of(self.probabilities(X))

    def digits_of(self, probabilities: list[np.ndarray]) -> np.ndarray:
        """The digits (n, n_digits) that frames with such probabilities together speak for."""
        found = [np.log(p + 1e-6).mean(axis=1).argmax(axis=-1) for p in probabilities]
        return np.column_stack([c[k] for c, k in zip(self.judge.classes_, found, strict=True)])


def brightness_centres(X: np.ndarray) -> np.ndarray:
    """Centre of brightness (n, T, 1, 2) of each frame, in pixels; of a dark one, the middle."""
    light = X.astype(np.float64) + 1e-6
    rows = light.sum(axis=3) @ np.arange(X.shape[2])  # (n, T)
    columns = light.sum(axis=2) @ np.arange(X.shape[3])
    return (np.stack([rows, columns], axis=-1) / light.sum(axis=(2, 3))[..., None])[:, :, None]


class Locator:
    """Finds the centres of two digits, in no order."""

    def __init__(self, frames: Bunch) -> None:
        X, centres = torch.from_numpy(frames.X), torch.from_numpy(frames.centres[:, 0]).float()
        size, n_epochs, n_batches = X.shape[2], 12, max(1, len(X) // 64)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.net = _locator_net(size)
            optimizer = torch.optim.Adam(self.net.parameters())
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, n_epochs * n_batches)
            for _ in range(n_epochs):
                for rows in torch.randperm(len(X)).tensor_split(n_batches):
                    found = self._found(X[rows])
                    loss = _in_either_order(found / size, centres[rows] / size).mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
        self.net.eval()

    @torch.inference_mode()
    def __call__(self, X: np.ndarray) -> np.ndarray:
        """Centres (n, T, 2, 2) in pixels."""
        frames = torch.from_numpy(X.reshape(-1, 1, *X.shape[2:]))
        found = torch.cat([self._found(batch) for batch in frames.split(256)])
        return found.unflatten(0, X.shape[:2]).numpy()

    def _found(self, x: Tensor) -> Tensor:
        """Centres (n, 2, 2) of frames (n, 1, H, W)."""
        centres: Tensor = self.net(x.float() / 255).unflatten(1, (2, 2)) * x.shape[2]
        return centres


def _locator_net(size: int) -> nn.Module:
    """From frames (n, 1, size, size) to four numbers, 0 to 1 over the frame."""
    layers: list[nn.Module] = [nn.AvgPool2d(2)]
    for channels, out in ((1, 32), (32, 64)):
        conv = nn.Conv2d(channels, out, kernel_size=3, stride=2, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(out), nn.ReLU()]
    n_features = 64 * math.ceil(size // 2 / 4) ** 2
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(n_features, 128), nn.ReLU(), nn.Linear(128, 4)
    )


def _in_either_order(found: Tensor, centres: Tensor) -> Tensor:
    """Mean distance (...) of the digits (..., n_digits, 2), in the order in which it is least."""
    orders = [centres] if centres.shape[-2] == 1 else [centres, centres.flip(-2)]
    distances = [torch.linalg.vector_norm(found - order, dim=-1).mean(-1) for order in orders]
    return torch.stack(distances).amin(0)


def interventions(
    model: Any, test: Bunch, judge: FrameJudge, locate: Callable[..., np.ndarray], seed: int
) -> dict[str, dict[str, float]]:
    """Share of digits that are right, and by how many pixels places are off, with codes replaced.

    A perfect swap is as far off as the centres of brightness of two digits at one place differ or,
    for two digits, as the network is on real frames.
    """
    partner = np.random.RandomState(seed).permutation(len(test.X))
    codes = model.transform(test.X)
    swapped = model.swap(test.X, test.X[partner]).a_motion_b_content
    content_drawn = model.sample(len(test.X), motion=codes.motion, random_state=seed)
    motion_drawn = model.sample(len(test.X), N_STEPS, content=codes.content, random_state=seed)
    reconstructed = model.reconstruct(test.X)
    places = locate(test.X)
    one = places.shape[2] == 1
    expected = places if one else test.centres
    apart = (places - test.centres)[partner] if one else places - test.centres

    def right(X: np.ndarray, digits: np.ndarray = test.digits) -> float:
        return float(np.mean(judge.predict(X) == digits))

    def off(found: np.ndarray) -> float:
        pair = (torch.from_numpy(np.asarray(x, np.float64)) for x in (found, expected))
        return float(_in_either_order(*pair).mean())

    return {
        "digits": {
            "chance": float(np.mean([chance(column) for column in test.digits.T])),
            "real": right(test.X),
            "reconstructed": right(reconstructed),
            "motion_drawn": right(motion_drawn),
            "swap": right(swapped, test.digits[partner]),
        },
        "pixels_off": {
            "chance": off(expected[partner]),
            "perfect": off(test.centres + apart),
            "reconstructed": off(locate(reconstructed)),
            "content_drawn": off(locate(content_drawn)),
            "swap": off(locate(swapped)),
        },
    }


def parts_of(model: Any, test: Bunch) -> dict[str, dict[str, float]]:
    """Whether a part has the same digit in the last frame as in the first, by where they are.

    Nothing of a model without parts, or with another number of them than there are digits.
    """
    motion = model.transform(test.X).motion
    if motion.ndim != 4 or motion.shape[2] != test.centres.shape[2] != 1:
        return {}
    size, device = test.X.shape[2], model.device_
    with torch.no_grad():
        codes = torch.from_numpy(motion).to(device).flatten(2)
        places = (model.model_.decoder.places(codes).cpu() + 1) * size / 2 - 0.5
    straight, across = (
        torch.linalg.vector_norm(places - torch.from_numpy(order), dim=-1).sum(-1)
        for order in (test.centres, test.centres[:, :, ::-1].copy())
    )
    first = straight < across  # (n, T): part 0 is at digit 0
    kept = (first[:, 0] == first[:, -1]).numpy()
    gaps = np.linalg.norm(test.centres[:, :, 0] - test.centres[:, :, 1], axis=-1)
    met = gaps.min(1) < size / 8
    levels = {"chance": 0.5, "keep_digit": kept.mean(), "keep_digit_that_met": kept[met].mean()}
    return {"parts": {name: float(level) for name, level in levels.items()}}


def probes(model: Any, train: Bunch, test: Bunch) -> dict[str, dict[str, float]]:
    """Linear probes of codes: digits, and the mean of the centres as R^2 (chance 0)."""
    z, z_test = (flat_codes(model.transform(x)) for x in (train.X[:N_PROBED], test.X))

    def digits(part: np.ndarray, part_test: np.ndarray) -> float:
        columns = zip(train.digits[:N_PROBED].T, test.digits.T, strict=True)
        return float(np.mean([probe_accuracy(part, y, part_test, y_test) for y, y_test in columns]))

    def place(part: np.ndarray, part_test: np.ndarray) -> float:
        y, y_test = train.centres[:N_PROBED].mean(axis=2), test.centres.mean(axis=2)
        return probe_r2(*(np.concatenate(steps) for steps in (part, y, part_test, y_test)))

    def each_step(content: np.ndarray) -> np.ndarray:
        return np.repeat(content[:, None], N_STEPS, axis=1)

    return {
        "probe_digits": {
            "chance": float(np.mean([chance(column) for column in test.digits.T])),
            "content": digits(z.content, z_test.content),
            "mean_motion": digits(z.motion.mean(axis=1), z_test.motion.mean(axis=1)),
        },
        "probe_place": {
            "chance": 0.0,
            "motion": place(z.motion, z_test.motion),
            "content": place(each_step(z.content), each_step(z_test.content)),
        },
    }


def long_samples(
    model: Any, train: Bunch, far: Bunch, judge: FrameJudge, seed: int
) -> dict[str, dict[str, float]]:
    """Measures of samples five times as long as training sequences."""
    samples = model.sample(len(far.X), LONG, random_state=seed)
    bright = train.X.mean(axis=(2, 3))
    begin, end = slice(0, N_STEPS), slice(LONG - N_STEPS, LONG)
    windows = {"real": far.X[:, end], "start": samples[:, begin], "end": samples[:, end]}
    seen = {name: judge.probabilities(X) for name, X in windows.items()}
    first = judge.predict(far.X[:, begin])
    found = {name: judge.digits_of(p) for name, p in seen.items()}

    def entropy(of: Callable[..., float], probabilities: list[np.ndarray]) -> float:
        return float(np.mean([of(p.reshape(-1, p.shape[-1])) for p in probabilities]))

    def in_range(X: np.ndarray) -> float:
        light = X.mean(axis=(2, 3))
        return float(np.mean((light >= bright.min()) & (light <= bright.max())))

    def step(X: np.ndarray) -> float:
        moved = np.diff(brightness_centres(X)[:, :, 0], axis=1)
        return float(np.linalg.norm(moved, axis=-1).mean())

    # Digits of other samples agree as often as this.
    others = np.roll(found["end"], 1, axis=0)
    return {
        "long_confidence": {
            name: float(np.mean([p.max(axis=-1).mean() for p in tasks]))
            for name, tasks in seen.items()
        },
        "long_entropy_nats": {
            name: entropy(conditional_entropy, tasks) for name, tasks in seen.items()
        },
        "long_variety_nats": {
            name: entropy(marginal_entropy, tasks) for name, tasks in seen.items()
        },
        "long_brightness_in_range": {name: in_range(X) for name, X in windows.items()},
        "long_pixels_a_step": {name: step(X) for name, X in windows.items()},
        "long_same_digits": {
            "chance": float(np.mean(found["start"] == others)),
            "real": float(np.mean(first == found["real"])),
            "samples": float(np.mean(found["start"] == found["end"])),
        },
    }


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of_runs("digits", __doc__)
    parser.add_argument(
        "--images",
        choices=SCALES,
        default="digits",
        help="scikit-learn's, one of them on 32 x 32 pixels, or MNIST's, two on 64 x 64",
    )
    parser.add_argument("--digits", type=int, choices=(1, 2), help="in each sequence")
    home = data_home()
    parser.add_argument(
        "--mnist",
        type=Path,
        default=home and home / "mnist5k.npz",
        help="a file of numpy with images (n, 28, 28) and labels",
    )
    parser.add_argument("--sequences", type=int, default=2000, help="to train on")
    parser.add_argument("--test-sequences", type=int, default=300, help="to judge by")
    parser.add_argument("--judge-frames", type=int, default=20_000, help="to train the judge on")
    options = parse(parser, "digits", argv)
    if options.images == "mnist" and options.mnist is None:
        parser.error("--images mnist needs --mnist PATH")
    options.size = SCALES[options.images]["size"]
    options.digits = options.digits or SCALES[options.images]["digits"]
    return options


if __name__ == "__main__":
    main()
