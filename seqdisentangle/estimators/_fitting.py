"""``fit`` and ``partial_fit``: from what the user hands in to a trained model, phase by phase."""

from __future__ import annotations

import copy
import functools
import warnings
from contextlib import nullcontext
from typing import Any, TypeVar, cast

import numpy as np
import torch

from .._modes import ordinary_modes
from .._threading import leave_lost_threads
from ..callbacks import ProgressBar, resolve_callbacks
from ..callbacks.progress import say
from ..content_priors import StandardNormal
from ..data.batches import Batches
from ..data.passes import EvenPasses
from ..data.sequences import Sequences
from ..data.told import NOTHING, Told
from ..model import SequenceModel
from ..training.checkpoints import Checkpoint, Checkpoints, check_same
from ..training.devices import naming_batch_size, resolve_device, resolve_precision, room_for_data
from ..training.distributed import find_communicator, naming_lost
from ..training.finetuning import finetune
from ..training.loop import FitResult, run
from ..training.stopping import EarlyStopper
from ..training.threads import limited_threads, numbers_in_step
from ..training.trainer import Trainer
from ._base import level_of_user
from ._content_prior import content_prior_of, fit_content_prior
from ._files import FileEstimator, built_from
from ._judging import judge_fit
from ._params import Training
from ._sklearn import fit_context
from ._starting import (
    Beginning,
    Digest,
    Mode,
    about_training,
    check_built_alike,
    delay_epochs,
    fitted_beside,
    fresh_model,
    keep_learned,
    open_checkpoints,
    rows_apart,
    seeds_of,
    units_of,
)
from ._watching import Watch

__all__ = ["FittingEstimator"]

Self = TypeVar("Self", bound="FittingEstimator")


class FittingEstimator(FileEstimator):
    """An estimator whose model is trained step by step."""

    # Of the optimiser of the model.
    _betas: tuple[float, float] = (0.9, 0.999)

    @fit_context
    def fit(
        self: Self, X: Any, y: Any = None, *, lengths: Any = None, resume: bool = False
    ) -> Self:
        """Train the model, as :meth:`RecurrentWAE.fit` does.

        Parameters
        ----------
        X : array-like of n sequences
            As in :meth:`RecurrentWAE.fit`.
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
        resume : bool, default=False
            As in :meth:`RecurrentWAE.fit`.

        Returns
        -------
        object
            The estimator itself.

        Raises
        ------
        ValueError, TypeError, FloatingPointError
            As in :meth:`RecurrentWAE.fit`.
        """
        return self._fit(X, lengths=lengths, resume=resume)

    @fit_context
    def partial_fit(self: Self, X: Any, y: Any = None, *, lengths: Any = None) -> Self:
        """Train for one epoch on a part of the data, as :meth:`RecurrentWAE.partial_fit` does.

        Parameters
        ----------
        X : array-like of n sequences
            As in ``fit``.
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
            As in ``fit``.

        Returns
        -------
        object
            The estimator itself.
        """
        return self._partial_fit(X, lengths=lengths)

    def _fit(self: Self, X: Any, *, lengths: Any, resume: bool, told: Told = NOTHING) -> Self:
        leave_lost_threads()
        with ordinary_modes(), fitted_beside(self) as fitted:
            warm = self.warm_start and hasattr(fitted, "model_")
            result = Fit(fitted, Mode(continued=warm, resume=resume)).run(X, lengths, told)
        if result.diverged is not None:  # the epochs before are kept
            raise result.diverged
        return self

    def _partial_fit(self: Self, X: Any, *, lengths: Any, told: Told = NOTHING) -> Self:
        leave_lost_threads()
        with ordinary_modes(), fitted_beside(self) as fitted:
            mode = Mode(continued=hasattr(fitted, "model_"), partial=True)
            Fit(fitted, mode).run(X, lengths, told)
        return self

    # ---- for the phases of a fit, where an estimator has more to say ---------------------------

    def _check_told(self, told: Told, n: int) -> Told:
        """Facts that a user tells of n sequences, as integers."""
        return told

    def _note_labels(self, sequences: Sequences) -> None:
        """Take note of what a fitted model says of the sequences that it was fitted to."""

    def _in_words(self) -> str:
        """A line on what a training minimises beside its cost, "" where that is not chosen."""
        return ""


class Fit:
    """One call of ``fit`` or ``partial_fit``, phase by phase.

    Parameters
    ----------
    estimator : FittingEstimator
    mode : Mode
    """

    checkpoints: Checkpoints | None
    found: Checkpoint | None

    def __init__(self, estimator: FittingEstimator, mode: Mode) -> None:
        self.estimator = estimator
        self.mode = mode
        self.training = Training.of(estimator.training).filled(estimator._own_training)

    def run(self, X: Any, lengths: Any, told: Told) -> FitResult:
        """Go through the phases."""
        self.start()
        with (
            naming_lost(self.communicator),
            open_checkpoints(self.estimator, self.mode, self.communicator) as self.checkpoints,
        ):
            self.look_back()
            self.prepare(X, lengths, told)
            self.begin()
            self.build()
            n, n_steps = int(self.estimator._chosen("batch_size")), self.sequences.n_steps
            numbers = numbers_in_step(self.trainer.model.spec, n, n_steps)
            with naming_batch_size(n, self.device), limited_threads(self.training.threads, numbers):
                result = self.train()
                self.finetune(result)
                fit_content_prior(self, result)
                self.finish(result)
        return result

    def start(self) -> None:
        """Find where to train, and who watches."""
        estimator = self.estimator
        self.device = resolve_device(estimator.device)
        self.communicator = find_communicator(self.device)
        writes = self.communicator.rank == 0
        self.callbacks = resolve_callbacks(estimator.callbacks if writes else None)
        self.verbose = estimator.verbose if writes else 0

    def look_back(self) -> None:
        """Find what there is to go on from."""
        self.found = None
        if self.checkpoints is not None and self.mode.resume:
            self.found = self.checkpoints.newest()
        self.continued = self.mode.continued and self.found is None
        if self.continued:
            self.device = self.estimator.device_

    def prepare(self, X: Any, lengths: Any, told: Told) -> None:
        """Read and check the data: every value is seen once, on the way to its units."""
        estimator = self.estimator
        self.divergences = estimator._divergences()
        content_prior_of(estimator)  # raises before the training, not after it
        self.sequences = estimator._read(X, reset=not self.continued, lengths=lengths)
        self.told = estimator._check_told(told, len(self.sequences))
        self.digest = None if self.checkpoints is None else Digest()
        self.scaling = units_of(
            self.sequences, estimator, continued=self.continued, digest=self.digest
        )
        # A model that is trained on keeps those that it was built and begun with.
        before = estimator.choices_ if self.continued else {}
        estimator.choices_ = estimator._choose(self.sequences, self.scaling, before, self.told)
        self.whole_epochs = int(estimator._chosen("max_epochs"))
        self.max_epochs = 1 if self.mode.partial else self.whole_epochs
        self.sequences.keep_on(self.device, room_for_data(self.device))

    def begin(self) -> None:
        """Settle what the training begins with: seeds, and all that an earlier one has left."""
        estimator = self.estimator
        seeds = self.communicator.broadcast(seeds_of(estimator.random_state))
        past = estimator.history_ if self.continued else []
        dtype = estimator.dtype_ if self.continued else self.sequences.dtype
        beginning = Beginning(seeds, past, self.scaling, dtype)
        if self.checkpoints is not None and self.digest is not None:
            digest = self.digest.ended(self.sequences.lengths)
            beginning = beginning._replace(digest=digest)
            about = about_training(
                estimator, self.sequences, self.told, self.device, self.communicator.size
            )
            if self.found is not None:
                with self.checkpoints.restoring():
                    check_same(self.found.about["training"], about, self.checkpoints.folder)
                    beginning = self.found.about["beginning"].resumed(beginning)
            self.checkpoints.about = {"training": about, "beginning": beginning}
        self.past, self.scaling, self.dtype = beginning.past, beginning.scaling, beginning.dtype
        # A call of partial_fit goes on with new noise, not with that of the call before.
        self.seeds = {name: (s + len(self.past)) % 2**63 for name, s in beginning.seeds.items()}

    def build(self) -> None:
        """Build the model or take the one that is there, and all that trains it."""
        estimator = self.estimator
        spec = estimator._spec(self.sequences.layout, self.scaling, self.divergences)
        if self.continued:
            check_built_alike(spec, estimator.model_.spec)
            # Not the one that others use meanwhile, which may compute in float64.
            model = copy.deepcopy(estimator.model_).float()
        else:
            model = fresh_model(self, spec).to(self.device)
        estimator._build_divergences(self.divergences, spec, self.seeds["critics"])
        if self.continued:
            keep_learned(self.divergences, estimator.divergences_)
        objective = estimator._objective(
            self.divergences, self.sequences, self.communicator, self.scaling.bounded
        )
        objective.to(self.device)
        self.batches, self.validation = self._batches()
        n_batches, constant = len(self.batches), self.mode.partial
        self.trainer = Trainer(
            model,
            objective,
            learning_rate=estimator.learning_rate,
            lr_schedule="constant" if constant else self.training.lr_schedule,
            n_updates=n_batches * self.max_epochs,
            warmup_updates=0 if constant else self._lr_warmup_updates(n_batches),
            clip_norm=cast(Any, self.training.clip_norm),  # filled in
            seed=self.seeds["noise"] + self.communicator.rank,
            ema=self.training.ema,
            precision=resolve_precision(
                self.training.precision, self.device, objective.movement_weight
            ),
            betas=estimator._betas,
            keep_memory=self.training.keep_memory,
            graphs=self.training.cuda_graphs,
        )
        if self.mode.partial and self.continued and hasattr(estimator, "_optimizer_state"):
            self.trainer.load_optimizer_state(estimator._optimizer_state)
        self._hand_over(self.trainer.result)

    def train(self) -> FitResult:
        """Train the model, with all who watch."""
        estimator, trainer = self.estimator, self.trainer
        rule = None if self.validation is None else estimator._early_stopping()
        stopping = None if rule is None else EarlyStopper(rule.patience, rule.tol)
        name = type(estimator).__name__
        if self.verbose and (line := estimator._in_words()):
            say(f"{name}: {line}")
        with (
            nullcontext() if self.checkpoints is None else self.checkpoints.put_off_end(),
            ProgressBar(self.max_epochs, len(self.batches), self.verbose, name) as bar,
            self.communicator.synchronised(trainer.model),
        ):
            watch = Watch(
                estimator, self.past, bar, self.callbacks, self.checkpoints, self.communicator
            )
            result = run(
                trainer,
                self.batches,
                max_epochs=self.max_epochs,
                delay_epochs=delay_epochs(estimator, len(self.past), partial=self.mode.partial),
                progress=self._progress,
                validation=self.validation,
                stopping=stopping,
                on_begin=watch.on_begin,
                on_step=bar.on_step,
                on_epoch=watch.on_epoch,
                checkpoints=self.checkpoints,
                state=None if self.found is None else self.found.state,
            )
        watch.count(result.history, result.best_epoch)
        return result

    def finetune(self, result: FitResult) -> None:
        """Fit prior and generator to the codes that the data has now."""
        n_epochs = round(self._epochs(self.training.finetune_epochs))
        if n_epochs == 0 or self.mode.partial or result.cut_short:
            return
        with ProgressBar(n_epochs, len(self.batches), self.verbose, "fine-tuning") as bar:
            last = finetune(
                self.trainer,
                self.batches,
                learning_rate=self.estimator.learning_rate,
                n_epochs=n_epochs,
                seed=self.seeds["codes"] + self.communicator.rank,
                on_step=bar.on_step,
                on_epoch=bar.on_epoch,
            )
        result.interrupted, result.diverged = last.interrupted, last.diverged

    def finish(self, result: FitResult) -> None:
        """Leave an estimator that is ready for use."""
        estimator, divergences = self.estimator, self.divergences
        estimator.divergences_ = type(divergences)(*(part.cpu() for part in divergences))
        for name in ("_optimizer_state", "_verdict", "labels_"):
            estimator.__dict__.pop(name, None)
        if self.mode.partial:
            estimator._optimizer_state = self.trainer.optimizer_state()
        else:
            estimator._note_labels(self.sequences)
        self.callbacks.on_fit_end(estimator)
        if not (self.mode.partial or result.cut_short) and self.communicator.rank == 0:
            n_updates = len(self.batches) * len(result.history)
            groups = self.told.groups
            judge_fit(estimator, self.sequences, n_updates, groups=groups, verbose=self.verbose)
        if result.interrupted:
            warnings.warn(
                f"fit was interrupted after {len(result.history)} of {self.max_epochs} epochs: the "
                "model holds what it has learned so far and can be used",
                stacklevel=level_of_user(),
            )

    # ---- within the phases ---------------------------------------------------------------------

    def _batches(self) -> tuple[Batches, Batches | None]:
        """The batches to train on and, with early stopping, those kept apart."""
        estimator = self.estimator
        rule = None if self.mode.partial else estimator._early_stopping()
        rows, apart = rows_apart(len(self.sequences), rule, self.seeds["validation"])
        batches = functools.partial(
            Batches,
            self.sequences,
            self.scaling,
            device=self.device,
            shard=self.communicator.shard,
            labels=self.told.actions,
            groups=self.told.groups,
        )
        shuffle = torch.Generator().manual_seed(self.seeds["order"])
        size = int(estimator._chosen("batch_size"))
        passes = functools.partial(EvenPasses, self.sequences, size, groups=self.told.groups)
        self.rows = rows
        train = batches(passes(rows=rows, rng=shuffle))
        return train, batches(passes(rows=apart)) if len(apart) else None

    def _hand_over(self, model: SequenceModel) -> None:
        """Give the estimator what it needs for use by those who watch."""
        estimator, layout = self.estimator, self.sequences.layout
        estimator.model_ = model.eval()
        if not self.continued:
            estimator.content_prior_ = StandardNormal(model.spec.content_size)
        estimator._built_from = built_from(estimator)
        estimator.divergences_ = self.divergences
        estimator.device_ = self.device
        estimator.scaling_ = self.scaling
        estimator.layout_ = layout
        estimator.frame_shape_ = layout.array_frame_shape
        estimator.dtype_ = self.dtype
        estimator.n_steps_ = self.sequences.n_steps

    def _progress(self, epoch: int) -> float:
        """The share of a training of ``max_epochs`` that is done in the middle of an epoch."""
        return min((len(self.past) + epoch - 0.5) / self.whole_epochs, 1.0)

    def _lr_warmup_updates(self, n_batches: int) -> int:
        """Steps of the optimiser in which the learning rate rises."""
        return round(min(self._epochs(self.training.lr_warmup), self.max_epochs) * n_batches)

    def _epochs(self, number: Any) -> float:
        """The epochs that an int counts, or a float is a share of."""
        whole = isinstance(number, int | np.integer)
        return float(number) if whole else float(number * self.whole_epochs)
