"""The CSV file is the history, each epoch once."""

import csv

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
