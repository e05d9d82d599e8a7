"""Sequences as a judge takes them: checked, and read in batches of bounded size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import _get_feature_names, check_array, validate_data

from .._modes import without_gradients
from ..data.batches import Batches
from ..data.containers import columns_in, opened
from ..data.layout import Layout
from ..data.passes import BoundedPasses
from ..data.sequences import Sequences
from ..data.tables import check_columns, is_data_frame
from ._judge_net import JudgeNet
from ._judge_training import UNITS, near

__all__ = ["feature_names_of", "n_features_of", "probabilities", "read"]


def read(judge: Any, X: Any, layout: Layout | None, channels: str = "auto") -> Sequences:
    """Check sequences, and a table of numbers by scikit-learn's own checks too.

    Parameters
    ----------
    judge : SequenceJudge
        Named in messages; fitted where there is a layout.
    X : array-like of n sequences
    layout : Layout or None
        That of `fit`; None in `fit`.
    channels : {"auto", "first", "last"}
        Axis of the channels where there is no layout.

    Raises
    ------
    ValueError
        If they are no sequences, are laid out otherwise than in `fit`, or are a table with other
        columns.
    """
    if layout is not None:
        expected = [*getattr(judge, "feature_names_in_", ())]
        check_columns(columns_in(X, "X"), expected, "X")
    X = opened(X, "X")
    if isinstance(X, np.ndarray | torch.Tensor) or is_data_frame(X):
        table = X.detach().cpu().numpy() if isinstance(X, torch.Tensor) else X
        if table.ndim == 2 and layout is None:
            check_array(table, dtype="numeric", ensure_all_finite=False, input_name="X")
        # A judge of numbers in lists of any lengths has a single feature.
        elif table.ndim == 2 and judge.layout_.kind == "univariate" and judge.n_features_in_ > 1:
            validate_data(judge, table, reset=False, dtype="numeric", ensure_all_finite=False)
    return near(Sequences(X, channels=channels, layout=layout))


def feature_names_of(X: Any) -> list[str]:
    """The names of columns, of a data frame or a list of them; none where not all are str."""
    columns = columns_in(X, "X")
    if not columns and is_data_frame(X):
        found = _get_feature_names(X)
        return [] if found is None else [str(name) for name in found]
    return columns if all(isinstance(column, str) for column in columns) else []


def n_features_of(sequences: Sequences) -> int:
    """The values of a frame; the columns of a table, whose sequences are of one length."""
    is_table = len(sequences.shape) == 2 and sequences.lengths is None
    return sequences.n_steps if is_table else math.prod(sequences.shape[2:])


@without_gradients()
def probabilities(
    net: JudgeNet, sequences: Sequences, n_classes: list[int], batch_size: int
) -> list[NDArray[np.float64]]:
    """Probabilities of each task, (n, n_classes), batch by batch."""
    n, n_steps = len(sequences), sequences.n_steps
    passes = BoundedPasses(n, n_steps, batch_size * n_steps, sequences.lengths)
    batches = Batches(sequences, UNITS, passes, device=next(net.parameters()).device)
    found = [np.empty((n, k)) for k in n_classes]
    for rows, batch in zip(passes, batches, strict=True):
        for p, logits in zip(found, net(batch), strict=True):
            p[rows] = logits.double().softmax(-1).cpu().numpy()
    return found
