"""Constraints of arguments, beside those of scikit-learn: numbers of which True is none."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any, TypeVar

import numpy as np
from sklearn.utils._param_validation import Interval, validate_params

__all__ = ["COUNT", "Number", "constrained"]

Function = TypeVar("Function", bound=Callable[..., Any])


class Number(Interval):
    """An interval of numbers, of which True and False are none."""

    def is_satisfied_by(self, val: Any) -> bool:
        """True of a number that lies in the interval."""
        return not isinstance(val, bool | np.bool_) and bool(super().is_satisfied_by(val))


#: A whole number of at least 1.
COUNT = Number(Integral, 1, None, closed="left")


def constrained(**constraints: list[Any]) -> Callable[[Function], Function]:
    """Have arguments of a function checked by their names, as scikit-learn does: a decorator.

    Parameters
    ----------
    **constraints
        Of each argument, in the form of scikit-learn's ``_parameter_constraints``.

    Examples
    --------
    >>> @constrained(n_steps=[COUNT])
    ... def walk(n_steps=3):
    ...     return list(range(n_steps))
    >>> walk(n_steps=True)
    Traceback (most recent call last):
        ...
    sklearn.utils._param_validation.InvalidParameterError: The 'n_steps' parameter of walk must be
    an int in the range [1, inf). Got True instead.
    """

    def decorate(function: Function) -> Function:
        found: Function = validate_params(constraints, prefer_skip_nested_validation=False)(
            function
        )
        return found

    return decorate
