"""Models of parts: verbs take and return codes part by part, and what does not go is named."""

import h5py
import numpy as np
import pytest

from seqdisentangle import DSVAE, Codes, MoCoGAN, RecurrentWAE, export_explorer
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.estimators import _starting
from seqdisentangle.metrics import factor_swap, separation
from seqdisentangle.networks import Conv, Parts

from ._common import SMALL

K, T, N = 2, 5, 12
SIZES = {**SMALL, "content_size": 3, "motion_size": 4}
NETWORK = Parts(K, width=8, network=Conv(2))


@pytest.fixture(scope="module")
def X():
    return make_moving_digits(N, n_steps=T, size=16, n_digits=2, random_state=0).X


@pytest.fixture(scope="module")
def ragged(X):
    return [x[: 2 + i % 4] for i, x in enumerate(X)]


@pytest.fixture(scope="module")
def model(X):
    return RecurrentWAE(network=NETWORK, **SIZES).fit(X)


def test_codes_are_part_by_part(model, X):
    codes = model.transform(X)
    assert codes.content.shape == (N, K, 3)
    assert codes.motion.shape == (N, T, K, 4)
    assert np.asarray(codes).shape == codes.shape == (N, K * 3 + T * K * 4)


def test_pipelines_get_them_side_by_side(model, X):
    both = model.transform(X)
    content, motion = (model.set_params(codes=kind).transform(X) for kind in ("content", "motion"))
    model.set_params(codes="both")
    np.testing.assert_array_equal(content, both.content.reshape(N, -1))
    np.testing.assert_array_equal(motion, both.motion.reshape(N, -1))


def usual_of(model):
    return model.model_.motion.usual


def test_the_usual_frame_is_that_of_the_first_fit_and_kept(model, X, tmp_path):
    before = usual_of(model).clone()
    np.testing.assert_allclose(before[0], np.median(X.reshape(-1, 16, 16), 0) / 255, atol=1e-6)
    model.save(tmp_path / "model.safetensors")
    for go_on in ("partial_fit", "fit"):
        other = RecurrentWAE.load(tmp_path / "model.safetensors")
        getattr(other.set_params(warm_start=True), go_on)(255 - X)
        np.testing.assert_array_equal(usual_of(other), before)
    other = RecurrentWAE(network=NETWORK, **SIZES).partial_fit(255 - X)
    for _ in range(2):
        np.testing.assert_allclose(usual_of(other), 1 - before, atol=1e-6)
        other.partial_fit(X)


def test_a_fit_that_is_resumed_looks_for_no_usual_frame(X, tmp_path, monkeypatch):
    params = {**SIZES, "network": NETWORK, "checkpoint": tmp_path}
    whole = RecurrentWAE(**params).fit(X)

    def looked_for(*_):
        raise AssertionError

    monkeypatch.setattr(_starting, "usual_frame", looked_for)
    with pytest.raises(AssertionError):
        RecurrentWAE(**{**params, "checkpoint": None}).fit(X)
    resumed = RecurrentWAE(**params).fit(X, resume=True)
    for name, value in whole.model_.state_dict().items():
        np.testing.assert_array_equal(resumed.model_.state_dict()[name], value, name)


def test_what_is_missing_is_no_part(X):
    x = X / np.float32(255)
    holes = x.copy()
    holes[:, :, 10:, :6] = np.nan
    model = RecurrentWAE(network=NETWORK, missing="mask", **SIZES).fit(holes)
    usual = usual_of(model)[0].numpy()
    assert (usual[10:, :6] == 0).all()
    codes = model.transform(holes)
    assert np.isfinite(codes.motion).all()
    assert np.isfinite(codes.content).all()


def test_codes_of_one_part_are_flat(X):
    codes = RecurrentWAE(network=Parts(1, width=8, network=Conv(2)), **SIZES).fit_transform(X)
    assert codes.content.shape == (N, 3)
    assert codes.motion.shape == (N, T, 4)


def test_sequences_of_different_lengths(ragged):
    model = RecurrentWAE(network=NETWORK, **SIZES).fit(ragged)
    codes = model.transform(ragged)
    assert [z.shape for z in codes.motion] == [(len(x), K, 4) for x in ragged]
    alone = model.transform(ragged[0][None])
    np.testing.assert_allclose(codes.motion[0], alone.motion[0], atol=1e-4)
    np.testing.assert_allclose(codes.content[:1], alone.content, atol=1e-4)
    frames = model.inverse_transform(codes)
    assert [x.shape for x in frames] == [x.shape for x in ragged]
    flat = Codes(codes.content.reshape(N, -1), [z.reshape(len(z), -1) for z in codes.motion])
    np.testing.assert_array_equal(
        np.concatenate(model.inverse_transform(flat)), np.concatenate(frames)
    )


def test_what_is_decoded_again_is_the_reconstruction(model, X):
    codes = model.transform(X)
    flat = Codes(codes.content.reshape(N, -1), codes.motion.reshape(N, T, -1))
    for each in (codes, flat):
        np.testing.assert_array_equal(model.inverse_transform(each), model.reconstruct(X))


def test_the_order_of_parts_has_no_meaning(model, X):
    codes = model.transform(X)
    turned = Codes(codes.content[:, ::-1], codes.motion[:, :, ::-1])
    off = model.inverse_transform(turned).astype(int) - model.reconstruct(X)
    assert np.abs(off).max() <= 1


def test_samples_take_codes_part_by_part(model, X):
    codes = model.transform(X)
    held = model.sample(content=codes.content, motion=codes.motion)
    np.testing.assert_array_equal(held, model.reconstruct(X))
    one = model.sample(3, content=codes.content[0], motion=codes.motion[0])
    np.testing.assert_array_equal(one, np.repeat(held[:1], 3, 0))
    assert model.sample(4, 9, random_state=0).shape == (4, 9, 16, 16)
    assert model.extend(X, 3, random_state=0).shape == (N, 3, 16, 16)
    assert model.interpolate(X[:2], X[2:4], 3).shape == (2, 3, T, 16, 16)


def test_some_parts_are_swapped(model, X):
    a, b = X[:4], X[4:8]
    of_a, of_b = model.transform(a), model.transform(b)
    content = of_a.content.copy()
    content[:, 1] = of_b.content[:, 1]
    expected = model.inverse_transform(Codes(content, of_a.motion))
    for parts in (1, [1], np.array([1])):
        np.testing.assert_array_equal(model.swap(a, b, parts=parts).a_motion_b_content, expected)
    whole = model.swap(a, b)
    every = model.swap(a, b, parts=[0, 1])
    for one, other in zip(whole, every, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("content", [[[1, 2], [3]], "text", np.zeros((N, 3, 2)), np.zeros((N, 5))])
def test_codes_that_fit_no_parts_are_named(model, content):
    with pytest.raises(ValueError, match=r"content (must|is no array)"):
        model.sample(content=content)


@pytest.mark.parametrize("parts", [2, -1, [0, 2], 0.5, "0", [], [[0]], True])
def test_parts_that_there_are_not_are_named(model, X, parts):
    with pytest.raises(ValueError, match="parts must be an integer from 0 to 1 or a list of them"):
        model.swap(X[:2], X[2:4], parts=parts)


def test_files_hold_the_codes_and_the_model(model, X, tmp_path):
    codes = model.transform(X)
    model.transform(X, out=tmp_path / "codes.h5")
    with h5py.File(tmp_path / "codes.h5") as file:
        np.testing.assert_array_equal(file["content"], codes.content)
        np.testing.assert_array_equal(file["motion"], codes.motion)
    model.save(tmp_path / "model.safetensors")
    loaded = RecurrentWAE.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.transform(X).motion, codes.motion)
    samples = (each.sample(5, random_state=0) for each in (model, loaded))
    np.testing.assert_array_equal(*samples)


def test_the_dimensions_of_a_part_are_a_factor(model, X):
    swapped = factor_swap(model, X[:4], X[4:8], [3, 4, 5])  # of part 1, side by side
    np.testing.assert_array_equal(swapped, model.swap(X[:4], X[4:8], parts=1).a_motion_b_content)


def test_the_verdict_takes_them(model, X):
    told = separation(model, X, random_state=0)
    assert 0 <= told.score <= 1
    assert told.n_parts == K
    assert 1 <= told.parts_used <= K


@pytest.mark.parametrize("n_parts", [1, K])
def test_displays_and_pages_show_them(X, ragged, n_parts, tmp_path):
    pytest.importorskip("matplotlib").use("agg")
    display = pytest.importorskip("seqdisentangle.display")
    model = RecurrentWAE(network=Parts(n_parts, width=8, network=Conv(2)), **SIZES).fit(X)
    display.SwapDisplay.from_estimator(model, X[:2], X[2:5])
    display.SwapPairsDisplay.from_estimator(model, X[:2], X[2:4])
    display.SampleDisplay.from_estimator(model, 2, 4, random_state=0)
    display.ReconstructionDisplay.from_estimator(model, X[:2])
    display.ExtensionDisplay.from_estimator(model, X[:2], n_steps=3, random_state=0)
    display.TraversalDisplay.from_estimator(model, X, n_directions=2)
    display.MotionDisplay.from_estimator(model, X[:2])
    display.ManifoldDisplay.from_estimator(model, X, random_state=0)
    for name, x in {"alike": X[:4], "ragged": ragged[:4]}.items():
        page = export_explorer(model, x, tmp_path / f"{name}.html", random_state=0)
        assert name in page


def test_choices_are_those_of_parts(X):
    model = RecurrentWAE(network="parts", max_epochs=1, random_state=0).fit(X)
    chosen = {name: choice.value for name, choice in model.choices_.items()}
    assert chosen["motion_size"] == 4
    assert chosen["content_view"] is None
    assert "place" in model.choices_["motion_noise"].reason
    assert chosen["cost"] == "binary_cross_entropy"
    assert chosen["batch_size"] <= 16
    assert model.score(X) == model.set_params(cost="binary_cross_entropy").score(X)


def test_parts_of_other_units_have_a_squared_error(X):
    model = RecurrentWAE(network=NETWORK, scale="standard", **SIZES).fit(X)
    assert model.choices_["cost"].value == "squared"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"n_actions": 2}, "n_actions must be None with network=Parts"),
        ({"posteriors": "recurrent"}, "posteriors must be 'framewise' with network=Parts"),
        ({"content_view": "mirror"}, "content_view must be None or 'auto' with network=Parts"),
        ({"motion_view": "mirror"}, "motion_view must be None with network=Parts"),
        ({"motion_size": 1}, "motion_size must be at least 2"),
    ],
)
def test_parameters_that_do_not_go_with_parts_are_named(X, changes, named):
    with pytest.raises(ValueError, match=named):
        RecurrentWAE(network=NETWORK, **{**SIZES, **changes}).fit(X)


def test_groups_do_not_go_with_parts(X):
    with pytest.raises(ValueError, match="groups do not go with network=Parts"):
        RecurrentWAE(network=NETWORK, **SIZES).fit(X, groups=[0, 1] * (N // 2))


@pytest.mark.parametrize("estimator", [DSVAE, MoCoGAN])
def test_other_estimators_have_no_parts(X, estimator):
    with pytest.raises(ValueError, match=f"is for RecurrentWAE, not for {estimator.__name__}"):
        estimator(network=NETWORK, max_epochs=1).fit(X)


def test_programs_of_parts_are_not_written(model, tmp_path):
    with pytest.raises(ValueError, match=r"export writes no models of parts.*save\(\)"):
        model.export(tmp_path / "programs")
    assert not (tmp_path / "programs").exists()


def test_vectors_have_no_parts():
    with pytest.raises(ValueError, match="is for images, got frames of 3 numbers"):
        RecurrentWAE(network=NETWORK, **SIZES).fit(np.random.RandomState(0).normal(size=(9, 6, 3)))
