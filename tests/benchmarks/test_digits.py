"""The benchmark of moving digits runs from end to end, on little data."""

import json
import math
from argparse import Namespace

import numpy as np
import pytest

from tests.benchmarks.digits import Locator, brightness_centres, main, moving

pytestmark = pytest.mark.integration

TINY = ["--threads", "1", "--epochs", "1", "--sequences", "32", "--test-sequences", "12"]
TINY += ["--judge-frames", "128"]


@pytest.fixture
def mnist(tmp_path):
    rng = np.random.RandomState(0)
    images = rng.randint(256, size=(60, 28, 28)).astype(np.uint8)
    np.savez(tmp_path / "mnist.npz", images=images, labels=np.arange(60) % 10)
    return tmp_path / "mnist.npz"


def test_it_reports_every_seed_and_writes_what_is_asked(tmp_path, capsys):
    import matplotlib

    matplotlib.use("agg")
    written, picture = tmp_path / "results.jsonl", tmp_path / "swap.png"
    records = main([*TINY, "--seed", "0", "3", "--json", str(written), "--picture", str(picture)])
    assert "over 2 seeds" in capsys.readouterr().out
    assert [json.loads(line) for line in written.read_text().splitlines()] == records
    assert [record["seed"] for record in records] == [0, 3]
    assert records[0]["train_seconds"] > 0
    assert all(math.isfinite(v) for v in records[0].values() if isinstance(v, float))
    assert (tmp_path / "swap-3.png").stat().st_size > 1000


def test_two_digits_of_mnist(mnist):
    (record,) = main([*TINY, "--images", "mnist", "--mnist", str(mnist), "--set", "motion_size=3"])
    assert record["digits"] == 2
    assert record["params"]["motion_size"] == "3"
    assert record["digits_chance"] < 0.5 < record["pixels_off_perfect"]


def test_two_parts_for_two_digits(mnist, capsys):
    parts = ["--images", "mnist", "--mnist", str(mnist), "--defaults", "--set", "network=parts"]
    (record,) = main([*TINY, *parts])
    assert 0 <= record["parts_keep_digit"] <= 1
    assert "network" in record["params"]
    assert "parts" in capsys.readouterr().out


def test_a_test_image_is_never_trained_on():
    options = Namespace(images="digits", size=32, digits=1)
    train, test = (moving(options, subset, 300, 1, 0) for subset in ("train", "test"))
    assert not set(train.image_index.ravel()) & set(test.image_index.ravel())


def test_places_are_found():
    one = moving(Namespace(images="digits", size=32, digits=1), "train", 20, 3, 0)
    off = brightness_centres(one.X) - one.centres
    assert np.abs(off).max() < 4  # a digit's light is about the middle of its image
    np.testing.assert_allclose(off, np.broadcast_to(off[:, :1], off.shape), atol=1e-6)
    two = moving(Namespace(images="digits", size=32, digits=2), "train", 400, 1, 0)
    found = Locator(two)(two.X).mean(axis=2)
    assert np.corrcoef(found.ravel(), two.centres.mean(axis=2).ravel())[0, 1] > 0.8
