"""Watchers, told of the epochs of a training, and a history that counts them all."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from seqdisentangle import RecurrentWAE


def test_history_is_a_table(vector_model):
    frame = pd.DataFrame(vector_model.history_)
    assert list(frame["epoch"]) == [1, 2]
    assert {"loss", "cost", "content", "motion", "learning_rate", "seconds"} <= set(frame.columns)
    assert np.isfinite(frame.to_numpy(float)).all()
    assert vector_model.n_epochs_ == vector_model.best_epoch_ == 2


def test_epochs_are_counted_over_all_parts(vectors, small, tmp_path):
    seen = []
    watcher = SimpleNamespace(on_epoch_end=lambda model, record: seen.append(record))
    model = small(callbacks=watcher).fit(vectors).partial_fit(vectors)
    assert [record["epoch"] for record in model.history_] == [1, 2, 3]
    assert seen == model.history_
    assert model.n_epochs_ == model.best_epoch_ == 3


def test_the_model_of_the_best_epoch_is_in_its_file_while_training_goes_on(
    vectors, small, tmp_path
):
    found = []

    def compare(model, record):
        kept = RecurrentWAE.load(tmp_path / "best.safetensors")
        found.append(np.array_equal(kept.transform(vectors), model.transform(vectors)))

    small(checkpoint=tmp_path, callbacks=SimpleNamespace(on_epoch_end=compare)).fit(vectors)
    assert found == [True, True]
