"""Callbacks and loggers: told in time, of a model that can be used, and able to end a training."""

import copy
import csv
import pickle
import sys
import types

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

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

    model = small(callbacks=Use(), ema=ema).fit(X)
    assert same_weights(weights(model), weights(small(ema=ema).fit(X)))
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
    model = small(warm_start=verb == "warm", ema=0.5).partial_fit(vectors)
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


# ---- the average of the weights ------------------------------------------------------------------


def test_partial_fit_trains_on_the_weights_and_averages_over_calls(
    vectors, small, weights, same_weights
):
    averaged, plain = small(ema=0.9), small()
    expected = None
    for _ in range(3):
        averaged.partial_fit(vectors)
        plain.partial_fit(vectors)
        raw, n_steps = averaged._averaging
        assert same_weights(raw, weights(plain))
        expected = weights(averaged)
    assert int(n_steps) == 3 * 2
    assert not same_weights(expected, raw)
    # Pickles train on from what they hold.
    assert not hasattr(pickle.loads(pickle.dumps(averaged)), "_averaging")
    averaged.fit(vectors)
    assert not hasattr(averaged, "_averaging")


# ---- loggers -------------------------------------------------------------------------------------


def test_csv_is_the_history(vectors, small, tmp_path):
    path = tmp_path / "history.csv"
    model = small(callbacks=CSVLogger(path), early_stopping=True).fit(vectors)
    read = pd.read_csv(path, float_precision="round_trip")
    pd.testing.assert_frame_equal(read, pd.DataFrame(model.history_))
    model.set_params(early_stopping=False).partial_fit(vectors)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert rows[2]["val_loss"] == ""


def test_csv_of_a_resumed_training_has_each_epoch_once(vectors, small, tmp_path):
    path = tmp_path / "history.csv"

    class Stop(Callback):
        def on_epoch_end(self, estimator, record):
            if record["epoch"] == 2:
                raise RuntimeError

    params = {"max_epochs": 4, "checkpoint": tmp_path / "checkpoints"}
    with pytest.raises(RuntimeError):
        small(**params, callbacks=[CSVLogger(path), Stop()]).fit(vectors)
    assert list(pd.read_csv(path)["epoch"]) == [1, 2]
    small(**params, callbacks=CSVLogger(path)).fit(vectors, resume=True)
    assert list(pd.read_csv(path)["epoch"]) == [1, 2, 3, 4]


def events(folder):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    read = accumulator.EventAccumulator(str(folder)).Reload()
    return {tag: [(e.step, e.value) for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}


def test_tensorboard_reads_what_is_logged(vectors, small, tmp_path):
    pytest.importorskip("tensorboard")
    logger = TensorBoardLogger(tmp_path)
    model = small(callbacks=logger, early_stopping=True).fit(vectors)
    read = events(tmp_path)
    assert {"train/loss", "train/cost", "train/learning_rate", "validation/motion"} <= set(read)
    assert "train/epoch" not in read
    expected = [(r["epoch"], pytest.approx(r["cost"])) for r in model.history_]
    assert read["train/cost"] == expected
    assert read["validation/loss"] == [
        (r["epoch"], pytest.approx(r["val_loss"])) for r in model.history_
    ]
    model.partial_fit(vectors)
    assert [step for step, _ in events(tmp_path)["train/loss"]] == [1, 2, 3]


def test_tensorboard_shows_an_epoch_that_is_trained_again_once(vectors, small, tmp_path):
    pytest.importorskip("tensorboard")

    class Stop(Callback):
        def on_epoch_end(self, estimator, record):
            if record["epoch"] == 2:
                raise RuntimeError

    params = {"max_epochs": 3, "checkpoint": tmp_path / "checkpoints"}
    logs = tmp_path / "logs"
    with pytest.raises(RuntimeError):
        small(**params, callbacks=[TensorBoardLogger(logs), Stop()]).fit(vectors)
    small(**params, callbacks=TensorBoardLogger(logs)).fit(vectors, resume=True)
    assert [step for step, _ in events(logs)["train/loss"]] == [1, 2, 3]


def test_an_open_logger_can_be_copied(tmp_path):
    pytest.importorskip("tensorboard")
    logger = TensorBoardLogger(tmp_path)
    logger.on_fit_begin(types.SimpleNamespace(history_=[]))
    for other in (copy.deepcopy(logger), pickle.loads(pickle.dumps(logger))):
        assert other.folder == tmp_path
        assert other._writer is None
    logger.on_fit_end(None)
    logger.on_fit_end(None)


class Client:
    """Takes what MLflow takes."""

    def __init__(self):
        self.params, self.metrics = [], []

    def log_params(self, params):
        self.params.append(params)

    def log_metrics(self, metrics, step):
        self.metrics.append((step, metrics))


def test_mlflow_is_given_the_parameters_and_the_records(vectors, small):
    client = Client()
    model = small(callbacks=MLflowLogger(client), early_stopping=True).fit(vectors)
    (params,) = client.params
    assert params == {k: v for k, v in model.get_params().items() if k != "callbacks"}
    assert [step for step, _ in client.metrics] == [1, 2]
    for (_, metrics), record in zip(client.metrics, model.history_, strict=True):
        assert metrics["train/cost"] == record["cost"]
        assert metrics["validation/loss"] == record["val_loss"]
        assert len(metrics) == len(record) - 1


def test_mlflow_is_imported_when_it_is_needed(vectors, small, monkeypatch):
    client = Client()
    monkeypatch.setitem(sys.modules, "mlflow", client)
    small(callbacks=MLflowLogger()).fit(vectors)
    assert len(client.metrics) == 2


def test_a_clone_logs_to_the_same_place(vectors, small):
    client = types.ModuleType("client")  # of which there is no copy
    model = clone(small(callbacks=[MLflowLogger(client)]))
    assert model.callbacks[0].client is client


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
