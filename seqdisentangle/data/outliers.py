"""Values that are too far from all others: to compute with, or to set their scale."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .passes import evenly_picked
from .sequences import Sequences
from .units import Scaling

__all__ = ["FARTHEST", "check_near", "doubt_of_scale", "refuse_far"]

#: Of a value in the model's scale. Squares of as many as there are in a pass, and products of
#: these, stay within float32; whatever the type of the data is, the same values are refused.
FARTHEST = 1e12
# Of the values in the middle of a feature, in standard deviations: normal ones spread over 1.35.
NARROW = 1e-3
# Sequences, and values of all features, that quartiles are taken from.
MOST_SEQUENCES = 64
MOST_VALUES = 2**20


def check_near(x: Tensor, first: int, sequences: Sequences, scaling: Scaling) -> None:
    """Raise a ValueError if a value is too far from the data that set the scale.

    Parameters
    ----------
    x : Tensor of shape (n, T, ...)
        Some sequences, as they are read.
    first : int
        The number of the first of them.
    sequences : Sequences
    scaling : Scaling
        The units of the model.
    """
    if scaling.bounded or x.dtype in (torch.uint8, torch.bool):
        return
    far = scaling.apply(sequences.layout.to_frames(x), torch.float64).abs() > FARTHEST
    if far.any():
        refuse_far(far, first + np.arange(len(x)), sequences)


def refuse_far(far: Tensor, numbers: NDArray[np.intp], sequences: Sequences) -> None:
    """Raise a ValueError that names the first value that lies too far away.

    Parameters
    ----------
    far : bool Tensor of shape (n, T, ...)
        True where a value does.
    numbers : array of int and shape (n,)
        Those of the sequences.
    sequences : Sequences
    """
    number, step, place = far.flatten(2).nonzero()[0].tolist()
    sequence = numbers[[number]]
    x = sequences.layout.to_frames(sequences.read(sequence))
    raise ValueError(
        f"{sequences.name} has {float(x[0, step].flatten()[place]):g} in step {step} of sequence "
        f"{sequence[0]}, more than {FARTHEST:g} times the scale of the data seen in fit away from "
        "them, or than that with scale='none'. Expected values in their units, or missing='mask' "
        "and NaN for what is missing"
    )


def doubt_of_scale(sequences: Sequences, scaling: Scaling) -> str | None:
    """Doubt a scale that a few values have set, beside which all others look the same, or none.

    It is told by the quartiles of some sequences: of a feature that varies, they are not within a
    thousandth of its standard deviation. A feature without any value has no scale.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling
        The scale that was found.

    Returns
    -------
    str or None
        Which sequence is farthest away, or which feature has no value, and what to do.

    Examples
    --------
    >>> x = np.random.RandomState(0).normal(size=(20, 10))
    >>> scaling = Scaling("standard", (5e18,), (7e19,))
    >>> x[3, 1] = 1e21
    >>> print(doubt_of_scale(Sequences(x), scaling)[:44])
    X has 1e+21 in step 1 of sequence 3, so far
    """
    if scaling.kind != "standard":
        return None
    rows = evenly_picked(len(sequences), MOST_SEQUENCES)
    most = max(MOST_VALUES // (len(rows) * len(scaling.mean)), 1)  # of a feature and a sequence
    some = torch.cat([some_values(sequences, row, most) for row in rows.tolist()], dim=1)
    if unknown := never_known(sequences, some.isnan().all(dim=1).nonzero().flatten().tolist()):
        return (
            f"{sequences.name} has no value of feature {', '.join(map(str, unknown))} in any "
            "sequence: what a model shows of it means nothing. Leave it out"
        )
    low, high = (some.nanquantile(q, dim=1).numpy() for q in (0.25, 0.75))
    spread = (high - low) / np.array(scaling.std)
    narrow = (spread > 0) & (spread < NARROW)
    if not narrow.any():
        return None
    feature = int(narrow.argmax())
    number, step, value = farthest(sequences, feature, scaling.mean[feature])
    named = f" of feature {feature}" if len(scaling.mean) > 1 else ""
    return (
        f"{sequences.name} has {value:g} in step {step} of sequence {number}, so far from other "
        f"values{named} that half of these are within {spread[feature]:.1g} standard deviations: "
        "they look constant to the model. Correct it, leave it out, or set it to NaN with "
        "missing='mask'; of values over many magnitudes take the logarithm"
    )


def values_of(sequences: Sequences, number: int) -> Tensor:
    """The values of each feature of a sequence, (D, T, ...), in the user's units and float64."""
    frames = sequences.read(np.array([number]))[:, : int(sequences.all_lengths[number])]
    return sequences.layout.to_frames(frames.cpu().double())[0].movedim(1, 0)


def some_values(sequences: Sequences, number: int, most: int) -> Tensor:
    """At most so many values of each feature of a sequence, (D, N)."""
    values = values_of(sequences, number).flatten(1)
    return values[:, evenly_picked(values.shape[1], most)]


def never_known(sequences: Sequences, features: list[int]) -> list[int]:
    """The features, of some, that no sequence has a value of."""
    for number in range(len(sequences) if features else 0):
        x = values_of(sequences, number)
        features = [feature for feature in features if bool(x[feature].isnan().all())]
    return features


def farthest(sequences: Sequences, feature: int, mean: float) -> tuple[int, int, float]:
    """The sequence, the step and the value of a feature that is farthest from its mean."""
    longest, found = -1.0, (0, 0, mean)
    for number in range(len(sequences)):
        x = values_of(sequences, number)[feature].reshape(int(sequences.all_lengths[number]), -1)
        distance = (x - mean).abs().nan_to_num(-1.0)
        if float(distance.max()) > longest:
            longest = float(distance.max())
            step, place = divmod(int(distance.argmax()), x.shape[1])
            found = number, step, float(x[step, place])
    return found
