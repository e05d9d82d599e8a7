"""The judge: reads order, takes every layout, leaves the world as it was."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone

from seqdisentangle.metrics import SequenceJudge

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
    return SequenceJudge(**SMALL).fit(*data)


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
        # The noise falls on other pixels, as the axes lie: near, not the same.
        assert (p.argmax(1) == q.argmax(1)).mean() > 0.9


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
    judge.save(tmp_path / "judge.pt")
    state = torch.get_rng_state()
    loaded = SequenceJudge.load(tmp_path / "judge.pt")
    assert torch.equal(state, torch.get_rng_state())
    assert loaded.get_params() == judge.get_params()
    for p, q in zip(judge.predict_proba(data[0]), loaded.predict_proba(data[0]), strict=True):
        np.testing.assert_array_equal(p, q)


def test_a_file_of_something_else_is_refused(tmp_path):
    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="no judge"):
        SequenceJudge.load(tmp_path / "other.pt")


def test_memory_maps_are_read_in_slices(judge, data, tmp_path):
    np.save(tmp_path / "x.npy", data[0])
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(judge.predict(mapped), judge.predict(data[0]))


@pytest.mark.parametrize("n", [2, 3, 17, 33])
def test_any_number_of_sequences_trains(n, data):
    X, y = data[0][:n, :1], np.arange(n) % 2
    SequenceJudge(**SMALL | {"batch_size": 2}, max_epochs=1).fit(X, y)


@pytest.mark.parametrize("frame", [(5, 7), (1, 9), (3, 40)])
def test_frames_of_any_size_train(frame):
    X = np.random.RandomState(0).uniform(size=(4, 3, *frame))
    SequenceJudge(**SMALL, max_epochs=1).fit(X, [0, 1, 0, 1])


def test_what_does_not_fit_is_refused(judge, data):
    X, y = data
    with pytest.raises(ValueError, match="shape"):
        SequenceJudge().fit(X, y[1:])
    with pytest.raises(ValueError, match="single class"):
        SequenceJudge().fit(X, np.zeros(len(X)))
    with pytest.raises(ValueError, match="frames of shape"):
        judge.predict(X[:, :, :4])
    with pytest.raises(ValueError, match="X must have shape"):
        judge.predict(X[0, 0, 0, 0])
    with pytest.raises(ValueError, match="learning_rate"):
        SequenceJudge(learning_rate=-1).fit(X, y)


def test_clone_keeps_parameters_and_nothing_else(judge):
    copy = clone(judge)
    assert copy.get_params() == judge.get_params()
    assert not hasattr(copy, "module_")


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
