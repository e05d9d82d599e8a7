"""TensorBoard reads what was logged, each epoch once."""

import copy
import os
import pickle
import types

import pytest

from seqdisentangle.callbacks import Callback, TensorBoardLogger


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


def test_a_logger_that_is_checked_stays_open(tmp_path):
    pytest.importorskip("tensorboard")
    logger = TensorBoardLogger(tmp_path)
    logger.on_fit_begin(types.SimpleNamespace(history_=[]))
    logger.validate()
    logger.on_epoch_end(None, {"epoch": 1, "loss": 2.0})
    logger.on_fit_end(None)
    assert events(tmp_path) == {"train/loss": [(1, 2.0)]}


def test_an_open_logger_can_be_copied(tmp_path):
    pytest.importorskip("tensorboard")
    logger = TensorBoardLogger(tmp_path / "own")
    logger.on_fit_begin(types.SimpleNamespace(history_=[]))
    for i, other in enumerate((copy.deepcopy(logger), pickle.loads(pickle.dumps(logger)))):
        assert other == logger
        other.on_fit_end(None)  # it has nothing open
        other.folder = tmp_path / str(i)
        other.on_fit_begin(types.SimpleNamespace(history_=[]))
        other.on_epoch_end(None, {"epoch": 1, "loss": i})
        other.on_fit_end(None)
        assert events(other.folder) == {"train/loss": [(1, i)]}
    logger.on_epoch_end(None, {"epoch": 1, "loss": 7.0})
    logger.on_fit_end(None)
    logger.on_fit_end(None)
    assert events(logger.folder) == {"train/loss": [(1, 7.0)]}


def test_tensorboard_stays_where_it_is_when_the_working_directory_changes(
    vectors, small, tmp_path, monkeypatch
):
    pytest.importorskip("tensorboard")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()

    class Leaves(Callback):
        def on_epoch_end(self, estimator, record):
            os.chdir(tmp_path / "elsewhere")

    small(callbacks=[Leaves(), TensorBoardLogger("runs")]).fit(vectors)
    assert [step for step, _ in events(tmp_path / "runs")["train/loss"]] == [1, 2]
    assert list((tmp_path / "elsewhere").iterdir()) == []
