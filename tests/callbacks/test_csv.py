"""The CSV file is the history, each epoch once."""

import csv
import os

import pandas as pd
import pytest

from seqdisentangle.callbacks import Callback, CSVLogger


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


def test_csv_stays_where_it_is_when_the_working_directory_changes(
    vectors, small, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()

    class Leaves(Callback):
        def on_epoch_end(self, estimator, record):
            os.chdir(tmp_path / "elsewhere")

    small(callbacks=[Leaves(), CSVLogger("history.csv")]).fit(vectors)
    assert list(pd.read_csv(tmp_path / "history.csv")["epoch"]) == [1, 2]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_csv_that_cannot_be_written_is_a_warning(vectors, small, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device", *args)

    monkeypatch.setattr(os, "replace", full)
    with pytest.warns(UserWarning, match=r"without its log: .*No space left.*history\.csv"):
        model = small(callbacks=CSVLogger(tmp_path / "history.csv")).fit(vectors)
    assert model.n_epochs_ == 2
    assert list(tmp_path.iterdir()) == []


def test_csv_in_a_folder_that_is_not_there_is_an_error_at_the_start(vectors, small, tmp_path):
    logger = CSVLogger(tmp_path / "none" / "history.csv")
    with pytest.raises(FileNotFoundError, match=r"CSVLogger.*no folder '.*none'"):
        small(callbacks=logger).fit(vectors)
