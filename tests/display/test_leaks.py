"""Leaks: a table with its values."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.display import LeakDisplay
from seqdisentangle.metrics import leak_matrix
from tests.display._common import shown

TABLE = np.array([[0.9, 0.2, np.nan], [0.1, 0.8, 0.5]])


def test_the_cells_are_the_values_and_say_them():
    display = LeakDisplay.from_matrix(TABLE)
    np.testing.assert_array_equal(np.ma.filled(shown(display.ax_), np.nan), TABLE)
    assert [text.get_text() for text in display.ax_.texts] == [
        "0.90",
        "0.20",
        "0.10",
        "0.80",
        "0.50",
    ]


def test_names_come_from_a_data_frame_and_chance_stands_beside_them():
    frame = pd.DataFrame(TABLE, index=["speaker", "sound"], columns=["content", "motion", "both"])
    display = LeakDisplay.from_matrix(frame, chance=pd.Series([0.25, 0.5]))
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == list(frame.columns)
    assert [text.get_text() for text in display.ax_.get_yticklabels()] == [
        "speaker\n(chance 0.25)",
        "sound\n(chance 0.50)",
    ]


def test_predictions_are_scored_by_code_and_label():
    labels = {"speaker": [0, 0, 0, 1], "sound": list("abab")}
    predictions = {
        "content": {"speaker": [0, 0, 0, 1], "sound": list("aaaa")},
        "motion": {"speaker": [1, 1, 0, 0]},
    }
    display = LeakDisplay.from_predictions(labels, predictions)
    np.testing.assert_array_equal(display.values, [[1.0, 0.25], [0.5, np.nan]])
    np.testing.assert_array_equal(display.chance, [0.75, 0.5])
    assert display.column_names == ["content", "motion"]


@pytest.mark.parametrize("probe", ["linear", "neighbours", "Neighbors"])
def test_a_model_is_probed_for_labels_of_any_container(probe):
    names = pd.DataFrame({"who": list("abcd") * 10, "moves": np.repeat(["up", "down"], 20)})
    codes = SimpleNamespace(
        content=np.eye(4)[np.arange(40) % 4],
        motion=np.linspace(0, 1, 5)[:, np.newaxis]
        * np.repeat([1, -1], 20)[:, np.newaxis, np.newaxis],
    )
    X = np.random.RandomState(0).normal(size=(40, 5, 2))
    model = SimpleNamespace(transform=lambda X: codes)
    display = LeakDisplay.from_estimator(model, X, names, probe=probe, random_state=0)
    assert display.row_names == ["who", "moves"]
    assert display.column_names == ["content", "motion", "data"]
    assert display.values[0, 0] == display.values[1, 1] == 1
    assert display.values[0, 1] < 0.5
    np.testing.assert_allclose(display.chance, [0.25, 0.5])
    probe = {"Neighbors": "neighbours"}.get(probe, probe)
    told = leak_matrix(model, X, names, random_state=0).select(probe=probe, code="data")["score"]
    np.testing.assert_array_equal(display.values[:, 2], told)


@pytest.mark.parametrize(
    ("values", "told", "message"),
    [
        ([0.5], {}, "values must be a table of numbers"),
        ([["a"]], {}, "values must hold numbers"),
        (TABLE, {"row_names": ["x"]}, "row_names must have 2 names"),
        (TABLE, {"column_names": "abc"}, "column_names must be a list or array of 3 names"),
        (TABLE, {"chance": [0.5]}, "chance must hold a number for each of 2 rows"),
    ],
)
def test_what_is_no_table_is_refused(values, told, message):
    with pytest.raises(ValueError, match=message):
        LeakDisplay(values, **told)


def test_predictions_of_unknown_labels_are_refused():
    with pytest.raises(ValueError, match=r"predictions\['content'\] has no such labels: \['sex'\]"):
        LeakDisplay.from_predictions({"speaker": [0]}, {"content": {"sex": [0]}})
