"""A classifier of sequences that judges what generated sequences show."""

from __future__ import annotations

import os
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.nn.functional import cross_entropy

from .._seeding import seeded
from .._threading import leave_lost_threads
from ._batches import drawn_seed
from ._judge_net import JudgeNet, to_tensor

__all__ = ["SequenceJudge"]

_FILE_FORMAT = 1
_SETTLING_BATCHES = 20  # sequences enough for the statistics of batch norm


class SequenceJudge(ClassifierMixin, BaseEstimator):
    """Classifier of frame sequences, of one or several labels at once.

    A convolutional net reads each frame (a perceptron where a frame is a vector or a number), two
    1-D convolutions over time read the order of the frames, and one linear map a task reads the
    mean and the maximum over time. Sequences of any length can be judged. It is trained with
    cross-entropy, summed over tasks, until it is (almost) always right, and sure of it: of the
    entropies and the Inception score of samples a part is its own doubt, which real sequences show.

    Train it on real sequences and check it on held-out ones before trusting what it says about
    generated ones: its errors bound every accuracy it reports.

    Parameters
    ----------
    n_channels : int, default=16
        Channels of the first convolution; doubled at each following one, up to four times this.
    n_features : int, default=96
        Width of a frame's features and of the convolutions over time.
    max_epochs : int, default=10
        Most passes over the data.
    batch_size : int, default=64
        Sequences a training step, and a batch of `predict`.
    learning_rate : float, default=2e-3
        Step size of Adam, which falls along a half cosine over `max_epochs`.
    noise : float, default=0.03
        Standard deviation of the Gaussian noise added to the frames in training, in the units of
        the frames (uint8 ones are divided by 255 first). Keeps the judge from resting on pixels
        that no generator gets exactly right.
    tol : float, default=3e-3
        Cross-entropy of an epoch, the mean over labels in nats, at or below which training stops.
    device : str or torch.device, default="cpu"
        Where the net runs.
    random_state : int, RandomState instance or None, default=None
        Determines initial weights, order of batches and noise. The global generators of torch and
        numpy are left untouched unless it is None, which draws from numpy's.

    Attributes
    ----------
    classes_ : ndarray or list of ndarray
        The labels of the task; a list, one item a task, where `y` was two-dimensional.
    n_epochs_ : int
        Passes made.
    history_ : list of float
        Cross-entropy of each epoch, the mean over labels in nats, in training mode.
    frame_shape_ : tuple of int
        Shape of one frame as it came.
    module_ : torch.nn.Module
        The trained net.

    See Also
    --------
    disentanglement_report : Uses it to measure what codes carry.

    Examples
    --------
    A bright square that moves right (1) or left (0): single frames do not tell which.

    >>> import numpy as np
    >>> from seqdisentangle.metrics import SequenceJudge
    >>> right = np.zeros((1, 6, 8, 8), dtype=np.uint8)
    >>> for t in range(6):
    ...     right[0, t, 3:5, t : t + 2] = 255
    >>> X = np.repeat(np.concatenate([right, right[:, ::-1]]), 16, axis=0)
    >>> y = np.repeat([1, 0], 16)
    >>> judge = SequenceJudge(n_channels=4, n_features=16, batch_size=8, random_state=0)
    >>> judge.fit(X, y).score(X, y)
    1.0
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_channels": [Interval(Integral, 1, None, closed="left")],
        "n_features": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "noise": [Interval(Real, 0, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "device": [str, torch.device],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        n_channels: int = 16,
        n_features: int = 96,
        max_epochs: int = 10,
        batch_size: int = 64,
        learning_rate: float = 2e-3,
        noise: float = 0.03,
        tol: float = 3e-3,
        device: str | torch.device = "cpu",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_channels = n_channels
        self.n_features = n_features
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.noise = noise
        self.tol = tol
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: ArrayLike) -> SequenceJudge:
        """Train on labelled sequences.

        Parameters
        ----------
        X : array-like of shape (n, T), (n, T, D), (n, T, H, W), (n, T, H, W, C) or (n, T, C, H, W)
            Sequences; uint8 in 0..255, or float in [0, 1] (images) or standardised (vectors).
            Sliced batch by batch, so a memory map is never loaded whole.
        y : array-like of shape (n,) or (n, n_tasks)
            Labels, of any type that sorts.

        Returns
        -------
        self : SequenceJudge
            The trained judge.

        Raises
        ------
        ValueError
            If shapes do not fit each other, or a task has a single class.
        """
        leave_lost_threads()
        self._validate_params()
        X = _as_sequences(X)
        targets = self._encode_labels(y, len(X))
        self.frame_shape_ = tuple(X.shape[2:])

        seed = drawn_seed(check_random_state(self.random_state))
        order = torch.Generator().manual_seed(seed)
        with seeded(seed):
            self.module_ = self._build()
        self.module_.to(self.device)
        optimizer = torch.optim.Adam(self.module_.parameters(), lr=self.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.max_epochs)

        self.history_: list[float] = []
        for _ in range(self.max_epochs):
            self.history_.append(self._run_epoch(X, targets, optimizer, order))
            schedule.step()
            if self.history_[-1] <= self.tol:
                break
        self.n_epochs_ = len(self.history_)
        self._settle_batch_norm(X, order)
        self.module_.eval()
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64] | list[NDArray[np.float64]]:
        """Probability of each class for each sequence.

        Parameters
        ----------
        X : array-like of shape (n, T, ...)
            Sequences with frames like those of `fit`, of any length.

        Returns
        -------
        ndarray of shape (n, n_classes) or list of such
            A list, one item a task, where `y` was two-dimensional in `fit`.

        Raises
        ------
        ValueError
            If frames are shaped otherwise than in `fit`.
        """
        check_is_fitted(self, "module_")
        leave_lost_threads()
        X = _as_sequences(X)
        if tuple(X.shape[2:]) != self.frame_shape_:
            raise ValueError(
                f"X has frames of shape {tuple(X.shape[2:])}, "
                f"but the judge was trained on frames of shape {self.frame_shape_}."
            )
        batches = []
        self.module_.eval()
        with torch.inference_mode():
            for start in range(0, len(X), self.batch_size):
                x = to_tensor(X[start : start + self.batch_size]).to(self.device)
                batches.append([logits.softmax(-1).double().cpu() for logits in self.module_(x)])
        # torch.cat over no batch would raise; an empty X has empty answers.
        if not batches:
            probabilities = [np.empty((0, len(c))) for c in self._task_classes()]
        else:
            probabilities = [torch.cat(task).numpy() for task in zip(*batches, strict=True)]
        return probabilities if isinstance(self.classes_, list) else probabilities[0]

    def predict(self, X: Any) -> NDArray[Any]:
        """Most probable label of each sequence.

        Parameters
        ----------
        X : array-like of shape (n, T, ...)
            Sequences with frames like those of `fit`, of any length.

        Returns
        -------
        ndarray of shape (n,) or (n, n_tasks)
            Labels, in the form `y` had in `fit`.

        Raises
        ------
        ValueError
            If frames are shaped otherwise than in `fit`.
        """
        probabilities = self.predict_proba(X)
        if not isinstance(probabilities, list):
            return np.asarray(self.classes_)[probabilities.argmax(axis=1)]
        labels = zip(self.classes_, probabilities, strict=True)
        return np.column_stack([classes[p.argmax(axis=1)] for classes, p in labels])

    def score(
        self, X: Any, y: ArrayLike, sample_weight: NDArray[np.floating] | None = None
    ) -> float:
        """Share of right labels, the mean over tasks.

        Parameters
        ----------
        X : array-like of shape (n, T, ...)
            Sequences.
        y : array-like of shape (n,) or (n, n_tasks)
            True labels.
        sample_weight : array-like of shape (n,), default=None
            Weight of each sequence.

        Returns
        -------
        float
            Between 0 and 1.
        """
        y = np.asarray(y)
        right = np.asarray(self.predict(X) == y, dtype=float).reshape(len(y), -1).mean(axis=1)
        return float(np.average(right, weights=sample_weight))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trained judge to a file.

        Parameters
        ----------
        path : path-like
            File to write; an existing one is replaced.

        Raises
        ------
        ValueError
            If labels are neither numbers nor strings.
        """
        check_is_fitted(self, "module_")
        params = self.get_params() | {"device": "cpu"}
        if not isinstance(params["random_state"], Integral):
            params["random_state"] = None
        torch.save(
            {
                "format": _FILE_FORMAT,
                "params": params,
                "classes": [classes.tolist() for classes in self._task_classes()],
                "several_tasks": isinstance(self.classes_, list),
                "frame_shape": self.frame_shape_,
                "history": self.history_,
                "weights": {k: v.cpu() for k, v in self.module_.state_dict().items()},
            },
            path,
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SequenceJudge:
        """Read a judge written by `save`.

        The file is read as tensors and plain values only: nothing in it is executed.

        Parameters
        ----------
        path : path-like
            File to read.

        Returns
        -------
        SequenceJudge
            The trained judge, on the CPU.

        Raises
        ------
        ValueError
            If the file was written in another format.
        """
        state = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(state, dict) or state.get("format") != _FILE_FORMAT:
            raise ValueError(f"{os.fspath(path)!r} holds no judge in file format {_FILE_FORMAT}.")
        judge = cls(**state["params"])
        classes = [np.asarray(labels) for labels in state["classes"]]
        judge.classes_ = classes if state["several_tasks"] else classes[0]
        judge.frame_shape_ = tuple(state["frame_shape"])
        judge.history_ = list(state["history"])
        judge.n_epochs_ = len(judge.history_)
        with seeded(0):  # initial weights are drawn, then overwritten
            judge.module_ = judge._build()
        judge.module_.load_state_dict(state["weights"])
        judge.module_.eval()
        return judge

    def _encode_labels(self, y: ArrayLike, n: int) -> Tensor:
        """Set `classes_`; return labels as class numbers, (n, n_tasks)."""
        y = np.asarray(y)
        if y.ndim not in (1, 2) or len(y) != n:
            raise ValueError(
                f"y must have shape ({n},) or ({n}, n_tasks) like X with {n} sequences, "
                f"got shape {y.shape}."
            )
        columns = y[:, None] if y.ndim == 1 else y
        encoded = [np.unique(column, return_inverse=True) for column in columns.T]
        classes = [labels for labels, _ in encoded]
        for task, labels in enumerate(classes):
            if len(labels) < 2:
                raise ValueError(f"y has a single class in task {task}: there is nothing to judge.")
        self.classes_: NDArray[Any] | list[NDArray[Any]] = classes if y.ndim == 2 else classes[0]
        return torch.as_tensor(np.column_stack([numbers for _, numbers in encoded]))

    def _task_classes(self) -> list[NDArray[Any]]:
        return self.classes_ if isinstance(self.classes_, list) else [self.classes_]

    def _build(self) -> JudgeNet:
        frame = (1, *self.frame_shape_)
        shape = to_tensor(np.zeros((1, *frame), dtype=np.float32)).shape[2:]
        n_classes = [len(classes) for classes in self._task_classes()]
        return JudgeNet(tuple(shape), n_classes, self.n_channels, self.n_features)

    def _settle_batch_norm(self, X: Any, order: torch.Generator) -> None:
        """Set the running statistics from the final weights; few steps leave them far behind."""
        rows = torch.randperm(len(X), generator=order)[: _SETTLING_BATCHES * self.batch_size]
        batches = (to_tensor(X[np.sort(rows)]) for rows in self._batches(rows.numpy()))
        torch.optim.swa_utils.update_bn(batches, self.module_, device=torch.device(self.device))

    def _run_epoch(
        self, X: Any, targets: Tensor, optimizer: torch.optim.Optimizer, order: torch.Generator
    ) -> float:
        """Train once on every sequence; return the mean cross-entropy of a label on the way."""
        self.module_.train()
        total = 0.0
        for rows in self._batches(torch.randperm(len(X), generator=order).numpy()):
            batch = np.sort(rows)  # memory maps and h5py read in ascending order
            x = to_tensor(X[batch])
            x = x + self.noise * torch.randn(x.shape, generator=order)
            y = targets[batch].to(self.device)
            outputs = self.module_(x.to(self.device))
            loss = torch.stack([cross_entropy(o, y[:, k]) for k, o in enumerate(outputs)]).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += len(batch) * loss.item()
        return total / targets.numel()

    def _batches(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Cut `rows` in batches of `batch_size` or a little more: batch norm needs two or more."""
        return np.array_split(rows, max(1, len(rows) // self.batch_size))


def _as_sequences(X: Any) -> Any:
    """Return `X` if it has a shape and slices (a memory map stays one), else as an array."""
    if isinstance(X, Tensor):
        X = X.detach().cpu().numpy()
    if not hasattr(X, "shape"):
        X = np.asarray(X)
    if not 2 <= len(X.shape) <= 5:
        raise ValueError(
            "X must have shape (n, T), (n, T, D), (n, T, H, W), (n, T, H, W, C) or "
            f"(n, T, C, H, W), got shape {tuple(X.shape)}."
        )
    return X
