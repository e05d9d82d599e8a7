"""Objects to JSON and back, by registered types: nothing that is read can run code.

What JSON has a type for stays as it is: None, bool, int, finite float, str, and lists. Everything
else is an object with one key, its tag:

==================  ==========================================  ====================================
tag                 what follows                                of
==================  ==========================================  ====================================
``tuple``           a list of values                            tuples, named ones without the names
``dict``            an object of values                         mappings with str keys
``items``           a list of pairs (key, value)                other mappings
``float``           ``"nan"``, ``"inf"`` or ``"-inf"``          floats that JSON has no number for
``path``            a str                                       paths
``dtype``           a str                                       NumPy dtypes
``array``           dtype, shape and a flat list of values      NumPy arrays of numbers
``tensor``          a name                                      torch tensors, kept apart
``random_state``    its state                                   ``RandomState`` of NumPy
``record``          the name of a class, and its arguments      classes marked by :func:`record`
the kind of a part  the name of the part, and its arguments     parts in a registry
==================  ==========================================  ====================================
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Mapping
from os import PathLike, fspath
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from torch import Tensor

from ._parts import REGISTRIES, argument_names

__all__ = ["OwnObjectError", "from_json", "record", "to_json"]

C = TypeVar("C", bound=type)

#: Classes that are no pluggable parts, and of which files hold objects, by name.
RECORDS: dict[str, type] = {}

NUMBERS = "buif"  # kinds of dtypes

#: Errors beside ValueError by which classes and NumPy refuse what they are made of.
MALFORMED = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError)

#: The generators of bits that a file may name, all of NumPy.
BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


class OwnObjectError(TypeError):
    """An object that JSON cannot hold: a function, a module, or of a class of the user's own."""


def record(cls: C) -> C:
    """Let files hold the objects of a class: a decorator.

    Parameters
    ----------
    cls : class
        A dataclass, a named tuple or another class that stores its arguments under their names.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> from seqdisentangle.serialization import RECORDS, from_json, record, to_json
    >>> @record
    ... class Size(NamedTuple):
    ...     height: int
    ...     width: int
    >>> to_json(Size(3, 4))
    {'record': ['Size', {'height': 3, 'width': 4}]}
    >>> from_json(to_json(Size(3, 4)))
    Size(height=3, width=4)
    >>> del RECORDS["Size"]
    """
    RECORDS[cls.__name__] = cls
    return cls


def to_json(value: Any, *, name: str = "value", tensors: dict[str, Tensor] | None = None) -> Any:
    """Write a value in the types of JSON.

    Parameters
    ----------
    value : object
        Parts of the registries and records, None, bool, int, float, str, NumPy scalars, arrays of
        numbers, dtypes and ``RandomState``, paths, and lists, tuples and mappings of these.
    name : str, default="value"
        The name in messages. Things within go by ``name.key`` and ``name.index``.
    tensors : dict of str to Tensor, optional
        A mapping that tensors are put in, under the names of the places in which they stand.
        Without it they are refused.

    Returns
    -------
    object
        An object that ``json.dumps`` takes and :func:`from_json` reads.

    Raises
    ------
    OwnObjectError
        If there is something else in it; the message says where.
    ValueError
        If it contains itself.

    Examples
    --------
    >>> from seqdisentangle.views import RandomFrames
    >>> to_json({"view": RandomFrames(3), "weights": (0.5, float("inf"))})
    {'dict': {'view': {'view': ['random_frames', {'n_frames': 3}]}, \
'weights': {'tuple': [0.5, {'float': 'inf'}]}}}
    """
    return Writer(tensors).written(value, name, ())


def from_json(value: Any, tensors: Mapping[str, Tensor] | None = None) -> Any:
    """Read what :func:`to_json` wrote.

    Parameters
    ----------
    value : object
        Of the types of JSON.
    tensors : mapping of str to Tensor, optional
        Those that were kept apart.

    Returns
    -------
    object
        Equal to what was written; NumPy scalars are the Python numbers that they stand for.

    Raises
    ------
    ValueError
        If a tag or a name is unknown, or what follows it is not as it should be.

    Examples
    --------
    >>> from_json(to_json({"sizes": (3, 4), 1: None}))
    {'sizes': (3, 4), 1: None}
    """
    if isinstance(value, list):
        return [from_json(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise ValueError(f"an object must have one key, its tag, got {sorted(value)}")
    ((tag, content),) = value.items()
    try:
        if tag == "tensor":
            return ({} if tensors is None else tensors)[content]
        if tag in READERS:
            return READERS[tag](content, tensors)
        if tag == "record" or tag in REGISTRIES:
            name, arguments = content
            return made(tag, name, arguments, tensors)
    except MALFORMED as error:
        shown = reprlib.repr(content)
        raise ValueError(f"not the content of a {tag}: {shown} ({error!r})") from error
    raise ValueError(f"unknown tag {tag!r}: written by a newer version?")


class Writer:
    """One call of :func:`to_json`.

    Parameters
    ----------
    tensors : dict of str to Tensor or None
    """

    def __init__(self, tensors: dict[str, Tensor] | None) -> None:
        self.tensors = tensors

    def written(self, value: Any, name: str, inside: tuple[int, ...]) -> Any:
        """A value in the types of JSON; ``inside`` are the ids of what it stands in."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, PathLike):
            return {"path": fspath(value)}
        if isinstance(value, np.dtype):
            return {"dtype": value.str}
        if isinstance(value, np.ndarray) and value.dtype.kind in NUMBERS:
            flat = self.written(value.ravel().tolist(), name, inside)
            return {"array": [value.dtype.str, list(value.shape), flat]}
        if isinstance(value, np.random.RandomState):
            return {"random_state": self.written(value.get_state(legacy=False), name, inside)}
        if isinstance(value, Tensor) and self.tensors is not None:
            while name in self.tensors:  # of {"a.b": ...} and {"a": {"b": ...}}
                name += "'"
            self.tensors[name] = value.detach().cpu()
            return {"tensor": name}
        if id(value) in inside:
            raise ValueError(f"{name} contains itself, which JSON cannot hold")
        return self._composite(value, name, (*inside, id(value)))

    def _composite(self, value: Any, name: str, inside: tuple[int, ...]) -> Any:
        """A value that has others in it."""
        if (tagged := registered(value)) is not None:
            tag, of_class = tagged
            arguments = {a: getattr(value, a) for a in argument_names(type(value))}
            return {tag: [of_class, self._values(arguments, name, inside)]}
        if isinstance(value, Mapping):
            if all(isinstance(key, str) for key in value):
                return {"dict": self._values(value, name, inside)}
            return {
                "items": [
                    [self.written(key, name, inside), self.written(v, f"{name}.{key}", inside)]
                    for key, v in value.items()
                ]
            }
        if isinstance(value, list | tuple):
            items = [self.written(v, f"{name}.{i}", inside) for i, v in enumerate(value)]
            return {"tuple": items} if isinstance(value, tuple) else items
        raise OwnObjectError(
            f"JSON cannot hold {name}: got {value!r}, of the type {type(value).__qualname__}"
        )

    def _values(
        self, mapping: Mapping[str, Any], name: str, inside: tuple[int, ...]
    ) -> dict[str, Any]:
        return {key: self.written(v, f"{name}.{key}", inside) for key, v in mapping.items()}


def registered(value: object) -> tuple[str, str] | None:
    """The tag and the name of a value's own class, None of a class that is not registered."""
    for kind, registry in REGISTRIES.items():
        if (name := registry.name_of(value)) is not None:
            return kind, name
    name = type(value).__name__
    return ("record", name) if RECORDS.get(name) is type(value) else None


def made(
    tag: str, name: str, arguments: dict[str, Any], tensors: Mapping[str, Tensor] | None
) -> Any:
    """The object of a registered class."""
    classes: Mapping[str, type] = RECORDS if tag == "record" else REGISTRIES[tag]
    if name not in classes:
        raise ValueError(f"unknown {tag} {name!r}: written by a newer version?")
    values = {key: from_json(v, tensors) for key, v in arguments.items()}
    if tag == "record":  # parts check their own arguments
        check_fields(name, get_type_hints(classes[name]), values)
    return classes[name](**values)


def check_fields(name: str, hints: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise a ValueError that names the first argument of a record that is of another type."""
    for key, value in values.items():
        if key in hints and not matches(value, hints[key]):
            shown = reprlib.repr(value)
            raise ValueError(f"{name}: {key} must be of the type {hints[key]}, got {shown}")


def matches(value: Any, hint: Any) -> bool:
    """Tell whether a value is of the type of an annotation, and what is in it of those within.

    Parameters
    ----------
    value : object
    hint : type
        As ``typing.get_type_hints`` gives it. An int is a float too, and a bool neither.

    Examples
    --------
    >>> matches((1, 2), tuple[int, ...]), matches([1, "2"], list[int])
    (True, False)
    """
    hint = written_out(hint)
    of, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if of is Literal:
        return any(type(value) is type(one) and value == one for one in inner)
    if of is Union or of is UnionType:
        return any(matches(value, one) for one in inner)
    if of is tuple:
        if not isinstance(value, tuple):
            return False
        each = inner[:1] * len(value) if inner[1:] == (...,) else inner
        return len(value) == len(each) and all(map(matches, value, each))
    if of is list:
        return isinstance(value, list) and all(matches(one, inner[0]) for one in value)
    if of is dict:
        return isinstance(value, dict) and all(
            matches(key, inner[0]) and matches(one, inner[1]) for key, one in value.items()
        )
    if of is np.ndarray:  # of numbers, which are all that files hold
        return isinstance(value, np.ndarray)
    if isinstance(value, bool) and hint in (int, float):
        return False
    return isinstance(value, int | float if hint is float else hint)


def written_out(hint: Any) -> Any:
    """The annotation that a name stands for, as ``NDArray`` does since NumPy 2.5."""
    while hasattr(named := get_origin(hint) or hint, "__value__"):
        hint = named.__value__
    return hint


def array(content: Any, tensors: object) -> np.ndarray:
    """An array of numbers."""
    name, shape, flat = content
    dtype, numbers = np.dtype(name), from_json(flat)
    if dtype.kind not in NUMBERS:
        raise ValueError(f"an array must be of numbers, got the dtype {name!r}")
    if dtype.kind in "iu" and numbers:  # before NumPy 2 they would wrap around
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
        if min(numbers) < least or max(numbers) > most:
            raise ValueError(f"{dtype} has numbers from {least} to {most}")
    return np.array(numbers, dtype=dtype).reshape(shape)


def random_state(content: Any, tensors: object) -> np.random.RandomState:
    """A generator of random numbers that goes on from where it was."""
    state = from_json(content)
    if state["bit_generator"] not in BIT_GENERATORS:
        raise ValueError(f"unknown generator of bits {state['bit_generator']!r}")
    generator = np.random.RandomState(getattr(np.random, state["bit_generator"])())
    generator.set_state(state)
    return generator


READERS: dict[str, Callable[[Any, Mapping[str, Tensor] | None], Any]] = {
    "tuple": lambda content, tensors: tuple(from_json(v, tensors) for v in content),
    "dict": lambda content, tensors: {k: from_json(v, tensors) for k, v in content.items()},
    "items": lambda content, tensors: {
        from_json(key, tensors): from_json(v, tensors) for key, v in content
    },
    "float": lambda content, tensors: float(content),
    "path": lambda content, tensors: Path(content),
    "dtype": lambda content, tensors: np.dtype(content),
    "array": array,
    "random_state": random_state,
}
