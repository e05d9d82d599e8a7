"""Cases of the paper: a data set, an image network, a system and a seed each, with settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.networks import Conv, ResNet


@dataclass(frozen=True)
class System:
    """A model of sequences.

    Attributes
    ----------
    title : str
        Its name in tables.
    make : callable
        Makes it of its parameters.
    params : dict
        Those beside the image network, the epochs and the seed.
    generator : str
        The way of content into the decoder of its image network.
    """

    title: str
    make: Callable[..., Any]
    params: dict[str, Any] = field(default_factory=dict)
    generator: str = "auto"


SYSTEMS = {
    "published_mmd": System(
        "R-WAE(MMD), as published", RecurrentWAE.as_published, {"reg": "mmd"}, "concat"
    ),
    "published_gan": System(
        "R-WAE(GAN), as published", RecurrentWAE.as_published, {"reg": "gan"}, "concat"
    ),
    "mmd": System("R-WAE(MMD), this package", RecurrentWAE, {"reg": "mmd"}),
    "gan": System("R-WAE(GAN), this package", RecurrentWAE, {"reg": "gan"}),
    "dsvae": System("DS-VAE", DSVAE),
    "mocogan": System("MoCoGAN", MoCoGAN),
}
# The paper's "simple" and "complex" structure.
STRUCTURES: dict[str, Callable[..., Any]] = {"conv": Conv, "resnet": ResNet}


@dataclass(frozen=True)
class Budget:
    """The data of a set, and the epochs that every system has on them.

    Attributes
    ----------
    size : int
        Height and width of a frame, in pixels.
    sequences, test_sequences : int or None
        To train on and to judge by; None for all.
    epochs, width : dict of str to int
        Those of each image network.
    batch_size : int or None
        Sequences in a step; None for the one that each system has by itself.
    images : str or None
        The digits that move, and are as many as the benchmark of moving digits has of them.
    """

    size: int
    sequences: int | None
    test_sequences: int | None
    epochs: dict[str, int]
    width: dict[str, int]
    batch_size: int | None = None
    images: str | None = None


# Quick: every table in an hour of two cores, as docs/benchmarks.rst reckons.
SCALES: dict[str, dict[str, Budget]] = {
    "quick": {
        "sprites": Budget(
            size=32,
            sequences=1500,
            test_sequences=1000,
            epochs={"conv": 14, "resnet": 14},
            width={"conv": 16, "resnet": 8},
            batch_size=32,
        ),
        "digits": Budget(
            size=32,
            sequences=800,
            test_sequences=300,
            epochs={"conv": 12, "resnet": 12},
            width={"conv": 16, "resnet": 8},
            batch_size=16,
            images="digits",
        ),
    },
    "full": {
        "sprites": Budget(
            size=64,
            sequences=None,
            test_sequences=None,
            epochs={"conv": 100, "resnet": 100},
            width={"conv": 16, "resnet": 16},
        ),
        "digits": Budget(
            size=64,
            sequences=10_000,
            test_sequences=1000,
            epochs={"conv": 100, "resnet": 100},
            width={"conv": 16, "resnet": 16},
            images="mnist",
        ),
    },
}
PARAMS = ("epochs", "width", "batch_size")  # of a budget, which the model is given
DATA = {"sprites": "Sprites", "digits": "moving digits"}  # their names in tables


@dataclass(frozen=True)
class Case:
    """One training, and what is measured of it.

    Attributes
    ----------
    data, structure, system : str
        Names of a data set, an image network and a system.
    seed : int
        That of the model, and of all draws from it.
    """

    data: str
    structure: str
    system: str
    seed: int

    @property
    def name(self) -> str:
        """Its name in ``--only`` and in the folder of results."""
        return f"{self.data}-{self.structure}-{self.system}-{self.seed}"

    @classmethod
    def named(cls, name: str) -> Case:
        """The case of that name."""
        data, structure, system, seed = name.split("-")
        return cls(data, structure, system, int(seed))

    def params(self, budget: Budget) -> dict[str, Any]:
        """Parameters of the model."""
        system, width = SYSTEMS[self.system], budget.width[self.structure]
        batches = {} if budget.batch_size is None else {"batch_size": budget.batch_size}
        return {
            **system.params,
            **batches,
            "network": STRUCTURES[self.structure](width=width, generator=system.generator),
            "max_epochs": budget.epochs[self.structure],
            "random_state": self.seed,
        }

    def settings(self, budget: Budget) -> dict[str, Any]:
        """All that decides its figures, as JSON has it."""
        data = {name: value for name, value in asdict(budget).items() if name not in PARAMS}
        params = {name: repr(value) for name, value in self.params(budget).items()}
        return {"case": self.name, "data": data, "params": params}


def digest(settings: dict[str, Any]) -> str:
    """Sixteen hexadecimal digits that other settings do not have.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1, "b": 3})
    True
    """
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def all_cases(seeds: Sequence[int]) -> list[Case]:
    """List every case, those of the first seed first."""
    return [
        Case(data, structure, system, seed)
        for seed, data, structure, system in product(seeds, DATA, STRUCTURES, SYSTEMS)
    ]


def chosen(cases: Sequence[Case], patterns: Sequence[str] | None) -> list[Case]:
    """The cases whose name one of the patterns describes, ``"sprites-conv-*"`` say.

    Raises
    ------
    ValueError
        If a pattern describes none.
    """
    if patterns is None:
        return list(cases)
    for pattern in patterns:
        if not any(fnmatchcase(case.name, pattern) for case in cases):
            raise ValueError(
                f"--only {pattern!r} is no case: expected a pattern of DATA-STRUCTURE-SYSTEM-SEED, "
                f"like {cases[0].name!r}; see --list"
            )
    return [case for case in cases if any(fnmatchcase(case.name, p) for p in patterns)]
