"""Checkpoints: a training that was cut short ends as if it had not been, or says why it cannot."""

import os
import warnings

import numpy as np
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning

from seqdisentangle import EarlyStopping, RecurrentWAE
from seqdisentangle.divergences import SlicedWasserstein
from seqdisentangle.networks import Conv, Parts
from seqdisentangle.persistence import load_file, save_file
from seqdisentangle.serialization import from_json, to_json
from seqdisentangle.training import checkpoints

BEST = "best.safetensors"


@pytest.fixture
def at_every_step(monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)


@pytest.fixture
def keeping_all(monkeypatch):
    monkeypatch.setattr(checkpoints, "KEEP", 10**6)


class PowerCutError(Exception):
    pass


class Cut:
    """A callback that fails after some epochs."""

    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch_end(self, estimator, record):
        if record["epoch"] == self.epochs:
            raise PowerCutError


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != BEST)


def without_seconds(history):
    return [{k: v for k, v in record.items() if k != "seconds"} for record in history]


def same_end(a, b):
    """Tell whether two trainings ended alike, bit for bit."""
    for one, other in zip((a.model_, *a.divergences_), (b.model_, *b.divergences_), strict=True):
        for (name, x), y in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
            assert torch.equal(x, y), name
    assert without_seconds(a.history_) == without_seconds(b.history_)
    assert (a.best_epoch_, a.n_epochs_) == (b.best_epoch_, b.n_epochs_)


# ---- each place to go on from --------------------------------------------------------------------


CASES = {
    "plain": ("vectors", {}),
    "numbers": ("numbers", {"training__lr_schedule": "cosine", "training__lr_warmup": 1}),
    "images": ("videos", {"batch_size": 3, "training__ema": 0.5}),
    "parts": ("videos", {"network": Parts(2, width=8, network=Conv(2)), "batch_size": 3}),
    "critics": (
        "vectors",
        {"reg": "gan", "training__lr_schedule": "plateau", "training__lr_warmup": 2},
    ),
    "draws": ("vectors", {"reg": ("mmd", SlicedWasserstein(4)), "content_view": "shuffle"}),
    "validation": ("vectors", {"early_stopping": EarlyStopping(patience=1), "max_epochs": 6}),
    "ragged": (
        "ragged",
        {"training__frames_per_step": 2, "early_stopping": True, "training__ema": 0.9},
    ),
    "unseeded": ("vectors", {"random_state": None}),
    "state": ("vectors", {"random_state": np.random.RandomState(3)}),
}


@pytest.mark.parametrize("case", CASES)
def test_every_checkpoint_leads_to_the_same_end(
    case, request, small, tmp_path, at_every_step, keeping_all
):
    data, params = CASES[case]
    if data == "ragged":
        X = [np.random.RandomState(t).normal(size=(t, 3)) for t in (5, 2, 3, 4, 6, 2, 5, 3, 4)]
    else:
        X = request.getfixturevalue(data)
    params = {"max_epochs": 3, **params}
    whole = small(**params, checkpoint=tmp_path / "whole").fit(X)
    names = files(tmp_path / "whole")
    assert len(names) > whole.n_epochs_ + 1, "within epochs too"
    for name in names:
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes((tmp_path / "whole" / name).read_bytes())
        same_end(small(**params, checkpoint=folder).fit(X, resume=True), whole)


def test_a_checkpoint_changes_nothing(vectors, small, tmp_path, at_every_step):
    same_end(small(checkpoint=str(tmp_path / "new" / "folder")).fit(vectors), small().fit(vectors))


def test_a_warm_start_is_resumed_with_its_past(vectors, small, tmp_path):
    ends = []
    for cut in (9, 3):
        model = small(warm_start=True).fit(vectors)
        model.set_params(checkpoint=tmp_path / str(cut), callbacks=Cut(cut), learning_rate=1e-3)
        if cut == 9:
            ends.append(model.fit(vectors * 2))
            continue
        with pytest.raises(PowerCutError):
            model.fit(vectors * 2)
        fresh = small(warm_start=True, checkpoint=tmp_path / "3", learning_rate=1e-3)
        ends.append(fresh.fit(vectors * 2, resume=True))
    same_end(*ends)
    assert ends[1].n_epochs_ == 4
    assert ends[1].scaling_ == ends[0].scaling_


def test_a_training_that_has_ended_is_resumed_to_its_end(vectors, small, tmp_path):
    model = small(checkpoint=tmp_path).fit(vectors)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    told = []

    class Told:
        def on_epoch_end(self, estimator, record):
            told.append(record)

    same_end(small(checkpoint=tmp_path, callbacks=Told()).fit(vectors, resume=True), model)
    assert told == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_resume_begins_where_there_is_nothing_yet(vectors, small, tmp_path):
    same_end(small(checkpoint=tmp_path).fit(vectors, resume=True), small().fit(vectors))


class Diverging:
    """A squared error that is not a number at one of its calls."""

    def __init__(self, call):
        self.left = call

    def __call__(self, reconstruction, target):
        self.left -= 1
        return (reconstruction - target).square() * (np.nan if self.left == 0 else 1)


@pytest.mark.parametrize("call", [1, 2, 3, 6])
def test_what_has_diverged_is_never_kept(call, vectors, small, tmp_path, at_every_step):
    params = {"max_epochs": 4}
    with pytest.raises(FloatingPointError, match=f"epoch {(call + 1) // 2}, batch"):
        small(**params, cost=Diverging(call), checkpoint=tmp_path).fit(vectors)
    for name in files(tmp_path):
        tensors, _ = load_file(tmp_path / name)
        assert all(v.isfinite().all() for v in tensors.values()), name
    healthy = small(**params, cost=Diverging(0), checkpoint=tmp_path).fit(vectors, resume=True)
    same_end(healthy, small(**params, cost=Diverging(0)).fit(vectors))


def test_the_verbose_bar_of_a_resumed_training_begins_where_it_was(
    vectors, small, tmp_path, capsys
):
    with pytest.raises(PowerCutError):
        small(checkpoint=tmp_path, max_epochs=4, callbacks=Cut(3)).fit(vectors)
    small(checkpoint=tmp_path, max_epochs=4, verbose=1).fit(vectors, resume=True)
    assert "8/8" in capsys.readouterr().err


# ---- what is kept --------------------------------------------------------------------------------


def test_the_last_two_and_the_best_are_kept(vectors, small, tmp_path):
    X = np.repeat(vectors, 3, axis=0)
    params = {"max_epochs": 5, "early_stopping": True, "training__finetune_epochs": 0}
    model = small(checkpoint=tmp_path, **params).fit(X)
    assert files(tmp_path) == [
        "epoch-00004-batch-0000000.safetensors",
        "epoch-00005-batch-0000000.safetensors",
    ]
    best = RecurrentWAE.load(tmp_path / BEST)
    assert best.best_epoch_ == best.n_epochs_ == model.best_epoch_
    assert np.array_equal(best.transform(X).content, model.transform(X).content)
    assert best.checkpoint == tmp_path


def test_without_validation_the_best_is_the_last(vectors, small, tmp_path):
    model = small(checkpoint=tmp_path, training__ema=0.5).fit(vectors)
    best = RecurrentWAE.load(tmp_path / BEST)
    assert np.array_equal(best.transform(vectors).motion, model.transform(vectors).motion)


def test_partial_fit_writes_none(vectors, small, tmp_path):
    small(checkpoint=tmp_path / "none").partial_fit(vectors)
    assert not (tmp_path / "none").exists()


def test_the_folder_stays_where_it_is_when_the_working_directory_changes(
    vectors, small, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()

    class Leaves:
        def on_fit_begin(self, estimator):
            os.chdir(tmp_path / "elsewhere")

    small(checkpoint="kept", callbacks=Leaves()).fit(vectors)
    assert [name[:11] for name in files(tmp_path / "kept")] == ["epoch-00001", "epoch-00002"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="nothing is locked on Windows")
@pytest.mark.parametrize("resume", [False, True])
def test_two_trainings_cannot_have_one_folder(resume, vectors, small, tmp_path):
    class Second:
        def on_epoch_end(self, estimator, record):
            small(checkpoint=tmp_path).fit(vectors, resume=resume)

    with pytest.raises(ValueError, match="is in use by another training, of process"):
        small(checkpoint=tmp_path, callbacks=Second()).fit(vectors)
    same_end(small(checkpoint=tmp_path).fit(vectors, resume=True), small().fit(vectors))


def test_a_training_goes_on_in_fewer_processes_with_a_warning(vectors, small, tmp_path):
    with pytest.raises(PowerCutError):
        small(checkpoint=tmp_path, callbacks=Cut(1)).fit(vectors)
    path = tmp_path / files(tmp_path)[-1]
    tensors, settings = load_file(path)
    about = from_json(settings["about"])
    about["training"][checkpoints.PROCESSES] = 2
    save_file(path, tensors, {**settings, "about": to_json(about)})
    with pytest.warns(UserWarning, match="had 2 processes and goes on with 1"):
        assert small(checkpoint=tmp_path).fit(vectors, resume=True).n_epochs_ == 2


@pytest.mark.parametrize("which", [0, 1], ids=["model", "critic"])
@pytest.mark.parametrize("other", ["step", "exp_avg_sq"])
def test_swapped_moments_are_refused_by_the_name_of_the_file(
    which, other, vectors, small, tmp_path
):
    with pytest.raises(PowerCutError):
        small(reg="gan", checkpoint=tmp_path, callbacks=Cut(2)).fit(vectors)
    path = tmp_path / files(tmp_path)[-1]
    tensors, settings = load_file(path)
    state = from_json(settings["state"], tensors)
    moments = state["trainer"]["optimizers"][which]["state"]
    i = next(i for i in moments if moments[i]["exp_avg"].ndim == 2)
    j = (
        i
        if other == "step"
        else next(j for j in moments if moments[j][other].shape != moments[i]["exp_avg"].shape)
    )
    moments[i]["exp_avg"], moments[j][other] = moments[j][other], moments[i]["exp_avg"]
    tensors = {}
    save_file(path, tensors, {**settings, "state": to_json(state, tensors=tensors)})
    with pytest.raises(
        ValueError, match=f"{path.name}.* cannot be read as this training: .* must be"
    ):
        small(reg="gan", checkpoint=tmp_path).fit(vectors, resume=True)


# ---- what cannot be written ----------------------------------------------------------------------


def test_a_full_disk_is_a_warning_and_training_goes_on(vectors, small, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save_file", full)
        with pytest.warns(UserWarning, match=r"epoch-00001.* could not be written.*No space left"):
            model = small(checkpoint=tmp_path).fit(vectors)
    same_end(model, small().fit(vectors))
    assert files(tmp_path) == []


def test_the_files_of_before_stay_when_the_disk_is_full(vectors, small, tmp_path, monkeypatch):
    written = []

    def sometimes(path, *args):
        written.append(path)
        if len(written) > 2:
            raise OSError(28, "No space left on device")
        save_file(path, *args)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save_file", sometimes)
        with pytest.warns(UserWarning, match="No space left"):
            model = small(checkpoint=tmp_path, max_epochs=4).fit(vectors)
    assert [name[:11] for name in files(tmp_path)] == ["epoch-00000", "epoch-00001"]
    same_end(small(checkpoint=tmp_path, max_epochs=4).fit(vectors, resume=True), model)


def test_a_folder_that_cannot_be_made_is_a_warning(vectors, small, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "folder"
    with pytest.warns(UserWarning, match="folder.* could not be written, and training goes on"):
        model = small(checkpoint=folder).fit(vectors)
    same_end(model, small().fit(vectors))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_read_only_folder_is_a_warning(vectors, small, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.warns(UserWarning, match="could not be written.*Permission denied"):
        small(checkpoint=tmp_path).fit(vectors)


def test_a_state_that_no_file_holds_is_a_warning(vectors, small, tmp_path):
    class Odd(SlicedWasserstein):
        def get_extra_state(self):
            return object()

        def set_extra_state(self, state):
            pass

    with pytest.warns(UserWarning, match="could not be written.*JSON cannot hold"):
        small(checkpoint=tmp_path, reg=("mmd", Odd())).fit(vectors)


# ---- what cannot be read -------------------------------------------------------------------------


def broken_files(path):
    content = path.read_bytes()
    tensors, settings = load_file(path)
    yield "damaged or cut short", lambda: path.write_bytes(content[: len(content) // 2])
    yield "damaged or cut short", lambda: path.write_bytes(b"")
    yield "no safetensors file", lambda: path.write_text("something else")
    yield "holds something else", lambda: save_file(path, {}, {"estimator": "RecurrentWAE"})
    yield (
        "version is 9, expected 1",
        lambda: save_file(path, tensors, {**settings, "checkpoint": 9}),
    )
    yield "checksum is another one", lambda: path.write_bytes(content[:-1] + b"x")
    yield "not the content of a tensor", lambda: save_file(path, {}, settings)
    yield "there is no 'about'", lambda: save_file(path, tensors, {"checkpoint": 1})


@pytest.mark.parametrize("i", range(8))
def test_a_broken_checkpoint_is_passed_over_for_the_one_before(i, vectors, small, tmp_path):
    whole = small(max_epochs=4).fit(vectors)
    with pytest.raises(PowerCutError):
        small(checkpoint=tmp_path, max_epochs=4, callbacks=Cut(3)).fit(vectors)
    newest = tmp_path / files(tmp_path)[-1]
    message, destroy = list(broken_files(newest))[i]
    destroy()
    told = []

    class Told:
        def on_fit_begin(self, estimator):
            told.append(estimator.n_epochs_)

    with pytest.warns(UserWarning, match=rf"{newest.name}' is passed over.*{message}"):
        model = small(checkpoint=tmp_path, max_epochs=4, callbacks=Told()).fit(vectors, resume=True)
    assert told == [1]
    same_end(model, whole)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)  # four epochs teach it little
        small(checkpoint=tmp_path, max_epochs=4).fit(vectors, resume=True)


def test_a_flipped_bit_anywhere_in_a_checkpoint_is_seen(vectors, small, tmp_path):
    small(checkpoint=tmp_path, hidden_size=4).fit(vectors)
    older, newest = (tmp_path / name for name in files(tmp_path))
    expected = checkpoints.Checkpoints(tmp_path).newest().state["history"][:-1]
    whole = newest.read_bytes()
    draw = np.random.RandomState(0)
    header = 8 + int.from_bytes(whole[:8], "little")
    for i in [*draw.randint(8 * header, size=60), *draw.randint(8 * len(whole), size=20)]:
        flipped = bytearray(whole)
        flipped[i // 8] ^= 1 << i % 8
        newest.write_bytes(flipped)
        with pytest.warns(UserWarning, match=f"{newest.name}' is passed over"):
            found = checkpoints.Checkpoints(tmp_path).newest()
        assert found.state["history"] == expected, older


def test_if_none_can_be_read_training_begins_anew(vectors, small, tmp_path):
    whole = small(checkpoint=tmp_path).fit(vectors)
    for name in files(tmp_path):
        (tmp_path / name).write_bytes(b"")
    with pytest.warns(UserWarning, match="is passed over") as caught:
        model = small(checkpoint=tmp_path).fit(vectors, resume=True)
    assert sum("is passed over" in str(warning.message) for warning in caught) == 2
    same_end(model, whole)


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("trainer"),
        lambda state: state.update(losses=3),
        lambda state: state["trainer"]["dict"].update(rngs=[]),
        lambda state: state["trainer"]["dict"]["model"]["dict"].popitem(),
    ],
)
def test_a_state_that_is_none_of_this_training_is_refused_by_the_name_of_its_file(
    change, vectors, small, tmp_path
):
    with pytest.raises(PowerCutError):
        small(checkpoint=tmp_path, callbacks=Cut(2)).fit(vectors)
    newest = tmp_path / files(tmp_path)[-1]
    tensors, settings = load_file(newest)
    change(settings["state"]["dict"])
    save_file(newest, tensors, settings)
    with pytest.raises(ValueError, match=f"{newest}' cannot be read as this training"):
        small(checkpoint=tmp_path).fit(vectors, resume=True)


# ---- what is another training --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "change", "message"),
    [
        ({"max_epochs": 3}, None, "max_epochs was 2 and is 3"),
        (
            {"content_size": 5, "training__ema": 0.5},
            None,
            "content_size was 4 and is 5, .*training__ema was None",
        ),
        ({"random_state": 1}, None, "random_state was 0 and is 1"),
        ({"reg": "gan"}, None, "reg was 'auto' and is 'gan'"),
        (
            {"cost": torch.nn.MSELoss(reduction="none")},
            None,
            r"cost was 'auto' and is MSELoss",
        ),
        ({}, lambda X: X[:5], "number of sequences was 7 and is 5"),
        ({}, lambda X: X[:, :4], "number of steps was 5 and is 4"),
        ({}, lambda X: X[..., :2], r"shape of a frame was \[3\] and is \[2\]"),
        ({}, lambda X: X.astype(np.float64), "dtype of X was '<f4' and is '<f8'"),
        ({}, lambda X: [*X[:6], X[6][:3]], "lengths was None and is 33"),
        ({}, lambda X: X + 1, r"other values of X: they had .*mean=\("),
    ],
)
def test_another_training_is_refused_by_what_differs(
    params, change, message, vectors, small, tmp_path, weights, same_weights
):
    model = small(checkpoint=tmp_path).fit(vectors)
    attributes, before = dict(vars(model)), weights(model)
    whole = {name.partition("__")[0] for name in params}
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    model.set_params(**params)
    with pytest.raises(ValueError, match=message):
        model.fit(vectors if change is None else change(vectors), resume=True)
    model.set_params(**{name: attributes[name] for name in whole})
    assert vars(model) == attributes
    assert same_weights(weights(model), before)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept


@pytest.fixture
def ragged():
    """Sequences of one frame over and over, for some steps."""
    return [np.full((steps, 3), 0.5, np.float32) for steps in (2, 5, 4, 5)]


OTHER_DATA = {
    "other images of 8 bits": ("videos", lambda X: X[..., ::-1, :]),
    "one value": ("videos", lambda X: np.where(np.arange(X.size).reshape(X.shape) == 99, X + 1, X)),
    "sequences in another order": ("vectors", lambda X: X[[1, 0, *range(2, len(X))]]),
    "steps in another order": ("vectors", lambda X: X[:, ::-1]),
    "numbers in another order": ("numbers", lambda X: X[::-1]),
    "the same frames, cut otherwise": ("ragged", lambda X: [X[1], X[0], *X[2:]]),
}


@pytest.mark.parametrize("case", OTHER_DATA)
def test_other_data_of_the_same_shape_and_moments_are_refused(
    case, request, small, tmp_path, weights, same_weights
):
    fixture, change = OTHER_DATA[case]
    X = request.getfixturevalue(fixture)
    model = small(checkpoint=tmp_path).fit(X)
    kept = weights(model)
    with pytest.raises(ValueError, match="other values of X, or of the same in another order"):
        model.fit(change(X), resume=True)
    assert same_weights(weights(model), kept)


def test_the_same_data_in_another_container_are_the_same(videos, small, tmp_path):
    whole = small(max_epochs=4).fit(videos)
    np.save(tmp_path / "X.npy", videos)
    for i, same in enumerate(
        (list(videos), torch.from_numpy(videos), tmp_path / "X.npy", np.asfortranarray(videos))
    ):
        folder = tmp_path / str(i)
        with pytest.raises(PowerCutError):
            small(checkpoint=folder, max_epochs=4, callbacks=Cut(2)).fit(videos)
        model = small(checkpoint=folder, max_epochs=4).fit(same, resume=True)
        assert without_seconds(model.history_)[:2] == without_seconds(whole.history_)[:2]


def test_a_checkpoint_without_a_digest_is_resumed(vectors, small, tmp_path):
    whole = small(max_epochs=4).fit(vectors)
    with pytest.raises(PowerCutError):
        small(checkpoint=tmp_path, max_epochs=4, callbacks=Cut(2)).fit(vectors)
    for path in map(tmp_path.joinpath, files(tmp_path)):
        tensors, settings = load_file(path)
        del settings["about"]["dict"]["beginning"]["record"][1]["digest"]
        save_file(path, tensors, settings)
    model = small(checkpoint=tmp_path, max_epochs=4).fit(vectors, resume=True)
    same_end(model, whole)
    with pytest.raises(ValueError, match="in another order"):
        model.fit(vectors[::-1], resume=True)


def test_images_in_other_units_are_refused(videos, small, tmp_path):
    X = videos.astype(np.float32)
    small(checkpoint=tmp_path).fit(X / 255)
    with pytest.raises(ValueError, match=r"they had .*'unit'.* and have .*'standard'"):
        small(checkpoint=tmp_path).fit(X, resume=True)


def test_what_says_nothing_of_the_weights_may_change(vectors, small, tmp_path):
    model = small(checkpoint=tmp_path).fit(vectors)
    other = small(checkpoint=tmp_path / "moved", codes="content", verbose=0, callbacks=Cut(9))
    tmp_path.joinpath("moved").mkdir()
    for name in files(tmp_path):
        if name != "moved":
            (tmp_path / name).rename(tmp_path / "moved" / name)
    same_end(other.fit(vectors, resume=True), model)


def test_a_training_with_a_random_state_is_resumed_though_it_has_drawn_from_it(
    vectors, small, tmp_path
):
    whole = small(random_state=np.random.RandomState(0)).fit(vectors)
    model = small(random_state=np.random.RandomState(0), checkpoint=tmp_path, callbacks=Cut(1))
    with pytest.raises(PowerCutError):
        model.fit(vectors)
    same_end(model.set_params(callbacks=None).fit(vectors, resume=True), whole)


def test_a_new_training_does_not_end_an_old_one(vectors, small, tmp_path):
    model = small(checkpoint=tmp_path).fit(vectors)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match=r"holds a training already, up to epoch-00002.*resume="):
        model.fit(vectors)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_resume_needs_a_folder(vectors, small):
    with pytest.raises(ValueError, match=r"resume=True needs a folder .* checkpoint=None"):
        small().fit(vectors, resume=True)
