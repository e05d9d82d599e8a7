"""MLflow is given parameters and records, and is imported when it is needed."""

import sys
import types

from sklearn.base import clone

from seqdisentangle.callbacks import MLflowLogger


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
    assert params == {k: v for k, v in model.get_params(deep=False).items() if k != "callbacks"}
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
