"""Tiny parameters, and sequences as one flat array, for the tests of every estimator."""

import numpy as np

TINY = {"content_size": 4, "motion_size": 2, "hidden_size": 16, "max_epochs": 2, "device": "cpu"}
SMALL = {**TINY, "batch_size": 4, "random_state": 0}


def table(sequences):
    """All values of sequences, of whatever lengths, side by side."""
    return np.concatenate([np.ravel(x) for x in sequences])
