"""What a fit takes over from what was before it, and puts back if it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from ..data import Scaling
from ..divergences import Divergences
from ..model import ModelSpec

__all__ = ["Beginning", "check_same_sizes", "keep_learned", "unchanged_on_error"]

# Parameters that a fitted model cannot change. Nor its network, but two of them need not compare.
BUILT_FROM = (
    "content_size",
    "motion_size",
    "hidden_size",
    "generator",
    "content_noise",
    "motion_noise",
    "motion_components",
    "n_actions",
    "action_prior",
    "posterior",
)


def keep_learned(divergences: Divergences, before: Divergences) -> None:
    """Let divergences go on from what others of their kind have learned."""
    for new, old in zip(divergences, before, strict=True):
        shapes = [
            {name: getattr(value, "shape", None) for name, value in part.state_dict().items()}
            for part in (new, old)
        ]
        if type(new) is type(old) and shapes[0] == shapes[1]:
            new.load_state_dict(old.state_dict())


def check_same_sizes(wanted: ModelSpec, built: ModelSpec) -> None:
    """Raise a ValueError if parameters that a model was built from have changed since."""
    for name in BUILT_FROM:
        want, have = getattr(wanted, name, None), getattr(built, name, None)
        if want != have:
            raise ValueError(
                f"{name}={want!r}, but the fitted model that training goes on with was built with "
                f"{name}={have!r}: set it back, or fit anew with warm_start=False"
            )


class Beginning(NamedTuple):
    """What a training begins with, which a resumed one must take over.

    Attributes
    ----------
    seeds : dict of str to int
    past : list of dict
        Records of the epochs before, of a model that is trained on.
    scaling : Scaling
    dtype : numpy dtype
    """

    seeds: dict[str, int]
    past: list[dict[str, float]]
    scaling: Scaling
    dtype: np.dtype

    def to_config(self) -> dict[str, Any]:
        """As JSON holds it."""
        scaling, dtype = asdict(self.scaling), self.dtype.str
        return {"seeds": self.seeds, "past": self.past, "scaling": scaling, "dtype": dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Beginning:
        """The inverse of :meth:`to_config`."""
        stored = config["scaling"]
        scaling = Scaling(stored["kind"], tuple(stored["mean"]), tuple(stored["std"]))
        return cls(config["seeds"], config["past"], scaling, np.dtype(config["dtype"]))

    def check_units(self, found: Scaling) -> None:
        """Raise a ValueError if the units that are found in the data are not those of before."""
        if self.past:  # whose data had the units
            return
        if self.scaling.kind != found.kind or not (
            np.allclose(self.scaling.mean, found.mean, rtol=1e-6, atol=1e-12)
            and np.allclose(self.scaling.std, found.std, rtol=1e-6, atol=1e-12)
        ):
            raise ValueError(
                "the training in checkpoint is another one, of other values of X: they had "
                f"{self.scaling} and have {found}"
            )


@contextmanager
def unchanged_on_error(estimator: Any) -> Iterator[None]:
    """Put an estimator's attributes and weights back if fitting raises."""
    before = dict(vars(estimator))
    model = before.get("model_")
    weights = None if model is None else {k: v.clone() for k, v in model.state_dict().items()}
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        if model is not None and weights is not None:
            model.load_state_dict(weights)
            model.eval()
        raise
