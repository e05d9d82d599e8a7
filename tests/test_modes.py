"""Modes of torch and NumPy: whatever a program has set, the same weights and the same codes."""

import contextlib
import pickle
import threading

import numpy as np
import pytest
import torch
from torch import nn

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle._modes import ordinary, ordinary_modes, without_gradients
from seqdisentangle.metrics import SequenceJudge


@contextlib.contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextlib.contextmanager
def default_device(device):
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)


MODES = {
    "float64": lambda: default_dtype(torch.float64),
    "bfloat16": lambda: default_dtype(torch.bfloat16),
    "default device": lambda: default_device("meta"),
    "device": lambda: torch.device("meta"),
    "inference": torch.inference_mode,
    "no gradients": torch.no_grad,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "NumPy raises": lambda: np.errstate(all="raise"),
    "anomalies": lambda: torch.autograd.set_detect_anomaly(True),
}


@pytest.fixture(params=MODES)
def mode(request):
    return MODES[request.param]


def everything(make, X, folder):
    """Every verb of an estimator, and what came of each."""
    model = make().fit(X)
    model.save(folder / "model")
    loaded = type(model).load(folder / "model")
    unpickled = pickle.loads(pickle.dumps(model))
    results = [one.sample(2, random_state=0) for one in (model, loaded, unpickled)]
    if hasattr(model, "transform"):
        codes = loaded.transform(X)
        results += [codes.content, *codes.motion, *loaded.swap(X[:2], X[2:4])[0]]
        results += [loaded.extend(X, 2, random_state=0), *loaded.interpolate(X[:2], X[:2])]
        results += [*loaded.reconstruct(X), *loaded.inverse_transform(codes), loaded.score(X)]
    if hasattr(model, "predict_proba"):
        results.append(model.predict_proba(X))
    for one in (loaded, unpickled):
        one.partial_fit(X)
        results += [value.numpy() for value in one.model_.state_dict().values()]
    return results


CASES = {
    "vectors": (RecurrentWAE, "vectors", {"early_stopping": True, "training__ema": 0.5}),
    "ragged": (RecurrentWAE, "ragged", {"motion_view": "jitter", "n_actions": 3}),
    "images": (RecurrentWAE, "videos", {"content_view": ["color_mix", "random_frames"]}),
    "critics": (RecurrentWAE, "vectors", {"reg": "gan", "content_view": "shuffle"}),
    "tensors": (RecurrentWAE, "tensors", {}),
    "DSVAE": (DSVAE, "numbers", {}),
    "MoCoGAN": (MoCoGAN, "vectors", {"n_actions": 2}),
}


@pytest.fixture
def ragged(vectors):
    return [x[: 3 + i % 3] for i, x in enumerate(vectors)]


@pytest.fixture
def tensors(vectors):
    return torch.from_numpy(vectors.copy())


@pytest.mark.parametrize("case", CASES)
def test_an_estimator_gives_the_same_in_every_mode(case, small, request, tmp_path):
    cls, data, params = CASES[case]
    X = request.getfixturevalue(data)
    expected = everything(lambda: small(cls, **params), X, tmp_path)
    for name, mode in MODES.items():
        with mode():
            found = everything(lambda: small(cls, **params), X, tmp_path)
        for a, b in zip(found, expected, strict=True):
            assert np.asarray(a).dtype == np.asarray(b).dtype, name
            assert np.array_equal(a, b), name


def test_a_judge_gives_the_same_in_every_mode(videos, mode, tmp_path):
    def judged():
        judge = SequenceJudge(n_channels=4, n_features=8, max_epochs=1, batch_size=4)
        judge.set_params(random_state=0).fit(videos, [0, 1, 0, 1, 0, 1, 0]).save(tmp_path / "judge")
        return SequenceJudge.load(tmp_path / "judge").predict_proba(videos)

    expected = judged()
    with mode():
        assert np.array_equal(judged(), expected)


@pytest.mark.parametrize("verb", ["load", "unpickle"])
def test_what_was_read_in_inference_mode_learns_on_outside_of_it(
    verb, vector_model, vectors, tmp_path
):
    vector_model.save(tmp_path / "model")
    with torch.inference_mode():
        X = torch.from_numpy(vectors) + 0  # a tensor of this mode as well
        if verb == "load":
            model = RecurrentWAE.load(tmp_path / "model")
        else:
            model = pickle.loads(pickle.dumps(vector_model))
    assert model.partial_fit(X).n_epochs_ == 3


def test_the_modes_of_a_program_are_its_own_again(vectors, small):
    with default_dtype(torch.float64), torch.no_grad(), np.errstate(over="raise"):
        small().fit(vectors)
        with pytest.raises(ValueError, match="NaN"):
            small().fit(np.full_like(vectors, np.nan))
        assert torch.get_default_dtype() == torch.float64
        assert not torch.is_grad_enabled()
        assert np.geterr()["over"] == "raise"
        with without_gradients():
            assert torch.ones(1).dtype == torch.float32
            assert not torch.is_grad_enabled()


def test_the_default_dtype_comes_back_when_the_last_thread_is_done():
    inside, go_on = threading.Event(), threading.Event()

    def other():
        with ordinary_modes():
            inside.set()
            go_on.wait(60)

    with default_dtype(torch.float64):
        thread = threading.Thread(target=other)
        with ordinary_modes():
            thread.start()
            assert inside.wait(60)
        assert torch.get_default_dtype() == torch.float32, "the other thread needs it"
        go_on.set()
        thread.join()
        assert torch.get_default_dtype() == torch.float64


def test_a_module_is_copied_only_where_it_cannot_be_trained():
    module = nn.BatchNorm1d(3)
    assert ordinary(module) is module
    with torch.inference_mode():
        found = ordinary(nn.BatchNorm1d(3))
    found(torch.ones(2, 3)).sum().backward()
    assert found.running_mean.any()
