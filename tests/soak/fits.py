"""A fit by its number: an estimator with random parameters, random sequences, and every verb."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.content_priors import CONTENT_PRIORS
from seqdisentangle.divergences import EnergyDistance, Sinkhorn
from seqdisentangle.model.priors import PRIORS
from seqdisentangle.networks import Conv, ResNet
from seqdisentangle.objectives import COSTS
from seqdisentangle.training import LR_SCHEDULES
from seqdisentangle.views import VIEWS

__all__ = ["Fit", "Outcome"]

N = 9  # sequences
SIZES = {"content_size": [1, 3], "motion_size": [1, 2], "hidden_size": [4, 8]}
COMMON: dict[str, list[Any]] = {
    **SIZES,
    "max_epochs": [1, 2],
    "batch_size": [4, 9],
    "scale": ["auto", "auto", "standard", "none"],
    "training__lr_schedule": ["auto", *LR_SCHEDULES],
    "training__lr_warmup": ["auto", 0, 1, 0.5],
    "training__clip_norm": ["auto", None, 1.0],
    "training__ema": [None, None, 0.9],
    "warm_start": [False, True],
}
ENCODING: dict[str, list[Any]] = {
    "cost": [name for name in COSTS if name != "binary_cross_entropy"],
    "codes": ["both", "content", "motion"],
    "missing": ["error", "mask"],
    "early_stopping": [False, False, True],
    "training__frames_per_step": ["auto", None, 2],
    "training__content_delay": ["auto", 0, 1],
    "training__finetune_epochs": ["auto", 0, 1],
    "content_prior": list(CONTENT_PRIORS),
}
PAIRS = ["auto", 0.0, 1.0, (0.0, 1.0)]
PARAMETERS: dict[type, dict[str, list[Any]]] = {
    RecurrentWAE: COMMON
    | ENCODING
    | {
        "reg": ["auto", "mmd", "gan", "kl", (EnergyDistance(), Sinkhorn())],
        "content_weight": ["auto", 0.0, 1.0],
        "motion_weight": ["auto", 0.0, 1.0],
        "movement_weight": ["auto", 0.0, 1.0],
        "constancy_weight": PAIRS,
        "independence_weight": PAIRS,
        "n_actions": [None, None, 2],
        "motion_input": ["auto", "changes", "causal_changes", "residuals", "frames"],
        "posteriors": ["framewise", "recurrent"],
        "content_noise": ["auto", None, 0.3],
        "motion_noise": ["auto", None, 0.3],
        "motion_prior": ["auto", *PRIORS.names],
        "content_prior": ["auto", *CONTENT_PRIORS],
    },
    DSVAE: COMMON | ENCODING | {"posterior": ["factorised", "full"], "kl_weight": [0.0, 1.0]},
    MoCoGAN: COMMON | {"n_actions": [None, 2], "clip_steps": [1, 3], "gradient_penalty": [0.0, 9]},
}
OF_IMAGES = ("mirror", "color_mix")
KINDS = ("numbers", "vectors", "ragged", "joints", "grey", "colour", "bytes")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The end of a fit.

    Attributes
    ----------
    verdict : {"fitted", "refused", "fault"}
    said : str
        The error, if there was one.
    """

    verdict: str
    said: str = ""


@dataclasses.dataclass(frozen=True)
class Fit:
    """A fit, the same in every run.

    Attributes
    ----------
    number, seed : int
    """

    number: int
    seed: int = 0

    def __post_init__(self) -> None:
        rng = np.random.RandomState([self.seed, self.number])
        cls = list(PARAMETERS)[rng.choice(3, p=[0.7, 0.15, 0.15])]
        kind = KINDS[rng.randint(len(KINDS))]
        table = PARAMETERS[cls] | of_kind(cls, is_image=kind in ("grey", "colour", "bytes"))
        # A few of them beside the defaults: of many at once, one is nearly always refused.
        names = rng.choice([n for n in table if n not in SIZES], size=6, replace=False)
        drawn = {name: table[name][rng.randint(len(table[name]))] for name in [*SIZES, *names]}
        drawn = {"max_epochs": 1, "batch_size": 4, "random_state": 0, "device": "cpu"} | drawn
        object.__setattr__(self, "cls", cls)
        object.__setattr__(self, "parameters", drawn)
        object.__setattr__(self, "kind", kind)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.cls.__name__}({told}) of {self.kind}"

    def outcome(self, folder: Path) -> Outcome:
        """Fit and use it; parameters that do not suit the data must be refused by their names."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.use(folder)
            except (ValueError, TypeError) as error:
                named = any(name.split("__")[-1] in str(error) for name in self.parameters)
                return Outcome("refused" if named else "fault", f"{type(error).__name__}: {error}")
            except Exception as error:
                return Outcome("fault", f"{type(error).__name__}: {error}")
        return Outcome("fitted")

    def use(self, folder: Path) -> None:
        """Call every verb, and save and load."""
        X = sequences(self.kind, np.random.RandomState(self.number))
        model = self.cls().set_params(**self.parameters).fit(X)
        sampled = model.sample(2, random_state=0)
        assert all(np.isfinite(x).all() for x in sampled)
        path = folder / "model.safetensors"
        model.save(path)
        again = self.cls.load(path)
        assert np.array_equal(again.sample(2, random_state=0), sampled)
        if hasattr(model, "reconstruct"):
            model.transform(X)
            model.reconstruct(X)
            model.swap(X, X[::-1])
            model.score(X)
            model.extend(X, n_steps=2, random_state=0)
        if self.parameters.get("warm_start"):
            model.fit(X)


def of_kind(cls: type, *, is_image: bool) -> dict[str, list[Any]]:
    """The parameters that depend on the kind of frames."""
    networks = ["auto", Conv(width=2), ResNet(width=2)] if is_image else ["auto", "mlp"]
    views = [name for name in VIEWS.names if is_image or name not in OF_IMAGES]
    whole = [name for name in views if name != "random_frames"]  # of which motion needs all
    of_views = {"content_view": ["auto", None, *views], "motion_view": [None, *whole]}
    return {"network": networks} | (of_views if cls is RecurrentWAE else {})


def sequences(kind: str, rng: np.random.RandomState) -> Any:
    """Random sequences of a kind."""
    shape = {"numbers": (), "joints": (4, 2), "grey": (8, 8), "colour": (8, 8, 3)}.get(kind, (3,))
    if kind == "bytes":
        return rng.randint(256, size=(N, 5, 8, 8, 3), dtype=np.uint8)
    if kind in ("grey", "colour"):
        return rng.uniform(size=(N, 5, *shape))
    X = rng.normal(size=(N, 5, *shape)).cumsum(1)
    return [x[: 2 + i % 4] for i, x in enumerate(X)] if kind == "ragged" else X
