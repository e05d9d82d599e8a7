"""The public names of the package, and the public members of its classes, for the reference."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

PACKAGE = "seqdisentangle"
ROOMS = (
    "callbacks",
    "content_priors",
    "data",
    "datasets",
    "display",
    "divergences",
    "metrics",
    "model",
    "networks",
    "objectives",
    "persistence",
    "serialization",
    "training",
    "views",
)
# Methods that scikit-learn gives an estimator, and users call.
OF_SKLEARN = ("fit_transform", "get_params", "set_params", "set_output")


def public_modules() -> Iterator[ModuleType]:
    """The package, then every room with public names."""
    yield importlib.import_module(PACKAGE)
    for room in ROOMS:
        yield importlib.import_module(f"{PACKAGE}.{room}")


def public_names() -> Iterator[tuple[str, Any]]:
    """Every name of every public ``__all__``, in full, with its object."""
    for module in public_modules():
        for name in module.__all__:
            if not name.startswith("__"):
                yield f"{module.__name__}.{name}", getattr(module, name)


def own_classes(cls: type) -> list[type]:
    """The classes of this package that a class derives from, itself first."""
    return [base for base in cls.__mro__ if base.__module__.split(".")[0] == PACKAGE]


def methods(cls: type) -> list[str]:
    """Public methods and properties, inherited ones of this package included."""
    found: dict[str, None] = {}
    for base in own_classes(cls):
        for name, value in vars(base).items():
            called = name == "__call__" and not hasattr(cls, "forward")
            if (called or not name.startswith("_")) and is_method(value):
                found[name] = None
    for name in OF_SKLEARN:
        if hasattr(cls, "_parameter_constraints") and hasattr(cls, name):
            found[name] = None
    # An attribute that a subclass sets in place of a property is no method of it.
    return [name for name in found if is_method(inspect.getattr_static(cls, name))]


def is_method(value: object) -> bool:
    """Tell a function, of any kind, or a property from data."""
    kinds = (classmethod, staticmethod, property)
    return inspect.isfunction(value) or isinstance(value, kinds) or hasattr(value, "check")


def constants(cls: type) -> list[str]:
    """Public data that the class itself sets or declares as a field."""
    fields = [field.name for field in dataclasses.fields(cls)] if is_dataclass(cls) else []
    declared = list(getattr(cls, "_fields", ()))
    given = [name for name, value in vars(cls).items() if is_constant(value)]
    own = vars(cls).keys() | inspect.get_annotations(cls).keys()
    names = dict.fromkeys(given + [name for name in fields + declared if name in own])
    return [name for name in names if not name.startswith("_")]


def is_dataclass(cls: type) -> bool:
    """Tell a dataclass, or the estimators whose constructor a dataclass has made."""
    return dataclasses.is_dataclass(cls) and "_parameter_constraints" not in dir(cls)


def is_constant(value: object) -> bool:
    """Tell a value from a descriptor."""
    return value is None or isinstance(value, bool | int | float | str | tuple)
