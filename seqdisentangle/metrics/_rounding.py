"""Numbers that differ by rounding alone, which nothing is to be read off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "deviation",
    "deviations",
    "differ",
    "exponent_of",
    "in_range",
    "together_in_range",
    "without_rounding",
]

OF_NUMBERS = 1e-12  # of the largest in a column
OF_MOMENTS = 1e-9  # of the largest value that they are computed of


def differ(z: NDArray, least: NDArray | None = None) -> NDArray[np.bool_]:
    """Tell which columns hold numbers that differ by more than rounding.

    Their deviation does not tell: of equal numbers it is not 0 where their mean is rounded.

    Parameters
    ----------
    z : array of shape (n, d)
    least : array of shape (d,), optional
        What they differ by at least, 1e-12 of the largest if not given.

    Returns
    -------
    array of bool and shape (d,)

    Examples
    --------
    >>> differ(np.array([[0.1, 1.0], [0.1 + 1e-17, 2.0]]))
    array([False,  True])
    """
    least = OF_NUMBERS * np.abs(z).max(0) if least is None else least
    return np.asarray(np.ptp(z, axis=0) > least)


def exponent_of(z: NDArray, axis: int | None = None) -> Any:
    """The power of two that the largest number is just below, of all or along an axis.

    Examples
    --------
    >>> exponent_of(np.array([[3.0, 0.1], [-5.0, 0.2]]), 0)
    array([ 3, -2], dtype=int32)
    """
    return np.frexp(np.abs(z).max(axis, initial=0.0))[1]


def in_range(z: NDArray, axis: int | None = None) -> NDArray[np.float64]:
    """Numbers times a power of two, which is exact, so that the largest is from 0.5 to 1.

    Their squares neither overflow nor are they lost. Along axis 0, each column by a power of its
    own.

    Examples
    --------
    >>> in_range(np.array([3e200, -1.5e200])) ** 2
    array([0.96003769, 0.24000942])
    """
    return np.asarray(np.ldexp(z, -exponent_of(z, axis)))


def together_in_range(arrays: list[NDArray]) -> list[NDArray[np.float64]]:
    """Arrays by the power of two that brings the largest number of them all in range."""
    exponent = max(int(exponent_of(z)) for z in arrays)
    return [np.ldexp(z, -exponent) for z in arrays]


def deviation(z: NDArray, ddof: int = 0) -> NDArray[np.float64]:
    """Standard deviations of columns, of numbers of any size.

    Examples
    --------
    >>> deviation(np.array([1e-200, 3e-200])), float(np.std([1e-200, 3e-200]))
    (array(1.e-200), 0.0)
    """
    return np.asarray(np.ldexp(in_range(z, 0).std(0, ddof=ddof), exponent_of(z, 0)))


def deviations(z: NDArray) -> NDArray[np.float64]:
    """Standard deviations of columns to divide by: infinite where numbers do not differ."""
    return np.where(differ(z), deviation(z), np.inf)


def without_rounding(z: NDArray, sequences: list[NDArray]) -> NDArray[np.float64]:
    """Make moments constant that are so but for rounding, which labels could be read off.

    Those of a sequence are in the order of the dimensions of its frames, once or more.
    """
    scale = np.max([np.abs(x).max(0) for x in sequences], axis=0)
    least = OF_MOMENTS * np.tile(scale, z.shape[1] // len(scale))
    return np.where(differ(z, least), z, z[0])
