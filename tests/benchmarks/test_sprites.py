"""The Sprites benchmark runs from end to end, on little data and with a stand-in model."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.utils import Bunch

from tests.benchmarks.sprites import WITHOUT, main

pytestmark = pytest.mark.integration


class Copy:
    """Content is the whole sequence, motion is nothing."""

    def __init__(self, reg, random_state, max_epochs=1, size=None, **knowledge):
        self.params = (reg, random_state, max_epochs, size)

    def set_params(self, **nested):
        return self

    def fit(self, X):
        self.X_, self.n_epochs_ = X, 1
        return self

    def transform(self, X):
        return SimpleNamespace(content=X.reshape(len(X), -1), motion=X[:, :, 0, 0])

    def reconstruct(self, X):
        return X

    def swap(self, a, b):
        return SimpleNamespace(a_motion_b_content=b, a_content_b_motion=a)

    def sample(self, n_samples, n_steps=None, *, content=None, motion=None, random_state=None):
        if content is not None:
            return content.reshape(-1, *self.X_.shape[1:])
        return self.X_[np.random.RandomState(random_state).randint(len(self.X_), size=n_samples)]

    def save(self, path):
        path.write_text(repr(self.params))


def tiny_sprites(data_home=None, subset="train", *, size):
    rng = np.random.RandomState(subset == "train")
    n = 18
    X = rng.randint(256, size=(n, 8, 8, 8, 3)).astype(np.uint8)
    return Bunch(X=X, action=np.arange(n) % 9, attributes=np.indices((6, n))[1][:4].T % 6)


@pytest.mark.parametrize("model", ["auto", "mmd", "gan", "reinforced", "dsvae", "mocogan"])
def test_every_system_runs_by_one_flag(model, tmp_path, capsys):
    (record,) = main(
        ["--judge-cache", str(tmp_path), "--threads", "1", "--epochs", "1", "--model", model],
        fetch=tiny_sprites,
    )
    printed = capsys.readouterr().out
    assert record["model"] == model
    assert record["n_epochs"] == 1
    assert "inception_score" in record
    assert 1 <= record["samples_appearance_inception_score"] <= 6
    assert 0 <= record["samples_new"] <= 1
    assert 0 <= record["samples_valid"] <= 1
    assert ("swap_motion" in record) == (model != "mocogan")
    assert ("clustering_accuracy" in record) == (model == "reinforced")
    assert ("action consistency" in printed) == (model == "reinforced")


def test_a_training_that_was_cut_short_goes_on(tmp_path):
    few = ["--judge-cache", str(tmp_path), "--threads", "1", "--epochs", "3"]
    kept = tmp_path / "kept"
    (whole,) = main([*few, "--checkpoint", str(kept)], fetch=tiny_sprites)
    newest = max((kept / "seed-0").glob("epoch-*"))
    newest.unlink()
    (resumed,) = main([*few, "--checkpoint", str(kept)], fetch=tiny_sprites)
    assert newest.exists()
    assert resumed["mean_squared_error"] == whole["mean_squared_error"]


def test_some_actions_are_told(tmp_path, capsys):
    told = ["--model", "reinforced", "--labels", "0.5", "--epochs", "1", "--threads", "1"]
    (record,) = main(["--judge-cache", str(tmp_path), *told], fetch=tiny_sprites)
    assert "9 of 18 actions are known" in capsys.readouterr().out
    assert record["labels"] == 0.5
    assert "label_accuracy" in record


@pytest.mark.parametrize("without", WITHOUT)
def test_every_option_can_be_left_out(without, tmp_path, capsys):
    few = ["--judge-cache", str(tmp_path), "--threads", "1", "--epochs", "1"]
    (record,) = main([*few, "--without", without], fetch=tiny_sprites)
    assert f"== without {without}" in capsys.readouterr().out
    ((name, value),) = WITHOUT[without].items()
    assert record["without"] == without
    assert record["params"][name] == repr(value)


@pytest.fixture
def run(tmp_path):
    def run(*arguments):
        return main(
            ["--judge-cache", str(tmp_path), "--threads", "1", *arguments],
            make_model=Copy,
            fetch=tiny_sprites,
        )

    return run


def test_it_reports_every_seed_and_writes_what_is_asked(run, tmp_path, capsys):
    import matplotlib

    matplotlib.use("agg")
    saved, written = tmp_path / "model.txt", tmp_path / "results.jsonl"
    records = run(
        *("--seed", "0", "3", "--epochs", "2", "--set", "reg=kl", "--set", "size=[1, 2]"),
        *("--save", str(saved), "--json", str(written), "--picture", str(tmp_path / "swap.png")),
    )
    printed = capsys.readouterr().out
    assert "over 2 seeds" in printed
    assert "swap" in printed
    assert [json.loads(line) for line in written.read_text().splitlines()] == records
    assert [record["seed"] for record in records] == [0, 3]
    assert records[0]["train_seconds"] >= 0
    assert records[0]["peak_memory_mb"] > 1
    assert records[0]["mean_squared_error"] == 0
    assert records[0]["data_appearance_inception_score"] > 1
    assert (tmp_path / "model-3.txt").read_text() == repr(("kl", 3, 2, [1, 2]))
    assert (tmp_path / "swap-0.png").stat().st_size > 1000


def test_the_judge_is_trained_once(run, capsys):
    run()
    assert "kept as" in capsys.readouterr().out
    run("--max-sequences", "8", "--max-test-sequences", "12")
    assert "kept as" not in capsys.readouterr().out


@pytest.mark.parametrize("setting", ["reg", "=3", "a b=3"])
def test_settings_without_name_or_value_are_refused(run, setting):
    with pytest.raises(SystemExit):
        run("--set", setting)
