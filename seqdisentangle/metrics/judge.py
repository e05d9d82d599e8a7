"""A classifier of sequences that judges what generated sequences show."""

from __future__ import annotations

import os
import warnings
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from .._arguments import COUNT, Number
from .._modes import ordinary_modes
from .._outline import check_shapes, load_weights
from .._paths import check_path
from .._seeding import seeded
from .._threading import leave_lost_threads
from ..data.layout import CHANNELS, Layout
from ..persistence import load_file, reading, save_file
from ..serialization import from_json, to_json
from ..training.devices import resolve_device, room_for_data
from ..training.loop import TrainingRun, run
from ..training.trainer import Trainer
from ._batches import drawn_seed
from ._judge_files import Learned, check_sound
from ._judge_input import feature_names_of, n_features_of, probabilities, read
from ._judge_labels import encoded, share_right
from ._judge_net import JudgeNet
from ._judge_training import CrossEntropy, settle_batch_norm, shuffled_batches

__all__ = ["SequenceJudge"]


class SequenceJudge(ClassifierMixin, BaseEstimator):
    """Classifier of frame sequences, of one or several labels at once.

    A convolutional net reads each frame (a perceptron where a frame is a vector or a number), two
    1-D convolutions over time read the order of the frames, and one linear map a task reads the
    mean and the maximum over time. Sequences of any lengths can be judged. It is trained with
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
        Sequences a training step, or a few more, and a batch of `predict`.
    learning_rate : float, default=2e-3
        Step size of Adam at the start; falls along a half cosine, to zero an epoch after the last.
    noise : float, default=0.03
        Standard deviation of the Gaussian noise added to the frames in training, in the units of
        the frames (uint8 ones are divided by 255 first). Keeps the judge from resting on pixels
        that no generator gets exactly right.
    tol : float, default=3e-3
        Cross-entropy of an epoch, the mean over labels in nats, at or below which training stops.
    channels : {"auto", "first", "last"}, default="auto"
        Axis of the channels of images in a five-dimensional array; "auto" finds it where there are
        1 to 4 of them, and only one of the two can be.
    device : str or torch.device, default="cpu"
        Device of the network; "auto" is a GPU if there is one. Steps there are CUDA graphs.
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
    n_features_in_ : int
        Values of a frame; of an array (n, T) of numbers its columns, T.
    feature_names_in_ : ndarray of str
        Names of the columns, of a data frame of numbers (n, T) or of a list of data frames.
    frame_shape_ : tuple of int
        Shape of one frame as it came.
    layout_ : Layout
        Kind of the sequences, and the axis of their channels.
    module_ : torch.nn.Module
        The trained network.

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
        **{name: [COUNT] for name in ("n_channels", "n_features", "max_epochs")},
        "batch_size": [Number(Integral, 2, None, closed="left")],
        "learning_rate": [Number(Real, 0, None, closed="neither")],
        **{name: [Number(Real, 0, None, closed="left")] for name in ("noise", "tol")},
        "channels": [StrOptions(set(CHANNELS))],
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
        channels: str = "auto",
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
        self.channels = channels
        self.device = device
        self.random_state = random_state

    @ordinary_modes()
    def fit(self, X: Any, y: ArrayLike) -> SequenceJudge:
        """Train on labelled sequences.

        Parameters
        ----------
        X : array-like of n sequences
            (n, T), (n, T, D), (n, T, J, 2 or 3), (n, T, H, W), (n, T, H, W, C) or (n, T, C, H, W):
            uint8 in 0..255, or float in [0, 1] (images) or standardised (vectors). A NumPy array
            or memmap, a torch tensor, a list of arrays, whose lengths may differ, an array-like
            that is read by slices (of h5py, zarr or dask), a torch ``Dataset`` of sequences, or a
            path. What is not in memory is read in parts.
        y : array-like of shape (n,) or (n, n_tasks)
            Labels, of any type that sorts.

        Returns
        -------
        self : SequenceJudge
            The trained judge.

        Raises
        ------
        ValueError, TypeError
            If a parameter or `X` is not as described, `X` and `y` differ in number, a task has a
            single class, or labels are measured numbers, hardly one of which is there twice.
        FloatingPointError
            If the loss diverges. A judge that was trained before is then as it was.

        Notes
        -----
        Ctrl-C ends the fit after the running step and leaves a judge that can be used.
        """
        leave_lost_threads()
        self._validate_params()
        device = resolve_device(str(self.device))
        sequences, names = read(self, X, None, self.channels), feature_names_of(X)
        sequences.keep_on(device, room_for_data(device))
        classes, labels, several_tasks = encoded(y, len(sequences))
        n_tasks = len(classes)

        random_state = check_random_state(self.random_state)
        weights, order, noise = (drawn_seed(random_state) for _ in range(3))
        rng = torch.Generator().manual_seed(order)
        net = self._build(sequences.layout, classes, weights).to(device)
        batches = shuffled_batches(sequences, self.batch_size, device, rng, labels=labels)
        trainer = Trainer(
            net,
            CrossEntropy(n_tasks, self.noise),
            learning_rate=self.learning_rate,
            lr_schedule="cosine",
            # Zero an epoch after the last one, so that the last teaches something too.
            n_updates=len(batches) * (self.max_epochs + 1),
            clip_norm=None,
            seed=noise,
            graphs="auto",
        )

        def is_sure(training: TrainingRun) -> bool:
            return training.history[-1]["loss"] / n_tasks <= self.tol

        result = run(trainer, batches, max_epochs=self.max_epochs, on_epoch=is_sure)
        if result.diverged is not None:
            raise result.diverged
        settle_batch_norm(net, sequences, self.batch_size, device, rng)
        history = [record["loss"] / n_tasks for record in result.history]
        size = n_features_of(sequences)
        self._keep(net, Learned(sequences.layout, classes, history, several_tasks, size, names))
        if result.interrupted:
            warnings.warn(
                f"fit was interrupted after {self.n_epochs_} of {self.max_epochs} epochs: check "
                "the judge on held-out sequences before it is used",
                stacklevel=2,
            )
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64] | list[NDArray[np.float64]]:
        """Probability of each class for each sequence.

        Parameters
        ----------
        X : array-like of n sequences
            With frames like those of `fit`, of any lengths. An array (n, T) has the T of `fit`:
            hand in sequences of numbers that are longer or shorter as a list.

        Returns
        -------
        ndarray of shape (n, n_classes) or list of such
            A list, one item a task, where `y` was two-dimensional in `fit`.

        Raises
        ------
        ValueError
            If frames are shaped otherwise than in `fit`, a table has other columns, or values are
            too large to compute with.
        """
        check_is_fitted(self, "module_")
        leave_lost_threads()
        n_classes = [len(classes) for classes in self._task_classes()]
        found = [np.empty((0, k)) for k in n_classes]  # of an empty X
        if getattr(X, "shape", (1,))[:1] != (0,):
            sequences = read(self, X, self.layout_)
            found = probabilities(self.module_, sequences, n_classes, self.batch_size)
        return found if isinstance(self.classes_, list) else found[0]

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

    def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
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

        Raises
        ------
        ValueError
            If `y` or `sample_weight` does not fit `X`, or `y` is of another kind than in `fit`.
        """
        return share_right(self.predict(X), y, sample_weight)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trained judge to one file: weights and settings, nothing that can run.

        Parameters
        ----------
        path : path-like
            A safetensors file; written whole or not at all.

        Raises
        ------
        TypeError
            If labels are neither numbers nor strings.
        OSError
            If it cannot be written.
        """
        check_path(path, "path", to_write=True)
        check_is_fitted(self, "module_")
        classes = [c if c.dtype.kind in "buif" else c.tolist() for c in self._task_classes()]
        learned = {
            "classes": classes,
            "several_tasks": isinstance(self.classes_, list),
            "layout": self.layout_,
            "history": self.history_,
            "n_features": self.n_features_in_,
            "feature_names": [*getattr(self, "feature_names_in_", ())],
        }
        settings = {
            "estimator": type(self).__name__,
            "parameters": to_json(self.get_params() | {"device": "cpu"}, name="parameters"),
            "learned": to_json(learned, name="learned"),
        }
        save_file(path, self.module_.state_dict(), settings)

    @classmethod
    @ordinary_modes()
    def load(cls, path: str | os.PathLike[str]) -> SequenceJudge:
        """Read a judge that :meth:`save` wrote.

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
            If it is not such a file.
        """
        check_path(path, "path")
        weights, settings = load_file(path)
        if (found := settings.get("estimator", "no estimator")) != cls.__name__:
            raise ValueError(f"{os.fspath(path)!r} holds {found}, expected {cls.__name__}")
        with reading(path, "a judge"):
            judge = cls(**from_json(settings["parameters"]))
            judge._validate_params()
            learned = Learned.of(settings)
            check_shapes(lambda: {"": judge._build(learned.layout, learned.classes, 0)}, weights)
            net = judge._build(learned.layout, learned.classes, seed=0)
            load_weights(net, weights)
            judge._keep(net, learned)
            check_sound(judge)
        return judge

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = True
        return tags

    def _build(self, layout: Layout, classes: list[NDArray[Any]], seed: int) -> JudgeNet:
        n_classes = [len(labels) for labels in classes]
        with seeded(seed):
            return JudgeNet(layout.frame_shape, n_classes, self.n_channels, self.n_features)

    def _keep(self, net: JudgeNet, learned: Learned) -> None:
        """Set all that is learned, at once."""
        self.module_ = net.eval()
        self.layout_ = learned.layout
        self.frame_shape_ = learned.layout.array_frame_shape
        self.n_features_in_ = learned.n_features
        self.__dict__.pop("feature_names_in_", None)
        if learned.feature_names:
            self.feature_names_in_ = np.asarray(learned.feature_names, dtype=object)
        self.classes_: NDArray[Any] | list[NDArray[Any]] = (
            learned.classes if learned.several_tasks else learned.classes[0]
        )
        self.history_ = learned.history
        self.n_epochs_ = len(learned.history)

    def _task_classes(self) -> list[NDArray[Any]]:
        return self.classes_ if isinstance(self.classes_, list) else [self.classes_]
