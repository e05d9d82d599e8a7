"""The learned part of a judge in a file, checked before a judge is made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.layout import Layout
from ..serialization import from_json, matches

__all__ = ["Learned", "check_sound"]


class Learned(NamedTuple):
    """The attributes of a fitted judge beside its weights.

    Attributes
    ----------
    layout : Layout
    classes : list of ndarray
        The labels of each task.
    history : list of float
    several_tasks : bool
    n_features : int
        Values of a frame, or columns of a table of numbers.
    feature_names : list of str
        Their names, none where they have none.
    """

    layout: Layout
    classes: list[NDArray[Any]]
    history: list[float]
    several_tasks: bool
    n_features: int
    feature_names: list[str]

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Learned:
        """Read them from the settings of a file.

        Raises
        ------
        ValueError
            If one is of another type, or has no such value.
        """
        found = from_json(settings["learned"])
        kinds = {"layout": Layout, "history": list[float], "several_tasks": bool, "classes": list}
        for name, kind in kinds.items():
            if not matches(found[name], kind):
                raise ValueError(f"{name} must be a {kind}, got {found[name]!r}")
        classes = [np.asarray(labels) for labels in found["classes"]]
        for labels in classes:
            if labels.ndim != 1 or labels.dtype.kind not in "buifU":
                raise ValueError(f"classes must be numbers or strings of each task, got {labels!r}")
            if len(labels) < 2 or len(np.unique(labels)) < len(labels):
                raise ValueError(f"classes must be two or more, all different, got {labels!r}")
        if not classes or (len(classes) > 1 and not found["several_tasks"]):
            raise ValueError(f"several_tasks is {found['several_tasks']} of {len(classes)} tasks")
        history = [float(loss) for loss in found["history"]]
        several_tasks = found["several_tasks"]
        # Files of before know nothing of tables: theirs may have any number of columns.
        n_features = found.get("n_features", math.prod(found["layout"].frame_shape))
        if not matches(n_features, int) or n_features < 1:
            raise ValueError(f"n_features must be an int of at least 1, got {n_features!r}")
        names = found.get("feature_names", [])  # files of before know none
        if not matches(names, list[str]) or len(names) not in (0, n_features):
            raise ValueError(f"feature_names must be none or {n_features} str, got {names!r}")
        return cls(found["layout"], classes, history, several_tasks, n_features, names)


def check_sound(judge: Any) -> None:
    """Raise a ValueError if a judge gives probabilities of ordinary frames that are not finite."""
    frames = np.zeros((3, 2, *judge.frame_shape_), dtype=np.float32)  # dark, bright, and noise
    frames[1] = 1.0
    frames[2] = np.random.RandomState(0).uniform(size=frames.shape[1:])
    said = judge.predict_proba(list(frames))  # a table has the columns of fit
    if not all(np.isfinite(p).all() for p in (said if isinstance(said, list) else [said])):
        raise ValueError("with its weights, probabilities are not finite")
