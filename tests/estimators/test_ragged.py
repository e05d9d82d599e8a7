"""Sequences of different lengths, each verb as if alone; long, since every verb is here."""

import copy
import pickle

import h5py
import numpy as np
import pandas as pd
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from seqdisentangle import Codes, EarlyStopping, RecurrentWAE
from seqdisentangle.divergences import REGULARISERS
from seqdisentangle.model import LatentCodes

LENGTHS = [3, 5, 1, 4, 5, 2]
SIDE = 16
FRAMES = {
    "numbers": ((), "float64"),
    "features": ((3,), "float32"),
    "wide features": ((3,), "float64"),
    "joints": ((5, 2), "float32"),
    "grey": ((SIDE, SIDE), "uint8"),
    "colour": ((SIDE, SIDE, 3), "uint8"),
    "first": ((3, SIDE, SIDE), "float32"),
}
each_kind = pytest.mark.parametrize("kind", FRAMES)


def draw(kind, lengths=LENGTHS, seed=0):
    """A list of sequences; all arrays if they are of one length."""
    frame, dtype = FRAMES[kind]
    rng = np.random.RandomState(seed)
    X = [rng.uniform(size=(length, *frame)) for length in lengths]
    return [(x * 255).astype(dtype) if dtype == "uint8" else x.astype(dtype) for x in X]


def pad(X, value=None, steps=7):
    """The same sequences in one array, with something that must not be read after each."""
    if value is None:
        value = 77 if X[0].dtype == np.uint8 else np.nan
    padded = np.full((len(X), steps, *X[0].shape[1:]), value, X[0].dtype)
    for row, x in zip(padded, X, strict=True):
        row[: len(x)] = x
    return padded


def lengths_of(X):
    return [len(x) for x in X]


def close(got, want):
    """Equal up to the order in which a sum was taken: one grey level, or a float's last digits."""
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    if got.dtype == np.uint8:
        assert np.abs(got.astype(int) - want.astype(int)).max() <= 1
    else:
        tolerance = 1e-10 if got.dtype == np.float64 else 2e-6
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


def single(X):
    """The values as computed in float32, whatever it was stored as."""
    return [x.astype(np.float32) if x.dtype == np.float64 else x for x in X]


def all_close(got, want):
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        close(a, b)


def all_equal(got, want):
    return len(got) == len(want) and all(map(np.array_equal, got, want))


@pytest.fixture(scope="module")
def fitted(small):
    """A model of each kind, fitted once; tests change nothing of it."""
    models = {}

    def of(kind, **params):
        if kind not in models:
            models[kind] = small(max_epochs=1).fit(draw(kind))
            if draw(kind)[0].dtype == np.float64:
                models[kind].model_.double()  # more digits to compare
        return copy.copy(models[kind]).set_params(**params)

    return of


# ---- codes ---------------------------------------------------------------------------------------


@each_kind
def test_codes_are_those_of_each_sequence_alone(kind, fitted):
    model, X = fitted(kind), draw(kind)
    codes = model.transform(X)
    assert isinstance(codes, Codes)
    assert isinstance(codes.motion, list)
    assert lengths_of(codes.motion) == LENGTHS
    for i, x in enumerate(X):
        content, (motion,) = model.transform(x[None])
        close(codes.content[i : i + 1], content)
        close(codes.motion[i], motion)
        assert motion.base is None or motion.base.size < 10**4


@each_kind
@pytest.mark.parametrize("container", ["array", "tensor", "h5py", "memmap"])
def test_a_padded_array_with_lengths_is_the_list(kind, container, fitted, tmp_path):
    model, X = fitted(kind), draw(kind)
    P, expected = pad(X), model.transform(X)
    if container == "tensor":
        P = torch.from_numpy(P)
    elif container == "h5py":
        P = h5py.File(tmp_path / "x.h5", "w").create_dataset("x", data=P)
    elif container == "memmap":
        np.save(tmp_path / "x.npy", P)
        P = np.load(tmp_path / "x.npy", mmap_mode="r")
    for lengths in (LENGTHS, np.array(LENGTHS), torch.tensor(LENGTHS)):
        codes = model.transform(P, lengths=lengths)
        assert np.array_equal(codes.content, expected.content)
        assert all_equal(codes.motion, expected.motion)
    assert all_equal(model.reconstruct(P, lengths=LENGTHS), model.reconstruct(X))
    assert model.score(P, lengths=LENGTHS) == model.score(X)
    ours = model.extend(P, 2, lengths=LENGTHS, random_state=0)
    assert np.array_equal(ours, model.extend(X, 2, random_state=0))


@each_kind
def test_each_code_alone(kind, fitted):
    X, both = draw(kind), fitted(kind).transform(draw(kind))
    content = fitted(kind, codes="content").transform(X)
    assert np.array_equal(content, both.content)
    motion = fitted(kind, codes="motion").transform(X)
    assert isinstance(motion, list)
    assert all_equal(motion, both.motion)


def test_one_length_is_an_array_as_ever(fitted):
    X = draw("features", [4] * 6)
    for model in (fitted("features"), fitted("features", codes="motion")):
        expected = model.transform(np.stack(X))
        for same in (
            model.transform(X),
            model.transform(np.stack(X), lengths=[4] * 6),
            model.transform(pad(X), lengths=[4] * 6),
        ):
            assert np.array_equal(np.asarray(same), np.asarray(expected))
    model = fitted("features")
    for made in (
        model.reconstruct(X),
        model.reconstruct(pad(X), lengths=[4] * 6),
        model.inverse_transform((model.transform(X).content, list(model.transform(X).motion))),
        model.swap(X, draw("features"))[0],
    ):
        assert isinstance(made, np.ndarray)
        assert made.shape == (6, 4, 3)
    assert isinstance(model.interpolate(X, X, 3), np.ndarray)


def test_codes_of_different_lengths_are_a_pair_and_no_table(fitted):
    codes = fitted("features").transform(draw("features"))
    content, motion = codes
    assert content is codes.content is codes[0]
    assert motion is codes.motion is codes[1]
    assert codes.shape == (6,)
    for rows in (np.array([4, 0]), [4, 0], np.arange(6) == 2, np.array([4, 0])[:, ...]):
        some = codes[rows]
        numbers = np.arange(6)[rows]
        assert isinstance(some, Codes)
        assert np.array_equal(some.content, content[numbers])
        assert all_equal(some.motion, [motion[i] for i in numbers])
    with pytest.raises(ValueError, match=r"different lengths are not one array: take codes\.con"):
        np.asarray(codes)
    unpickled = pickle.loads(pickle.dumps(codes))
    assert all_equal(unpickled.motion, motion)


# ---- frames --------------------------------------------------------------------------------------


@each_kind
def test_sequences_come_back_with_their_length_layout_and_dtype(kind, fitted):
    model, X = fitted(kind), draw(kind)
    frame, dtype = FRAMES[kind]
    for made in (model.reconstruct(X), model.inverse_transform(model.transform(X))):
        assert isinstance(made, list)
        assert [x.shape for x in made] == [(length, *frame) for length in LENGTHS]
        assert {x.dtype for x in made} == {np.dtype(dtype)}
        assert all(x.flags.c_contiguous and x.flags.owndata for x in made)
    all_close(model.reconstruct(X), [model.reconstruct(x[None])[0] for x in X])
    assert all_equal(model.inverse_transform(model.transform(X)), model.reconstruct(X))


@each_kind
def test_the_score_is_a_mean_over_frames(kind, fitted):
    model, X = fitted(kind), draw(kind)
    alone = [model.score(x[None]) for x in X]
    assert model.score(X) == pytest.approx(np.average(alone, weights=LENGTHS), rel=1e-6)


@each_kind
def test_a_swap_is_as_long_as_its_motion(kind, fitted):
    model, a, b = fitted(kind), draw(kind), draw(kind, LENGTHS[::-1], seed=1)
    swap = model.swap(a, b)
    assert lengths_of(swap.a_motion_b_content) == LENGTHS
    assert lengths_of(swap.a_content_b_motion) == LENGTHS[::-1]
    for i in range(6):
        ours = [part[i][None] for part in swap]
        all_close(ours, model.swap(a[i][None], b[i][None]))
    z_a, z_b = model.transform(a), model.transform(b)
    all_close(swap[0], model.inverse_transform((z_b.content, z_a.motion)))
    all_close(swap[1], model.inverse_transform((z_a.content, z_b.motion)))


@each_kind
def test_a_list_swaps_with_an_array(kind, fitted):
    model, a, b = fitted(kind), draw(kind), np.stack(draw(kind, [7] * 6, seed=1))
    swap = model.swap(a, b)
    assert lengths_of(swap.a_motion_b_content) == LENGTHS
    assert isinstance(swap.a_content_b_motion, np.ndarray)
    assert swap.a_content_b_motion.shape == b.shape
    other = model.swap(b, a)
    assert np.array_equal(other.a_motion_b_content, swap.a_content_b_motion)
    assert all_equal(other.a_content_b_motion, swap.a_motion_b_content)


@each_kind
def test_a_walk_keeps_the_length_of_its_pair(kind, fitted):
    model, a, b = fitted(kind), draw(kind), draw(kind, seed=1)
    walks = model.interpolate(a, b, 4)
    assert [walk.shape for walk in walks] == [(4, *x.shape) for x in a]
    assert {walk.dtype for walk in walks} == {a[0].dtype}
    all_close([walk[0] for walk in walks], model.reconstruct(a))
    all_close([walk[-1] for walk in walks], model.reconstruct(b))
    all_close(walks, [model.interpolate(x[None], y[None], 4)[0] for x, y in zip(a, b, strict=True)])


# ---- the priors ----------------------------------------------------------------------------------


@each_kind
def test_samples_have_the_lengths_asked_for(kind, fitted):
    model, (frame, dtype) = fitted(kind), FRAMES[kind]
    for lengths in (LENGTHS, tuple(LENGTHS), np.array(LENGTHS)):
        made = model.sample(n_steps=lengths, random_state=0)
        assert [x.shape for x in made] == [(length, *frame) for length in LENGTHS]
        assert {x.dtype for x in made} == {np.dtype(dtype)}
    assert all_equal(made, model.sample(6, LENGTHS, random_state=0))
    assert not all_equal(made, model.sample(6, LENGTHS, random_state=1))


@each_kind
def test_a_shorter_sample_is_the_beginning_of_a_longer_one(kind, fitted):
    model = fitted(kind)
    long = model.sample(6, 5, random_state=0)
    made = model.sample(6, LENGTHS, random_state=0)
    all_close(single(made), single(x[:length] for x, length in zip(long, LENGTHS, strict=True)))


def test_samples_of_one_length_are_an_array(fitted):
    made = fitted("features").sample(n_steps=[4, 4, 4], random_state=0)
    assert isinstance(made, np.ndarray)
    assert np.array_equal(made, fitted("features").sample(3, 4, random_state=0))


@each_kind
def test_samples_hold_motion_of_different_lengths(kind, fitted):
    model, codes = fitted(kind), fitted(kind).transform(draw(kind))
    made = model.sample(motion=codes.motion, random_state=0)
    assert lengths_of(made) == LENGTHS
    alone = model.sample(content=codes.content, motion=codes.motion)
    assert all_equal(alone, model.inverse_transform(codes))
    one = model.sample(content=codes.content[0], motion=codes.motion)
    all_close(one[:1], alone[:1])
    some = model.sample(content=codes.content, n_steps=LENGTHS, random_state=0)
    assert lengths_of(some) == LENGTHS


def test_samples_are_as_long_as_the_longest_sequence_in_fit(fitted, small):
    assert fitted("features").n_steps_ == 5
    assert fitted("features").sample(2).shape == (2, 5, 3)
    X = draw("features")
    assert small(max_epochs=1).fit(pad(X), lengths=LENGTHS).n_steps_ == 5


@each_kind
def test_each_sequence_goes_on_from_its_own_last_step(kind, fitted):
    model, X = fitted(kind), draw(kind)
    made = model.extend(X, 3, random_state=0)
    assert isinstance(made, np.ndarray)
    assert made.shape == (6, 3, *FRAMES[kind][0])
    assert made.dtype == FRAMES[kind][1]
    for i, x in enumerate(X):
        # The same noise: that of row i.
        alone = model.extend(np.stack([x] * 6), 3, random_state=0)
        close(made[i], alone[i])
    one = model.extend(pad(X[:1]), 3, lengths=LENGTHS[:1], random_state=0)
    close(one, model.extend(X[0][None], 3, random_state=0))


# ---- memory --------------------------------------------------------------------------------------


VERBS = {
    "content": lambda m, X, Y: m.transform(X).content,
    "motion": lambda m, X, Y: m.transform(X).motion,
    "reconstruct": lambda m, X, Y: m.reconstruct(X),
    "inverse": lambda m, X, Y: m.inverse_transform(m.transform(X)),
    "score": lambda m, X, Y: np.float32([[m.score(X)]]),
    "swap": lambda m, X, Y: [*m.swap(X, Y)[0], *m.swap(X, Y)[1]],
    "interpolate": lambda m, X, Y: m.interpolate(X, [y[: len(x)] for x, y in zip(X, Y)], 3),  # noqa: B905
    "sample": lambda m, X, Y: single(m.sample(n_steps=lengths_of(X), random_state=0)),
    "sample motion": lambda m, X, Y: m.sample(motion=m.transform(X).motion, random_state=0),
    "extend": lambda m, X, Y: m.extend(X, 2, random_state=0),
}


# it falls to depends on the size of a pass.
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("limit", ["VALUES_PER_PASS", "FRAMES_PER_PASS", "STEPS_PER_ROLLOUT"])
@pytest.mark.parametrize("kind", ["numbers", "wide features", "grey"])
def test_results_do_not_depend_on_the_size_of_a_pass(verb, limit, kind, fitted, monkeypatch):
    model, X, Y = fitted(kind), draw(kind), draw(kind, [7] * 6, seed=1)
    expected = VERBS[verb](model, X, Y)
    for frames in (1, 4, 6):
        per_frame = np.prod(FRAMES[kind][0], dtype=int) if limit == "VALUES_PER_PASS" else 1
        monkeypatch.setattr(f"seqdisentangle.estimators._passes.{limit}", int(frames * per_frame))
        all_close(VERBS[verb](model, X, Y), expected)


@pytest.mark.parametrize("verb", ["sample", "transform", "extend", "swap", "interpolate"])
def test_the_model_sees_a_bounded_number_of_frames(verb, fitted, monkeypatch):
    model = copy.deepcopy(fitted("features"))
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 50)
    monkeypatch.setattr("seqdisentangle.estimators._passes.STEPS_PER_ROLLOUT", 50)
    seen = []

    def watched(call):
        def counted(*args, **kwargs):
            codes = [a.motion if isinstance(a, LatentCodes) else a for a in args if a is not None]
            seen.extend(int(np.prod(a.shape[:2])) for a in codes if a.ndim == 3)
            return call(*args, **kwargs)

        return counted

    for part in ("encode", "decode", "rollout"):
        monkeypatch.setattr(model.model_, part, watched(getattr(model.model_, part)))
    lengths = np.random.RandomState(0).randint(1, 40, size=100)
    X = draw("features", lengths)
    {
        "sample": lambda: model.sample(n_steps=lengths),
        "transform": lambda: model.transform(X),
        "extend": lambda: model.extend(X, 3),
        "swap": lambda: model.swap(X, X[::-1]),
        "interpolate": lambda: model.interpolate(X, X, 2),
    }[verb]()
    assert max(seen) <= 50
    if verb == "transform":
        assert sum(seen) < 1.3 * lengths.sum(), "like lengths come together"


class Counting:
    """An array that remembers the largest part that was read of it."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.largest = array, array.shape, array.dtype, 0

    def __getitem__(self, key):
        part = self.array[key]
        self.largest = max(self.largest, part.size)
        return part


def test_padding_is_not_read_from_the_source(fitted, monkeypatch):
    monkeypatch.setattr("seqdisentangle.estimators._passes.FRAMES_PER_PASS", 50)
    lengths = np.r_[np.full(99, 2), 50]
    P = Counting(np.zeros((100, 50, 3), np.float32))
    fitted("features").transform(P, lengths=lengths)
    assert P.largest <= 50 * 3


# ---- fitting -------------------------------------------------------------------------------------


@each_kind
@pytest.mark.parametrize("container", ["array", "tensor"])
def test_a_padded_array_gives_the_weights_of_the_list(
    kind, container, small, weights, same_weights
):
    X = draw(kind, LENGTHS * 2)
    P = pad(X) if container == "array" else torch.from_numpy(pad(X))
    ours = small().fit(P, lengths=LENGTHS * 2)
    theirs = small().fit(X)
    assert same_weights(weights(ours), weights(theirs))
    assert ours.scaling_ == theirs.scaling_
    for name in ("layout_", "dtype_", "n_steps_", "n_features_in_", "frame_shape_"):
        assert getattr(ours, name) == getattr(theirs, name), name
    keep = [{k: v for k, v in r.items() if k != "seconds"} for r in theirs.history_]
    assert [{k: v for k, v in r.items() if k != "seconds"} for r in ours.history_] == keep


@pytest.mark.parametrize("kind", ["numbers", "grey"])
def test_the_seed_decides_the_weights(kind, small, weights, same_weights):
    one, same, other = (weights(small(random_state=s).fit(draw(kind))) for s in (0, 0, 1))
    assert same_weights(one, same)
    assert not same_weights(one, other)


@pytest.mark.parametrize("kind", ["features", "colour"])
def test_fit_transform_is_fit_and_transform(kind, small):
    X = draw(kind)
    expected = small().fit(X).transform(X)
    for codes in (small().fit_transform(X), small().fit_transform(pad(X), lengths=LENGTHS)):
        assert np.array_equal(codes.content, expected.content)
        assert all_equal(codes.motion, expected.motion)


@pytest.mark.parametrize("reg", [*sorted(REGULARISERS), ("gan", "kl")], ids=str)
@pytest.mark.parametrize("kind", ["features", "grey"])
def test_every_regulariser_trains_on_different_lengths(kind, reg, small):
    model = small(reg=reg, independence_weight=1.0, batch_size=3).fit(draw(kind))
    assert np.isfinite(pd.DataFrame(model.history_).to_numpy(float)).all()


@pytest.mark.parametrize(
    "params",
    [
        {"early_stopping": EarlyStopping(validation_fraction=0.5), "max_epochs": 4},
        {"training__frames_per_step": 2},
        {"batch_size": 1},
        {
            "batch_size": 100,
            "network__generator": "concat",
            "motion_noise": None,
            "content_noise": None,
        },
        {"content_view": "shuffle", "motion_view": "jitter"},
        {"content_view": 0.5, "motion_view": None},
        {"cost": "absolute", "training__content_delay": 0},
        {"training__lr_schedule": "cosine", "warm_start": True},
    ],
    ids=str,
)
def test_every_way_to_train_takes_different_lengths(params, small):
    if params.get("content_view") == 0.5:
        params = {**params, "content_view": ["shuffle", "random_frames"]}
    X = draw("features")
    model = small(**params).fit(X).fit(X)
    assert np.isfinite(pd.DataFrame(model.history_).to_numpy(float)).all()
    assert all(np.isfinite(x).all() for x in model.reconstruct(X))


@pytest.mark.parametrize("kind", ["numbers", "features", "grey"])
def test_partial_fit_takes_any_lengths(kind, small, weights, same_weights):
    model = small().partial_fit(draw(kind))
    before = weights(model)
    model.partial_fit(draw(kind, [9, 2, 6]))
    assert not same_weights(weights(model), before)
    model.partial_fit(pad(draw(kind)), lengths=LENGTHS)
    model.partial_fit(np.stack(draw(kind, [4] * 5)))
    assert model.n_epochs_ == 4
    assert lengths_of(model.reconstruct(draw(kind))) == LENGTHS


@pytest.mark.parametrize("kind", FRAMES)
def test_a_model_of_one_length_takes_others_and_the_reverse(kind, small, fitted):
    X, whole = draw(kind), np.stack(draw(kind, [5] * 6))
    model = small(max_epochs=1).fit(whole)
    codes = model.transform(X)
    assert lengths_of(codes.motion) == LENGTHS
    close(codes.motion[1], model.transform(np.stack([X[1], X[4]])).motion[0])
    other = fitted(kind)
    assert other.transform(whole[:, :2]).motion.shape == (6, 2, 2)
    assert other.reconstruct(whole).shape == whole.shape


def test_numbers_of_one_length_are_features_until_lengths_differ(small):
    model = small(max_epochs=1).fit(np.stack(draw("numbers", [5] * 6)))
    assert model.n_features_in_ == 5
    with pytest.raises(ValueError, match=r"has 4 features, .* expecting 5 features"):
        model.transform(np.zeros((3, 4)))
    model.fit(draw("numbers"))
    assert model.n_features_in_ == 1
    assert model.transform(np.zeros((3, 4))).motion.shape == (3, 4, 2)
    assert model.transform([[1.0, 2.0], [3.0, 4.0]]).motion.shape == (2, 2, 2)
    assert model.transform([[1.0, 2.0], [3.0]]).motion[1].shape == (1, 2)


def test_feature_names_are_of_the_last_fit(small):
    X = np.stack(draw("numbers", [3] * 6))
    frame = pd.DataFrame(X, columns=list("abc"))
    for again, lengths in ((draw("numbers"), None), (X, [3] * 6), (X, [1, 2, 3, 1, 2, 3])):
        model = small(max_epochs=1).fit(frame).fit(again, lengths=lengths)
        assert not hasattr(model, "feature_names_in_")


# ---- keeping and scikit-learn --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["numbers", "colour"])
def test_models_are_kept(kind, fitted, tmp_path):
    model, X = fitted(kind), draw(kind)
    model.save(tmp_path / "model")
    expected = model.transform(X)
    for other in (RecurrentWAE.load(tmp_path / "model"), pickle.loads(pickle.dumps(model))):
        codes = other.transform(X)
        assert np.array_equal(codes.content, expected.content)
        assert all_equal(codes.motion, expected.motion)
        assert all_equal(other.reconstruct(X), model.reconstruct(X))
        assert other.n_steps_ == 5


def test_pipelines_and_searches_take_lists(small):
    X, y = draw("features", LENGTHS * 2), np.arange(12) % 2
    pipeline = make_pipeline(small(codes="content", max_epochs=1), LogisticRegression())
    assert pipeline.fit(X, y).predict(X[:5]).shape == (5,)
    assert np.isfinite(cross_val_score(small(max_epochs=1), X, cv=3)).all()
    search = GridSearchCV(small(max_epochs=1), {"content_size": [2, 3]}, cv=2).fit(X)
    assert lengths_of(search.transform(X).motion) == LENGTHS * 2


@pytest.mark.parametrize("codes", ["both", "content"])
def test_set_output(codes, fitted):
    model, X = copy.deepcopy(fitted("features", codes=codes)), draw("features")
    out = model.set_output(transform="pandas").transform(X)
    assert isinstance(out.content if codes == "both" else out, pd.DataFrame)
    if codes == "both":
        assert lengths_of(model.inverse_transform(out)) == LENGTHS
        some = out[np.array([3, 0])]
        assert some.content.shape == (2, 4)
        assert lengths_of(some.motion) == [4, 3]


# ---- what they refuse ----------------------------------------------------------------------------


P = pad(draw("features"))
REFUSED = {
    "too few": (lambda m, X: m.transform(P, lengths=[5] * 5), r"lengths must be 6 .*\(5,\)"),
    "too long": (lambda m, X: m.score(P, lengths=[5] * 5 + [8]), r"lengths\[5\] .* 1 to 7.*got 8"),
    "zero": (lambda m, X: m.fit(P, lengths=[5] * 5 + [0]), r"lengths\[5\] must be from 1 .*got 0"),
    "partial": (lambda m, X: m.partial_fit(P, lengths=[5.0] * 6), "lengths must be.*float64"),
    "warm": (
        lambda m, X: copy.copy(m).set_params(warm_start=True).fit(P, lengths=[9] * 6),
        r"lengths\[0\] must be from 1 to 7, the steps of X, got 9",
    ),
    "extend": (lambda m, X: m.extend(P, 2, lengths="all"), "lengths must be 6 whole numbers"),
    "reconstruct": (lambda m, X: m.reconstruct(P, lengths=3), "lengths must be 6 whole numbers"),
    "list": (lambda m, X: m.transform(X, lengths=LENGTHS), "lengths are for a padded array, and X"),
    "fit list": (lambda m, X: m.fit(X, lengths=LENGTHS), "lengths are for a padded array"),
    "sparse": (lambda m, X: m.fit(csr_matrix(np.eye(6)), lengths=LENGTHS), "X is sparse"),
    "empty": (lambda m, X: m.transform([*X, X[0][:0]]), r"X\[6\] is empty"),
    "frames": (lambda m, X: m.fit([*X, X[0][:, :2]]), r"X\[6\] has shape \(3, 2\)"),
    "seen": (lambda m, X: m.transform([x[:, :2] for x in X]), r"X must have .*\(n, T, 3\)"),
    "objects": (
        lambda m, X: m.fit([x.astype(str).astype(object) for x in X]),
        r"X\[0\] must hold numbers",
    ),
    "nan": (lambda m, X: m.fit([*X, X[0] * np.nan]), "X contains NaN: sequence 6"),
    "nan array": (lambda m, X: m.fit(P, lengths=[3, 5, 1, 4, 5, 3]), "X contains NaN: sequence 5"),
    "swap": (lambda m, X: m.swap(X, X[:2]), "a and b .*equally many.*got 6 and 2"),
    "swap nan": (lambda m, X: m.swap(X, [x * np.inf for x in X]), "b contains (NaN|infinity)"),
    "swap empty": (lambda m, X: m.swap(X, [*X[:5], X[0][:0]]), r"b\[5\] is empty"),
    "interpolate": (
        lambda m, X: m.interpolate(X, [*X[:5], X[0]]),
        "a and b must have the same length, got 2 and 3 steps in pair 5",
    ),
    "n_steps 0": (lambda m, X: m.sample(n_steps=[3, 0]), "n_steps must be .* at least 1"),
    "n_steps 1.5": (lambda m, X: m.sample(n_steps=[1.5]), r"n_steps must be .*got \[1\.5\]"),
    "n_steps true": (lambda m, X: m.sample(n_steps=[True]), "n_steps must be an integer"),
    "n_steps none": (lambda m, X: m.sample(n_steps=[]), r"n_steps must be .*got \[\]"),
    "n_steps table": (lambda m, X: m.sample(n_steps=[[3, 4]]), r"n_steps must be an integer"),
    "n_steps nested": (lambda m, X: m.sample(n_steps=[3, [4, 5]]), "n_steps must be an integer"),
    "3 of 2": (lambda m, X: m.sample(3, [3, 4]), "n_steps must hold a number .*n_samples=3, got 2"),
    "steps and motion": (
        lambda m, X: m.sample(n_steps=[3, 4], motion=np.zeros((2, 5, 2))),
        "n_steps of each sequence and motion were given: leave one out",
    ),
    "contents": (
        lambda m, X: m.sample(content=np.zeros((3, 4)), n_steps=[3, 4]),
        r"content must have shape \(n_samples=2, content_size=4\), got \(3, 4\)",
    ),
    "contents and motion": (
        lambda m, X: m.sample(content=np.zeros((3, 4)), motion=[np.ones((2, 2)), np.ones((1, 2))]),
        "equally many codes, got 3 and 2",
    ),
    "motion n": (
        lambda m, X: m.sample(3, motion=[np.zeros((2, 2)), np.zeros((1, 2))]),
        "motion must hold 3 arrays .*got 2",
    ),
    "motion size": (
        lambda m, X: m.sample(motion=[np.zeros((2, 2)), np.zeros((1, 3))]),
        r"motion\[1\] must have shape \(n_steps, motion_size=2\), got \(1, 3\)",
    ),
    "motion empty": (
        lambda m, X: m.sample(motion=[np.zeros((2, 2)), np.zeros((0, 2))]),
        r"motion\[1\] must have shape .*got \(0, 2\)",
    ),
    "motion steps": (
        lambda m, X: m.sample(n_steps=2, motion=[np.zeros((2, 2)), np.zeros((3, 2))]),
        r"motion\[1\] must have shape \(n_steps=2, motion_size=2\), got \(3, 2\)",
    ),
    "motion nan": (
        lambda m, X: m.inverse_transform((np.zeros((2, 4)), [np.ones((1, 2)), [[np.nan, 0]] * 2])),
        r"motion\[1\] must be finite",
    ),
    "motion text": (
        lambda m, X: m.inverse_transform((np.zeros((2, 4)), [np.ones((1, 2)), "no"])),
        r"motion\[1\] must be an array of numbers, got dtype <U2",
    ),
    "motion nested": (
        lambda m, X: m.inverse_transform((np.zeros((2, 4)), [np.ones((1, 2)), [[1], [2, 3]]])),
        r"motion\[1\] is no array of numbers",
    ),
    "codes n": (
        lambda m, X: m.inverse_transform((np.zeros((3, 4)), [np.ones((1, 2)), np.ones((2, 2))])),
        "motion must hold 3 arrays .*got 2",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_and_changes_nothing(case, fitted, weights, same_weights):
    call, message = REFUSED[case]
    model, X = fitted("features"), draw("features")
    attributes, before = dict(vars(model)), weights(model)
    with pytest.raises((ValueError, TypeError), match=message):
        call(model, X)
    assert vars(model) == attributes
    assert same_weights(weights(model), before)
    assert not model.model_.training


def test_images_in_other_units_are_refused_and_their_padding_is_not(fitted):
    model, X = fitted("first"), draw("first")
    codes = model.transform(pad(X, value=1e9), lengths=LENGTHS)
    assert all_equal(codes.motion, model.transform(X).motion)
    with pytest.raises(ValueError, match=r"values in \[0, 1\].* in sequences 0 to 5"):
        model.transform([*X[:5], X[5] * 255])


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_motion_of_different_lengths_is_no_table(container, small):
    X = [np.random.RandomState(i).normal(size=(T, 3)) for i, T in enumerate((4, 2, 3))]
    model = small(codes="motion").fit(X).set_output(transform=container)
    with pytest.raises(ValueError, match=rf"set_output\(transform='{container}'\): motion codes"):
        model.transform(X)
    assert model.set_params(codes="content").transform(X).shape == (3, 4)
    assert len(model.set_params(codes="motion").set_output(transform="default").transform(X)) == 3
