"""The sequences of a torch ``Dataset``, one by one."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from torch.utils.data import Dataset, IterableDataset

from .containers import as_array
from .ragged import Ragged

__all__ = ["open_dataset"]


class Items:
    """The items of a torch ``Dataset`` as arrays; of a pair (sequence, label) the sequence."""

    def __init__(self, dataset: Any, name: str) -> None:
        self.dataset = dataset
        self.name = name

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, i: int) -> NDArray:
        item = self.dataset[i]
        if isinstance(item, tuple | list) and item:
            item = item[0]
        array = as_array(item, f"{self.name}[{i}]")
        if array.dtype.kind not in "buif":
            raise TypeError(
                f"{self.name}[{i}] must be an array of numbers, or a tuple that starts with one, "
                f"got {type(item).__name__}"
            )
        return array


def open_dataset(dataset: Dataset[Any], name: str) -> Ragged:
    """The sequences of a torch ``Dataset``; each is asked for once, to learn its length.

    Parameters
    ----------
    dataset : Dataset
        Items are sequences (T_i, ...), tensors or arrays, or tuples that start with one.
    name : str
        The name in messages.

    Raises
    ------
    TypeError
        If it has no length, or an item is no array.
    ValueError
        If it is empty, or frames differ in shape.
    """
    if isinstance(dataset, IterableDataset) or not hasattr(dataset, "__len__"):
        raise TypeError(
            f"{name} must have a length and give its items by number, got {type(dataset).__name__}"
        )
    if len(dataset) == 0:
        raise ValueError(f"{name} is empty: expected at least one sequence")
    return Ragged(Items(dataset, name), name, streamed=True)
