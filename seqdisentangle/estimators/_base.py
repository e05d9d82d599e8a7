"""The base of every estimator: what it does with X, its tags and its pickles."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import torch
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data
from torch import Tensor

from .._threading import leave_lost_threads
from ..data import Layout, Scaling, Sequences
from ..model import SequenceModel
from ..training import resolve_device
from ._passes import Predictor

__all__ = ["SequenceEstimator", "fresh_random_state"]


class SequenceEstimator(BaseEstimator):
    """An estimator of sequences, with a model that its ``fit`` trains.

    A subclass has the parameters ``channels``, ``missing`` and ``device``, and its ``fit`` sets
    ``model_``, ``layout_``, ``scaling_``, ``dtype_`` and ``n_steps_``.
    """

    model_: SequenceModel
    layout_: Layout
    scaling_: Scaling
    dtype_: np.dtype
    n_steps_: int
    n_features_in_: int
    device_: torch.device

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = self.missing == "mask"
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            # A model trained on a GPU must open on a machine without one.
            state["model_"] = copy.deepcopy(self.model_).cpu()
            state["device_"] = torch.device("cpu")
        for name in ("_moments", "_averaging"):  # partial_fit starts them anew
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.device_ = resolve_device(self.device, fall_back=True)
            self.model_.to(self.device_)

    # ---- the roads between arrays and codes ----------------------------------------------------

    def _read(
        self, X: Any, name: str = "X", *, reset: bool = False, lengths: Any = None
    ) -> Sequences:
        """Check sequences, against those seen in ``fit`` unless ``reset``."""
        leave_lost_threads()
        # Numbers of different lengths, here or in fit, are not scikit-learn's tables of features.
        univariate = not reset and self.layout_.kind == "univariate"
        table = is_table(X) and (lengths is None or issparse(X))
        if univariate and self.n_features_in_ != self.n_steps_:
            table = table and issparse(X)
        if table and (reset or univariate or issparse(X)):
            if isinstance(X, Tensor):
                X = X.detach().cpu().to(torch.float32 if X.dtype == torch.bfloat16 else X.dtype)
                X = X.numpy()
            X = validate_data(self, X, reset=reset, ensure_all_finite=False, dtype="numeric")
        sequences = Sequences(
            X,
            channels=self.channels,
            layout=None if reset else self.layout_,
            lengths=lengths,
            missing=self.missing,
            name=name,
        )
        if (
            univariate
            and sequences.lengths is None
            and self.n_features_in_ == self.n_steps_ != sequences.n_steps
        ):
            raise ValueError(
                f"{name} has {sequences.n_steps} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        if reset:
            frames = len(sequences.shape) > 2 or sequences.lengths is not None
            self.n_features_in_ = math.prod(sequences.shape[2:]) if frames else sequences.n_steps
            if hasattr(self, "feature_names_in_") and not table:
                del self.feature_names_in_
        return sequences

    def _predictor(self, dtype: np.dtype) -> Predictor:
        leave_lost_threads()
        return Predictor(self.model_, self.layout_, self.scaling_, dtype)


def is_table(X: Any) -> bool:
    """Whether scikit-learn's own checks are for it: in memory, and two-dimensional or less."""
    if isinstance(X, list | tuple):
        try:
            shapes = {np.shape(item) for item in X}
        except ValueError:  # ragged
            return False
        return not shapes or (len(shapes) == 1 and len(shapes.pop()) < 2)
    if issparse(X):
        return True
    if not hasattr(X, "shape"):
        return hasattr(X, "__array__")
    in_memory = isinstance(X, np.ndarray | Tensor) or not hasattr(X, "dtype")
    return in_memory and len(X.shape) <= 2


def fresh_random_state(random_state: Any) -> np.random.RandomState:
    """scikit-learn's ``check_random_state``, except that None leaves the global state alone."""
    return np.random.RandomState() if random_state is None else check_random_state(random_state)
