"""Judges in files: what was learned is of its types, and gives probabilities."""

import contextlib
import math

import numpy as np
import pytest
import torch

from seqdisentangle.data.layout import Layout
from seqdisentangle.metrics import SequenceJudge
from seqdisentangle.persistence import load_file, save_file
from seqdisentangle.serialization import from_json, to_json


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("judge") / "judge"
    X = np.random.RandomState(0).uniform(size=(6, 4, 3))
    SequenceJudge(n_channels=4, n_features=6, max_epochs=1, random_state=0).fit(
        X, list("ababab")
    ).save(path)
    return load_file(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"history": 3}, "history must be .*, got 3"),
        ({"history": ["a"]}, "history must be"),
        ({"layout": "vector"}, "layout must be .*Layout"),
        ({"layout": Layout("vector", (9,))}, "of shape"),
        ({"classes": [["a", "a"]]}, "classes must be two or more, all different"),
        ({"classes": [["a"]]}, "classes must be two or more"),
        ({"classes": [[None, "a"]]}, "classes must be numbers or strings"),
        ({"classes": []}, "several_tasks is False of 0 tasks"),
        ({"several_tasks": None}, "several_tasks must be .*bool"),
        ({"n_features": "3"}, "n_features must be an int of at least 1, got .3."),
        ({"n_features": 0}, "n_features must be .* got 0"),
        ({"feature_names": ["a"]}, r"feature_names must be none or 3 str, got \['a'\]"),
        ({"feature_names": [1, 2, 3]}, "feature_names must be none or 3 str"),
    ],
    ids=str,
)
def test_what_was_learned_is_of_its_types(change, message, saved, tmp_path):
    tensors, settings = saved
    learned = from_json(settings["learned"]) | change
    save_file(tmp_path / "judge", tensors, settings | {"learned": to_json(learned)})
    with pytest.raises(ValueError, match=f"{tmp_path / 'judge'}.*{message}"):
        SequenceJudge.load(tmp_path / "judge")


def test_a_file_of_before_names_no_columns(saved, tmp_path):
    tensors, settings = saved
    learned = from_json(settings["learned"])
    assert learned.pop("feature_names") == []
    save_file(tmp_path / "judge", tensors, settings | {"learned": to_json(learned)})
    assert not hasattr(SequenceJudge.load(tmp_path / "judge"), "feature_names_in_")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.fill_(math.nan), "values that are not finite"),
        (lambda w: w.int(), "is of torch.int32, expected torch.float32"),
        (lambda w: w.fill_(3e38), "probabilities are not finite"),
    ],
)
def test_weights_that_judge_nothing_are_refused(change, message, saved, tmp_path):
    tensors, settings = saved
    name = next(name for name, w in tensors.items() if w.is_floating_point())
    save_file(tmp_path / "judge", tensors | {name: change(tensors[name].clone())}, settings)
    with pytest.raises(ValueError, match=f"{tmp_path / 'judge'}.*{message}"):
        SequenceJudge.load(tmp_path / "judge")
    assert torch.isfinite(tensors[name]).all()


def test_no_weight_that_is_taken_leads_to_probabilities_of_nan(saved, tmp_path):
    tensors, settings = saved
    X = np.stack([np.zeros((2, 3)), np.ones((2, 3))]).astype(np.float32)
    for name in [name for name, weight in tensors.items() if weight.is_floating_point()]:
        weight = tensors[name].clone()
        weight.view(-1)[-1] = -torch.finfo(weight.dtype).max
        save_file(tmp_path / "judge", tensors | {name: weight}, settings)
        with contextlib.suppress(ValueError):  # refused
            judge = SequenceJudge.load(tmp_path / "judge")
            assert np.isfinite(judge.predict_proba(X)).all(), name


def test_losses_that_json_has_made_whole_are_floats_again(saved, tmp_path):
    tensors, settings = saved
    learned = from_json(settings["learned"]) | {"history": [1, 0.5]}
    save_file(tmp_path / "judge", tensors, settings | {"learned": to_json(learned)})
    history = SequenceJudge.load(tmp_path / "judge").history_
    assert [type(loss) for loss in history] == [float, float]


def test_a_file_of_before_takes_tables_of_any_number_of_columns(tmp_path):
    X = np.random.RandomState(0).uniform(size=(6, 5))
    judge = SequenceJudge(n_channels=4, n_features=6, max_epochs=1, random_state=0)
    judge.fit(X, list("ababab")).save(tmp_path / "judge")
    tensors, settings = load_file(tmp_path / "judge")
    learned = from_json(settings["learned"])
    assert learned.pop("n_features") == 5
    save_file(tmp_path / "judge", tensors, settings | {"learned": to_json(learned)})
    assert SequenceJudge.load(tmp_path / "judge").predict(X[:, :3]).shape == (6,)
