"""The items of a Dataset: sequences of pairs, numbers, and no Dataset without any."""

import numpy as np
import pytest
import torch
from torch.utils.data import Dataset, IterableDataset

from seqdisentangle.data.items import open_dataset
from seqdisentangle.data.sequences import Sequences

X = np.random.RandomState(0).normal(size=(23, 4, 3)).astype(np.float32)


def test_an_item_that_changes_is_named():
    class Changing(Dataset):
        calls = 0

        def __len__(self):
            return 3

        def __getitem__(self, i):
            self.calls += 1
            return np.zeros((4 if self.calls <= 3 or i != 1 else 5, 2))

    sequences = Sequences(Changing())
    with pytest.raises(ValueError, match=r"X\[1\] has shape \(5, 2\) now, and had shape \(4, 2\)"):
        sequences.read(slice(0, 3))


class OfStrings(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return "walk", i


class Endless(IterableDataset):
    def __iter__(self):
        yield X[0]


class Empty(OfStrings):
    def __len__(self):
        return 0


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (OfStrings(), TypeError, r"X\[0\] must be an array of numbers.*got str"),
        (Endless(), TypeError, "X must have a length and give its items by number, got Endless"),
        (Empty(), ValueError, "X is empty"),
    ],
)
def test_a_dataset_of_no_sequences_is_refused(source, kind, message):
    with pytest.raises(kind, match=message):
        Sequences(source)


def test_of_a_pair_the_first_is_the_sequence_and_tensors_are_arrays():
    class Pairs(Dataset):
        def __len__(self):
            return len(X)

        def __getitem__(self, i):
            return torch.from_numpy(X[i]).requires_grad_(), i

    read = open_dataset(Pairs(), "X")[slice(2, 5)]
    assert np.array_equal(read, X[2:5])
