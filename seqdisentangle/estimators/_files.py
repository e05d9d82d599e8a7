"""``save`` and ``load``: an estimator as settings and arrays, in a file that can run nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from os import PathLike
from typing import Any, TypeVar

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from ..model.core import build_model
from ..persistence import load_file, save_file
from ..serialization import OwnObjectError, from_json, to_json
from ..training.devices import resolve_device
from ._base import SequenceEstimator

__all__ = ["FileEstimator", "built_from"]

Self = TypeVar("Self", bound="FileEstimator")
Estimator = TypeVar("Estimator", bound=SequenceEstimator)

# Parameters that hold objects at work, which belong to no file.
NOT_KEPT = ("callbacks",)

# Learned attributes beside weights and labels.
LEARNED = (
    "choices_",
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

        Parameters that the model was built from, such as its sizes, are saved as they were in
        ``fit``: a value set since then waits for the next ``fit``. All others are saved as they
        are.

        Parameters
        ----------
        path : path
            A safetensors file; written whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        ValueError
            If a parameter has been set to a value that is not allowed.
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
    estimator._validate_params()  # else nothing could open the file
    parameters = {
        name: encoded_or_marked(None if name in NOT_KEPT else value)
        for name, value in estimator.get_params(deep=False).items()
    }
    # A pickle of an earlier release knows the parameters of now alone.
    parameters |= getattr(estimator, "_built_from", {})
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


def built_from(estimator: SequenceEstimator) -> dict[str, Any]:
    """The parameters that the model was built from, as JSON, which nothing that is set changes."""
    names = {"reg", *(field.name for field in fields(estimator.model_.spec))}
    return {
        name: encoded_or_marked(value)
        for name, value in estimator.get_params(deep=False).items()
        if name in names
    }


def load_estimator(
    cls: type[Estimator], path: str | PathLike[str], parameters: Mapping[str, Any]
) -> Estimator:
    """Read a fitted estimator that :func:`save_estimator` wrote."""
    tensors, settings = load_file(path)
    if settings.get("estimator") != cls.__name__:
        found = settings.get("estimator", "no estimator")
        raise ValueError(f"{str(path)!r} holds {found}, expected {cls.__name__}")
    if unknown := {name.partition("__")[0] for name in parameters} - set(cls._get_param_names()):
        raise TypeError(f"{cls.__name__} has no parameter {min(unknown)!r}")
    with named(path):
        whole = {name: value for name, value in parameters.items() if "__" not in name}
        nested = {name: value for name, value in parameters.items() if "__" in name}
        stored = {n: v for n, v in settings["parameters"].items() if n not in whole}
        check_no_own(stored, path)
        estimator = cls(**{name: from_json(v) for name, v in stored.items()}, **whole)
        estimator.set_params(**nested)
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
    estimator._built_from = built_from(estimator)
    estimator._build_divergences(estimator.divergences_, spec, seed=0)
    for part, divergence in estimator.divergences_._asdict().items():
        divergence.load_state_dict(within(f"divergence.{part}.", tensors))
    return estimator


@contextmanager
def named(path: str | PathLike[str]) -> Iterator[None]:
    """Name the file in an error about what it holds."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        if repr(str(path)) in what:
            raise
        raise ValueError(f"{str(path)!r} cannot be read as a model: {what}") from error


def check_no_own(stored: Mapping[str, Any], path: str | PathLike[str]) -> None:
    """Raise a ValueError that names the parameters of which a file cannot hold the value."""
    own = {name: v["own"] for name, v in stored.items() if isinstance(v, dict) and "own" in v}
    if own:
        listed = ", ".join(f"{name} ({what})" for name, what in own.items())
        raise ValueError(
            f"{str(path)!r} cannot hold objects of your own: hand them to load(path, ...) again: "
            f"{listed}"
        )


def within(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors under a prefix, without it."""
    return {name[len(prefix) :]: v for name, v in tensors.items() if name.startswith(prefix)}


def encoded_or_marked(value: Any) -> Any:
    """A parameter's value as JSON, or a mark that it is an object of the user's own."""
    try:
        return to_json(value)
    except OwnObjectError:
        return {"own": repr(value)}
