"""What a fit takes over from what was before it, and puts back if it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .data import Scaling
from .divergences import Divergences
from .model import ModelSpec

__all__ = ["began", "check_same_sizes", "keep_learned", "unchanged_on_error"]

# Parameters that a fitted model cannot change. Nor its network, but two of them need not compare.
BUILT_FROM = (
    "content_size",
    "motion_size",
    "hidden_size",
    "generator",
    "content_noise",
    "motion_noise",
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
        want, have = getattr(wanted, name), getattr(built, name)
        if want != have:
            raise ValueError(
                f"{name}={want!r}, but the fitted model that training goes on with was built with "
                f"{name}={have!r}: set it back, or fit anew with warm_start=False"
            )


def began(
    about: dict[str, Any], found: Scaling
) -> tuple[dict[str, int], list[dict[str, float]], Scaling, np.dtype]:
    """Seeds, history, units and type with which the training of a checkpoint began.

    Raises
    ------
    ValueError
        If the units that were found in the data are others.
    """
    kept = about["scaling"]
    scaling = Scaling(kept["kind"], tuple(kept["mean"]), tuple(kept["std"]))
    fresh = not about["past"]  # else the units are those of the data before
    if fresh and not all(
        np.allclose(getattr(scaling, moment), getattr(found, moment), rtol=1e-6, atol=1e-12)
        for moment in ("mean", "std")
    ):
        raise ValueError(
            f"the training in checkpoint is of other values of X: mean {scaling.mean} and std "
            f"{scaling.std}, got mean {found.mean} and std {found.std}"
        )
    return about["seeds"], about["past"], scaling, np.dtype(about["dtype"])


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
