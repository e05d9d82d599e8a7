"""Digests of what seeds give, to show that a change of the code has changed no bit of it.

    PYTHONPATH=../before python tests/benchmarks/seeds.py --out before.json
    python tests/benchmarks/seeds.py --compare before.json

Each case trains an estimator and takes the digests of its weights, codes, sequences and history.
They are of one processor and one number of threads, so both runs are made on one machine. The
script imports the package alone, so that it runs on a checkout of any age: parameters are given by
the names of today, and :data:`NAMES` has those that an older constructor knows them by.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import seqdisentangle
from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.divergences import MMD, EnergyDistance, GaussianKL, SlicedWasserstein

Digests = dict[str, str]
Cases = dict[str, Callable[[], Digests]]

# What an older constructor calls a parameter of today.
NAMES = {
    "training__content_delay": "content_warmup",
    "early_stopping__validation_fraction": "validation_fraction",
    "early_stopping__patience": "n_iter_no_change",
    "early_stopping__tol": "tol",
    "n_actions__weight": "action_weight",
    "n_actions__prior": "action_prior",
    "network__generator": "generator",
    "training__finetune_epochs": "generative_epochs",
    "motion_prior": "motion_components",
}
# And what it calls a value, of the parameters that have other values as well.
COMPONENTS = {"gaussian": 1}


def estimator(cls: type, **params: Any) -> Any:
    """Make an estimator, by the parameters that its constructor has in this checkout."""
    known = inspect.signature(cls).parameters
    whole = {name: value for name, value in params.items() if name in known}
    model = cls(**whole)
    for name, value in params.items():
        if name in whole:
            continue
        if name.startswith("before__") and name[8:] not in known:
            continue  # that today's constructor does not ask for
        older = (name, NAMES.get(name, name), name.rpartition("__")[2])
        found = next((n for n in older if n in known), name)
        if found == "motion_components":
            value = COMPONENTS[value]
        model.set_params(**{found: value})
    return model


def digest(value: Any) -> str:
    """The first 16 digits of the SHA-256 of arrays, tensors, or a tree of them."""
    found = hashlib.sha256()
    for part in leaves(value):
        found.update(part)
    return found.hexdigest()[:16]


def leaves(value: Any) -> Iterator[bytes]:
    """The bytes of a tree, in order."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        yield f"{value.shape}{value.dtype}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, dict):
        for name in sorted(value):
            yield from leaves(value[name])
    elif isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)
    else:
        yield repr(value).encode()


def history(model: Any) -> list[dict[str, float]]:
    """The records of the epochs, without the time that they took."""
    return [
        {name: value for name, value in record.items() if name != "seconds"}
        for record in model.history_
    ]


def weights(model: Any) -> list[torch.Tensor]:
    """All weights and buffers, in their order: their names may change, they may not."""
    return list(model.model_.state_dict().values())


def encoder_digests(model: Any, X: Any, **lengths: Any) -> Digests:
    """The digests of an estimator that encodes."""
    a, b = (X[:4], X[4:8]) if not lengths else (X[:4, :5], X[4:8, :5])
    found = {
        "weights": weights(model),
        "history": history(model),
        "codes": tuple(model.transform(X, **lengths)),
        "reconstructions": model.reconstruct(X, **lengths),
        "score": model.score(X, **lengths),
        "samples": model.sample(5, n_steps=7, random_state=0),
        "samples of lengths": model.sample(n_steps=[3, 6, 2], random_state=1),
        "swaps": tuple(model.swap(a, b)),
        "extensions": model.extend(X, 3, random_state=0, **lengths),
        "decoded": model.inverse_transform(model.transform(a)),
    }
    if model.n_actions if hasattr(model, "n_actions") else None:
        found["actions"] = model.predict_proba(X, **lengths)
        found["labels"] = model.labels_
        found["samples of an action"] = model.sample(4, n_steps=5, action=1, random_state=0)
    return {name: digest(value) for name, value in found.items()}


def sampler_digests(model: Any) -> Digests:
    """The digests of an estimator that samples alone."""
    a, b = (model.sample_codes(3, n_steps=4, random_state=seed) for seed in (0, 1))
    found = {
        "weights": weights(model),
        "history": history(model),
        "samples": model.sample(5, n_steps=7, random_state=0),
        "swaps": tuple(model.swap(a, b)),
    }
    return {name: digest(value) for name, value in found.items()}


class Data:
    """The sequences of all cases."""

    def __init__(self) -> None:
        rng = np.random.RandomState(0)
        self.vectors = np.cumsum(rng.normal(size=(48, 9, 5)), axis=1).astype(np.float32)
        self.wide = np.cumsum(rng.normal(size=(40, 6, 4)), axis=1) * 100 + 1e4
        self.curves = np.sin(np.arange(20) * rng.uniform(0.2, 1, (48, 1)) + rng.rand(48, 1))
        self.ragged = [np.cumsum(rng.normal(size=(rng.randint(3, 11), 4)), 0) for _ in range(48)]
        self.lengths = rng.randint(5, 10, size=48)
        self.missing = np.where(rng.rand(48, 9, 5) < 0.2, np.nan, self.vectors)
        self.labels = np.where(rng.rand(48) < 0.3, rng.randint(0, 3, 48), -1)
        digits = make_moving_digits(40, n_steps=6, size=16, random_state=0)
        self.images, self.digit = digits.X, digits.digits.reshape(40, -1)[:, 0]
        self.colours = rng.randint(0, 256, (24, 5, 16, 20, 3)).astype(np.uint8)


# ---- trainings -----------------------------------------------------------------------------------


def trained(X: Any, *, cls: type = RecurrentWAE, **params: Any) -> Digests:
    """Train an estimator that encodes."""
    common = {"max_epochs": 4, "batch_size": 16, "random_state": 0}
    lengths = {"lengths": params.pop("lengths")} if "lengths" in params else {}
    known = {"actions": params.pop("actions")} if "actions" in params else {}
    if known and "actions" not in inspect.signature(cls.fit).parameters:
        known = {"y": known["actions"]}  # as an older fit has it
    model = estimator(cls, **{**common, **params}).fit(X, **known, **lengths)
    return encoder_digests(model, X, **lengths)


def trained_in_parts(X: Any, **params: Any) -> Digests:
    """Train on one half of the data, the other, and the first again."""
    model = estimator(RecurrentWAE, batch_size=16, random_state=0, **params)
    for part in (X[:24], X[24:], X[:24]):
        model.partial_fit(part)
    return encoder_digests(model, X)


def trained_twice(X: Any) -> Digests:
    """Train, and go on from there."""
    model = estimator(RecurrentWAE, max_epochs=2, batch_size=16, warm_start=True, random_state=0)
    return encoder_digests(model.fit(X).fit(X), X)


def trained_sampler(X: Any, **params: Any) -> Digests:
    """Train a MoCoGAN."""
    common = {"max_epochs": 3, "batch_size": 16, "hidden_size": 32, "random_state": 0}
    return sampler_digests(estimator(MoCoGAN, **{**common, **params}).fit(X))


# ---- cases ---------------------------------------------------------------------------------------


def cases(data: Data) -> Cases:
    """Every case by its name."""
    groups = (regulariser_cases, training_cases, layout_cases, image_cases, other_cases)
    return {name: case for group in groups for name, case in group(data).items()}


def regulariser_cases(data: Data) -> Cases:
    """Vectors under each divergence."""
    X = data.vectors
    return {
        "vectors": lambda: trained(X),
        "vectors, mmd": lambda: trained(X, reg="mmd", motion_prior="gaussian"),
        "vectors, gan": lambda: trained(X, reg="gan", motion_prior="gaussian"),
        "vectors, kl": lambda: trained(X, reg="kl", content_noise=None, motion_noise=None),
        "vectors, pair": lambda: trained(X, reg=(SlicedWasserstein(), EnergyDistance())),
        "vectors, dict": lambda: trained(
            X, reg={"content": "gan", "motion": MMD("gaussian"), "independence": MMD()}
        ),
        "vectors, closed form": lambda: trained(
            X, reg=("mmd", GaussianKL()), motion_noise=None, motion_weight=0.01
        ),
    }


def training_cases(data: Data) -> Cases:
    """Vectors under other ways of training."""
    X = data.vectors
    torch.manual_seed(0)
    own = (
        torch.nn.Sequential(torch.nn.Linear(5, 24), torch.nn.ReLU()),
        torch.nn.Sequential(torch.nn.Linear(38, 24), torch.nn.ReLU(), torch.nn.Linear(24, 5)),
    )
    return {
        "vectors, schedules": lambda: trained(
            X,
            training__lr_schedule="cosine",
            training__lr_warmup=1,
            training__ema=0.9,
            training__clip_norm=None,
            training__content_delay=1,
            independence_weight=1.0,
            motion_view="jitter",
            cost="huber",
        ),
        "vectors, early stopping": lambda: trained(
            X,
            early_stopping=True,
            early_stopping__validation_fraction=0.25,
            early_stopping__patience=2,
            training__lr_schedule="plateau",
            max_epochs=6,
        ),
        "vectors, bfloat16": lambda: trained(X, training__precision="bfloat16"),
        "vectors, own modules": lambda: trained(
            X, network=own, content_size=32, motion_size=6, before__generator="concat"
        ),
        "vectors, in parts": lambda: trained_in_parts(X),
        "vectors, in parts, averaged": lambda: trained_in_parts(
            X, training__ema=0.9, training__content_delay=1
        ),
        "vectors, warm start": lambda: trained_twice(X),
    }


def layout_cases(data: Data) -> Cases:
    """Sequences of other types, lengths and frames, none of them images."""
    return {
        "vectors, float64": lambda: trained(data.wide),
        "vectors, missing": lambda: trained(data.missing, missing="mask"),
        "vectors, padded": lambda: trained(data.vectors, lengths=data.lengths),
        "curves": lambda: trained(data.curves),
        "ragged": lambda: trained(data.ragged),
        "ragged, some frames": lambda: trained(
            data.ragged,
            training__frames_per_step=3,
            content_view=["random_frames", "jitter"],
            reg="mmd",
            motion_prior="gaussian",
        ),
    }


def image_cases(data: Data) -> Cases:
    """Images."""
    X = data.images
    return {
        "images": lambda: trained(X),
        "images, views": lambda: trained(
            X,
            training__frames_per_step=2,
            content_view=["random_frames", "mirror"],
            training__finetune_epochs=2,
        ),
        "images, concatenated": lambda: trained(X, network="conv", network__generator="concat"),
        "images, resnet": lambda: trained(X, network="resnet", max_epochs=1),
        "colours": lambda: trained(data.colours, motion_view="color_mix", max_epochs=2),
    }


def other_cases(data: Data) -> Cases:
    """Actions, and the other estimators."""
    small = {"content_size": 16, "hidden_size": 32, "motion_size": 8}
    return {
        "actions": lambda: trained(
            data.vectors, actions=data.labels, n_actions=3, n_actions__weight=0.1
        ),
        "actions, prior": lambda: trained(
            data.ragged, n_actions=2, n_actions__prior=[0.3, 0.7], reg="mmd"
        ),
        "DSVAE": lambda: trained(data.images, cls=DSVAE, **small),
        "DSVAE, full, ragged": lambda: trained(data.ragged, cls=DSVAE, posterior="full", **small),
        "MoCoGAN": lambda: trained_sampler(data.images),
        "MoCoGAN, actions, ragged": lambda: trained_sampler(data.ragged, n_actions=2),
    }


def main() -> int:
    """Write the digests, or compare them with those of another checkout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, help="write the digests to this file")
    parser.add_argument("--compare", type=pathlib.Path, help="compare them with those of a file")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"seqdisentangle from {pathlib.Path(seqdisentangle.__file__).parent}")
    before = json.loads(arguments.compare.read_text()) if arguments.compare else {}
    found, unlike = {}, 0
    for name, case in cases(Data()).items():
        if arguments.only not in name:
            continue
        found[name] = case()
        old = before.get(name, {})
        differing = [part for part, value in found[name].items() if old.get(part) != value]
        unlike += bool(before and differing)
        verdict = "" if not before else f" unlike: {differing}" if differing else " same bits"
        print(f"{name}: {len(found[name])} digests{verdict}", flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(found, indent=1))
    if before:
        print(f"{len(found) - unlike} of {len(found)} cases have the same bits")
    return int(unlike > 0)


if __name__ == "__main__":
    sys.exit(main())
