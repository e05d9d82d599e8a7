"""The base of every estimator: what it does with X, its tags and its pickles."""

from __future__ import annotations

import copy
import math
import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from .._modes import ordinary, ordinary_modes
from .._parts import Part, with_changes
from .._threading import leave_lost_threads
from ..content_priors import ContentDistribution
from ..data.containers import columns_in, opened
from ..data.layout import Layout
from ..data.plausibility import LayoutWarning, doubts
from ..data.sequences import Sequences
from ..data.tables import check_columns, is_data_frame
from ..data.told import Told
from ..data.units import Scaling
from ..model import SequenceModel
from ..model.core import ModelSpec
from ..objectives.base import Objective
from ..objectives.communicator import Communicator
from ..training.devices import resolve_device
from ..training.trainer import OptimizerState
from ._choices import Choice
from ._html import ShownEstimator
from ._of_parts import n_parts_of
from ._params import CommonParameters, EarlyStopping, as_part, auto
from ._passes import Predictor

__all__ = ["SequenceEstimator", "fresh_random_state"]

Self = TypeVar("Self", bound="SequenceEstimator")

OURS = ("seqdisentangle.", "sklearn.")


class SequenceEstimator(CommonParameters, ShownEstimator, ABC):
    """An estimator of sequences, with a model that its ``fit`` trains.

    A subclass says by the abstract methods what is trained: which model, with which divergences,
    by which objective.
    """

    model_: SequenceModel
    divergences_: Any
    layout_: Layout
    scaling_: Scaling
    dtype_: np.dtype
    frame_shape_: tuple[int, ...]
    n_steps_: int
    n_features_in_: int
    feature_names_in_: NDArray
    device_: torch.device
    history_: list[dict[str, float]]
    n_epochs_: int
    best_epoch_: int
    labels_: NDArray[np.int64]
    content_prior_: ContentDistribution
    choices_: dict[str, Choice]

    # Of the optimisers, between calls of partial_fit.
    _optimizer_state: OptimizerState
    # The parameters that model_ was built from, as JSON.
    _built_from: dict[str, Any]

    # The values that "auto" stands for in `training` and in `n_actions`.
    _own_training: ClassVar[dict[str, Any]] = {
        "lr_schedule": "constant",
        "lr_warmup": 0,
        "clip_norm": None,
        "finetune_epochs": 0,
    }
    _own_action_weight: ClassVar[float] = 1.0

    @abstractmethod
    def fit(
        self: Self, X: Any, y: Any = None, *, lengths: Any = None, resume: bool = False
    ) -> Self:
        """Train the model."""

    # ---- what is trained -----------------------------------------------------------------------

    @abstractmethod
    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> ModelSpec:
        """The specification of the model."""

    @abstractmethod
    def _divergences(self) -> Any:
        """The modules that measure codes or are trained against the model, as a named tuple."""

    @abstractmethod
    def _build_divergences(self, divergences: Any, spec: ModelSpec, seed: int) -> None:
        """Make the parameters of the divergences of such a model."""

    @abstractmethod
    def _objective(
        self, divergences: Any, sequences: Sequences, communicator: Communicator, bounded: bool
    ) -> Objective:
        """The objective; frames in [0, 1] are ``bounded``."""

    def _sizes(self, layout: Layout, scaling: Scaling) -> dict[str, Any]:
        """The part of a model's specification that every estimator has parameters for."""
        n_parts = n_parts_of(self.network)
        return {
            "frame_shape": layout.frame_shape,
            "bounded": scaling.bounded,
            # torch takes no integers of NumPy.
            "content_size": int(self._chosen("content_size")) * n_parts,
            "motion_size": int(self._chosen("motion_size")) * n_parts,
            "hidden_size": int(self.hidden_size),
            "network": self.network,
        }

    # ---- with a cost, which can leave values out and be watched ----------------------------------

    def _missing_values(self) -> str | None:
        """The meaning of NaN: an "error", or values to "mask"; None where there is no choice."""
        return None

    def _early_stopping(self) -> EarlyStopping | None:
        """The rule of early stopping, None without."""
        return None

    # ---- parameters ----------------------------------------------------------------------------

    def _choose(
        self, sequences: Sequences, scaling: Scaling, before: Mapping[str, Choice], told: Told
    ) -> dict[str, Choice]:
        """The values of the parameters that are left to the data; those of ``before`` stand."""
        return {}

    def _chosen(self, name: str) -> Any:
        """The value of a parameter, in place of "auto" the one that was chosen by the data."""
        value = getattr(self, name)
        return auto(value, self.choices_[name].value) if name in self.choices_ else value

    def set_params(self: Self, **params: Any) -> Self:
        """Set parameters, those of a part by ``name__parameter``.

        Parameters
        ----------
        **params
            A name of a part, ``network="auto"`` or ``content_view="auto"``, is replaced by the part
            that it stands for where one of that part's own parameters is set.

        Returns
        -------
        object
            The estimator itself.

        Raises
        ------
        ValueError
            If a parameter is unknown, stands for no part that has it, or a value is not allowed by
            a part. Nothing has changed then.
        """
        known = self.get_params(deep=False)
        for name, value in with_changes(type(self).__name__, known, params, self._as_part).items():
            if value is not known[name]:
                setattr(self, name, value)
        return self

    def _as_part(self, name: str, value: Any) -> Any:
        """The part that a parameter's value stands for, the value itself if it is none."""
        return as_part(type(self), name, value)

    def _validate_params(self) -> None:
        super()._validate_params()
        for value in self.get_params(deep=False).values():
            if isinstance(value, Part):
                value.validate()

    # ---- scikit-learn and pickling -------------------------------------------------------------

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = self._missing_values() == "mask"
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            # A model trained on a GPU must open on a machine without one.
            state["model_"] = copy.deepcopy(state["model_"]).cpu()
            state["device_"] = torch.device("cpu")
        state.pop("_optimizer_state", None)  # partial_fit starts them anew
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.device_ = resolve_device(self.device, fall_back=True)
            with ordinary_modes():  # it may have been read in inference mode
                self.model_ = ordinary(self.model_).to(self.device_)
                self.divergences_ = type(self.divergences_)(*map(ordinary, self.divergences_))

    # ---- beside a fit in another thread --------------------------------------------------------

    def _as_it_is(self: Self) -> Self:
        """The estimator at this moment, which no fit in another thread changes."""
        now = object.__new__(type(self))
        now.__dict__ = vars(self).copy()
        return now

    def _whole(self: Self) -> Self:
        """The fitted estimator at this moment.

        Raises
        ------
        NotFittedError
            If there is none yet.
        """
        now = self._as_it_is()
        check_is_fitted(now)
        return now

    # ---- the roads between arrays and codes ----------------------------------------------------

    def _read(
        self, X: Any, name: str = "X", *, reset: bool = False, lengths: Any = None
    ) -> Sequences:
        """Check sequences, against those seen in ``fit`` unless ``reset``."""
        leave_lost_threads()
        columns = columns_in(X, name)
        if not reset:
            check_columns(columns, [*getattr(self, "feature_names_in_", ())], name)
        X = handed_in = opened(X, name)
        # Numbers of different lengths, here or in fit, are not scikit-learn's tables of features.
        univariate = not reset and self.layout_.kind == "univariate"
        table = is_table(X) and lengths is None
        if univariate and self.n_features_in_ != self.n_steps_:
            table = False
        if table and (reset or univariate):
            X = checked_table(self, X, name, reset=reset)
        sequences = Sequences(
            X,
            channels=self.channels,
            layout=None if reset else self.layout_,
            lengths=lengths,
            missing=self._missing_values(),
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
            if columns and all(isinstance(column, str) for column in columns):
                self.feature_names_in_ = np.asarray(columns, dtype=object)
            elif hasattr(self, "feature_names_in_") and not table:
                del self.feature_names_in_
            for doubt in doubts(handed_in, sequences, self.channels):
                warnings.warn(doubt, LayoutWarning, stacklevel=level_of_user())
        return sequences

    def _predictor(self) -> Predictor:
        leave_lost_threads()
        with ordinary_modes():
            return Predictor(self.model_, self.layout_, self.scaling_)


def is_table(X: Any) -> bool:
    """True of what scikit-learn's own checks are for: in memory, of two dimensions."""
    if isinstance(X, list):
        shapes = {item.shape for item in X}
        return len(shapes) == 1 and len(shapes.pop()) == 1
    in_memory = isinstance(X, np.ndarray | Tensor) or is_data_frame(X)
    return in_memory and len(X.shape) == 2


def checked_table(estimator: SequenceEstimator, X: Any, name: str, *, reset: bool) -> NDArray:
    """A table that has passed scikit-learn's checks, whose messages are given its name."""
    X = X.cpu().numpy() if isinstance(X, Tensor) else X
    try:
        table: NDArray = validate_data(
            estimator, X, reset=reset, ensure_all_finite=False, dtype="numeric"
        )
    except ValueError as error:
        told = str(error)
        told = told.replace("X has", f"{name} has", 1) if "X has" in told else f"{name}: {told}"
        raise ValueError(told) from error
    return table


def level_of_user() -> int:
    """The ``stacklevel`` of the caller's nearest line outside of this package and scikit-learn."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(OURS):
        frame, level = frame.f_back, level + 1
    return level


def fresh_random_state(random_state: Any) -> np.random.RandomState:
    """scikit-learn's ``check_random_state``, except that None leaves the global state alone."""
    if random_state is None:
        return np.random.RandomState()
    try:
        return check_random_state(random_state)
    except ValueError as error:
        raise ValueError(
            "random_state must be an int from 0 to 2**32 - 1, a numpy.random.RandomState or None, "
            f"got {random_state!r}"
        ) from error
