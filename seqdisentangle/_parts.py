"""Pluggable parts: parameters by scikit-learn's convention, and registries of their names."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

__all__ = ["REGISTRIES", "Part", "Registry"]

Self = TypeVar("Self", bound="Part")
P = TypeVar("P")


class Part:
    """Base class of everything that can be put into an estimator: a network, a view, a divergence.

    The arguments of ``__init__`` are stored under their own names and unchanged, as those of a
    scikit-learn estimator, so that ``clone``, ``set_params(network__width=32)`` and a grid search
    work.

    Examples
    --------
    >>> class Blur(Part):
    ...     def __init__(self, width=3):
    ...         self.width = width
    >>> Blur().set_params(width=5).get_params()
    {'width': 5}
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments that it was made with.

        Parameters
        ----------
        deep : bool, default=True
            With those of the parts within, as ``name__argument``.

        Returns
        -------
        dict of str to values
        """
        params = {name: getattr(self, name) for name in argument_names(type(self))}
        if deep:
            for name, value in list(params.items()):
                if hasattr(value, "get_params") and not isinstance(value, type):
                    inner = value.get_params(deep=True)
                    params |= {f"{name}__{key}": v for key, v in inner.items()}
        return params

    def set_params(self: Self, **params: Any) -> Self:
        """Change arguments, those of a part within by ``name__argument``.

        Returns
        -------
        Part
            The part itself.

        Raises
        ------
        ValueError
            If an argument is unknown, or a value is not allowed. Nothing has changed then.
        """
        known = self.get_params(deep=False)
        changed = dict(known)
        nested: dict[str, dict[str, Any]] = {}
        for key, value in params.items():
            name, within, key_within = key.partition("__")
            if name not in known:
                raise ValueError(
                    f"{type(self).__name__} has no parameter {name!r}, only {sorted(known)}"
                )
            if within:
                nested.setdefault(name, {})[key_within] = value
            else:
                changed[name] = value
        for name, inner in nested.items():
            if not hasattr(changed[name], "set_params"):
                raise ValueError(
                    f"{type(self).__name__}: {name}={changed[name]!r} has no parameters of its "
                    f"own, got {name}__{next(iter(inner))}"
                )
            changed[name] = copy.deepcopy(changed[name]).set_params(**inner)
        fresh = type(self)(**changed)  # raises before anything has changed
        self.__dict__.clear()
        self.__dict__.update(fresh.__dict__)
        return self


def argument_names(cls: type) -> list[str]:
    """The names of the arguments of a class, in order."""
    signature = inspect.signature(cls.__init__)  # type: ignore[misc]  # of the class itself
    return [
        name
        for name, parameter in list(signature.parameters.items())[1:]
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


class Registry(Mapping[str, type[P]], Generic[P]):
    """The classes of one kind of part, by name: read by messages, documentation, files and tests.

    Parameters
    ----------
    kind : str
        A word for such a part: ``"view"``.
    classes : mapping of str to classes

    Examples
    --------
    >>> class Blur(Part):
    ...     pass
    >>> FILTERS = Registry("filter", {"blur": Blur})
    >>> FILTERS.make("blur", "motion_filter").__class__.__name__
    'Blur'
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

    def make(self, name: str, parameter: str) -> P:
        """The part of a name, with its default arguments.

        Parameters
        ----------
        name : str
        parameter : str
            The parameter that the user set, for the message.

        Raises
        ------
        ValueError
            If there is no such part; the message lists those that there are.
        """
        if name not in self._classes:
            names = ", ".join(map(repr, self._classes))
            raise ValueError(
                f"{parameter} must be the name of a {self.kind} ({names}), got {name!r}"
            )
        return self._classes[name]()

    def name_of(self, part: object) -> str | None:
        """The name of a part's own class, None of a class that is not registered."""
        for name, cls in self._classes.items():
            if type(part) is cls:
                return name
        return None


#: Every registry by its kind.
REGISTRIES: dict[str, Registry[Any]] = {}
