"""Parts of a model that are in use: those whose contents show, where they are exchanged."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._codes import both_codes
from ._separation_sequences import HeldOut

__all__ = ["parts_in_use"]

#: A part is empty that changes a sequence so much less than the part that changes it most.
EMPTY = 0.05
#: So many sequences are looked at, each with the contents of so many others: of two, a part may
#: happen to look alike.
N_READ, N_DONORS = 32, 4


def parts_in_use(model: Any, held: HeldOut, batch_size: int) -> tuple[int, float]:
    """The number of parts of a model, and how many of them a sequence uses, on average.

    The content of one part after the other is exchanged with that of other sequences. A part that
    draws nothing changes nothing. Which of them stays empty may differ from sequence to sequence.

    Parameters
    ----------
    model : object
        With `transform`, `swap` and `reconstruct`. One of parts returns contents (n, K, d_c), and
        swaps those of some ``parts``.
    held : HeldOut
    batch_size : int
        Sequences generated at a time.

    Returns
    -------
    n_parts : int
        1 for a model without parts.
    n_used : float
    """
    rows = np.arange(min(len(held), batch_size, N_READ))
    a = held.take(rows)
    shape = np.shape(both_codes(model, a).content)
    if len(shape) != 3:
        return 1, 1.0
    before = held.remade(model, rows)
    change = np.zeros((len(rows), shape[1]))
    for donor in range(1, min(N_DONORS + 1, len(rows))):
        b = held.take(np.roll(rows, donor))
        for part in range(shape[1]):
            swap = model.swap(a, b, parts=part).a_motion_b_content
            made = held.frames_made(swap, "swap", [len(x) for x in before])
            change[:, part] += changed(before, made)
    used = change > EMPTY * change.max(1, keepdims=True)
    return shape[1], float(used.sum(1).mean())


def changed(before: Any, after: Any) -> NDArray[np.float64]:
    """The mean squared difference of each of n sequences."""
    pairs = zip(before, after, strict=True)
    return np.array([np.mean((np.asarray(x, float) - y) ** 2) for x, y in pairs])
