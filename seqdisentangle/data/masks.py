"""Masked arrays, whose masked values are read as NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.masked import MaskedTensor

__all__ = ["unmasked"]


def unmasked(x: Any) -> Any:
    """NaN in place of masked values, of an array or of those in a list; else ``x`` itself.

    Parameters
    ----------
    x : array-like, or list of array-like
        Masked arrays of NumPy, or masked tensors of torch.

    Returns
    -------
    array-like, or list of array-like
        Integers of which some are masked become floats, float32 where these hold them.

    Examples
    --------
    >>> import numpy as np
    >>> unmasked(np.ma.masked_equal([1.0, -9.0, 3.0], -9.0))
    array([ 1., nan,  3.])
    >>> unmasked([np.ma.masked_equal([1, -9], -9), [1, 2]])
    [array([ 1., nan]), [1, 2]]
    """
    if isinstance(x, MaskedTensor):
        x = np.ma.masked_array(x.get_data().cpu().numpy(), ~x.get_mask().cpu().numpy())
    if isinstance(x, np.ma.MaskedArray):
        return with_nan(x)
    # Numbers, of which there may be many, are not looked at one by one.
    if isinstance(x, list | tuple) and x and not isinstance(x[0], int | float):
        items = [unmasked(item) for item in x]
        if any(new is not old for new, old in zip(items, x, strict=True)):
            return items
    return x


def with_nan(x: np.ma.MaskedArray) -> NDArray:
    """A masked array as one that has NaN in place of what is masked."""
    if x.dtype.kind in "fcO":
        return np.asarray(x.filled(np.nan))
    values = np.asarray(x.data)
    if x.dtype.kind not in "bui" or not np.ma.is_masked(x):
        return values
    values = values.astype(np.result_type(values.dtype, np.float32))
    values[np.ma.getmaskarray(x)] = np.nan
    return values
