"""Callbacks and loggers: told in time, of a model that can be used, and able to end a training."""

import sys
import types

import numpy as np
import pytest

from seqdisentangle import RecurrentWAE
from seqdisentangle.callbacks import Callback, CSVLogger, MLflowLogger, TensorBoardLogger

LEARNED = {"model_", "divergences_", "history_", "n_epochs_", "best_epoch_", "frame_shape_"}


class Log(Callback):
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def on_fit_begin(self, estimator):
        self.told.append("begin")

    def on_epoch_end(self, estimator, record):
        self.told.append(record)

    def on_fit_end(self, estimator):
        self.told.append("end")


def test_callbacks_are_told_of_the_beginning_of_every_epoch_and_of_the_end(vectors, small):
    log = Log()
    model = small(callbacks=log).fit(vectors)
    assert log.told == ["begin", *model.history_, "end"]
    model.partial_fit(vectors)
    assert log.told[4:] == ["begin", model.history_[-1], "end"]
    assert log.told[5]["epoch"] == 3


def test_there_may_be_many_and_each_with_some_methods_only(vectors, small):
    told = []

    class Begin:
        def on_fit_begin(self, estimator):
            told.append("begin")

    class End:
        def on_fit_end(self, estimator):
            told.append("end")

    small(callbacks=[End(), Begin(), Callback()]).fit(vectors)
    small(callbacks=(Begin(),)).fit(vectors)
    small(callbacks=[]).fit(vectors)
    assert told == ["begin", "end", "begin"]


@pytest.mark.parametrize("ema", [None, 0.5])
@pytest.mark.parametrize("fixture", ["vectors", "videos"])
def test_the_estimator_can_be_used_and_watching_changes_nothing(
    ema, fixture, request, small, tmp_path, weights, same_weights
):
    X = request.getfixturevalue(fixture)
    codes, steps = [], []

    class Use(Callback):
        def on_fit_begin(self, estimator):
            assert estimator.sample(2).shape[0] == 2
            assert estimator.history_ == []

        def on_epoch_end(self, estimator, record):
            assert set(vars(estimator)) >= LEARNED
            assert not estimator.model_.training
            assert estimator.n_epochs_ == record["epoch"] == len(estimator.history_)
            codes.append(estimator.transform(X))
            estimator.swap(X[:2], X[2:4])
            estimator.extend(X, 2)
            path = tmp_path / "model"
            estimator.save(path)
            loaded = RecurrentWAE.load(path)
            assert np.array_equal(loaded.transform(X).content, codes[-1].content)
            record.clear()  # a copy of its own

        def on_fit_end(self, estimator):
            steps.append(weights(estimator))

    model = small(callbacks=Use(), training__ema=ema).fit(X)
    assert same_weights(weights(model), weights(small(training__ema=ema).fit(X)))
    assert same_weights(weights(model), steps[0])
    assert not np.array_equal(codes[0].motion, codes[1].motion)
    assert np.array_equal(codes[1].motion, model.transform(X).motion)


@pytest.mark.parametrize("answer", [True, np.True_])
def test_true_ends_the_training(answer, vectors, small, tmp_path):
    class Enough(Callback):
        def on_epoch_end(self, estimator, record):
            return answer if record["epoch"] == 2 else not answer

    log = Log()
    model = small(max_epochs=5, callbacks=[Enough(), log], checkpoint=tmp_path).fit(vectors)
    assert model.n_epochs_ == model.best_epoch_ == 2
    assert log.told[-1] == "end"
    assert small(max_epochs=5, checkpoint=tmp_path).fit(vectors, resume=True).n_epochs_ == 2


@pytest.mark.parametrize("answer", [None, 1, "stop", [0]])
def test_nothing_else_does(answer, vectors, small):
    class Answer(Callback):
        def on_epoch_end(self, estimator, record):
            return answer

    assert small(callbacks=Answer()).fit(vectors).n_epochs_ == 2


@pytest.mark.parametrize("method", ["on_fit_begin", "on_epoch_end", "on_fit_end"])
@pytest.mark.parametrize("verb", ["fit", "partial_fit", "warm"])
def test_an_error_in_one_leaves_the_estimator_as_it_was(
    method, verb, vectors, small, weights, same_weights
):
    model = small(warm_start=verb == "warm", training__ema=0.5).partial_fit(vectors)
    attributes, before = dict(vars(model)), weights(model)

    def broken(*args):
        raise RuntimeError("mine")

    model.callbacks = types.SimpleNamespace(**{method: broken})
    with pytest.raises(RuntimeError, match="mine"):
        (model.partial_fit if verb == "partial_fit" else model.fit)(vectors)
    model.callbacks = None
    assert vars(model) == attributes
    assert same_weights(weights(model), before)


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        (3, "callbacks must have a method on_fit_begin, on_epoch_end or on_fit_end, got 3"),
        ([Callback(), print], "got <built-in function print>"),
        (Callback, "got the class Callback: make one of it"),
    ],
)
def test_what_is_no_callback_is_refused(callbacks, message, vectors, small):
    with pytest.raises(TypeError, match=message):
        small(callbacks=callbacks).fit(vectors)


@pytest.mark.parametrize(
    ("kind", "parameter", "value"),
    [
        (CSVLogger, "path", None),
        (CSVLogger, "path", 3),
        (TensorBoardLogger, "folder", None),
    ],
)
def test_arguments_of_another_kind_are_refused_when_it_is_made(kind, parameter, value):
    with pytest.raises(TypeError, match=f"{kind.__name__}: {parameter} must .* got {value}"):
        kind(value)


def test_callbacks_stay_out_of_files(vectors, small, tmp_path):
    small(callbacks=Log(), checkpoint="elsewhere").partial_fit(vectors).save(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model")
    assert loaded.callbacks is None
    assert loaded.checkpoint == "elsewhere"


def test_those_told_of_a_fit_that_diverges_are_told_of_its_end(vectors, small):
    calls = iter(range(99))
    log = Log()
    model = small(
        max_epochs=9,
        callbacks=log,
        cost=lambda a, b: (a - b).square() * (np.nan if next(calls) == 5 else 1),
    )
    with pytest.raises(FloatingPointError, match=r"the cost became nan in epoch 3, batch 2: try"):
        model.fit(vectors)
    assert log.told == ["begin", *model.history_, "end"]
    assert model.n_epochs_ == model.best_epoch_ == 2
    assert np.isfinite(model.reconstruct(vectors)).all()


@pytest.mark.parametrize(
    ("logger", "module", "package"),
    [
        (lambda folder: TensorBoardLogger(folder), "torch.utils.tensorboard", "tensorboard"),
        (lambda folder: MLflowLogger(), "mlflow", "mlflow"),
    ],
)
def test_a_package_that_is_missing_is_named_before_any_step(
    logger, module, package, vectors, small, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, module, None)
    steps = []

    def cost(a, b):
        steps.append(1)
        return (a - b).square()

    with pytest.raises(ImportError, match=f"needs the package {package}.*pip install {package}"):
        small(callbacks=logger(tmp_path), cost=cost).fit(vectors)
    assert not steps
