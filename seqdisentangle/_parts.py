"""Pluggable parts: parameters by scikit-learn's convention, and registries of their names."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import numpy as np

__all__ = [
    "REGISTRIES",
    "OfFunction",
    "Part",
    "Registry",
    "argument_names",
    "of_package",
    "same",
    "with_changes",
]

Self = TypeVar("Self", bound="Part")
P = TypeVar("P")


class Part:
    """Base class of everything that can be put into an estimator: a network, a view, a divergence.

    The arguments of ``__init__`` are stored under their own names and unchanged, as those of a
    scikit-learn estimator, so that ``clone``, ``set_params(network__width=32)`` and a grid search
    work. They are checked when the part is made.

    Examples
    --------
    >>> class Blur(Part):
    ...     def __init__(self, width=3):
    ...         self.width = width
    >>> Blur().set_params(width=5)
    Blur(width=5)
    """

    @property
    def replayable(self) -> bool:
        """True where it computes the same on the device each time, whatever the values are.

        An update of a training on a GPU may then be recorded once and replayed as a CUDA graph, see
        ``Training(cuda_graphs=)``. The package's own parts do unless they say otherwise. One that
        draws numbers by NumPy would get those of the first time in each replay, so that of others
        it is not assumed: a subclass for which it holds has ``replayable = True``.
        """
        return of_package(type(self))

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments that it was made with.

        Parameters
        ----------
        deep : bool, default=True
            With those of the parts within, as ``name__argument``.

        Returns
        -------
        dict of str to values

        Raises
        ------
        AttributeError
            If its ``__init__`` has not stored an argument under its own name.
        """
        params = {}
        for name in argument_names(type(self)):
            try:
                params[name] = getattr(self, name)
            except AttributeError as error:
                raise AttributeError(
                    f"{type(self).__name__} must store its argument {name!r} as self.{name}"
                ) from error
        if deep:
            for name, value in list(params.items()):
                if hasattr(value, "get_params") and not isinstance(value, type):
                    inner = value.get_params(deep=True)
                    params |= {f"{name}__{key}": v for key, v in inner.items()}
        return params

    def set_params(self: Self, **params: Any) -> Self:
        """Make it anew with some arguments changed, those of a part within by ``name__argument``.

        Parameters
        ----------
        **params
            New values. What the part has learned is lost, unless there are none.

        Returns
        -------
        Part
            The part itself.

        Raises
        ------
        ValueError
            If an argument is unknown, or a value is not allowed. Nothing has changed then.
        """
        if params:
            known = self.get_params(deep=False)
            changed = with_changes(type(self).__name__, known, params, self.as_part)
            fresh = type(self)(**changed)  # raises before anything has changed
            self.__dict__.clear()
            self.__dict__.update(fresh.__dict__)
        return self

    def as_part(self, name: str, value: Any) -> Any:
        """The part that a value of an argument stands for, the value itself if it is none.

        Parameters
        ----------
        name : str
            The argument.
        value : object
            A name of a part, say, of which ``set_params`` changes an argument.
        """
        return value

    def validate(self) -> None:
        """Check the arguments as they are now, which may have been changed since it was made.

        Raises
        ------
        ValueError
            If a value is not allowed.
        """
        check = getattr(self, "__post_init__", None)
        if check is not None:
            check()

    def __repr__(self) -> str:
        params = self.get_params(deep=False).items()
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in params)})"


def with_changes(
    owner: str,
    known: Mapping[str, Any],
    params: Mapping[str, Any],
    as_part: Callable[[str, Any], Any],
) -> dict[str, Any]:
    """Parameters with some of them changed, those of a part within on a copy of the part.

    Parameters
    ----------
    owner : str
        What has the parameters, for messages.
    known : mapping
        The parameters and their values.
    params : mapping
        New values, by ``name`` or ``name__parameter``.
    as_part : callable
        The part that a value of a parameter stands for, ``(name, value) -> part``.

    Raises
    ------
    ValueError
        If a parameter is unknown, or a value is not allowed.
    """
    changed = dict(known)
    nested: dict[str, dict[str, Any]] = {}
    for key, value in params.items():
        name, within, key_within = key.partition("__")
        if name not in known:
            raise ValueError(f"{owner} has no parameter {name!r}, only {sorted(known)}")
        if within:
            nested.setdefault(name, {})[key_within] = value
        else:
            changed[name] = value
    for name, inner in nested.items():
        part = changed[name]
        if not hasattr(part, "set_params"):
            part = as_part(name, part)
        if not hasattr(part, "set_params"):
            raise ValueError(
                f"{owner}: {name}={changed[name]!r} has no parameters of its own, got "
                f"{name}__{next(iter(inner))}: set {name} first"
            )
        changed[name] = copy.deepcopy(part).set_params(**inner)
    return changed


def same(a: Any, b: Any) -> bool:
    """True for equal values, and for parts of one class with the same arguments."""
    if isinstance(a, Part):
        return type(a) is type(b) and same(a.get_params(deep=False), b.get_params(deep=False))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        alike = type(a) is type(b) and len(a) == len(b)
        return alike and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)


def of_package(cls: type) -> bool:
    """Tell whether a class is one of the package."""
    return cls.__module__.partition(".")[0] == __name__.partition(".")[0]


def argument_names(cls: type) -> list[str]:
    """The names of the arguments that an object of a class is made with, in order."""
    return [parameter.name for parameter in named_arguments(cls)]


def named_arguments(cls: type) -> list[inspect.Parameter]:
    """The arguments of a class that have a name."""
    return [
        parameter
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


class OfFunction(Part):
    """Base class of parts that are a function of the user's, their ``function``."""

    function: Callable[..., Any]

    @property
    def replayable(self) -> bool:
        """True where the function has ``replayable = True``."""
        return bool(getattr(self.function, "replayable", False))


class Registry(Mapping[str, type[P]], Generic[P]):
    """The classes of one kind of part, by name: read by messages, documentation, files and tests.

    Parameters
    ----------
    kind : str
        A word for such a part, which no other registry has: ``"view"``.
    classes : mapping of str to classes

    Examples
    --------
    >>> class Blur(Part):
    ...     pass
    >>> FILTERS = Registry("filter", {"blur": Blur})
    >>> FILTERS.make("blur", "motion_filter")
    Blur()
    >>> FILTERS.make("blurr", "motion_filter")
    Traceback (most recent call last):
    ...
    ValueError: motion_filter must be the name of a filter ('blur'), got 'blurr'
    >>> del REGISTRIES["filter"]
    """

    def __init__(self, kind: str, classes: Mapping[str, type[P]]) -> None:
        self.kind = kind
        self._classes = dict(classes)
        REGISTRIES[kind] = self

    def __getitem__(self, name: str) -> type[P]:
        return self._classes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that stand for a part by themselves: of classes whose arguments have defaults."""
        return tuple(name for name, cls in self.items() if not needed_arguments(cls))

    @property
    def listed(self) -> str:
        """These names as messages list them."""
        return ", ".join(map(repr, self.names))

    def make(self, name: str, parameter: str, **arguments: Any) -> P:
        """The part of a name.

        Parameters
        ----------
        name : str
        parameter : str
            The parameter that the user set, for the message.
        **arguments
            Those of the part that are not to have their defaults.

        Raises
        ------
        ValueError
            If there is no such part, or it needs arguments that are not given; the message lists
            the names that there are.
        """
        if name not in self._classes:
            raise ValueError(
                f"{parameter} must be the name of a {self.kind} ({self.listed}), got {name!r}"
            )
        cls = self._classes[name]
        if missing := [a for a in needed_arguments(cls) if a not in arguments]:
            raise ValueError(
                f"{parameter}={name!r}: this {self.kind} needs more than its name, which will do "
                f"for {self.listed}: make one, {cls.__name__}({', '.join(missing)})"
            )
        return cls(**arguments)

    def name_of(self, part: object) -> str | None:
        """The name of a part's own class, None of a class that is not registered."""
        for name, cls in self._classes.items():
            if type(part) is cls:
                return name
        return None


def needed_arguments(cls: type) -> list[str]:
    """The names of the arguments of a class that have no default."""
    return [a.name for a in named_arguments(cls) if a.default is inspect.Parameter.empty]


#: Every registry by its kind.
REGISTRIES: dict[str, Registry[Any]] = {}
