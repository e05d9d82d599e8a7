"""``save`` and ``load``: an estimator as settings and arrays, in a file that can run nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from .._modes import ordinary_modes
from .._outline import check_shapes, load_weights
from .._paths import check_path
from ..content_priors import ContentDistribution
from ..data.layout import Layout
from ..data.units import Scaling
from ..model.core import build_model
from ..networks import OwnModules
from ..objectives.costs import resolve_cost
from ..persistence import load_file, reading, save_file
from ..serialization import OwnObjectError, from_json, matches, to_json
from ..training.devices import resolve_device
from ._base import SequenceEstimator
from ._choices import Choice
from ._export import export_estimator

__all__ = ["FileEstimator", "built_from"]

Self = TypeVar("Self", bound="FileEstimator")
Estimator = TypeVar("Estimator", bound=SequenceEstimator)

# Parameters that hold objects at work, which belong to no file.
NOT_KEPT = ("callbacks",)

# Learned attributes beside weights and labels, and their types.
LEARNED: dict[str, Any] = {
    "choices_": dict[str, Choice],
    "n_steps_": int,
    "n_features_in_": int,
    "n_epochs_": int,
    "best_epoch_": int,
    "history_": list[dict[str, float]],
    "layout_": Layout,
    "scaling_": Scaling,
    "content_prior_": ContentDistribution,
    "dtype_": np.dtype,
}

# Of counts.
LEAST = {"n_steps_": 1, "n_features_in_": 1, "n_epochs_": 0, "best_epoch_": 0}


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

    def export(self, path: str | PathLike[str], format: str = "onnx") -> Path:
        """Write encoder and decoder as programs that run without this package.

        They take and give sequences in the units, the layout and the type of the data seen in
        ``fit``, of any number and length:

        ``encoder``
            ``x`` (n, T, ...) and ``lengths`` (n,), int64, T where there is no padding, to
            ``content`` (n, content_size) and ``motion`` (n, T, motion_size), zero in padding; with
            actions also to ``action`` (n, n_actions), their probabilities. As ``transform``. With
            ``missing="mask"`` NaN are missing values.
        ``decoder``
            ``content`` and ``motion``, with actions ``lengths`` too, to ``x``. As
            ``inverse_transform``.

        Metadata under ``seqdisentangle.*`` say, as JSON, what the data were: layout, shape of a
        frame, type, sizes of codes.

        Parameters
        ----------
        path : path
            A folder for ``encoder.onnx`` and ``decoder.onnx``, made if it is not there. An
            estimator without an encoder has a decoder alone.
        format : {"onnx", "torch.export"}, default="onnx"
            ONNX, which needs the packages of ``pip install "seqdisentangle[onnx]"``, or programs of
            ``torch.export.load``, ``encoder.pt2`` and ``decoder.pt2``.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        ValueError
            If there is no such format, or ``path`` is a file.
        ImportError
            If a package is missing.
        RuntimeError
            If modules of the user's own cannot be traced, or torch is too old to do so.
        NotFittedError
            If called before ``fit``.
        """
        check_path(path, "path")
        return export_estimator(self, path, format)

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
    estimator = estimator._whole()
    check_path(path, "path", to_write=True)
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
        "learned": to_json(learned, name="learned", tensors=tensors),
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


@ordinary_modes()
def load_estimator(
    cls: type[Estimator], path: str | PathLike[str], parameters: Mapping[str, Any]
) -> Estimator:
    """Read a fitted estimator that :func:`save_estimator` wrote."""
    check_path(path, "path")
    tensors, settings = load_file(path)
    if settings.get("estimator") != cls.__name__:
        found = settings.get("estimator", "no estimator")
        raise ValueError(f"{str(path)!r} holds {found}, expected {cls.__name__}")
    if unknown := {name.partition("__")[0] for name in parameters} - set(cls._get_param_names()):
        raise TypeError(f"{cls.__name__} has no parameter {min(unknown)!r}")
    with reading(path, "a model"):
        estimator = with_parameters(cls, path, settings["parameters"], parameters)
        take_learned(estimator, from_json(settings["learned"], tensors), tensors)
    # A model trained on a GPU must open on a machine without one, unless that GPU is asked for.
    device = resolve_device(estimator.device, fall_back="device" not in parameters)
    with reading(path, "a model"):
        check_weights(estimator, tensors, path, parameters)
        take_weights(estimator, tensors, device)
        check_sound(estimator)
    return estimator


def with_parameters(
    cls: type[Estimator],
    path: str | PathLike[str],
    stored: Mapping[str, Any],
    handed: Mapping[str, Any],
) -> Estimator:
    """An estimator with the parameters of a file, and those handed to ``load`` in their place."""
    if unknown := set(stored) - set(cls._get_param_names()):
        listed = ", ".join(sorted(unknown))
        raise ValueError(f"{cls.__name__} has no {listed}: written by a newer version?")
    whole = {name: value for name, value in handed.items() if "__" not in name}
    nested = {name: value for name, value in handed.items() if "__" in name}
    left = {name: value for name, value in stored.items() if name not in whole}
    if kept := [name for name in NOT_KEPT if left.get(name) is not None]:
        raise ValueError(f"{', '.join(kept)} are in no file: hand them to load(path, ...)")
    check_no_own(left, path)
    estimator = cls(**{name: from_json(value) for name, value in left.items()}, **whole)
    estimator.set_params(**nested)
    estimator._validate_params()
    return estimator


def take_learned(
    estimator: SequenceEstimator, learned: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]
) -> None:
    """Set the attributes that were learned, once they are seen to be of their types."""
    for name, kind in LEARNED.items():
        if not matches(learned[name], kind):
            told = kind.__name__ if isinstance(kind, type) else kind
            raise ValueError(f"{name} must be a {told}, got {learned[name]!r}")
        setattr(estimator, name, learned[name])
    check_learned(estimator)
    estimator.frame_shape_ = estimator.layout_.array_frame_shape
    if "labels" in tensors:
        labels = tensors["labels"]
        if labels.dtype != torch.int64 or labels.ndim != 1:
            raise ValueError(f"labels must be int64 (n,), got {labels.dtype} {tuple(labels.shape)}")
        estimator.labels_ = labels.numpy()
    if "feature_names_in_" in learned:
        names = learned["feature_names_in_"]
        if not matches(names, list[str]) or len(names) != estimator.n_features_in_:
            raise ValueError(f"feature_names_in_ must be {estimator.n_features_in_} str: {names!r}")
        estimator.feature_names_in_ = np.asarray(names, dtype=object)


def check_learned(estimator: SequenceEstimator) -> None:
    """Raise a ValueError if what was learned is not of one model, or no number that there is."""
    for name, least in {
        "n_steps_": 1,
        "n_features_in_": 1,
        "n_epochs_": 0,
        "best_epoch_": 0,
    }.items():
        if getattr(estimator, name) < least:
            raise ValueError(f"{name} must be at least {least}, got {getattr(estimator, name)}")
    if estimator.dtype_.kind not in "buif":
        raise ValueError(f"dtype_ must be of numbers, got {estimator.dtype_!r}")
    frame, scaled = estimator.layout_.frame_shape, len(estimator.scaling_.mean)
    if min(frame) < 1 or scaled not in (0, frame[0]):
        raise ValueError(f"scaling_ must be of {frame[0]} features, as layout_ is, got {scaled}")


def check_weights(
    estimator: SequenceEstimator,
    tensors: Mapping[str, torch.Tensor],
    path: str | PathLike[str],
    handed: Mapping[str, Any],
) -> None:
    """Raise a ValueError if tensors are not those of the model, before there is room for it."""
    divergences = estimator._divergences()  # they look at values as they are made, at few
    spec = estimator._spec(estimator.layout_, estimator.scaling_, divergences)

    def outline() -> dict[str, torch.nn.Module]:
        model = build_model(spec, seed=0)
        estimator._build_divergences(divergences, spec, seed=0)
        parts = divergences._asdict().items()
        return {"model.": model} | {f"divergence.{part}.": module for part, module in parts}

    if isinstance(estimator.network, tuple | list | OwnModules):
        return  # modules of the user's own have their memory already
    try:
        others = ("labels", "learned.")
        check_shapes(outline, {k: v for k, v in tensors.items() if not k.startswith(others)})
    except ValueError as error:
        raise ValueError(
            f"the weights in {str(path)!r} are not those of a model with these parameters "
            f"({', '.join(handed) or 'none'} handed to load): {error}"
        ) from error


def take_weights(
    estimator: SequenceEstimator, tensors: Mapping[str, torch.Tensor], device: torch.device
) -> None:
    """Build the model and the divergences of an estimator, with the weights of a file."""
    estimator.device_ = device
    estimator.divergences_ = estimator._divergences()
    spec = estimator._spec(estimator.layout_, estimator.scaling_, estimator.divergences_)
    if (prior := estimator.content_prior_).size != spec.content_size:
        raise ValueError(f"content_prior_ must be of {spec.content_size} numbers, got {prior!r}")
    estimator.model_, weights = build_model(spec, seed=0), within("model.", tensors)
    if all(w.dtype == torch.float64 for w in weights.values() if w.is_floating_point()):
        estimator.model_.double()  # of a user's who asked for codes in it
    load_weights(estimator.model_, weights)
    estimator.model_.to(device).eval()
    estimator._built_from = built_from(estimator)
    estimator._build_divergences(estimator.divergences_, spec, seed=0)
    for part, divergence in estimator.divergences_._asdict().items():
        load_weights(divergence, within(f"divergence.{part}.", tensors))


def check_sound(estimator: Any) -> None:
    """Raise a ValueError if a model makes values that are not finite of ordinary ones."""
    model, rng = estimator.model_, np.random.RandomState(0)
    if hasattr(estimator, "cost"):
        resolve_cost(estimator._chosen("cost"), images=estimator.scaling_.bounded)
    if hasattr(model, "encode"):
        x = torch.from_numpy(rng.uniform(size=(1, 2, *model.spec.frame_shape)))
        weight = next(model.parameters())
        with torch.no_grad():
            codes = model.encode(x.to(weight.device, weight.dtype), sample=False).codes
        if not all(bool(code.isfinite().all()) for code in codes[:2]):
            raise ValueError("with its weights, codes are not finite")
    estimator.sample(1, n_steps=2, random_state=rng)  # which refuses frames that are not


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
