"""Readers of what the package writes: models, judges and checkpoints."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE, Training
from seqdisentangle.callbacks import Callback
from seqdisentangle.estimators._base import SequenceEstimator
from seqdisentangle.metrics import SequenceJudge
from seqdisentangle.networks import Conv
from seqdisentangle.persistence import load_file

from .base import NotWholeError, Reader, told, vectors
from .mutations import BYTES, HEADERS, SEALED
from .sealed import made_reproducible

SMALL: dict[str, Any] = {
    "content_size": 3,
    "motion_size": 2,
    "hidden_size": 8,
    "device": "cpu",
    "random_state": 0,
}

# Of what was read, beyond which it is not used: it may take long, or exceed float32.
MOST_STEPS = 1000
HUGE = 1e18
TINY = 1e-9  # of a scale, beside which the values that are tried would be refused
MODULES = ("model_", "divergences_")


def videos() -> np.ndarray:
    rng = np.random.RandomState(0)
    return rng.randint(0, 256, (6, 4, 8, 8, 3)).astype(np.uint8)


def check_types(model: SequenceEstimator) -> None:
    """Raise a NotWholeError if what was learned is of other types than ``fit`` leaves it in."""
    layout, scaling = model.layout_, model.scaling_
    right = {
        "n_steps_": isinstance(model.n_steps_, int) and model.n_steps_ > 0,
        "n_features_in_": isinstance(model.n_features_in_, int) and model.n_features_in_ > 0,
        "n_epochs_": isinstance(model.n_epochs_, int) and model.n_epochs_ >= 0,
        "best_epoch_": isinstance(model.best_epoch_, int) and model.best_epoch_ >= 0,
        "history_": all(
            isinstance(record, dict) and all(isinstance(v, int | float) for v in record.values())
            for record in model.history_
        ),
        "dtype_": model.dtype_.kind in "buif" and isinstance(model.dtype_, np.dtype),
        "layout_": layout.kind in ("univariate", "vector", "image")
        and isinstance(layout.frame_shape, tuple)
        and all(isinstance(side, int) and side > 0 for side in layout.frame_shape),
        "scaling_": scaling.kind in ("unit", "standard", "none")
        and all(isinstance(m, int | float) for m in scaling.mean)
        and all(isinstance(s, int | float) and 0 < s < np.inf for s in scaling.std),
        "choices_": all(isinstance(choice.reason, str) for choice in model.choices_.values()),
    }
    if not all(right.values()):
        raise NotWholeError(f"of the wrong type: {[name for name in right if not right[name]]}")


def told_model(model: SequenceEstimator, folder: Path) -> str:
    """Use a model in all that needs no training, and say what it gives."""
    check_types(model)
    weights = [*model.model_.state_dict().values()]
    critics = [v for part in model.divergences_ for v in part.state_dict().values()]
    if model.n_steps_ > MOST_STEPS or any(w.abs().max() > HUGE for w in weights if w.numel()):
        return "a model of more steps than are tried, or of huge weights"
    if any(std < TINY for std in model.scaling_.std) or any(
        abs(mean) > 1 / TINY for mean in model.scaling_.mean
    ):
        return "a model of other units than are tried"
    names = [n for n in sorted(vars(model)) if n.endswith("_") and n not in MODULES]
    learned = [getattr(model, name) for name in names]
    made = [model.sample(1, random_state=0)]
    if hasattr(model, "reconstruct"):
        values = np.random.RandomState(0).uniform(0, 1, (2, model.n_steps_, *model.frame_shape_))
        X = values.astype(model.dtype_)
        made += [model.transform(X), model.reconstruct(X), model.score(X)]
    if not all(np.isfinite(np.asarray(value)).all() for value in made):
        raise NotWholeError("codes or frames that are not finite")
    model.save(folder / "again")
    again = type(model).load(folder / "again")
    if repr(again.get_params(deep=False)) != repr(model.get_params(deep=False)):
        raise NotWholeError("it is saved as something else")
    parameters = repr(sorted(model.get_params(deep=False).items()))
    return told(parameters, repr(learned), weights, critics, [np.asarray(v) for v in made])


class ModelReader(Reader):
    """``load`` of an estimator."""

    kinds = BYTES | HEADERS | SEALED
    sealed = True
    fitted: ClassVar[Callable[[], SequenceEstimator]]

    def make(self, folder: Path) -> None:
        type(self).fitted().save(folder / self.file)
        made_reproducible(folder / self.file)

    def read(self, folder: Path) -> str:
        cls = type(self).cls
        return told_model(cls.load(folder / self.file), folder)


class VectorModel(ModelReader):
    name = "RecurrentWAE.load"
    cls = RecurrentWAE

    @staticmethod
    def fitted() -> SequenceEstimator:
        model = RecurrentWAE(max_epochs=2, early_stopping=True, training=Training(ema=0.9), **SMALL)
        return model.fit(vectors())


class ImageModel(ModelReader):
    name = "RecurrentWAE.load, images and actions"
    cls = RecurrentWAE

    @staticmethod
    def fitted() -> SequenceEstimator:
        model = RecurrentWAE(
            reg="gan",
            n_actions=2,
            max_epochs=1,
            network=Conv(width=2, palette=0),
            content_view=["shuffle", "mirror"],
            **SMALL,
        )
        return model.fit(videos())


class BaselineModel(ModelReader):
    name = "DSVAE.load"
    cls = DSVAE

    @staticmethod
    def fitted() -> SequenceEstimator:
        model = DSVAE(max_epochs=1, **SMALL)
        return model.fit(vectors()[..., 0])


class AdversarialModel(ModelReader):
    name = "MoCoGAN.load"
    cls = MoCoGAN

    @staticmethod
    def fitted() -> SequenceEstimator:
        model = MoCoGAN(max_epochs=1, **SMALL)
        return model.fit(vectors())


class Judge(Reader):
    name = "SequenceJudge.load"
    kinds = BYTES | HEADERS | SEALED
    sealed = True

    def make(self, folder: Path) -> None:
        y = np.array([["a", "x"], ["b", "y"]] * 3)
        judge = SequenceJudge(n_channels=2, n_features=4, max_epochs=1, random_state=0)
        judge.fit(videos(), y).save(folder / self.file)
        made_reproducible(folder / self.file)

    def read(self, folder: Path) -> str:
        judge = SequenceJudge.load(folder / self.file)
        X = np.zeros((2, 4, *judge.frame_shape_), np.uint8)
        made = judge.predict_proba(X), judge.predict(X)
        if not isinstance(judge.n_epochs_, int) or not all(
            isinstance(value, float) for value in judge.history_
        ):
            raise NotWholeError("of the wrong type: history_")
        if not all(np.isfinite(p).all() for p in made[0]):
            raise NotWholeError("probabilities that are not finite")
        judge.save(folder / "again")
        parameters = repr(sorted(judge.get_params().items()))
        return told(parameters, [*judge.module_.state_dict().values()], repr(judge.classes_), *made)


class Settings(Reader):
    name = "persistence.load_file"
    kinds = BYTES | HEADERS | SEALED
    sealed = True

    def make(self, folder: Path) -> None:
        VectorModel().make(folder)

    def read(self, folder: Path) -> str:
        tensors, settings = load_file(folder / self.file)
        return told(sorted(tensors), [tensors[name] for name in sorted(tensors)], repr(settings))


class UntilThird(Callback):
    """Ends a training in its third epoch, as a kill does."""

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> bool | None:
        if record["epoch"] == 3:
            raise KeyboardInterrupt
        return None


class Resumed(Reader):
    """A training that goes on from the newest of two checkpoints, which is mutated.

    Where that one is passed over, with a warning that names it, the end is the same.
    """

    name = "fit(resume=True)"
    file = "run/epoch-00002-batch-0000000.safetensors"
    kinds = BYTES | HEADERS | SEALED
    sealed = True

    @staticmethod
    def model(folder: Path, callbacks: Any = None) -> RecurrentWAE:
        return RecurrentWAE(
            reg="mmd",
            max_epochs=3,
            batch_size=8,  # one step an epoch: a reading takes as long as a training
            content_prior="normal",
            checkpoint=folder / "run",
            callbacks=callbacks,
            training=Training(finetune_epochs=0),
            **SMALL,
        )

    def make(self, folder: Path) -> None:
        self.model(folder, UntilThird()).fit(vectors())
        for path in (folder / "run").glob("epoch-*"):
            made_reproducible(path)

    def read(self, folder: Path) -> str:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                model = self.model(folder).fit(vectors(), resume=True)
            except FloatingPointError:  # a training like any other, from absurd weights
                return "diverged"
        passed_over = [str(w.message) for w in caught if "is passed over" in str(w.message)]
        if any(str(folder / self.file) not in message for message in passed_over):
            raise NotWholeError(f"the checkpoint is not named: {passed_over}")
        check_types(model)
        return told([*model.model_.state_dict().values()])
