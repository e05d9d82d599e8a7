"""The content prior of a fit: that of the codes which ``transform`` gives, whatever comes after."""

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.content_priors import ContentPrior, StandardNormal, flow
from seqdisentangle.estimators import _content_prior


def waves(n, seed=0, shift=0.0):
    """Waves of two features around levels of their own, 6 to 12 steps long."""
    rng = np.random.RandomState(seed)
    levels = 2 * rng.randint(-1, 2, size=(n, 2)) + shift
    phase = rng.uniform(0, 6, size=n)
    lengths = rng.randint(6, 13, size=n)
    return [
        (level + 0.3 * np.sin(p + np.arange(t))[:, None]).astype(np.float32)
        for level, p, t in zip(levels, phase, lengths, strict=True)
    ]


def drawn(model, n=4000):
    prior = model.content_prior_
    return prior.draw(np.random.RandomState(0).normal(size=(n, prior.noise_size)))


def content(model, X):
    return np.asarray(model.transform(X).content, np.float64)


def away(a, b):
    """The largest difference of two means, in deviations, and the ratio of the variances."""
    scale = np.sqrt(np.trace(np.cov(b.T)))
    return np.linalg.norm(a.mean(0) - b.mean(0)) / scale, np.trace(np.cov(a.T)) / scale**2


@pytest.fixture(scope="module")
def fitted():
    X = waves(120)
    params = {"content_size": 4, "hidden_size": 16, "max_epochs": 8, "batch_size": 16}
    return RecurrentWAE(**params, random_state=0, device="cpu").fit(X), X


def test_draws_have_the_moments_of_what_transform_returns(fitted):
    model, X = fitted
    far, ratio = away(drawn(model), content(model, X))
    assert far < 0.15
    assert 0.8 < ratio < 1.25


def test_the_choice_and_its_reason_are_told(fitted):
    model, _ = fitted
    value, reason = model.choices_["content_prior"]
    assert value in ("mixture", "factored")
    assert "held out" in reason


def test_interpolate_goes_by_the_prior(fitted):
    model, _ = fitted
    X, n_steps = np.stack([x[:6] for x in waves(8, seed=1)]), 4
    a, b = model.transform(X[:4]), model.transform(X[4:])
    walks = model.interpolate(X[:4], X[4:], n_steps)
    for k, share in enumerate(np.linspace(0, 1, n_steps)):
        ends = (np.asarray(z.content, np.float64) for z in (a, b))
        between = model.content_prior_.between(*ends, share).astype(np.float32)
        motion = a.motion + np.float32(share) * (b.motion - a.motion)
        expected = model.inverse_transform((between, motion))
        assert np.allclose(walks[:, k], expected, atol=1e-4)


def test_copies_and_files_draw_the_same(fitted, tmp_path):
    model, _ = fitted
    model.save(tmp_path / "model.safetensors")
    expected = [model.sample(3, random_state=0), model.sample(2, 4, random_state=1)]
    for other in (
        RecurrentWAE.load(tmp_path / "model.safetensors"),
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
    ):
        found = [other.sample(3, random_state=0), other.sample(2, 4, random_state=1)]
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def test_a_file_holds_the_weights_of_a_flow(small, monkeypatch, tmp_path):
    monkeypatch.setattr(flow, "MOST_STEPS", 20)
    model = small(content_prior="flow").fit(waves(60))
    model.save(tmp_path / "model.safetensors")
    other = RecurrentWAE.load(tmp_path / "model.safetensors")
    assert other.content_prior_ == model.content_prior_
    assert np.array_equal(other.sample(3, random_state=0), model.sample(3, random_state=0))


def test_a_sample_is_the_same_however_it_is_cut_into_passes(fitted, monkeypatch):
    model, _ = fitted
    whole = model.sample(9, 5, random_state=0)
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 10)
    assert np.allclose(model.sample(9, 5, random_state=0), whole, atol=1e-6)


@pytest.mark.parametrize("verb", ["warm start", "partial_fit"])
def test_it_is_fitted_again_with_the_model(verb, small):
    first, second = waves(60), waves(60, seed=1, shift=5.0)
    model = small(warm_start=True, content_prior="mixture").fit(first)
    (model.partial_fit if verb == "partial_fit" else model.fit)(second)
    far, _ = away(drawn(model), content(model, second))
    assert far < 0.3


def test_a_seed_gives_the_same_bits(small, vectors):
    a, b = (small(content_prior="factored").fit(vectors).sample(3, random_state=0) for _ in "ab")
    assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("cls", "params"),
    [(RecurrentWAE, {"content_prior": "normal"}), (DSVAE, {}), (MoCoGAN, {})],
    ids=["RecurrentWAE", "DSVAE", "MoCoGAN"],
)
def test_the_published_prior_is_standard_normal(cls, params, small, vectors):
    assert small(cls, **params).fit(vectors).content_prior_ == StandardNormal(4)


def test_a_dsvae_can_have_one(small):
    X = waves(60)
    model = small(DSVAE, content_prior="mixture").fit(X)
    far, _ = away(drawn(model), content(model, X))
    assert far < 0.3


@dataclass
class Own(ContentPrior):
    """A prior of the user's own, which notes the codes it is given."""

    error: type[BaseException] | None = None

    def fit(self, codes, resolution, random_state):
        if self.error is not None:
            raise self.error
        Own.seen = codes, resolution
        return StandardNormal(codes.shape[1])


def test_it_is_given_the_codes_of_transform_and_their_noise(small):
    X = waves(20)
    model = small(content_prior=Own(), content_noise=0.3).fit(X)
    codes, resolution = Own.seen
    assert np.allclose(np.sort(codes, 0), np.sort(content(model, X), 0), atol=1e-5)
    assert np.allclose(resolution, 0.3)


def test_small_matrices_are_no_work_for_several_threads(small, vectors):
    """A second one that has to wait for its core makes a second of work a minute."""

    @dataclass
    class Watching(ContentPrior):
        def fit(self, codes, resolution, random_state):
            seen.extend(threads().values())
            return StandardNormal(codes.shape[1])

    def threads():
        return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}

    seen: list[int] = []
    before = threads()
    small(content_prior=Watching()).fit(vectors)
    assert set(seen) == {1}
    assert threads() | before == threads()


def test_of_many_sequences_some_will_do(small, monkeypatch):
    monkeypatch.setattr(_content_prior, "MOST_CODES", 7)
    small(content_prior=Own()).fit(waves(20))
    assert len(Own.seen[0]) == 7


def test_an_interrupt_keeps_the_model_that_was_trained(small, vectors):
    model = small(content_prior=Own(KeyboardInterrupt))
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(vectors)
    assert model.content_prior_ == StandardNormal(4)
    assert model.transform(vectors).content.shape == (7, 4)


def test_a_name_that_is_none_is_refused_before_the_training(small, vectors):
    model = small(content_prior="mixtur")
    with pytest.raises(ValueError, match="content_prior must be the name of a content prior"):
        model.fit(vectors)
    assert not hasattr(model, "model_")
