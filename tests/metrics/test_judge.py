"""The judge: reads order, takes every layout and container, leaves the world as it was."""

import copy
import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

from seqdisentangle import RecurrentWAE
from seqdisentangle.data.batches import Batch
from seqdisentangle.metrics import SequenceJudge
from seqdisentangle.metrics._judge_training import CrossEntropy
from seqdisentangle.persistence import load_file, save_file

SMALL = {"n_channels": 4, "n_features": 16, "batch_size": 16, "random_state": 0}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def squares(n=96, seed=0):
    """A square that goes right (1) or left (0), red (0), green (1) or blue (2)."""
    rng = np.random.RandomState(seed)
    X = np.zeros((n, 6, 8, 8, 3), dtype=np.uint8)
    direction, colour = rng.randint(2, size=n), rng.randint(3, size=n)
    for i in range(n):
        row = rng.randint(0, 6)
        for t in range(6):
            x = t if direction[i] else 5 - t
            X[i, t, row : row + 2, x : x + 2, colour[i]] = 255
    return X, np.column_stack([direction, colour])


@pytest.fixture(scope="module")
def data():
    return squares()


@pytest.fixture(scope="module")
def judge(data):
    return SequenceJudge(**SMALL, max_epochs=20).fit(*data)


def test_order_of_frames_and_colour_are_learned(judge):
    X, y = squares(seed=1)
    assert judge.score(X, y) == 1.0
    assert judge.score(X[:, ::-1], np.column_stack([1 - y[:, 0], y[:, 1]])) == 1.0


def test_training_stops_when_the_judge_is_sure_enough(data):
    judge = SequenceJudge(**SMALL, tol=0.45).fit(*data)
    assert judge.n_epochs_ == len(judge.history_) < judge.max_epochs
    assert judge.history_[-1] <= 0.45 < min(judge.history_[:-1])
    surer = SequenceJudge(**SMALL, tol=0.35).fit(*data)
    assert surer.n_epochs_ > judge.n_epochs_
    X, y = squares(seed=1)
    doubt, less = (
        -np.log(np.take_along_axis(each.predict_proba(X)[0], y[:, :1], axis=1)).mean()
        for each in (judge, surer)
    )
    assert less < doubt


def test_probabilities_are_distributions_over_the_classes(judge, data):
    direction, colour = judge.predict_proba(data[0][:5])
    assert (direction.shape, colour.shape) == ((5, 2), (5, 3))
    np.testing.assert_allclose(direction.sum(axis=1), 1)
    assert (colour.argmax(axis=1) == judge.predict(data[0][:5])[:, 1]).all()
    assert [len(p) for p in judge.predict_proba(data[0][:0])] == [0, 0]


def test_batches_do_not_change_answers(judge, data):
    alone = np.concatenate([judge.predict_proba(data[0][i : i + 1])[1] for i in range(9)])
    np.testing.assert_allclose(alone, judge.predict_proba(data[0][:9])[1], atol=1e-6)


def test_other_lengths_are_judged(judge, data):
    X, y = data
    assert judge.predict(X[:, :4]).shape == y.shape


@pytest.mark.parametrize("layout", ["float", "first", "grey", "vector", "numbers"])
def test_every_layout_is_taken(layout, data):
    X, y = data
    X = {
        "float": lambda: X.astype(np.float32) / 255,
        "first": lambda: np.moveaxis(X, 4, 2),
        "grey": lambda: X.max(axis=4),
        "vector": lambda: X.sum(axis=(2, 4)) / 255,
        "numbers": lambda: X.sum(axis=(2, 4)).argmax(axis=2) / 6,
    }[layout]()
    judge = SequenceJudge(**SMALL).fit(X, y[:, 0])
    assert judge.score(X, y[:, 0]) > 0.95


def test_layouts_of_the_same_pictures_agree(judge, data):
    X, y = data
    again = SequenceJudge(**SMALL, max_epochs=2).fit(X, y)
    first = SequenceJudge(**SMALL, max_epochs=2).fit(np.moveaxis(X, 4, 2), y)
    for p, q in zip(again.predict_proba(X), first.predict_proba(np.moveaxis(X, 4, 2)), strict=True):
        np.testing.assert_array_equal(p, q)


def test_labels_come_back_as_they_went_in(data):
    X, y = data
    names = np.array(["left", "right"])[y[:, 0]]
    judge = SequenceJudge(**SMALL).fit(X, names)
    assert judge.predict(X).shape == (len(X),)
    assert (judge.predict(X) == names).mean() > 0.95
    assert judge.predict_proba(X).shape == (len(X), 2)


def test_seed_determines_the_judge_and_global_generators_rest(data):
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002 -- the global generator is what is tested
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = (SequenceJudge(**SMALL, max_epochs=1).fit(*data) for _ in range(2))
    assert torch.equal(before[0], torch.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002
    for p, q in zip(first.predict_proba(data[0]), again.predict_proba(data[0]), strict=True):
        np.testing.assert_array_equal(p, q)


def test_saved_and_loaded_it_answers_the_same(judge, data, tmp_path):
    judge.save(tmp_path / "judge.safetensors")
    state = torch.get_rng_state()
    loaded = SequenceJudge.load(tmp_path / "judge.safetensors")
    assert torch.equal(state, torch.get_rng_state())
    assert loaded.get_params() == judge.get_params()
    assert loaded.history_ == judge.history_
    for p, q in zip(judge.predict_proba(data[0]), loaded.predict_proba(data[0]), strict=True):
        np.testing.assert_array_equal(p, q)


@pytest.mark.parametrize("labels", [["left", "right"], [0.5, 1.5], [False, True], [7, 9]])
def test_labels_come_back_from_a_file(labels, data, tmp_path):
    X, y = data
    y = np.array(labels)[y[:, 0]]
    judge = SequenceJudge(**SMALL, max_epochs=1).fit(X, y)
    judge.save(tmp_path / "judge.safetensors")
    loaded = SequenceJudge.load(tmp_path / "judge.safetensors")
    assert loaded.predict(X).dtype == y.dtype
    np.testing.assert_array_equal(loaded.predict(X), judge.predict(X))


def test_a_file_of_something_else_is_refused(tmp_path):
    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="no safetensors file"):
        SequenceJudge.load(tmp_path / "other.pt")
    model = RecurrentWAE(max_epochs=1, hidden_size=8).fit(np.zeros((4, 3, 2), np.float32))
    model.save(tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="holds RecurrentWAE, expected SequenceJudge"):
        SequenceJudge.load(tmp_path / "model.safetensors")


@pytest.mark.parametrize("container", ["list", "tensor", "memmap", "file", "h5py"])
def test_every_container_holds_the_same_sequences(container, judge, data, tmp_path):
    X, y = data
    np.save(tmp_path / "x.npy", X)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = X
    with h5py.File(tmp_path / "x.h5") as file:
        held = {
            "list": lambda: list(X),
            "tensor": lambda: torch.from_numpy(X),
            "memmap": lambda: np.load(tmp_path / "x.npy", mmap_mode="r"),
            "file": lambda: f"{tmp_path / 'x.h5'}:/x",
            "h5py": lambda: file["x"],
        }[container]()
        again = SequenceJudge(**SMALL, max_epochs=20).fit(held, y)
        for p, q in zip(judge.predict_proba(X), again.predict_proba(held), strict=True):
            np.testing.assert_array_equal(p, q)


def test_sequences_of_different_lengths_are_judged_as_each_alone(data):
    X, y = data
    lengths = np.random.RandomState(0).randint(3, 7, size=len(X))
    ragged = [x[:length] for x, length in zip(X, lengths, strict=True)]
    judge = SequenceJudge(**SMALL, max_epochs=20).fit(ragged, y)
    together = judge.predict_proba(ragged)
    alone = zip(*(judge.predict_proba(x[None]) for x in ragged), strict=True)
    for p, q in zip(together, alone, strict=True):
        np.testing.assert_allclose(p, np.concatenate(q), atol=1e-6)
    assert judge.score(ragged, y) > 0.9


def test_padding_takes_no_part_in_training(judge):
    net = copy.deepcopy(judge.module_).train()  # with the batch's own statistics
    x = torch.rand(5, 4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    padded = torch.cat([x, torch.full((5, 2, 3, 8, 8), 9.0)], dim=1)
    alone, together = net(Batch(x)), net(Batch(padded, torch.full((5,), 4)))
    for p, q in zip(alone, together, strict=True):
        torch.testing.assert_close(p, q)


@pytest.mark.parametrize("n", [2, 3, 17, 33])
def test_any_number_of_sequences_trains(n, data):
    X, y = data[0][:n, :1], np.arange(n) % 2
    SequenceJudge(**SMALL | {"batch_size": 2}, max_epochs=1).fit(X, y)


@pytest.mark.parametrize("frame", [(5, 7), (4, 9), (4, 40)])
def test_frames_of_any_size_train(frame):
    X = np.random.RandomState(0).uniform(size=(4, 3, *frame))
    SequenceJudge(**SMALL, max_epochs=1).fit(X, [0, 1, 0, 1])


def test_what_does_not_fit_is_refused(judge, data):
    X, y = data
    with pytest.raises(ValueError, match="shape"):
        SequenceJudge().fit(X, y[1:])
    with pytest.raises(ValueError, match="single class"):
        SequenceJudge().fit(X, np.zeros(len(X)))
    with pytest.raises(ValueError, match=r"\(n, T, 8, 8, 3\) of the sequences seen in fit"):
        judge.predict(X[:, :, :4])
    with pytest.raises(ValueError, match="X must have 2 to 5 dimensions"):
        judge.predict(X[0, 0, 0, 0])
    with pytest.raises(ValueError, match="NaN"):
        SequenceJudge().fit(np.full((4, 3, 2), np.nan), [0, 1, 0, 1])
    with pytest.raises(ValueError, match="channels='auto' cannot tell"):
        SequenceJudge().fit(np.zeros((4, 3, 4, 8, 4)), [0, 1, 0, 1])
    with pytest.raises(ValueError, match="learning_rate"):
        SequenceJudge(learning_rate=-1).fit(X, y)


def test_a_fit_that_fails_leaves_the_judge_as_it_was(data):
    X, y = data
    judge = SequenceJudge(**SMALL, max_epochs=1).fit(X, y)
    before = judge.predict(X)
    with pytest.raises(FloatingPointError):
        judge.set_params(learning_rate=1e38).fit(X[..., 0], y[:, 0])
    np.testing.assert_array_equal(judge.predict(X), before)


def test_ctrl_c_leaves_a_judge_that_can_be_used(data, monkeypatch):
    X, y = data
    steps = itertools.count(1)
    forward = CrossEntropy.forward

    def interrupted(*args, **kwargs):
        if next(steps) == 8:  # in the second epoch of six steps
            raise KeyboardInterrupt
        return forward(*args, **kwargs)

    monkeypatch.setattr(CrossEntropy, "forward", interrupted)
    with pytest.warns(UserWarning, match="interrupted after 1 of 10 epochs"):
        judge = SequenceJudge(**SMALL).fit(X, y)
    assert judge.n_epochs_ == 1
    assert judge.predict(X).shape == y.shape


def test_a_file_that_holds_no_judge_is_named_with_what_is_wrong(judge, tmp_path):
    path = tmp_path / "judge"
    judge.save(path)
    weights, settings = load_file(path)
    wide = {"dict": {**settings["parameters"]["dict"], "n_features": 2**24}}
    for broken, message in (
        (({}, settings), "is missing, expected of shape"),
        ((weights, settings | {"parameters": wide}), "expected of shape"),
        ((weights, settings | {"learned": {"dict": {}}}), "there is no 'layout'"),
        ((weights, settings | {"parameters": 3}), "cannot be read as a judge"),
    ):
        save_file(path, *broken)
        with pytest.raises(ValueError, match=f"{path}.*{message}"):
            SequenceJudge.load(path)


def test_a_random_state_is_saved_where_it_has_come_to(tmp_path):
    judge = SequenceJudge(**{**SMALL, "random_state": np.random.RandomState(0)}, max_epochs=1)
    judge.fit(*squares(12)).save(tmp_path / "judge")
    loaded = SequenceJudge.load(tmp_path / "judge")
    assert np.array_equal(loaded.random_state.random(9), judge.random_state.random(9))


def test_clone_keeps_parameters_and_nothing_else(judge):
    copy = clone(judge)
    assert copy.get_params() == judge.get_params()
    assert not hasattr(copy, "module_")


def test_scikit_learn_searches_and_cross_validates_it(data):
    X, y = data[0][:48], data[1][:48, 1]
    judge = SequenceJudge(**SMALL, max_epochs=1)
    assert is_classifier(judge)
    search = GridSearchCV(judge, {"max_epochs": [1, 12]}, cv=2).fit(X, y)
    assert search.best_params_ == {"max_epochs": 12}
    np.testing.assert_array_equal(search.classes_, [0, 1, 2])
    p = cross_val_predict(judge, X, y, cv=2, method="predict_proba")
    np.testing.assert_allclose(p.sum(1), 1)
    of_two = cross_val_score(judge, X, data[1][:48], cv=2)
    assert ((of_two >= 0) & (of_two <= 1)).all()


@pytest.mark.slow
def test_sprites_of_unseen_characters_are_judged_without_error():
    from seqdisentangle.datasets import fetch_sprites

    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    home = os.environ.get("SEQDISENTANGLE_DATA") or (beside if beside.is_dir() else None)
    if home is None:
        pytest.skip("no Sprites here: set SEQDISENTANGLE_DATA")
    train, test = (fetch_sprites(home, subset, size=32) for subset in ("train", "test"))
    rows = np.sort(np.random.RandomState(0).permutation(len(train.X))[:3000])
    labels = np.column_stack([train.action, train.attributes])[rows]
    judge = SequenceJudge(random_state=0).fit(train.X[rows], labels)
    right = judge.predict(test.X) == np.column_stack([test.action, test.attributes])
    assert right.mean(axis=0).min() > 0.995


def test_judges_in_threads_learn_what_each_learns_alone():
    X, y = squares(12)

    def fit(seed):
        judge = SequenceJudge(**{**SMALL, "random_state": seed}, max_epochs=1).fit(X, y)
        return judge.module_.state_dict().values()

    alone = list(map(fit, range(8)))
    with ThreadPoolExecutor(4) as pool:
        for found, expected in zip(pool.map(fit, range(8)), alone, strict=True):
            assert all(map(torch.equal, found, expected))
