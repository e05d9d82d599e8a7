"""Fitting: from what the user hands in to a trained model, for every estimator."""

from __future__ import annotations

import functools
import math
import warnings
from os import PathLike
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import _fit_context

from .._threading import leave_lost_threads
from ..callbacks import ProgressBar, resolve_callbacks
from ..data import Batches, Layout, Scaling, Sequences, fit_scaling
from ..model import ModelSpec, SequenceModel, build_model
from ..objectives import Communicator, Objective
from ..training import (
    Checkpoints,
    FitResult,
    Stopping,
    Trainer,
    Training,
    check_same,
    compiled,
    find_communicator,
    finetune,
    resolve_device,
    resolve_precision,
    room_for_data,
    run,
)
from ._base import fresh_random_state
from ._continuing import Beginning, check_same_sizes, keep_learned, unchanged_on_error
from ._files import about_training, load_estimator, save_estimator
from ._sampling import SamplingEstimator

__all__ = ["TrainedEstimator"]

Self = TypeVar("Self", bound="TrainedEstimator")


class TrainedEstimator(SamplingEstimator):
    """An estimator whose model is trained step by step: ``fit``, ``partial_fit``, files.

    A subclass has the parameters of training, and says by the methods below what is trained: which
    model, which divergences, which objective.
    """

    divergences_: Any
    history_: list[dict[str, float]]
    n_epochs_: int
    best_epoch_: int

    # Of the optimisers, between calls of partial_fit.
    _moments: list[dict[int, dict[str, torch.Tensor]]]
    # What is averaged, and over how many steps, between calls of partial_fit.
    _averaging: tuple[dict[str, torch.Tensor], torch.Tensor]
    # Of the optimiser of the model.
    _betas: ClassVar[tuple[float, float]] = (0.9, 0.999)

    # ---- what a subclass says ------------------------------------------------------------------

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> ModelSpec:
        """What the model is built from."""
        raise NotImplementedError

    def _divergences(self) -> Any:
        """What is trained against the model or measures its codes: a named tuple of modules."""
        raise NotImplementedError

    def _build_divergences(self, divergences: Any, spec: ModelSpec, seed: int) -> None:
        """Make the parameters of the divergences of such a model."""
        raise NotImplementedError

    def _objective(
        self, divergences: Any, sequences: Sequences, communicator: Communicator, images: bool
    ) -> Objective:
        """What is minimised."""
        raise NotImplementedError

    def _labels(self, y: Any, n: int) -> NDArray[np.int64] | None:
        """What is known of n sequences, checked; None if nothing is asked."""
        return None

    def _say_labels(self, sequences: Sequences) -> None:
        """Take note of what a fitted model says of the sequences that it was fitted to."""

    # ---- fitting -------------------------------------------------------------------------------

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]  # sklearn has no types
    def fit(
        self: Self, X: Any, y: Any = None, *, lengths: Any = None, resume: bool = False
    ) -> Self:
        """Learn the codes of sequences.

        Parameters
        ----------
        X : array-like of n sequences
            (n, T) numbers, (n, T, D) features, (n, T, H, W) grey images, or (n, T, H, W, C) or
            (n, T, C, H, W) images of 1 to 4 channels, 8-bit or float: a NumPy array or memmap, a
            torch tensor, a list of arrays, whose lengths may differ, an array-like that is read by
            slices (of h5py, zarr or dask), a torch ``Dataset`` of sequences, or a path:
            ``"file.h5:/key"``, ``"file.npy"`` or a folder of ``.npy`` files. What is not in memory
            is read in parts, in the background.
        y : array of int and shape (n,), optional
            With ``n_actions``: the actions of some sequences, from 0 to ``n_actions - 1``, and -1
            where they are not known. They are then learned, and the others from them. Without, it
            is not used.
        lengths : array of int and shape (n,), optional
            Steps of each sequence of an array that count, the rest being padding.
        resume : bool, default=False
            Whether to go on from the newest readable file in ``checkpoint``, if there is one, and
            end with the weights of a training that was never cut short: bit for bit on a CPU.

        Returns
        -------
        object
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data is not as described, or not as it was when the training to
            resume began. A model that was fitted before is then as it was.
        FloatingPointError
            If the loss diverges. The estimator then has the weights of the last epoch before, if
            there is one, and else is as it was.

        Notes
        -----
        Ctrl-C ends the fit after the running step and leaves a model that can be used.
        """
        leave_lost_threads()
        with unchanged_on_error(self):
            continued = self.warm_start and hasattr(self, "model_")
            result = self._fit(X, y, lengths, continued=continued, resume=resume)
        if result.diverged is not None:  # the epochs before are kept
            raise result.diverged
        return self

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]  # sklearn has no types
    def partial_fit(self: Self, X: Any, y: Any = None, *, lengths: Any = None) -> Self:
        """Train for one epoch on a part of the data, at a constant step size.

        The first part decides the units (``scale``); an int ``content_delay`` counts calls, a
        float has no ``max_epochs`` to be a share of and means none. A pair for
        ``independence_weight`` is gone through in ``max_epochs`` calls. No checkpoints are written.

        Parameters
        ----------
        X : array-like of n sequences
            As in ``fit``.
        y : array of int and shape (n,), optional
            As in ``fit``.
        lengths : array of int and shape (n,), optional
            As in ``fit``.

        Returns
        -------
        object
            The estimator itself.
        """
        leave_lost_threads()
        with unchanged_on_error(self):
            self._fit(X, y, lengths, continued=hasattr(self, "model_"), partial=True)
        return self

    def _fit(
        self,
        X: Any,
        y: Any,
        lengths: Any,
        *,
        continued: bool,
        partial: bool = False,
        resume: bool = False,
    ) -> FitResult:
        device = resolve_device(self.device)
        communicator = find_communicator(device)
        callbacks = resolve_callbacks(self.callbacks if communicator.rank == 0 else None)
        checkpoints = None if partial else self._checkpoints(resume, communicator)
        found = checkpoints.newest() if checkpoints is not None and resume else None
        continued = continued and found is None
        device = self.device_ if continued else device
        divergences = self._divergences()
        sequences = self._read(X, reset=not continued, lengths=lengths)
        labels = self._labels(y, len(sequences))
        scaling = self._scale(sequences, continued=continued)
        sequences.keep_on(device, room_for_data(device))
        dtype = self.dtype_ if continued else sequences.dtype
        seeds = communicator.broadcast(self._seeds())
        beginning = Beginning(seeds, self.history_ if continued else [], scaling, dtype)
        if checkpoints is not None:
            about = about_training(self, sequences, labels, device) | {
                "processes": communicator.size
            }
            if found is not None:
                check_same(found.about["training"], about, checkpoints.folder)
                beginning = Beginning.from_config(found.about["beginning"])
                beginning.check_units(scaling)
            checkpoints.about = {"training": about, "beginning": beginning.to_config()}
        seeds, past, scaling, dtype = beginning
        spec = self._spec(sequences.layout, scaling, divergences)
        if continued:
            check_same_sizes(spec, self.model_.spec)
            model = self.model_
        else:
            model = build_model(spec, seeds["weights"]).to(device)
        # A call of partial_fit goes on with new noise, not with that of the call before.
        seeds = {name: (seed + len(past)) % 2**63 for name, seed in seeds.items()}
        self._build_divergences(divergences, spec, seeds["critics"])
        if continued:
            keep_learned(divergences, self.divergences_)
        objective = self._objective(divergences, sequences, communicator, scaling.bounded)
        objective.to(device)
        train, validation = self._batches(
            sequences, labels, scaling, device, seeds, partial, communicator
        )
        max_epochs = 1 if partial else self.max_epochs
        trainer = self._trainer(
            model, objective, len(train), seeds["noise"] + communicator.rank, device, partial
        )
        if partial and continued:
            self._take_up(trainer)
        self.model_ = trainer.result.eval()
        self.divergences_ = divergences
        self.device_ = device
        self.scaling_ = scaling
        self.layout_ = sequences.layout
        self.frame_shape_ = sequences.layout.array_frame_shape
        self.dtype_ = dtype
        self.n_steps_ = sequences.n_steps

        def count_epochs(history: list[dict[str, float]], best_epoch: int) -> None:
            self.history_ = [*past, *({**r, "epoch": r["epoch"] + len(past)} for r in history)]
            self.n_epochs_ = len(self.history_)
            self.best_epoch_ = len(past) + best_epoch

        def on_begin(training: Training) -> None:
            count_epochs(training.history, training.best_epoch)
            callbacks.on_fit_begin(self)

        def on_epoch(training: Training) -> bool:
            count_epochs(training.history, training.best_epoch)
            bar.on_epoch(training)
            if checkpoints is not None and training.best_epoch == len(training.history):
                checkpoints.save_best(self.save)
            return communicator.broadcast(callbacks.on_epoch_end(self, self.history_[-1]))

        verbose, name = self.verbose if communicator.rank == 0 else 0, type(self).__name__
        with (
            ProgressBar(max_epochs, len(train), verbose, name) as bar,
            communicator.synchronised(model),
            compiled(model, device, on=self.compile),
        ):
            result = run(
                trainer,
                train,
                max_epochs=max_epochs,
                delay_epochs=self._warmup_epochs(len(past), partial),
                progress=lambda epoch: self._progress(len(past) + epoch),
                validation=validation,
                stopping=Stopping(self.n_iter_no_change, self.tol) if validation else None,
                on_begin=on_begin,
                on_step=bar.on_step,
                on_epoch=on_epoch,
                checkpoints=checkpoints,
                state=None if found is None else found.state,
            )
        count_epochs(result.history, result.best_epoch)
        n_epochs = round(self._epochs(self.finetune_epochs))
        if n_epochs > 0 and not (partial or result.cut_short):
            with ProgressBar(n_epochs, len(train), verbose, "generative model") as bar:
                last = finetune(
                    trainer,
                    train,
                    learning_rate=self.learning_rate,
                    n_epochs=n_epochs,
                    seed=seeds["codes"] + communicator.rank,
                    on_step=bar.on_step,
                    on_epoch=bar.on_epoch,
                )
            result.interrupted, result.diverged = last.interrupted, last.diverged
            if checkpoints is not None:
                checkpoints.save_best(self.save)
        self.divergences_ = type(divergences)(*(divergence.cpu() for divergence in divergences))
        for name in ("_moments", "_averaging", "labels_"):
            self.__dict__.pop(name, None)
        if partial:
            self._lay_down(trainer)
        else:
            self._say_labels(sequences)
        callbacks.on_fit_end(self)
        if result.interrupted:
            warnings.warn(
                f"fit was interrupted after {len(result.history)} of {max_epochs} epochs: the "
                "model holds what it has learned so far and can be used",
                stacklevel=4,
            )
        return result

    def _trainer(
        self,
        model: SequenceModel,
        objective: Objective,
        n_batches: int,
        seed: int,
        device: torch.device,
        partial: bool,
    ) -> Trainer:
        """What moves the model, over one epoch of so many batches or over all of them."""
        return Trainer(
            model,
            objective,
            learning_rate=self.learning_rate,
            lr_schedule="constant" if partial else self.lr_schedule,
            n_steps=n_batches * (1 if partial else self.max_epochs),
            warmup_steps=0 if partial else self._lr_warmup_steps(n_batches),
            clip_norm=self.clip_norm,
            seed=seed,
            ema=self.ema,
            precision=resolve_precision(self.precision, device),
            betas=self._betas,
        )

    def _take_up(self, trainer: Trainer) -> None:
        """Go on with what the call of ``partial_fit`` before has left."""
        if hasattr(self, "_moments"):
            trainer.load_moments(self._moments)
            if self.ema is not None and hasattr(self, "_averaging"):
                trainer.load_averaging(*self._averaging)

    def _lay_down(self, trainer: Trainer) -> None:
        """Keep what the next call of ``partial_fit`` needs."""
        self._moments = trainer.moments()
        if self.ema is not None:
            self._averaging = trainer.averaging()

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted model to one file: weights and settings, nothing that can run.

        Parameters
        ----------
        path : path
            A safetensors file; written whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        NotFittedError
            If called before ``fit``.
        """
        save_estimator(self, path)

    @classmethod
    def load(cls: type[Self], path: str | PathLike[str], **params: Any) -> Self:
        """Read a model that :meth:`save` wrote.

        Parameters
        ----------
        path : path
        **params
            Parameters to set in place of those in the file: a ``device``, or the functions and
            modules of the user's own, which a safe file cannot hold.

        Raises
        ------
        ValueError
            If it is not such a file, or a parameter of the user's own is missing.
        """
        return load_estimator(cls, path, params)

    def _checkpoints(self, resume: bool, communicator: Communicator) -> Checkpoints | None:
        """The folder of checkpoints, which a new training must find empty."""
        if self.checkpoint is None:
            if resume:
                raise ValueError("resume=True needs a folder to resume from, got checkpoint=None")
            return None
        checkpoints = Checkpoints(self.checkpoint, communicator)
        if not resume:
            checkpoints.refuse_others()
        return checkpoints

    def _scale(self, sequences: Sequences, *, continued: bool) -> Scaling:
        """The units of the data; every value is read and checked on the way."""
        layout = sequences.layout
        found = fit_scaling(
            self.scaling_.kind if continued else self.scale,
            sequences.chunks(),
            image=layout.kind == "image",
            dtype=sequences.dtype,
            feature_axis=layout.feature_axis,
            n_features=layout.frame_shape[0],
        )
        return self.scaling_ if continued else found

    def _seeds(self) -> dict[str, int]:
        random = fresh_random_state(self.random_state)
        names = ("weights", "order", "noise", "validation", "critics", "codes")
        return dict(zip(names, random.randint(2**31 - 1, size=len(names)).tolist(), strict=True))

    def _warmup_epochs(self, n_past: int, partial: bool) -> int:
        if isinstance(self.content_delay, int | np.integer):
            return max(int(self.content_delay) - n_past, 0)
        return 0 if partial or n_past else round(self.content_delay * self.max_epochs)

    def _progress(self, epoch: int) -> float:
        """The share of a training of ``max_epochs`` that is done in the middle of an epoch."""
        return min((epoch - 0.5) / self.max_epochs, 1.0)

    def _lr_warmup_steps(self, n_batches: int) -> int:
        return round(min(self._epochs(self.lr_warmup), self.max_epochs) * n_batches)

    def _epochs(self, number: float) -> float:
        """How many epochs an int counts, or a float is a share of."""
        whole = isinstance(number, int | np.integer)
        return number if whole else number * self.max_epochs

    def _batches(
        self,
        sequences: Sequences,
        labels: np.ndarray | None,
        scaling: Scaling,
        device: torch.device,
        seeds: dict[str, int],
        partial: bool,
        communicator: Communicator,
    ) -> tuple[Batches, Batches | None]:
        n = len(sequences)
        order = np.random.RandomState(seeds["validation"]).permutation(n)
        n_validation = math.ceil(self.validation_fraction * n)
        if partial or not self.early_stopping:
            n_validation = 0
        elif n_validation >= n:
            raise ValueError(
                f"early_stopping keeps {n_validation} of {n} sequences apart and leaves none to "
                "train on: fewer with a smaller validation_fraction, or more sequences"
            )
        batches = functools.partial(
            Batches,
            sequences,
            scaling,
            batch_size=self.batch_size,
            device=device,
            shard=communicator.shard,
            labels=labels,
        )
        shuffle = torch.Generator().manual_seed(seeds["order"])
        train = batches(rows=np.sort(order[n_validation:]), generator=shuffle)
        return train, batches(rows=np.sort(order[:n_validation])) if n_validation else None
