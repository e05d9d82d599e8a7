"""``save`` and ``load``: an estimator as settings and arrays, in a file that can run nothing."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from os import PathLike
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..data.sequences import Sequences
from ..model.core import build_model
from ..persistence import load_file, save_file
from ..serialization import OwnObjectError, from_json, to_json
from ..training.devices import resolve_device
from ._base import SequenceEstimator
from ._params import Training

__all__ = ["FileEstimator", "about_training"]

Self = TypeVar("Self", bound="FileEstimator")
Estimator = TypeVar("Estimator", bound=SequenceEstimator)

# Parameters that hold objects at work, which belong to no file.
NOT_KEPT = ("callbacks",)
# And those that say nothing of which weights a training ends with.
OF_NO_WEIGHT = (*NOT_KEPT, "checkpoint", "codes", "device", "verbose", "warm_start")

# Learned attributes beside weights and labels.
LEARNED = (
    "n_steps_",
    "n_features_in_",
    "n_epochs_",
    "best_epoch_",
    "history_",
    "layout_",
    "scaling_",
    "dtype_",
)


class FileEstimator(SequenceEstimator):
    """An estimator that can be written to a file and read again."""

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted model to one file: weights and settings, nothing that can run.

        Parameters
        ----------
        path : path
            A safetensors file; written whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        NotFittedError
            If called before ``fit``.
        """
        save_estimator(self, path)

    @classmethod
    def load(cls: type[Self], path: str | PathLike[str], **params: Any) -> Self:
        """Read a model that :meth:`save` wrote.

        Parameters
        ----------
        path : path
        **params
            Parameters to set in place of those in the file: a ``device``, or the functions and
            modules of the user's own, which a safe file cannot hold.

        Returns
        -------
        object
            The fitted estimator.

        Raises
        ------
        ValueError
            If it is not such a file, or a parameter of the user's own is missing.
        """
        return load_estimator(cls, path, params)


def save_estimator(estimator: SequenceEstimator, path: str | PathLike[str]) -> None:
    """Write a fitted estimator to one file, whole or not at all."""
    check_is_fitted(estimator)
    parameters = {
        name: encoded_or_marked(None if name in NOT_KEPT else value)
        for name, value in estimator.get_params(deep=False).items()
    }
    learned = {name: getattr(estimator, name) for name in LEARNED}
    if hasattr(estimator, "feature_names_in_"):
        learned["feature_names_in_"] = estimator.feature_names_in_.tolist()
    tensors = {f"model.{name}": value for name, value in estimator.model_.state_dict().items()}
    for part, divergence in estimator.divergences_._asdict().items():
        for name, value in divergence.state_dict().items():
            tensors[f"divergence.{part}.{name}"] = value
    if hasattr(estimator, "labels_"):
        tensors["labels"] = torch.from_numpy(estimator.labels_)
    settings = {
        "estimator": type(estimator).__name__,
        "parameters": parameters,
        "learned": to_json(learned, name="learned"),
    }
    save_file(path, tensors, settings)


def about_training(
    estimator: SequenceEstimator,
    sequences: Sequences,
    labels: NDArray[np.int64] | None,
    device: torch.device,
) -> dict[str, Any]:
    """Settings and data that must be the same when a training is resumed, as JSON holds them.

    Objects of the user's own are known by their types alone.
    """
    parameters = estimator.get_params(deep=False)
    training = Training.of(parameters.pop("training")).filled(estimator._own_training)
    parameters |= {f"training__{name}": value for name, value in training.get_params().items()}
    about = {
        name: marked_by_type(value)
        for name, value in parameters.items()
        if name not in OF_NO_WEIGHT
    }
    about["number of sequences"] = len(sequences)
    about["number of steps"] = sequences.n_steps
    about["shape of a frame"] = list(sequences.layout.array_frame_shape)
    about["dtype of X"] = sequences.dtype.str
    about["lengths"] = None if sequences.lengths is None else int(sequences.lengths.sum())
    about["actions in y"] = None if labels is None else zlib.crc32(labels.tobytes())
    about["device"] = device.type
    return about


def load_estimator(
    cls: type[Estimator], path: str | PathLike[str], parameters: Mapping[str, Any]
) -> Estimator:
    """Read a fitted estimator that :func:`save_estimator` wrote."""
    tensors, settings = load_file(path)
    if settings.get("estimator") != cls.__name__:
        found = settings.get("estimator", "no estimator")
        raise ValueError(f"{str(path)!r} holds {found}, expected {cls.__name__}")
    stored = {name: v for name, v in settings["parameters"].items() if name not in parameters}
    own = {name: v["own"] for name, v in stored.items() if isinstance(v, dict) and "own" in v}
    if own:
        listed = ", ".join(f"{name} ({what})" for name, what in own.items())
        raise ValueError(
            f"{str(path)!r} cannot hold objects of your own: hand them to load(path, ...) again: "
            f"{listed}"
        )
    estimator = cls(**{name: from_json(v) for name, v in stored.items()}, **parameters)
    estimator._validate_params()
    learned = from_json(settings["learned"])
    for name in LEARNED:
        setattr(estimator, name, learned[name])
    if "labels" in tensors:
        estimator.labels_ = tensors["labels"].numpy()
    estimator.frame_shape_ = estimator.layout_.array_frame_shape
    if "feature_names_in_" in learned:
        estimator.feature_names_in_ = np.asarray(learned["feature_names_in_"], dtype=object)
    # A model trained on a GPU must open on a machine without one, unless that GPU is asked for.
    estimator.device_ = resolve_device(estimator.device, fall_back="device" not in parameters)
    estimator.divergences_ = estimator._divergences()
    spec = estimator._spec(estimator.layout_, estimator.scaling_, estimator.divergences_)
    estimator.model_ = build_model(spec, seed=0)
    try:
        estimator.model_.load_state_dict(within("model.", tensors))
    except RuntimeError as error:
        raise ValueError(
            f"the weights in {str(path)!r} are not those of a model with these parameters "
            f"({', '.join(parameters) or 'none'} handed to load): {error}"
        ) from error
    estimator.model_.to(estimator.device_).eval()
    estimator._build_divergences(estimator.divergences_, spec, seed=0)
    for part, divergence in estimator.divergences_._asdict().items():
        divergence.load_state_dict(within(f"divergence.{part}.", tensors))
    return estimator


def within(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors under a prefix, without it."""
    return {name[len(prefix) :]: v for name, v in tensors.items() if name.startswith(prefix)}


def encoded_or_marked(value: Any) -> Any:
    """A parameter's value as JSON, or a mark that it is an object of the user's own."""
    try:
        return to_json(value)
    except OwnObjectError:
        return {"own": repr(value)}


def marked_by_type(value: Any) -> Any:
    """A parameter's value as JSON, or the type of an object of the user's own."""
    try:
        return to_json(value)
    except OwnObjectError:
        return {"own": getattr(value, "__qualname__", type(value).__qualname__)}
