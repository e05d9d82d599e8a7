"""An estimator as settings and arrays, for a file that can run nothing."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..data import Layout, Scaling, Sequences
from ..divergences import BUILT_IN, KERNELS, KernelSum
from ..model import build_model
from ..networks import NETWORKS
from ..persistence import load_file, save_file
from ..training import resolve_device
from ..views import View
from ..views import from_config as view_from_config
from ..views import to_config as view_to_config
from ._sampling import SamplingEstimator

__all__ = ["about_training", "load_estimator", "save_estimator"]

Estimator = TypeVar("Estimator", bound=SamplingEstimator)

# Parameters that hold objects at work, which belong to no file.
NOT_KEPT = ("callbacks",)
# And those that say nothing of which weights a training ends with.
OF_NO_WEIGHT = (*NOT_KEPT, "checkpoint", "codes", "device", "verbose", "warm_start")

# Learned attributes that JSON holds as they are.
PLAIN = ("n_steps_", "n_features_in_", "n_epochs_", "best_epoch_", "history_")


def save_estimator(estimator: SamplingEstimator, path: str | PathLike[str]) -> None:
    """Write a fitted estimator to one file, whole or not at all."""
    check_is_fitted(estimator)
    parameters = {
        name: encoded_or_marked(None if name in NOT_KEPT else value)
        for name, value in estimator.get_params(deep=False).items()
    }
    learned = {name: getattr(estimator, name) for name in PLAIN}
    learned["layout_"] = estimator.layout_.to_config()
    learned["scaling_"] = asdict(estimator.scaling_)
    learned["dtype_"] = estimator.dtype_.str
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
        "learned": learned,
    }
    save_file(path, tensors, settings)


def about_training(
    estimator: SamplingEstimator,
    sequences: Sequences,
    labels: NDArray[np.int64] | None,
    device: torch.device,
) -> dict[str, Any]:
    """What must be the same when a training is resumed, as JSON holds it.

    Objects of the user's own are known by their types alone.
    """
    parameters = estimator.get_params(deep=False)
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
    estimator = cls(**{name: decoded(v) for name, v in stored.items()}, **parameters)
    estimator._validate_params()
    learned = settings["learned"]
    for name in PLAIN:
        setattr(estimator, name, learned[name])
    estimator.layout_ = Layout.from_config(learned["layout_"])
    scaling = learned["scaling_"]
    estimator.scaling_ = Scaling(scaling["kind"], tuple(scaling["mean"]), tuple(scaling["std"]))
    estimator.dtype_ = np.dtype(learned["dtype_"])
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


class OwnObjectError(TypeError):
    """A parameter's value that a safe file cannot hold."""


def encoded_or_marked(value: Any) -> Any:
    """A parameter's value as JSON, or a mark that it is an object of the user's own."""
    try:
        return encoded(value)
    except OwnObjectError:
        return {"own": repr(value)}


def marked_by_type(value: Any) -> Any:
    """A parameter's value as JSON, or the type of an object of the user's own."""
    try:
        return encoded(value)
    except OwnObjectError:
        return {"own": getattr(value, "__qualname__", type(value).__qualname__)}


def encoded(value: Any) -> Any:
    """A parameter's value as JSON; tagged where JSON has no such type."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "buif":
        value = value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, PathLike):
        return {"path": fspath(value)}
    if isinstance(value, tuple | list):
        tag = "tuple" if isinstance(value, tuple) else "list"
        return {tag: [encoded(item) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: encoded(item) for key, item in value.items()}}
    if isinstance(value, View):
        try:
            return {"view": view_to_config(value)}
        except TypeError as error:
            raise OwnObjectError from error
    for name, divergence in BUILT_IN.items():
        if type(value) is divergence:
            return {"divergence": [name, encoded(value.get_params())]}
    if type(value) is KernelSum:
        return {"kernel sum": [encoded(kernel) for kernel in value.kernels]}
    for name, kernel in KERNELS.items():
        if type(value) is kernel:
            return {"kernel": [name, encoded(dict(vars(value)))]}
    for name, network in NETWORKS.items():
        if type(value) is network:
            return {"network": [name, dict(vars(value))]}
    raise OwnObjectError


def decoded(value: Any) -> Any:
    """The inverse of :func:`encoded`."""
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    if tag in ("tuple", "list"):
        return {"tuple": tuple, "list": list}[tag](decoded(item) for item in content)
    if tag == "path":
        return Path(content)
    if tag == "dict":
        return {key: decoded(item) for key, item in content.items()}
    if tag == "view":
        return view_from_config(content)
    if tag == "divergence":
        return BUILT_IN[content[0]](**decoded(content[1]))
    if tag == "kernel":
        return KERNELS[content[0]](**decoded(content[1]))
    if tag == "kernel sum":
        return KernelSum(*(decoded(kernel) for kernel in content))
    if tag == "network":
        return NETWORKS[content[0]](**content[1])
    raise ValueError(f"unknown kind of parameter {tag!r}: written by a newer version?")
